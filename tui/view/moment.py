"""The book at this moment, summed up: looked at anew only when a row changed or something aged past its limit."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from tui.book.book import Book
from tui.book.figures import ZERO, usd_value
from tui.book.health import (
    ACCOUNT_LIMIT_MS,
    MARK_LIMIT_MS,
    POSITION_LIMIT_MS,
    Freshness,
    Word,
)
from tui.book.history import History
from tui.book.portfolio import SEVERITY
from tui.book.position import Position
from tui.view.books import Shelf, all_books, shown_books
from tui.view.formats import SECOND_MS, USD_LIKE
from tui.view.source import Source

NEVER_MS = 1 << 62
STALE = Freshness(0, None, False, False)


class Rows(NamedTuple):
    """All open rows, summed up."""

    open_rows: int = 0
    unconfirmed: int = 0
    """How many have a size that nothing has confirmed lately."""
    unmarked: int = 0
    """How many have no mark price that holds, the unconfirmed ones among them."""
    pnls: Mapping[str, Decimal | None] = {}
    """Unrealized PNL of all rows by margin asset; None while one of them does not hold."""
    pnl_usd: Decimal | None = ZERO
    """The same in US dollars at the mark prices, dollar-like assets 1:1."""
    until_ms: int = NEVER_MS
    """When the first of them ages past a limit."""

    def pnl(self, asset: str) -> Decimal | None:
        """Unrealized PNL in an asset: 0 without rows, None while one of them does not hold."""
        return self.pnls.get(asset, ZERO)


def next_limit(times: Iterable[int | None], limits: Iterable[int], time_ms: int) -> int:
    """When the first of these times will be older than its limit."""
    ends = (at + limit for at, limit in zip(times, limits, strict=True) if at is not None)
    return min((end for end in ends if end >= time_ms), default=NEVER_MS)


def row_limit(position: Position, time_ms: int) -> int:
    """When the next figure of this row ages past its limit."""
    times = position.confirmed_ms, position.mark_time_ms, position.snapshot_ms
    return next_limit(times, (POSITION_LIMIT_MS, MARK_LIMIT_MS, POSITION_LIMIT_MS), time_ms)


def in_usd(position: Position, amount: Decimal | None) -> Decimal | None:
    """An amount of the row's margin asset in US dollars: coins at the mark price, dollar-like assets 1:1."""
    if not position.is_inverse and position.margin_asset and position.margin_asset not in USD_LIKE:
        return None
    return usd_value(position, amount)


def plus(before: Decimal | None, addend: Decimal | None) -> Decimal | None:
    """The sum; None as soon as one addend does not hold."""
    return None if before is None or addend is None else before + addend


def sum_rows(book: Book, time_ms: int) -> Rows:
    """Look at every open row."""
    open_rows = unconfirmed = unmarked = 0
    pnls: dict[str, Decimal | None] = {}
    pnl_usd: Decimal | None = ZERO
    until_ms = NEVER_MS
    for position in book.positions.values():
        if not position.is_open:
            continue
        fresh = book.freshness(position, time_ms)
        open_rows += 1
        unconfirmed += not fresh.is_confirmed
        unmarked += not fresh.is_marked
        until_ms = min(until_ms, row_limit(position, time_ms))
        asset = position.margin_asset or ""
        pnl = position.unrealized_pnl if fresh.is_marked else None
        pnls[asset] = plus(pnls.get(asset, ZERO), pnl)
        pnl_usd = plus(pnl_usd, in_usd(position, pnl))
    return Rows(open_rows, unconfirmed, unmarked, pnls, pnl_usd, until_ms)


class BookNow(NamedTuple):
    """One book at this moment."""

    book: Book
    time_ms: int
    rows: Rows

    @property
    def word(self) -> Word:
        """The one word; the same as the book's, without looking at every row again."""
        account = self.book.account
        account_ms = None if account is None else account.snapshot_ms
        return self.book.health.word(self.time_ms, STALE if self.rows.unmarked else None, account_ms)

    @property
    def is_account_fresh(self) -> bool:
        """Whether the totals hold: told since the last gap, and not too long ago."""
        account = self.book.account
        if account is None:
            return False
        age_ms = self.time_ms - account.snapshot_ms
        return account.snapshot_ms >= self.book.health.gap_ms and age_ms <= ACCOUNT_LIMIT_MS


