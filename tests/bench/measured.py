"""What the Textual programs of the bench have in common."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from tests.bench.notes import BEGIN, END, Notes

BEAT = 0.005


class Measured(App[None]):
    """Notes what it writes."""

    notes: Notes

    def _build_driver(self, *arguments: Any, **options: Any) -> Driver:
        driver = super()._build_driver(*arguments, **options)
        write = driver.write

        def noted(data: str) -> None:
            self.notes.wrote(data)
            write(data)

        setattr(driver, "write", noted)  # noqa: B010 - a method
        return driver

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.notes.displayed()
        super()._display(screen, renderable)

    async def measure(self, move: Callable[[], None], paint: Callable[[], object]) -> None:
        """Do what the plan says, then leave."""
        await asyncio.sleep(0)
        if self.notes.plan.is_start:
            await self._start()
        else:
            await self._tick(move, paint)
        self.notes.save()
        self.exit()

    async def _start(self) -> None:
        before = -1
        while self.notes.frame == 0 or before != self.notes.frame:
            before = self.notes.frame
            await asyncio.sleep(0.5)

    async def _tick(self, move: Callable[[], None], paint: Callable[[], object]) -> None:
        notes, plan = self.notes, self.notes.plan
        await asyncio.sleep(plan.warm_up)
        beats = asyncio.create_task(self._beat()) if plan.has_beats else None
        assert self._driver is not None
        self._driver.write(BEGIN)
        notes.begin()
        await asyncio.sleep(plan.idle)
        start = time.perf_counter()
        for number in range(plan.ticks):
            await asyncio.sleep(max(0.0, start + number / plan.hz - time.perf_counter()))
            notes.move(move)
            paint()
        await asyncio.sleep(1 / plan.hz)
        notes.end()
        if beats:
            beats.cancel()
        self._driver.write(END)
        await asyncio.sleep(0.1)

    async def _beat(self) -> None:
        while True:
            due = time.perf_counter() + BEAT
            await asyncio.sleep(BEAT)
            self.notes.lags.append(time.perf_counter() - due)
