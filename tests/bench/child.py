"""One program in a pane: moves its market, counts its own CPU, and notes which bytes carry which tick."""

import argparse
import asyncio
import gc
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEGIN, END = "\x1b]2;bench begin\a", "\x1b]2;bench end\a"
"""Stand in the output around what is measured."""
WARM_UP = 1.5
BEAT = 0.005


class Plan:
    """What to do, from the command line."""

    def __init__(self) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("program", choices=["perptop", "textual", "datatable", "raw", "bare"])
        parser.add_argument("result", type=Path)
        parser.add_argument("--rows", type=int, default=10)
        parser.add_argument("--width", type=int, default=160)
        parser.add_argument("--height", type=int, default=50)
        parser.add_argument("--hz", type=float, default=1.0)
        parser.add_argument("--ticks", type=int, default=5)
        parser.add_argument("--visible", action="store_true", help="move only the rows in sight")
        parser.add_argument("--start", action="store_true", help="only start")
        parser.add_argument("--idle", type=float, default=0.0, help="so many seconds in which nothing moves")
        parser.add_argument("--beats", action="store_true", help="watch how free the event loop is")
        arguments = parser.parse_args()
        self.program: str = arguments.program
        self.result: Path = arguments.result
        self.rows: int = arguments.rows
        self.width: int = arguments.width
        self.height: int = arguments.height
        self.hz: float = arguments.hz
        self.ticks: int = arguments.ticks
        self.is_visible_only: bool = arguments.visible
        self.is_start: bool = arguments.start
        self.idle: float = arguments.idle
        self.has_beats: bool = arguments.beats


class Notes:
    """What a run finds out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tick = self.shown_tick = -1
        self.frame = 0
        self.is_on = False
        self.ticks: list[float] = []
        self.writes: list[tuple[int, int, int]] = []
        """Frame, the newest tick in it, bytes."""
        self.frames: list[tuple[float, float, int]] = []
        """Of a start: seconds since then, CPU, and bytes of each write."""
        self.lags: list[float] = []
        self.moving = 0.0
        self._cpu = 0.0
        self.cpu = 0.0

    def begin(self) -> None:
        """Count from now on."""
        self.is_on = True
        self._cpu, self.moving = cpu(), 0.0

    def end(self) -> None:
        """Count no more."""
        self.cpu = cpu() - self._cpu - self.moving
        self.is_on = False

    def displayed(self) -> None:
        """A frame with the newest tick is on its way."""
        self.frame += 1
        self.shown_tick = self.tick

    def wrote(self, data: str) -> None:
        """Bytes of that frame."""
        if self.is_on:
            self.writes.append((self.frame, self.shown_tick, len(data.encode())))
        elif self.plan.is_start:
            self.frames.append((time.monotonic(), cpu(), len(data)))

    def move(self, move: Callable[[], None]) -> None:
        """Begin a tick."""
        self.tick += 1
        self.ticks.append(time.perf_counter())
        before = time.process_time()
        move()
        self.moving += time.process_time() - before

    def save(self) -> None:
        """Tell the parent."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        status = Path("/proc/self/status").read_text()
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        result: dict[str, Any] = {
            "cpu": self.cpu,
            "ticks": self.ticks,
            "writes": self.writes,
            "frames": self.frames,
            "lags": self.lags,
            "rss_kb": rss,
            "max_rss_kb": usage.ru_maxrss,
        }
        self.plan.result.write_text(json.dumps(result))


def cpu() -> float:
    """CPU seconds of this process so far: user and system, all threads."""
    times = os.times()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    del times
    return usage.ru_utime + usage.ru_stime


async def drive(notes: Notes, move: Callable[[], None], paint: Callable[[], None], write: Callable[[str], None]) -> None:
    """Tick on an app's own loop."""
    plan = notes.plan
    await asyncio.sleep(WARM_UP)
    beats = asyncio.create_task(_beat(notes)) if plan.has_beats else None
    write(BEGIN)
    notes.begin()
    if plan.idle:
        await asyncio.sleep(plan.idle)
    start = time.perf_counter()
    for number in range(plan.ticks if not plan.idle else 0):
        await asyncio.sleep(max(0.0, start + number / plan.hz - time.perf_counter()))
        notes.move(move)
        paint()
    if plan.ticks and not plan.idle:
        await asyncio.sleep(1 / plan.hz)
    notes.end()
    if beats:
        beats.cancel()
    write(END)
    await asyncio.sleep(0.2)
    notes.save()


async def _beat(notes: Notes) -> None:
    while True:
        due = time.perf_counter() + BEAT
        await asyncio.sleep(BEAT)
        notes.lags.append(time.perf_counter() - due)


def main() -> None:
    """Run the program of the plan."""
    plan = Plan()
    notes = Notes(plan)
    if plan.program == "raw":
        from tests.bench import raw

        raw.run(notes)
    elif plan.program == "bare":
        from tests.bench import bare

        bare.run(notes)
    elif plan.program == "datatable":
        from tests.bench import datatable

        datatable.run(notes)
    else:
        from tests.bench import screen

        screen.run(notes, paint=plan.program == "perptop")


if __name__ == "__main__":
    gc.enable()
    main()
