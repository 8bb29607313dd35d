"""A pane: a real pty with a program in it, whose bytes are read, counted and timed."""

import bisect
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
        """For each tick the seconds until the last byte of the frame that shows it had been read."""
        ends: dict[int, tuple[int, int]] = {}
        count = 0
        for frame, tick, size in self.notes["writes"]:
            count += size
            ends[frame] = tick, count
        shown = [tick for tick, _ in ends.values()]
        totals = [total for _, total in self.reads]
        delays: list[float] = []
        for tick, began in enumerate(self.notes["ticks"]):
            place = bisect.bisect_right(shown, tick) - 1
            if place < 0 or shown[place] < tick:
                place += 1
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


def run(program: str, *options: str, width: int = 160, height: int = 50, rate: int = 0) -> Run:
    """Run a program of the bench in a pane; `rate` is what a slow terminal takes, in bytes a second."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST  # so that the bytes read are the bytes written
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "notes.json"
        command = [sys.executable, "-m", f"tests.bench.{program}", str(result), *options]
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


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
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
