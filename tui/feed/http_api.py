"""What COIN-M and Portfolio Margin answer over HTTP, as the same news that the WebSocket API brings for USD-M."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from tui.credentials import Credential, Secret
from tui.errors import ProtocolError
from tui.feed.link import Change, LinkState
from tui.feed.world import DialFailed, HttpAnswer, World
from tui.protocol import codec
from tui.protocol.clock import ExchangeClock
from tui.protocol.coin_m import ContractInformation
from tui.protocol.conversation import (
    AccountAnswer,
    Failed,
    ListenKeyAnswer,
    ListenKeyKept,
    PositionsAnswer,
    WeightUsed,
)
from tui.protocol.portfolio_margin import account_information
from tui.protocol.redial import Manners, Redial
from tui.protocol.replies import ErrorReply
from tui.protocol.requests import ACCOUNT, POSITIONS, START_STREAM, Params, Security
from tui.protocol.talk import Garbled
from tui.protocol.venues import HttpRequest, Venue
from tui.protocol.verdicts import Trouble, Verdict, judge

CONTRACTS = "contracts"


class ContractsAnswer(NamedTuple):
    """The list of contracts, with their sizes."""

    contracts: tuple[ContractInformation, ...]


class Means(NamedTuple):
    """What all askers of one program share."""

    world: World
    manners: Manners
    clock: ExchangeClock
    credential: Credential


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
        self._state = LinkState.WAITING
        self._closed_until = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether it may be asked now: not while a refused key is left alone."""
        return self._means.world.now() >= self._closed_until

    def open_again(self) -> None:
        """Ask again although the key was refused: a person wants it."""
        self._closed_until = 0.0

    def ask(self, method: str) -> bool:
        """Ask; False while the same is being asked, or must not be."""
        now = self._means.world.now()
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
        requests = self._requests(method)
        try:
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
            self._show(LinkState.OPEN)
            self._redial.useful(self._means.world.now())

    def _requests(self, method: str) -> tuple[HttpRequest, ...]:
        if method == CONTRACTS:
            return (self.venue.contracts,) if self.venue.contracts else ()
        return self.venue.asks[method]

    def _take(self, method: str, bodies: list[bytes], asked_ms: int) -> None:
        if method == CONTRACTS:
            self._hear(ContractsAnswer(codec.decode_contracts(bodies[0]).symbols))
        elif method == POSITIONS:
            rows = tuple(row for body in bodies for row in codec.decode_positions(body))
            self._hear(PositionsAnswer(rows, asked_ms))
        elif method == ACCOUNT and len(bodies) == 1:
            self._hear(AccountAnswer(codec.decode_account(bodies[0]), asked_ms))
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
        params: Params = dict(self._params) if method == POSITIONS else {}
        headers = {}
        if request.security is not Security.NONE:
            headers["X-MBX-APIKEY"] = self._means.credential.api_key.reveal()
        if request.security is Security.SIGNED:
            params["timestamp"] = self._means.clock.timestamp(self._means.world.now())
        query = urlencode(params)
        if request.security is Security.SIGNED:
            query += f"&signature={quote(self._means.credential.sign(query), safe='')}"
        url = f"{self._base}{request.path}{f'?{query}' if query else ''}"
        answer = await self._means.world.ask(request.verb, url, headers)
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
            return Trouble(
                Verdict.RETRY, f"{self.venue.name} answers HTTP {answer.status} to {request.path}."
            )
        return judge(answer.status, error)

    def _be_silent(self, seconds: float) -> None:
        world = self._means.world
        self._means.manners.be_silent(world.now() + seconds * (1.01 + 0.09 * world.random()))

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
            self._show(state, trouble.sentence, retry_at)
        self._hear(Failed(method, trouble))

    def _show(self, state: LinkState, sentence: str = "", retry_at: float | None = None) -> None:
        if state is not self._state or sentence:
            self._state = state
            self._changed(Change(state, sentence, retry_at))
