"""Rows that are nearly equal keep their places, and no order is wrong by more than that."""

from decimal import Decimal
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.view.hand import key
from tui.book.position import Key
from tui.view.columns import BY_NAME, Value
from tui.view.table.calm import calmed, is_beyond, is_lively, leads, leads_in_groups
from tui.view.table.ordering import ordered

KEYS = [key(f"COIN{number:02}") for number in range(12)]
NEAR = st.one_of(
    st.none(),
    st.decimals(min_value=-3, max_value=3, places=2),  # many are equal, or near each other, or around zero
    st.decimals(min_value=95, max_value=105, places=1),
    st.decimals(allow_nan=False, allow_infinity=False),
)
Figures = dict[Key, Value | None]


@st.composite
def pictures(draw: st.DrawFn) -> tuple[list[Key], Figures, Figures, bool]:
    """An order so far, which other rows had; first and second figures now; the direction."""
    rows = draw(st.lists(st.sampled_from(KEYS), unique=True))
    order = draw(st.permutations(draw(st.lists(st.sampled_from(KEYS), unique=True))))
    values: Figures = {row: draw(NEAR) for row in rows}
    sides: Figures = {row: draw(st.sampled_from(["LONG", "SHORT"])) for row in rows}
    return list(order), values, sides, draw(st.booleans())


def is_wrong(above: Value | None, below: Value | None, is_descending: bool) -> bool:
    """Whether two rows stand the wrong way round by more than the band."""
    if above is None or below is None:
        return above is None and below is not None
    better, worse = (float(above), float(below)) if is_descending else (float(below), float(above))
    return better < worse and is_beyond(better, worse)


@given(pictures())
def test_no_pair_is_wrong_beyond_the_band(picture: tuple[list[Key], Figures, Figures, bool]) -> None:
    """Whatever the order before, of every two rows the better one stands above unless they are nearly equal."""
    order, values, _, is_descending = picture
    best = ordered(values, is_descending)
    calm = calmed(order, best, leads(best, values))

    assert sorted(calm) == sorted(values)
    assert not any(is_wrong(values[a], values[b], is_descending) for a, b in combinations(calm, 2))


@given(pictures())
def test_what_is_not_wrong_stays(picture: tuple[list[Key], Figures, Figures, bool]) -> None:
    """An order in which no pair is wrong beyond the band is left alone; so the calm order of a calm one is the same."""
    order, values, _, is_descending = picture
    best = ordered(values, is_descending)
    calm = calmed(order, best, leads(best, values))

    assert calmed(calm, best, leads(best, values)) == calm


@given(pictures())
def test_neighbours_swap_only_where_something_is_wrong(
    picture: tuple[list[Key], Figures, Figures, bool],
) -> None:
    """If only neighbours differ from the exact order, those swap back that are wrong beyond the band and no others."""
    _, values, _, is_descending = picture
    best = ordered(values, is_descending)
    order = [row for pair in zip(best[1::2], best[::2], strict=False) for row in pair]
    order += best[len(order) :]
    calm = calmed(order, best, leads(best, values))
    for above, below in pairwise(order):
        if best.index(above) == best.index(below) + 1 and order.index(above) % 2 == 0:
            is_swapped = calm.index(below) < calm.index(above)
            assert is_swapped == is_wrong(values[above], values[below], is_descending)


@given(pictures())
def test_second_figures_never_pass_a_first(picture: tuple[list[Key], Figures, Figures, bool]) -> None:
    """With an exact first column rows of different first values never mix; within one the band holds."""
    order, values, sides, is_descending = picture
    best = ordered(sides, False, ordered(values, is_descending))
    calm = calmed(order, best, leads_in_groups(best, sides, values))

    assert [sides[row] for row in calm] == sorted(str(side) for side in sides.values())
    for a, b in combinations(calm, 2):
        assert sides[a] != sides[b] or not is_wrong(values[a], values[b], is_descending)


def test_new_rows_stand_where_they_belong() -> None:
    """A row that was not there before comes at its exact place, not at the end of its equals."""
    a, b, c = KEYS[:3]
    values: Figures = {a: Decimal("1.001"), b: Decimal("1.000"), c: Decimal("1.002")}
    best = ordered(values, True)

    assert calmed([b, a], best, leads(best, values)) == [c, b, a]


def test_live_figures_are_calm_and_facts_exact() -> None:
    """What moves with the mark price has a band; symbol, size, entry, leverage have none."""
    lively = {name for name, column in BY_NAME.items() if is_lively(column)}

    assert {"unrealized_pnl", "roe", "mark_price", "liquidation_distance", "funding_rate"} <= lively
    assert not {"symbol", "book", "position_side", "position_amount", "entry_price", "leverage"} & lively
