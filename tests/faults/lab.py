"""The bench: one exchange, one proxy, one worker, and eyes that compare what is shown with the truth, frame by frame."""

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tests.faults.proxy import Proxy, feed_of, proxied
from tests.faults.trust import TRUST
from tui.book.health import MARK_LIMIT_MS, Transport, Word
from tui.book.position import Position
from tui.credentials import Credential, Secret
from tui.feed.names import Names
from tui.feed.real_world import RealWorld
from tui.feed.world import Socket
from tui.live import Live
from tui.protocol.endpoints import Endpoints, at
from tui.sim.catalogue import CONTRACTS
from tui.sim.exchange import Exchange
from tui.sim.ledger import most_within
from tui.sim.scenarios import Holding, Scenario
from tui.sim.server import Server, serve, wall_clock
from tui.view.moment import Moment
from tui.view.panels.banner import Recent, trouble_lines

FRAME = 0.05
UNSEEN = 1.0
"""Seconds within which a change that is on its way counts as shown in time."""
BLIND = 11.0
"""Seconds for which a dead line may hide a change: two pings and a moment."""
SILENT = 15.0 + 3.0
"""Seconds for which a change may stay unseen whose event was lost without a trace: an audit and its lag."""
ROTATION = 10.0
SETTLING = 1.5
"""Seconds for what a worker asks once, when all is LIVE for the first time."""
STOP = 2.0
SYMBOLS = ("BTCUSDT", "ETHUSDT", "币安人生USDT")
HEDGE = Scenario(
    "faults",
    (
        Holding("BTCUSDT", "LONG", "1.512", "0.989", 20),
        Holding("ETHUSDT", "SHORT", "-3.400", "1.01", 25),
        Holding("币安人生USDT", "SHORT", "-12000", "1.0146", 10, True),
    ),
    {symbol: CONTRACTS[symbol] for symbol in SYMBOLS},
    wallets={"USDT": "9000000"},
)
ONE_WAY = replace(
    HEDGE,
    holdings=(
        Holding("BTCUSDT", "BOTH", "1.512", "0.989", 20),
        Holding("币安人生USDT", "BOTH", "-12000", "1.0146", 10, True),
    ),
    dual_side=False,
)
EMPTY = replace(HEDGE, holdings=())

Side = tuple[str, str]
Value = tuple[Decimal, str]


class Resolver:
    """This machine's resolver, which knows some names by itself: an address, an error, or seconds for which it hangs."""

    def __init__(self) -> None:
        self.names: dict[str, str | OSError | float] = {}
        self._ask = socket.getaddrinfo
        self._is_over = threading.Event()

    def __call__(self, host: Any, port: Any, *options: Any, **named: Any) -> Any:
        """Resolve a name."""
        known = self.names.get(str(host))
        if isinstance(known, OSError):
            raise known
        if isinstance(known, float):
            self._is_over.wait(known)
            raise socket.gaierror(socket.EAI_AGAIN, "timed out")
        return self._ask(host if known is None else known, port, *options, **named)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand in for the real one until the block ends."""
        self._is_over.clear()
        socket.getaddrinfo = self
        try:
            yield
        finally:
            socket.getaddrinfo = self._ask
            self._is_over.set()


RESOLVER = Resolver()


class TrackedSocket:
    """A socket that is counted while it is open."""

    def __init__(self, inner: Socket, feed: str, opened: list["TrackedSocket"]) -> None:
        self.feed = feed
        self._inner = inner
        self._opened = opened
        opened.append(self)

    async def recv(self) -> bytes | str:
        """Return the next frame."""
        return await self._inner.recv()

    async def send(self, frame: bytes) -> None:
        """Send one frame."""
        await self._inner.send(frame)

    async def close(self) -> None:
        """Close it."""
        if self in self._opened:
            self._opened.remove(self)
        await self._inner.close()


class BenchNames(Names):
    """Names as the loop knows them."""

    async def look_up(self, host: str, port: int) -> list[str]:
        """Ask the loop."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(one[4][0]) for one in found]


