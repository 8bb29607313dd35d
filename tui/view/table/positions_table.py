"""The positions table: rows over Textual's line API, formatted when they change and only where they are seen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

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
from tui.view.columns import Cell, Column, Row, look
from tui.view.formats import MINUTE_MS
from tui.view.keys import TABLE_KEYS
from tui.view.moment import Moment
from tui.view.table.drawn_rows import MARGIN, Age, DrawnRows
from tui.view.table.fitting import Slot
from tui.view.table.flashes import Flashes
from tui.view.table.heads import LABELS, NO_LABELS, label_choices
from tui.view.table.ordering import Sort, neighbour
from tui.view.terminal.lines import Line, Tones
from tui.view.terminal.straight import StraightWidget


class PositionsTable(StraightWidget, ScrollView, can_focus=True):
    """Rows of positions with a cursor that stays on its row's key."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = TABLE_KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--cursor"}

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
        """Columns came, went or moved, or the room for them is another: head and total stand under the same slots."""

    def __init__(self, *, id: str | None = None, flashes: bool = False) -> None:
        super().__init__(id=id)
        self.order: Sequence[Key] = ()
        self.cursor: Key | None = None
        self._book: Shelf = Book()
        self._names: Mapping[str, str] = {}
        self._is_brief = False
        self._time_ms = 0
        self._age: Age = (-1, -1)
        self._is_chosen = False
        self.tones = Tones(self)
        self._place = 0
        self._choices = [LABELS]
        self._dirty: set[Key] = set()
        self._cursor_style: Style | None = None
        self._lasting: tuple[object, ...] = ()
        """The sight in which every row lasts."""
        self._flashes = Flashes(is_on=flashes)
        self._rows = DrawnRows(self.tones, self._flashes)
        self._head: tuple[Sequence[Slot], Mapping[str, str], Line] = ((), {}, ())
        """The head, with what it was made from."""

    @property
    def slots(self) -> Sequence[Slot]:
        """The columns that have found room, each with its place."""
        return self._rows.slots

    @property
    def columns(self) -> Sequence[Column]:
        """Those that are wanted, in their order."""
        return self._rows.columns

    # What the screen tells it.

    def show(self, moment: Moment, order: Sequence[Key], changed: set[Key]) -> None:
        """Show these rows; look only at those in sight."""
        self._book, self._time_ms = moment.book, moment.time_ms
        self._age = moment.era, moment.time_ms // MINUTE_MS
        if order is not self.order:
            self._take_order(order)
        self._dirty |= changed
        self._end_flashes()
        if changed or self._lasting != self._sight:
            self._look()

    @property
    def _sight(self) -> tuple[object, ...]:
        """What is in sight, and when: while that is the same, rows that last need not be looked at."""
        return self._age, self.order, self._first, self.size.height, self._rows.generation

    def _look(self) -> None:
        """Format the rows in sight that changed, aged or were never seen."""
        drawn_anew: list[int] = []
        is_lasting = True
        rows, dirty, positions, age = self._rows, self._dirty, self._book.positions, self._age
        in_sight = self._in_sight()
        for y, key in enumerate(in_sight):
            position = positions.get(key)
            if position is None or (key not in dirty and rows.is_lasting(key, age)):
                continue
            row = self._row(position)
            if key in dirty or rows.row(key) != row:
                dirty.discard(key)
                if rows.take(key, row):
                    drawn_anew.append(y)
            rows.looked(key, age)
            is_lasting = is_lasting and rows.is_lasting(key, age)
        self._lasting = self._sight if is_lasting else ()
        self._repaint_lines(drawn_anew)
        self._flashes.watch(in_sight)
        if rows.is_wider or not rows.slots:
            self._refit()

    def _row(self, position: Position) -> Row:
        name = self._names.get(position.key.book, "")
        return look(self._book, position, self._time_ms, name, is_brief=self._is_brief)

    @property
    def is_flashing(self) -> bool:
        """Whether a further paint is due to end a flash."""
        return self._flashes.is_any

    def _end_flashes(self) -> None:
        over = self._flashes.paint()
        for y, key in enumerate(self._in_sight() if over else ()):
            if key in over:
                self.draw_anew(Region(0, y, self._width, 1))
        for key in over:
            self._rows.redraw(key)

    def set_books(self, names: Mapping[str, str], *, is_brief: bool) -> None:
        """Name the books in a column of their own; none: one book needs no name. Brief: room is short."""
        if (names, is_brief) != (self._names, self._is_brief):
            self._names, self._is_brief = names, is_brief
            self.forget_widths()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns, in this order, as far as there is room."""
        self._rows.set_columns(columns)

    def set_heads(self, sort: Sort, is_outdated: bool, has_head: bool) -> None:
        """Mark the columns that the rows are sorted by; without a head columns are as narrow as their figures."""
        choices = label_choices(sort, is_outdated) if has_head else [NO_LABELS]
        if choices != self._choices:
            self._choices = choices
            self._refit()

    def set_private(self, is_private: bool) -> None:
        """Hide or show figures that tell how much money there is."""
        self._rows.is_private = is_private
        self.forget_widths()

    def begin_anew(self) -> None:
        """Measure anew after a new sort or filter; from the top, unless somebody has chosen a row."""
        self.forget_widths()
        if self._is_chosen:
            self.call_after_refresh(self._keep_in_sight)
        else:
            self.cursor, self._place = None, 0
            self.scroll_to(y=0, animate=False, immediate=True)

    def set_live(self, is_live: bool) -> None:
        """Keep the columns where they are while figures are not live; what stood in their place widens none for good."""
        self._rows.set_live(is_live)

    def forget_widths(self) -> None:
        """Measure the columns anew: they only ever grow by themselves, so that the table keeps still."""
        self._rows.forget()

    def position(self, key: Key) -> Position | None:
        """The position of a row, while there is one."""
        return self._book.positions.get(key)

    def texts(self, position: Position) -> list[str]:
        """What the columns that are shown say of a position."""
        row = self._row(position)
        return [slot.column.show(row, self._rows.is_private).text for slot in self.slots]

    @property
    def label_line(self) -> Line:
        """The head, over the same slots."""
        slots, labels = self.slots, self._rows.labels
        if self._head[0] is not slots or self._head[1] is not labels:
            cells = {slot.column.name: Cell(labels[slot.column.name], "head") for slot in slots}
            self._head = slots, labels, self.line_of(cells)
        return self._head[2]

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
        self._rows.keep_only(keys)
        self.virtual_size = Size(self._width, len(order))
        if was_in_sight:
            self._keep_in_sight()
            self.call_after_refresh(self._keep_in_sight)  # more rows than before: there is no scroll bar yet
        self.refresh()

    def _keep_in_sight(self) -> None:
        height = max(1, self.size.height)
        if self._place < self._first:
            self.scroll_to(y=self._place, animate=False, immediate=True)
        elif self._place >= self._first + height:
            self.scroll_to(y=self._place - height + 1, animate=False, immediate=True)

    def _repaint_lines(self, lines: Sequence[int]) -> None:
        width, height = self._width, self.size.height
        if 2 * len(lines) > height:  # one region is looked at faster than each of many
            self.draw_anew(Region(0, 0, width, height))
            return
        for y in lines:
            self.draw_anew(Region(0, y, width, 1))

    def _refit(self) -> None:
        if self._rows.fit(self._choices, self._width - 2 * MARGIN):
            self.refresh()
            self.post_message(self.Refitted())

    def _repaint(self, place: int) -> None:
        if 0 <= place < len(self.order):
            self._rows.redraw(self.order[place])
            self.draw_anew(Region(0, place - self._first, self._width, 1))

    # Drawing.

    def line_styles(self) -> list[Style]:
        """Every style that a row may have."""
        tones = self.tones.all()
        return [*tones, *(tone + self._ground for tone in tones)]

    def render_line(self, y: int) -> Strip:
        """Draw one row from its cells."""
        return self.draw_lines((y,), self.size.width)[0]

    def draw_lines(self, lines: Iterable[int], width: int) -> list[Strip]:
        """Draw rows from their cells."""
        order, first, cursor = self.order, self._first, self.cursor
        ground, strip_of, blank = self._ground, self._rows.strip, self.tones.strip((), width)
        strips: list[Strip] = []
        for place in (y + first for y in lines):
            key = order[place] if place < len(order) else None
            strip = None if key is None else strip_of(key, width, ground if key == cursor else None)
            strips.append(blank if strip is None else strip)
        return strips

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
        self._rows.redraw_all(is_restyled=True)

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
        self._rows.redraw_all()
        self._keep_in_sight()
        self._refit()
        self.post_message(self.Refitted())

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one asks for details."""
        place = event.y + self._first
        if place < len(self.order):
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.RowChosen(self.order[place]))
