"""Which columns a person wants, and in what order. Pure functions."""

from collections.abc import Sequence

from tui.view.columns import BY_NAME, COLUMNS, Column

SYMBOL = BY_NAME["symbol"]
"""Always shown: a row without it says nothing."""


def arranged(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these names in their order, Symbol first if it is not named; none: all, as they come."""
    known = [BY_NAME[name] for name in dict.fromkeys(names) if name in BY_NAME]
    if not known:
        return COLUMNS
    return tuple(known) if SYMBOL in known else (SYMBOL, *known)


def with_hidden(columns: Sequence[Column]) -> list[Column]:
    """Every column: a hidden one stands behind the one that it follows as they come."""
    shown = list(columns)
    for place, column in enumerate(COLUMNS):
        if column not in shown:
            shown.insert(shown.index(COLUMNS[place - 1]) + 1 if place else 0, column)
    return shown
