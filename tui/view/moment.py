"""The book at this moment, summed up: looked at anew only when a row changed or something aged past its limit."""

from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from msgspec.structs import astuple

from tui.book.account import Account
from tui.book.book import Book
from tui.book.figures import ZERO
from tui.book.health import ACCOUNT_LIMIT_MS, POSITION_LIMIT_MS, Freshness, Word
from tui.book.history import History
from tui.book.portfolio import SEVERITY
from tui.book.position import Key
from tui.view.books import Shelf, all_books, book_of, shown_books
from tui.view.formats import SECOND_MS
from tui.view.source import Source
from tui.view.tally import NEVER_MS, Addend, Group, GroupSums, Tally, addend_of, tally_of

STALE = Freshness(0, None, False, False)
WATCHED_MS = 250
"""How often ages are brought up to date while something does not hold: somebody watches them."""


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
    long: Decimal | None = ZERO
    """Notional of all longs in US dollars, coins at their mark prices; None while one of them does not hold."""
    short: Decimal | None = ZERO
    """The same of all shorts, without its sign."""

    def pnl(self, asset: str) -> Decimal | None:
        """Unrealized PNL in an asset: 0 without rows, None while one of them does not hold or may be of any asset."""
        return None if "" in self.pnls else self.pnls.get(asset, ZERO)


NO_ROWS = Rows()


def rows_of(groups: Mapping[Group, GroupSums]) -> Rows:
    """All open rows of a book."""
    open_rows = unconfirmed = unmarked = 0
    pnls: dict[str, Decimal | None] = {}
    pnl_usd: Decimal | None = ZERO
    long: Decimal | None = ZERO
    short: Decimal | None = ZERO
    for group, sums in groups.items():
        open_rows += sums.rows
        unconfirmed += sums.unconfirmed
        unmarked += sums.unmarked
        asset = group.margin_asset
        pnls[asset] = plus(pnls.get(asset, ZERO), sums.pnl)
        pnl_usd = plus(pnl_usd, sums.pnl_usd)
        long, short = plus(long, sums.long), plus(short, sums.short)
    return Rows(open_rows, unconfirmed, unmarked, pnls, pnl_usd, long, short)


