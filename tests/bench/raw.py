"""The limit: the same rows from plain Python, without Textual; only the characters that differ, row by row."""

import os
import time
from collections.abc import Sequence

from tests.bench.market import NOW_MS, Market
from tests.bench.notes import BEGIN, END, Notes, Plan
from tui.book.position import Key
from tui.view.columns import COLUMNS, Cell, look
from tui.view.table.fitting import Extent, Slot, fit
from tui.view.terminal.strokes import OFF, at, move, switch

CHROME = 7
"""Lines of perptop's pane that are no rows."""
BACKGROUND = "48;2;18;18;18"
COLORS = {
    "gain": "138;212;161",
    "loss": "212;138;138",
    "warn": "255;196;110",
    "alarm": "212;138;138",
    "dim": "160;160;160",
}
LIVE = ("mark_price", "liquidation_distance", "unrealized_pnl", "roe")
"""The figures that move with the mark price."""


def style(tone: str) -> str:
    """The parameters of SGR."""
    return f"38;2;{COLORS.get(tone, '224;224;224')};{BACKGROUND}"


class Pane:
    """Rows in a terminal."""

    def __init__(self, market: Market, plan: Plan) -> None:
        self._book = market.book
        self.keys = market.keys[: plan.height - CHROME]
        rows = {key: self._cells(key, COLUMNS) for key in self.keys}
        extents = {column.name: Extent() for column in COLUMNS}
        for cells in rows.values():
            for column, cell in zip(COLUMNS, cells, strict=True):
                extents[column.name] = extents[column.name].over(cell.text)
        slots = fit(COLUMNS, extents, {column.name: column.label for column in COLUMNS}, plan.width - 2)
        self._live = [slot for slot in slots if slot.column.name in LIVE]
        self._columns = [slot.column for slot in self._live]
        self._shown: dict[Key, list[tuple[str, str]]] = {}
        parts: list[str] = []
        for y, key in enumerate(self.keys):
            by_name = {column.name: cell for column, cell in zip(COLUMNS, rows[key], strict=True)}
            for slot in slots:
                cell = by_name[slot.column.name]
                parts.append(f"{at(y, slot.x)}\x1b[{style(cell.tone)}m{''.join(slot.draw(cell))}{OFF}")
            self._shown[key] = [
                (text(slot, by_name[slot.column.name]), by_name[slot.column.name].tone) for slot in self._live
            ]
        self.first = "\x1b[?1049h\x1b[?25l\x1b[?7l" + "".join(parts)

    def _cells(self, key: Key, columns: Sequence[object]) -> list[Cell]:
        row = look(self._book, self._book.positions[key], NOW_MS)
        return [column.show(row, False) for column in columns]  # type: ignore[attr-defined]

    def frame(self) -> str:
        """The bytes of a tick."""
        parts: list[str] = []
        changed = self._book.take_changed()
        pen, place = "", (-1, -1)
        for y, key in enumerate(self.keys):
            if key not in changed:
                continue
            shown = self._shown[key]
            for number, cell in enumerate(self._cells(key, self._columns)):
                slot = self._live[number]
                new = text(slot, cell)
                old, tone = shown[number]
                if new == old and tone == cell.tone:
                    continue
                shown[number] = new, cell.tone
                for start, end in spans(old, new, tone == cell.tone):
                    x = slot.x + start
                    parts.append(move(*place, y, x) if place[0] >= 0 else at(y, x))
                    wanted = style(cell.tone)
                    if wanted != pen:
                        parts.append(switch(pen, wanted))
                        pen = wanted
                    parts.append(new[start:end])
                    place = y, slot.x + end
        return "".join(parts) + OFF if parts else ""


def text(slot: Slot, cell: Cell) -> str:
    """A cell at its place."""
    return "".join(slot.draw(cell))


def spans(old: str, new: str, is_same_tone: bool) -> list[tuple[int, int]]:
    """Where two texts differ, joined over gaps that a move would not beat."""
    if not is_same_tone or len(old) != len(new):
        return [(0, len(new))]
    found: list[tuple[int, int]] = []
    for place, (one, other) in enumerate(zip(old, new, strict=True)):
        if one != other:
            if found and place - found[-1][1] <= 4:
                found[-1] = found[-1][0], place + 1
            else:
                found.append((place, place + 1))
    return found


def run(notes: Notes) -> None:
    """Run it."""
    plan = notes.plan
    market = notes.build()
    pane = Pane(market, plan)
    keys = market.keys[: plan.height] if plan.is_in_sight_only else market.keys
    os.write(1, pane.first.encode())
    market.book.take_changed()
    time.sleep(plan.warm_up)
    os.write(1, BEGIN.encode())
    notes.begin()
    start = time.perf_counter()
    for number in range(plan.ticks):
        time.sleep(max(0.0, start + number / plan.hz - time.perf_counter()))
        notes.move(lambda: market.move(keys))
        frame = pane.frame()
        notes.displayed()
        notes.wrote(frame)
        os.write(1, frame.encode())
    time.sleep(1 / plan.hz)
    notes.end()
    os.write(1, END.encode())
    notes.save()


if __name__ == "__main__":
    run(Notes(Plan()))
