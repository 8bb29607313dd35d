"""The worker: joins feed and book, and keeps a book true. The screen and every command stand on it."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from tui.book.book import Book
from tui.book.health import MARK_LIMIT_MS, Feed, Transport
from tui.book.position import Contract, is_inverse
from tui.credentials import Credential
from tui.feed.http_api import ContractsAnswer, HttpApi
from tui.feed.link import Attempt, Change, Link, LinkState
from tui.feed.real_world import RealWorld
from tui.feed.world import World
from tui.live.house import House
from tui.live.questions import CONFIGS_WEIGHT, Questions, RightsAnswer
from tui.live.states import States
from tui.protocol.budget import AUDIT_SECONDS
from tui.protocol.coin_m import ContractInformation
from tui.protocol.conversation import (
    AccountAnswer,
    ApiConversation,
    AskOptions,
    Failed,
    ListenKeyAnswer,
    ListenKeyKept,
    PositionsAnswer,
    Ready,
    TimeWanted,
    WeightUsed,
)
from tui.protocol.endpoints import Endpoints
from tui.protocol.events import AccountConfigUpdate, AccountUpdate, MarkPriceUpdate, UnknownEvent
from tui.protocol.listen_key import ListenKeyCare
from tui.protocol.market_stream import MARKET_TARGET, MarketConversation
from tui.protocol.private_stream import Form, PrivateConversation, private_target
from tui.protocol.redial import LONGEST_BAN
from tui.protocol.requests import (
    ACCOUNT,
    HANDSHAKE_WEIGHT,
    PING_STREAM,
    POSITIONS,
    START_STREAM,
    TIME,
)
from tui.protocol.rights import UNKNOWN
from tui.protocol.talk import Garbled
from tui.protocol.venues import MARKETS, VENUES, Market, market_base, private_base, rest_base
from tui.protocol.verdicts import Trouble, Verdict

SETTLE_SECONDS = 3.05
"""After the user stream opened: a snapshot asked for now shows all that happened before (LAG_MS and a little)."""

NAP_SECONDS = 5.0
"""A heartbeat that comes this much late means that the machine or this program was stopped."""

POLLED_MARK_SECONDS = 4.5
"""Between snapshots when mark prices come from nothing else: they are stale after 5."""

LATE_MS = 5_000
"""An event from so far in our past: too old to be merged with what was known before it came."""

CLOCK_SPACING = 30.0
"""Between attempts to measure the exchange's clock."""

AHEAD_MS = 1_000
"""An event from so far in our future shows that our clock is slow: it is measured at once, or ages would be too small."""


class LiveOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to watch, and how often to ask."""

    recv_window_ms: int = 5000
    book: str = "usdm"
    """Which of Binance's books: `usdm`, `coinm` or `pm`."""
    symbol: str | None = None
    """Ask for this symbol only; None: for all."""
    margin_asset: str | None = None
    """COIN-M: ask for the contracts of this coin only."""
    pair: str | None = None
    """COIN-M: ask for the contracts of this pair only."""
    poll_seconds: float = 5.0
    """Between snapshots while no user stream tells changes."""
    streams: bool = True
    """Whether to listen to the private and the market stream."""