class BenchWorld(RealWorld):
    """The real network and the real clocks, with the longest pauses that the dice can throw."""

    def __init__(self) -> None:
        super().__init__()
        self._names = BenchNames()
        self.asleep = 0.0
        """Seconds that this machine has slept."""
        self.skew_ms = 0
        """How far this machine's wall clock is off."""
        self.dials: list[float] = []
        self.opened: list[TrackedSocket] = []

    def now(self) -> float:
        """Return seconds that only grow, also while the machine sleeps."""
        return super().now() + self.asleep

    def wall_ms(self) -> int:
        """Return this machine's Unix time, right or wrong."""
        return super().wall_ms() + int(self.asleep * 1000) + self.skew_ms

    def random(self) -> float:
        """Return the largest number there is: every pause is as long as it can be."""
        return 0.999

    async def connect(self, url: str) -> Socket:
        """Open a WebSocket, and count it."""
        self.dials.append(self.now())
        inner = await super().connect(url)
        return TrackedSocket(inner, feed_of(f"GET {url[url.index('/', 8) :]}".encode()), self.opened)


class BenchClock:
    """The exchange's clock: real, but for the time that everybody slept."""

    def __init__(self) -> None:
        self.leapt = 0.0
        self._wall = wall_clock()

    def __call__(self) -> int:
        return self._wall() + int(self.leapt * 1000)


class Missed(AssertionError):
    """Something did not come in time."""


@dataclass
class Outcome:
    """What was measured of one fault."""

    says: str = ""
    said: float | None = None
    recovered: float | None = None
    slack: float = 0.0
    """Seconds for which this machine may have been late."""
    late: list[str] = field(default_factory=list)
    """What did not come in time."""
    problems: list[str] = field(default_factory=list)
    """What must never be."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a bench begins with."""

    scenario: Scenario = HEDGE
    faults: tuple[str, ...] = ()
    """Faults of the exchange that are on from the beginning."""
    kind: str = "hmac"
    """Of the key."""
    name: str = ""
    """The host's name; empty: its address."""
    names: Mapping[str, str | OSError | float] = field(default_factory=dict)
    """What the resolver says."""
    tls: str = ""
    """What kind of certificate the server has; empty: no TLS."""
    is_awaited: bool = True
    """Whether the fault begins when all is LIVE, not when the worker starts."""
    is_secure: bool = False
    """Whether the worker expects TLS, whatever is there."""
    has_rest: bool = False
    """Whether the key's rights are asked for over HTTP."""
    is_hung: bool = False
    page: bytes | None = None


class Lag:
    """How late this machine's loop is, which no fault is to blame for."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=10_000)

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(FRAME)
            self._late.append((before, time.monotonic() - before - FRAME))

    def since(self, at: float) -> float:
        """Return for how long the loop may have been late with one thing and what follows from it."""
        late = sorted((seconds for when, seconds in self._late if when >= at), reverse=True)
        return 2 * FRAME + sum(late[:10])


def value_of(amount: Decimal, entry_price: Decimal | None) -> Value:
    """Make size and entry price comparable, in as many digits as a snapshot's doubles hold."""
    return amount, "" if entry_price is None else f"{float(entry_price):.12g}"


