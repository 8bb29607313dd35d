"""Several books of one account, each kept true by a worker of its own."""

import asyncio
from collections.abc import Callable, Sequence

from tui.book.book import Book
from tui.book.portfolio import Portfolio
from tui.live import Live


class Lives:
    """Runs the workers of several books and shows them as one."""

    def __init__(self, lives: Sequence[Live]) -> None:
        self._lives = tuple(lives)
        self.book: Book | Portfolio = Portfolio(live.book for live in lives)
        self.label = lives[0].label
        self.notice = lives[0].notice
        self.on_change: Callable[[], None] | None = None
        for live in lives:
            live.on_change = self._changed

    @property
    def rights(self) -> str:
        """What the key may do."""
        return self._lives[0].rights

    def time_ms(self) -> int:
        """Return the exchange's time, Unix milliseconds."""
        return self._lives[0].time_ms()

    def refresh(self) -> None:
        """Ask for snapshots of every book at once."""
        for live in self._lives:
            live.refresh()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for live in self._lives:
                group.create_task(live.run())

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
