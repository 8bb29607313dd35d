"""What COIN-M and Portfolio Margin answer over HTTP, as the same news that the WebSocket API brings for USD-M."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui.credentials import Secret
from tui.errors import ProtocolError
from tui.feed.http import Means, send
from tui.feed.link import Change, LinkState
from tui.feed.world import DialFailed, HttpAnswer
from tui.protocol import codec
from tui.protocol.coin_m import ContractInformation
from tui.protocol.conversation import (
    AccountAnswer,
    Failed,
    ListenKeyAnswer,
    ListenKeyKept,
    PositionsAnswer,
    TimeWanted,
    WeightUsed,
)
from tui.protocol.portfolio_margin import account_information
from tui.protocol.redial import Redial
from tui.protocol.replies import ErrorReply
from tui.protocol.requests import ACCOUNT, POSITIONS, START_STREAM, TIME
from tui.protocol.talk import Garbled
from tui.protocol.venues import HttpRequest, Venue
from tui.protocol.verdicts import Trouble, Verdict, judge

CONTRACTS_SECONDS = 3600.0
CONTRACTS_AGAIN_SECONDS = 60.0
"""Between looks at the list of contracts; the shorter one while a held symbol is missing from it."""

CLOCK_SECONDS = 5.0
"""Between attempts to have the clock measured."""


class ContractsAnswer(NamedTuple):
    """The list of contracts, with their sizes."""

    contracts: tuple[ContractInformation, ...]


class Rejected(Exception):
    """An answer that is an error."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.sentence)
        self.trouble = trouble


