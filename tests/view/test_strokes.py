"""Strokes land where they should, in the style they should, by the shortest bytes."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.view.terminal.strokes import NOWHERE, Run, at, draw, move, pens, switch

WIDTH, HEIGHT = 150, 40
STYLES = (
    "",
    "1",
    "32",
    "1;38;2;1;2;3;48;2;4;5;6",
    "38;2;9;8;7;48;2;4;5;6",
    "39;49",
    "7;38;5;200",
    "4;97;104",
    "3;9;38;2;9;8;7",
)

rows = st.integers(0, HEIGHT - 1)
columns = st.integers(0, WIDTH - 1)
styles = st.sampled_from(STYLES)


def terminal(text: str) -> pyte.Screen:
    """What a terminal makes of it."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed(f"\x1b[?7l{text}")
    return screen


@given(rows, columns, rows, columns)
def test_move_arrives(y: int, x: int, to_y: int, to_x: int) -> None:
    """A move ends where it should, and is no longer than the direct one."""
    way = move(y, x, to_y, to_x)
    cursor = terminal(at(y, x) + way).cursor

    assert (to_y, to_x) == (cursor.y, cursor.x)
    assert len(way) <= len(at(to_y, to_x))


@given(rows, rows, columns)
def test_move_arrives_from_the_right_edge(y: int, to_y: int, to_x: int) -> None:
    """Behind the last column no terminal's cursor is trusted."""
    cursor = terminal(f"{at(y, WIDTH - 1)}x{move(y, NOWHERE, to_y, to_x)}").cursor

    assert (to_y, to_x) == (cursor.y, cursor.x)


@given(styles, styles)
def test_switch_leaves_nothing_of_the_style_before(before: str, style: str) -> None:
    """A style after another looks as if it had been alone."""
    first = f"\x1b[{before}m" if before else ""
    switched = terminal(f"{first}{switch(before, style)}x").buffer[0][0]

    assert switched == terminal(f"\x1b[0;{style}mx").buffer[0][0]


def test_switch_says_only_what_differs() -> None:
    """A colour is not told twice, and nothing is turned off that stays on."""
    assert switch("38;2;1;1;1;48;2;4;5;6", "1;38;2;9;8;7;48;2;4;5;6") == "\x1b[1;38;2;9;8;7m"
    assert switch("1;38;2;1;1;1", "38;2;1;1;1") == "\x1b[0;38;2;1;1;1m"
    assert switch("32", "") == "\x1b[m"
    assert switch("39;49", "") == ""


def test_bold_comes_last() -> None:
    """Styles are ordered so that little has to be turned off."""
    assert [style for style, _ in pens(("1;32", "32", "31"))] == ["31", "32", "1;32"]


@st.composite
def runs(draw_from: st.DrawFn) -> list[Run]:
    """Runs row by row, which do not overlap."""
    found: list[Run] = []
    for y in sorted(draw_from(st.sets(rows, max_size=5))):
        x = 0
        for gap, text in draw_from(
            st.lists(st.tuples(st.integers(0, 40), st.text("ab1−", min_size=1, max_size=9)))
        ):
            if x + gap + len(text) <= WIDTH:
                found.append((y, x + gap, x + gap + len(text), draw_from(styles), text))
                x += gap + len(text)
    return found


@given(runs())
def test_draws_every_run_at_its_place(parts: list[Run]) -> None:
    """Whichever order is the shortest, the picture is that of the plainest one, and the pen is put down."""
    plain = "".join(f"{at(y, x)}\x1b[0;{style}m{text}" for y, x, _, style, text in parts)
    drawn = terminal(draw(parts, WIDTH) + "\x1b[Hx")

    assert dict(drawn.buffer) == dict(terminal(f"{plain}\x1b[0m\x1b[Hx").buffer)


@pytest.mark.parametrize(
    ("one", "other", "passes"),
    [("38;2;1;2;3;48;2;4;5;6", "38;2;3;2;1;48;2;4;5;6", 2), ("32", "31", 7)],
    ids=["true colour: style by style", "16 colours: row by row"],
)
def test_takes_the_cheaper_order(one: str, other: str, passes: int) -> None:
    """Long styles are named once, short ones where they come."""
    places = [(y, x) for y in (0, 10, 20) for x in (50, 52, 54)]
    parts = [(y, x, x + 2, other if x == 52 else one, "12") for y, x in places]

    assert draw(parts, WIDTH).count("m") - 1 == passes
