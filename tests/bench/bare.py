"""The least that a Textual program with a WebSocket and JSON can be."""

from typing import Any

import msgspec
import websockets.asyncio.client
from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import Static

from tests.bench.child import Notes, drive
from tests.bench.screen_start import listen, start

USED = (msgspec.json.decode, websockets.asyncio.client.connect)


class BareApp(App[None]):
    """One line of text."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self.notes = notes

    def compose(self) -> ComposeResult:
        """That line."""
        yield Static("nothing but Textual")

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(self._measure())

    async def _measure(self) -> None:
        if self.notes.plan.is_start:
            await start(self.notes)
        else:
            assert self._driver is not None
            await drive(self.notes, lambda: None, lambda: None, self._driver.write)
        self.exit()

    def _build_driver(self, *arguments: Any, **options: Any) -> Driver:
        driver = super()._build_driver(*arguments, **options)
        listen(driver, self.notes)
        return driver

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.notes.displayed()
        super()._display(screen, renderable)


def run(notes: Notes) -> None:
    """Run it."""
    BareApp(notes).run()
