"""The keys: every one is a Binding in a group; help, footer and command palette are made from these."""

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType

ROWS = Binding.Group("Rows")
SORT = Binding.Group("Sort")
FILTER = Binding.Group("Filter")
SCREEN = Binding.Group("Screen")
WALK = Binding.Group("Positions")

HELP_KEYS: list[BindingType] = [
    Binding("question_mark,f1", "help", "help", key_display="?", group=SCREEN, tooltip="List every key"),
]

PROGRAM_KEYS: list[BindingType] = [
    Binding("ctrl+p", "command_palette", "palette", key_display="^p", group=SCREEN, priority=True,
            tooltip="Find an action by its name; change the theme"),
    Binding("q,ctrl+c,ctrl+q", "quit", "quit", key_display="q", group=SCREEN, tooltip="Leave"),
]  # fmt: skip

POSITIONS_KEYS: list[BindingType] = [
    Binding("slash", "filter", "filter", key_display="/", group=FILTER, tooltip="Filter rows as you type"),
    Binding("s", "sort", "sort", group=SORT, tooltip="Sort: then the column's letter"),
    Binding("f", "freeze", "freeze", group=SORT, tooltip="Hold the order of the rows, or let it go; values go on"),
    Binding("r", "refresh", "refresh", group=SCREEN, tooltip="Ask for a snapshot at once"),
    Binding("enter", "details", "details", key_display="Enter", group=ROWS, tooltip="Every field of the position"),
    Binding("e", "journal", "events", group=SCREEN, tooltip="What happened: fills, funding, connections"),
    Binding("p", "privacy", "privacy", group=SCREEN, tooltip="Hide money, keep percentages"),
    Binding("x", "zero_rows", "zero rows", group=FILTER, tooltip="Show or hide rows of open orders alone"),
    Binding("y", "copy_row", "copy", group=ROWS, tooltip="Copy the row, as shown, to the terminal's clipboard"),
    Binding("Y", "copy_table", "copy all", show=False, group=ROWS, tooltip="Copy all rows with a head, parted by tabs"),
    Binding("E", "export", "export", show=False, group=ROWS, tooltip="Write the rows to a file, CSV or JSON"),
    Binding("b", "next_book", "book", show=False, group=FILTER,
            tooltip="The next book of the account: All, USD-M, COIN-M, Portfolio Margin (PM)"),
    Binding("left_square_bracket", "step_preset(-1)", "preset", show=False, key_display="[", group=FILTER,
            tooltip="The preset before"),
    Binding("right_square_bracket", "step_preset(1)", "preset", show=False, key_display="]", group=FILTER,
            tooltip="The next preset"),
    *(Binding(str(digit), f"preset({digit})", "preset", show=False, group=FILTER, tooltip="That preset")
      for digit in range(10)),
    Binding("escape", "clear", "clear", show=False, key_display="Esc", group=FILTER, tooltip="Clear the filter"),
    Binding("less_than_sign", "sort_beside(-1)", "sort", show=False, key_display="<", group=SORT,
            tooltip="Sort by the column to the left"),
    Binding("greater_than_sign", "sort_beside(1)", "sort", show=False, key_display=">", group=SORT,
            tooltip="Sort by the column to the right"),
    Binding("S", "reverse_sort", "reverse", show=False, key_display="S", group=SORT, tooltip="The other direction"),
]  # fmt: skip

TABLE_KEYS: list[BindingType] = [
    Binding("up,k", "move(-1)", "up", show=False, key_display="↑ k", group=ROWS, tooltip="Cursor up"),
    Binding("down,j", "move(1)", "down", show=False, key_display="↓ j", group=ROWS, tooltip="Cursor down"),
    Binding("pageup", "page(-1)", "page up", show=False, key_display="PgUp", group=ROWS, tooltip="Page up"),
    Binding(
        "pagedown", "page(1)", "page down", show=False, key_display="PgDn", group=ROWS, tooltip="Page down"
    ),
    Binding("home,g", "edge(-1)", "first", show=False, key_display="Home g", group=ROWS, tooltip="First row"),
    Binding("end,G", "edge(1)", "last", show=False, key_display="End G", group=ROWS, tooltip="Last row"),
]

SHEET_KEYS: list[BindingType] = [
    Binding("escape,q", "close", "back", key_display="Esc", group=SCREEN, tooltip="Back to the positions"),
]

DETAIL_KEYS: list[BindingType] = [
    Binding("left", "walk(-1)", "before", key_display="←", group=WALK, tooltip="The position before"),
    Binding("right", "walk(1)", "next", key_display="→", group=WALK, tooltip="The next position"),
    Binding(
        "enter", "close", "back", show=False, key_display="Enter", group=WALK, tooltip="Back to the positions"
    ),
    Binding("r", "app.refresh_source", "refresh", group=SCREEN, tooltip="Ask for a snapshot at once"),
]


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
