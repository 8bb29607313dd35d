"""Any order of trades, lags, drops, duplicates and reconnects, in Binance's own bytes, against a small true account.

The exchange of this model has a history; a snapshot may show the account as it was up to LAG_MS before it was asked
for; each connection has a first-in-first-out stream of events, which may lose one in silence, repeat one, or be cut.
"""

import json
from collections import deque
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.book.wire import BASE_MS, balance, change, key, row, rows, take_account
from tui.book import figures
from tui.book.book import Book
from tui.book.health import Transport, Word
from tui.book.merge import LAG_MS
from tui.book.position import Key, Position
from tui.protocol.codec import decode_pushed

KEYS = [key("AUSDT"), key("BUSDT"), key("币USDT", "LONG"), key("币USDT", "SHORT")]
SYMBOLS = sorted({name.symbol for name in KEYS})
ZERO = Decimal(0)

Truth = dict[Key, tuple[Decimal, Decimal]]
"""Size and entry of every open position."""


class Trade(NamedTuple):
    """A change of one position on the exchange."""

    time_ms: int
    key: Key
    amount: str
    entry: str


class Request(NamedTuple):
    """A snapshot that was asked for."""

    asked_ms: int


def truth(trades: list[Trade], time_ms: int) -> Truth:
    """The account as it was at a time."""
    last = {trade.key: trade for trade in trades if trade.time_ms <= time_ms}
    return {name: (Decimal(t.amount), Decimal(t.entry)) for name, t in last.items() if Decimal(t.amount)}


def shown(book: Book) -> Truth:
    """The account as the book shows it."""
    return {
        name: (position.position_amount, position.entry_price or ZERO)
        for name, position in book.positions.items()
        if position.is_open
    }


def facts(position: Position | None) -> tuple[Any, ...]:
    """Everything that is known of a row."""
    return () if position is None else tuple(getattr(position, name) for name in position.__struct_fields__)


def picture(book: Book) -> dict[Key, tuple[Any, ...]]:
    """Everything that is known of all rows."""
    return {name: facts(position) for name, position in book.positions.items()}


