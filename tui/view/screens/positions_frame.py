"""What the positions screen is made of, from top to bottom, and what each part says of a moment."""

from collections.abc import Iterator

from textual import events
from textual.containers import Horizontal
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.book.health import Word
from tui.book.position import Key
from tui.view.books import NAMES, SHORT_NAMES
from tui.view.keymap import Keys
from tui.view.keys import HELP_KEYS, POSITIONS_KEYS, PROGRAM_KEYS
from tui.view.layout import Chrome, chrome
from tui.view.moment import Moment
from tui.view.panels.account_panel import account_lines
from tui.view.panels.banner import Recent, notice_line, trouble_lines
from tui.view.panels.figure_grid import Steady
from tui.view.panels.key_bar import KeyBar
from tui.view.panels.plots import account_plot
from tui.view.panels.presets_bar import FilterInput, PresetsBar, books_line
from tui.view.panels.risk_line import Risk
from tui.view.panels.states import state_lines
from tui.view.panels.status_bar import StatusLine, compact_line
from tui.view.panels.totals import Sums, Totals, compact_extras
from tui.view.table.listing import Listing
from tui.view.table.positions_table import PositionsTable
from tui.view.terminal.lines import Line, Lines

NAMES_WIDTH = 120
"""From this width on books are named in full."""
SHORT_WIDTH = 70
"""Below this width only the book that is looked at is named beside the presets."""
NOTE_MS = 3_000
"""How long a note stands at the foot."""


class TableHead(Lines):
    """The heads of the columns; a click sorts."""

    class Clicked(Message):
        """Somebody clicked at a cell of the head."""

        def __init__(self, x: int) -> None:
            self.x = x
            super().__init__()

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        self.post_message(self.Clicked(event.x))


