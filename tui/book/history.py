"""How figures went since the program began: a bounded number of points each, thinned as the session grows."""

import math
from array import array
from collections.abc import Collection, Sequence
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

    __slots__ = ("high", "holds", "low", "points")

    def __init__(self, figures: int) -> None:
        self.points = [array("f") for _ in range(figures)]
        """They end with the newest that is known."""
        self.holds = [False] * figures
        """Whether the newest that was noted is known: several notes may fall on one point."""
        self.low: list[Decimal | None] = [None] * figures
        self.high: list[Decimal | None] = [None] * figures

    def note(self, place: int, values: Sequence[Decimal | None]) -> None:
        """Put the figures at a place; None leaves a gap."""
        for number, value in enumerate(values):
            self.holds[number] = value is not None
            if value is None:
                continue
            points = self.points[number]
            if place >= len(points):
                points.extend([GAP] * (place + 1 - len(points)))
            points[place] = float(value)
            low, high = self.low[number], self.high[number]
            self.low[number] = value if low is None or value < low else low
            self.high[number] = value if high is None or value > high else high

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
        self._before = self._noted = self._held = -1
        """The places of the newest notes but one, of the newest, and of the newest point that is as it was there."""
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
        while place >= POINTS:
            self._catch_up()
            self._before = self._noted = self._held = (self._noted + 1) // 2 - 1
            place //= 2
            self.step_ms *= 2
            for trace in self._traces.values():
                trace.thin()
        self.place = place
        return True

    @property
    def is_unbroken(self) -> bool:
        """Whether the newest point follows upon noted ones: nothing is known of a time without points."""
        return 0 <= self._held >= self.place - 1

    def hold(self) -> None:
        """Let everything at the newest point be as it was before; to be called in place of noting, where it is unbroken."""
        self._held = self.place

    def repeat(self, name: Name) -> None:
        """Let the figures of one thing be as they were before, where it is unbroken."""
        self._begin_notes()
        trace = self._traces.get(name)
        if trace is not None:
            self._fill(trace, self._before)

    def note(self, name: Name, *values: Decimal | None) -> None:
        """Put figures at the newest point; None is a gap."""
        self._begin_notes()
        trace = self._traces.get(name)
        if trace is None:
            trace = self._traces[name] = Trace(len(values))
        trace.note(self.place, values)

    def _begin_notes(self) -> None:
        """Write down what was held, once a point."""
        if self._noted != self.place:
            self._catch_up()
            self._before = self._noted
            self._noted = self._held = self.place

    def _catch_up(self) -> None:
        if self._held > self._noted:
            for trace in self._traces.values():
                self._fill(trace, self._noted)
            self._noted = self._held

    def _fill(self, trace: Trace, last: int) -> None:
        """Draw what was known at the place `last` out to where it is held."""
        for points, holds in zip(trace.points, trace.holds, strict=True):
            if holds and len(points) > last >= 0:
                points.extend(points[-1:] * (self._held + 1 - len(points)))

    def keep(self, names: Collection[Name]) -> None:
        """Forget what is no longer there."""
        for name in self._traces.keys() - names:
            del self._traces[name]

    def trace(self, name: Name) -> Trace | None:
        """The figures of one thing; None while there is no point."""
        trace = self._traces.get(name)
        if trace is not None:
            self._fill(trace, self._noted)
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
