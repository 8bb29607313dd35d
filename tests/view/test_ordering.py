"""Sorting, holding still, neighbours."""

from decimal import Decimal

import pytest

from tests.view.hand import key
from tui.book.position import Key
from tui.view.columns import BY_NAME, COLUMNS
from tui.view.table.ordering import RISK, Sort, beside, chosen, held, neighbour, ordered, parse_sort

A, B, C, D = (key(symbol) for symbol in "ABCD")


@pytest.mark.parametrize(("is_descending", "order"), [(False, [B, A, C, D]), (True, [A, B, C, D])])
def test_unknown_sorts_last_in_both_directions(is_descending: bool, order: list[object]) -> None:
    """What has no value stands at the end whichever way the rest is sorted."""
    values = {A: Decimal(2), B: Decimal(1), C: None, D: None}

    assert ordered(values, is_descending) == order


@pytest.mark.parametrize("is_descending", [False, True])
def test_ties_keep_the_order_of_keys(is_descending: bool) -> None:
    """Equal values never change places: hedge pairs stay together."""
    pair = key("ETHUSDT", "LONG"), key("ETHUSDT", "SHORT")

    assert ordered(dict.fromkeys(reversed(pair), "ETHUSDT"), is_descending) == list(pair)


def test_held_order_takes_news_at_the_end() -> None:
    """While the order is held, rows that went leave no trace and new ones come last."""
    assert held([C, A, B], [A, B, D]) == [A, B, D]


@pytest.mark.parametrize(("place", "left", "expected"), [(1, {A, C}, C), (2, {A, B}, B), (0, set(), None)])
def test_neighbour_takes_the_cursor(place: int, left: set[Key], expected: Key | None) -> None:
    """The cursor of a row that went goes to the next one down, at the end to the last one."""
    assert neighbour([A, B, C], place, left) == expected


def test_same_column_again_turns_round() -> None:
    """Choosing the sorted column again reverses it; another begins in its own direction."""
    pnl = BY_NAME["unrealized_pnl"]

    assert [chosen(Sort(pnl, True), pnl), chosen(Sort(pnl, False), pnl)] == [
        Sort(pnl, False),
        Sort(pnl, True),
    ]


def test_sort_before_orders_what_is_equal() -> None:
    """Choosing another column keeps the one before it as the second; turning round changes nothing of that."""
    pnl, roe = BY_NAME["unrealized_pnl"], BY_NAME["roe"]
    by_pnl = chosen(RISK, pnl)
    by_roe = chosen(by_pnl.reversed(), roe)

    assert by_pnl == Sort(pnl, True, RISK.column, False)
    assert by_pnl.reversed() == Sort(pnl, False, RISK.column, False)
    assert by_roe == Sort(roe, True, pnl, False)
    assert [by_roe.mark(column) for column in (roe, pnl, RISK.column)] == ["▼", "▵", ""]


def test_second_key_orders_equal_rows_only() -> None:
    """Rows with equal first values stand by the second one, unknown last; the symbol decides only after that."""
    first = {A: Decimal(1), B: Decimal(1), C: Decimal(2), D: Decimal(1)}
    second = {A: Decimal(1), B: Decimal(5), C: Decimal(9), D: None}

    assert ordered(first, False, ordered(second, True)) == [B, A, D, C]


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("roe", Sort(BY_NAME["roe"], True)),
        ("-roe", Sort(BY_NAME["roe"], False)),
        ("liquidation_distance", RISK),
        ("nonsense", RISK),
        ("book,-liquidation_distance", Sort(BY_NAME["book"], False, RISK.column, True)),
        ("-roe, unrealized_pnl", Sort(BY_NAME["roe"], False, BY_NAME["unrealized_pnl"], True)),
        ("roe,nonsense", Sort(BY_NAME["roe"], True)),
    ],
)
def test_setting_names_the_sort(text: str, sort: Sort) -> None:
    """The setting is a column's name; a minus turns it round, a comma names a second one; unknown means worst first."""
    assert parse_sort(text) == sort


def test_beside_goes_around_the_shown_columns() -> None:
    """`>` on the last column goes to the first that is shown."""
    shown = ["symbol", "unrealized_pnl", "liquidation_distance"]

    assert [beside(RISK, shown, step).column.name for step in (1, -1)] == ["symbol", "unrealized_pnl"]


def test_letters_are_unique_and_in_their_labels() -> None:
    """Every column has a sort letter of its own, which its label contains; `s` is kept for sorting anew."""
    letters = [column.letter for column in COLUMNS]

    assert len(set(letters)) == len(letters)
    assert "s" not in letters
    assert all(column.letter in column.label.lower() for column in COLUMNS)
