"""Which columns fit, and where they stand."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.view.hand import MANY, NOW, HandSource
from tui.view.columns import COLUMNS, Cell, look
from tui.view.table.fitting import Extent, Slot, fit

LABELS = {column.name: column.label for column in COLUMNS}
ALWAYS_AT_80 = [
    "symbol",
    "position_side",
    "position_amount",
    "mark_price",
    "liquidation_distance",
    "unrealized_pnl",
    "roe",
]


def cells() -> dict[str, list[Cell]]:
    """The cells of every kind of row, by column."""
    source = HandSource(*MANY)
    rows = [look(source.book, row, NOW) for row in MANY]
    return {column.name: [column.show(row, False) for row in rows] for column in COLUMNS}


def extents(shown: dict[str, list[Cell]]) -> dict[str, Extent]:
    """The extents of these cells."""
    made = {}
    for name, column in shown.items():
        extent = Extent()
        for cell in column:
            extent = extent.over(cell.text)
        made[name] = extent
    return made


@given(st.integers(min_value=12, max_value=300))
def test_nothing_is_cut_at_any_width(width: int) -> None:
    """At every width each shown figure stands whole between its neighbours, inside the pane."""
    shown = cells()
    slots = fit(COLUMNS, extents(shown), LABELS, width)

    assert all(before.end < after.x for before, after in itertools.pairwise(slots))
    assert not slots or slots[-1].end <= width
    for slot in slots:
        drawn = [sum(map(cell_len, slot.draw(cell))) for cell in shown[slot.column.name]]
        assert drawn == [slot.width] * len(drawn)


def test_columns_leave_by_rank() -> None:
    """At 78 cells the columns of the narrow layout remain, in their order."""
    slots = fit(COLUMNS, extents(cells()), LABELS, 78)

    assert [slot.column.name for slot in slots if slot.column.rank <= 7] == ALWAYS_AT_80


def test_everything_fits_into_a_wide_pane() -> None:
    """At 158 cells every column of one book has room."""
    slots = fit(COLUMNS, extents(cells()), LABELS, 158)

    assert [slot.column.name for slot in slots] == [
        column.name for column in COLUMNS if not column.is_optional
    ]


def test_lesser_columns_wait_for_the_essential_ones() -> None:
    """A small column of a high rank does not slip in where an essential one found no room."""
    slots = fit(COLUMNS, extents(cells()), LABELS, 57)

    assert max(slot.column.rank for slot in slots) <= 7


def test_decimal_points_stand_under_each_other() -> None:
    """Where there is room, points are aligned and unknowns stand where the whole part ends."""
    column = next(column for column in COLUMNS if column.name == "mark_price")
    slot = Slot(column, 0, 12, 5, False)

    assert [slot.place(text) for text in ("61,880.00", "0.1982", "—")] == [
        " 61,880.00  ",
        "      0.1982",
        "      —     ",
    ]


def test_chinese_symbols_count_two_cells() -> None:
    """Widths are cells, not characters."""
    assert Extent().over("币安人生USDT").text == 12
