"""The exchange's clock, known through round trips of any quality."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.wire import WALL_MS
from tui.protocol.clock import FRESH_SECONDS, SAFETY_MS, SAMPLES, ExchangeClock


def sampled(clock: ExchangeClock, sent: float, there: float, back: float, offset_ms: int) -> float:
    """One round trip to an exchange whose clock is `offset_ms` ahead; returns when it ended."""
    arrived = sent + there
    received = arrived + back
    clock.sample(
        sent, received, WALL_MS + round(arrived * 1000) + offset_ms, WALL_MS + round(received * 1000)
    )
    return received


def test_unmeasured_clock_repeats_the_wall() -> None:
    """Before a measurement the machine's own time is all there is."""
    clock = ExchangeClock(100.0, WALL_MS)

    assert (clock.time_ms(100.0), clock.time_ms(101.5)) == (WALL_MS, WALL_MS + 1500)
    assert clock.timestamp(100.0) == WALL_MS
    assert not clock.is_measured
    assert clock.skew_ms is None


@pytest.mark.parametrize("offset_ms", [0, 30_000, -30_000, 5_000, 86_400_000])
def test_measured_clock_shows_the_exchanges_time(offset_ms: int) -> None:
    """However far this machine's clock is off, it is known and corrected."""
    clock = ExchangeClock(0.0, WALL_MS)
    sampled(clock, 1.0, 0.05, 0.05, offset_ms)

    assert clock.time_ms(10.0) == WALL_MS + 10_000 + offset_ms
    assert clock.skew_ms == -offset_ms
    assert clock.timestamp(10.0) == clock.time_ms(10.0) - SAFETY_MS


def test_one_slow_reply_spoils_nothing() -> None:
    """Of several round trips the fastest counts: a reply that took four seconds is not believed."""
    clock = ExchangeClock(0.0, WALL_MS)
    now = 0.0
    for delay in (0.02, 4.0, 0.02, 0.02, 0.02):
        now = sampled(clock, now, 0.02, delay, 30_000)

    assert clock.samples == SAMPLES
    assert abs(clock.time_ms(now) - (WALL_MS + round(now * 1000) + 30_000)) <= 10


@given(
    st.lists(st.tuples(st.floats(0.001, 5), st.floats(0.001, 5)), min_size=1, max_size=SAMPLES),
    st.integers(-100_000, 100_000),
)
@settings(derandomize=True)
def test_error_is_at_most_half_of_the_fastest_round_trip(
    trips: list[tuple[float, float]], offset_ms: int
) -> None:
    """Whatever the delays, the time shown is off by no more than half of the smallest delay."""
    clock = ExchangeClock(0.0, WALL_MS)
    now = 0.0
    for there, back in trips:
        now = sampled(clock, now, there, back, offset_ms)

    largest_error_ms = min(there + back for there, back in trips) * 500 + 2
    assert abs(clock.time_ms(now + 60) - (WALL_MS + (now + 60) * 1000 + offset_ms)) <= largest_error_ms


def test_clock_is_fresh_for_a_while() -> None:
    """A measurement is good for a connection that begins soon after it, unless something has made it doubtful."""
    clock = ExchangeClock(0.0, WALL_MS)
    seen = [clock.is_fresh(0.0)]
    now = sampled(clock, 0.0, 0.05, 0.05, 0)
    seen += [clock.is_fresh(now), clock.is_fresh(now + FRESH_SECONDS + 1)]
    clock.doubt()

    assert [*seen, clock.is_fresh(now)] == [False, True, False, False]


def test_new_measurement_forgets_the_old_one() -> None:
    """After a clock was set, old round trips count no longer, however fast they were; until then the clock goes on."""
    clock = ExchangeClock(0.0, WALL_MS)
    sampled(clock, 0.0, 0.001, 0.001, 0)
    clock.begin()
    assert clock.samples == 0
    assert clock.time_ms(5.0) == pytest.approx(WALL_MS + 5000, abs=1)

    sampled(clock, 5.0, 0.1, 0.1, -7_000)
    assert clock.time_ms(6.0) == pytest.approx(WALL_MS + 6000 - 7_000, abs=1)
    assert clock.skew_ms == 7_000


def test_signed_timestamps_are_never_ahead_of_the_exchange() -> None:
    """Whatever the asymmetry of a quick line, a timestamp is in the exchange's past and within its window."""
    for there, back in ((0.0, 0.3), (0.3, 0.0), (0.15, 0.15)):
        clock = ExchangeClock(0.0, WALL_MS)
        now = sampled(clock, 0.0, there, back, 12_345)
        age_ms = WALL_MS + round(now * 1000) + 12_345 - clock.timestamp(now)
        assert 0 <= age_ms <= 1000
