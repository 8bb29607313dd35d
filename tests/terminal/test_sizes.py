"""The screen at eight sizes in five kinds of terminals and four modes of colour: every number whole, the word in sight."""

import asyncio
import pickle
import re
import shutil
import time
from collections.abc import Iterator

import pyte
import pytest
from rich.color import Color

from tests.terminal.frozen import Frozen, freeze
from tests.terminal.tmux import GLANCE, PATIENCE, Pane, Tmux, python, server
from tests.view.hand import pane
from tui.app import PositionsApp
from tui.book.position import Key
from tui.view.bars import EIGHTHS
from tui.view.books import NAMES, SHORT_NAMES
from tui.view.columns import COLUMNS, look
from tui.view.terminal.ascii import ascii_text

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SIZES = [(250, 70), (160, 50), (120, 40), (100, 30), (80, 24), (60, 15), (40, 8), (30, 5)]
TERMS = ["tmux-256color", "screen-256color", "xterm-256color", "xterm", "linux"]
MODES = {"dark": "textual-dark", "light": "textual-light", "ansi": "ansi-dark", "none": "textual-dark"}
"""Mode of colour: theme; `none` is NO_COLOR."""
NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")
BARS = re.escape(EIGHTHS + ascii_text(EIGHTHS))
SCROLL_BAR = f"[▁▂▃▄▅▆▇█{ascii_text('▁▂▃▄▅▆▇█')} ]?"
ESSENTIAL = {"liquidation_distance", "unrealized_pnl"}
LEAST_CONTRAST = 1.5
"""Between a character and its ground: below it nobody reads anything."""


@pytest.fixture(scope="module")
def tmux() -> Iterator[Tmux]:
    """One server for all terminals."""
    with server() as one:
        yield one


@pytest.fixture(scope="module")
def frozen(tmux: Tmux) -> Frozen:
    """The demo's account at one moment; kept in a file beside the server's socket."""
    source = asyncio.run(freeze())
    (tmux.folder / "frozen").write_bytes(pickle.dumps(source))
    return source


@pytest.fixture(scope="module")
def numbers(frozen: Frozen) -> set[str]:
    """Every number that a pane without end shows, large and compact: no other one may be seen anywhere."""

    async def shown(size: tuple[int, int]) -> str:
        app = PositionsApp(frozen)
        async with app.run_test(size=size) as pilot:
            for _ in range(3):
                await pilot.pause()
                app.paint()
            return "\n".join(pane(app))

    text = "".join(asyncio.run(shown(size)) for size in ((400, 120), (400, 8), (90, 15)))
    return {ascii_text(number) for number in NUMBER.findall(text)}


@pytest.fixture(scope="module")
def rows(frozen: Frozen) -> dict[Key, re.Pattern[str]]:
    """What the line of each row must be: whole cells in the order of the columns, and nothing else."""
    return {
        key: re.compile(row_pattern(frozen, key)) for key, one in frozen.book.positions.items() if one.is_open
    }


def row_pattern(frozen: Frozen, key: Key) -> str:
    """The symbol, the distance and the PNL with any of the other cells between them, each of them whole."""
    position = frozen.book.positions[key]
    looks = [
        look(frozen.book, position, frozen.now, names[key.book], is_brief=is_brief)
        for names, is_brief in ((NAMES, False), (SHORT_NAMES, True))
    ]
    pattern = f"[ ›>]{re.escape(key.symbol)}"
    for column in COLUMNS[1:]:
        texts = {ascii_text(column.show(row, False).text) for row in looks}
        bar = f"(?: [{BARS}]{{1,4}})?" if column.has_bar else ""
        is_kept = column.name in ESSENTIAL
        pattern += f"(?: +(?:{'|'.join(map(re.escape, texts))}){bar}){'' if is_kept else '?'}"
    return f"{pattern} *{SCROLL_BAR}"


@pytest.fixture(scope="module", params=TERMS)
def panes(request: pytest.FixtureRequest, tmux: Tmux, frozen: Frozen) -> Iterator[dict[str, Pane]]:
    """The screen in a terminal of one kind, in every mode of colour."""
    opened: dict[str, Pane] = {}
    for mode, theme in MODES.items():
        variables = {"TERM": request.param} | ({"NO_COLOR": "1"} if mode == "none" else {})
        command = python("tests.terminal.frozen", str(tmux.folder / "frozen"), theme)
        opened[mode] = tmux.open(f"{request.param}-{mode}", command, SIZES[0], variables)
    yield opened
    for one in opened.values():
        one.close()


def faults(
    lines: list[str], size: tuple[int, int], rows: dict[Key, re.Pattern[str]], numbers: set[str]
) -> list[str]:
    """What is wrong with a picture; nothing when it is whole."""
    width, height = size
    found = [f"{len(lines)} lines"] if len(lines) != height else []
    text = [ascii_text(line) for line in lines]
    if not re.search(r"[*] LIVE\b", text[0]):
        found.append(f"no word: {lines[0]}")
    if width > 40 and height > 8 and len(text[0]) != width - 1:
        found.append(f"the first line does not reach the edge: {lines[0]}")
    seen = [line for line in text if any(line[1:].startswith(f"{key.symbol} ") for key in rows)]
    if len(seen) < min(len(rows), height // 3):
        found.append(f"{len(seen)} rows")
    patterns = rows.values()
    found += [
        f"a row is not whole: {line}" for line in seen if not any(one.fullmatch(line) for one in patterns)
    ]
    found += [f"cut: {line}" for line in lines if "…" in line and NUMBER.search(line)]
    found += [
        f"no such number: {number} in {line}"
        for line in text
        for number in NUMBER.findall(line)
        if number not in numbers
    ]
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_number_is_whole_and_the_word_in_sight(
    panes: dict[str, Pane], size: tuple[int, int], rows: dict[Key, re.Pattern[str]], numbers: set[str]
) -> None:
    """Each row is one line of whole cells, each number one that the book allows, whatever terminal, size and colours."""
    for one in panes.values():
        one.resize(size)
    for mode, one in panes.items():
        deadline = time.monotonic() + PATIENCE
        while found := faults(lines := one.lines(), size, rows, numbers):
            if time.monotonic() > deadline:
                pytest.fail("\n".join([f"{one.name} {mode}", *found, *lines]))
            time.sleep(GLANCE)
        assert unreadable(one, size) == []
        if one.name.startswith("linux"):
            assert all(re.fullmatch(r"[ -~币安人生]*", line) for line in lines)


# Colours.


def unreadable(one: Pane, size: tuple[int, int]) -> list[str]:
    """Characters that can hardly be told from their ground."""
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed("\r\n".join(one.lines(with_colors=True)))
    return [
        f"{cell.data} is {cell.fg} on {cell.bg}"
        for line in screen.buffer.values()
        for cell in line.values()
        if cell.data.strip() and not cell.data >= "▀" and contrast(cell.fg, cell.bg) < LEAST_CONTRAST
    ]


def contrast(front: str, back: str) -> float:
    """The contrast of two colours, 1 to 21; what the terminal's owner has chosen for text on his ground is readable."""
    if "default" in (front, back):
        return 21.0 if front != back or front == "default" else 1.0
    bright, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(name: str) -> float:
    """The relative luminance of a colour, 0 to 1."""
    names = {"brown": "yellow"} | {f"bright{color}": f"bright_{color}" for color in ("black", "white")}
    color = Color.parse(
        f"#{name}"
        if re.fullmatch("[0-9a-f]{6}", name)
        else names.get(name, name.replace("bright", "bright_", 1))
    )
    channels = [value / 255 for value in color.get_truecolor()]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
