"""When to ask for a snapshot: often enough to bound every silent failure, seldom enough to cost nobody a ban."""

from collections import deque
from collections.abc import Mapping

from tui.protocol.budget import AUDIT_SECONDS, MINUTE, Budget
from tui.protocol.requests import ACCOUNT, METHODS, POSITIONS

DOWN_SECONDS = 5.0
"""Between snapshots while it is not."""

HURRY_SECONDS = 0.3
"""After an event: long enough for the events that come with it, short enough to be seen as at once."""

HURRY_SPACING = 5.0
"""Between snapshots that events ask for."""

HURRY_MOST = 10
"""Snapshots in a minute above which events ask for no more: 100 of weight while an account trades without a pause."""

BACKOFF_FIRST, BACKOFF_CAP = 2.0, 30.0
"""After a failed snapshot, doubling."""

BUSY, FULL = 0.80, 0.95
"""Use of the IP address's limit above which optional snapshots stop, and above which audits slow down."""

FULL_SECONDS = 60.0


class Schedule:
    """When each of the two snapshots of one book is due."""

    def __init__(self, budget: Budget | None = None, costs: Mapping[str, int] | None = None) -> None:
        """Plan for one book.

        Args:
            budget: what the books of one IP address spend together.
            costs: the weight of each of the two snapshots; USD-M's when it is left out.
        """
        self._budget = budget or Budget()
        self._costs = costs or {method: METHODS[method].weight for method in (POSITIONS, ACCOUNT)}
        self._budget.audits += sum(self._costs.values())
        self.seconds = DOWN_SECONDS
        """Between snapshots."""
        self._due = {POSITIONS: 0.0, ACCOUNT: 0.0}
        self._asked = {POSITIONS: -AUDIT_SECONDS, ACCOUNT: -AUDIT_SECONDS}
        self._interval_then = dict.fromkeys(self._due, DOWN_SECONDS)
        """The interval that `_due` was set by."""
        self._recent: deque[float] = deque(maxlen=HURRY_MOST)
        self._extra: list[float] = []
        self._failures = dict.fromkeys(self._due, 0)
        self._wanted: set[str] = set()
        """What is asked at once, however dear it is."""

    def due(self, now: float) -> list[str]:
        """Return the methods to ask now."""
        if self._extra and self._extra[0] <= now:
            self._extra = [at for at in self._extra if at > now]
            self._due[POSITIONS] = min(self._due[POSITIONS], now)
            self._wanted.add(POSITIONS)
        weight = 0
        for method in [method for method, due in self._due.items() if due <= now]:
            asked, weight = self._asked[method], weight + self._costs[method]
            may_wait = method not in self._wanted and now < asked + AUDIT_SECONDS
            if may_wait and self._budget.is_dear(weight, now):
                self._due[method] = asked + AUDIT_SECONDS
            elif (room_at := self._budget.room_at(weight, now)) > now:
                self._due[method] = room_at
        return [method for method, due in self._due.items() if due <= now]

    def due_at(self) -> float:
        """Return when the next one is due."""
        return min(*self._due.values(), *self._extra)

    def asked(self, method: str, now: float) -> None:
        """Note that it was asked; the next is due an interval later."""
        self._asked[method] = now
        self._wanted.discard(method)
        self._interval_then[method] = self._interval(method)
        self._due[method] = now + self._interval_then[method]
        if method == POSITIONS:
            self._recent.append(now)
            self._extra = [at for at in self._extra if at > now]

    def answered(self, method: str) -> None:
        """Note a good answer."""
        self._failures[method] = 0

    def failed(self, method: str, now: float) -> None:
        """Note a failure: ask again after 2 s, doubling to 30 s."""
        self._due[method] = now + min(BACKOFF_CAP, BACKOFF_FIRST * 2.0 ** self._failures[method])
        self._failures[method] = min(self._failures[method] + 1, 10)

    def at_once(self, now: float) -> None:
        """Ask for both now: what was known may no longer hold."""
        for method in self._due:
            self._due[method] = now
            self._failures[method] = 0
            self._wanted.add(method)

    def refresh(self, now: float) -> bool:
        """Ask for both now, because a person wants it; return False where that has been done too often to do it again."""
        if self._budget.is_dear(self._budget.audits, now, is_wanted=True):  # every book is asked
            return False
        self.at_once(now)
        return True

    def begin(self, since: float, now: float) -> None:
        """Ask for both now, unless they have been asked `since` the connection that has begun was dialled."""
        for method, asked in self._asked.items():
            if asked < since:
                self._due[method] = now
                self._wanted.add(method)
            self._failures[method] = 0

    def not_later(self, method: str, at: float) -> None:
        """Ask at `at` at the latest."""
        self._due[method] = min(self._due[method], at)

    def once_more(self, at: float) -> None:
        """Ask for the positions at this time, whatever was asked before it."""
        self._extra = sorted([*self._extra, at])

    def not_earlier(self, method: str, at: float) -> None:
        """Do not ask before `at`."""
        self._due[method] = max(self._due[method], at)

    def hurry(self, now: float) -> None:
        """Ask for both soon after an event, which carries no margins, unless the limit is nearly used up or it just failed."""
        if self._budget.use >= BUSY:
            return
        at = max(now + HURRY_SECONDS, self._asked[POSITIONS] + HURRY_SPACING)
        if len(self._recent) == HURRY_MOST:
            at = max(at, self._recent[0] + MINUTE)
        for method, failures in self._failures.items():
            if not failures:
                self.not_later(method, at)

    def again(self, method: str, now: float) -> None:
        """Ask once more soon, HURRY_SPACING after the last time: the answer was of an earlier moment than the book."""
        if self._budget.use < BUSY:
            self.not_later(method, max(now, self._asked[method] + HURRY_SPACING))

    def rhythm(self, seconds: float, now: float) -> None:
        """Change the interval; a shorter one holds at once, also when the limit is no longer used up."""
        self.seconds = seconds
        for method, then in self._interval_then.items():
            interval = self._interval(method)
            if interval < then:
                self._interval_then[method] = interval
                self.not_later(method, self._asked[method] + interval)

    def _interval(self, method: str) -> float:
        """Totals change slowly, and are asked for less often than positions."""
        seconds = self.seconds
        if method == ACCOUNT:
            seconds = max(seconds, AUDIT_SECONDS)
        return max(seconds, FULL_SECONDS) if self._budget.use >= FULL else seconds
