"""Every key that `?` lists is pressed in a real terminal, on the demo, and does what it says."""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from textual.binding import Binding

from tests.terminal.tmux import Pane, Tmux, python, server
from tui.view.columns import COLUMNS as COLUMNS_OF_A_ROW
from tui.view.columns import Column
from tui.view.keys import (
    COLUMNS,
    COLUMNS_KEYS,
    DETAIL_KEYS,
    HELP_KEYS,
    POSITIONS_KEYS,
    PROGRAM_KEYS,
    SCROLL_KEYS,
    SEARCH_KEYS,
    SHEET_KEYS,
    TABLE_KEYS,
    bindings_of,
)
from tui.view.table.ordering import RISK

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SIZE = (250, 26)
"""Wide enough for every column, and lower than the demo has rows."""
SETTINGS = """\
[screen.presets]
BTC = "btc"
ETH = "eth"
XRP = "xrp"
BNB = "bnb"
SOL = "sol"
ADA = "ada"
COMP = "comp"
"""
PRESETS = ("All", "BTC", "ETH", "XRP", "BNB", "SOL", "ADA", "COMP", "Longs", "Shorts")
NAMES = {
    "question_mark": "?", "f1": "F1", "slash": "/", "enter": "Enter", "escape": "Escape", "up": "Up", "down": "Down",
    "left": "Left", "right": "Right", "pageup": "PPage", "pagedown": "NPage", "home": "Home", "end": "End",
    "space": "Space", "shift+up": "S-Up", "shift+down": "S-Down", "left_square_bracket": "[", "right_square_bracket": "]", "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip
"""Textual's names of keys and tmux's."""

Lines = list[str]


class Proof(NamedTuple):
    """What shows that a key did what it says."""

    is_done: Callable[[Lines, Lines], object]
    """Given what was shown before and what is shown now."""
    prepare: tuple[str, ...] = ()
    """Keys pressed before, from the positions with the cursor on the first row."""
    is_ready: Callable[[Lines], object] = lambda lines: True
    """What they lead to."""
    undo: tuple[str, ...] = ()
    """Keys that lead back to the positions as they were."""


def says(*texts: str) -> Callable[[Lines, Lines], bool]:
    """All these texts are shown; # is a number."""
    patterns = [re.escape(text).replace(r"\#", r"\d+") for text in texts]
    return lambda before, now: all(re.search(pattern, "\n".join(now)) for pattern in patterns)


def has(text: str) -> Callable[[Lines], bool]:
    """This text is shown; # is a number."""
    return lambda lines: says(text)(lines, lines)


def at_positions(before: Lines, now: Lines) -> bool:
    """The table stands where another screen was."""
    return not heads(before)[0] and heads(now)[0] == "Symbol"


def table(lines: Lines) -> Lines:
    """The rows in sight."""
    head = next((y for y, line in enumerate(lines) if line.startswith(" Symbol")), len(lines))
    rows = lines[head + 1 :]
    return rows[: next((y for y, line in enumerate(rows) if line.startswith(" Total")), 0)]


def cursor(lines: Lines) -> int:
    """The place of the cursor among the rows in sight; −1 without one."""
    return next((y for y, line in enumerate(table(lines)) if line.startswith("›")), -1)


def name(line: str) -> str:
    """Symbol, book and side of a row."""
    return " ".join(line[1:].split()[:3])


def is_first(lines: Lines) -> bool:
    """The cursor stands on the first of all rows."""
    return cursor(lines) == 0 and name(table(lines)[0]) == "LINKUSDT USD-M LONG"


def is_last(lines: Lines) -> bool:
    """The cursor stands on the last row, below which there is none."""
    return cursor(lines) == len(table(lines)) - 1 and name(table(lines)[-1]).startswith("ETHUSDC")


def is_unfiltered(lines: Lines) -> bool:
    """No filter is typed or holds."""
    return any(line.startswith(" b [") and line.endswith(" / filter") for line in lines)


def is_at_rest(lines: Lines) -> bool:
    """Nothing is typed, filtered, sorted, frozen or in front of the positions."""
    return (
        is_first(lines)
        and is_unfiltered(lines)
        and sorted_by(lines)[1] == "▲"
        and all(has(text)(lines) for text in ("[All]", "[0 All #]", "Total # "))
        and not any(
            has(text)(lines)
            for text in ("order frozen", "Sort by", "Enter writes # row", "Search for", "•••")
        )
    )


def heads(lines: Lines) -> list[str]:
    """The heads of the columns."""
    head = next((line for line in lines if line.startswith(" Symbol")), "")
    return [text.strip() for text in re.split(r" {2,}", head.strip())]


def sorted_by(lines: Lines) -> tuple[int, str]:
    """The place of the sorted column, and the arrow at it; −1 and nothing without one."""
    for place, text in enumerate(heads(lines)):
        if re.search("[▲▼]", text):
            return place, re.sub("[^▲▼]", "", text)
    return -1, ""


def sorted_by_head(start: str) -> Callable[[Lines], bool]:
    """The head of the sorted column begins like this."""
    return lambda lines: any(text.startswith(start) and re.search("[▲▼]", text) for text in heads(lines))


def walked(step: int) -> Callable[[Lines, Lines], bool]:
    """The details show the position that is so many places further."""

    def is_done(before: Lines, now: Lines) -> bool:
        (old, rows), (new, _) = place_of(before), place_of(now)
        return new == (old + step - 1) % rows + 1

    return is_done


def place_of(lines: Lines) -> tuple[int, int]:
    """Which of how many positions the details show."""
    found = re.search(r"(\d+) of (\d+)", lines[1])
    assert found is not None
    return int(found[1]), int(found[2])


def chosen(lines: Lines) -> tuple[str, int]:
    """The name of the column that the cursor of the chooser is on, and its place."""
    place, line = next((y, line) for y, line in enumerate(lines) if line.startswith(" ›"))
    return line[6:].split()[0], place


def carried(step: int) -> Callable[[Lines, Lines], bool]:
    """The column under the cursor stands so many places further."""
    return lambda before, now: chosen(now) == (chosen(before)[0], chosen(before)[1] + step)


def stepped(step: int) -> Callable[[Lines, Lines], bool]:
    """The cursor of the chooser stands so many places further."""
    return lambda before, now: chosen(now)[1] == chosen(before)[1] + step


def scrolled(step: int) -> Callable[[Lines, Lines], bool]:
    """The sheet shows what stood so many lines further down."""

    def is_done(before: Lines, now: Lines) -> bool:
        # Left of the scroll bar, which moves too.
        old, new = ([line[:120].rstrip() for line in lines] for lines in (before, now))
        return old[3:15] == new[3 - step : 15 - step] and old[3:15] != new[3:15]

    return is_done


DETAILS = ("Enter",)
in_details = has("Liquidation distance ")
BACK = ("Escape",)

OPENS = {"c": "16 of 16 shown", "?": "or a letter searches", "Enter": "Liquidation distance "}
"""What a key that leads to another screen shows first."""

PROOFS = {
    # Rows.
    "move(-1)": Proof(lambda before, now: is_first(now), ("j",), lambda lines: cursor(lines) == 1),
    "move(1)": Proof(lambda before, now: cursor(now) == 1, undo=("g",)),
    "page(-1)": Proof(lambda before, now: is_first(now), ("NPage",), lambda lines: cursor(lines) > 3),
    "page(1)": Proof(lambda before, now: cursor(now) == len(table(now)) - 1, undo=("g",)),
    "edge(-1)": Proof(lambda before, now: is_first(now), ("G",), is_last),
    "edge(1)": Proof(lambda before, now: is_last(now), undo=("g",)),
    "details": Proof(says("LINKUSDT  LONG", "1 of #", "Open order initial margin"), undo=BACK),
    "copy_row": Proof(says("Copied LINKUSDT LONG: # fields, # bytes")),
    "copy_table": Proof(says("Copied # rows of # fields, ")),
    "export": Proof(says("Enter writes # rows"), undo=BACK),
    # Sorting.
    "sort": Proof(says("Sort by"), undo=BACK),
    "freeze": Proof(says("order frozen"), undo=("f",)),
    "sort_beside(-1)": Proof(
        lambda before, now: sorted_by(now)[0] == sorted_by(before)[0] - 1, undo=("s", "d")
    ),
    "sort_beside(1)": Proof(
        lambda before, now: sorted_by(now)[0] == sorted_by(before)[0] + 1, undo=("s", "d")
    ),
    "reverse_sort": Proof(lambda before, now: sorted_by(now) == (sorted_by(before)[0], "▼"), undo=("S",)),
    # Filters.
    "filter": Proof(says("btc  !eth  side:long"), undo=BACK),
    "zero_rows": Proof(says("Rows of open orders shown."), undo=("x",)),
    "next_book": Proof(says("[USD-M]"), undo=("b", "b", "g")),
    "step_preset(-1)": Proof(says("[9 Shorts "), undo=("0", "g")),
    "step_preset(1)": Proof(says("[1 BTC #]"), undo=("0", "g")),
    "clear": Proof(lambda before, now: is_unfiltered(now), ("/", "sol", "C-m"), has("/sol  # of #"), ("g",)),
    **{f"preset({place})": Proof(says(f"[{place} {text} "), undo=("0", "g")) for place, text in enumerate(PRESETS) if place},
    "preset(0)": Proof(says("[0 All #]"), ("1",), has("[1 BTC #]"), ("g",)),
    # The screen.
    "help": Proof(says("Help   ↑ ↓ scroll"), undo=BACK),
    "command_palette": Proof(says("Search for commands"), undo=BACK),
    "refresh": Proof(says("Asked for a snapshot.")),
    "journal": Proof(says("Events", "newest first"), undo=BACK),
    "privacy": Proof(says("•••", "Money hidden"), undo=("p",)),
    "quit": Proof(lambda before, now: not any(line for line in now if not line.startswith("Pane is dead"))),
    # Details and sheets.
    "walk(-1)": Proof(walked(-1), DETAILS, in_details, BACK),
    "walk(1)": Proof(walked(1), DETAILS, in_details, BACK),
    "close": Proof(at_positions, DETAILS, in_details),
    "columns": Proof(says("16 of 16 shown"), undo=BACK),
    "Columns: show": Proof(says("15 of 16 shown"), ("c", "j"), has(" › [x] Book"), ("0", "Escape")),
    "Columns: carry(-1)": Proof(carried(-1), ("c", "j", "j"), has(" › [x] Side"), ("0", "Escape")),
    "Columns: carry(1)": Proof(carried(1), ("c", "j"), has(" › [x] Book"), ("0", "Escape")),
    "Columns: usual": Proof(says("16 of 16 shown"), ("c", "j", "Space"), has("15 of 16 shown"), BACK),
    "Columns: step(-1)": Proof(stepped(-1), ("c", "j"), has(" › [x] Book"), BACK),
    "Columns: step(1)": Proof(stepped(1), ("c",), has(" › [x] Symbol"), BACK),
    "Columns: edge(-1)": Proof(says(" › [x] Symbol"), ("c", "j"), has(" › [x] Book"), BACK),
    "Columns: edge(1)": Proof(says(" › [x] ADL"), ("c",), has(" › [x] Symbol"), BACK),
    "search": Proof(says(" Help   /"), ("?",), has("or a letter searches"), ("Escape", "Escape")),
    "scroll_down": Proof(scrolled(1), ("?",), has("Cursor up"), BACK),
    "scroll_up": Proof(scrolled(-1), ("?", "j"), lambda lines: "Cursor up" in lines[2], BACK),
    "app.refresh_source": Proof(says("audit <2s"), DETAILS, lambda lines: in_details(lines) and has("audit <20s")(lines), BACK),
}  # fmt: skip
"""Action: what proves it."""

WALK = bindings_of(
    TABLE_KEYS, POSITIONS_KEYS, COLUMNS_KEYS, HELP_KEYS, SEARCH_KEYS, SCROLL_KEYS, DETAIL_KEYS, SHEET_KEYS, PROGRAM_KEYS
)  # fmt: skip


def proof_of(binding: Binding) -> str:
    """The name of its proof: what moves the cursor of the rows moves that of the chooser too."""
    return f"Columns: {binding.action}" if binding.group is COLUMNS else binding.action


KEYS = [(key, binding) for binding in WALK for key in binding.key.split(",")]


@pytest.fixture(scope="module")
def tmux() -> Iterator[Tmux]:
    """One server, with settings that put a preset on every digit."""
    with server() as one:
        folder = one.folder / ".config" / "perptop"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(SETTINGS)
        yield one


@pytest.fixture(scope="module")
def running() -> list[Pane]:
    """The demo that runs, unless a key has ended it."""
    return []


@pytest.fixture
def demo(tmux: Tmux, running: list[Pane]) -> Pane:
    """The demo, with the cursor on the first row."""
    if running and running[0].is_over:
        running.pop().close()
    if not running:
        running.append(tmux.open("demo", python("tui", "--demo"), SIZE, {"TERM": "tmux-256color"}))
    running[0].wait("at the first row", is_at_rest)
    return running[0]


@pytest.mark.parametrize(
    ("key", "binding"), KEYS, ids=[f"{key}-{proof_of(binding)}" for key, binding in KEYS]
)
def test_key_does_what_it_says(demo: Pane, key: str, binding: Binding) -> None:
    """Pressed in a terminal, the key leads to the state that its line in the help names."""
    proof = PROOFS[proof_of(binding)]
    for prepared in proof.prepare:
        demo.press(prepared)
        demo.wait(f"what {prepared} opens", has(OPENS.get(prepared, "")))
    before = demo.wait("ready", proof.is_ready)
    assert not proof.is_done(before, before)
    demo.press(NAMES.get(key, key.replace("ctrl+", "C-")))
    demo.wait(f"what {key} says: {binding.tooltip}", lambda lines: proof.is_done(before, lines))
    if binding.action == "quit":
        demo.wait("ended", lambda lines: demo.is_over)
        assert demo.tell("#{pane_dead_status}#{pane_dead_signal}") in (
            "0",
            "",
        )  # tmux 3.3 may never hear of it
    elif proof.undo:
        demo.press(*proof.undo)


@pytest.mark.parametrize("column", COLUMNS_OF_A_ROW, ids=lambda column: column.name)
def test_letter_sorts_by_its_column(demo: Pane, column: Column) -> None:
    """In the menu of `s` the letter sorts by its column, best direction first, and with shift in the other one."""
    down, up = ("▼", "▲") if column.is_descending else ("▲", "▼")
    if column is RISK.column:
        demo.press("s", "r")
        demo.wait("sorted otherwise", sorted_by_head("ROE"))
    for key, arrow in ((column.letter, down), (column.letter.upper(), up)):
        demo.press("s")
        demo.wait("the menu", has("Sort by"))
        demo.press(key)
        demo.wait(f"sorted by {column.label} {arrow}", sorted_by_head(f"{column.label} {arrow}"))
    demo.press("s", RISK.column.letter, "g")
    demo.wait("sorted by risk", sorted_by_head(f"{RISK.column.label} ▲"))


def test_no_proof_is_left_over() -> None:
    """Every proof is of a key that there is."""
    assert PROOFS.keys() == {proof_of(binding) for binding in WALK}
