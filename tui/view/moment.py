"""The book at this moment, summed up: looked at anew only when a row changed or something aged past its limit."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from tui.book.book import Book
from tui.book.figures import ZERO
from tui.book.health import (
    ACCOUNT_LIMIT_MS,
    MARK_LIMIT_MS,
    POSITION_LIMIT_MS,
    Freshness,
    Word,
)
from tui.book.position import Position
from tui.view.formats import SECOND_MS
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


def sum_rows(book: Book, time_ms: int) -> Rows:
    """Look at every open row."""
    open_rows = unconfirmed = unmarked = 0
    pnls: dict[str, Decimal | None] = {}
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
        before, pnl = pnls.get(asset, ZERO), position.unrealized_pnl
        pnls[asset] = before + pnl if before is not None and pnl is not None and fresh.is_marked else None
    return Rows(open_rows, unconfirmed, unmarked, pnls, until_ms)


class Moment:
    """What every panel reads: the book, the time, and what holds of the whole."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.time_ms = source.time_ms()
        self.version = 0
        """Grows whenever the rows were looked at anew."""
        self.rows = Rows()
        self._gap_ms = -1
        self._state: tuple[object, ...] = ()
        self._is_read = False

    @property
    def book(self) -> Book:
        """What is known."""
        return self.source.book

    def advance(self, *, is_changed: bool = False) -> bool:
        """Take the time; return whether anything may look different from the last call."""
        before_ms, self.time_ms = self.time_ms, self.source.time_ms()
        gap_ms = self.book.health.gap_ms
        is_aged = not before_ms <= self.time_ms <= self.rows.until_ms
        is_new = is_changed or is_aged or gap_ms != self._gap_ms or not self._is_read
        if is_new:
            self._is_read, self._gap_ms = True, gap_ms
            self.rows = sum_rows(self.book, self.time_ms)
            self.version += 1
        state = self._read_state()
        is_new = is_new or state != self._state
        self._state = state
        return is_new

    def _read_state(self) -> tuple[object, ...]:
        """Everything beside the rows that a panel shows; ages are shown in whole seconds."""
        book, health, source = self.book, self.book.health, self.source
        feeds = [(feed.transport, feed.reason, feed.retry_ms) for feed in health.feeds]
        counts = health.missed_events, health.protocol_errors, health.is_synced, book.journal.count
        told = book.weight_used, source.rights, source.notice, source.label, len(book.positions)
        return self.time_ms // SECOND_MS, self.word, id(book.account), *feeds, *counts, *told

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