class PositionsFrame:
    """The table, and every panel around it."""

    def __init__(self, moment: Moment, listing: Listing, keys: Keys, *, flashes: bool) -> None:
        self._moment, self._listing, self._keys = moment, listing, keys
        self.is_private = False
        self.chrome = Chrome()
        """What of it fits."""
        self.totals = Totals()
        """The sums of the rows that are listed."""
        self.table = PositionsTable(id="positions", flashes=flashes)
        self.filter = FilterInput(id="filter")
        self._status, self._status_text = Lines(id="status", classes="bar"), StatusLine()
        self._banner, self._recent = Lines(id="banner"), Recent()
        self._account, self._steady, self._risk = Lines(id="account"), Steady(), Risk()
        self._presets = PresetsBar(keys, id="presets")
        self._presets_row = Horizontal(self._presets, self.filter, id="presets-row")
        self._head = TableHead(id="head")
        self._state = Lines(id="state", fills=True)
        self._total = Lines(id="total")
        self._key_bar = KeyBar(keys.of(HELP_KEYS, POSITIONS_KEYS, PROGRAM_KEYS), id="keys")
        self._note, self._note_ms = "", 0
        self._word = Word.CONNECTING
        self._pane = Size(0, 0)

    def widgets(self) -> Iterator[Widget]:
        """From top to bottom."""
        yield self._status
        yield self._banner
        yield self._account
        yield self._presets_row
        yield self._head
        yield self._state
        yield self.table
        yield self._total
        yield self._key_bar

    @property
    def is_typing(self) -> bool:
        """Whether a filter is being typed."""
        return bool(self.filter.display)

    def resize(self, pane: Size) -> None:
        """Decide what fits."""
        self.chrome = chrome(pane.width, pane.height)
        self.forget_widths()

    def forget_widths(self) -> None:
        """Measure figures anew: the pane or what is looked at is another."""
        self.table.forget_widths()
        self._steady.forget()

    def set_private(self, is_private: bool) -> None:
        """Hide or show figures that tell how much money there is."""
        self.is_private = is_private
        self.table.set_private(is_private)

    def say(self, text: str) -> None:
        """Have a note stand at the foot for a while."""
        self._note, self._note_ms = text, self._moment.source.time_ms()

    def paint(self, changed: set[Key], pane: Size) -> None:
        """Bring every panel up to date; each draws only what differs."""
        self._pane = pane
        if self._moment.word is not self._word:
            if Word.LIVE in (self._word, self._moment.word):
                self.table.set_live(self._moment.word is Word.LIVE)
            self._word = self._moment.word
        self._paint_rows(changed)
        self.totals.update(self._moment, self._listing, changed)
        self._paint_bars()

    def _paint_rows(self, changed: set[Key]) -> None:
        chrome, moment, table = self.chrome, self._moment, self.table
        room = self._pane.height - 4
        state = (
            [] if chrome.is_tiny else state_lines(moment, self._listing, self._keys, self._pane.width, room)
        )
        table.display = not state and not chrome.is_tiny
        self._state.show(state)
        table.set_heads(self._listing.sort, self._listing.is_outdated, chrome.has_head)
        table.set_books(self._book_names(), is_brief=self._pane.width < NAMES_WIDTH)
        table.show(moment, self._listing.order, changed)
        self._head.show([table.label_line] if chrome.has_head and table.display else [])

    def _book_names(self) -> dict[str, str]:
        """The names of the books for a column; none while only one has rows."""
        with_rows = [now.book for now in self._moment.books if now.book.positions]
        names = NAMES if self._pane.width >= NAMES_WIDTH else SHORT_NAMES
        return (
            {book.book: names.get(book.book, book.book) for book in with_rows} if len(with_rows) > 1 else {}
        )

    def _paint_bars(self) -> None:
        chrome, moment, width = self.chrome, self._moment, self._pane.width
        sums = self.totals.sums
        self._status.show([self._status_line(sums)])
        self._banner.show(self._banner_lines() if chrome.has_banner else [])
        self._account.show(self._account_lines())
        self._presets_row.display = chrome.has_presets or self.is_typing
        self._presets.draw(
            self._listing,
            self._total_rows,
            self.is_typing,
            books_line(moment.book, self._keys, is_short=width < SHORT_WIDTH),
        )
        has_total = chrome.has_total and self.table.display
        total = self.totals.line(self.table, self.is_private) if has_total else ()
        self._total.show([total] if total else [])
        self._paint_keys()

    def _account_lines(self) -> list[Line]:
        chrome, width = self.chrome, self._pane.width
        rows = chrome.account_rows, chrome.asset_rows, chrome.book_rows
        lines = account_lines(self._moment, self.is_private, width, *rows, self._steady)
        if not chrome.has_risk or not lines:
            return lines
        plots = [account_plot(self._moment, self.is_private, width)] if chrome.has_plot else []
        return [*lines, self._risk.line(self._moment, self.is_private, width), *plots]

    def _banner_lines(self) -> list[Line]:
        width, notice = self._pane.width, self._moment.source.notice
        lines = trouble_lines(self._moment, self._recent, width, self.chrome.banner_rows)
        if not self.table.display:  # the words in its place say it
            lines = []
        notices = [notice_line(notice, width)] if notice else []
        return (lines or notices)[:1] if self.chrome.is_compact else notices + lines

    def _paint_keys(self) -> None:
        keys = self._key_bar
        keys.display = self.chrome.has_keys
        keys.note(self._note if self._moment.time_ms - self._note_ms < NOTE_MS else "")

    def _status_line(self, sums: Sums) -> Line:
        width = self._pane.width
        if self.chrome.is_tiny:
            return compact_line(self._moment, [(("too small", "dim"),)], width)
        if self.chrome.is_compact:
            return compact_line(self._moment, compact_extras(self._moment, sums, self.is_private), width)
        return self._status_text.line(self._moment, width)

    @property
    def _total_rows(self) -> int:
        moment = self._moment
        return len(moment.book.positions) if self._listing.show_zero_rows else moment.rows.open_rows