class Exchange(RuleBasedStateMachine):
    """The exchange, the wire and the book."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BASE_MS
        self.trades: list[Trade] = []
        self.marks = dict.fromkeys(SYMBOLS, "0.5")
        self.stream: deque[tuple[bytes, set[Key]]] | None = None
        self.delivered: list[tuple[bytes, set[Key]]] = []
        self.requests: list[Request] = []
        self.dropped_ms: int | None = None
        """When an event was lost in silence that no audit has repaired yet."""
        self.watermarks: dict[Key, int] = {}
        self.book = Book()
        self.book.health.api.transport = Transport.OPEN
        self.book.health.user.transport = Transport.CONNECTING

    @initialize(is_whole=st.booleans())
    def begin(self, is_whole: bool) -> None:
        """Start with a connection, as the program does; half of the runs begin where it is live."""
        self.connect()
        if is_whole:
            self.quiet()

    def push(self, message: dict[str, Any], touched: set[Key]) -> None:
        """Put an event on the stream, if there is one."""
        if self.stream is not None:
            self.stream.append((json.dumps(message, ensure_ascii=False).encode(), touched))

    def account_update(self, changes: list[dict[str, Any]], reason: str) -> dict[str, Any]:
        """An ACCOUNT_UPDATE of now."""
        body = {"m": reason, "P": changes, "B": [balance("USDT", "100")]}
        return {"e": "ACCOUNT_UPDATE", "T": self.now, "E": self.now + 3, "a": body}

    @rule(
        name=st.sampled_from(KEYS),
        amount=st.sampled_from(["0", "1", "2.5", "3"]),
        entry=st.sampled_from(["0.4", "7"]),
    )
    def trade(self, name: Key, amount: str, entry: str) -> None:
        """A position changes; in hedge mode the BOTH row of 0 comes along."""
        self.now += 1
        amount = f"-{amount}" if name.position_side == "SHORT" and amount != "0" else amount
        entry = "0" if amount == "0" else entry
        self.trades.append(Trade(self.now, name, amount, entry))
        changes = [change(amount, entry, symbol=name.symbol, side=name.position_side)]
        if name.position_side != "BOTH":
            changes.insert(0, change("0", "0", symbol=name.symbol))
        self.push(self.account_update(changes, "ORDER"), {name})

    @rule(name=st.sampled_from(KEYS), amount=st.sampled_from(["0", "1", "2.5"]))
    def fill(self, name: Key, amount: str) -> None:
        """A position changes, and its event arrives at once."""
        self.trade(name, amount, "0.4")
        while self.stream:
            self.deliver()

    @precondition(lambda self: self.stream is not None and not self.stream)
    @rule(name=st.sampled_from(KEYS), amount=st.sampled_from(["0", "1", "2.5"]))
    def lose(self, name: Key, amount: str) -> None:
        """A position changes, its event is lost in silence, and an audit finds it."""
        self.trade(name, amount, "0.4")
        self.drop()
        self.now += LAG_MS
        self.answer_with(Request(self.now), self.now)

    @rule(reason=st.sampled_from(["FUNDING_FEE", "DEPOSIT", "SOMETHING_NEW"]))
    def move_money(self, reason: str) -> None:
        """A balance changes and no position: `P` is empty."""
        self.now += 1
        self.push(self.account_update([], reason), set())

    @rule(kind=st.sampled_from(["NEW_EVENT", "TRADE_LITE"]), symbol=st.sampled_from(SYMBOLS))
    def chatter(self, kind: str, symbol: str) -> None:
        """Something else is told."""
        self.push({"e": kind, "E": self.now, "T": self.now, "s": symbol}, set())

    @rule(symbol=st.sampled_from(SYMBOLS), price=st.sampled_from(["0.5", "0.6", "0", "NaN", "1E+2"]))
    def mark(self, symbol: str, price: str) -> None:
        """A mark price comes, on its own stream."""
        self.now += 1
        if price not in ("0", "NaN"):
            self.marks[symbol] = price
        message = {"e": "markPriceUpdate", "E": self.now, "s": symbol, "p": price, "r": "0.0001", "T": 0}
        self.tell((json.dumps(message).encode(), {name for name in KEYS if name.symbol == symbol}))

    @rule(wait_ms=st.sampled_from([1, 100, 1000, LAG_MS - 1, LAG_MS, 15_000]))
    def wait(self, wait_ms: int) -> None:
        """Time passes."""
        self.now += wait_ms
        self.book.take_missed(self.now)

    @precondition(lambda self: self.stream)
    @rule()
    def deliver(self) -> None:
        """The next event arrives."""
        assert self.stream
        self.delivered.append(self.stream.popleft())
        self.tell(self.delivered[-1])

    @precondition(lambda self: self.stream)
    @rule()
    def drop(self) -> None:
        """The next event is lost in silence."""
        assert self.stream
        _, touched = self.stream.popleft()
        if touched:
            self.dropped_ms = self.now

    @precondition(lambda self: self.stream is not None and self.delivered)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """An event of this connection arrives again, however old."""
        self.tell(data.draw(st.sampled_from(self.delivered)))

    def tell(self, message: tuple[bytes, set[Key]]) -> None:
        """Let the book take an event, and see that it touches only its keys, and that twice is once."""
        raw, touched = message
        before = picture(self.book)
        self.book.take_changed()
        pushed = decode_pushed(raw)
        assert isinstance(pushed, tuple)
        self.book.apply(pushed[0], self.now)
        after = picture(self.book)
        assert self.book.take_changed() <= touched
        assert {name for name in {*before, *after} if before.get(name) != after.get(name)} <= touched
        self.book.apply(pushed[0], self.now)
        assert picture(self.book) == after

    @rule()
    def ask(self) -> None:
        """A snapshot is asked for; several may be under way."""
        self.requests.append(Request(self.now))

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), lag_ms=st.sampled_from([None, 0, 1, 1000, LAG_MS]), orders=st.booleans())
    def answer(self, data: st.DataObject, lag_ms: int | None, orders: bool) -> None:
        """A snapshot arrives: of now, or of up to LAG_MS before it was asked for."""
        request = data.draw(st.sampled_from(self.requests))
        self.requests.remove(request)
        self.answer_with(request, self.now if lag_ms is None else request.asked_ms - lag_ms, orders)

    @rule(
        lag_ms=st.sampled_from([None, 0, 1, 1000, LAG_MS]),
        wait_ms=st.sampled_from([0, 1, 1000]),
        symbol=st.none() | st.sampled_from(SYMBOLS),
        orders=st.booleans(),
    )
    def audit(self, lag_ms: int | None, wait_ms: int, symbol: str | None, orders: bool) -> None:
        """A snapshot is asked for and arrives; a mark price may come between."""
        self.now += wait_ms
        request = Request(self.now)
        if symbol is not None:
            self.mark(symbol, "0.7")
        self.answer_with(request, self.now if lag_ms is None else request.asked_ms - lag_ms, orders)

    def answer_with(self, request: Request, as_of_ms: int, orders: bool = False) -> None:
        """Let the book take a snapshot of the account as it was at a time."""
        account = truth(self.trades, as_of_ms)
        wires = [self.wire(name, *account[name], as_of_ms) for name in account]
        if orders:
            wires += [self.wire(name, ZERO, ZERO, as_of_ms) for name in KEYS if name not in account]
        is_of_this_epoch = request.asked_ms >= self.book.health.gap_ms
        self.book.take_positions(rows(*wires), request.asked_ms, self.now)
        if self.dropped_ms is not None and is_of_this_epoch and request.asked_ms - LAG_MS >= self.dropped_ms:
            self.dropped_ms = None

    def wire(self, name: Key, amount: Decimal, entry: Decimal, as_of_ms: int) -> dict[str, Any]:
        """One row of a snapshot."""
        times = [trade.time_ms for trade in self.trades if trade.key == name and trade.time_ms <= as_of_ms]
        mark = Decimal("0.45")
        return row(
            str(amount),
            str(entry),
            symbol=name.symbol,
            positionSide=name.position_side,
            markPrice=str(mark),
            unRealizedProfit=str(amount * (mark - entry)),
            notional=str(amount * mark),
            updateTime=times[-1] if times and (amount or times[-1] % 2) else 0,
        )

    @precondition(lambda self: self.stream is not None)
    @rule()
    def disconnect(self) -> None:
        """The connection is cut; what was under way is lost."""
        self.stream = None
        self.delivered.clear()
        self.book.health.user.transport = Transport.DOWN
        self.book.begin_epoch(self.now)
        self.watermarks.clear()

    @precondition(lambda self: self.stream is None)
    @rule()
    def connect(self) -> None:
        """A new connection tells what happens from now on."""
        self.stream = deque()
        self.dropped_ms = None
        self.book.health.user.transport = Transport.OPEN
        self.book.stream_opened(self.now)

    @rule()
    def quiet(self) -> None:
        """Once all is quiet for an audit and the lag, the book is the exchange's, and live."""
        if self.stream is None:
            self.connect()
        while self.stream:
            self.deliver()
        self.now += LAG_MS
        self.answer_with(Request(self.now), self.now)
        for symbol in SYMBOLS:
            self.mark(symbol, self.marks[symbol])
        take_account(self.book, asked=(self.now - BASE_MS) / 1000)

        assert shown(self.book) == truth(self.trades, self.now)
        assert self.book.word(self.now) is Word.LIVE

    @invariant()
    def live_book_is_the_exchange(self) -> None:
        """When it says that the picture is whole, and nothing is under way or was lost in silence, it is the truth."""
        if self.book.health.is_synced and not self.stream and self.dropped_ms is None:
            assert shown(self.book) == truth(self.trades, self.now)

    @invariant()
    def watermarks_never_fall(self) -> None:
        """Within an epoch nothing older than what was believed is ever believed again."""
        for name in KEYS:
            watermark = self.book._entry(name).watermark_ms or 0
            assert watermark >= self.watermarks.get(name, 0)
            self.watermarks[name] = watermark

    @invariant()
    def figures_follow_from_what_is_shown(self) -> None:
        """PNL, notional and ROE are a function of size, entry, mark and margin as they are shown."""
        for position in self.book.positions.values():
            amount, entry, mark = position.position_amount, position.entry_price, position.mark_price
            assert entry is not None
            pnl = None if mark is None else amount * (mark - entry)
            assert (position.unrealized_pnl, position.notional) == (
                pnl,
                None if mark is None else amount * mark,
            )
            margin = position.position_initial_margin
            assert figures.roe(position) == (None if pnl is None or not margin else pnl / margin)

    @invariant()
    def empty_only_when_audited(self) -> None:
        """ "No positions" is said only after a snapshot of this epoch, asked for late enough, that had none."""
        health = self.book.health
        if health.is_synced:
            assert health.audited_ms is not None
            assert health.audited_ms >= max(health.opened_ms + LAG_MS, health.gap_ms)

    @invariant()
    def rows_of_before_a_gap_are_not_live(self) -> None:
        """No row is called fresh by a word of before the gap, and no row of a symbol is left over."""
        for position in self.book.positions.values():
            is_confirmed = self.book.freshness(position, self.now).is_confirmed
            assert not is_confirmed or position.confirmed_ms >= self.book.health.gap_ms
        held = {name.symbol for name in self.book.positions}
        assert {symbol for symbol, named in self.book._by_symbol.items() if named} == held

    def teardown(self) -> None:
        """Every run ends in quiet."""
        self.quiet()


