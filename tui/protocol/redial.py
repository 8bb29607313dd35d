"""When to dial again: jittered delays that never give up, and manners that keep an IP address out of trouble."""

from collections import deque
from collections.abc import Callable

LOW, CAP = 20.0, 28.0
"""The longest delays, in seconds: with the way there and back, half a minute."""

USEFUL_AFTER = 60.0
"""Seconds of usefulness after which the delays begin anew."""

PER_WINDOW, WINDOW, SPACING = 20, 300.0, 1.0
"""At most 20 connects in five minutes and one a second, for the whole process."""

BEHIND = 10.0
"""So many times longer waits a connection that gives way to another that fails: one prober is enough for both."""

LONGEST_BAN = 3 * 24 * 3600.0
"""Seconds that Binance's longest ban lasts (page "General Info", IP limits)."""

REFUSED_FIRST, REFUSED_CAP = 60.0, 900.0
"""Delays after a refused key: a retry storm helps nobody."""


class Manners:
    """What all connections of the process share: how often they may dial, and how long they have to be silent."""

    def __init__(self) -> None:
        self._dials: deque[float] = deque(maxlen=PER_WINDOW)
        self._failing: set[object] = set()
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

    def failed(self, connection: object) -> None:
        """Note that a connection fails."""
        self._failing.add(connection)

    def opened(self, connection: object) -> None:
        """Note that it fails no longer, or is not tried."""
        self._failing.discard(connection)

    def do_others_fail(self, connection: object) -> bool:
        """Whether any other connection fails now."""
        return not self._failing <= {connection}

    def be_silent(self, until: float) -> None:
        """Send nothing before `until`."""
        self.silent_until = max(self.silent_until, until)

    def obey(self, seconds: float, now: float, chance: float) -> float:
        """Send nothing for as long as a server asks for, and a little longer; return for how long.

        Args:
            seconds: what it asked for; more than any ban lasts counts as that.
            now: the time.
            chance: a number from 0 up to 1, so that not all come back at the same moment.
        """
        silence = min(seconds, LONGEST_BAN) * (1.01 + 0.09 * chance)
        self.be_silent(now + silence)
        return silence


class Redial:
    """The delays of one connection: full-range jitter that doubles up to CAP.

    At the cap most of the range is left out: who dials more often than every 25 seconds soon has none of the 20
    connects left that five minutes hold, and would then miss that the server is back.
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

    def delay(self, now: float, gives_way: bool = False) -> float:
        """Return how long to wait after this loss or failure, in seconds; longer where it gives way to another."""
        if self._useful_since is not None and now - self._useful_since >= USEFUL_AFTER:
            self._attempts = self._refusals = 0
        self._useful_since = None
        reach = min(CAP, 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 10)
        low = LOW if reach == CAP else 0.0
        delay = low + (reach - low) * self._random()
        return delay if not gives_way or self._attempts < 2 else CAP * BEHIND

    def refused_delay(self) -> float:
        """Return how long to wait after the key was refused: 60 s, doubling to 15 minutes."""
        self._useful_since = None
        delay = min(REFUSED_CAP, REFUSED_FIRST * 2.0**self._refusals)
        self._refusals = min(self._refusals + 1, 10)
        return delay
