"""When to dial again: jittered delays that never give up, and manners that keep an IP address out of trouble."""

from collections import deque
from collections.abc import Callable

CAP = 28.0
"""The longest delay, in seconds: with the way there and back, half a minute."""

USEFUL_AFTER = 60.0
"""Seconds of usefulness after which the delays begin anew."""

PER_WINDOW, WINDOW, SPACING = 20, 300.0, 1.0
"""At most 20 connects in five minutes and one a second, for the whole process."""

BEHIND = 3.0
"""So many times longer are the longest delays of a connection that fails beside another: 20 connects are soon used up."""

REFUSED_FIRST, REFUSED_CAP = 60.0, 900.0
"""Delays after a refused key: a retry storm helps nobody."""


class Manners:
    """What all connections of the process share: how often they may dial, and how long they have to be silent."""

    def __init__(self) -> None:
        self._dials: deque[float] = deque(maxlen=PER_WINDOW)
        self._failing: list[object] = []
        self.silent_until = 0.0
        """No request and no connect before this `now`: a 429, a 418 or a firewall's 403 said so."""

    def dial_at(self, now: float) -> float:
        """Return the earliest `now` at which one more connect is polite."""
        at = max(now, self.silent_until)
        if self._dials:
            at = max(at, self._dials[-1] + SPACING)
        if len(self._dials) == PER_WINDOW:
            at = max(at, self._dials[0] + WINDOW)
        return at

    def dialled(self, now: float) -> None:
        """Count one connect."""
        self._dials.append(now)

    def failed(self, connection: object) -> bool:
        """Note that a connection fails; return whether it was the first: the others wait longer, and for its success."""
        if connection not in self._failing:
            self._failing.append(connection)
        return self._failing[0] is connection

    def opened(self, connection: object) -> None:
        """Note that it fails no longer, or is not tried."""
        if connection in self._failing:
            self._failing.remove(connection)

    def be_silent(self, until: float) -> None:
        """Send nothing before `until`."""
        self.silent_until = max(self.silent_until, until)


class Redial:
    """The delays of one connection: full-range jitter that doubles up to CAP.

    At the cap the lower half of the range is left out: three connections that dial every 15 seconds would exceed
    the 20 connects in five minutes.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._attempts = 0
        self._refusals = 0
        self._useful_since: float | None = None

    def useful(self, now: float) -> None:
        """Note that the connection does its work now."""
        if self._useful_since is None:
            self._useful_since = now
        elif now - self._useful_since >= USEFUL_AFTER:
            self._attempts = self._refusals = 0

    def delay(self, now: float, is_first: bool = True) -> float:
        """Return how long to wait after this loss or failure, in seconds."""
        if self._useful_since is not None and now - self._useful_since >= USEFUL_AFTER:
            self._attempts = self._refusals = 0
        self._useful_since = None
        reach = min(CAP, 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 10)
        low = CAP / 2 if reach == CAP else 0.0
        delay = low + (reach - low) * self._random()
        return delay if is_first or reach < CAP else delay * BEHIND

    def refused_delay(self) -> float:
        """Return how long to wait after the key was refused: 60 s, doubling to 15 minutes."""
        self._useful_since = None
        delay = min(REFUSED_CAP, REFUSED_FIRST * 2.0**self._refusals)
        self._refusals = min(self._refusals + 1, 10)
        return delay
