"""The same figures in Textual's DataTable, written with update_cell, as such programs usually do."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import DataTable

import tui.live  # noqa: F401 - what the program loads beside its screen
from tests.bench.market import NOW_MS, Market
from tests.bench.measured import Measured
from tests.bench.notes import Notes, Plan
from tui.book.position import Key
from tui.view.columns import COLUMNS, Align, Cell, look

COLORS = {
    "gain": "green",
    "loss": "red",
    "warn": "yellow",
    "alarm": "bold red",
    "dim": "dim",
    "strong": "bold",
}


class TableApp(Measured):
    """A table."""

    def __init__(self, market: Market, notes: Notes) -> None:
        self.notes = notes
        super().__init__()
        self.market = market
        keys = market.keys
        self.moved = keys[: notes.plan.height] if notes.plan.is_in_sight_only else keys
        self.cells: dict[Key, Sequence[Cell]] = {}

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column.label, key=column.name)
        for key in self.market.keys:
            cells = self.cells[key] = self._row(key)
            table.add_row(*map(drawn, cells, range(len(COLUMNS))), key=str(key))
        self.market.drive = self._drive
        self.run_worker(self.market.run())

    async def _drive(self) -> None:
        await self.measure(lambda: self.market.move(self.moved), self.update)

    def _row(self, key: Key) -> Sequence[Cell]:
        row = look(self.market.book, self.market.book.positions[key], NOW_MS)
        return [column.show(row, False) for column in COLUMNS]

    def update(self) -> None:
        """Update the cells that differ."""
        table = self.query_one(DataTable)
        for key in self.market.book.take_changed():
            before, after = self.cells[key], self._row(key)
            self.cells[key] = after
            for number, (old, new) in enumerate(zip(before, after, strict=True)):
                if old != new:
                    table.update_cell(str(key), COLUMNS[number].name, drawn(new, number))


def drawn(cell: Cell, number: int) -> Text:
    """A cell as rich draws it."""
    justify = "left" if COLUMNS[number].align is Align.LEFT else "right"
    return Text(f"{cell.text} {cell.bar}".rstrip(), COLORS.get(cell.tone, ""), justify=justify)  # type: ignore[arg-type]


if __name__ == "__main__":
    notes = Notes(Plan())
    TableApp(notes.build(), notes).run()
