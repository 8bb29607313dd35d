"""The main screen: status, banner, account, presets, positions, total, keys.

Screens that open over it are loaded when they are opened: the first frame does not wait for them.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.book.health import Word
from tui.book.position import Key
from tui.settings import ScreenSettings
from tui.view.books import NAMES, SHORT_NAMES, show_next
from tui.view.columns import Column
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
from tui.view.source import Export, Source
from tui.view.table.arrangement import arranged
from tui.view.table.clipboard import Clip, row_clip, table_clip
from tui.view.table.column_memory import ColumnMemory
from tui.view.table.listing import Listing
from tui.view.table.ordering import RISK, Sort, beside, chosen, parse_sort
from tui.view.table.positions_table import PositionsTable
from tui.view.terminal.compositor import StraightScreen
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


class PositionsScreen(StraightScreen):
    """Everything at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = POSITIONS_KEYS
    AUTO_FOCUS = "PositionsTable"

    def __init__(
        self,
        moment: Moment,
        settings: ScreenSettings,
        keys: Keys,
        memory: ColumnMemory | None = None,
        export: Export | None = None,
    ) -> None:
        super().__init__()
        self.keys, self._export = keys, export
        self.moment = moment
        self.listing = Listing(settings.presets, parse_sort(settings.sort))
        self.listing.show_zero_rows = settings.show_zero_rows
        self.listing.set_filter(settings.filter)
        self.is_private = False
        self._status, self._status_text = Lines(id="status", classes="bar"), StatusLine()
        self._banner = Lines(id="banner")
        self._account = Lines(id="account")
        self._presets = PresetsBar(keys, id="presets")
        self._filter = FilterInput(id="filter")
        self._presets_row = Horizontal(self._presets, self._filter, id="presets-row")
        self._head = TableHead(id="head")
        self._state = Lines(id="state", fills=True)
        self.table = PositionsTable(id="positions", flashes=settings.flash)
        self._memory = memory or ColumnMemory()
        self._usual = arranged(settings.columns)
        self.table.set_columns(arranged(self._memory.recall() or settings.columns))
        self._total = Lines(id="total")
        self._keys = KeyBar(keys.of(HELP_KEYS, POSITIONS_KEYS, PROGRAM_KEYS), id="keys")
        self._changed: set[Key] = set()
        self._recent = Recent()
        self._chrome = Chrome()
        self._word = Word.CONNECTING
        self._totals = Totals()
        self._risk = Risk()
        self._wide_sort = self.listing.sort
        self._steady = Steady()
        self._note, self._note_ms = "", 0

    @property
    def source(self) -> Source:
        """What is looked at."""
        return self.moment.source

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._status
        yield self._banner
        yield self._account
        yield self._presets_row
        yield self._head
        yield self._state
        yield self.table
        yield self._total
        yield self._keys

    def on_mount(self) -> None:
        """Begin with the filter of the settings, not typing."""
        self._filter.display = False
        self._filter.value = self.listing.filter
        self._say(self._memory.trouble)

    def on_resize(self, event: events.Resize) -> None:
        """Decide what fits; the smallest layouts always show the worst first."""
        self._chrome = chrome(event.size.width, event.size.height)
        is_compact = self._chrome.is_compact
        if is_compact and self.listing.sort is not RISK:
            self._wide_sort = self.listing.sort
            self.listing.set_sort(RISK)
        elif not is_compact and self.listing.sort is RISK:
            self.listing.set_sort(self._wide_sort)
        self.table.forget_widths()
        self._steady.forget()
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top."""
        self.call_after_refresh(self.paint)

    # A frame.

    def note_changed(self, keys: set[Key]) -> None:
        """Remember rows to look at again, also while another screen is on top."""
        self._changed |= keys

    def paint(self) -> None:
        """Bring every panel up to date; each paints only what differs."""
        if not self.is_running or not self.size.width:
            return
        with self.in_one_frame():
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        self.moment.advance()
        if self.moment.word is not self._word:
            if Word.LIVE in (self._word, self.moment.word):
                self.table.set_live(self.moment.word is Word.LIVE)
            self._word = self.moment.word
        changed, self._changed = self._changed, set()
        self.listing.update(self.moment.book, changed, self.moment.time_ms)
        self._paint_rows(changed)
        self._totals.update(self.moment, self.listing, changed)
        self._paint_bars()

    def _paint_rows(self, changed: set[Key]) -> None:
        chrome, moment, table = self._chrome, self.moment, self.table
        room = self.size.height - 4
        state = [] if chrome.is_tiny else state_lines(moment, self.listing, self.keys, self.size.width, room)
        table.display = not state and not chrome.is_tiny
        if table.display and self.focused is None:
            table.focus()
        self._state.show(state)
        table.set_heads(self.listing.sort, self.listing.is_outdated, chrome.has_head)
        table.set_books(self._book_names(), is_brief=self.size.width < NAMES_WIDTH)
        table.show(moment, self.listing.order, changed)
        self._head.show([table.label_line] if chrome.has_head and table.display else [])

    def _book_names(self) -> dict[str, str]:
        """The names of the books for a column; none while only one has rows."""
        with_rows = [now.book for now in self.moment.books if now.book.positions]
        names = NAMES if self.size.width >= NAMES_WIDTH else SHORT_NAMES
        return (
            {book.book: names.get(book.book, book.book) for book in with_rows} if len(with_rows) > 1 else {}
        )

    def _paint_bars(self) -> None:
        chrome, moment, width = self._chrome, self.moment, self.size.width
        sums = self._totals.sums
        self._status.show([self._status_line(sums)])
        self._banner.show(self._banner_lines() if chrome.has_banner else [])
        self._account.show(self._account_lines())
        self._presets_row.display = chrome.has_presets or self._is_typing
        self._presets.draw(
            self.listing,
            self._total_rows,
            self._is_typing,
            books_line(moment.book, self.keys, is_short=width < SHORT_WIDTH),
        )
        has_total = chrome.has_total and self.table.display
        total = self._totals.line(self.table, self.is_private) if has_total else ()
        self._total.show([total] if total else [])
        self._paint_keys()

    def _account_lines(self) -> list[Line]:
        chrome, width = self._chrome, self.size.width
        rows = chrome.account_rows, chrome.asset_rows, chrome.book_rows
        lines = account_lines(self.moment, self.is_private, width, *rows, self._steady)
        if not chrome.has_risk or not lines:
            return lines
        plots = [account_plot(self.moment, self.is_private, width)] if chrome.has_plot else []
        return [*lines, self._risk.line(self.moment, self.is_private, width), *plots]

    def _banner_lines(self) -> list[Line]:
        width, notice = self.size.width, self.source.notice
        lines = trouble_lines(self.moment, self._recent, width, self._chrome.banner_rows)
        if not self.table.display:  # the words in its place say it
            lines = []
        notices = [notice_line(notice, width)] if notice else []
        return (lines or notices)[:1] if self._chrome.is_compact else notices + lines

    def _paint_keys(self) -> None:
        keys = self._keys
        keys.display = self._chrome.has_keys
        keys.note(self._note if self.moment.time_ms - self._note_ms < NOTE_MS else "")

    def _status_line(self, sums: Sums) -> Line:
        width = self.size.width
        if self._chrome.is_tiny:
            return compact_line(self.moment, [(("too small", "dim"),)], width)
        if self._chrome.is_compact:
            return compact_line(self.moment, compact_extras(self.moment, sums, self.is_private), width)
        return self._status_text.line(self.moment, width)

    @property
    def _is_typing(self) -> bool:
        return bool(self._filter.display)

    @property
    def _total_rows(self) -> int:
        return len(self.source.book.positions) if self.listing.show_zero_rows else self.moment.rows.open_rows

    def _say(self, text: str) -> None:
        self._note, self._note_ms = text, self.source.time_ms()

    # Columns.

    def action_columns(self) -> None:
        """Choose the columns and their order."""
        from tui.view.screens.columns_screen import ColumnsScreen

        self.app.push_screen(
            ColumnsScreen(self.moment, self.keys, self.table.columns, self._usual, self._take_columns)
        )

    def _take_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns, now and at the next start."""
        self.table.set_columns(columns)
        is_usual = tuple(columns) == tuple(self._usual)
        self._memory.remember([] if is_usual else [column.name for column in columns])
        if self._memory.trouble:
            self._say(self._memory.trouble)

    # Sorting.

    def sort_by(self, column: Column) -> None:
        """Sort by a column; the same again turns the direction round."""
        self._sort(chosen(self.listing.sort, column))

    def _sort(self, sort: Sort | None) -> None:
        if sort is not None:
            self.listing.set_sort(sort)
            self.table.begin_anew()
            self._wide_sort = sort
            self.paint()

    def action_sort(self) -> None:
        """Ask for a column."""
        from tui.view.screens.sort_screen import SortScreen

        self.app.push_screen(SortScreen(self.listing.sort), self._sort)

    def action_sort_beside(self, step: int) -> None:
        """Sort by the column beside."""
        self._sort(beside(self.listing.sort, [slot.column.name for slot in self.table.slots], step))

    def action_reverse_sort(self) -> None:
        """Turn the direction round."""
        self._sort(self.listing.sort.reversed())

    def action_freeze(self) -> None:
        """Hold the order, or let it go."""
        self.listing.toggle_freeze()
        if not self.listing.is_frozen:
            self.listing.resort()
        key = self.keys.name("freeze")
        self._say(
            f"Order frozen: values go on. {key} lets it go." if self.listing.is_frozen else "Order let go."
        )
        self.paint()

    def on_table_head_clicked(self, message: TableHead.Clicked) -> None:
        """Sort by the head that was clicked."""
        slot = self.table.column_at(message.x)
        if slot is not None:
            self.sort_by(slot.column)

    # Rows.

    def on_positions_table_cursor_moved(self) -> None:
        """Hold the order while the cursor moves."""
        self.listing.hold(self.source.time_ms())

    def on_positions_table_refitted(self) -> None:
        """Head and total follow the columns."""
        self.paint()

    def on_positions_table_row_chosen(self, message: PositionsTable.RowChosen) -> None:
        """Show the details of a row."""
        self._show_details(message.key)

    def action_details(self) -> None:
        """Show the details of the cursor's row."""
        if self.table.cursor is not None and self.listing.order:
            self._show_details(self.table.cursor)

    def _show_details(self, key: Key) -> None:
        from tui.view.screens.detail_screen import DetailScreen

        self.app.push_screen(
            DetailScreen(self.moment, self.keys, key, lambda: self.listing.order, self.is_private)
        )

    def action_journal(self) -> None:
        """Show what happened."""
        from tui.view.screens.journal_screen import JournalScreen

        self.app.push_screen(JournalScreen(self.moment, self.keys))

    def action_copy_row(self) -> None:
        """Copy the cursor's row."""
        self._copy(row_clip(self.table))

    def action_copy_table(self) -> None:
        """Copy all rows."""
        self._copy(table_clip(self.table))

    def _copy(self, clip: Clip | None) -> None:
        if clip is not None and not clip.is_too_large:
            self.app.copy_to_clipboard(clip.text)
        self._say("There is no row to copy." if clip is None else clip.told)
        self.paint()

    def action_export(self) -> None:
        """Ask where to write the rows."""
        if self._export is None or self.is_private:
            self._say(
                "Money is hidden: p shows it, then E writes it."
                if self.is_private
                else "There is no way to files."
            )
            self.paint()
            return
        from tui.view.screens.export_screen import ExportScreen

        prompt = ExportScreen(self._export, lambda: self.listing.order, self.source.time_ms())
        self.app.push_screen(prompt, self._exported)

    def _exported(self, told: str | None) -> None:
        if told is not None:
            self._say(told)
            self.paint()

    def action_refresh(self) -> None:
        """Ask for snapshots at once, and measure the columns anew."""
        is_asked = self.source.refresh()
        self.table.forget_widths()
        self._say(
            "Asked for a snapshot." if is_asked else "Asked often enough: the next snapshot comes by itself."
        )
        self.paint()

    def action_privacy(self) -> None:
        """Hide or show money."""
        self.is_private = not self.is_private
        self.table.set_private(self.is_private)
        key = self.keys.name("privacy")
        self._say(f"Money hidden: {key} shows it." if self.is_private else "Money shown.")
        self.paint()

    # Filters.

    def action_zero_rows(self) -> None:
        """Show or hide rows of open orders alone."""
        self.listing.toggle_zero_rows()
        self._say(
            "Rows of open orders shown." if self.listing.show_zero_rows else "Rows of open orders hidden."
        )
        self.paint()

    def action_preset(self, preset: int) -> None:
        """Take the preset with that number, if there is one."""
        if preset < len(self.listing.presets):
            self.listing.choose(preset)
            self.table.begin_anew()
            self.paint()

    def action_step_preset(self, step: int) -> None:
        """Take the preset before or after."""
        self.listing.choose(self.listing.preset + step)
        self.table.begin_anew()
        self.paint()

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter.display = True
        self.set_focus(self._filter)
        self.paint()

    @property
    def palette_bindings(self) -> list[Binding]:
        """What can be done here, for the command palette."""
        return self.keys.of(POSITIONS_KEYS)

    def take_text(self, text: str) -> bool:
        """Take text into the filter if one is being typed."""
        if self._is_typing:
            self._filter.insert_text_at_cursor(text)
        return self._is_typing

    def action_clear(self) -> None:
        """Clear the filter."""
        self._filter.value = ""
        self._stop_typing()

    def _stop_typing(self) -> None:
        self._filter.display = False
        self.set_focus(self.table)
        self.paint()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Filter as one types."""
        self.listing.set_filter(message.value)
        self.table.begin_anew()
        self.paint()

    def on_input_submitted(self) -> None:
        """Keep the filter."""
        self._stop_typing()

    def on_filter_input_cancelled(self) -> None:
        """Give the filter up."""
        self.action_clear()

    def on_filter_input_row_step(self, message: FilterInput.RowStep) -> None:
        """Move the cursor while typing."""
        self.table.action_move(message.step)

    def action_next_book(self) -> None:
        """Look at the next book only, or at all again."""
        if show_next(self.moment.book):
            self._steady.forget()
            self.listing.resort()
            self.table.begin_anew()
        else:
            self._say("There is only one book.")
        self.paint()

    def on_presets_bar_book_wanted(self) -> None:
        """Look at the next book."""
        self.action_next_book()

    def on_presets_bar_chosen(self, message: PresetsBar.Chosen) -> None:
        """Take the preset that was clicked."""
        self.action_preset(message.preset)

    def on_presets_bar_filter_wanted(self) -> None:
        """Type a filter."""
        self.action_filter()
