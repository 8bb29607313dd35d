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


def test_nearly_all_is_dear() -> None:
    """From three quarters on, only what is needed is asked."""
    budget = Budget()
    budget.spend(89, 0.0)
    assert not budget.is_dear(1.0)

    budget.spend(1, 1.0)
    assert budget.is_dear(1.0)


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
