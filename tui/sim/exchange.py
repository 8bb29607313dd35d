"""The simulated exchange: values in, values out. No socket, no clock, no randomness but its seed's."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from tui.sim import http_api, portal
from tui.sim.account import Key
from tui.sim.api_session import ApiSession
from tui.sim.coin_m.api_session import CoinApiSession
from tui.sim.coin_m.life import CoinLife
from tui.sim.coin_m.streams import CoinMarks, CoinSession
from tui.sim.endpoints import ENDPOINTS
from tui.sim.errors import Rejected
from tui.sim.events import Event
from tui.sim.faulting import cut, strike
from tui.sim.faults import order
from tui.sim.keys import Keys
from tui.sim.ledger import Entry, Ledger
from tui.sim.life import Life
from tui.sim.oracle import BookKey, OraclePosition, linear_truth, whole_truth
from tui.sim.outgoing import Answer, Close, Refusal
from tui.sim.portfolio_margin import events as portfolio_events
from tui.sim.portfolio_margin.life import PortfolioLife
from tui.sim.portfolio_margin.streams import PortfolioSession
from tui.sim.scenarios import Scenario
from tui.sim.session import Session
from tui.sim.spoiling import spoil_event
from tui.sim.streams import MarketSession, Marks, PrivateSession, StreamSession, bindings_of, streams_of
from tui.sim.world import World

HANDSHAKE_WEIGHT = 5
LATE_MS = 3_000
"""When the exchange is driven in longer steps, the prices of the skipped seconds are not pushed."""
DUPLICATE_MS = 5_000
APIS = {"/ws-fapi/v1": "api", "/ws-dapi/v1": "coinm-api"}
"""Feeds of the WebSocket APIs, by path."""
STREAMS = {
    "/private": "private",
    "/market": "market",
    "/public": "public",
    "/pm": "pm-private",
}
"""Feeds of the streams, by what stands before `/ws` and `/stream`. COIN-M has the bare paths, for all it streams."""
LISTENERS: dict[str, type[PrivateSession | CoinSession | PortfolioSession]] = {
    "private": PrivateSession,
    "coinm-private": CoinSession,
    "pm-private": PortfolioSession,
}
"""Which connections take the events of a user stream."""


class Exchange:
    """The exchange with its connections.

    It is driven from outside: `advance` moves it to a time, `open` and `http` bring clients, the sessions take their
    frames and hand out the answers. Every time is Unix time in milliseconds, and `wall_ms` never goes back.
    """

    def __init__(self, scenario: Scenario, *, seed: int = 0, wall_ms: int) -> None:
        self.world = World(scenario, seed=seed, wall_ms=wall_ms)
        self.world.tell = self.tell
        self.world.tell_coin = self.tell_coin
        self.world.tell_portfolio = self.tell_portfolio
        self.world.move = self.advance
        self.lives = (Life(self.world), CoinLife(self.world), PortfolioLife(self.world))
        self.sessions: list[Session] = []
        self.connections = 0
        self.next_tick_ms = (wall_ms // 1000 + 1) * 1000

    @property
    def keys(self) -> Keys:
        """The account's API keys."""
        return self.world.keys

    @property
    def ledger(self) -> Ledger:
        """What clients did."""
        return self.world.ledger

    def due_ms(self) -> int | None:
        """When `advance` is next needed."""
        times = (self.next_tick_ms, self.world.agenda.next_ms(), self.world.faults.next_end_ms())
        return min(time_ms for time_ms in times if time_ms is not None)

    def advance(self, wall_ms: int) -> None:
        """Move the world to a time: prices step every second, and all that is due happens in its order."""
        world = self.world
        while (due_ms := self.due_ms()) is not None and due_ms <= wall_ms:
            world.wall_ms = max(due_ms, world.wall_ms)
            if world.faults.next_end_ms() == due_ms:
                self.expire_faults()
            elif world.agenda.next_ms() == due_ms:
                world.agenda.take()()
            else:
                self.next_tick_ms += 1000
                self.tick(is_late=wall_ms - due_ms > LATE_MS)
        world.wall_ms = max(wall_ms, world.wall_ms)

    def tick(self, *, is_late: bool) -> None:
        """One second of the world."""
        world = self.world
        world.market.step(world.wall_ms // 1000)
        for life in self.lives:
            life.tick()
        world.expire_listen_key()
        world.forget()
        self.sessions = [session for session in self.sessions if session.is_open]
        marks = Marks(world)
        has_coin = any(isinstance(session, CoinSession) for session in self.sessions)
        coin_marks = CoinMarks(world) if has_coin else marks
        for session in self.sessions:
            session.tick()
            if isinstance(session, MarketSession) and not is_late:
                session.push_marks(coin_marks if isinstance(session, CoinSession) else marks)

    def open(self, target: str, wall_ms: int, address: str = "127.0.0.1") -> Session | Refusal:
        """A client wants a WebSocket on a path with its query; it gets a session, or a refusal over HTTP."""
        self.advance(wall_ms)
        path, query = split(target)
        feed = feed_of(path)
        self.connections += 1
        weight = HANDSHAKE_WEIGHT if feed in ("api", "coinm-api") else 0
        refused = portal.before_all(self.world, feed) or portal.before_handshake(self.world, feed)
        if refused is None:
            try:
                self.world.limits.charge(address, weight, self.world.now_ms)
            except Rejected as rejected:
                refused = portal.rejection(rejected)
        if refused is None and not feed:
            refused = Answer(404)
        shown = shown_path(path)
        if refused is not None:
            self.ledger.add(
                Entry(self.world.wall_ms, self.connections, "refused", shown, "", 0, refused.status)
            )
            return Refusal(refused.status, refused.headers, refused.body)
        self.ledger.add(Entry(self.world.wall_ms, self.connections, "connect", shown, "", weight, 101))
        session = self.session_on(feed, path, query, address)
        self.sessions.append(session)
        self.greet(session)
        return session

    def session_on(self, feed: str, path: str, query: str, address: str) -> Session:
        """Make the session that serves a path."""
        world, number, shown = self.world, self.connections, shown_path(path)
        if feed in ("api", "coinm-api"):
            kind = ApiSession if feed == "api" else CoinApiSession
            return kind(world, number, shown, address, rate_limits="returnRateLimits=false" not in query)
        if feed == "private":
            return PrivateSession(world, number, shown, address, bindings_of(path, query))
        if feed == "market":
            return MarketSession(world, number, shown, address, streams_of(path, query))
        if feed in ("coinm-market", "coinm-private"):
            return CoinSession(world, number, feed, shown, address, streams_of(path, query))
        if feed == "pm-private":
            return PortfolioSession(world, number, shown, address, streams_of(path, query))
        return StreamSession(world, number, feed, shown, address)

    def greet(self, session: Session) -> None:
        """Do to a new connection what faults that are on do to all."""
        faults = self.world.faults
        if faults.is_on("accept-then-close", session.feed):
            session.end(Close(1008, "Policy violation"))
        elif faults.is_on("reset", session.feed):
            cut(session, "")
        elif one := faults.find("close-CODE", session.feed):
            cut(session, one.order.value)

    def http(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        wall_ms: int,
        address: str = "127.0.0.1",
    ) -> Answer:
        """Answer a plain HTTP request; parameters of a POST or PUT may come as a form."""
        self.advance(wall_ms)
        path, query = split(target)
        form = body.decode("utf-8", "replace")
        query = "&".join(part for part in (query, form) if part)
        names = {name.lower(): value for name, value in headers.items()}
        request = http_api.Request(method, path, query, names, address)
        refused = portal.before_all(self.world, "http") or portal.before_all(self.world, request.host)
        return refused or http_api.answer(self.world, request, ENDPOINTS)

    def fault(self, name: str, wall_ms: int, duration_ms: int | None = None) -> None:
        """Switch a fault on, as `reset`, `no-marks-BTCUSDT` or `silence:market`; without a duration as its table says.

        Raises:
            ValueError: there is no such fault.
        """
        self.advance(wall_ms)
        asked = order(name)
        if asked.fault.way in ("next", "while") or (asked.fault.way == "now" and duration_ms is not None):
            self.world.faults.start(asked, wall_ms, duration_ms)
            self.world.apply_limits()
        strike(self.world, self.sessions, asked)

    def clear(self, name: str, wall_ms: int) -> None:
        """Switch a fault off."""
        self.advance(wall_ms)
        self.world.faults.stop(name)
        self.world.apply_limits()

    def expire_faults(self) -> None:
        """Switch off what is over."""
        self.world.faults.expire(self.world.wall_ms)
        self.world.apply_limits()

    def tell(self, event: Event, feed: str = "private") -> None:
        """Send an event of the account to those who listen, unless a fault keeps it back. Under Portfolio Margin the
        events of both books go to its own stream."""
        kinds = self.world.scenario.kinds
        if "classic" in kinds or feed == "pm-private":
            self.tell_on(feed, event)
        if "pm" in kinds and feed != "pm-private" and (told := portfolio_events.of_book(event, feed)):
            self.tell_on("pm-private", told)

    def tell_coin(self, event: Event) -> None:
        """Send an event of the COIN-M book."""
        self.tell(event, "coinm-private")

    def tell_portfolio(self, event: Event) -> None:
        """Send an event that only Portfolio Margin has."""
        self.tell(event, "pm-private")

    def tell_on(self, feed: str, event: Event) -> None:
        """Send an event on one kind of stream, unless a fault keeps it back."""
        faults = self.world.faults
        if event["e"] == "ACCOUNT_UPDATE" and faults.on:
            if faults.take("drop-event", feed):
                return
            event = spoil_event(event, faults)
            if faults.take("duplicate-event", feed):
                self.deliver(feed, event)
            if faults.take("late-duplicate", feed):
                late = event
                self.world.agenda.at(self.world.wall_ms + DUPLICATE_MS, lambda: self.deliver(feed, late))
        self.deliver(feed, event)
        if feed == "coinm-private" and faults.is_on("coinm-events-on-usdm"):
            self.deliver("private", event)

    def deliver(self, feed: str, event: Event) -> None:
        """Send an event to every stream of a kind that is on its active listen key."""
        key = self.world.keys_of(feed)[0].active
        if event["e"] == "listenKeyExpired":
            key = str(event["listenKey"])
        if key is None or self.world.faults.is_on("private-silent", feed):
            return
        if self.world.faults.is_on("unknown-fields"):
            event = event | {"newField": "1"}
        for session in self.sessions:
            if isinstance(session, LISTENERS[feed]):
                session.deliver(key, event)

    def oracle(self, wall_ms: int) -> dict[Key, OraclePosition]:
        """The true USD-M book at a time: every position with an amount, by (symbol, position side)."""
        self.advance(wall_ms)
        return linear_truth(self.world)

    def oracle_books(self, wall_ms: int) -> dict[BookKey, OraclePosition]:
        """The truth of every book at a time, by (book, symbol, position side)."""
        self.advance(wall_ms)
        return whole_truth(self.world)


def split(target: str) -> tuple[str, str]:
    """Path and query of a request target."""
    parts = urlsplit(target)
    return unquote(parts.path), parts.query


def feed_of(path: str) -> str:
    """Which feed a path serves; empty when there is no such path."""
    if path.rstrip("/") in APIS:
        return APIS[path.rstrip("/")]
    for prefix, feed in STREAMS.items():
        if path.startswith((f"{prefix}/ws", f"{prefix}/stream")):
            return feed
    if path in ("/ws", "/stream") or path.startswith("/ws/"):
        return "coinm-private" if is_listen_key(last_part(path)) else "coinm-market"
    return ""


def shown_path(path: str) -> str:
    """A path for the ledger: without a listen key."""
    secret = path.startswith("/private/ws/") or is_listen_key(last_part(path))
    return path.rpartition("/")[0] if secret else path


def last_part(path: str) -> str:
    """What stands behind the last slash of a path."""
    return path.rpartition("/")[2]


def is_listen_key(name: str) -> bool:
    """Whether a name is a listen key: streams have an `@`, and no path is as long."""
    return len(name) >= 32 and "@" not in name
