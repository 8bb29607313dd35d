"""What is spent of an IP address's limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.protocol.budget import MINUTE, ROOM, Budget


@pytest.mark.parametrize(("limit", "most"), [(2400, 120), (6000, 300)])
def test_a_twentieth_is_ours(limit: int, most: int) -> None:
    """5 % of what the address may use."""
    assert Budget(limit).most == most


def test_only_the_last_minute_counts() -> None:
    """What was spent a minute ago is spent no longer."""
    budget = Budget()
    budget.spend(5, 10.0)
    budget.spend(7, 20.0)

    assert (budget.spent(20.0), budget.spent(70.0), budget.spent(80.0)) == (12, 7, 0)


@pytest.mark.parametrize(("spent", "audits", "is_dear", "is_wanted_dear"), [
    (90, 0, False, False), (91, 0, True, False), (101, 0, True, True),
    (42, 16, False, False), (43, 16, True, False), (53, 16, True, True),
])  # fmt: skip
def test_what_may_wait_leaves_room_for_audits(
    spent: int, audits: int, is_dear: bool, is_wanted_dear: bool
) -> None:
    """What is asked now must fit, and the three audits until it counts no longer must fit beside it."""
    budget = Budget()
    budget.audits = audits
    budget.spend(spent, 0.0)

    assert budget.is_dear(10, 0.5) == is_dear
    assert budget.is_dear(10, 0.5, is_wanted=True) == is_wanted_dear


def test_what_is_soon_a_minute_ago_leaves_its_room() -> None:
    """Weight that will not count any more when an audit is due is in nobody's way."""
    budget = Budget()
    budget.audits = 16
    budget.spend(59, 0.0)
    budget.spend(16, 40.0)

    assert not budget.is_dear(10, 46.0)
    assert budget.is_dear(10, 44.0)


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 40)), max_size=30), st.integers(1, 40))
def test_there_is_room_when_it_says_so(spent: list[tuple[float, int]], weight: int) -> None:
    """At the time it names a request fits, and it never fits a moment earlier."""
    budget = Budget()
    for at, amount in sorted(spent):
        budget.spend(amount, at)
    at = budget.room_at(weight, 60.0)

    if at > 60.0:
        assert budget.spent(at - 1e-6) + weight > budget.most * ROOM
    assert budget.spent(at + 1e-6) + weight <= budget.most * ROOM
    assert at <= 60.0 + MINUTE
