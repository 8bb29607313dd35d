"""What is said where rows would stand: connecting, refused, banned, lost, unknown, and truly empty."""

from tui.book.book import Book
from tui.book.health import Feed, Transport, Word
from tui.view import formats
from tui.view.books import Shelf, name_of
from tui.view.keymap import Keys
from tui.view.moment import BookNow, Moment
from tui.view.panels.banner import NAMES, because, retry
from tui.view.table.listing import Listing
from tui.view.terminal.lines import Line, folded

REFUSED_CHECKS = (
    "Is the key right, and is it a key of this exchange (Binance or its testnet)?",
    "Is this machine's IP address on the key's list?",
    "May the key read futures? Nothing more is needed.",
)
TLS_CHECKS = (
    "Is the date of this machine right?",
    "Does a proxy or a portal stand in between? Its certificate is not Binance's.",
)


def _feed_text(feed: Feed, time_ms: int) -> str:
    name = NAMES[feed.name].capitalize()
    match feed.transport:
        case Transport.OPEN:
            return f"{name}: open, no data yet{because(feed)}." if feed.data_ms is None else f"{name}: open."
        case Transport.CONNECTING:
            return f"{name}: connecting{because(feed)}."
        case _:
            return f"{name}: {feed.transport.value}{because(feed)}; {retry(feed, time_ms)}."


def _connecting(book: Book, time_ms: int) -> list[str]:
    feeds = [feed for feed in reversed(book.health.feeds) if feed.transport is not Transport.OFF]
    return [
        "Connecting",
        "Positions unknown: no data has come yet.",
        *(_feed_text(feed, time_ms) for feed in feeds),
    ]


def _refused(book: Book, time_ms: int) -> list[str]:
    api = book.health.api
    checks = TLS_CHECKS if api.reason.startswith("TLS: ") else REFUSED_CHECKS
    return [
        "Refused",
        f"Positions unknown: {api.reason or 'Binance does not accept this key'}",
        *(f"– {check}" for check in checks),
        f"Slowly tried again: {retry(api, time_ms)}.",
    ]


def _banned(book: Book, time_ms: int) -> list[str]:
    api = book.health.api
    lines = ["Banned", f"Positions unknown: {api.reason or 'this IP address has sent too many requests'}"]
    if api.retry_ms is not None:
        lines.append(
            f"Until {formats.both_times(api.retry_ms)}: {formats.clock(api.retry_ms - time_ms)} left."
        )
    return [*lines, "Nothing is sent until then. Other programs on this address are banned as well."]


def _unknown(book: Book, time_ms: int, word: Word) -> list[str]:
    api = book.health.api
    audited_ms = book.health.audited_ms
    known = "" if audited_ms is None else f"At {formats.both_times(audited_ms)} there were none."
    if word is Word.LOST:
        return [
            "Lost",
            f"Positions unknown: the connection is down{because(api)}.",
            known,
            f"{retry(api, time_ms)}.",
        ]
    if word is Word.SYNCING:
        connected = "connected again" if book.health.epoch else "connected"
        return ["Syncing", f"Positions unknown: {connected}, waiting for a fresh snapshot.", known]
    return ["Stale", "Positions unknown: nothing has confirmed the picture lately.", known]


def _empty(book: Shelf, listing: Listing, keys: Keys) -> list[str]:
    hidden = sum(not position.is_open for position in book.positions.values())
    audited_ms = book.health.audited_ms
    audited = "" if audited_ms is None else f"Audited {formats.both_times(audited_ms)}."
    orders = (
        f"{hidden} rows of open orders are hidden; {keys.name('zero_rows')} shows them."
        if hidden and not listing.show_zero_rows
        else ""
    )
    return ["No positions", audited, orders]


def state_text(moment: Moment, listing: Listing, keys: Keys) -> list[str]:
    """A title and sentences; nothing while there are rows to show."""
    book, time_ms = moment.book, moment.time_ms
    if listing.order:
        return []
    if listing.is_filtered and moment.rows.open_rows:
        name = listing.presets[listing.preset].name
        filters = f"“{listing.filter}” in {name}" if listing.filter else f"the preset {name}"
        return [
            "No match",
            f"No position matches {filters}.",
            f"{keys.name('clear')} clears the filter, 0 shows all.",
        ]
    if moment.word is Word.LIVE:
        return _empty(book, listing, keys)
    if len(moment.books) == 1:
        return _without_rows(moment.first, time_ms)
    text = [moment.word.value.capitalize()]
    for now in moment.books:
        known = _without_rows(now, time_ms)[1:] if now.word is not Word.LIVE else ["No positions."]
        text += [
            f"{name_of(now.book)}: {known[0]}",
            *(f"– {more.lstrip('– ')}" for more in known[1:] if more),
        ]
    return text


def _without_rows(now: BookNow, time_ms: int) -> list[str]:
    """What is known of a book that is not live."""
    match now.word:
        case Word.CONNECTING:
            return _connecting(now.book, time_ms)
        case Word.REFUSED:
            return _refused(now.book, time_ms)
        case Word.BANNED:
            return _banned(now.book, time_ms)
        case _:
            return _unknown(now.book, time_ms, now.word)


def state_lines(moment: Moment, listing: Listing, keys: Keys, width: int, height: int) -> list[Line]:
    """The same as lines, with air around them where there is room."""
    text = [sentence for sentence in state_text(moment, listing, keys) if sentence]
    if not text:
        return []
    has_air = height >= 2 * len(text) + 2 and width >= 40
    indent = "   " if has_air else " "
    lines: list[Line] = [()] if has_air else []
    lines.append(((indent + text[0], "strong"),))
    for number, sentence in enumerate(text[1:]):
        if has_air and number == 0:
            lines.append(())
        lines += [((indent + line, "plain"),) for line in folded(sentence, width - len(indent) - 1)]
    return lines[: max(1, height)]
