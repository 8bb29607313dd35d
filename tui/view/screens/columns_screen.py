"""The columns: which are shown, and in what order."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType

from tui.view.columns import COLUMNS, Column
from tui.view.keymap import Keys
from tui.view.keys import COLUMNS_KEYS
from tui.view.moment import Moment
from tui.view.screens.sheet import Sheet
from tui.view.table.arrangement import SYMBOL, with_hidden
from tui.view.terminal.lines import Line, Piece, fitting, folded, side_by_side

CURSOR = "›"
LABEL_WIDTH = max(cell_len(column.label) for column in COLUMNS) + 2
NAME_WIDTH = max(len(column.name) for column in COLUMNS) + 2
"""Of the names that the settings call the columns by."""
HINT = (
    "Columns that find no room leave the table, the least needed first; Enter on a row shows every field. "
    "The choice is remembered; 0 goes back to the settings."
)


class ColumnsScreen(Sheet):
    """Every column with what becomes of it; each change holds at once."""

    BINDINGS: ClassVar[list[BindingType]] = COLUMNS_KEYS
    KEYS: ClassVar[list[BindingType]] = COLUMNS_KEYS

    def __init__(
        self,
        moment: Moment,
        keys: Keys,
        shown: Sequence[Column],
        usual: Sequence[Column],
        take: Callable[[Sequence[Column]], None],
    ) -> None:
        """Show a choice.

        Args:
            moment: for the status line.
            keys: as the settings have them.
            shown: the columns that are chosen, in their order.
            usual: those that hold when nothing is chosen.
            take: called with every new choice.
        """
        super().__init__(moment, keys)
        self._usual = usual
        self._take = take
        self._columns = with_hidden(shown)
        self._shown = set(shown)
        self._place = 0

    def title_line(self, width: int) -> Line:
        """The title, with how many are shown."""
        return ((" Columns", "strong"), (f"   {len(self._shown)} of {len(COLUMNS)} shown", "dim"))

    def sheet_lines(self, width: int) -> list[Line]:
        """A line for each column, in their order, then what to know."""
        lines = [self._line(place, column, width) for place, column in enumerate(self._columns)]
        return [*lines, (), *(((f"   {text}", "dim"),) for text in folded(HINT, width - 6))]

    def _line(self, place: int, column: Column, width: int) -> Line:
        is_shown = column in self._shown
        cursor = CURSOR if place == self._place else " "
        tone = "chosen" if place == self._place else "plain" if is_shown else "dim"
        remark = (
            "stays" if column is SYMBOL else "where there is something to say" if column.is_optional else ""
        )
        label = column.label + " " * (LABEL_WIDTH - cell_len(column.label))
        pieces = [
            Piece(0, ((f" {cursor} [{'x' if is_shown else ' '}] {label}", tone),)),
            Piece(1, ((column.name.ljust(NAME_WIDTH), "dim"),)),
            Piece(2, ((remark, "dim"),) if remark else ()),
        ]
        return side_by_side(fitting(pieces, width, 0), 0)

    def action_step(self, step: int) -> None:
        """Move the cursor."""
        self._go_to(self._place + step)

    def action_edge(self, step: int) -> None:
        """Move the cursor to the first or last column."""
        self._go_to(0 if step < 0 else len(COLUMNS) - 1)

    def action_show(self) -> None:
        """Show or hide the column."""
        column = self._columns[self._place]
        if column is not SYMBOL:
            self._shown ^= {column}
            self._tell()

    def action_carry(self, step: int) -> None:
        """Move the column in the order."""
        place = self._place + step
        if 0 <= place < len(self._columns):
            self._columns.insert(place, self._columns.pop(self._place))
            self._go_to(place)
            self._tell()

    def action_usual(self) -> None:
        """Go back to the columns of the settings."""
        self._columns = with_hidden(self._usual)
        self._shown = set(self._usual)
        self._tell()

    def on_click(self, event: events.Click) -> None:
        """Show or hide the column that was clicked."""
        place = event.screen_y - self._sheet.region.y + round(self._sheet.scroll_y)
        if self._sheet.region.contains(event.screen_x, event.screen_y) and place < len(self._columns):
            self._go_to(place)
            self.action_show()

    def _go_to(self, place: int) -> None:
        self._place = max(0, min(len(self._columns) - 1, place))
        height = max(1, self._sheet.size.height)
        top = round(self._sheet.scroll_y)
        # With the last column comes what stands below it.
        last = self._sheet.virtual_size.height - 1 if self._place == len(self._columns) - 1 else self._place
        wanted = min(self._place, max(top, last - height + 1))
        if wanted != top:
            self._sheet.scroll_to(y=wanted, animate=False, immediate=True)
        self.draw()

    def _tell(self) -> None:
        self._take([column for column in self._columns if column in self._shown])
        self.draw()
