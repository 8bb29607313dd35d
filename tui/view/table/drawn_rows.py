"""Rows as they were last drawn: what each cell says, how wide the columns are, and the line that came of it."""

from collections.abc import Iterable, Mapping, Sequence

from rich.style import Style
from textual.strip import Strip

from tui.book.position import Key
from tui.view.columns import COLUMNS, Cell, Column, Row
from tui.view.table.facts import Facts, facts_of, is_still
from tui.view.table.fitting import Extent, Shape, Slot, fit, shape_of
from tui.view.table.flashes import Flashes, lit, span
from tui.view.table.heads import LABELS
from tui.view.terminal.lines import Tones, printable
from tui.view.terminal.straight import Pattern, StraightStrip

CURSOR = "›"
MARGIN = 1
"""Cells before the first column: the place of the cursor's mark."""
MOST_PATTERNS = 4_096
"""Patterns that are kept at most: rows look alike, so that there are far fewer."""

Choices = Sequence[Mapping[str, str]]


Age = tuple[int, int]
"""The moment's era, and the minute: as long as both are the same, nothing that holds grows too old."""


def clean(cell: Cell) -> Cell:
    """The cell without what a terminal would obey; before it is measured, for a mark without width gets one."""
    return cell if cell.text.isprintable() else cell._replace(text=printable(cell.text))


class DrawnRow:
    """What was last made of a row."""

    __slots__ = ("age", "cells", "facts", "ground", "row", "slots", "strip", "texts", "tones")

    def __init__(self, row: Row, facts: Facts, cells: list[Cell]) -> None:
        self.row, self.facts = row, facts
        self.cells = cells
        """One for each column, with and without a slot."""
        self.slots: Sequence[Slot] = ()
        """Those for which texts and tones were made."""
        self.texts: list[str] = []
        """One for each slot: the gap before it, and the cell filled up to it."""
        self.tones: list[str] = []
        self.strip: Strip | None = None
        """The line, unless something of it has changed."""
        self.ground: Style | None = None
        """What that line stands on."""
        self.age: Age | None = None
        """When it was last looked at."""