class Bench:
    """A worker under observation."""

    def __init__(self, server: Server, proxy: Proxy, begin: Callable[[BenchWorld], Live], lag: Lag) -> None:
        self.clock = BenchClock()
        self.server = server
        self.exchange = server.exchange
        self.proxy = proxy
        self.world = BenchWorld()
        self.live = begin(self.world)
        self.lag = lag
        self.outcome = Outcome()
        self.unseen = UNSEEN
        self.is_clock_trusted = True
        self.is_truth_known = True
        self.is_mannered = True
        self.words: list[Word] = []
        self._begin = begin
        self._host = self.live._endpoints.host
        self._worker: asyncio.Task[None] | None = None
        self._recent = Recent()
        self._began = self._over = self._opened = time.monotonic()
        self._past: dict[Side, deque[tuple[float, Value | None]]] = {}
        self._truth: dict[Side, Value] = {}
        self._marks: dict[str, deque[tuple[float, Decimal | None]]] = {}
        self._crowded: dict[str, float] = {}

    # What is done

    def start(self) -> None:
        """Start the worker."""
        self._worker = asyncio.create_task(self.live.run())

    async def stop(self) -> None:
        """Stop the worker; it has to be quick."""
        worker, self._worker = self._worker, None
        assert worker is not None  # it is started before
        began = time.monotonic()
        if worker.done():
            self.lie("the worker ended by itself")
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        if not worker.cancelled() and worker.exception() is not None:
            self.lie(f"the worker died: {worker.exception()!r}")
        if time.monotonic() - began > STOP + 2 * self.lag.since(began):
            self.lie(f"stopping took {time.monotonic() - began:.1f} s")
        if self.world.opened:
            self.lie(f"{len(self.world.opened)} sockets were left open")

    def restart(self) -> None:
        """Start another worker, which knows of the one before only what is written down."""
        self.live = self._begin(self.world)
        self.start()

    def leap(self, seconds: float) -> None:
        """Let this machine sleep for so many seconds."""
        self.clock.leapt += seconds
        self.world.asleep += seconds
        self.server.advance()

    def strike(self, name: str, seconds: float | None = None) -> None:
        """Begin a fault of the exchange, or something that its account goes through."""
        self.server.fault(name, None if seconds is None else int(seconds * 1000))
        self._note_truth()

    def begin(self) -> None:
        """Note that the fault begins now, and ends now unless `over` says otherwise."""
        self._began = self._over = time.monotonic()
        self._note_truth()

    def over(self) -> None:
        """Note that the fault ends now."""
        self._over = time.monotonic()

    # What is waited for

    async def until(self, what: str, holds: Callable[[], bool], within: float) -> float:
        """Look at every frame until something holds; return the seconds that took.

        Raises:
            Missed: it did not within so many seconds, and some for a slow machine.
        """
        began = time.monotonic()
        while True:
            self.look()
            took = time.monotonic() - began
            if holds():
                return took
            if took > within + 2 * self.lag.since(began):
                raise Missed(f"not within {within:g} s: {what} ({self.shown})")
            await asyncio.sleep(FRAME)

    async def watch(self, seconds: float) -> None:
        """Look at every frame for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            await asyncio.sleep(FRAME)

    async def said(self, text: str = "", within: float = 15.0) -> None:
        """Wait until the screen says that something is wrong, or this very text."""

        def holds() -> bool:
            return text in self.shown if text else bool(self.banner) or self.word is not Word.LIVE

        await self.until(f"said {text!r}", holds, within)
        self.outcome.said = time.monotonic() - self._began
        self.outcome.says = self.told_as(text)

    async def told(self, count: int, within: float = 1.5) -> None:
        """Wait for one more line than `count` in the journal."""
        journal = self.live.book.journal
        await self.until("told", lambda: journal.count > count, within)
        self.outcome.said = time.monotonic() - self._began
        self.outcome.says = list(journal)[count].text

    async def healed(self, within: float = 35.0) -> None:
        """Wait until all is LIVE, open and true again."""
        await self.until("healed", lambda: self.is_whole, within)
        self.outcome.recovered = time.monotonic() - self._over

    async def stays_live(self, seconds: float) -> None:
        """Look at every frame for so long; each has to be LIVE."""
        since = len(self.words)
        await self.watch(seconds)
        self.check("LIVE all the time", set(self.words[since:]) == {Word.LIVE})
        self.outcome.says = self.outcome.says or self.told_as("")

    def check(self, what: str, holds: bool) -> None:
        """Note a problem unless this holds."""
        if not holds:
            self.outcome.problems.append(f"not so: {what} ({self.shown})")

    # What is seen

    @property
    def word(self) -> Word:
        """The one word."""
        return self.live.book.word(self.live.time_ms())

    @property
    def banner(self) -> list[str]:
        """What the screen's banner says, part by part."""
        moment = Moment(self.live)
        moment.advance()
        lines = trouble_lines(moment, self._recent, 1_000)
        text = "".join(part for line in lines for part, _ in line)
        for name in (self.host, self.host.partition(":")[0]):
            text = text.replace(name, "the host")
        return [part.strip(" !") for part in text.split("   ") if part.strip(" !")]

    @property
    def shown(self) -> str:
        """Word and banner."""
        return f"{self.word}: {' · '.join(self.banner)}".strip(": ")

    def told_as(self, text: str) -> str:
        """The word, and the part of the banner that holds a text; the first part where none does."""
        parts = [part for part in self.banner if text in part] or self.banner
        return f"{self.word}: {parts[0]}" if parts else str(self.word)

    @property
    def journal(self) -> str:
        """Everything that has been told."""
        return "\n".join(entry.text for entry in self.live.book.journal)

    @property
    def said_somewhere(self) -> str:
        """Everything that has been told or is being said."""
        health = self.live.book.health
        reasons = [feed.reason for feed in health.feeds]
        return "\n".join([self.journal, self.shown, health.last_protocol_error, *reasons])

    @property
    def rows(self) -> dict[Side, Value]:
        """The positions that are shown."""
        return {
            (key.symbol, key.position_side): value_of(position.position_amount, position.entry_price)
            for key, position in self.live.book.positions.items()
            if position.position_amount and "�" not in key.symbol
        }

    @property
    def is_true(self) -> bool:
        """Whether the positions are what they should be."""
        self._note_truth()
        return self.rows == self._truth

    @property
    def is_whole(self) -> bool:
        """Whether everything is LIVE, every connection open, and the positions true."""
        health = self.live.book.health
        wanted = {Transport.OPEN} if self.live.book.symbols else {Transport.OPEN, Transport.OFF}
        is_open = health.api.transport is Transport.OPEN and health.mark.transport in wanted
        is_listening = health.user.transport is Transport.OPEN
        is_marked = all(position.mark_time_ms for position in self.open_rows)
        return self.word is Word.LIVE and is_open and is_listening and is_marked and self.is_true

    @property
    def open_rows(self) -> list[Position]:
        """The open positions that are shown."""
        return [position for position in self.live.book.positions.values() if position.is_open]

    @property
    def host(self) -> str:
        """What the worker calls the host, with its port."""
        return self._host

    def connects(self, feed: str = "") -> int:
        """Return how many connections the exchange has been asked for, by the path of a feed."""
        paths = {"": "/", "api": "/ws-fapi", "private": "/private", "market": "/market"}
        entries = self.exchange.ledger.of("connect") + self.exchange.ledger.of("refused")
        return sum(entry.path.startswith(paths[feed]) for entry in entries)

    def controls(self) -> int:
        """Return how many control messages the streams have had."""
        return len(self.exchange.ledger.of("control"))

    def asked(self, method: str = "") -> int:
        """Return how many requests the exchange has had."""
        return sum(method in ("", entry.method) for entry in self.exchange.ledger.of("request"))

    # The eyes

    def look(self) -> None:
        """Judge one frame."""
        self._note_truth()
        word = self.word
        self.words.append(word)
        if word is Word.LIVE:
            if self.is_truth_known:
                self._compare()
            self._look_at_ages()
        self._look_at_sockets()

    def _note_truth(self) -> None:
        now = time.monotonic()
        world = self.exchange.world
        truth = {
            (position.symbol, str(position.position_side)): value_of(position.amount, position.entry_price)
            for position in world.account.open_positions()
        }
        for side in truth.keys() | self._truth.keys():
            if truth.get(side) != self._truth.get(side):
                self._past.setdefault(side, deque(maxlen=100)).append((now, self._truth.get(side)))
        self._truth = truth
        for symbol in world.market.contracts:
            self._marks.setdefault(symbol, deque(maxlen=400)).append((now, world.market.mark_price(symbol)))

    def _compare(self) -> None:
        shown, now = self.rows, time.monotonic()
        for side in shown.keys() | self._truth.keys():
            value = shown.get(side)
            if value == self._truth.get(side) or (value is not None and not value[1]):
                continue
            ended = max((end for end, past in self._past.get(side, ()) if past == value), default=-99.0)
            if now - ended > self.unseen + self.lag.since(ended):
                self.lie(f"LIVE, and {side} is {value} where it should be {self._truth.get(side)}")

    def _look_at_ages(self) -> None:
        live, world = self.live, self.exchange.world
        if not self.is_clock_trusted:
            return
        time_ms = live.time_ms()
        if abs(time_ms - self.server.clock() - world.skew_ms) > 1_000:
            self.lie(f"the clock is off by {time_ms - self.server.clock() - world.skew_ms} ms")
        for position in self.open_rows:
            if "�" in position.key.symbol or not live.book.freshness(position, time_ms).is_marked:
                continue
            age_ms = self.server.clock() + world.skew_ms - (position.mark_time_ms or 0)
            if age_ms > MARK_LIMIT_MS + 1_000 + 1_000 * self.lag.since(time.monotonic() - 5):
                self.lie(f"the mark price of {position.key.symbol} is {age_ms} ms old and shown as live")

    def _look_at_sockets(self) -> None:
        feeds, now = [one.feed for one in self.world.opened], time.monotonic()
        for feed in ("api", "private", "market"):
            if feeds.count(feed) < 2:
                self._crowded.pop(feed, None)
            elif now - self._crowded.setdefault(feed, now) > ROTATION + self.lag.since(now - ROTATION):
                self.lie(f"{feeds.count(feed)} connections of {feed} for {ROTATION:.0f} s")

    def lie(self, what: str) -> None:
        """Note what must never be seen."""
        if what not in self.outcome.problems:
            self.outcome.problems.append(what)

    def look_at_manners(self) -> None:
        """Judge what the exchange has been asked."""
        ledger = self.exchange.ledger
        for entry in ledger.violations():
            self.lie(f"{entry.method} was asked")
        if not self.is_mannered:
            return
        dials = [int(at * 1000) for at in self.world.dials]
        if most_within(dials, 990) > 1 or most_within(dials, 300_000) > 20:
            self.lie("too many connects")
        if max(ledger.weight_by_minute().values(), default=0) > 120:
            self.lie(f"weight {ledger.weight_by_minute()}")
        controls: dict[int, list[int]] = {}
        for entry in ledger.of("control"):
            controls.setdefault(entry.connection, []).append(entry.wall_ms)
        if any(most_within(times, 1000) > 5 for times in controls.values()):
            self.lie("more than 5 control messages a second")


