"""A pane: a real pty with a program in it, whose bytes are read, counted and timed."""

import bisect
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.notes import BEGIN, END

ROOT = Path(__file__).parents[2]
SYNC_QUERY, SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""The question whether synchronized updates are supported, and yes."""
SLICE = 256
"""Bytes that a slow terminal takes at once."""


@dataclass
class Run:
    """What came of a program."""

    notes: dict[str, Any]
    output: bytes
    """Between the marks."""
    before: bytes
    """Before the first of them."""
    reads: list[tuple[float, int]] = field(default_factory=list)
    """When how many bytes had been read since the first mark."""
    began: float = 0.0

    @property
    def delays(self) -> list[float]:
        """For each tick the seconds until the last byte of the first frame that shows it had been read."""
        ends: dict[int, tuple[int, int]] = {}
        count = 0
        for frame, tick, size in self.notes["writes"]:
            count += size
            ends[frame] = tick, count
        shown = [tick for tick, _ in ends.values()]
        totals = [total for _, total in self.reads]
        delays: list[float] = []
        for tick, began in enumerate(self.notes["ticks"]):
            place = bisect.bisect_left(shown, tick)
            if place >= len(shown):
                continue
            last = list(ends.values())[place][1]
            read = bisect.bisect_left(totals, last)
            if read < len(totals):
                delays.append(self.reads[read][0] - began)
        return delays

    @property
    def frames(self) -> list[bytes]:
        """The bytes of each frame."""
        sizes: dict[int, int] = {}
        for frame, _, size in self.notes["writes"]:
            sizes[frame] = sizes.get(frame, 0) + size
        frames, start = [], 0
        for size in sizes.values():
            frames.append(self.output[start : start + size])
            start += size
        return frames


def _open(width: int, height: int) -> tuple[int, int]:
    """A pty of that size: our end and the program's."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST  # so that the bytes read are the bytes written
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    return master, slave


def run(
    program: str, *options: str, width: int = 160, height: int = 50, rate: int = 0, under: Sequence[str] = ()
) -> Run:
    """Run a program of the bench in a pane.

    Args:
        program: the module.
        options: its options.
        width: cells of the pane.
        height: its lines.
        rate: bytes a second that a slow terminal takes; 0: as fast as can be.
        under: a program that runs it, and its options.
    """
    master, slave = _open(width, height)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "notes.json"
        command = [*under, sys.executable, "-m", f"tests.bench.{program}", str(result), *options]
        command += [f"--width={width}", f"--height={height}"]
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,
        )
        os.close(slave)
        output, reads = _read(master, rate)
        process.wait()
        os.close(master)
        if not result.exists():
            raise RuntimeError(f"{program}: {output[-2000:].decode(errors='replace')}")
        notes = json.loads(result.read_text())
    return _cut(notes, output, reads, began)


def instructions(program: str, *options: str) -> int:
    """The instructions of a whole run, as Callgrind counts them: the same however busy the machine is."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        tool = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}")
        run(program, *options, under=tool)
        found = re.search(r"Collected : (\d+)", log.read_text())
    if found is None:
        raise RuntimeError(f"{program}: valgrind counted nothing")
    return int(found[1])


class Neighbour(NamedTuple):
    """What another program that sits in a pane costs."""

    bytes_a_second: float
    cpu_percent: float


def watch(command: Sequence[str], seconds: float, width: int = 160, height: int = 50) -> Neighbour:
    """Let a program that is not ours run in a pane, and count what it does after its first two seconds."""
    master, slave = _open(width, height)
    with tempfile.TemporaryDirectory() as home:  # with its own defaults
        process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**_environment(), "HOME": home, "XDG_CONFIG_HOME": home},
            start_new_session=True,
        )
        os.close(slave)
        _read_for(master, 2)
        before = _cpu(process.pid)
        count = _read_for(master, seconds)
        used = _cpu(process.pid) - before
        process.kill()
        process.wait()
        os.close(master)
    return Neighbour(count / seconds, used / seconds * 100)


def _read_for(master: int, seconds: float) -> int:
    """Read what comes, and count it."""
    count, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([master], [], [], left)[0]:
            count += len(os.read(master, 1 << 16))
    return count


def _cpu(process: int) -> float:
    """CPU seconds of a process so far: user and system, all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }


def _read(master: int, rate: int) -> tuple[bytes, list[tuple[float, int]]]:
    parts: list[bytes] = []
    reads: list[tuple[float, int]] = []
    total = 0
    is_asked = False
    due = time.perf_counter()
    while True:
        try:
            select.select([master], [], [])
            part = os.read(master, SLICE if rate else 1 << 16)
        except OSError:
            break
        if not part:
            break
        if rate:
            due = max(due, time.perf_counter() - 0.005) + len(part) / rate
            time.sleep(max(0.0, due - time.perf_counter()))
        total += len(part)
        parts.append(part)
        reads.append((time.perf_counter(), total))
        if not is_asked and SYNC_QUERY in b"".join(parts[-8:]):
            is_asked = True
            os.write(master, SYNC_ANSWER)
    return b"".join(parts), reads


def _cut(notes: dict[str, Any], output: bytes, reads: list[tuple[float, int]], began: float) -> Run:
    mark = output.find(BEGIN.encode())
    if mark < 0:
        return Run(notes, b"", output, [], began)
    start = mark + len(BEGIN)
    end = output.find(END.encode())
    counted = [(when, total - start) for when, total in reads if total > start]
    return Run(notes, output[start : end if end >= 0 else None], output[:start], counted, began)
