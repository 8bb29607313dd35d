"""What has become of connections and questions, as a book's health and journal tell it."""

from collections.abc import Callable

from tui.book.book import Book
from tui.book.health import Feed, Transport
from tui.book.journal import Kind
from tui.feed.link import Change, LinkState
from tui.live.house import House

TRANSPORTS = {
    LinkState.WAITING: Transport.CONNECTING,
    LinkState.DIALLING: Transport.CONNECTING,
    LinkState.OPEN: Transport.OPEN,
    LinkState.ROTATING: Transport.OPEN,
    LinkState.DOWN: Transport.DOWN,
    LinkState.REFUSED: Transport.REFUSED,
    LinkState.SILENCED: Transport.BANNED,
    LinkState.MISSING: Transport.DOWN,
}

BOOKS = {"coinm": "COIN-M", "pm": "Portfolio Margin"}
"""How lines of these books begin."""


class States:
    """Writes them down; the same again is no news."""

    def __init__(self, house: House, book: Book, tell: Callable[[], None]) -> None:
        """`tell` is called when a state has changed."""
        self._house, self._book, self._tell = house, book, tell
        self._noted: dict[str, str] = {}
        self._failing: dict[str, str] = {}
        """Why a snapshot was not answered well the last time, by its method."""

    def changed(self, feed: Feed, change: Change, name: str) -> None:
        """Write a link's change into its feed, and what a person would want to know into the journal."""
        time_ms = self._house.time_ms()
        transport, was = TRANSPORTS[change.state], feed.transport
        if transport is not was:
            feed.since_ms = time_ms
        feed.transport = transport
        if change.sentence or transport is Transport.OPEN:
            feed.reason = change.sentence if change.state is not LinkState.ROTATING else ""
        feed.retry_ms = None if change.retry_at is None else self._house.clock.time_ms(change.retry_at)
        if transport is Transport.OPEN and was is not Transport.OPEN:
            self.note(name, f"{name}: connected.")
        elif change.sentence:
            self.note(name, f"{name}: {change.sentence}")
        self._tell()

    def note(self, topic: str, sentence: str) -> None:
        """Write into the journal what has become of a topic; what is not of USD-M names its book."""
        if self._noted.get(topic) != sentence:
            self._noted[topic] = sentence
            book = BOOKS.get(self._book.book)
            text = sentence if book is None else f"{book}: {sentence}"
            self._book.journal.write(self._house.time_ms(), Kind.CONNECTION, text)

    def answered(self, method: str) -> None:
        """Note that a snapshot came: what was wrong with it is over."""
        self._noted.pop(method, None)
        self._failing.pop(method, None)

    def failed(self, method: str, sentence: str) -> None:
        """Note why a snapshot did not come."""
        self._failing[method] = self._book.health.api.reason = sentence

    def repeat_failures(self) -> None:
        """Name again what still fails, where the state of the connection itself gives no reason."""
        api = self._book.health.api
        api.reason = api.reason or next(iter(self._failing.values()), "")

    def garbled(self, sentence: str) -> None:
        """Count what could not be read."""
        health = self._book.health
        health.protocol_errors += 1
        health.last_protocol_error = sentence
        self.note("unreadable", f"Unreadable: {sentence}")
