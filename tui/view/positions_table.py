"""The positions table: rows over Textual's line API, formatted when they change and only where they are seen."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.book.book import Book
from tui.book.position import Key, Position
from tui.view.books import Shelf
from tui.view.columns import COLUMNS, Cell, Column, Row, look
from tui.view.facts import cells_of
from tui.view.fitting import Extent, Slot, fit, is_as_wide
from tui.view.flashes import Drawn, Flashes, lit, span
from tui.view.heads import LABELS, NO_LABELS, label_choices
from tui.view.keys import TABLE_KEYS
from tui.view.lines import TONES, Line, Tones, printable
from tui.view.ordering import Sort, neighbour
from tui.view.straight import StraightWidget

CURSOR = "›"
MARGIN = 1
"""Cells before the first column: the place of the cursor's mark."""


class PositionsTable(StraightWidget, ScrollView, can_focus=True):
    """Rows of positions with a cursor that stays on its row's key."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = TABLE_KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--cursor", *(f"tone--{tone}" for tone in TONES)}

    class CursorMoved(Message):
        """Somebody moved the cursor."""

        def __init__(self, key: Key) -> None:
            self.key = key
            super().__init__()

    class RowChosen(Message):
        """Somebody asks for the details of a row."""

        def __init__(self, key: Key) -> None:
            self.key = key
            super().__init__()

    class Refitted(Message):
        """Columns came, went or moved: head and total stand under the same slots."""

    def __init__(self, *, id: str | None = None, flashes: bool = False) -> None:
        super().__init__(id=id)
        self.order: Sequence[Key] = ()
        self.slots: list[Slot] = []
        self._places: list[int] = []
        """Where the column of each slot stands among the columns."""
        self.columns: Sequence[Column] = COLUMNS
        """Those that are wanted, in their order; `slots` has those that found room."""
        self.cursor: Key | None = None
        self.is_private = False
        self._book: Shelf = Book()
        self._names: Mapping[str, str] = {}
        self._is_brief = False
        self._time_ms = 0
        self._is_chosen = False
        self.tones = Tones(self)
        self._place = 0
        self._labels = LABELS
        self._choices = [LABELS]
        self._extents: dict[str, Extent] = {}
        self._live_extents: dict[str, Extent] = {}
        """As they were when figures ceased to be live."""
        self._drawn: dict[Key, Drawn] = {}
        self._dirty: set[Key] = set()
        self._strips: dict[Key, Strip] = {}
        self._cursor_style: Style | None = None
        self._flashes = Flashes(is_on=flashes)

    # What the screen tells it.

    def show(self, book: Shelf, order: Sequence[Key], changed: set[Key], time_ms: int) -> None:
        """Show these rows; look only at those in sight."""
        self._book, self._time_ms = book, time_ms
        if order is not self.order:
            self._take_order(order)
        self._dirty |= changed
        self._end_flashes()
        self._look()

    def _look(self) -> None:
        """Format the rows in sight that changed, aged or were never seen."""
        is_wider = False
        drawn_anew: list[int] = []
        positions = self._book.positions
        in_sight = self._in_sight()
        for y, key in enumerate(in_sight):
            position = positions.get(key)
            if position is None:
                continue
            name = self._names.get(key.book, "")
            row = look(self._book, position, self._time_ms, name, is_brief=self._is_brief)
            drawn = self._drawn.get(key)
            if drawn is None or key in self._dirty or drawn.row != row:
                is_other, has_grown = self._format(key, row)
                is_wider |= has_grown
                if is_other:
                    drawn_anew.append(y)
        self._repaint_lines(drawn_anew)
        self._flashes.watch(in_sight)
        if is_wider or not self.slots:
            self._refit()

    @property
    def is_flashing(self) -> bool:
        """Whether a further paint is due to end a flash."""
        return self._flashes.is_any

    def _end_flashes(self) -> None:
        over = self._flashes.paint()
        for y, key in enumerate(self._in_sight() if over else ()):
            if key in over:
                self.refresh(Region(0, y, self.size.width, 1))
        for key in over:
            self._strips.pop(key, None)

    def set_books(self, names: Mapping[str, str], *, is_brief: bool) -> None:
        """Name the books in a column of their own; none: one book needs no name. Brief: room is short."""
        if (names, is_brief) != (self._names, self._is_brief):
            self._names, self._is_brief = names, is_brief
            self.forget_widths()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns, in this order, as far as there is room."""
        self.columns = columns
        self.forget_widths()

    def set_heads(self, sort: Sort, is_outdated: bool, has_head: bool) -> None:
        """Mark the columns that the rows are sorted by; without a head columns are as narrow as their figures."""
        choices = label_choices(sort, is_outdated) if has_head else [NO_LABELS]
        if choices != self._choices:
            self._choices = choices
            self._refit()

    def set_private(self, is_private: bool) -> None:
        """Hide or show figures that tell how much money there is."""
        self.is_private = is_private
        self.forget_widths()

    def begin_anew(self) -> None:
        """Measure anew after a new sort or filter; from the top, unless somebody has chosen a row."""
        self.forget_widths()
        if not self._is_chosen:
            self.cursor, self._place = None, 0
            self.scroll_to(y=0, animate=False, immediate=True)

    def set_live(self, is_live: bool) -> None:
        """Keep the columns where they are while figures are not live; what stood in their place widens none for good."""
        if not is_live:
            self._live_extents = dict(self._extents)
            return
        before = self._live_extents
        self.forget_widths()
        self._extents = before

    def forget_widths(self) -> None:
        """Measure the columns anew: they only ever grow by themselves, so that the table keeps still."""
        self._extents, self._live_extents = {}, {}
        self._drawn.clear()
        self._strips.clear()
        self.slots, self._places = [], []

    def position(self, key: Key) -> Position | None:
        """The position of a row, while there is one."""
        return self._book.positions.get(key)

    def texts(self, position: Position) -> list[str]:
        """What the columns that are shown say of a position."""
        name = self._names.get(position.key.book, "")
        row = look(self._book, position, self._time_ms, name, is_brief=self._is_brief)
        return [slot.column.show(row, self.is_private).text for slot in self.slots]

    @property
    def label_line(self) -> Line:
        """The head, over the same slots."""
        return self.line_of(
            {slot.column.name: Cell(self._labels[slot.column.name], "head") for slot in self.slots}
        )

    def line_of(self, cells: dict[str, Cell]) -> Line:
        """A line with these cells under their columns: head or total."""
        parts: list[tuple[str, str]] = []
        x = 0
        for slot in self.slots:
            cell = cells.get(slot.column.name)
            if cell is None:
                continue
            text = Slot(slot.column, 0, slot.width, 0, False).place(cell.text)
            parts += [(" " * (slot.x + MARGIN - x), "plain"), (text, cell.tone)]
            x = slot.end + MARGIN
        return tuple(parts)

    def column_at(self, x: int) -> Slot | None:
        """The slot under a cell of the screen."""
        return next((slot for slot in self.slots if slot.x - 1 <= x - MARGIN <= slot.end), None)

    def move_to(self, place: int) -> None:
        """Put the cursor on the row at that place."""
        if not self.order:
            return
        place = max(0, min(len(self.order) - 1, place))
        self._repaint(self._place)
        self._is_chosen = True
        self._place, self.cursor = place, self.order[place]
        self._repaint(place)
        self._keep_in_sight()
        self.post_message(self.CursorMoved(self.order[place]))

    @property
    def place(self) -> int:
        """The number of the cursor's row."""
        return self._place

    # Order, cursor, widths.

    @property
    def _width(self) -> int:
        """Cells beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def _first(self) -> int:
        return round(self.scroll_y)

    def _in_sight(self) -> Sequence[Key]:
        return self.order[self._first : self._first + max(1, self.size.height)]

    def _take_order(self, order: Sequence[Key]) -> None:
        was_in_sight = self._first <= self._place < self._first + self.size.height
        before, self.order = self.order, order
        keys = set(order)
        if self.cursor is None or self.cursor not in keys:
            self.cursor = neighbour(before, self._place, keys) if self.cursor else None
            self.cursor = self.cursor or (order[0] if order else None)
        self._place = 0 if self.cursor is None else order.index(self.cursor)
        self._dirty &= keys
        for key in self._drawn.keys() - keys:
            del self._drawn[key]
            self._strips.pop(key, None)
        self.virtual_size = Size(self._width, len(order))
        if was_in_sight:
            self._keep_in_sight()
        self.refresh()

    def _keep_in_sight(self) -> None:
        height = max(1, self.size.height)
        if self._place < self._first:
            self.scroll_to(y=self._place, animate=False, immediate=True)
        elif self._place >= self._first + height:
            self.scroll_to(y=self._place - height + 1, animate=False, immediate=True)

    def _repaint_lines(self, lines: Sequence[int]) -> None:
        width, height = self.size
        if 2 * len(lines) > height:  # one region is looked at faster than each of many
            self.refresh(Region(0, 0, width, height))
            return
        for y in lines:
            self.refresh(Region(0, y, width, 1))

    def _format(self, key: Key, row: Row) -> tuple[bool, bool]:
        """Format a row in sight and say whether it looks different, and whether a column has to grow."""
        drawn = self._drawn.get(key)
        before = None if drawn is None else (drawn.facts, drawn.cells)
        facts, cells = cells_of(self.columns, row, self.is_private, before)
        self._drawn[key] = Drawn(row, facts, cells, {} if drawn is None else drawn.placed)
        self._dirty.discard(key)
        if drawn is not None and drawn.cells == cells and key in self._strips:
            return False, False
        self._strips.pop(key, None)
        self._flashes.note(key, self.columns, drawn, self._drawn[key])
        is_wider = False
        for place, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            if drawn is not None and is_as_wide(drawn.cells[place], cell):
                continue
            extent = self._extents.get(column.name, Extent())
            wider = extent.over(cell.text)
            if wider != extent:
                self._extents[column.name] = wider
                is_wider = True
        return True, is_wider

    def _refit(self) -> None:
        width = self._width - 2 * MARGIN
        if width <= 0 or not self._extents:
            return
        fits = [(fit(self.columns, self._extents, labels, width), labels) for labels in self._choices]
        slots, self._labels = max(fits, key=lambda one: len(one[0]))
        if slots != self.slots:
            self.slots = slots
            names = [column.name for column in self.columns]
            self._places = [names.index(slot.column.name) for slot in slots]
            self._strips.clear()
            self.refresh()
        self.post_message(self.Refitted())

    def _repaint(self, place: int) -> None:
        if 0 <= place < len(self.order):
            self._strips.pop(self.order[place], None)
            self.refresh(Region(0, place - self._first, self.size.width, 1))

    # Drawing.

    def line_styles(self) -> list[Style]:
        """Every style that a row may have."""
        tones = self.tones.all()
        return [*tones, *(tone + self._ground for tone in tones)]

    def render_line(self, y: int) -> Strip:
        """Draw one row from its cells."""
        place = y + self._first
        width = self.size.width
        drawn = self._drawn.get(self.order[place]) if place < len(self.order) else None
        if drawn is None:
            return self.tones.strip((), width)
        key = self.order[place]
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(drawn, key == self.cursor)
        return strip.adjust_cell_length(width, self.tones["plain"])

    def _draw(self, drawn: Drawn, is_cursor: bool) -> Strip:
        flashing = self._flashes.names(drawn.row.position.key)
        spans: list[tuple[int, int]] = []
        parts: list[tuple[str, str]] = [(CURSOR if is_cursor else " " * MARGIN, "plain")]
        x = 0
        for slot, place in zip(self.slots, self._places, strict=True):
            cell = drawn.cells[place]
            text = self._placed(drawn, slot, cell)
            if slot.x > x:
                parts.append((" " * (slot.x - x), "plain"))
            parts.append((text, cell.tone))
            x = slot.end
            if slot.column.name in flashing:
                spans.append(span(slot.x + MARGIN, text))
        strip = lit(self.tones.row(parts, x + MARGIN, self.size.width), spans)
        return self._on_cursor(strip) if is_cursor else strip

    @staticmethod
    def _placed(drawn: Drawn, slot: Slot, cell: Cell) -> str:
        """The text of a cell with its bar, filled up to its slot."""
        known = drawn.placed.get(slot.column.name)
        if known is None or known[1] is not cell or known[0] is not slot:
            known = drawn.placed[slot.column.name] = (slot, cell, printable("".join(slot.draw(cell))))
        return known[2]

    def _on_cursor(self, strip: Strip) -> Strip:
        return Strip(Segment.apply_style(strip, post_style=self._ground), strip.cell_length)

    @property
    def _ground(self) -> Style:
        """What the cursor's row stands on."""
        if self._cursor_style is None:
            style = self.get_component_rich_style("row--cursor")
            self._cursor_style = Style(bgcolor=style.bgcolor, bold=True, reverse=style.reverse)
        return self._cursor_style

    def notify_style_update(self) -> None:
        """Draw everything again in the new theme."""
        super().notify_style_update()
        self.tones.clear()
        self._cursor_style = None
        self._strips.clear()

    # Keys and mouse.

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self._place + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by what is in sight."""
        self.move_to(self._place + step * max(1, self.size.height - 1))

    def action_edge(self, step: int) -> None:
        """Move the cursor to the first or last row."""
        self.move_to(0 if step < 0 else len(self.order) - 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Format the rows that come into sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._look()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns for the new width."""
        self.virtual_size = Size(self._width, len(self.order))
        self._strips.clear()
        self._keep_in_sight()
        self._refit()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one asks for details."""
        place = event.y + self._first
        if place < len(self.order):
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.RowChosen(self.order[place]))
