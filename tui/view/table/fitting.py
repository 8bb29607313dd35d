"""Which columns fit into a width, and where each stands. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui.view.columns import BAR_WIDTH, Align, Cell, Column
from tui.view.formats import MINUS
from tui.view.terminal.glyphs import width_of

Shape = tuple[int, int, int]
"""Characters of a figure, and where its point and its unit stand; -1 where there is none."""
WIDEST_GAP = 3
ESSENTIAL = 7
"""Columns of a higher rank come only when all up to this one have found room."""


def before_point(text: str) -> str:
    """What stands before the decimal point, or before the unit of a whole number."""
    return text.partition(".")[0].partition(" ")[0]


class Extent(NamedTuple):
    """The widest text of a column so far, in cells."""

    text: int = 0
    whole: int = 0
    """Before the decimal point."""
    part: int = 0
    """From the decimal point on."""

    def over(self, text: str) -> "Extent":
        """The extent that holds this text as well."""
        length = width_of(text)
        start = width_of(before_point(text))
        return Extent(max(self.text, length), max(self.whole, start), max(self.part, length - start))


def shape_of(cell: Cell) -> Shape | None:
    """The shape of a figure: those of one shape take the same room. None for what has to be measured."""
    text = cell.text
    if cell.brief or not (text.isascii() or (text[0] == MINUS and text[1:].isascii())):
        return None
    return len(text), text.find("."), text.find(" ")


class Slot(NamedTuple):
    """A column's place."""

    column: Column
    x: int
    width: int
    part: int
    """Cells kept for the decimal part; 0 when points are not aligned."""
    has_bar: bool

    @property
    def end(self) -> int:
        """The first cell behind it."""
        return self.x + self.width

    def place(self, text: str) -> str:
        """The text at its place, filled up to the width of the column without its bar."""
        width = self.width - (BAR_WIDTH + 1 if self.has_bar else 0)
        if self.column.align is Align.LEFT:
            return text + " " * (width - width_of(text))
        length = width_of(text)
        behind = max(0, self.part - length + width_of(before_point(text))) if self.part else 0
        return f"{' ' * (width - length - behind)}{text}{' ' * behind}"

    def bar(self, cell: Cell) -> str:
        """The bar with the space before it."""
        return f" {cell.bar:<{BAR_WIDTH}}" if self.has_bar else ""

    def draw(self, cell: Cell) -> tuple[str, str]:
        """The text at its place, and the bar."""
        bar = self.bar(cell)
        is_short = bool(cell.brief) and width_of(cell.text) > self.width - len(bar)
        return self.place(cell.brief if is_short else cell.text), bar


class _Plan(NamedTuple):
    has_bars: bool
    is_pointed: bool
    has_least: bool = True
    """Whether room is kept for what a row says when it goes stale."""


def fit(
    columns: Sequence[Column], extents: Mapping[str, Extent], labels: Mapping[str, str], width: int
) -> list[Slot]:
    """Choose columns by rank and give each its place; nothing is ever cut.

    Args:
        columns: all columns, in screen order.
        extents: the widest text of each column by name.
        labels: the heads, with the sign of the sort where it stands.
        width: cells from the first column to the edge.
    """

    def needed(column: Column, plan: _Plan) -> int:
        return _width(column, extents.get(column.name, Extent()), labels[column.name], plan)

    bare = _Plan(False, False, False)
    wanted = [one for one in columns if not one.is_optional or extents.get(one.name, Extent()).text]
    widths = [needed(column, bare) for column in wanted]
    gap = 2 if width > 44 else 1
    kept = _chosen(wanted, widths, width, gap)
    if any(
        one.is_optional for one in wanted
    ):  # of several books: rather dense than without an essential column
        dense = _chosen(wanted, widths, width, 1)
        if _essentials(dense) > _essentials(kept):
            kept, gap = dense, 1
    for plan in (_Plan(True, True), _Plan(True, False), _Plan(False, True), _Plan(False, False), bare):
        room = width - sum(needed(column, plan) for column in kept)
        if room >= gap * (len(kept) - 1) or plan is bare:
            break
    gap = min(WIDEST_GAP, max(gap, room // max(1, len(kept))))
    return _placed(kept, extents, [needed(column, plan) for column in kept], plan, gap)


def _chosen(wanted: Sequence[Column], widths: Sequence[int], width: int, gap: int) -> list[Column]:
    """The columns that fit, by rank, in screen order; after an essential one that does not, no lesser one comes."""
    kept: set[str] = set()
    room = width + gap
    is_missing = False
    for column, needed in sorted(zip(wanted, widths, strict=True), key=lambda one: one[0].rank):
        if needed + gap <= room:
            kept.add(column.name)
            room -= needed + gap
        elif column.rank <= ESSENTIAL:
            is_missing = True
        if is_missing and column.rank == ESSENTIAL:
            break
    return [column for column in wanted if column.name in kept]


def _essentials(columns: Sequence[Column]) -> int:
    return sum(column.rank <= ESSENTIAL for column in columns)


def _width(column: Column, extent: Extent, label: str, plan: _Plan) -> int:
    text = extent.whole + extent.part if plan.is_pointed and column.align is Align.POINT else extent.text
    bar = BAR_WIDTH + 1 if plan.has_bars and column.has_bar else 0
    return max(text + bar, width_of(label), column.least if plan.has_least else 0)


def _placed(
    columns: Sequence[Column], extents: Mapping[str, Extent], widths: Sequence[int], plan: _Plan, gap: int
) -> list[Slot]:
    slots: list[Slot] = []
    x = 0
    for column, width in zip(columns, widths, strict=True):
        part = extents.get(column.name, Extent()).part
        is_pointed = plan.is_pointed and column.align is Align.POINT
        slots.append(Slot(column, x, width, part if is_pointed else 0, plan.has_bars and column.has_bar))
        x += width + gap
    return slots
