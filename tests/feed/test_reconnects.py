"""Many reconnects over real sockets leave no task, no descriptor, no thread and no memory behind."""

import asyncio
import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.virtual.stage import credential_of
from tui.book.health import Transport
from tui.feed.real_world import RealWorld
from tui.live import Live
from tui.protocol import redial
from tui.protocol.endpoints import at
from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario
from tui.sim.server import serve, wall_clock

RECONNECTS = 50
GROWTH = 12 * 2**20
"""Bytes that the process may have grown by: the ledger of the exchange lives in it too."""


class EagerWorld(RealWorld):
    """Never waits longer than it has to."""

    def random(self) -> float:
        """Return the least."""
        return 0.0


async def eventually(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110  # a state of many parts has no event
            await asyncio.sleep(0.005)


def held() -> tuple[int, int, int]:
    """Return what the process holds: tasks, descriptors, threads."""
    gc.collect()
    return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd")), threading.active_count()


def resident() -> int:
    """Return the bytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_fifty_reconnects_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifty resets of all connections the process holds what it held after the third."""
    for name, value in (("SPACING", 0.0), ("PER_WINDOW", 10_000), ("LOW", 0.0), ("CAP", 0.0)):
        monkeypatch.setattr(redial, name, value)
    clock = wall_clock()
    exchange = Exchange(scenario("quiet"), seed=1, wall_ms=clock())
    async with serve(exchange, clock=clock) as server:
        live = Live(at(server.endpoint), credential_of(exchange), world=EagerWorld())
        worker = asyncio.create_task(live.run())
        feeds = live.book.health.feeds

        def is_open() -> bool:
            return len(server.connections) == 3 and all(feed.transport is Transport.OPEN for feed in feeds)

        async def reconnect(times: int) -> None:
            for _ in range(times):
                sought = len(exchange.ledger.of("connect")) + 3
                server.fault("reset")
                await eventually(lambda: len(exchange.ledger.of("connect")) >= sought and is_open(), 20)  # noqa: B023

        await eventually(is_open, 20)
        await reconnect(3)
        await asyncio.sleep(0.5)
        first, before = held(), resident()
        await reconnect(RECONNECTS)
        await asyncio.sleep(0.5)
        last, grown = held(), resident() - before

        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        left = held()

    assert last == first
    assert grown < GROWTH
    assert left[0] < first[0]
    assert left[1] < first[1]
