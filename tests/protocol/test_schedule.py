"""When a snapshot is asked for."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.protocol.budget import AUDIT_SECONDS, Budget
from tui.protocol.requests import ACCOUNT, POSITIONS
from tui.protocol.schedule import (
    BACKOFF_CAP,
    DOWN_SECONDS,
    FULL_SECONDS,
    HURRY_MOST,
    HURRY_SECONDS,
    HURRY_SPACING,
    Schedule,
)

BOTH = [POSITIONS, ACCOUNT]


def asked_at(now: float, seconds: float = AUDIT_SECONDS, budget: Budget | None = None) -> Schedule:
    """A schedule that has just asked for both."""
    schedule = Schedule(budget)
    schedule.seconds = seconds
    for method in BOTH:
        schedule.asked(method, now)
    return schedule


def test_both_are_due_at_the_start() -> None:
    """The first snapshots are asked for at once."""
    assert Schedule().due(0.0) == BOTH


@pytest.mark.parametrize("seconds", [DOWN_SECONDS, AUDIT_SECONDS])
def test_next_is_due_an_interval_later(seconds: float) -> None:
    """The positions are asked for once an interval; totals change slowly, and are never asked for more than four times
    a minute.
    """
    schedule = asked_at(100.0, seconds)

    assert schedule.due_at() == 100.0 + seconds
    assert schedule.due(100.0 + seconds - 0.1) == []
    assert POSITIONS in schedule.due(100.0 + seconds)
    assert schedule.due(100.0 + AUDIT_SECONDS) == BOTH


def test_a_person_need_not_wait() -> None:
    """A refresh asks for both now, and forgets earlier failures."""
    schedule = asked_at(0.0)
    for _ in range(5):
        schedule.failed(ACCOUNT, 1.0)
    schedule.at_once(2.0)
    assert schedule.due(2.0) == BOTH

    schedule.failed(ACCOUNT, 2.0)
    assert schedule.due(4.0) == BOTH


def test_event_asks_for_both_soon() -> None:
    """An event brings the next snapshots forward: it tells no margins."""
    schedule = asked_at(0.0)
    schedule.hurry(10.0)

    assert schedule.due(10.0) == []
    assert schedule.due(10.0 + HURRY_SECONDS) == BOTH


def test_events_in_a_row_ask_once() -> None:
    """However many events come, snapshots that they ask for keep their distance, and are few a minute."""
    schedule = asked_at(0.0)
    asked = [0.0]
    for tenth in range(1, 600):
        now = tenth / 10
        schedule.hurry(now)
        for method in schedule.due(now):
            schedule.asked(method, now)
            asked += [now] * (method == POSITIONS)

    assert all(later - earlier >= HURRY_SPACING - 0.001 for earlier, later in itertools.pairwise(asked))
    assert len(asked) <= HURRY_MOST + 60 / AUDIT_SECONDS


@pytest.mark.parametrize(("count", "is_asked"), [(1919, True), (1920, False), (2400, False)])
def test_events_ask_for_nothing_when_the_limit_is_nearly_used(count: int, is_asked: bool) -> None:
    """From 80 % of the address's limit on, whoever used it, snapshots that are not needed are left out."""
    budget = Budget()
    schedule = asked_at(0.0, budget=budget)
    budget.used(count, 2400)
    schedule.hurry(6.0)

    assert (schedule.due(7.0) == BOTH) == is_asked


@pytest.mark.parametrize(
    ("count", "seconds"), [(2279, AUDIT_SECONDS), (2280, FULL_SECONDS), (9999, FULL_SECONDS)]
)
def test_audits_slow_down_when_the_limit_is_used(count: int, seconds: float) -> None:
    """From 95 % on, audits come once a minute."""
    budget = Budget()
    schedule = Schedule(budget)
    schedule.seconds = AUDIT_SECONDS
    budget.used(count, 2400)
    for method in BOTH:
        schedule.asked(method, 0.0)

    assert schedule.due_at() == seconds


def test_unknown_limit_is_no_limit() -> None:
    """An answer without a limit slows nothing down."""
    budget = Budget()
    schedule = Schedule(budget)
    budget.used(5, 0)
    schedule.hurry(10.0)

    assert schedule.due(10.3) == BOTH


