"""A tmux server of a test's own: programs in panes, keys into them, and what they show."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds until a state must have come; the machine may be busy."""
GLANCE = 0.05
"""Seconds between two looks."""

SETTINGS = """\
set -s exit-empty off
set -s escape-time 0
set -s set-clipboard on
set -g remain-on-exit on
"""


class Tmux:
    """One server with a socket of its own, so that nobody's sessions are touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = folder / "settings"
        settings.write_text(SETTINGS)
        self._command = ("tmux", "-u", "-S", str(folder / "socket"), "-f", str(settings))

    def run(self, *arguments: str) -> str:
        """Run one tmux command and return what it prints."""
        done = subprocess.run(
            (*self._command, *arguments), capture_output=True, text=True, check=False, env=self._environment()
        )
        if done.returncode:
            raise AssertionError(f"tmux {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
        return {**kept, "HOME": str(self.folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def open(
        self,
        name: str,
        command: Sequence[str],
        size: tuple[int, int],
        variables: Mapping[str, str] | None = None,
    ) -> "Pane":
        """Start a program in a pane; it stays there when the program has ended."""
        width, height = map(str, size)
        assigned = [f"{key}={value}" for key, value in (variables or {}).items()]
        program = ("env", *assigned, *command)
        self.run("new-session", "-d", "-s", name, "-x", width, "-y", height, "-c", str(ROOT), *program)
        return Pane(self, name)

    def close(self) -> None:
        """End the server and all programs in it."""
        subprocess.run((*self._command, "kill-server"), capture_output=True, check=False)


@contextmanager
def server() -> Iterator[Tmux]:
    """Serve, and leave nothing behind."""
    with TemporaryDirectory(prefix="perptop-tmux-") as folder:
        tmux = Tmux(Path(folder))
        try:
            yield tmux
        finally:
            tmux.close()


class Pane:
    """A program in a terminal."""

    def __init__(self, tmux: Tmux, name: str) -> None:
        self.tmux = tmux
        self.name = name

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names of them."""
        self.tmux.run("send-keys", "-t", self.name, *keys)

    def resize(self, size: tuple[int, int]) -> None:
        """Make the terminal as large as that."""
        self.tmux.run("resize-window", "-t", self.name, "-x", str(size[0]), "-y", str(size[1]))

    def lines(self, *, with_colors: bool = False) -> list[str]:
        """What is shown, without the blanks at the end of lines."""
        how = ("-e",) if with_colors else ()
        return self.tmux.run("capture-pane", "-p", *how, "-t", self.name).removesuffix("\n").split("\n")

    def tell(self, what: str) -> str:
        """Expand a format of tmux for the pane."""
        return self.tmux.run("display-message", "-p", "-t", self.name, what).strip()

    @property
    def is_over(self) -> bool:
        """Whether the program has ended."""
        return self.tell("#{pane_dead}") == "1"

    def wait(self, what: str, is_so: Callable[[list[str]], object]) -> list[str]:
        """Wait until the pane shows something, and return it."""
        deadline = time.monotonic() + PATIENCE
        while not is_so(lines := self.lines()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name}: never {what}:\n" + "\n".join(lines))
            time.sleep(GLANCE)
        return lines

    def close(self) -> None:
        """End the program with its pane."""
        self.tmux.run("kill-session", "-t", self.name)


def python(*arguments: str) -> tuple[str, ...]:
    """The command line of a module."""
    return (sys.executable, "-m", *arguments)
