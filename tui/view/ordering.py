"""The order of rows: sorting with unknowns last, and neighbours. Pure functions."""

from collections.abc import Container, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from tui.book.position import Key
from tui.view.columns import BY_NAME, COLUMNS, Column, Value

BY_SYMBOL = itemgetter(2, 1, 0, 3)
"""Symbol, book, account, side of a key."""


class Sort(NamedTuple):
    """What the rows are sorted by."""

    column: Column
    is_descending: bool

    @property
    def arrow(self) -> str:
        """The direction as a sign."""
        return "▼" if self.is_descending else "▲"

    def reversed(self) -> "Sort":
        """The other direction."""
        return Sort(self.column, not self.is_descending)


RISK = Sort(BY_NAME["liquidation_distance"], False)
"""Worst first: the least room to liquidation."""


def parse_sort(text: str) -> Sort:
    """Read the setting: a column's name, with a minus in front for the other direction; unknown names mean RISK."""
    column = BY_NAME.get(text.removeprefix("-"))
    if column is None:
        return RISK
    natural = Sort(column, column.is_descending)
    return natural.reversed() if text.startswith("-") else natural


def chosen(current: Sort, column: Column) -> Sort:
    """The sort after choosing a column: its own direction first, the other when it is chosen again."""
    return current.reversed() if column is current.column else Sort(column, column.is_descending)


def beside(current: Sort, names: Sequence[str], step: int) -> Sort:
    """The sort by the column that stands `step` columns further, around the end."""
    shown = names or [column.name for column in COLUMNS]
    place = shown.index(current.column.name) + step if current.column.name in shown else 0
    column = BY_NAME[shown[place % len(shown)]]
    return Sort(column, column.is_descending)


def ordered(values: Mapping[Key, Value | None], is_descending: bool) -> list[Key]:
    """Sort keys by value: unknown last in both directions, ties by symbol, so that hedge pairs stand together."""
    keys = sorted(values, key=BY_SYMBOL)
    known = [key for key in keys if values[key] is not None]
    known.sort(key=values.__getitem__, reverse=is_descending)  # type: ignore[arg-type]
    return known + [key for key in keys if values[key] is None]


def held(order: Sequence[Key], best: Sequence[Key]) -> list[Key]:
    """The rows of `best` in the order they had; new rows come last."""
    now, before = set(best), set(order)
    return [key for key in order if key in now] + [key for key in best if key not in before]


def neighbour(order: Sequence[Key], place: int, keys: Container[Key]) -> Key | None:
    """The row that takes the cursor of one that went: the next one down, else the next one up."""
    below = next((key for key in order[place:] if key in keys), None)
    return below if below is not None else next((key for key in reversed(order[:place]) if key in keys), None)