class Live:
    """Keeps one book of one account true: its connections, a schedule of audits, and what to do about trouble.

    Workers of several books share the world, the exchange's clock and the manners of this IP address: each but the
    first is made `beside` another one.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        credential: Credential,
        *,
        account: str = "main",
        options: LiveOptions | None = None,
        world: World | None = None,
        state_folder: Path | None = None,
        beside: "Live | None" = None,
    ) -> None:
        self._options = options or LiveOptions()
        self._venue = VENUES.get(self._options.book)
        self.house: House = beside.house if beside else House(world or RealWorld(), state_folder)
        self.book = Book(account, self._options.book, self.house.journal)
        self.label = account
        self.notice = ""
        self.rights = UNKNOWN
        self.on_news: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        self._endpoints = endpoints
        self._credential = credential
        self._world, self._clock = self.house.world, self.house.clock
        self._manners, self._newest_ms = self.house.manners, 0
        self._clock_at = self._dialled_at = 0.0
        self._states = States(self.house, self.book, self._tell)
        self._budget = self.house.budget(self._options.book)
        self._schedule = self.house.schedule(self._options.book)
        self._api: Link[ApiConversation] | HttpApi = self._asker()
        self._api_change = Change(LinkState.WAITING)
        self._private: Link[PrivateConversation] = Link(
            self._world, self._manners, self._begin_private, self._hear, self._private_changed
        )
        self._markets = tuple(self._market_link(place) for place in MARKETS[self._options.book])
        self._market_changes = dict.fromkeys(MARKETS[self._options.book], Change(LinkState.WAITING))
        self._nudge = asyncio.Event()
        self._care = ListenKeyCare()
        self.questions = self._questions(is_first=beside is None)
        self._narrow()
        self.house.on_silence(self._hushed)
        if self._options.streams:
            self.book.health.user.transport = Transport.CONNECTING
        self._schedule.seconds = self._options.poll_seconds

    def _narrow(self) -> None:
        """Keep to what is asked for."""
        book, options = self.book, self._options
        book.only_symbol, book.only_pair = options.symbol, options.pair
        book.only_margin_asset = options.margin_asset

    def _questions(self, *, is_first: bool) -> Questions:
        """What is asked beside the snapshots; one of those who share a key asks for its rights."""
        window = self._options.recv_window_ms
        questions = Questions(
            self.house, self._endpoints, self._credential, self.book, self._hear, recv_window_ms=window
        )
        questions.asks_rights &= is_first or self._options.book == "pm"
        questions.asks_configs &= self._options.streams
        return questions

    def time_ms(self) -> int:
        """Return the exchange's time, Unix milliseconds."""
        return self.house.time_ms()

    def refresh(self) -> bool:
        """Ask for snapshots at once, and try again where a connection waits; return False where it is asked too often."""
        is_asked = self._schedule.refresh(self._world.now())
        for link in self._links:
            link.hurry()
        self._nudge.set()
        return is_asked

    async def run(self) -> None:
        """Work until cancelled; trouble with the network is a state, never an exception."""
        self.house.remember_silence(self._endpoints.host)
        if self.house.is_silent:
            self._show_api()
        try:
            async with asyncio.TaskGroup() as group:
                for link in self._links if self._options.streams else (self._api,):
                    group.create_task(link.run())
                group.create_task(self._heart())
        finally:
            await self.questions.stop()

    # Connections

    def _market_link(self, place: Market) -> Link[MarketConversation]:
        begin, changed = partial(self._begin_market, place), partial(self._market_changed, place)
        return Link(self._world, self._manners, begin, self._hear, changed, gives_way=True)

    def _asker(self) -> Link[ApiConversation] | HttpApi:
        """USD-M is asked over the WebSocket API connection, the other books over HTTP."""
        if self._venue is None:
            return Link(self._world, self._manners, self._begin_api, self._hear, self._api_changed)
        means = self.house.means(self._options.book, self._credential)
        options = self._options
        params: dict[str, str | int] = {"recvWindow": options.recv_window_ms}
        if options.margin_asset is not None:
            params["marginAsset"] = options.margin_asset
        if options.pair is not None:
            params["pair"] = options.pair
        base = rest_base(self._endpoints, options.book)
        return HttpApi(self._venue, base, means, self._hear, self._api_changed, params)

    @property
    def _links(self) -> tuple[Link[Any] | HttpApi, ...]:
        return self._api, self._private, *self._markets

    def _begin_api(self) -> Attempt[ApiConversation] | None:
        options = AskOptions(recv_window_ms=self._options.recv_window_ms, symbol=self._options.symbol)
        talk = ApiConversation(self._credential, self._clock, options, self.house.identities, self._budget)
        return Attempt(self._endpoints.api_url, talk)

    def _begin_private(self) -> Attempt[PrivateConversation] | None:
        listen_key, form = self._care.listen_key, self._care.form
        if listen_key is None or not self._is_ready:
            return None
        if self._venue is not None:
            form = Form.PATH  # the only one that these books know
        url = private_base(self._endpoints, self._options.book) + private_target(listen_key, form)
        return Attempt(url, PrivateConversation(listen_key, form))

    def _begin_market(self, place: Market) -> Attempt[MarketConversation] | None:
        symbols = self._symbols(place)
        if not symbols or not self._is_ready:
            return None
        return Attempt(market_base(self._endpoints, place) + MARKET_TARGET, MarketConversation(symbols))

    def _symbols(self, place: Market) -> set[str]:
        return {symbol for symbol in self.book.symbols if is_inverse(symbol) is (place is Market.COIN_M)}

    @property
    def _is_ready(self) -> bool:
        return self._api.talk is not None and self._api.talk.is_ready

    def _api_changed(self, change: Change) -> None:
        if change.state is LinkState.OPEN:
            self._schedule.begin(self._dialled_at, self._world.now())
            self._care.ask_again()
            self._wake(self._private, *self._markets)
        elif change.state is LinkState.DIALLING:
            self._dialled_at = self._world.now()
            self._budget.spend(HANDSHAKE_WEIGHT, self._dialled_at)
        elif change.state is LinkState.SILENCED:
            self.house.be_silent(change.sentence, self._endpoints.host)
        self._api_change = change
        self._show_api()

    def _show_api(self) -> None:
        """While this IP address has to be silent, that is the state of the snapshots, whoever has been told so."""
        until = self._manners.silent_until
        is_silent = self.house.is_silent
        change = Change(LinkState.SILENCED, self.house.silence, until) if is_silent else self._api_change
        talk = self._api.talk
        if change.state is LinkState.OPEN and talk is not None and talk.answered_at < max(0.0, until):
            change = Change(LinkState.DIALLING)  # it is not known to answer, or not to answer again
        self._states.changed(self.book.health.api, change, "Snapshots")

    def _private_changed(self, change: Change) -> None:
        user = self.book.health.user
        was_open = user.transport is Transport.OPEN
        self._stream_changed(user, change, "User stream")
        now = self._world.now()
        if change.state is LinkState.MISSING and self.book.health.opened_ms == 0:
            user.transport = Transport.OFF
        elif change.state is LinkState.OPEN:
            self._care.connected()
            if not was_open:
                self._wake(*self._markets)
                self.book.stream_opened(self.time_ms())
                self._schedule.not_later(POSITIONS, now)
            self._schedule.once_more(now + SETTLE_SECONDS)
        elif was_open and user.transport is not Transport.OPEN:
            self._care.lost()
            self.book.begin_epoch(self.time_ms())
            self._schedule.at_once(now)
        self._nudge.set()

    def _market_changed(self, place: Market, change: Change) -> None:
        """Two streams of prices are one feed: what is worse of the two is its state."""
        self._market_changes[place] = change
        needed = [self._market_changes[one] for one in self._market_changes if self._symbols(one)]
        mark = self.book.health.mark
        was_open = mark.transport is Transport.OPEN
        if change.state is LinkState.OPEN:
            change = next((one for one in needed if one.state is not LinkState.OPEN), change)
        self._stream_changed(mark, change, "Mark prices")
        if change.state is LinkState.WAITING and not self.book.symbols:
            mark.transport, mark.reason = Transport.OFF, ""
        elif change.state is LinkState.OPEN and not was_open:
            self._wake(self._private)
        self._nudge.set()

    @staticmethod
    def _wake(*links: Link[PrivateConversation] | Link[MarketConversation]) -> None:
        """Another connection has succeeded: try these now."""
        for link in links:
            link.nudge()
            link.hurry()

    def _stream_changed(self, feed: Feed, change: Change, name: str) -> None:
        if change.state is LinkState.SILENCED:
            self.house.be_silent(change.sentence, self._endpoints.host)
        self._states.changed(feed, change, name)

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()

    # What the connections tell

    def _hear(self, news: object) -> None:
        match news:
            case MarkPriceUpdate():
                self._take_mark(news)
            case PositionsAnswer() | AccountAnswer():
                self._take_snapshot(news)
            case WeightUsed():
                self.book.weight_used, self.book.weight_limit = news
                self._budget.used(news.used, news.limit)
            case Failed():
                self._request_failed(news.method, news.trouble)
            case Garbled():
                self._states.garbled(news.sentence)
            case RightsAnswer():
                self.rights = news.rights
                self._tell()
            case Ready() | TimeWanted() | ListenKeyAnswer() | ListenKeyKept() | ContractsAnswer():
                self._take_word(news)
            case _:
                self._take_event(news)
        if self.on_news is not None:
            self.on_news()

    def _take_word(
        self, news: Ready | TimeWanted | ListenKeyAnswer | ListenKeyKept | ContractsAnswer
    ) -> None:
        """Take what concerns the connections themselves."""
        match news:
            case Ready():
                self.book.health.skew_ms = self._clock.skew_ms
                for link in self._links:  # what waits for answers can go on
                    link.nudge()
                self._nudge.set()
            case TimeWanted():
                self.questions.ask_time(self._time_is_measured)
            case ListenKeyAnswer():
                self._care.told(news.listen_key, self._world.now())
                self._private.nudge()
            case ListenKeyKept():
                self._care.kept(self._world.now())
            case ContractsAnswer():
                self._take_contracts(news.contracts)

    def _take_mark(self, event: MarkPriceUpdate) -> None:
        self._look_at_clock(event.event_time_ms)
        self.book.apply(event, self.time_ms())
        for link in self._markets:
            link.useful()

    def _take_event(self, event: object) -> None:
        self._care.spoke()
        self.book.health.is_mute = False
        if isinstance(event, AccountUpdate):
            self._look_at_clock(event.event_time_ms)
            if event.event_time_ms < self.time_ms() - LATE_MS:
                self._be_unsure()
        self.book.apply(event, self.time_ms())  # type: ignore[arg-type]  # all that is left are events
        if isinstance(event, AccountUpdate | AccountConfigUpdate):
            self._schedule.hurry(self._world.now())
        if isinstance(event, AccountUpdate):
            self._follow_symbols()
            self._nudge.set()
        elif isinstance(event, UnknownEvent):
            self._states.note("unknown", f"An unknown event came: {event.kind}.")

    def _look_at_clock(self, event_time_ms: int) -> None:
        if event_time_ms > self.time_ms() + AHEAD_MS:
            self._clock.doubt()
            self._nudge.set()

    def _take_snapshot(self, answer: PositionsAnswer | AccountAnswer) -> None:
        time_ms, health = self.time_ms(), self.book.health
        method = POSITIONS if isinstance(answer, PositionsAnswer) else ACCOUNT
        self._schedule.answered(method)
        self._api.useful()
        health.skew_ms = self._clock.skew_ms
        self._states.answered(method)
        if health.api.transport is not Transport.OPEN or health.api.reason:
            self._show_api()
            self._states.repeat_failures()
        if isinstance(answer, AccountAnswer):
            self.book.take_account(answer.information, answer.asked_ms, time_ms)
            self._want_margins()
            return
        was_synced = health.is_synced
        self.book.is_absent = False
        account = self.book.account
        had_margins = account is not None and account.has_margins
        self.book.take_positions(answer.rows, answer.asked_ms, time_ms)
        if had_margins:
            self._want_margins()
        if was_synced and health.user.transport is Transport.OPEN:
            self._private.useful()  # it need not speak for that: silence is normal while nobody trades
        self._follow_symbols()
        self._nudge.set()
        if health.is_synced is not was_synced:
            self._tell()

    def _want_margins(self) -> None:
        """Have the account told once more while its margins are those of an earlier moment."""
        account = self.book.account
        if account is not None and not account.has_margins:
            self._schedule.again(ACCOUNT, self._world.now())

    def _follow_symbols(self) -> None:
        for place, link in zip(self._market_changes, self._markets, strict=True):
            for talk in link.talks:
                talk.watch(self._symbols(place), self._world.now())
            link.nudge()

    def _take_contracts(self, contracts: Iterable[ContractInformation]) -> None:
        self.book.contracts = {
            one.symbol: Contract(one.contract_size, one.margin_asset, one.price_step)
            for one in contracts
            if one.contract_size is not None and one.margin_asset is not None
        }

    def _request_failed(self, method: str, trouble: Trouble) -> None:
        now = self._world.now()
        if trouble.verdict is Verdict.LIMITED:
            self.house.limited(trouble, self._endpoints.host)
        if method in (START_STREAM, PING_STREAM):
            self._care.failed(now)
            user = self.book.health.user
            if method == PING_STREAM and trouble.verdict is Verdict.NO_LISTEN_KEY:
                self._private.recycle("The listen key is gone: asking for a new one.")
            elif user.transport is not Transport.OPEN:
                user.reason = f"No listen key: {trouble.sentence}"
        elif method in (POSITIONS, ACCOUNT):
            self._schedule.failed(method, now)
            if trouble.retry_after is not None:
                self._schedule.not_earlier(method, now + min(trouble.retry_after, LONGEST_BAN))
            self._states.failed(method, trouble.sentence)
            is_never = self._venue is not None and self.book.health.audited_ms is None
            self.book.is_absent = is_never and trouble.verdict in (Verdict.UNKNOWN_METHOD, Verdict.REFUSED)
        self._states.note(method, trouble.sentence)

    def _hushed(self) -> None:
        """All have to be silent."""
        for talk in self._api.talks:
            talk.hush()
        self._show_api()

    # The heart: what is due by time

    async def _heart(self) -> None:
        while True:
            before = self._world.now()
            wait = self._beat(before)
            try:
                async with asyncio.timeout(wait):
                    await self._nudge.wait()
            except TimeoutError:
                pass
            self._nudge.clear()
            if self._world.now() - before > wait + NAP_SECONDS:
                self._distrust("This machine was asleep: connecting anew.")

    def _beat(self, now: float) -> float:
        """Do what is due; return how long to wait for the next beat."""
        time_ms = self.time_ms()
        if time_ms < self._newest_ms - AHEAD_MS and self.book.health.audited_ms is not None:
            self._distrust("The clock was corrected: connecting anew.")
        self._newest_ms = time_ms
        self._schedule.rhythm(self._rhythm(), now)
        if self.book.take_missed(time_ms):
            self._missed()
        if now >= self._manners.silent_until:
            if self.book.health.api.transport is Transport.BANNED:
                self._show_api()
            if self._is_ready:
                self._ask_what_is_due(now)
        return 1.0 if not self._is_ready else min(1.0, max(0.05, self._schedule.due_at() - now))

    def _ask_what_is_due(self, now: float) -> None:
        talk = self._api.talk
        assert talk is not None  # it is ready
        for method in self._schedule.due(now):
            if talk.ask(method, now):
                self._schedule.asked(method, now)
            else:
                self._schedule.not_earlier(method, now + 0.25)
        user = self.book.health.user.transport
        errand = None if user is Transport.OFF else self._care.due(now, user is Transport.OPEN)
        if errand is not None:
            talk.ask(errand, now)
        if not self._clock.is_fresh(now) and now >= self._clock_at:
            self._clock_at = now + CLOCK_SPACING
            talk.ask(TIME, now)
        self._api.nudge()
        if not self._budget.is_dear(CONFIGS_WEIGHT, now, is_wanted=True):
            self.questions.ask_what_is_due(now)

    def _rhythm(self) -> float:
        health = self.book.health
        is_told = health.user.transport is Transport.OPEN and not health.is_mute
        usual = AUDIT_SECONDS if is_told else self._options.poll_seconds
        is_polled = self.book.symbols and health.mark.transport is not Transport.OPEN
        if is_polled and (self._options.streams or usual * 1000 <= MARK_LIMIT_MS):
            return min(usual, POLLED_MARK_SECONDS)
        return usual

    def _missed(self) -> None:
        """An event was missed: this user stream is not to be trusted, nor the form of its address if it never spoke."""
        self._care.missed()
        self.book.health.is_mute = self._care.is_mute
        self._private.recycle("An audit found a change that it had not told: connecting anew.")

    def _be_unsure(self) -> None:
        """An event comes so late that the line is slow or a clock was set: what was told before it may not hold."""
        now = self._world.now()
        self._clock.doubt()
        self.book.begin_epoch(self.time_ms())
        self._schedule.at_once(now)
        self._schedule.once_more(now + SETTLE_SECONDS)

    def _distrust(self, sentence: str) -> None:
        """Begin anew: this machine slept, or a clock was corrected, and what holds is unknown."""
        self._clock.doubt()
        self.book.begin_epoch(self.time_ms())
        for link in self._links:
            link.recycle(sentence)
            link.hurry()

    def _time_is_measured(self) -> None:
        for talk in self._api.talks:
            for news in talk.time_is_measured(self._world.now()):
                self._hear(news)
        self._api.nudge()