class HttpApi:
    """Asks one venue, one question of a kind at a time, and tells what came."""

    def __init__(
        self,
        venue: Venue,
        base: str,
        means: Means,
        hear: Callable[[object], None],
        changed: Callable[[Change], None],
        params: Mapping[str, str | int],
    ) -> None:
        self.venue = venue
        self._base = base
        self._means = means
        self._hear = hear
        self._changed = changed
        self._params = params
        self._redial = Redial(means.world.random)
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._changes: dict[str, Change] = {}
        """What is wrong, by what was asked."""
        self._shown = Change(LinkState.WAITING)
        self._closed_until = 0.0
        self._contracts_at = 0.0
        self._known: frozenset[str] = frozenset()
        self.answered_at = -1.0
        """When it was last answered; before 0 when never."""

    # What the worker sees is a connection with one conversation, as the WebSocket API's is.

    @property
    def talk(self) -> "HttpApi":
        """The conversation: itself."""
        return self

    @property
    def talks(self) -> "list[HttpApi]":
        """Every conversation: itself."""
        return [self]

    @property
    def is_ready(self) -> bool:
        """Whether it may be asked: the clock is known, and the key not refused a short while ago."""
        return self._means.clock.is_measured and self._means.world.now() >= self._closed_until

    def nudge(self) -> None:
        """There is nothing that waits to be sent."""

    def useful(self) -> None:
        """There is no connection whose delays this could shorten."""

    def recycle(self, sentence: str) -> None:
        """There is no connection to begin anew."""

    def hush(self) -> None:
        """There is nothing under way that a silence would leave half done."""

    def hurry(self) -> None:
        """Ask again although the key was refused: a person wants it."""
        self._closed_until = 0.0

    def time_is_measured(self, now: float) -> list[object]:
        """Nothing waits for it."""
        return []

    async def run(self) -> None:
        """Have the clock measured where nobody else does, then wait for questions until cancelled."""
        try:
            while not self._means.clock.is_measured:
                self._hear(TimeWanted())
                await self._means.world.sleep(CLOCK_SECONDS)
            self._show(None)
            await asyncio.Event().wait()
        finally:
            await self.close()

    def ask(self, method: str, now: float) -> bool:
        """Ask; False while the same is being asked, or must not be."""
        if method == TIME:
            self._hear(TimeWanted())
            return True
        if method in self._asking or not self.is_ready or now < self._means.manners.silent_until:
            return False
        task = asyncio.create_task(self._ask(method))
        self._asking[method] = task
        task.add_done_callback(lambda _: self._asking.pop(method, None))
        return True

    async def close(self) -> None:
        """Give up every question under way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, method: str) -> None:
        requests = self.venue.asks[method]
        try:
            if method == POSITIONS:
                await self._look_at_contracts()
            asked_ms = self._means.clock.time_ms(self._means.world.now())
            bodies = [await self._fetch(request, method) for request in requests]
            self._take(method, bodies, asked_ms)
        except Rejected as rejected:
            self._failed(method, rejected.trouble)
        except DialFailed as problem:
            if problem.silent is not None:
                self._be_silent(problem.silent)
            self._failed(method, Trouble(Verdict.RETRY, problem.sentence))
        except ProtocolError as problem:
            self._hear(Garbled(str(problem)))
            self._failed(method, Trouble(Verdict.RETRY, f"The answer of {requests[0].path} is unreadable."))
        else:
            self.answered_at = self._means.world.now()
            self._show(method)
            self._redial.useful(self._means.world.now())

    async def _look_at_contracts(self) -> None:
        """Have the sizes of the contracts before the first position, and again every hour."""
        now = self._means.world.now()
        if self.venue.contracts is None or now < self._contracts_at:
            return
        self._contracts_at = now + CONTRACTS_SECONDS
        contracts = codec.decode_contracts(await self._fetch(self.venue.contracts, "")).symbols
        self._known = frozenset(one.symbol for one in contracts)
        self._hear(ContractsAnswer(contracts))

    def _take(self, method: str, bodies: list[bytes], asked_ms: int) -> None:
        if method == POSITIONS:
            read = [codec.decode_positions.read(body) for body in bodies]
            rows = tuple(row for some, _ in read for row in some)
            if any(
                "USD_" in row.symbol and row.position_amount and row.symbol not in self._known for row in rows
            ):
                self._contracts_at = min(
                    self._contracts_at, self._means.world.now() + CONTRACTS_AGAIN_SECONDS
                )
            self._hear(PositionsAnswer(rows, asked_ms))
            for odd in filter(None, (odd for _, odd in read)):
                self._hear(Garbled(odd))
        elif method == ACCOUNT and len(bodies) == 1:
            information, odd = codec.decode_account.read(bodies[0])
            self._hear(AccountAnswer(information, asked_ms))
            if odd:
                self._hear(Garbled(odd))
        elif method == ACCOUNT:
            account, balances = (
                codec.decode_portfolio_account(bodies[0]),
                codec.decode_portfolio_balances(bodies[1]),
            )
            self._hear(AccountAnswer(account_information(account, balances), asked_ms))
        elif method == START_STREAM:
            listen_key = codec.decode_listen_key(bodies[0]).listen_key
            if not listen_key:
                raise ProtocolError("the answer holds no listen key")
            self._hear(ListenKeyAnswer(Secret(listen_key)))
        else:
            self._hear(ListenKeyKept())

    async def _fetch(self, request: HttpRequest, method: str) -> bytes:
        answer = await send(self._means, self._base, request, self._params if method == POSITIONS else None)
        self._note_weight(answer)
        if answer.status == 200:
            return answer.body
        raise Rejected(self._judged(answer, request))

    def _note_weight(self, answer: HttpAnswer) -> None:
        used = answer.headers.get("x-mbx-used-weight-1m", "")
        if used.isdecimal():
            self._hear(WeightUsed(int(used), self.venue.weight_limit))

    def _judged(self, answer: HttpAnswer, request: HttpRequest) -> Trouble:
        """Judge an answer that is not 200; a body that is no error of Binance's is not repeated."""
        try:
            error = codec.decode_error(answer.body)
        except ProtocolError:
            error = ErrorReply()
        if answer.status in (403, 418, 429):
            usual = {403: 300.0, 418: 120.0, 429: 60.0}[answer.status]
            self._be_silent(usual if answer.retry_after is None else answer.retry_after)
        if error.code == 0 and answer.status not in (401, 403, 418, 429):
            verdict = Verdict.UNKNOWN_METHOD if answer.status in (404, 410) else Verdict.RETRY
            trouble = Trouble(verdict, f"{self.venue.name} answers HTTP {answer.status} to {request.path}.")
        else:
            trouble = judge(answer.status, error)
        return trouble._replace(retry_after=answer.retry_after)

    def _be_silent(self, seconds: float) -> None:
        world = self._means.world
        self._means.manners.obey(seconds, world.now(), world.random())

    def _failed(self, method: str, trouble: Trouble) -> None:
        now = self._means.world.now()
        state = LinkState.DOWN
        retry_at = None
        if trouble.verdict is Verdict.REFUSED:
            state = LinkState.REFUSED
            self._closed_until = retry_at = now + self._redial.refused_delay()
        elif now < self._means.manners.silent_until:
            state, retry_at = LinkState.SILENCED, self._means.manners.silent_until
        if method in (POSITIONS, ACCOUNT):
            self._show(method, Change(state, trouble.sentence, retry_at))
        self._hear(Failed(method, trouble))

    def _show(self, method: str | None, trouble: Change | None = None) -> None:
        """Show what is wrong with any of the questions: one that is answered does not make up for another."""
        if method is not None:
            self._changes.pop(method, None)
            if trouble is not None:
                self._changes[method] = trouble
        shown = trouble or next(iter(self._changes.values()), Change(LinkState.OPEN))
        if shown != self._shown:
            self._shown = shown
            self._changed(shown)
