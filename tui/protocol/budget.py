"""What the workers of one IP address may spend together: a twentieth of the request weight that Binance allows it."""

from collections import deque

LIMIT = 2400
"""Request weight a minute of one IP address at USD-M and COIN-M, which share it (page "General Info", rate limits)."""

PART = 20
"""We spend at most one part in so many."""

DEAR, ROOM, WANTED_ROOM = 3 / 4, 5 / 6, 11 / 12
"""Parts of that: from the first on snapshots are no more than audits; above the second none is asked but those that LIVE
or a person waits for, above the third none at all. What is left is for connections and keys, which cannot wait."""

MINUTE = 60.0


class Budget:
    """Weight that was spent in the last minute, and what others at this IP address have used."""

    def __init__(self, limit: int = LIMIT) -> None:
        """`limit`: request weight a minute of the IP address."""
        self.most = limit // PART
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

    def is_dear(self, now: float) -> bool:
        """Whether what only makes the picture timelier should wait."""
        return self.spent(now) >= self.most * DEAR

    def room_at(self, weight: int, now: float, *, is_wanted: bool = False) -> float:
        """Return the earliest `now` at which a snapshot of this weight may be asked; is it wanted, there is more room."""
        excess = self.spent(now) + weight - self.most * (WANTED_ROOM if is_wanted else ROOM)
        for at, spent in self._spent:
            if excess <= 0:
                break
            excess -= spent
            now = at + MINUTE
        return now

    def used(self, count: int, limit: int) -> None:
        """Note what the exchange counts for this IP address, and its limit."""
        self.use = count / limit if limit else 0.0
