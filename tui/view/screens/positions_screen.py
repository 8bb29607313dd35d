"""The main screen: what its keys do, and what they do it to.

Screens that open over it are loaded when they are opened: the first frame does not wait for them.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.book.position import Key
from tui.settings import ScreenSettings
from tui.view.books import show_next
from tui.view.columns import Column
from tui.view.keymap import Keys
from tui.view.keys import POSITIONS_KEYS
from tui.view.moment import Moment
from tui.view.panels.presets_bar import FilterInput, PresetsBar
from tui.view.screens.positions_frame import PositionsFrame, TableHead
from tui.view.source import Export, Source
from tui.view.table.arrangement import arranged
from tui.view.table.clipboard import Clip, row_clip, table_clip
from tui.view.table.column_memory import ColumnMemory
from tui.view.table.listing import Listing
from tui.view.table.ordering import RISK, Sort, beside, chosen, parse_sort
from tui.view.table.positions_table import PositionsTable
from tui.view.terminal.compositor import StraightScreen


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
        self.frame = PositionsFrame(moment, self.listing, keys, flashes=settings.flash)
        self.table, self._filter = self.frame.table, self.frame.filter
        self._memory = memory or ColumnMemory()
        self._usual = arranged(settings.columns)
        self.table.set_columns(arranged(self._memory.recall() or settings.columns))
        self._changed: set[Key] = set()
        self._wide_sort = self.listing.sort

    @property
    def source(self) -> Source:
        """What is looked at."""
        return self.moment.source

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield from self.frame.widgets()

    def on_mount(self) -> None:
        """Begin with the filter of the settings, not typing."""
        self._filter.display = False
        self._filter.value = self.listing.filter
        self.frame.say(self._memory.trouble)

    def on_resize(self, event: events.Resize) -> None:
        """Decide what fits; the smallest layouts always show the worst first."""
        self.frame.resize(event.size)
        is_compact = self.frame.chrome.is_compact
        if is_compact and self.listing.sort is not RISK:
            self._wide_sort = self.listing.sort
            self.listing.set_sort(RISK)
        elif not is_compact and self.listing.sort is RISK:
            self.listing.set_sort(self._wide_sort)
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top."""
        self.call_after_refresh(self.paint)

    # A frame.

    def note_changed(self, keys: set[Key]) -> None:
        """Remember rows to look at again, also while another screen is on top."""
        self._changed |= keys

    def paint(self) -> None:
        """Bring every panel up to date; each draws only what differs."""
        pane = self.size
        if not self.is_running or not pane.width:
            return
        with self.in_one_frame():
            self.moment.advance()
            changed, self._changed = self._changed, set()
            self.listing.update(self.moment.book, changed, self.moment.time_ms)
            self.frame.paint(changed, pane)
            if self.table.display and self.focused is None:
                self.table.focus()

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
            self.frame.say(self._memory.trouble)

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
        self.frame.say(
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
            DetailScreen(self.moment, self.keys, key, lambda: self.listing.order, self.frame.is_private)
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
        self.frame.say("There is no row to copy." if clip is None else clip.told)
        self.paint()

    def action_export(self) -> None:
        """Ask where to write the rows."""
        if self._export is None or self.frame.is_private:
            self.frame.say(
                "Money is hidden: p shows it, then E writes it."
                if self.frame.is_private
                else "There is no way to files."
            )
            self.paint()
            return
        from tui.view.screens.export_screen import ExportScreen

        prompt = ExportScreen(self._export, lambda: self.listing.order, self.source.time_ms())
        self.app.push_screen(prompt, self._exported)

    def _exported(self, told: str | None) -> None:
        if told is not None:
            self.frame.say(told)
            self.paint()

    def action_refresh(self) -> None:
        """Ask for snapshots at once, and measure the columns anew."""
        is_asked = self.source.refresh()
        self.table.forget_widths()
        self.frame.say(
            "Asked for a snapshot." if is_asked else "Asked often enough: the next snapshot comes by itself."
        )
        self.paint()

    def action_privacy(self) -> None:
        """Hide or show money."""
        self.frame.set_private(not self.frame.is_private)
        key = self.keys.name("privacy")
        self.frame.say(f"Money hidden: {key} shows it." if self.frame.is_private else "Money shown.")
        self.paint()

    # Filters.

    def action_zero_rows(self) -> None:
        """Show or hide rows of open orders alone."""
        self.listing.toggle_zero_rows()
        self.frame.say(
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
        if self.frame.is_typing:
            self._filter.insert_text_at_cursor(text)
        return self.frame.is_typing

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
            self.frame.forget_widths()
            self.listing.resort()
            self.table.begin_anew()
        else:
            self.frame.say("There is only one book.")
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
