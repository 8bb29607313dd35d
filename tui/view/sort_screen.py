"""The sort menu: a letter per column."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.view.columns import BY_LETTER, COLUMNS, Column
from tui.view.lines import Line, Lines
from tui.view.ordering import Sort, chosen

CELL = 18


class SortScreen(ModalScreen[Sort | None]):
    """Waits for a column's letter; with shift it sorts in the other direction."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "back", show=False),
    ]

    def __init__(self, sort: Sort) -> None:
        super().__init__()
        self.sort = sort

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
        """As many columns of letters as the height asks for."""
        height = max(2, self.size.height - 4)
        across = max(1, -(-len(COLUMNS) // height), min(2, (self.size.width - 4) // CELL))
        across = min(across, max(1, (self.size.width - 2) // CELL))
        down = -(-len(COLUMNS) // across)
        lines: list[Line] = [((" Sort by", "strong"), ("  s anew  shift reverses", "dim"))]
        lines += [
            tuple(part for column in COLUMNS[y::down] for part in self._cell(column)) for y in range(down)
        ]
        menu = self.query_one(Lines)
        menu.styles.width = max(CELL * across, 34)
        menu.show(lines)

    def _cell(self, column: Column) -> Line:
        is_chosen = column is self.sort.column
        label = f"{column.label} {self.sort.arrow}" if is_chosen else column.label
        return ((f"  {column.letter} ", "key"), (label.ljust(CELL - 4), "chosen" if is_chosen else "plain"))

    def on_key(self, event: events.Key) -> None:
        """A letter decides."""
        character = event.character or ""
        column = BY_LETTER.get(character.lower())
        if character in ("s", "S"):
            self.dismiss(self.sort if character == "s" else self.sort.reversed())
        elif column is not None:
            sort = chosen(self.sort, column)
            self.dismiss(Sort(column, not column.is_descending) if character.isupper() else sort)
        else:
            return
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click beside the menu closes it, one on a column sorts by it."""
        menu = self.query_one(Lines).region
        x, y = event.screen_x - menu.x, event.screen_y - menu.y - 1
        down = menu.height - 1
        place = (x // CELL) * down + y
        is_inside = 0 <= y < down and 0 <= x < menu.width and place < len(COLUMNS)
        self.dismiss(chosen(self.sort, COLUMNS[place]) if is_inside else None)