class DrawnRows:
    """Rows that were in sight since the columns were last measured."""

    def __init__(self, tones: Tones, flashes: Flashes) -> None:
        self.columns: Sequence[Column] = COLUMNS
        """Those that are wanted, in their order."""
        self.slots: list[Slot] = []
        """Those that have found room."""
        self.labels: Mapping[str, str] = LABELS
        self.is_private = False
        self.is_wider = False
        """Whether a column has to grow before rows are drawn again."""
        self.generation = 0
        """Grows whenever all rows are forgotten."""
        self._tones, self._flashes = tones, flashes
        self._rows: dict[Key, DrawnRow] = {}
        self._extents: dict[str, Extent] = {}
        self._live_extents: dict[str, Extent] = {}
        """As they were when figures ceased to be live."""
        self._moving: list[tuple[int, Column]] = []
        """The columns whose figures may be others while the facts are the same."""
        self._places: list[int] = []
        """Where the column of each slot stands among the columns."""
        self._gaps: list[str] = []
        """What stands before each slot."""
        self._slot_of: dict[int, int] = {}
        self._patterns: dict[tuple[object, ...], Pattern] = {}
        self._measured: set[tuple[int, ...]] = set()
        """Columns by their place, each with a shape of figures for which it is known to be wide enough."""
        self._blanks: dict[tuple[int, ...], tuple[str, str]] = {}
        """What stands before and behind a figure of a shape, by the number of its slot."""
        self.set_columns(COLUMNS)

    def __len__(self) -> int:
        return len(self._rows)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Draw these columns, in this order."""
        self.columns = columns
        self._moving = [(place, column) for place, column in enumerate(columns) if not is_still(column)]
        self.forget()

    def forget(self) -> None:
        """Measure the columns anew: they only ever grow by themselves, so that the table keeps still."""
        self._extents, self._live_extents = {}, {}
        self._measured.clear()
        self._rows.clear()
        self.generation += 1
        self._set_slots([])

    def set_live(self, is_live: bool) -> None:
        """Keep the columns where they are while figures are not live; what stood in their place widens none for good."""
        if not is_live:
            self._live_extents = dict(self._extents)
            return
        before = self._live_extents
        self.forget()
        self._extents = before

    def keep_only(self, keys: set[Key]) -> None:
        """Forget the other rows."""
        for key in self._rows.keys() - keys:
            del self._rows[key]

    def redraw(self, key: Key) -> None:
        """Draw the line of a row anew when it is next wanted."""
        drawn = self._rows.get(key)
        if drawn is not None:
            drawn.strip = None

    def redraw_all(self, *, is_restyled: bool = False) -> None:
        """Draw every line anew when it is next wanted."""
        if is_restyled:
            self._patterns.clear()
        for drawn in self._rows.values():
            drawn.strip = None

    # Formatting.

    def row(self, key: Key) -> Row | None:
        """What was last drawn of a row; None when it was not."""
        drawn = self._rows.get(key)
        return None if drawn is None else drawn.row

    def is_lasting(self, key: Key, age: Age) -> bool:
        """Whether a row that did not change says the same: it was whole, and nothing has aged past its limit since."""
        drawn = self._rows.get(key)
        return drawn is not None and drawn.age == age and drawn.row.is_whole and drawn.row.position.is_open

    def looked(self, key: Key, age: Age) -> None:
        """Note when a row was looked at."""
        self._rows[key].age = age

    def cells(self, key: Key) -> list[Cell]:
        """What its columns say."""
        return self._rows[key].cells

    def take(self, key: Key, row: Row) -> bool:
        """Format a row; return whether it looks different."""
        facts = facts_of(row)
        drawn = self._rows.get(key)
        if drawn is None:
            cells = [clean(column.show(row, self.is_private)) for column in self.columns]
            self._rows[key] = DrawnRow(row, facts, cells)
            for column, cell in zip(self.columns, cells, strict=True):
                self._measure(column, cell)
            return True
        columns = self._moving if facts == drawn.facts else enumerate(self.columns)
        before = (drawn.row, list(drawn.cells)) if self._flashes.is_on else None
        drawn.row, drawn.facts = row, facts
        if not self._change(drawn, columns):
            return False
        drawn.strip = None
        if before is not None:
            self._flashes.note(key, self.columns, before, (row, drawn.cells))
        return True

    def _change(self, drawn: DrawnRow, columns: Iterable[tuple[int, Column]]) -> bool:
        """Format these columns; return whether one of them says something else."""
        row, cells, is_private = drawn.row, drawn.cells, self.is_private
        is_plain = row.is_whole and not is_private
        is_placed = drawn.slots is self.slots
        is_other = False
        for place, column in columns:
            before = cells[place]
            cell = clean(column.cell(row) if is_plain else column.show(row, is_private))
            if cell == before:
                continue
            is_other = True
            cells[place] = cell
            shape = shape_of(cell)
            kind = None if shape is None else (place, *shape)
            if kind is None or kind not in self._measured:
                self._measure(column, cell)
                if kind is not None:
                    self._measured.add(kind)
            number = self._slot_of.get(place)
            if is_placed and number is not None:
                drawn.texts[number] = self._placed(number, cell, shape)
                drawn.tones[number] = cell.tone
        return is_other

    def _measure(self, column: Column, cell: Cell) -> None:
        extent = self._extents.get(column.name, Extent())
        wider = extent.over(cell.brief or cell.text)
        if wider != extent:
            self._extents[column.name] = wider
            self.is_wider = True

    # Places.

    def fit(self, choices: Choices, width: int) -> bool:
        """Find room for the columns under the labels that leave most of it; return whether anything is another."""
        self.is_wider = False
        if width <= 0 or not self._extents:
            return False
        before = self.labels
        fits = [(fit(self.columns, self._extents, labels, width), labels) for labels in choices]
        slots, self.labels = max(fits, key=lambda one: len(one[0]))
        if slots == self.slots:
            return self.labels != before
        self._set_slots(slots)
        return True

    def _set_slots(self, slots: list[Slot]) -> None:
        names = [column.name for column in self.columns]
        self.slots = slots
        self._places = [names.index(slot.column.name) for slot in slots]
        self._slot_of = {place: number for number, place in enumerate(self._places)}
        ends = [0, *(slot.end for slot in slots)]
        self._gaps = [" " * (slot.x - end) for slot, end in zip(slots, ends, strict=False)]
        self._blanks.clear()
        self.redraw_all(is_restyled=True)

    def _placed(self, number: int, cell: Cell, shape: Shape | None) -> str:
        """A cell filled up to its slot, behind the gap before it."""
        slot, gap = self.slots[number], self._gaps[number]
        if shape is None:
            return gap + "".join(slot.draw(cell))
        kind = number, *shape
        if kind not in self._blanks:
            text = slot.place(cell.text)
            before = text.index(cell.text)
            self._blanks[kind] = gap + text[:before], text[before + len(cell.text) :]
        before_it, behind = self._blanks[kind]
        return f"{before_it}{cell.text}{behind}{slot.bar(cell)}"

    # Drawing.

    def strip(self, key: Key, width: int, ground: Style | None) -> Strip | None:
        """The line of a row; None when it is not known.

        Args:
            key: of the row.
            width: of the table, in cells.
            ground: what the line stands on where the cursor is; None elsewhere.
        """
        drawn = self._rows.get(key)
        if drawn is None:
            return None
        strip = drawn.strip
        if strip is None or strip.cell_length != width or drawn.ground is not ground:
            strip = drawn.strip = self._draw(key, drawn, width, ground)
            drawn.ground = ground
        return strip

    def _draw(self, key: Key, drawn: DrawnRow, width: int, ground: Style | None) -> Strip:
        if drawn.slots is not self.slots:
            drawn.slots = self.slots
            cells = [drawn.cells[place] for place in self._places]
            drawn.texts = [self._placed(number, cell, shape_of(cell)) for number, cell in enumerate(cells)]
            drawn.tones = [cell.tone for cell in cells]
        end = self.slots[-1].end + MARGIN if self.slots else MARGIN
        line = f"{' ' if ground is None else CURSOR}{''.join(drawn.texts)}{' ' * (width - end)}"
        strip: Strip = StraightStrip(line, self._pattern(drawn, width - end, ground), max(width, end))
        names = self._flashes.names(key)
        if names:
            strip = lit(strip, self._spans(drawn, names))
        return strip.crop(0, width) if end > width else strip

    def _pattern(self, drawn: DrawnRow, rest: int, ground: Style | None) -> Pattern:
        """The styles of a line whose last cells, `rest` of them, are blank."""
        lengths = [*map(len, drawn.texts)]
        kind = (*drawn.tones, *lengths, rest, ground is None)
        pattern = self._patterns.get(kind)
        if pattern is None:
            runs = [(MARGIN, "plain")]
            for gap, tone, length in zip(self._gaps, drawn.tones, lengths, strict=True):
                runs += [(len(gap), "plain"), (length - len(gap), tone)]
            runs.append((max(0, rest), "plain"))
            if len(self._patterns) >= MOST_PATTERNS:
                self._patterns.clear()
            pattern = self._patterns[kind] = Pattern(self._styled(runs, ground))
        return pattern

    def _styled(self, runs: Iterable[tuple[int, str]], ground: Style | None) -> list[tuple[int, Style]]:
        """Runs with styles for tones; neighbours of one tone are one."""
        joined: list[tuple[int, str]] = []
        for length, tone in runs:
            if joined and joined[-1][1] == tone:
                joined[-1] = joined[-1][0] + length, tone
            elif length:
                joined.append((length, tone))
        styles = [(length, self._tones[tone]) for length, tone in joined]
        return styles if ground is None else [(length, style + ground) for length, style in styles]

    def _spans(self, drawn: DrawnRow, names: Iterable[str]) -> list[tuple[int, int]]:
        """The cells that flash."""
        return [
            span(slot.x + MARGIN, text[len(gap) :])
            for slot, text, gap in zip(self.slots, drawn.texts, self._gaps, strict=True)
            if slot.column.name in names
        ]