class Moment:
    """What every panel reads: the books, the time, and what holds of the whole."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.time_ms = source.time_ms()
        self.history = History()
        """How figures went since the program began."""
        self.version = 0
        """Grows whenever the rows were looked at anew."""
        self.rows = Rows()
        """All rows of the books that are looked at."""
        self._by_book: dict[str, Rows] = {}
        self._until_ms = NEVER_MS
        self._gaps: tuple[object, ...] = ()
        self._state: tuple[object, ...] = ()
        self._is_read = False

    @property
    def book(self) -> Shelf:
        """What is known."""
        return self.source.book

    @property
    def books(self) -> tuple[BookNow, ...]:
        """Each book that is looked at."""
        return tuple(self._now(book) for book in shown_books(self.book))

    @property
    def all_books(self) -> tuple[BookNow, ...]:
        """Each book, also those that are not looked at."""
        return tuple(self._now(book) for book in all_books(self.book))

    @property
    def first(self) -> BookNow:
        """The book whose totals stand for the account."""
        return self._now(shown_books(self.book)[0])

    def _now(self, book: Book) -> BookNow:
        return BookNow(book, self.time_ms, self._by_book.get(book.book, Rows()))

    def advance(self, *, is_changed: bool = False) -> bool:
        """Take the time; return whether anything may look different from the last call."""
        before_ms, self.time_ms = self.time_ms, self.source.time_ms()
        gaps = tuple((book.book, book.health.gap_ms) for book in shown_books(self.book))
        is_aged = not before_ms <= self.time_ms <= self._until_ms
        is_new = is_changed or is_aged or gaps != self._gaps or not self._is_read
        if is_new:
            self._is_read, self._gaps = True, gaps
            self._by_book = {book.book: sum_rows(book, self.time_ms) for book in all_books(self.book)}
            self._until_ms = min(rows.until_ms for rows in self._by_book.values())
            self.rows = added(self._by_book[book.book] for book in shown_books(self.book))
            self.version += 1
        state = self._read_state()
        is_new = is_new or state != self._state
        self._state = state
        return is_new

    def _read_state(self) -> tuple[object, ...]:
        """Everything beside the rows that a panel shows; ages are shown in whole seconds."""
        source = self.source
        books = [state_of(now) for now in self.all_books]
        told = self.book.weight_used, source.rights, source.notice, source.label
        return self.time_ms // SECOND_MS, self.word, self.book.journal.count, *books, *told

    @property
    def word(self) -> Word:
        """The one word: the worst of the books that are looked at."""
        return max((now.word for now in self.books), key=SEVERITY.index)


def added(sums: Iterable[Rows]) -> Rows:
    """The rows of several books together."""
    whole = Rows()
    for rows in sums:
        pnls = dict(whole.pnls)
        for asset, pnl in rows.pnls.items():
            pnls[asset] = plus(pnls.get(asset, ZERO), pnl)
        whole = Rows(
            whole.open_rows + rows.open_rows,
            whole.unconfirmed + rows.unconfirmed,
            whole.unmarked + rows.unmarked,
            pnls,
            plus(whole.pnl_usd, rows.pnl_usd),
            min(whole.until_ms, rows.until_ms),
        )
    return whole


def state_of(now: BookNow) -> tuple[object, ...]:
    """Everything of a book beside its rows that a panel shows."""
    book, health = now.book, now.book.health
    feeds = [(feed.transport, feed.reason, feed.retry_ms) for feed in health.feeds]
    counts = health.missed_events, health.protocol_errors, health.is_synced, len(book.positions)
    return now.word, id(book.account), *feeds, *counts
