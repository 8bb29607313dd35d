"""What a terminal keeps of the screen: mouse, title, clipboard, files, and the last picture of `--inline`."""

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.tmux import Pane, Tmux, python, server

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

TMUX = {"TERM": "tmux-256color"}


@pytest.fixture(scope="module")
def tmux() -> Iterator[Tmux]:
    """One server for all."""
    with server() as one:
        yield one


@pytest.fixture(scope="module")
def demo(tmux: Tmux) -> Pane:
    """The demo with a title and without a mouse."""
    one = tmux.open("demo", python("tui", "--demo", "--no-mouse", "--title"), (100, 30), TMUX)
    one.wait("LIVE", lambda lines: "● LIVE" in lines[0])
    return one


def foot(demo: Pane, text: str) -> str:
    """The last line, once it holds a text."""
    return demo.wait(text, lambda lines: text in lines[-1])[-1]


def test_mouse_is_left_to_the_terminal(demo: Pane) -> None:
    """With --no-mouse the terminal is not asked to report the mouse."""
    assert demo.tell("#{mouse_any_flag}") == "0"


def test_lines_may_be_written_whole(tmux: Tmux) -> None:
    """With --whole-lines the screen works as it does without."""
    whole = tmux.open("whole", python("tui", "--demo", "--whole-lines"), (100, 30), TMUX)
    whole.wait("LIVE", lambda lines: "● LIVE" in lines[0])
    whole.press("s", "m", "p")
    whole.wait(
        "sorted and hidden", lambda lines: any("Mark ▼" in one for one in lines) and "•••" in "".join(lines)
    )
    whole.press("q")
    whole.wait("ended", lambda lines: whole.is_over)


def test_row_and_table_are_copied_as_shown(demo: Pane, tmux: Tmux) -> None:
    """`y` hands the row to tmux's clipboard, `Y` all of them with a head, and the foot tells how much."""
    demo.press("y")
    told = foot(demo, "Copied LINKUSDT LONG: ")
    row = tmux.run("show-buffer")
    assert row.split("\t")[:4] == ["LINKUSDT", "U", "LONG", "412.50"]
    fields = len(row.split("\t"))
    assert f"{fields} fields, {len(row.encode())} bytes" in told
    demo.press("Y")
    foot(demo, "rows of")
    head, first, *_ = tmux.run("show-buffer").splitlines()
    assert head.split("\t")[:4] == ["Symbol", "Book", "Side", "Size"]
    assert first.split("\t")[:4] == row.split("\t")[:4]


def test_hidden_money_is_neither_copied_nor_written(demo: Pane, tmux: Tmux) -> None:
    """In privacy mode sizes and PNL are copied as they are shown, and no file is written."""
    demo.press("p", "Y")
    demo.wait("a copy without money", lambda lines: "***" in tmux.run("show-buffer"))
    assert [line.split("\t")[3] for line in tmux.run("show-buffer").splitlines()[1:]] == ["***"] * 18
    demo.press("E")
    foot(demo, "Money is hidden: p shows it")
    demo.press("p")


def write(demo: Pane, path: Path) -> None:
    """Press `E` and name a file."""
    demo.press("E")
    demo.wait("asked", lambda lines: "Enter writes " in lines[-2])
    demo.press("C-u")
    demo.wait("an empty line", lambda lines: not lines[-1])
    demo.press(str(path), "Enter")


def test_rows_are_written_to_a_file(demo: Pane, tmp_path: Path) -> None:
    """`E` writes JSON for its owner alone, in the order of the screen, and overwrites only when it is told so twice."""
    path = tmp_path / "rows.json"
    write(demo, path)
    foot(demo, "Wrote ")
    rows = json.loads(path.read_text())["positions"]
    assert (rows[0]["symbol"], stat.S_IMODE(path.stat().st_mode)) == ("LINKUSDT", 0o600)
    path.write_text("mine")
    write(demo, path)
    demo.wait("a question", lambda lines: "Enter again overwrites it" in lines[-2])
    assert path.read_text() == "mine"
    demo.press("Enter")
    demo.wait("written", lambda lines: path.read_text() != "mine")


def test_file_that_cannot_be_written_is_told(demo: Pane, tmp_path: Path) -> None:
    """An error is a sentence, and the prompt stays."""
    write(demo, tmp_path / "nowhere" / "rows.csv")
    demo.wait("why not", lambda lines: "Not written: No such file or directory." in lines[-2])
    demo.press("Escape")
    demo.wait("closed", lambda lines: "Total" in lines[-2])


def test_title_tells_word_and_count_and_goes(demo: Pane) -> None:
    """The title tells the word and how many positions there are; quitting brings the old one back."""
    title = demo.tell("#{pane_title}")
    demo.press("q")
    demo.wait("ended", lambda lines: demo.is_over)

    assert title.startswith("perptop LIVE, 18 position")
    assert "perptop" not in demo.tell("#{pane_title}")


def test_inline_leaves_the_last_picture_above_the_prompt(tmux: Tmux) -> None:
    """--inline draws below what was there, keeps off the other screen, and leaves picture and prompt in order."""
    shell = tmux.open("shell", ("sh",), (100, 30), {**TMUX, "PS1": "ready> "})
    shell.wait("a prompt", lambda lines: lines[0] == "ready>")
    shell.press(f"{' '.join(python('tui', '--demo', '--inline'))}", "Enter")
    shell.wait("LIVE", lambda lines: any("● LIVE" in line for line in lines))
    assert shell.tell("#{alternate_on}") == "0"
    shell.press("q")
    lines = shell.wait("a prompt", lambda lines: "ready>" in lines)

    top = next(y for y, line in enumerate(lines) if line.startswith(" perptop  demo"))
    bottom = lines.index("ready>")
    assert bottom == top + 16
    assert lines[0].startswith("ready> ")
    assert lines[bottom - 2].startswith(" Total 18")
    assert not any(lines[bottom + 1 :])
