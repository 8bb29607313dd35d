"""How figures went since the program began: a bounded number of points each, thinned as the session grows."""

import math
from array import array
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

Name = tuple[str, ...]
"""Whose figures they are: the key of a position, or (account, book)."""

POINTS = 240
"""Points that are kept of a figure at most; an even number."""
STEP_MS = 2_000
"""Time from one note, and at the beginning from one point, to the next; points move apart when they are full."""
GAP = math.nan
"""In the place of a figure that was unknown or did not hold."""


class Trace:
    """Some figures of one thing, point by point.

    Single precision is enough for a picture; the lowest and the highest value are kept as they were told.
    """

    __slots__ = ("high", "low", "newest", "points")

    def __init__(self, figures: int) -> None:
        self.points = [array("f") for _ in range(figures)]
        """They end with the newest that is known."""
        self.newest = [GAP] * figures
        """What was noted last; it holds until it is noted anew."""
        self.low: list[Decimal | None] = [None] * figures
        self.high: list[Decimal | None] = [None] * figures

    def note(self, place: int, values: Sequence[Decimal | None]) -> None:
        """Put the figures at a place; None leaves a gap."""
        for number, value in enumerate(values):
            self.newest[number] = GAP if value is None else float(value)
            if value is None:
                continue
            points = self.points[number]
            if place >= len(points):
                points.extend([GAP] * (place + 1 - len(points)))
            points[place] = self.newest[number]
            low, high = self.low[number], self.high[number]
            self.low[number] = value if low is None or value < low else low
            self.high[number] = value if high is None or value > high else high

    def fill(self, count: int) -> None:
        """Draw what holds out to so many points."""
        for points, newest in zip(self.points, self.newest, strict=True):
            if not math.isnan(newest):
                points.extend([newest] * (count - len(points)))

    def thin(self) -> None:
        """Keep the later one of every two points."""
        self.points = [points[1::2] for points in self.points]


class History:
    """The traces of everything that is shown. Time is an argument, in the exchange's milliseconds."""

    def __init__(self) -> None:
        self.step_ms = STEP_MS
        self.place = -1
        """The place of the newest point; -1 before the first."""
        self._begin_ms = 0
        self._noted_ms = 0
        self._done = 0
        """How many points had been noted when the newest notes began: several notes may fall on one point."""
        self.is_unbroken = False
        """Whether the newest point follows upon the one before: what is not noted anew is as it was."""
        self._traces: dict[Name, Trace] = {}

    def begin_point(self, time_ms: int) -> bool:
        """Make room for a point; return whether figures are to be noted. Time without points becomes a gap.

        They are noted every STEP_MS, so that lowest and highest do not get coarser with the points.
        """
        if self.place < 0:
            self._begin_ms = self._noted_ms = time_ms
        elif time_ms < self._noted_ms + STEP_MS:
            return False
        self._noted_ms = time_ms - (time_ms - self._begin_ms) % STEP_MS
        place = (time_ms - self._begin_ms) // self.step_ms
        self.is_unbroken = 0 <= self.place >= place - 1
        self._done = self.place + 1
        if not self.is_unbroken or place >= POINTS:
            self._fill_all(holds_on=self.is_unbroken)
        while place >= POINTS:
            place //= 2
            self._done //= 2
            self.step_ms *= 2
            for trace in self._traces.values():
                trace.thin()
        self.place = place
        return True

    def note(self, name: Name, *values: Decimal | None) -> None:
        """Put figures at the newest point; None is a gap."""
        trace = self._traces.get(name)
        if trace is None:
            trace = self._traces[name] = Trace(len(values))
        trace.fill(self._done)
        trace.note(self.place, values)

    def _fill_all(self, *, holds_on: bool) -> None:
        """Write down what held until now; whether it does so on."""
        for trace in self._traces.values():
            trace.fill(self._done)
            if not holds_on:
                trace.newest = [GAP] * len(trace.newest)

    def keep(self, names: Collection[Name]) -> None:
        """Forget all but these."""
        self.drop(self._traces.keys() - names)

    def drop(self, names: Iterable[Name]) -> None:
        """Forget what is no longer there."""
        for name in names:
            self._traces.pop(name, None)

    def trace(self, name: Name) -> Trace | None:
        """The figures of one thing; None while there is no point."""
        trace = self._traces.get(name)
        if trace is not None:
            trace.fill(self.place + 1)
        return trace

    def points(self, name: Name, figure: int) -> Sequence[float]:
        """One figure from the first to the newest point; NaN is a gap."""
        trace = self.trace(name)
        if trace is None:
            return ()
        points, count = trace.points[figure], self.place + 1
        return points[:count] + array("f", [GAP]) * (count - len(points))

    @property
    def span_ms(self) -> int:
        """How long it has been noted."""
        return max(0, self.place) * self.step_ms
