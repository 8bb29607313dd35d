"""What a terminal may send beside keys, in a real one."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.tmux import PATIENCE, ROOT, Pane, python, server

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

RUBBISH = {
    "bytes that are no UTF-8": "ff fe c3 28",
    "a key whose number no character has": "1b 5b 39 39 39 39 39 39 39 39 39 39 75",
    "a paste that holds the key that leaves": "1b 5b 32 30 30 7e 1b 71 1b 5b 32 30 31 7e",
}


@pytest.fixture(scope="module")
def demo() -> Iterator[Pane]:
    """The demo, once for all tests."""
    with server() as tmux:
        pane = tmux.open("input", python("tui", "--demo"), (120, 40))
        pane.wait("live", lambda lines: any("LIVE" in line for line in lines))
        yield pane


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_does_not_end_it(demo: Pane, what: str) -> None:
    """The screen stays, and the next key acts."""
    demo.press("-H", *RUBBISH[what].split())
    demo.press("?")

    demo.wait("help", lambda lines: any(line.startswith(" Help ") for line in lines))
    assert not demo.is_over
    demo.press("Escape")
    demo.wait("the rows", lambda lines: any("LIVE" in line for line in lines))


def test_terminal_is_asked_for_clicks_and_not_for_moves(demo: Pane) -> None:
    """A mouse that only moves sends nothing over a slow link."""
    assert demo.tell("#{mouse_button_flag} #{mouse_all_flag}") == "1 0"


def symbols(lines: list[str]) -> list[str]:
    """Whose rows are shown."""
    return [found[0] for line in lines if (found := re.findall(r"\w+USDT\b", line))]


def test_wheel_moves_the_rows(demo: Pane) -> None:
    """Clicks and the wheel act as before."""
    demo.resize((120, 12))
    before = symbols(demo.wait("few rows", lambda lines: len(lines) == 12 and len(symbols(lines)) > 3))

    def has_moved(lines: list[str]) -> bool:
        if symbols(lines)[:1] == before[2:3]:
            return True
        if symbols(lines)[:1] == before[:1]:  # the layout may not have been there yet
            demo.press("-l", "\x1b[<65;10;8M")
        return False

    demo.wait("rows from below", has_moved)


def is_helped(demo: Pane, lines: list[str]) -> bool:
    """Whether the help is there; asks for it if not."""
    if any(line.startswith(" Help ") for line in lines):
        return True
    demo.press("?")
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted by /proc")
def test_being_stopped_and_continued_leaves_nothing_behind(demo: Pane) -> None:
    """Stopped by force there is no time to suspend: whoever read the keys before does not go on beside the new one."""
    demo.wait("the rows", lambda lines: any("LIVE" in line for line in lines))
    program = int(demo.tell("#{pane_pid}"))
    threads = Path(f"/proc/{program}/task")
    before = len(list(threads.iterdir()))
    for _ in range(3):
        os.kill(program, signal.SIGSTOP)
        os.kill(program, signal.SIGCONT)
        # What is pressed in that very moment is thrown away with the old terminal.
        demo.wait("help", lambda lines: is_helped(demo, lines))
        demo.press("Escape")
        demo.wait("the rows", lambda lines: any("LIVE" in line for line in lines))

    demo.wait("as many threads as before", lambda lines: len(list(threads.iterdir())) <= before)


def test_terminal_that_tells_no_size_is_painted_and_left_alone() -> None:
    """On a serial line or in a container nobody may know the size: it is guessed once, not corrected for ever."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    program = subprocess.Popen(
        python("tui", "--demo"), stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
        env={**environment, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    try:
        shown, deadline = b"", time.monotonic() + PATIENCE
        while b"LIVE" not in shown and time.monotonic() < deadline:
            shown += os.read(ours, 1 << 16)
        more, deadline = 0, time.monotonic() + 2
        while (left := deadline - time.monotonic()) > 0:
            if select.select([ours], [], [], left)[0]:
                more += len(os.read(ours, 1 << 16))
    finally:
        program.kill()
        program.wait()
        os.close(ours)

    assert b"LIVE" in shown
    assert more < 100_000
