"""The keys: every one is a Binding in a group; help, footer and command palette are made from these.

The `id` of a binding is its name in the settings' table `[keys]`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType

ROWS = Binding.Group("Rows")
SORT = Binding.Group("Sort")
FILTER = Binding.Group("Filter")
SCREEN = Binding.Group("Screen")
WALK = Binding.Group("Positions")
COLUMNS = Binding.Group("Columns")

HELP_KEYS: list[BindingType] = [
    Binding("question_mark,f1", "help", "help", key_display="?", group=SCREEN, tooltip="List every key", id="help"),
]  # fmt: skip

PROGRAM_KEYS: list[BindingType] = [
    Binding("ctrl+p", "command_palette", "palette", key_display="^p", group=SCREEN, priority=True, id="palette",
            tooltip="Find an action by its name; change the theme"),
    Binding("q", "quit", "quit", group=SCREEN, tooltip="Leave", id="quit"),
    # Without an id: whatever the settings say, these leave.
    Binding("ctrl+c", "quit", "quit", show=False, key_display="^c", group=SCREEN, tooltip="Leave"),
    Binding("ctrl+q", "quit", "quit", show=False, key_display="^q", group=SCREEN, tooltip="Leave"),
]  # fmt: skip

POSITIONS_KEYS: list[BindingType] = [
    Binding("slash", "filter", "filter", key_display="/", group=FILTER, tooltip="Filter rows as you type", id="filter"),
    Binding("s", "sort", "sort", group=SORT, tooltip="Sort: then the column's letter", id="sort"),
    Binding("f", "freeze", "freeze", group=SORT, id="freeze",
            tooltip="Hold the order of the rows, or let it go; values go on"),
    Binding("r", "refresh", "refresh", group=SCREEN, tooltip="Ask for a snapshot at once", id="refresh"),
    Binding("enter", "details", "details", key_display="Enter", group=ROWS, tooltip="Every field of the position",
            id="details"),
    Binding("e", "journal", "events", group=SCREEN, tooltip="What happened: fills, funding, connections", id="events"),
    Binding("p", "privacy", "privacy", group=SCREEN, tooltip="Hide money, keep percentages", id="privacy"),
    Binding("x", "zero_rows", "zero rows", group=FILTER, tooltip="Show or hide rows of open orders alone",
            id="zero_rows"),
    Binding("y", "copy_row", "copy", group=ROWS, tooltip="Copy the row, as shown, to the terminal's clipboard",
            id="copy_row"),
    Binding("Y", "copy_table", "copy all", show=False, group=ROWS, tooltip="Copy all rows with a head, parted by tabs",
            id="copy_table"),
    Binding("E", "export", "export", show=False, group=ROWS, tooltip="Write the rows to a file, CSV or JSON",
            id="export"),
    Binding("c", "columns", "columns", group=SCREEN, tooltip="Choose the columns and their order", id="columns"),
    Binding("b", "next_book", "book", show=False, group=FILTER, id="book",
            tooltip="The next book of the account: All, USD-M, COIN-M, Portfolio Margin (PM)"),
    Binding("left_square_bracket", "step_preset(-1)", "preset before", show=False, key_display="[", group=FILTER,
            tooltip="The preset before", id="preset_before"),
    Binding("right_square_bracket", "step_preset(1)", "next preset", show=False, key_display="]", group=FILTER,
            tooltip="The next preset", id="preset_next"),
    *(Binding(str(digit), f"preset({digit})", "preset", show=False, group=FILTER, tooltip="That preset")
      for digit in range(10)),
    Binding("escape", "clear", "clear", show=False, key_display="Esc", group=FILTER, tooltip="Clear the filter",
            id="clear"),
    Binding("less_than_sign", "sort_beside(-1)", "sort to the left", show=False, key_display="<", group=SORT,
            tooltip="Sort by the column to the left", id="sort_left"),
    Binding("greater_than_sign", "sort_beside(1)", "sort to the right", show=False, key_display=">", group=SORT,
            tooltip="Sort by the column to the right", id="sort_right"),
    Binding("S", "reverse_sort", "reverse", show=False, key_display="S", group=SORT, tooltip="The other direction",
            id="reverse"),
]  # fmt: skip

TABLE_KEYS: list[BindingType] = [
    Binding("up,k", "move(-1)", "up", show=False, key_display="↑ k", group=ROWS, tooltip="Cursor up", id="up"),
    Binding("down,j", "move(1)", "down", show=False, key_display="↓ j", group=ROWS, tooltip="Cursor down", id="down"),
    Binding("pageup", "page(-1)", "page up", show=False, key_display="PgUp", group=ROWS, tooltip="Page up",
            id="page_up"),
    Binding("pagedown", "page(1)", "page down", show=False, key_display="PgDn", group=ROWS, tooltip="Page down",
            id="page_down"),
    Binding("home,g", "edge(-1)", "first", show=False, key_display="Home g", group=ROWS, tooltip="First row",
            id="first"),
    Binding("end,G", "edge(1)", "last", show=False, key_display="End G", group=ROWS, tooltip="Last row", id="last"),
]  # fmt: skip

SHEET_KEYS: list[BindingType] = [
    Binding("escape,q", "close", "back", key_display="Esc", group=SCREEN, tooltip="Back to the positions", id="close"),
]  # fmt: skip

SCROLL_KEYS: list[BindingType] = [
    Binding("k", "scroll_up", "up", show=False, id="up"),
    Binding("j", "scroll_down", "down", show=False, id="down"),
]

SEARCH_KEYS: list[BindingType] = [
    Binding("slash", "search", "search", key_display="/", group=SCREEN, tooltip="Search keys and words", id="filter"),
]  # fmt: skip

DETAIL_KEYS: list[BindingType] = [
    Binding("left", "walk(-1)", "before", key_display="←", group=WALK, tooltip="The position before", id="before"),
    Binding("right", "walk(1)", "next", key_display="→", group=WALK, tooltip="The next position", id="next"),
    Binding("enter", "close", "back", show=False, key_display="Enter", group=WALK, tooltip="Back to the positions",
            id="details"),
    Binding("r", "app.refresh_source", "refresh", group=SCREEN, tooltip="Ask for a snapshot at once", id="refresh"),
]  # fmt: skip

COLUMNS_KEYS: list[BindingType] = [
    Binding("space,enter", "show", "show or hide", key_display="Space", group=COLUMNS, priority=True,
            tooltip="Show or hide the column", id="show_column"),
    Binding("shift+up,K", "carry(-1)", "move up", key_display="K", group=COLUMNS, priority=True,
            tooltip="Move the column to the left", id="column_left"),
    Binding("shift+down,J", "carry(1)", "move down", key_display="J", group=COLUMNS, priority=True,
            tooltip="Move the column to the right", id="column_right"),
    Binding("0,d", "usual", "defaults", key_display="0", group=COLUMNS, tooltip="Back to the columns of the settings",
            id="usual_columns"),
    Binding("up,k", "step(-1)", "up", show=False, key_display="↑ k", group=COLUMNS, priority=True,
            tooltip="Cursor up", id="up"),
    Binding("down,j", "step(1)", "down", show=False, key_display="↓ j", group=COLUMNS, priority=True,
            tooltip="Cursor down", id="down"),
    Binding("home,g", "edge(-1)", "first", show=False, key_display="Home g", group=COLUMNS, priority=True,
            tooltip="First column", id="first"),
    Binding("end,G", "edge(1)", "last", show=False, key_display="End G", group=COLUMNS, priority=True,
            tooltip="Last column", id="last"),
]  # fmt: skip


class KeyLine(NamedTuple):
    """One line of the help."""

    group: str
    keys: str
    text: str


def bindings_of(*tables: Iterable[BindingType]) -> list[Binding]:
    """The tables as one list of bindings."""
    return [binding for table in tables for binding in table if isinstance(binding, Binding)]


def key_lines(bindings: Iterable[Binding]) -> list[KeyLine]:
    """One line a thing to do; keys that do the same kind of thing share it."""
    lines: dict[tuple[str, str], list[str]] = {}
    for binding in bindings:
        group = binding.group.description if binding.group else ""
        lines.setdefault((group, binding.tooltip), []).append(binding.key_display or binding.key)
    return [KeyLine(group, " ".join(keys), text) for (group, text), keys in lines.items()]
