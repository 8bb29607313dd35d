"""The exchange's clock, as far as it can be known from here."""

SAMPLES = 5
"""Round trips that make one measurement."""

FRESH_SECONDS = 300.0
"""A measurement this young is good enough for a connection that begins: a poor local clock drifts 60 ms in that time."""

SAFETY_MS = 200
"""Signed timestamps lie this far in the past, so that a small error never puts them into the future."""


class ExchangeClock:
    """Maps `now` (seconds that only grow) to the exchange's Unix time in milliseconds.

    Until it is measured it repeats this machine's wall clock. A measurement takes the round trip with the smallest
    delay: the exchange's time was read somewhere within it, so half of it is the largest possible error.
    """

    def __init__(self, now: float, wall_ms: int) -> None:
        self._now = now
        self._time_ms = float(wall_ms)
        self._samples: list[tuple[float, float, float, int]] = []
        self._is_doubted = True
        self.skew_ms: int | None = None
        """This machine's clock minus the exchange's; None until measured."""

    def time_ms(self, now: float) -> int:
        """Return the exchange's time."""
        return int(self._time_ms + (now - self._now) * 1000)

    def timestamp(self, now: float) -> int:
        """Return what a request signed now carries."""
        return self.time_ms(now) - (SAFETY_MS if self.is_measured else 0)

    @property
    def is_measured(self) -> bool:
        """Whether a measurement has succeeded."""
        return self.skew_ms is not None

    def is_fresh(self, now: float) -> bool:
        """Whether it was measured a short while ago, and nothing has happened since that makes it doubtful."""
        return not self._is_doubted and now - self._now < FRESH_SECONDS

    def doubt(self) -> None:
        """Note that it may be off: the next connection measures it."""
        self._is_doubted = True

    @property
    def samples(self) -> int:
        """Round trips of the measurement under way."""
        return len(self._samples)

    def begin(self) -> None:
        """Forget the round trips of an earlier measurement; the clock keeps going as it was."""
        self._samples.clear()

    def sample(self, sent: float, received: float, server_time_ms: int, wall_ms: int) -> None:
        """Take one round trip: sent and received by `now`, the time that the exchange answered with."""
        self._samples.append((received - sent, received, server_time_ms, wall_ms))
        delay, at, time_ms, wall = min(self._samples)
        self._now, self._time_ms = at, time_ms + delay * 500
        self.skew_ms = round(wall - self._time_ms)
        self._is_doubted = False
