"""The banner: what is wrong, with which feed, why, and when it is tried again; only when there is something."""

from rich.cells import set_cell_size

from tui.book.book import Book
from tui.book.health import (
    ACCOUNT_LIMIT_MS,
    POSITION_LIMIT_MS,
    Feed,
    Transport,
    Word,
)
from tui.book.portfolio import SEVERITY
from tui.view import formats
from tui.view.books import name_of
from tui.view.moment import BookNow, Moment
from tui.view.terminal.lines import Line, Piece, fitting, folded, shortened, side_by_side

RECENT_MS = 60_000
"""How long a missed event or a protocol error stays on the screen."""
TITLES = ("Connecting", "Connection lost", "Refused", "Banned")
NAMES = {"api": "account connection", "user": "account events", "mark": "mark prices"}


class Recent:
    """Remembers for a minute that a counter has grown."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._grown_ms: dict[str, int] = {}

    def grew(self, name: str, count: int, time_ms: int) -> bool:
        """Say whether this counter has grown within the last minute."""
        if count > self._counts.get(name, 0):
            self._grown_ms[name] = time_ms
        self._counts[name] = count
        grown_ms = self._grown_ms.get(name)
        return grown_ms is not None and time_ms - grown_ms < RECENT_MS


def retry(feed: Feed, time_ms: int) -> str:
    """When the feed is tried again, in words."""
    if feed.transport is Transport.CONNECTING or feed.retry_ms is None or feed.retry_ms <= time_ms:
        return "trying now"
    return f"next try in {formats.clock(feed.retry_ms - time_ms + formats.SECOND_MS - 1)}"


def because(feed: Feed) -> str:
    """The reason with a colon before it, if there is one."""
    return f": {feed.reason.rstrip('.')}" if feed.reason else ""


def _age_of_picture(book: Book, time_ms: int) -> str:
    audited_ms = book.health.audited_ms
    return "" if audited_ms is None else f"last confirmed {formats.clock(time_ms - audited_ms)} ago"


def banned_until(feed: Feed, time_ms: int) -> list[str]:
    """Until when this address has to be silent."""
    if feed.retry_ms is None:
        return ["no request is sent until the ban ends"]
    return [f"until {formats.both_times(feed.retry_ms)}", f"{formats.clock(feed.retry_ms - time_ms)} left"]


def trouble(now: BookNow) -> list[str]:
    """What is wrong with a book, the most telling part first; empty when nothing is."""
    book, time_ms = now.book, now.time_ms
    api = book.health.api
    match now.word:
        case Word.LIVE:
            return _side_trouble(book, time_ms)
        case Word.CONNECTING:
            return [f"Connecting{because(api)}", retry(api, time_ms)]
        case Word.SYNCING:
            return [*(_side_trouble(book, time_ms) or _waiting(book)), _age_of_picture(book, time_ms)]
        case Word.LOST:
            return [f"Connection lost{because(api)}", retry(api, time_ms), _age_of_picture(book, time_ms)]
        case Word.REFUSED:
            return [f"Refused{because(api)}", retry(api, time_ms), _age_of_picture(book, time_ms)]
        case Word.BANNED:
            return [f"Banned{because(api)}", *banned_until(api, time_ms)]
        case Word.STALE:
            return _stale_trouble(now)


def _side_trouble(book: Book, time_ms: int) -> list[str]:
    """A feed beside the account connection that is down while everything shown still holds."""
    for feed in book.health.feeds:
        if feed.transport in (Transport.DOWN, Transport.REFUSED, Transport.BANNED):
            return [f"No {NAMES[feed.name]}{because(feed)}", retry(feed, time_ms)]
    return []


def _waiting(book: Book) -> list[str]:
    """What a picture that is not whole yet waits for."""
    user = book.health.user
    if user.transport is Transport.CONNECTING and user.reason:
        return [f"No {NAMES[user.name]}{because(user)}"]
    if not book.health.epoch:
        return ["Connected: waiting for a snapshot younger than the user stream"]
    return ["Connected again: waiting for a snapshot younger than the gap"]


def _stale_trouble(now: BookNow) -> list[str]:
    book, time_ms, rows = now.book, now.time_ms, now.rows
    aside = _side_trouble(book, time_ms)
    if aside:
        return aside
    account, audited_ms = book.account, book.health.audited_ms
    if audited_ms is not None and time_ms - audited_ms > POSITION_LIMIT_MS:
        age = formats.clock(time_ms - audited_ms)
        return [f"No audit for {age}: positions are not confirmed{because(book.health.api)}"]
    if account is not None and time_ms - account.snapshot_ms > ACCOUNT_LIMIT_MS:
        return [f"Account totals are {formats.clock(time_ms - account.snapshot_ms)} old"]
    reason = "are not confirmed" if rows.unconfirmed else "have no mark price younger than 5 s"
    return [f"{rows.unmarked} of {rows.open_rows} positions {reason}"]


def _recent_trouble(book: Book, recent: Recent, time_ms: int) -> list[str]:
    health = book.health
    is_missed = recent.grew(f"missed {book.book}", health.missed_events, time_ms)
    is_garbled = recent.grew(f"protocol {book.book}", health.protocol_errors, time_ms)
    texts = []
    gap = book.last_gap
    if gap is not None and time_ms - gap.until_ms < RECENT_MS:
        texts.append(
            f"Away {formats.clock(gap.until_ms - gap.since_ms)}: {', '.join(gap.changes) or 'nothing changed'}"
        )
    if is_missed:
        texts.append(f"An audit corrected the picture: {health.missed_events} missed so far")
    if is_garbled:
        texts.append(f"Protocol error ({health.protocol_errors} so far): {health.last_protocol_error}")
    return texts


def notice_line(notice: str, width: int) -> Line:
    """What has to be said all the time."""
    return ((set_cell_size(f" {shortened(notice, width - 2)}", width), "notice"),)


def trouble_lines(moment: Moment, recent: Recent, width: int, room: int = 1) -> list[Line]:
    """What is wrong, in at most `room` lines; none when nothing is. Books that share a trouble share its line."""
    troubles: dict[tuple[Word, str], tuple[list[str], list[str]]] = {}
    for now in moment.all_books:
        texts = [text for text in trouble(now) if text] + _recent_trouble(now.book, recent, now.time_ms)
        if texts:
            books, _ = troubles.setdefault((now.word, texts[0]), ([], texts))
            books.append(name_of(now.book))
    worst_first = sorted(troubles.items(), key=lambda item: -SEVERITY.index(item[0][0]))
    lines: list[Line] = []
    for place, ((word, first), (books, texts)) in enumerate(worst_first):
        if len(books) < len(moment.all_books):
            texts[0] = f"{', '.join(books)}: {word} — {without_title(first)}"
        left = room - len(lines) - (len(worst_first) - place - 1)
        lines += _trouble_lines(texts, word, width, max(1, left))
    return lines[:room]


def without_title(text: str) -> str:
    """The reason by itself, where the word beside it says the rest."""
    title, _, reason = text.partition(": ")
    return reason if reason and title in TITLES else text


def without_reason(text: str) -> str:
    """What to check, alone."""
    start, mark, advice = text.partition("). Check ")
    return f"{start.partition('Binance refuses')[0]}check {advice}" if mark else text


def _trouble_lines(texts: list[str], word: Word, width: int, room: int) -> list[Line]:
    """A sentence that needs more than one line is folded where there is room; what supports it stands behind it."""
    tone = "alarm" if word in (Word.LOST, Word.REFUSED, Word.BANNED) else "warn"
    sentence = folded(texts[0], width - 4)
    if len(sentence) > room:  # what to check is worth more than the words of the refusal
        sentence = folded(without_reason(texts[0]), width - 4)
    if len(sentence) > room:
        sentence = [*sentence[: room - 1], shortened(" ".join(sentence[room - 1 :]), width - 4)]
    first = Piece(0, ((sentence[-1], tone),))
    rest = [Piece(rank, ((text, tone),)) for rank, text in enumerate(texts[1:], start=1)]
    last = side_by_side(fitting([first, *rest], width - 4, 3), 3)
    lines = [*(((line, tone),) for line in sentence[:-1]), last]
    return [((" ! " if place == 0 else "   ", tone), *line) for place, line in enumerate(lines)]
