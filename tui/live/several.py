"""Several books of one account, each kept true by a worker of its own."""

import asyncio
from collections.abc import Callable, Sequence

from tui.book.health import Transport
from tui.book.portfolio import Portfolio
from tui.live.worker import Live
from tui.protocol.rights import UNKNOWN

Factory = Callable[[], Live]


class Lives:
    """Runs the workers of several books and shows them as one."""

    def __init__(self, lives: Sequence[Live], otherwise: Factory | None = None) -> None:
        """Watch these books.

        Args:
            lives: their workers.
            otherwise: makes the worker of the Portfolio Margin book, which takes over when these are refused and
                Binance says that the account is of that kind; None: these books are what the person wants.
        """
        self._lives = tuple(lives)
        self._otherwise = otherwise
        self.book = Portfolio((live.book for live in lives), is_chosen=otherwise is None)
        self.label = lives[0].label
        self.notice = lives[0].notice
        self.on_news: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        self._is_changed = asyncio.Event()
        for live in lives:
            self._listen(live)

    @property
    def rights(self) -> str:
        """What the key may do."""
        return next((live.rights for live in self._lives if live.rights != UNKNOWN), UNKNOWN)

    @property
    def is_decided(self) -> bool:
        """Whether it is known of what kind the account is, or wanted as it is."""
        return self._otherwise is None

    async def confirm(self, seconds: float) -> None:
        """Have what the snapshots leave out told now, within this time."""
        await asyncio.gather(*(live.questions.confirm(seconds) for live in self._lives))

    def time_ms(self) -> int:
        """Return the exchange's time, Unix milliseconds."""
        return self._lives[0].time_ms()

    def refresh(self) -> bool:
        """Ask for snapshots of every book at once; return False where it is asked too often of all of them."""
        asked = [live.refresh() for live in self._lives]
        return any(asked)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(live.run()) for live in self._lives]
            otherwise = self._otherwise
            if otherwise is None:
                return
            await self._refusal()
            if await self._lives[0].questions.is_portfolio_margin():
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
                live = otherwise()
                self._listen(live)
                self._lives = (live,)
                self.book.become([live.book])
                group.create_task(live.run())
            self._otherwise = None
            self._changed()

    async def _refusal(self) -> None:
        """Return when the account's data are refused for the first time."""
        while not any(live.book.health.api.transport is Transport.REFUSED for live in self._lives):
            self._is_changed.clear()
            await self._is_changed.wait()

    def _listen(self, live: Live) -> None:
        live.on_news, live.on_change = self._told, self._changed

    def _told(self) -> None:
        if self.on_news is not None:
            self.on_news()

    def _changed(self) -> None:
        self._is_changed.set()
        if self.on_change is not None:
            self.on_change()
