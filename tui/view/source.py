"""What the screen looks at: a book that somebody else keeps true, and the exchange's time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tui.book.position import Key
from tui.view.books import Shelf

Export = Callable[[Path, Sequence[Key], bool], int]
"""Writes rows to a file, over an existing one only if told so, and returns how many bytes; raises OSError."""


class Source(Protocol):
    """The worker, as far as the screen knows it."""

    label: str
    """What the person calls this account."""
    notice: str
    """What has to be said all the time, as that the exchange is simulated; or empty."""
    on_news: Callable[[], None] | None
    """Called when something was told: what is known may be another."""
    on_change: Callable[[], None] | None
    """Called when the state of a connection changes: that has to be said at once."""

    @property
    def rights(self) -> str:
        """What the key may do, in words; or empty."""

    @property
    def book(self) -> Shelf:
        """What is known: one book, or several as one."""

    def time_ms(self) -> int:
        """Return the exchange's time, Unix milliseconds: the only clock of the screen."""

    async def run(self) -> None:
        """Keep the book true until cancelled."""

    def refresh(self) -> bool:
        """Ask for snapshots at once; return False where that was done too often to do it again."""
