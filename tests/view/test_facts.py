"""Figures that are not formatted anew are those that would be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style
from textual.widget import Widget

from tests.view.hand import NOW, HandSource, key, position
from tui.book.position import Key
from tui.view.columns import COLUMNS, Cell, look
from tui.view.table.drawn_rows import DrawnRows
from tui.view.table.fitting import Extent, shape_of
from tui.view.table.flashes import Flashes
from tui.view.table.heads import LABELS
from tui.view.terminal.lines import TONES, Tones
from tui.view.terminal.straight import StraightStrip

amounts = st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=3))
CHANGES = {
    **dict.fromkeys(
        ("mark_price", "unrealized_pnl", "notional", "liquidation_price", "entry_price", "break_even_price"),
        amounts,
    ),
    **dict.fromkeys(("initial_margin", "position_initial_margin", "leverage", "funding_rate"), amounts),
    "position_amount": st.sampled_from([Decimal(1), Decimal("-2.5"), Decimal(0)]),
    "leverage_is_derived": st.booleans(),
    "margin_type": st.sampled_from([None, "CROSS", "ISOLATED"]),
    "margin_asset": st.sampled_from(["USDT", "BTC", None]),
    "is_inverse": st.booleans(),
    "adl_quantile": st.one_of(st.none(), st.integers(0, 4)),
    "mark_time_ms": st.sampled_from([NOW, NOW - 6_000, None]),
    "confirmed_ms": st.sampled_from([NOW, NOW - 30_000]),
    "snapshot_ms": st.sampled_from([NOW, NOW - 30_000, None]),
    "next_funding_time_ms": st.sampled_from([None, NOW + 60_000, NOW + 9_000_000]),
}
changes = st.lists(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.tuples(st.just(name), CHANGES[name])),
    max_size=12,
)


class PlainTones(Tones):
    """A style for each tone, without a screen."""

    def __getitem__(self, tone: str) -> Style:
        return Style(color=f"color({TONES.index(tone)})")


def look_of(rows: DrawnRows, one: Key) -> tuple[str, list[str]]:
    """The line of a row, character by character with its style."""
    strip = rows.strip(one, 160, None)
    assert isinstance(strip, StraightStrip)
    return strip.line, strip.pattern.codes(ColorSystem.EIGHT_BIT)


@given(changes, st.sampled_from(["usdm", "coinm", "pm"]), st.booleans(), st.booleans())
def test_cells_are_those_of_the_row(
    steps: list[tuple[str, object]], book: str, is_private: bool, is_brief: bool
) -> None:
    """Whatever changes of a row, each cell is what its column makes of it, and its line is that of its cells."""
    source = HandSource()
    one = key("A", book=book)
    source.hand.put(position("A", book=book))
    rows = DrawnRows(PlainTones(Widget()), Flashes(is_on=False))
    for name, value in steps:
        source.hand.change(one, **{name: value})
        row = look(source.book, source.hand.positions[one], NOW, is_brief=is_brief)
        rows.is_private = is_private
        rows.take(one, row)

        assert rows.cells(one) == [column.show(row, is_private) for column in COLUMNS]
        rows.fit([LABELS], 158)
        drawn = look_of(rows, one)
        rows._rows[one].slots = ()
        rows.redraw(one)
        assert look_of(rows, one) == drawn
        assert len(drawn[0]) == len(drawn[1])


TEXTS = st.text("0123456789.,+−—% 币", max_size=8)


@given(TEXTS, TEXTS)
def test_figures_of_one_shape_need_the_same_room(one: str, other: str) -> None:
    """What is not measured again because of its shape would measure the same."""
    shapes = shape_of(Cell(one)), shape_of(Cell(other))
    if shapes[0] is not None and shapes[0] == shapes[1]:
        assert Extent().over(one) == Extent().over(other)


@pytest.mark.parametrize(("old", "new"), [("1.25", "9.75"), ("+1.5", "−2.5"), ("0.10 BTC", "0.20 BTC")])
def test_usual_figures_are_not_measured_again(old: str, new: str) -> None:
    """A figure that only changes its digits or its sign has the shape that it had."""
    assert shape_of(Cell(old)) == shape_of(Cell(new)) is not None
