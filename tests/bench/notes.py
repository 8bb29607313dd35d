"""What one program of the bench is told to do, and what it finds out."""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.market import Market

BEGIN, END = "\x1b]2;bench begin\a", "\x1b]2;bench end\a"
"""Stand in the output around what is measured."""


class Plan:
    """What to do, from the command line."""

    def __init__(self) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("result", type=Path)
        parser.add_argument("--rows", type=int, default=10)
        parser.add_argument("--width", type=int, default=160)
        parser.add_argument("--height", type=int, default=50)
        parser.add_argument("--hz", type=float, default=1.0)
        parser.add_argument("--ticks", type=int, default=5)
        parser.add_argument("--warm-up", type=float, default=2.5, help="seconds before anything is counted")
        parser.add_argument("--in-sight", action="store_true", help="move only the rows in sight")
        parser.add_argument("--idle", type=float, default=0.0, help="so many seconds in which nothing moves")
        parser.add_argument("--start", action="store_true", help="only start")
        parser.add_argument("--beats", action="store_true", help="watch how free the event loop is")
        parser.add_argument("--no-paint", action="store_true", help="without the painter")
        parser.add_argument("--still", action="store_true", help="let the clock of the market stand still")
        arguments = parser.parse_args()
        self.result: Path = arguments.result
        self.rows: int = arguments.rows
        self.width: int = arguments.width
        self.height: int = arguments.height
        self.hz: float = arguments.hz
        self.warm_up: float = arguments.warm_up
        self.ticks: int = 0 if arguments.idle else arguments.ticks
        self.is_in_sight_only: bool = arguments.in_sight
        self.idle: float = arguments.idle
        self.is_start: bool = arguments.start
        self.has_beats: bool = arguments.beats
        self.is_still: bool = arguments.still
        self.has_painter: bool = not arguments.no_paint
        self.steps = 1 if arguments.start or arguments.idle else 32
        """How many prices a position has: memory and time of a start are not the market's."""


class Notes:
    """What a run finds out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tick = self.shown_tick = -1
        self.frame = 0
        self.is_on = False
        self.ticks: list[float] = []
        """When each began."""
        self.writes: list[tuple[int, int, int]] = []
        """Frame, the newest tick in it, bytes."""
        self.frames: list[tuple[float, float]] = []
        """Of a start: when each frame was written, and the CPU until then."""
        self.lags: list[float] = []
        self._moving = self._building = self._cpu_before = self._cpu = 0.0

    def build(self) -> Market:
        """Make the market; what that costs does not count."""
        before = cpu()
        market = Market(self.plan.rows, self.plan.steps, is_still=self.plan.is_still)
        self._building = cpu() - before
        return market

    def begin(self) -> None:
        """Count from now on."""
        self.is_on, self._moving, self._cpu_before = True, 0.0, cpu()

    def end(self) -> None:
        """Count no more."""
        self.is_on, self._cpu = False, cpu() - self._cpu_before - self._moving

    def displayed(self) -> None:
        """A frame with the newest tick is on its way."""
        self.frame += 1
        self.shown_tick = self.tick

    def wrote(self, data: str) -> None:
        """Bytes of that frame."""
        if self.is_on:
            self.writes.append((self.frame, self.shown_tick, len(data.encode())))
        elif self.plan.is_start and self.frame:
            self.frames.append((time.monotonic(), cpu() - self._building))

    def move(self, move: Callable[[], None]) -> None:
        """Begin a tick; what moving the prices costs does not count."""
        self.tick += 1
        self.ticks.append(time.perf_counter())
        before = time.process_time()
        move()
        self._moving += time.process_time() - before

    def save(self) -> None:
        """Tell the parent."""
        lines = Path("/proc/self/status").read_text().splitlines()
        result = {
            "cpu": self._cpu,
            "ticks": self.ticks,
            "writes": self.writes,
            "frames": self.frames,
            "lags": self.lags,
            "rss_kb": next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")),
        }
        self.plan.result.write_text(json.dumps(result))


def cpu() -> float:
    """CPU seconds of this process so far: user and system, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
