"""What is to happen, and when."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass
class Agenda:
    """Actions with their time, in the order of time and, within one moment, of entry."""

    entries: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def at(self, wall_ms: int, action: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self.entries, (wall_ms, next(self.numbers), action))

    def next_ms(self) -> int | None:
        """When the next action is due."""
        return self.entries[0][0] if self.entries else None

    def take(self) -> Callable[[], None]:
        """Take the next action off."""
        return heapq.heappop(self.entries)[2]
