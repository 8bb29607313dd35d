"""What the workers of one IP address may spend together: a twentieth of the request weight that Binance allows it."""

from collections import deque

LIMIT = 2400
"""Request weight a minute of one IP address at USD-M and COIN-M, which share it (page "General Info", rate limits)."""

PART = 20
"""We spend at most one part in so many."""

SPARE_ROOM, ROOM = 5 / 6, 11 / 12
"""Parts of that: what may wait is asked up to the first, and only where the audits of the next minute find room beside it;
audits and what LIVE or a person waits for up to the second. What is left is for connections and keys, which cannot wait."""

MINUTE = 60.0
AUDIT_SECONDS = 15.0
"""Between audits: snapshots that confirm what streams tell, before it counts as stale."""


class Budget:
    """Weight that was spent in the last minute, and what others at this IP address have used."""

    def __init__(self, limit: int = LIMIT) -> None:
        """`limit`: request weight a minute of the IP address."""
        self.most = limit // PART
        self.audits = 0
        """Weight of one audit of every book."""
        self.use = 0.0
        """How much of the limit this IP address has used, others' requests included: 0 to 1."""
        self._spent: deque[tuple[float, int]] = deque()

    def spend(self, weight: int, now: float) -> None:
        """Note what has been asked."""
        self._spent.append((now, weight))

    def spent(self, now: float) -> int:
        """Return the weight of the last minute."""
        while self._spent and self._spent[0][0] <= now - MINUTE:
            self._spent.popleft()
        return sum(weight for _, weight in self._spent)

    def is_dear(self, weight: int, now: float, *, is_wanted: bool = False) -> bool:
        """Whether asking for so much more would leave no room for an audit of the next minute; wanted, there is more."""
        room = self.most * (ROOM if is_wanted else SPARE_ROOM) - weight
        return any(
            self.spent(now) - self._gone(now + audit * AUDIT_SECONDS) + audit * self.audits > room
            for audit in range(int(MINUTE / AUDIT_SECONDS))
        )

    def _gone(self, later: float) -> int:
        """Return how much of what is spent will be a minute ago."""
        return sum(weight for at, weight in self._spent if at <= later - MINUTE)

    def room_at(self, weight: int, now: float) -> float:
        """Return the earliest `now` at which a snapshot of this weight may be asked."""
        excess = self.spent(now) + weight - self.most * ROOM
        for at, spent in self._spent:
            if excess <= 0:
                break
            excess -= spent
            now = at + MINUTE
        return now

    def used(self, count: int, limit: int) -> None:
        """Note what the exchange counts for this IP address, and its limit."""
        self.use = count / limit if limit else 0.0