def test_failures_back_off() -> None:
    """After failures in a row a snapshot is asked for after 2, 4, 8, 16 and then 30 seconds."""
    schedule = asked_at(0.0)
    delays = []
    for _ in range(6):
        schedule.failed(POSITIONS, 0.0)
        delays.append(schedule.due_at())

    assert delays == [2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert schedule.due(BACKOFF_CAP - 0.1) == [ACCOUNT]
    assert schedule.due(BACKOFF_CAP) == BOTH


def test_good_answer_ends_the_back_off() -> None:
    """After a good answer the next failure waits two seconds again."""
    schedule = asked_at(0.0)
    for _ in range(5):
        schedule.failed(POSITIONS, 0.0)
    schedule.answered(POSITIONS)
    schedule.failed(POSITIONS, 0.0)

    assert schedule.due(2.0) == [POSITIONS]


def test_each_method_has_its_own_failures() -> None:
    """One snapshot's good answers do not make the other's failures frequent, nor its failures the other's long."""
    schedule = asked_at(0.0)
    for _ in range(5):
        schedule.failed(POSITIONS, 0.0)
        schedule.answered(ACCOUNT)
    schedule.failed(ACCOUNT, 0.0)

    assert schedule.due(2.0) == [ACCOUNT]
    assert POSITIONS not in schedule.due(BACKOFF_CAP - 0.1)


def test_one_more_at_a_time() -> None:
    """One snapshot of the positions is asked for at a set time, whatever was asked before it."""
    schedule = asked_at(0.0)
    schedule.once_more(5.0)
    schedule.once_more(3.0)
    schedule.asked(POSITIONS, 2.9)

    assert (schedule.due(2.9), schedule.due_at()) == ([], 3.0)
    assert schedule.due(3.0) == [POSITIONS]
    schedule.asked(POSITIONS, 3.1)
    assert schedule.due_at() == 5.0
    schedule.asked(POSITIONS, 5.0)
    assert schedule.due_at() == 15.0


def test_not_earlier_and_not_later() -> None:
    """A request can be put off, and brought forward."""
    schedule = asked_at(0.0)
    schedule.not_earlier(POSITIONS, 20.0)
    schedule.not_earlier(POSITIONS, 18.0)
    schedule.not_later(ACCOUNT, 9.0)
    schedule.not_later(ACCOUNT, 11.0)

    assert schedule.due(19.9) == [ACCOUNT]
    assert schedule.due_at() == 9.0
    assert schedule.due(20.0) == BOTH


def test_shorter_rhythm_holds_at_once() -> None:
    """When the stream is lost, the next snapshot is due five seconds after the last one; a longer rhythm waits."""
    schedule = asked_at(0.0)
    schedule.rhythm(5.0, 4.0)
    assert schedule.due_at() == 5.0

    schedule.rhythm(15.0, 4.5)
    assert (schedule.due_at(), schedule.seconds) == (5.0, 15.0)


def test_answer_of_an_earlier_moment_is_asked_for_once_more() -> None:
    """No sooner than the spacing of what events ask for, and not at all when the limit is nearly used up."""
    schedule = asked_at(10.0)
    schedule.again(ACCOUNT, 10.5)

    assert schedule.due(10.0 + HURRY_SPACING - 0.1) == []
    assert schedule.due(10.0 + HURRY_SPACING) == [ACCOUNT]

    budget = Budget()
    budget.used(2000, 2400)
    busy = asked_at(10.0, budget=budget)
    busy.again(ACCOUNT, 10.5)
    assert busy.due(10.0 + HURRY_SPACING) == []


@given(
    st.lists(
        st.sampled_from(["event", "failed", "refresh", "used", "rhythm", "tick", "once", "spend"]),
        max_size=200,
    )
)
@settings(derandomize=True)
def test_weight_stays_small(steps: list[str]) -> None:
    """Whatever happens, however often a person refreshes, a minute of snapshots costs less than a twentieth of the limit."""
    budget, asked = Budget(), 0
    schedule = Schedule(budget)
    for number, step in enumerate(steps):
        now = number * 60 / 200
        if step == "event":
            schedule.hurry(now)
        elif step == "failed":
            schedule.failed(POSITIONS, now)
        elif step == "refresh":
            schedule.at_once(now)
        elif step == "once":
            schedule.once_more(now + 3.05)
        elif step == "spend":
            budget.spend(1, now)
        elif step == "used":
            budget.used(number * 20, 2400)
        elif step == "rhythm":
            schedule.rhythm(DOWN_SECONDS if number % 2 else AUDIT_SECONDS, now)
        for method in schedule.due(now):
            schedule.asked(method, now)
            budget.spend(5, now)
            asked += 5
    assert asked <= 120


@given(
    st.integers(0, 40),
    st.lists(
        st.tuples(st.integers(0, 1_200), st.sampled_from(["event", "coin event", "refresh", "ping"])),
        max_size=400,
    ),
)
@settings(derandomize=True)
def test_nothing_starves_an_audit(start: int, happenings: list[tuple[int, str]]) -> None:
    """However much an account trades and a person refreshes, from the start on: every book is audited in time."""
    budget = Budget()
    budget.spend(start, 0.0)
    books = [Schedule(budget), Schedule(budget, {POSITIONS: 1, ACCOUNT: 5})]
    costs = [{POSITIONS: 5, ACCOUNT: 5}, {POSITIONS: 1, ACCOUNT: 5}]
    for book in books:
        book.seconds = AUDIT_SECONDS
    last = {(place, method): 0.0 for place in (0, 1) for method in BOTH}
    left = sorted(happenings)
    for tenth in range(1_200):
        now = tenth / 10
        while left and left[0][0] <= tenth:
            _, what = left.pop(0)
            if what == "refresh":
                for book in books:
                    book.refresh(now)
            elif what != "ping":
                books[what == "coin event"].hurry(now)
        for place, book in enumerate(books):
            for method in book.due(now):
                book.asked(method, now)
                budget.spend(costs[place][method], now)
                last[place, method] = now
        assert budget.spent(now) <= budget.most
        assert all(now - at <= AUDIT_SECONDS + 0.2 for at in last.values())


def test_what_else_was_spent_counts() -> None:
    """Weight of other requests makes snapshots seldom, until a minute has passed."""
    budget = Budget()
    schedule = asked_at(0.0, DOWN_SECONDS, budget)
    budget.spend(90, 0.0)

    assert schedule.due(AUDIT_SECONDS - 0.1) == []
    assert schedule.due(AUDIT_SECONDS) == BOTH
    for method in BOTH:
        schedule.asked(method, 58.0)
    assert schedule.due(58.0 + DOWN_SECONDS) == [POSITIONS]


def test_connection_that_begins_asks_nothing_twice() -> None:
    """What has been asked since it was dialled is on its way; what was asked on another one is lost."""
    schedule = asked_at(10.0)
    schedule.begin(9.9, 10.1)
    assert schedule.due(10.1) == []

    schedule.begin(10.05, 10.2)
    assert schedule.due(10.2) == BOTH


def test_a_person_need_not_wait_because_it_is_dear() -> None:
    """A refresh is asked for at once although audits alone would be asked, until all is spent that may be."""
    budget = Budget()
    schedule = asked_at(0.0, DOWN_SECONDS, budget)
    budget.spend(100, 1.0)
    schedule.at_once(2.0)
    assert schedule.due(2.0) == BOTH

    budget.spend(10, 2.0)
    assert schedule.due(2.1) == []
    assert schedule.due(61.0) == BOTH


def test_books_of_one_address_share_what_they_spend() -> None:
    """What one book has spent makes the snapshots of another seldom, and stops them where nothing is left."""
    budget = Budget()
    other = Schedule(budget, {POSITIONS: 1, ACCOUNT: 5})
    for method in BOTH:
        other.asked(method, 0.0)
    budget.spend(118, 0.0)
    budget.spend(2, 8.0)

    other.at_once(9.0)
    assert other.due(9.0) == []
    assert other.due(20.0) == []
    assert 60.0 <= other.due_at() <= 61.0
    assert other.due(61.0) == BOTH
