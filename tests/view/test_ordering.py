"""Sorting, holding still, neighbours."""

from decimal import Decimal

import pytest

from tests.view.hand import key
from tui.book.position import Key
from tui.view.columns import BY_NAME, COLUMNS
from tui.view.ordering import RISK, Sort, beside, chosen, held, neighbour, ordered, parse_sort

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

    assert [chosen(RISK, pnl), chosen(Sort(pnl, True), pnl)] == [Sort(pnl, True), Sort(pnl, False)]


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("roe", Sort(BY_NAME["roe"], True)),
        ("-roe", Sort(BY_NAME["roe"], False)),
        ("liquidation_distance", RISK),
        ("nonsense", RISK),
    ],
)
def test_setting_names_the_sort(text: str, sort: Sort) -> None:
    """The setting is a column's name; a minus turns it round; what is unknown means worst first."""
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
