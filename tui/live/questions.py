"""What a worker asks over HTTP beside its snapshots: time, the key's rights, leverage and margin type, the modes."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import NamedTuple

from tui.book.book import Book
from tui.credentials import Credential
from tui.errors import ProtocolError
from tui.feed.http import HttpFailed, get, key_rights, measure
from tui.live.house import House
from tui.protocol import codec
from tui.protocol.endpoints import Endpoints
from tui.protocol.rights import rights
from tui.protocol.talk import Garbled
from tui.protocol.venues import ACCOUNT_CONFIG, PORTFOLIO_ACCOUNT, SYMBOL_CONFIG, HttpRequest

RIGHTS_SECONDS = 24 * 3600.0
RIGHTS_AGAIN_SECONDS = 3600.0
"""Between questions what the key may do: usually, and where it was not told."""

CONFIGS_WEIGHT = SYMBOL_CONFIG.weight + ACCOUNT_CONFIG.weight
CONFIGS_SECONDS = 300.0
CONFIGS_SPACING = 60.0
"""Between questions for leverage and margin type: usually, and at least when a new symbol makes one due."""


class RightsAnswer(NamedTuple):
    """What the key may do, in words."""

    rights: str


class Questions:
    """Asks each when it is due; an answer that does not come leaves what was known, marked as it is."""

    def __init__(
        self,
        house: House,
        endpoints: Endpoints,
        credential: Credential,
        book: Book,
        hear: Callable[[object], None],
        *,
        recv_window_ms: int,
    ) -> None:
        self.asks_rights = bool(endpoints.account_rest_url)
        self.asks_configs = book.book == "usdm"
        self._house, self._endpoints, self._book = house, endpoints, book
        self._means = house.means(book.book, credential)
        self._hear = hear
        self._recv_window_ms = recv_window_ms
        self._rights_at = self._configs_at = self._modes_at = 0.0
        self._configs_asked = -CONFIGS_SPACING
        self._errands: set[asyncio.Task[None]] = set()

    def ask_what_is_due(self, now: float) -> None:
        """Ask, where something is due, without waiting for the answer."""
        health = self._book.health
        if self.asks_rights and now >= self._rights_at and health.audited_ms is not None:
            self._rights_at = now + RIGHTS_SECONDS
            self._run(self._ask_rights())
        if self.asks_configs and health.is_synced:
            self._ask_configs(now)

    def _ask_configs(self, now: float) -> None:
        """Have leverage and margin type confirmed: at first, every few minutes, and soon after a symbol is new."""
        rows = self._book.positions.values()
        if any(row.is_open and (row.leverage_is_derived or row.leverage is None) for row in rows):
            self._configs_at = min(self._configs_at, self._configs_asked + CONFIGS_SPACING)
        if now >= self._configs_at:
            self._configs_asked, self._configs_at = now, now + CONFIGS_SECONDS
            self._modes_at = self._modes_at or now + CONFIGS_SPACING
            self._run(self.ask_symbol_configs())
        elif now >= self._modes_at:
            self._modes_at = now + CONFIGS_SECONDS
            self._run(self.ask_account_config())

    async def confirm(self, seconds: float) -> None:
        """Have leverage, margin type and the modes told now, within this time: what is not stays marked as derived."""
        if self._book.book != "usdm" or self._house.is_silent:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ask_account_config()
                if any(row.is_open for row in self._book.positions.values()):
                    await self.ask_symbol_configs()

    def ask_time(self, told: Callable[[], None]) -> None:
        """Measure the clock, where the WebSocket API does not tell the time; `told` is called afterwards."""
        self._run(self._ask_time(told))

    async def stop(self) -> None:
        """Give up every question under way."""
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    def _run(self, errand: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _ask_time(self, told: Callable[[], None]) -> None:
        try:
            await measure(self._means, self._endpoints.rest_url)
        except HttpFailed as problem:
            self._house.failed(problem, self._endpoints.host)
        told()

    async def _ask_rights(self) -> None:
        base = self._endpoints.account_rest_url
        assert base is not None  # `asks_rights` is False without it
        try:
            allowed = await key_rights(self._means, base, self._recv_window_ms)
        except HttpFailed as problem:
            self._rights_at = self._means.world.now() + RIGHTS_AGAIN_SECONDS
            self._house.failed(problem, self._endpoints.host)
        else:
            self._hear(RightsAnswer(rights(allowed)))

    async def ask_symbol_configs(self) -> None:
        """Ask what the snapshots leave out; a failure leaves the derived values, marked as such."""
        asked_ms = self._house.time_ms()
        answer = await self._answer_of(SYMBOL_CONFIG)
        if answer is not None:
            self._read(lambda: self._book.take_symbol_configs(codec.decode_symbol_configs(answer), asked_ms))

    async def ask_account_config(self) -> None:
        """Ask for the modes of the account."""
        asked_ms = self._house.time_ms()
        answer = await self._answer_of(ACCOUNT_CONFIG)
        if answer is not None:
            self._read(lambda: self._book.take_account_config(codec.decode_account_config(answer), asked_ms))

    def _read(self, take: Callable[[], None]) -> None:
        try:
            take()
        except ProtocolError as problem:
            self._hear(Garbled(str(problem)))

    async def _answer_of(self, request: HttpRequest) -> bytes | None:
        """Return what USD-M answers over HTTP; None when it does not."""
        try:
            answer = await self._get(self._endpoints.rest_url, request)
        except HttpFailed as problem:
            self._house.failed(problem, self._endpoints.host)
            return None
        if self._book.weight_used is not None:  # until the next answer tells the exchange's own count
            self._book.weight_used += request.weight
        return answer

    async def _get(self, base: str, request: HttpRequest) -> bytes:
        return await get(self._means, base, request, {"recvWindow": self._recv_window_ms})

    async def is_portfolio_margin(self) -> bool:
        """Ask whether the account is under Portfolio Margin: only then does `/papi` tell of it."""
        base = self._endpoints.pm_rest_url
        if base is None or self._house.is_silent:
            return False
        try:
            await self._get(base, PORTFOLIO_ACCOUNT)
        except HttpFailed as problem:
            self._house.failed(problem, self._endpoints.host)
            return False
        return True
