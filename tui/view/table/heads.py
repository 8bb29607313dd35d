"""The heads of the columns, with the marks of the sort. Pure functions."""

from tui.view.columns import COLUMNS
from tui.view.table.ordering import Sort

LABELS = {column.name: column.label for column in COLUMNS}
NO_LABELS = dict.fromkeys(LABELS, "")


def label_choices(sort: Sort, is_outdated: bool) -> list[dict[str, str]]:
    """Labels by the name of the column, the best first: with and without the second mark, which may take no room."""
    star = "*" if is_outdated else " "
    labels = {**LABELS, sort.column.name: f"{sort.column.label} {sort.arrow}{star}"}
    if sort.second is None:
        return [labels]
    return [{**labels, sort.second.name: f"{sort.second.label} {sort.mark(sort.second)}"}, labels]