def renamed(endpoints: Endpoints, name: str) -> Endpoints:
    """Call the host of these addresses by a name."""
    if not name:
        return endpoints
    fields = {
        each: text.replace("127.0.0.1", name)
        for each in endpoints.__struct_fields__
        if isinstance(text := getattr(endpoints, each), str)
    }
    return msgspec.structs.replace(endpoints, **fields)


def credential_of(exchange: Exchange, kind: str) -> Credential:
    """Return the account's key of a kind."""
    key = exchange.keys[kind]  # type: ignore[index]  # a literal in every setup
    if kind == "hmac":
        return Credential.hmac(Secret(key.api_key), key.secret)
    return Credential.private_key(Secret(key.api_key), key.private_key.decode(), "key")


@asynccontextmanager
async def bench(setup: Setup, folder: Path, lag: Lag) -> AsyncIterator[Bench]:
    """Set a bench up, and take it down; stopping has to be quick and leave nothing behind."""
    clock = BenchClock()
    exchange = Exchange(setup.scenario, seed=5, wall_ms=clock())
    RESOLVER.names.update(setup.names)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(exchange, clock=clock))
        port = int(server.endpoint.rpartition(":")[2])
        proxy = await stack.enter_async_context(
            proxied(port, TRUST.context(setup.tls) if setup.tls else None)
        )
        proxy.is_hung, proxy.page = setup.is_hung, setup.page
        for name in setup.faults:
            server.fault(name)
        made = Bench(server, proxy, begin(setup, exchange, proxy.port, folder), lag)
        made.clock = clock
        made.start()
        try:
            if setup.is_awaited:
                await made.until("LIVE at the beginning", lambda: made.is_whole, 20.0)
                await made.watch(SETTLING)
            yield made
            made.look_at_manners()
        finally:
            await made.stop()


def begin(setup: Setup, exchange: Exchange, port: int, folder: Path) -> Callable[[BenchWorld], Live]:
    """Return what makes a worker for an exchange behind a port; one after another they share a memory of bans."""
    scheme = "https" if setup.tls or setup.is_secure else "http"
    endpoints = renamed(at(f"{scheme}://127.0.0.1:{port}"), setup.name)
    if not setup.has_rest:
        endpoints = msgspec.structs.replace(endpoints, account_rest_url=None)
    credential = credential_of(exchange, setup.kind)
    return lambda world: Live(endpoints, credential, world=world, state_folder=folder)
