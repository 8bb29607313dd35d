"""The status line: the word, whose account this is, what the key may do, how old each feed's data is, the weight."""

from decimal import Decimal

from tui.book.health import (
    MARK_LIMIT_MS,
    POSITION_LIMIT_MS,
    Feed,
    Transport,
    Word,
)
from tui.view import formats
from tui.view.books import LONG_NAMES, Shelf, shown_books
from tui.view.moment import Moment
from tui.view.terminal.lines import Line, Part, Piece, fitting, left_and_right, line_width, side_by_side

SIGNS = {
    Word.LIVE: ("●", "live"),
    Word.SYNCING: ("◐", "warn"),
    Word.STALE: ("▲", "warn"),
    Word.CONNECTING: ("○", "warn"),
    Word.LOST: ("✕", "alarm"),
    Word.REFUSED: ("✕", "alarm"),
    Word.BANNED: ("✕", "alarm"),
}
GAP = 2
WIDE = 100
SKEW_MS = 1_000
"""A clock that is off by less is not worth a word."""


def word_part(word: Word) -> Part:
    """The word with its sign: neither needs a colour."""
    sign, tone = SIGNS[word]
    return f"{sign} {word.value}", tone


def _age(name: str, age_ms: int, limit_ms: int | None) -> Line:
    if limit_ms is not None and age_ms > limit_ms:
        return ((f"{name} {formats.clock(age_ms)}!", "warn"),)
    return ((f"{name} {formats.calm_age(age_ms)}", "dim"),)


def _feed(feed: Feed, time_ms: int, limit_ms: int | None) -> Line:
    if feed.transport is Transport.OFF:
        return ()
    if feed.transport is not Transport.OPEN:
        return ((f"{feed.name} {feed.transport.value}", "warn"),)
    age_ms = feed.age_ms(time_ms)
    return ((feed.name, "dim"),) if age_ms is None else _age(feed.name, age_ms, limit_ms)


def _ages(book: Shelf, time_ms: int) -> list[Piece]:
    health = book.health
    pieces = [
        Piece(6, _feed(health.mark, time_ms, MARK_LIMIT_MS)),
        Piece(8, _feed(health.user, time_ms, None)),
    ]
    if health.audited_ms is not None:
        pieces.append(Piece(4, _age("audit", max(0, time_ms - health.audited_ms), POSITION_LIMIT_MS)))
    return pieces


def _weight(book: Shelf, is_short: bool) -> Line:
    used, limit = book.weight_used, book.weight_limit
    if used is None:
        return ()
    is_high = limit is not None and used * 5 >= limit * 4
    text = f"weight {used}" if limit is None or is_short else f"weight {used}/{limit}"
    return ((text + ("!" if is_high else ""), "warn" if is_high else "dim"),)


def _skew(book: Shelf) -> Line:
    skew_ms = book.health.skew_ms
    if skew_ms is None or abs(skew_ms) < SKEW_MS:
        return ()
    seconds = formats.rounded(Decimal(skew_ms) / 1000, 1, is_signed=True)
    return ((f"clock {seconds}s, corrected", "warn"),)


def _rights(rights: str) -> Line:
    if not rights:
        return ()
    return ((rights, "alarm" if "CAN" in rights else "dim"),)


def books_and_mode(book: Shelf) -> str:
    """Which books are looked at, and the position mode when it is known."""
    text = " + ".join(LONG_NAMES.get(one.book, one.book) for one in shown_books(book))
    if book.position_mode is not None:
        text += f" {book.position_mode}"
    return text if book.only_symbol is None else f"{text} only {book.only_symbol}"


def status_line(moment: Moment, width: int) -> Line:
    """The line at the top of every screen."""
    source, book = moment.source, moment.book
    word = ((" ", "plain"), word_part(moment.word))
    is_dangerous = "CAN" in source.rights
    left = [
        Piece(7, (("perptop", "title"),)),
        Piece(1, ((source.label, "strong"),)),
        Piece(3, ((books_and_mode(book), "plain"),)),
        Piece(0 if is_dangerous else 2, _rights(source.rights)),
    ]
    right = [
        Piece(-1, word),
        *_ages(book, moment.time_ms),
        Piece(5, _weight(book, width < WIDE)),
        Piece(9, _skew(book)),
    ]
    kept = fitting([*left, *right], width - 2, GAP)
    left_line = side_by_side([piece for piece in left if piece in kept], GAP)
    right_line = side_by_side([piece for piece in right if piece in kept], GAP)
    return left_and_right(((" ", "plain"), *left_line), (*right_line, (" ", "plain")), width)


class StatusLine:
    """The same, made anew only when it may be another."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._line: Line = ()

    def line(self, moment: Moment, width: int) -> Line:
        """The line as it is now."""
        book = moment.book
        of = moment.beat, moment.told, width, books_and_mode(book), book.health.skew_ms
        if of != self._of:
            self._of, self._line = of, status_line(moment, width)
        return self._line


def compact_line(moment: Moment, extras: list[Line], width: int) -> Line:
    """The line of the smallest layouts: the word first, then whatever fits."""
    pieces = [Piece(0, (word_part(moment.word),))]
    pieces += [Piece(rank, line) for rank, line in enumerate(extras, start=1)]
    line = side_by_side(fitting(pieces, width - 1, GAP), GAP)
    return ((" " if line_width(line) < width else "", "plain"), *line)
