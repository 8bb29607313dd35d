"""Which rows are shown, and when they may move."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.view.hand import MANY, HandSource, key, position
from tui.view.columns import BY_NAME
from tui.view.table.listing import HOLD_MS, SETTLE_MS, Listing
from tui.view.table.ordering import Sort, parse_sort

PNL = Sort(BY_NAME["unrealized_pnl"], True)
A, B, C = (key(symbol) for symbol in "ABC")


@pytest.fixture
def source() -> HandSource:
    """Three rows with PNL 3, 2 and 1."""
    return HandSource(*(position(symbol, unrealized_pnl=Decimal(3 - n)) for n, symbol in enumerate("ABC")))


@pytest.fixture
def listing(source: HandSource) -> Listing:
    """These rows sorted by PNL."""
    listing = Listing({"BTC": "btc"}, PNL)
    refresh(listing, source)
    return listing


def refresh(listing: Listing, source: HandSource) -> None:
    """One paint tick."""
    listing.update(source.book, source.book.take_changed(), source.now)


def overtake(source: HandSource) -> None:
    """Let the last row become the best."""
    source.hand.change(C, unrealized_pnl=Decimal(9))


def test_rows_move_with_their_values(source: HandSource, listing: Listing) -> None:
    """Nothing holds the order: it follows."""
    overtake(source)
    refresh(listing, source)

    assert listing.order == [C, A, B]


def test_order_is_held_while_the_cursor_moves(source: HandSource, listing: Listing) -> None:
    """After the cursor moved, rows stand still and the order is called outdated."""
    listing.hold(source.now)
    overtake(source)
    refresh(listing, source)

    assert (listing.order, listing.is_outdated) == ([A, B, C], True)


def test_order_is_let_go_after_a_while(source: HandSource, listing: Listing) -> None:
    """Three seconds after the last move the rows are sorted again, without any new data."""
    listing.hold(source.now)
    overtake(source)
    refresh(listing, source)
    source.now += HOLD_MS
    refresh(listing, source)

    assert (listing.order, listing.is_outdated) == ([C, A, B], False)


def test_freeze_holds_until_sorted_anew(source: HandSource, listing: Listing) -> None:
    """A frozen order lasts; asking to sort anew sorts once and stays frozen."""
    listing.toggle_freeze()
    overtake(source)
    source.now += 10 * HOLD_MS
    refresh(listing, source)
    frozen = listing.order
    listing.resort()
    refresh(listing, source)

    assert (frozen, listing.order, listing.is_frozen) == ([A, B, C], [C, A, B], True)


def test_new_sort_goes_through_a_hold(source: HandSource, listing: Listing) -> None:
    """Choosing a sort is meant, whatever holds the order."""
    listing.hold(source.now)
    listing.set_sort(PNL.reversed())
    refresh(listing, source)

    assert listing.order == [C, B, A]


def test_order_is_the_same_object_while_nothing_moves(source: HandSource, listing: Listing) -> None:
    """A change that moves no row makes no new order: the table has nothing to do."""
    before = listing.order
    source.hand.change(A, unrealized_pnl=Decimal("3.01"))
    refresh(listing, source)

    assert listing.order is before


def test_stale_row_stays_where_it_is(source: HandSource, listing: Listing) -> None:
    """A silent feed moves no row: the worst one must not sink out of sight."""
    source.now += 60_000
    source.hand._changed.update(source.book.positions)
    refresh(listing, source)

    assert listing.order == [A, B, C]


def test_preset_and_filter_hold_together() -> None:
    """A row has to match the preset and what is typed."""
    source = HandSource(*MANY)
    listing = Listing({"BTC": "btc"})
    listing.choose(3)
    listing.set_filter("eth")
    refresh(listing, source)

    assert listing.order == [key("ETHUSDT", "SHORT")]


def test_presets_go_around() -> None:
    """All, those of the settings, Longs, Shorts; before the first comes the last."""
    listing = Listing({"BTC": "btc"})
    listing.choose(listing.preset - 1)

    assert [preset.name for preset in listing.presets] == ["All", "BTC", "Longs", "Shorts"]
    assert listing.presets[listing.preset].name == "Shorts"


def test_zero_rows_are_hidden_until_wanted() -> None:
    """A row of open orders alone is no position."""
    source = HandSource(*MANY)
    listing = Listing({})
    refresh(listing, source)
    hidden = key("DOGEUSDT", "BOTH") in listing.order
    listing.toggle_zero_rows()
    refresh(listing, source)

    assert (hidden, key("DOGEUSDT", "BOTH") in listing.order) == (False, True)


def test_closed_position_leaves_the_list(source: HandSource, listing: Listing) -> None:
    """A row that went is gone at the next tick, held order or not."""
    listing.hold(source.now)
    source.hand.drop(B)
    refresh(listing, source)

    assert listing.order == [A, C]


def test_filled_row_waits_for_its_snapshot_where_it_is() -> None:
    """A fill takes the liquidation price away until a snapshot: the row does not sink to the unknown ones."""
    source = HandSource(
        *(position(symbol, liquidation_price=Decimal(80 - n)) for n, symbol in enumerate("ABC"))
    )
    listing = Listing({})
    refresh(listing, source)
    source.hand.change(A, liquidation_price=None, snapshot_ms=None)
    refresh(listing, source)
    filled = listing.order
    source.hand.change(A, snapshot_ms=source.now)
    refresh(listing, source)

    assert (filled, listing.order) == ([A, B, C], [B, C, A])


def test_value_of_one_column_never_sorts_another() -> None:
    """What is kept of a filled row belongs to the column that it was sorted by."""
    source = HandSource(position("A", snapshot_ms=None), position("B"))
    listing = Listing({}, Sort(BY_NAME["symbol"], False))
    refresh(listing, source)
    source.hand.change(A, liquidation_price=None)
    listing.set_sort(Sort(BY_NAME["liquidation_distance"], False))
    refresh(listing, source)

    assert listing.order == [B, A]


def test_trifles_swap_no_rows_until_they_have_stood(source: HandSource, listing: Listing) -> None:
    """A row ahead by less than the band waits, unmarked; after ten seconds the order is exact, without any new data."""
    source.hand.change(B, unrealized_pnl=Decimal("3.01"))
    refresh(listing, source)
    during = listing.order, listing.is_outdated
    source.now += SETTLE_MS - 1
    refresh(listing, source)
    waiting = listing.order
    source.now += 1
    refresh(listing, source)

    assert during == ([A, B, C], False)
    assert waiting == [A, B, C]
    assert (listing.order, listing.is_outdated) == ([B, A, C], False)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(95, 105), st.integers(0, SETTLE_MS)), max_size=30)
)
def test_order_becomes_exact_when_values_rest(changes: list[tuple[str, int, int]]) -> None:
    """Whatever has happened, ten seconds after the last change every row stands where its value puts it."""
    source = HandSource(*(position(symbol, unrealized_pnl=Decimal(100)) for symbol in "ABC"))
    listing = Listing({}, PNL)
    refresh(listing, source)
    for symbol, pnl, wait_ms in changes:
        source.hand.change(key(symbol), unrealized_pnl=Decimal(pnl))
        refresh(listing, source)
        source.now += wait_ms
    source.now += SETTLE_MS
    refresh(listing, source)
    pnls = [source.book.positions[one].unrealized_pnl for one in listing.order]

    assert pnls == sorted((pnl for pnl in pnls if pnl is not None), reverse=True)
    assert not listing.is_outdated


def test_more_than_a_trifle_swaps_at_once(source: HandSource, listing: Listing) -> None:
    """A row ahead by more than the band goes up at the next tick."""
    source.hand.change(B, unrealized_pnl=Decimal("3.04"))
    refresh(listing, source)

    assert listing.order == [B, A, C]


def test_facts_are_sorted_exactly() -> None:
    """What was agreed does not flicker: the smallest difference of a size counts at once."""
    source = HandSource(position("A", amount="2.001"), position("B", amount="2"))
    listing = Listing({}, Sort(BY_NAME["position_amount"], True))
    refresh(listing, source)
    source.hand.change(B, position_amount=Decimal("2.002"))
    refresh(listing, source)

    assert listing.order == [B, A]


def test_second_column_is_calm_within_an_exact_first() -> None:
    """By side, then by PNL: a trifle of PNL swaps nothing, more does, and never over the border of a side."""
    shorts = [position(symbol, "SHORT", "-2", unrealized_pnl=Decimal(9)) for symbol in "AB"]
    source = HandSource(
        position("C", unrealized_pnl=Decimal(3)), position("D", unrealized_pnl=Decimal(2)), *shorts
    )
    listing = Listing({}, parse_sort("position_side,unrealized_pnl"))
    refresh(listing, source)
    orders = []
    for pnl in ("3.01", "3.5", "99"):
        source.hand.change(key("D"), unrealized_pnl=Decimal(pnl))
        refresh(listing, source)
        orders.append("".join(one.symbol for one in listing.order))

    assert orders == ["CDAB", "DCAB", "DCAB"]