def plus(before: Decimal | None, addend: Decimal | None) -> Decimal | None:
    """The sum; None as soon as one addend does not hold."""
    return None if before is None or addend is None else before + addend


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
    def is_known(self) -> bool:
        """Whether its rows are all that there are."""
        return self.book.health.is_audited(self.time_ms)

    def pnl(self, asset: str) -> Decimal | None:
        """Unrealized PNL of all rows of an asset; None while they are not all known, or one does not hold."""
        return self.rows.pnl(asset) if self.is_known and self.book.tells_all_of(asset) else None

    @property
    def pnl_usd(self) -> Decimal | None:
        """Unrealized PNL of all rows in US dollars; None as above."""
        return self.rows.pnl_usd if self.is_known else None

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
        """Grows whenever a row was looked at anew."""
        self.era = 0
        """Grows whenever all of them were: what any of them adds to a sum may be another."""
        self.rows = Rows()
        """All rows of the books that are looked at."""
        self.groups: Mapping[Group, GroupSums] = {}
        """Their sums by group."""
        self._by_book: dict[str, Rows] = {}
        self._tallies: dict[str, Tally] = {}
        self._until_ms = NEVER_MS
        """Until then no figure ages past its limit, at least."""
        self._gaps: tuple[object, ...] = ()
        self.told: tuple[object, ...] = ()
        """Everything beside the rows that a panel shows; another object only when it is another."""
        self.beat = -1
        """The time by which ages are shown: as long as this, `told` and the rows are the same, so are all panels."""
        self.books: tuple[BookNow, ...] = ()
        """Each book that is looked at."""
        self.all_books: tuple[BookNow, ...] = ()
        """Each book, also those that are not looked at."""
        self.unknown: tuple[str, ...] = ()
        """The books that are looked at and may have other rows than those that are known."""
        self.word = Word.CONNECTING
        """The one word: the worst of the books that are looked at."""
        self._look_at_books()

    @property
    def book(self) -> Shelf:
        """What is known."""
        return self.source.book

    @property
    def first(self) -> BookNow:
        """The book whose totals stand for the account."""
        return self.books[0]

    def advance(self, changed: Set[Key] = frozenset()) -> bool:
        """Take the time and look at the rows that changed; return whether anything may look different from before."""
        before_ms, self.time_ms = self.time_ms, self.source.time_ms()
        gaps = (
            *((book.book, book.health.gap_ms) for book in all_books(self.book)),
            *(book.book for book in shown_books(self.book)),
        )
        if gaps != self._gaps or not before_ms <= self.time_ms <= self._until_ms:
            self._gaps = gaps
            self._tally_anew()
            is_new = True
        else:
            is_new = self._tally(changed)
        if is_new:
            self._sum_up()
        self._look_at_books()
        beat, told = self.time_ms // self._beat_ms, self._read_told()
        if told != self.told:
            self.told, is_new = told, True
        if beat != self.beat:
            self.beat, is_new = beat, True
        return is_new

    @property
    def _beat_ms(self) -> int:
        return SECOND_MS if self.word is Word.LIVE else WATCHED_MS

    @property
    def due(self) -> float:
        """Seconds from the last look until something may look different though nothing is told."""
        if self.word is not Word.LIVE:
            return WATCHED_MS / SECOND_MS
        limits = [self._until_ms]
        for book, *_ in self.books:
            if book.health.audited_ms is not None and book.account is not None:
                limits.append(book.health.audited_ms + POSITION_LIMIT_MS)
                limits.append(book.account.snapshot_ms + ACCOUNT_LIMIT_MS)
        return (min(limits) + 1 - self.time_ms) / SECOND_MS

    def opened(self, book: str) -> Mapping[Key, Addend]:
        """What each open row of a book adds to the sums."""
        tally = self._tallies.get(book)
        return {} if tally is None else tally.addends

    def _tally_anew(self) -> None:
        """Look at every row: which figures hold may have changed without any news of them."""
        self.era += 1
        self._tallies = {book.book: tally_of((book,), self.time_ms) for book in all_books(self.book)}
        addends = chain.from_iterable(tally.addends.values() for tally in self._tallies.values())
        self._until_ms = min((addend.until_ms for addend in addends), default=NEVER_MS)

    def _tally(self, changed: Set[Key]) -> bool:
        """Look at these rows; return whether there are any."""
        for key in changed:
            book = book_of(self.book, key)
            position = book.positions.get(key)
            is_open = position is not None and position.is_open
            addend = addend_of(book, position, self.time_ms) if is_open and position else None
            self._tallies[key.book].put(key, addend)
            if addend is not None:
                self._until_ms = min(self._until_ms, addend.until_ms)
        return bool(changed)

    def _sum_up(self) -> None:
        groups = {book: tally.groups() for book, tally in self._tallies.items()}
        self._by_book = {book: rows_of(sums) for book, sums in groups.items()}
        self.groups = {
            group: sums
            for book in shown_books(self.book)
            for group, sums in groups.get(book.book, {}).items()
        }
        self.rows = added(
            self._by_book[book.book] for book in shown_books(self.book) if book.book in self._by_book
        )
        self.version += 1

    def addend(self, key: Key) -> Addend | None:
        """What a row adds to the sums; None when it is not open."""
        return self.opened(key.book).get(key)

    def _look_at_books(self) -> None:
        nows = {book.book: self._now(book) for book in all_books(self.book)}
        self.all_books = tuple(nows.values())
        self.books = tuple([nows[book.book] for book in shown_books(self.book)])
        self.unknown = tuple([now.book.book for now in self.books if not now.is_known])
        self.word = max([now.word for now in self.books], key=SEVERITY.index)

    def _now(self, book: Book) -> BookNow:
        return BookNow(book, self.time_ms, self._by_book.get(book.book, NO_ROWS))

    def _read_told(self) -> tuple[object, ...]:
        source, books = self.source, [state_of(now) for now in self.all_books]
        told = self.book.weight_used, source.rights, source.notice, source.label
        return self.word, self.book.journal.count, *books, *told


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
            plus(whole.long, rows.long),
            plus(whole.short, rows.short),
        )
    return whole


def state_of(now: BookNow) -> tuple[object, ...]:
    """Everything of a book beside its rows that a panel shows."""
    book, health = now.book, now.book.health
    feeds = [(feed.transport, feed.reason, feed.retry_ms) for feed in health.feeds]
    counts = health.missed_events, health.protocol_errors, health.is_synced, len(book.positions)
    return now.word, totals_of(book.account), *feeds, *counts


def totals_of(account: Account | None) -> tuple[object, ...]:
    """Everything that an account says: events change it in place."""
    return () if account is None else (astuple(account), *map(astuple, account.assets))
