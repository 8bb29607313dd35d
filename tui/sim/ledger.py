"""What clients did, entry by entry: the memory that tests question about a client's manners."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["connect", "refused", "request", "http", "control", "close"]

ALLOWED_METHODS = frozenset(
    {
        "session.logon",
        "session.status",
        "v2/account.position",
        "v2/account.status",
        "v2/account.balance",
        "account.position",
        "account.status",
        "account.balance",
        "userDataStream.start",
        "userDataStream.ping",
        "time",
        "ping",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "LIST_SUBSCRIPTIONS",
        "GET_PROPERTY",
        "SET_PROPERTY",
        "PING",
        "PONG",
        "GET",
        "POST",
        "PUT",
        "",
    }
)
"""Methods that only read or listen; a viewer has no business with any other."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a client did. Keys, signatures and listen keys never get in here."""

    wall_ms: int
    connection: int
    """Number of the connection; 0 for plain HTTP."""
    kind: Kind
    path: str
    """Path without its query and without a listen key."""
    method: str = ""
    """Method of the WebSocket API, of a stream's control message, or of HTTP."""
    weight: int = 0
    status: int = 0
    """Status of the answer; close code for a close; 0 when nothing was answered."""


class Ledger:
    """The newest entries, oldest first."""

    def __init__(self, capacity: int = 1_000_000) -> None:
        self.entries: deque[Entry] = deque(maxlen=capacity)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, entry: Entry) -> None:
        """Write an entry."""
        self.entries.append(entry)

    def of(self, kind: Kind, since_ms: int = 0) -> list[Entry]:
        """Entries of a kind from a time on."""
        return [entry for entry in self.entries if entry.kind == kind and entry.wall_ms >= since_ms]

    def methods(self) -> Counter[str]:
        """How often each method was used."""
        return Counter(entry.method for entry in self.entries if entry.kind in ("request", "http", "control"))

    def violations(self) -> list[Entry]:
        """Entries that no viewer may cause: trading, closing a listen key, deleting anything."""
        return [entry for entry in self.entries if entry.method not in ALLOWED_METHODS]

    def most_connects(self, window_ms: int) -> int:
        """Largest number of connection attempts, refused ones included, in any window of that length."""
        times = [entry.wall_ms for entry in self.entries if entry.kind in ("connect", "refused")]
        return most_within(times, window_ms)

    def weight_by_minute(self) -> dict[int, int]:
        """Weight charged in each minute of Unix time."""
        weights: Counter[int] = Counter()
        for entry in self.entries:
            weights[entry.wall_ms // 60_000] += entry.weight
        return {minute: weight for minute, weight in weights.items() if weight}


def most_within(times: list[int], window_ms: int) -> int:
    """Largest number of sorted times in any half-open window."""
    best = first = 0
    for last, time_ms in enumerate(times):
        while times[first] <= time_ms - window_ms:
            first += 1
        best = max(best, last - first + 1)
    return best
