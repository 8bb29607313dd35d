"""When to dial again, and how often all connections together may."""

import itertools
import statistics
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui.protocol.redial import (
    BEHIND,
    CAP,
    LOW,
    PER_WINDOW,
    REFUSED_CAP,
    REFUSED_FIRST,
    SPACING,
    USEFUL_AFTER,
    WINDOW,
    Manners,
    Redial,
)

REACHES = [1.0, 2.0, 4.0, 8.0, 16.0, CAP, CAP, CAP]
"""The longest delay after each loss in a row."""


@pytest.mark.parametrize(("chance", "lows"), [(0.0, [0, 0, 0, 0, 0, LOW, LOW, LOW]), (1.0, REACHES)])
def test_delays_double_up_to_the_cap(chance: float, lows: list[float]) -> None:
    """The range of a delay doubles from one second to the cap; there most of it is left out."""
    redial = Redial(lambda: chance)

    assert [redial.delay(float(now)) for now in range(8)] == lows


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=40))
@settings(derandomize=True)
def test_delays_stay_in_bounds(chances: list[float]) -> None:
    """Whatever chance says, a delay is never negative and never above the cap, and the reach never shrinks."""
    redial = Redial(iter(chances).__next__)

    for attempt in range(len(chances)):
        assert 0 <= redial.delay(float(attempt)) <= min(CAP, 2.0**attempt)


def test_clients_that_were_cut_together_spread() -> None:
    """Many clients that were cut at one moment come back over many seconds, and never at the same time again."""
    dials, last = [], []
    for seed in range(50):
        redial = Redial(Random(seed).random)
        delays = [redial.delay(float(now)) for now in range(8)]
        dials.append(sum(delays))
        last.append(delays[-1])

    assert max(dials) - min(dials) > 15
    assert all(LOW <= delay <= CAP for delay in last)
    assert statistics.stdev(last) > 0.5


def test_who_gives_way_waits_longer() -> None:
    """A connection that gives way to another that fails waits long, but for its first attempt."""
    redial = Redial(lambda: 1.0)

    assert [redial.delay(float(now), gives_way=True) for now in range(3)] == [1.0, CAP * BEHIND, CAP * BEHIND]


def test_connections_know_of_each_others_failures() -> None:
    """A connection asks whether any other fails: its own failures, and those that are over, do not count."""
    manners, api, market = Manners(), object(), object()
    manners.failed(api)
    seen = [manners.do_others_fail(api), manners.do_others_fail(market)]
    manners.failed(market)
    seen.append(manners.do_others_fail(api))
    manners.opened(market)

    assert [*seen, manners.do_others_fail(api)] == [False, True, True, False]


def lost_often(redial: Redial, now: float = 0.0) -> None:
    for _ in range(8):
        redial.delay(now)


@pytest.mark.parametrize(
    ("useful", "lost_at", "delay"),
    [
        ([], 1000.0, CAP),
        ([10.0], 69.9, CAP),
        ([10.0], 70.0, 1.0),
        ([10.0, 20.0, 69.9], 69.9, CAP),
        ([10.0, 70.0], 70.5, 1.0),
    ],
)
def test_delays_begin_anew_after_a_useful_minute(useful: list[float], lost_at: float, delay: float) -> None:
    """A handshake is not enough: only a connection that was useful for a minute makes the delays short again."""
    redial = Redial(lambda: 1.0)
    lost_often(redial)
    for now in useful:
        redial.useful(now)

    assert redial.delay(lost_at) == delay


def test_usefulness_does_not_add_up_over_connections() -> None:
    """Two connections of half a minute are not one of a minute."""
    redial = Redial(lambda: 1.0)
    lost_often(redial)
    for begun in (0.0, 100.0, 200.0):
        redial.useful(begun)
        assert redial.delay(begun + 40.0) == CAP


def test_usefulness_ends_with_a_refusal() -> None:
    """What a connection did before its key was refused does not make later losses short."""
    redial = Redial(lambda: 1.0)
    redial.useful(0.0)
    redial.refused_delay()

    assert [redial.delay(1000.0 + now) for now in range(3)] == [1.0, 2.0, 4.0]
    assert redial.refused_delay() == 2 * REFUSED_FIRST


def test_refusals_wait_longer_each_time() -> None:
    """A refused key is tried again after a minute, then two, up to a quarter of an hour."""
    redial = Redial(lambda: 0.0)

    delays = [redial.refused_delay() for _ in range(14)]
    assert delays[:6] == [60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert delays[-1] == REFUSED_CAP


def test_refusals_begin_anew_after_a_useful_minute() -> None:
    """A key that worked for a minute is tried again soon."""
    redial = Redial(lambda: 0.0)
    for _ in range(5):
        redial.refused_delay()
    redial.useful(0.0)
    redial.useful(USEFUL_AFTER)

    assert redial.refused_delay() == REFUSED_FIRST


@given(st.lists(st.floats(0, 60), min_size=1, max_size=120), st.floats(0, 10_000))
@example([0.0] * 61, 0.0)
@example([1.5] * 61, 5.0)
@settings(derandomize=True)
def test_dials_keep_their_manners(wishes: list[float], start: float) -> None:
    """Whenever connections are wanted, dialling at the polite time keeps to one a second and 20 in five minutes."""
    manners = Manners()
    now, dials = start, []
    for wish in wishes:
        now = max(now + wish, manners.dial_at(now + wish))
        manners.dialled(now)
        dials.append(now)

    assert all(later - earlier >= SPACING * 0.999_999 for earlier, later in itertools.pairwise(dials))
    for first, last in zip(dials, dials[PER_WINDOW:], strict=False):
        assert last - first >= WINDOW * 0.999_999


def test_first_dial_is_at_once() -> None:
    """Nothing is waited for before the first dial, nor a minute after the last."""
    manners = Manners()
    assert manners.dial_at(5.0) == 5.0
    manners.dialled(5.0)

    assert (manners.dial_at(5.0), manners.dial_at(65.0)) == (6.0, 65.0)


@pytest.mark.parametrize(
    ("asked", "chance", "silence"),
    [(10.0, 0.0, 10.1), (10.0, 1.0, 11.0), (999_999_999_999.0, 0.0, 261_792.0)],
)
def test_silence_lasts_as_long_as_is_asked_for_and_no_ban_is_longer_than_three_days(
    asked: float, chance: float, silence: float
) -> None:
    """A little longer than asked, never for ever."""
    manners = Manners()

    assert manners.obey(asked, 5.0, chance) == pytest.approx(silence)
    assert manners.silent_until == pytest.approx(5.0 + silence)


def test_silence_holds_for_all() -> None:
    """A silence that the exchange demands is kept, and a shorter one does not end it."""
    manners = Manners()
    manners.be_silent(100.0)
    manners.be_silent(50.0)

    assert (manners.silent_until, manners.dial_at(10.0), manners.dial_at(100.5)) == (100.0, 100.0, 100.5)
