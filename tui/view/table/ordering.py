"""The order of rows: sorting with unknowns last, and neighbours. Pure functions."""

from collections.abc import Container, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from tui.book.position import Key
from tui.view.columns import BY_NAME, COLUMNS, Column, Value

BY_SYMBOL = itemgetter(2, 1, 0, 3)
"""Symbol, book, account, side of a key."""


class Sort(NamedTuple):
    """What the rows are sorted by: a column and, where its figures are equal, perhaps a second one."""

    column: Column
    is_descending: bool
    second: Column | None = None
    """Orders rows whose first figures are equal; None: the symbol does."""
    is_second_descending: bool = False

    @property
    def arrow(self) -> str:
        """The direction as a sign."""
        return "▼" if self.is_descending else "▲"

    def mark(self, column: Column) -> str:
        """The sign at a column's head, smaller at the second one; empty where the column does not sort."""
        if column is self.column:
            return self.arrow
        if column is self.second:
            return "▿" if self.is_second_descending else "▵"
        return ""

    def reversed(self) -> "Sort":
        """The other direction."""
        return self._replace(is_descending=not self.is_descending)

    def behind(self, before: "Sort") -> "Sort":
        """The same with the sort before it for rows that are equal."""
        if self.column is before.column:
            return self._replace(second=before.second, is_second_descending=before.is_second_descending)
        return self._replace(second=before.column, is_second_descending=before.is_descending)


RISK = Sort(BY_NAME["liquidation_distance"], False)
"""Worst first: the least room to liquidation."""
SORT_KEYS = 2
"""How many columns a sort may name."""


def sort_names(text: str) -> list[str]:
    """The columns that the setting names, each perhaps with a minus in front."""
    return [name.strip() for name in text.split(",")]


def parse_sort(text: str) -> Sort:
    """Read the setting: one or two columns parted by a comma, each with a minus in front for the other direction.

    Unknown names mean RISK.
    """
    sorts = [_natural(name) for name in sort_names(text)[:SORT_KEYS]]
    first, *second = [sort for sort in sorts if sort is not None] or [RISK]
    return first.behind(second[0]) if second else first


def _natural(name: str) -> Sort | None:
    column = BY_NAME.get(name.removeprefix("-"))
    return None if column is None else Sort(column, column.is_descending != name.startswith("-"))


def chosen(current: Sort, column: Column) -> Sort:
    """The sort after choosing a column: its own direction first, the other when it is chosen again.

    What the rows were sorted by before orders those that are equal.
    """
    if column is current.column:
        return current.reversed()
    return Sort(column, column.is_descending).behind(current)


def beside(current: Sort, names: Sequence[str], step: int) -> Sort:
    """The sort by the column that stands `step` columns further, around the end."""
    shown = names or [column.name for column in COLUMNS]
    place = shown.index(current.column.name) + step if current.column.name in shown else 0
    column = BY_NAME[shown[place % len(shown)]]
    return Sort(column, column.is_descending)


def ordered(
    values: Mapping[Key, Value | None], is_descending: bool, ties: Sequence[Key] | None = None
) -> list[Key]:
    """Sort keys by value, unknown last in both directions.

    Args:
        values: what to sort by.
        is_descending: whether the largest comes first.
        ties: the same keys in the order in which equal ones stand; None: by symbol, so that hedge pairs stand together.
    """
    keys = sorted(values, key=BY_SYMBOL) if ties is None else ties
    known = [key for key in keys if values[key] is not None]
    known.sort(key=values.__getitem__, reverse=is_descending)  # type: ignore[arg-type]
    if len(known) == len(keys):
        return known
    return known + [key for key in keys if values[key] is None]


def held(order: Sequence[Key], best: Sequence[Key]) -> list[Key]:
    """The rows of `best` in the order they had; new rows come last."""
    now, before = set(best), set(order)
    return [key for key in order if key in now] + [key for key in best if key not in before]


def neighbour(order: Sequence[Key], place: int, keys: Container[Key]) -> Key | None:
    """The row that takes the cursor of one that went: the next one down, else the next one up."""
    below = next((key for key in order[place:] if key in keys), None)
    return below if below is not None else next((key for key in reversed(order[:place]) if key in keys), None)
