"""What happened, as lines for a person: fills, funding, transfers, corrections, changes of connection."""

import enum
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tui.book.position import Key

LONGEST = 1_000
"""Entries kept; older ones are dropped."""


class Kind(enum.StrEnum):
    """What sort of thing happened."""

    FILL = "fill"
    FUNDING = "funding"
    TRANSFER = "transfer"
    LIQUIDATION = "liquidation"
    MARGIN_CALL = "margin call"
    CONFIG = "config"
    AUDIT = "audit"
    CONNECTION = "connection"


class Entry(NamedTuple):
    """One line of the journal."""

    time_ms: int
    """Exchange time of what happened, Unix milliseconds."""
    kind: Kind
    text: str
    """A sentence without markup, safe for a terminal."""
    key: Key | None = None
    """The position it concerns, if it is one."""


class Journal:
    """The newest entries, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LONGEST)
        self.count = 0
        """Entries ever written: tells a view that there is something new."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def write(self, time_ms: int, kind: Kind, text: str, key: Key | None = None) -> None:
        """Add one line."""
        self._entries.append(Entry(time_ms, kind, text, key))
        self.count += 1