def test_any_order_of_events_and_snapshots() -> None:
    """Five hundred runs of fifty steps: the book is never live and wrong, and always finds back to the truth."""
    run_state_machine_as_test(
        Exchange,
        settings=settings(derandomize=True, deadline=None, max_examples=500, stateful_step_count=50),
    )


@pytest.mark.soak
def test_any_order_of_events_and_snapshots_for_long() -> None:
    """Twenty thousand runs of a hundred steps, new ones each time."""
    run_state_machine_as_test(
        Exchange, settings=settings(deadline=None, max_examples=20_000, stateful_step_count=100)
    )


MOVES = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(["0", "1", "2.5", "-3"])), min_size=1, max_size=8
)


@given(MOVES, st.data())
@settings(derandomize=True, deadline=None, max_examples=200)
def test_events_of_different_rows_commute(moves: list[tuple[Key, str]], data: st.DataObject) -> None:
    """Events of different rows may come in any order among each other, as over two sockets."""
    streams: dict[Key, deque[tuple[bytes, int]]] = {}
    for number, (name, amount) in enumerate(moves):
        body = {"m": "ORDER", "B": [], "P": [change(amount, symbol=name.symbol, side=name.position_side)]}
        message = {"e": "ACCOUNT_UPDATE", "T": BASE_MS + number, "E": BASE_MS, "a": body}
        streams.setdefault(name, deque()).append((json.dumps(message).encode(), number))
    in_order, mixed = Book(), Book()
    for raw, _ in sorted((told for stream in streams.values() for told in stream), key=lambda told: told[1]):
        apply(in_order, raw)
    for name in data.draw(st.permutations([name for name, _ in moves])):
        apply(mixed, streams[name].popleft()[0])

    assert picture(in_order) == picture(mixed)


def apply(book: Book, raw: bytes) -> None:
    pushed = decode_pushed(raw)
    assert isinstance(pushed, tuple)
    book.apply(pushed[0], BASE_MS + 100)
