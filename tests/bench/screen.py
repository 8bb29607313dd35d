"""perptop's own screen on the market of the bench."""

from typing import Any

from rich.console import RenderableType
from textual.driver import Driver
from textual.screen import Screen

import tui.live  # noqa: F401 - what the program loads beside its screen
from tests.bench.child import Notes, drive
from tests.bench.market import Market
from tui.app import PositionsApp
from tui.settings import ScreenSettings

CHROME = 6
"""Lines of a pane that are no rows, at least."""


class MeasuredApp(PositionsApp):
    """Notes what it writes."""

    def __init__(self, market: Market, notes: Notes, *, paint: bool) -> None:
        super().__init__(market, ScreenSettings(sort="symbol"), paint=paint)
        self.notes = notes

    def _build_driver(self, *arguments: Any, **options: Any) -> Driver:
        driver = super()._build_driver(*arguments, **options)
        listen(driver, self.notes)
        return driver

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.notes.displayed()
        super()._display(screen, renderable)


def listen(driver: Driver, notes: Notes) -> None:
    """Note what goes through a driver."""
    write = driver.write

    def noted(data: str) -> None:
        notes.wrote(data)
        write(data)

    setattr(driver, "write", noted)  # noqa: B010 - a method


def run(notes: Notes, *, paint: bool) -> None:
    """Run it."""
    plan = notes.plan
    market = Market(plan.rows)
    keys = market.keys[: plan.height - CHROME] if plan.is_visible_only else market.keys
    app = MeasuredApp(market, notes, paint=paint)

    def write(text: str) -> None:
        assert app._driver is not None
        app._driver.write(text)

    async def moved() -> None:
        if plan.is_start:
            await start(notes)
        else:
            await drive(notes, lambda: market.move(keys), app.paint, write)
        app.exit()

    market.drive = moved
    app.run()


async def start(notes: Notes) -> None:
    """Wait until everything stands on the screen."""
    import asyncio

    while notes.frame == 0:
        await asyncio.sleep(0.02)
    before = -1
    while before != notes.frame:
        before = notes.frame
        await asyncio.sleep(0.5)
    notes.save()
