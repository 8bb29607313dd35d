"""Several books of one account, looked at as one."""

from collections.abc import Iterable, Mapping

from tui.book.account import Account
from tui.book.book import Book, Gap
from tui.book.health import Feed, Freshness, Health, Transport, Word
from tui.book.journal import Journal
from tui.book.position import Key, Position

SEVERITY = (
    Word.LIVE,
    Word.SYNCING,
    Word.STALE,
    Word.CONNECTING,
    Word.LOST,
    Word.REFUSED,
    Word.BANNED,
)
"""From the best word to the worst."""
_TRANSPORTS = (
    Transport.OFF,
    Transport.OPEN,
    Transport.CONNECTING,
    Transport.DOWN,
    Transport.REFUSED,
    Transport.BANNED,
)


class Portfolio:
    """The books of one account as one: what is worst in any of them is said of the whole."""

    def __init__(self, books: Iterable[Book], *, is_chosen: bool = True) -> None:
        self._books = tuple(books)
        self.is_chosen = is_chosen
        """Whether a person has named these books; otherwise one that Binance does not have is no trouble."""
        self.shown: str | None = None
        """The only book to look at; None for all."""

    @property
    def all(self) -> tuple[Book, ...]:
        """Every book that there is, in the order in which the screen names them."""
        there = tuple(book for book in self._books if self.is_chosen or not book.is_absent)
        return there or self._books

    @property
    def books(self) -> tuple[Book, ...]:
        """The books that are looked at; a COIN-M book without a position or a coin takes no room."""
        chosen = tuple(book for book in self.all if book.book == self.shown)
        filled = tuple(book for book in self.all if book.book != "coinm" or not book.is_empty)
        return chosen or filled or self.all

    def become(self, books: Iterable[Book]) -> None:
        """Be made of other books from now on: the account turned out to be of another kind."""
        self._books = tuple(books)
        self.shown = None

    @property
    def first(self) -> Book:
        """The book whose totals stand for the account."""
        return self.books[0]

    @property
    def name(self) -> str:
        """What the person calls this account."""
        return self.first.name

    @property
    def positions(self) -> Mapping[Key, Position]:
        """Every known row of the books that are looked at."""
        if len(self.books) == 1:
            return self.first.positions
        return {key: position for book in self.books for key, position in book.positions.items()}

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The totals of each book."""
        return tuple(account for book in self.books for account in book.accounts)

    @property
    def account(self) -> Account | None:
        """The totals of the first book."""
        return self.first.account

    @property
    def journal(self) -> Journal:
        """What happened, in all books."""
        return self.first.journal

    @property
    def weight_used(self) -> int | None:
        """Request weight used by this IP address, as the first book that knows it was told."""
        return next((book.weight_used for book in self.books if book.weight_used is not None), None)

    @property
    def weight_limit(self) -> int | None:
        """The limit of that weight."""
        return next((book.weight_limit for book in self.books if book.weight_used is not None), None)

    @property
    def position_mode(self) -> str | None:
        """`hedge` or `one-way`: since 2026-06 one setting of all books."""
        return next((book.position_mode for book in self.books if book.position_mode), None)

    @property
    def only_symbol(self) -> str | None:
        """The one symbol that is asked for; None when all are."""
        return self.first.only_symbol

    @property
    def last_gap(self) -> Gap | None:
        """The newest gap of any book that has been closed."""
        gaps = [book.last_gap for book in self.books if book.last_gap is not None]
        return max(gaps, key=lambda gap: gap.until_ms, default=None)

    @property
    def health(self) -> Health:
        """The health of the one book, or what is worst in any of them."""
        if len(self.books) == 1:
            return self.first.health
        healths = [book.health for book in self.books]
        audits = [health.audited_ms for health in healths]
        return Health(
            api=_worst([health.api for health in healths]),
            user=_worst([health.user for health in healths]),
            mark=_worst([health.mark for health in healths]),
            epoch=sum(health.epoch for health in healths),
            gap_ms=max(health.gap_ms for health in healths),
            opened_ms=max(health.opened_ms for health in healths),
            is_mute=any(health.is_mute for health in healths),
            is_synced=all(health.is_synced for health in healths),
            audited_ms=None if None in audits else min(audit for audit in audits if audit is not None),
            missed_events=sum(health.missed_events for health in healths),
            protocol_errors=sum(health.protocol_errors for health in healths),
            unknown_events=sum(health.unknown_events for health in healths),
            last_protocol_error=next((h.last_protocol_error for h in healths if h.last_protocol_error), ""),
            skew_ms=next((health.skew_ms for health in healths if health.skew_ms is not None), None),
        )

    def book_of(self, key: Key) -> Book:
        """Return the book that a row stands in."""
        return next(book for book in self._books if book.book == key.book)

    def freshness(self, position: Position, time_ms: int) -> Freshness:
        """Return how old the inputs of a row are."""
        return self.book_of(position.key).freshness(position, time_ms)

    def word(self, time_ms: int) -> Word:
        """Sum up how far the picture can be trusted: the worst word of any book."""
        return max((book.word(time_ms) for book in self.books), key=SEVERITY.index)

    def is_told(self, time_ms: int) -> bool:
        """Whether everything that Binance says is here and fresh, in all books."""
        return all(book.is_told(time_ms) for book in self.books)

    def take_changed(self) -> set[Key]:
        """Return the keys whose rows changed, came or went since the last call."""
        return set().union(*(book.take_changed() for book in self.all))


def _worst(feeds: list[Feed]) -> Feed:
    """The feed in the worst state, with the oldest data of those in use."""
    worst = max(feeds, key=lambda feed: _TRANSPORTS.index(feed.transport))
    used = [
        feed.data_ms for feed in feeds if feed.transport is not Transport.OFF and feed.data_ms is not None
    ]
    return Feed(
        name=worst.name,
        transport=worst.transport,
        reason=worst.reason,
        since_ms=worst.since_ms,
        retry_ms=worst.retry_ms,
        data_ms=min(used, default=None),
    )
