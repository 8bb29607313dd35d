"""How figures went: bounded, thinned, and with gaps where nothing held."""

import math
import random
import sys
from decimal import Decimal

import pytest

from tui.book import history as history_module
from tui.book.history import POINTS, STEP_MS, History

ONE = ("main", "usdm", "BTCUSDT", "LONG")


def shape(history: History) -> str:
    """Points as digits, gaps as dots."""
    return "".join("." if math.isnan(value) else f"{value:.0f}" for value in history.points(ONE, 0))


def test_points_come_at_their_times_only() -> None:
    """One point a step; time without points and figures that do not hold leave gaps."""
    history = History()
    for time_ms, value in ((0, 1), (1_999, 9), (2_000, 2), (4_000, None), (9_000, 5), (8_000, 9)):
        if history.begin_point(time_ms):
            history.note(ONE, None if value is None else Decimal(value))

    assert shape(history) == "12..5"
    assert history.span_ms == 4 * STEP_MS


def test_whole_session_stays_within_its_points() -> None:
    """A long session is thinned: every point keeps its place in time, and lowest and highest stay exact."""
    history = History()
    for second in range(0, 6_000, 2):
        if history.begin_point(second * 1_000):
            history.note(ONE, Decimal(second))
    points = list(history.points(ONE, 0))
    trace = history.trace(ONE)

    assert trace is not None
    assert POINTS // 2 <= len(points) <= POINTS
    assert points == sorted(points)
    assert (trace.low[0], trace.high[0]) == (Decimal(0), Decimal(5_998))
    assert all(
        abs(value - place * history.step_ms / 1000) <= history.step_ms / 1000
        for place, value in enumerate(points)
    )


def test_long_sleep_becomes_a_gap() -> None:
    """After a suspended day what was before is still there, and the day is empty."""
    history = History()
    history.begin_point(0)
    history.note(ONE, Decimal(1))
    history.begin_point(2_000)
    history.note(ONE, Decimal(2))
    history.begin_point(86_400_000)
    history.note(ONE, Decimal(3))

    assert len(history.points(ONE, 0)) <= POINTS
    assert shape(history).endswith(".3")
    assert set(shape(history)) == {".", "3"} or shape(history)[0] in "12"


def test_late_position_begins_with_a_gap() -> None:
    """What opens later has nothing before, and what has gone is forgotten."""
    history = History()
    history.begin_point(0)
    history.begin_point(2_000)
    history.note(ONE, Decimal(4))
    begun = shape(history)
    history.keep(set())

    assert (begun, list(history.points(ONE, 0)), history.trace(ONE)) == (".4", [], None)


def test_five_thousand_positions_take_little_memory() -> None:
    """Three figures of 5,000 positions take less than 20 MB, however long the session."""
    history, sizes = History(), []
    for second in range(0, 3_000, 2):
        if history.begin_point(second * 1_000):
            history.note(ONE, Decimal(1), Decimal(2), Decimal(3))
        trace = history.trace(ONE)
        assert trace is not None
        sizes.append(sum(map(sys.getsizeof, (trace, trace.points, trace.low, trace.high, *trace.points))))

    assert 5_000 * max(sizes) < 20_000_000


@pytest.mark.parametrize("seed", range(200))
def test_held_points_are_as_if_they_had_been_noted(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not noted anew leaves the same points as telling it again, gaps and thinning among them."""
    monkeypatch.setattr(history_module, "POINTS", 8)  # thinned again and again
    dice, told, held = random.Random(seed), History(), History()
    time_ms, known = 0, None
    for _ in range(50):
        time_ms += dice.choice((500, 2_000, 2_000, 2_000, 2_100, 4_000, 9_000))
        is_due = told.begin_point(time_ms)
        assert held.begin_point(time_ms) is is_due
        if not is_due:
            continue
        if dice.random() < 0.4 or not held.is_unbroken:
            known = dice.choice((None, Decimal(dice.randrange(9))))
            held.note(ONE, known)
        told.note(ONE, known)
        if dice.random() < 0.3:
            assert shape(held) == shape(told)
    assert shape(held) == shape(told)


def test_what_ceased_to_be_known_is_not_held() -> None:
    """Of two notes on one point the later counts: nothing is drawn on from a figure that no longer holds."""
    history = History()
    for second in range(0, 2_000, 2):
        if history.begin_point(second * 1_000):
            history.note(ONE, Decimal(1))
    step_ms, next_ms = history.step_ms, (history.place + 1) * history.step_ms
    assert step_ms > STEP_MS  # several notes fall on one point
    for time_ms, value in ((next_ms, Decimal(1)), (next_ms + STEP_MS, None)):
        assert history.begin_point(time_ms)
        history.note(ONE, value)
    assert history.begin_point(next_ms + step_ms)

    assert shape(history).endswith("1.")
