"""The simulated exchange: values in, values out. No socket, no clock, no randomness but its seed's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import unquote, urlsplit

from tui.sim import http_api, portal
from tui.sim.account import Key
from tui.sim.api_session import ApiSession
from tui.sim.errors import Rejected
from tui.sim.events import Event
from tui.sim.faulting import cut, strike
from tui.sim.faults import order
from tui.sim.keys import Keys
from tui.sim.ledger import Entry, Ledger
from tui.sim.life import Life
from tui.sim.outgoing import Answer, Close, Refusal
from tui.sim.scenarios import Scenario
from tui.sim.session import Session
from tui.sim.spoiling import spoil_event
from tui.sim.streams import MarketSession, Marks, PrivateSession, StreamSession, bindings_of, streams_of
from tui.sim.world import World

HANDSHAKE_WEIGHT = 5
LATE_MS = 3_000
"""When the exchange is driven in longer steps, the prices of the skipped seconds are not pushed."""
DUPLICATE_MS = 5_000


@dataclass(frozen=True, slots=True)
class OraclePosition:
    """A position as it truly is."""

    symbol: str
    position_side: str
    position_amount: Decimal
    entry_price: Decimal
    break_even_price: Decimal
    isolated_wallet: Decimal
    is_isolated: bool
    leverage: int
    mark_price: Decimal
    update_time_ms: int


class Exchange:
    """The exchange with its connections.

    It is driven from outside: `advance` moves it to a time, `open` and `http` bring clients, the sessions take their
    frames and hand out the answers. Every time is Unix time in milliseconds, and `wall_ms` never goes back.
    """

    def __init__(self, scenario: Scenario, *, seed: int = 0, wall_ms: int) -> None:
        self.world = World(scenario, seed=seed, wall_ms=wall_ms)
        self.world.tell = self.tell
        self.world.move = self.advance
        self.life = Life(self.world)
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
        self.life.tick()
        world.expire_listen_key()
        world.forget()
        self.sessions = [session for session in self.sessions if session.is_open]
        marks = Marks(world)
        for session in self.sessions:
            session.tick()
            if isinstance(session, MarketSession) and not is_late:
                session.push_marks(marks)

    def open(self, target: str, wall_ms: int, address: str = "127.0.0.1") -> Session | Refusal:
        """A client wants a WebSocket on a path with its query; it gets a session, or a refusal over HTTP."""
        self.advance(wall_ms)
        path, query = split(target)
        feed = feed_of(path)
        self.connections += 1
        weight = HANDSHAKE_WEIGHT if feed == "api" else 0
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
        if feed == "api":
            return ApiSession(
                world, number, shown, address, rate_limits="returnRateLimits=false" not in query
            )
        if feed == "private":
            return PrivateSession(world, number, shown, address, bindings_of(path, query))
        if feed == "market":
            return MarketSession(world, number, shown, address, streams_of(path, query))
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
        return portal.before_all(self.world, "http") or http_api.answer(self.world, request)

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

    def tell(self, event: Event) -> None:
        """Send an event of the account to those who listen, unless a fault keeps it back."""
        faults = self.world.faults
        if event["e"] == "ACCOUNT_UPDATE" and faults.on:
            if faults.take("drop-event"):
                return
            event = spoil_event(event, faults)
            if faults.take("duplicate-event"):
                self.deliver(event)
            if faults.take("late-duplicate"):
                late = event
                self.world.agenda.at(self.world.wall_ms + DUPLICATE_MS, lambda: self.deliver(late))
        self.deliver(event)

    def deliver(self, event: Event) -> None:
        """Send an event to every private stream on the active listen key."""
        key = self.world.listen_keys.active
        if event["e"] == "listenKeyExpired":
            key = str(event["listenKey"])
        if key is None or self.world.faults.is_on("private-silent"):
            return
        if self.world.faults.is_on("unknown-fields"):
            event = event | {"newField": "1"}
        for session in self.sessions:
            if isinstance(session, PrivateSession):
                session.deliver(key, event)

    def oracle(self, wall_ms: int) -> dict[Key, OraclePosition]:
        """The true book at a time: every position with an amount, by (symbol, position side)."""
        self.advance(wall_ms)
        world = self.world
        if world.scenario.position_document is not None:
            return {
                (row["symbol"], row["positionSide"]): documented(row)
                for row in world.scenario.position_document
            }
        book = {}
        for position in world.account.open_positions():
            setting = world.account.setting(position.symbol)
            book[position.symbol, str(position.position_side)] = OraclePosition(
                position.symbol,
                position.position_side,
                position.amount,
                position.entry_price,
                position.break_even_price,
                position.isolated_wallet,
                setting.is_isolated,
                setting.leverage,
                world.market.mark_price(position.symbol),
                position.update_time_ms,
            )
        return book


def documented(row: dict[str, object]) -> OraclePosition:
    """The truth of a documented row is the row."""
    amounts = ("positionAmt", "entryPrice", "breakEvenPrice", "isolatedWallet")
    amount, entry, break_even, wallet = (Decimal(str(row[name])) for name in amounts)
    return OraclePosition(
        str(row["symbol"]),
        str(row["positionSide"]),
        amount,
        entry,
        break_even,
        wallet,
        is_isolated=False,
        leverage=20,
        mark_price=Decimal(str(row["markPrice"])),
        update_time_ms=int(str(row["updateTime"])),
    )


def split(target: str) -> tuple[str, str]:
    """Path and query of a request target."""
    parts = urlsplit(target)
    return unquote(parts.path), parts.query


def feed_of(path: str) -> str:
    """Which feed a path serves; empty when there is no such path."""
    if path in ("/ws-fapi/v1", "/ws-fapi/v1/"):
        return "api"
    for feed in ("private", "market", "public"):
        if path.startswith((f"/{feed}/ws", f"/{feed}/stream")):
            return feed
    return "none" if path.startswith(("/ws", "/stream")) else ""


def shown_path(path: str) -> str:
    """A path for the ledger: without a listen key."""
    return path if not path.startswith("/private/ws/") else "/private/ws"
