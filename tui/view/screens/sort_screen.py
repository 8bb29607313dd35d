"""The sort menu: a letter per column."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.view.columns import BY_LETTER, COLUMNS, Column
from tui.view.table.ordering import Sort, chosen
from tui.view.terminal.lines import Line, Lines

CELL = 18
TALLEST = 7


class SortScreen(ModalScreen[Sort | None]):
    """Waits for a column's letter; with shift it sorts in the other direction. The sort before orders equal rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "back", show=False),
        Binding("s", "anew(False)", "anew", show=False),
        Binding("S", "anew(True)", "reverse", show=False),
        *(Binding(column.letter, f"column('{column.letter}')", show=False) for column in COLUMNS),
        *(Binding(column.letter.upper(), f"reverse('{column.letter}')", show=False) for column in COLUMNS),
    ]
    # Bindings, not `on_key`: letters typed at once with the `s` arrive before this screen does, and still find it.

    def __init__(self, sort: Sort) -> None:
        super().__init__()
        self.sort = sort
        self._across = 1

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Lines(id="menu")

    def on_mount(self) -> None:
        """Show it at once."""
        self.draw()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.draw()

    def draw(self) -> None:
        """Letters with their columns, side by side as the height asks for; in the smallest panes letters alone."""
        room = max(1, self.size.height - 4)
        self._across = max(1, min((self.size.width - 2) // CELL, -(-len(COLUMNS) // min(room, TALLEST))))
        down = -(-len(COLUMNS) // self._across)
        menu = self.query_one(Lines)
        if down > room:
            letters = "".join(column.letter for column in COLUMNS)
            menu.styles.width = len(letters) + 8
            menu.show([((" sort: ", "strong"), (letters, "key"))])
            return
        menu.styles.width = max(CELL * self._across, 36)
        title: Line = ((" Sort by", "strong"), ("  s anew  shift reverses", "dim"))
        rows = [
            tuple(part for column in COLUMNS[y::down] for part in self._cell(column)) for y in range(down)
        ]
        menu.show([title, *rows])

    def _cell(self, column: Column) -> Line:
        label = f"{column.label} {self.sort.mark(column)}".ljust(CELL - 4)
        return ((f"  {column.letter} ", "key"), (label, "chosen" if column is self.sort.column else "plain"))

    def action_column(self, letter: str) -> None:
        """Sort by a column; by the same again in the other direction."""
        self.dismiss(chosen(self.sort, BY_LETTER[letter]))

    def action_reverse(self, letter: str) -> None:
        """Sort by a column against its own direction."""
        column = BY_LETTER[letter]
        self.dismiss(Sort(column, not column.is_descending).behind(self.sort))

    def action_anew(self, is_reversed: bool) -> None:
        """Sort anew by the same column."""
        self.dismiss(self.sort.reversed() if is_reversed else self.sort)

    def on_click(self, event: events.Click) -> None:
        """A click beside the menu closes it, one on a column sorts by it."""
        menu = self.query_one(Lines).region
        x, y = event.screen_x - menu.x, event.screen_y - menu.y - 1
        down = menu.height - 1
        place = (x // CELL) * down + y
        is_inside = 0 <= y < down and 0 <= x < menu.width and place < len(COLUMNS)
        self.dismiss(chosen(self.sort, COLUMNS[place]) if is_inside else None)
