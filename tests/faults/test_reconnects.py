"""Many reconnects over real sockets leave nothing behind."""

import asyncio
import gc
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.faults.lab import Bench, Lag, Setup, bench
from tui.book.health import Transport
from tui.protocol.redial import Manners

FIRST, MORE = 15, 45
LARGEST = 4 * 2**20


class Impatient(Manners):
    """Manners that a real exchange would not forgive: no pause between two connects."""

    def dial_at(self, now: float) -> float:
        """Return now, unless silence is due."""
        return max(now, self.silent_until)


def used() -> tuple[int, int, int]:
    """Return how many tasks and file descriptors there are, and how much memory is in use."""
    gc.collect()
    process = psutil.Process()
    return len(asyncio.all_tasks()), process.num_fds(), process.memory_info().rss


async def reconnect(made: Bench, times: int) -> None:
    """Cut all connections and wait until they are open again, so many times."""
    feeds = made.live.book.health.feeds
    for _ in range(times):
        connects = made.connects()
        made.proxy.reset()
        await made.until(
            "open again",
            lambda connects=connects: (  # type: ignore[misc]  # bound to this turn
                made.connects() >= connects + 3 and all(feed.transport is Transport.OPEN for feed in feeds)
            ),
            10.0,
        )


def test_reconnects_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks, file descriptors and memory are after sixty reconnects what they were after fifteen."""
    monkeypatch.setattr("tui.live.house.Manners", Impatient)
    monkeypatch.setattr("tui.live.house.LIMIT", 10**7)
    monkeypatch.setattr("tui.protocol.redial.Redial.delay", lambda self, *_: 0.0)

    async def run() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        lag = Lag()
        async with bench(Setup(), tmp_path, lag) as made:
            made.is_mannered = False
            await reconnect(made, FIRST)
            await made.watch(1.5)  # until what was left behind has said farewell
            before = used()
            await reconnect(made, MORE)
            await made.until("whole", lambda: made.is_whole, 30.0)
            await made.watch(1.5)
            return before, used()

    before, after = asyncio.run(run())
    assert after[:2] == before[:2]
    assert after[2] - before[2] < LARGEST
