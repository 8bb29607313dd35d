"""The least that a Textual program with a WebSocket and JSON can be."""

import msgspec
import websockets.asyncio.client
from textual.app import ComposeResult
from textual.widgets import Static

from tests.bench.measured import Measured
from tests.bench.notes import Notes, Plan

USED = (msgspec.json.decode, websockets.asyncio.client.connect)


class BareApp(Measured):
    """One line of text."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        super().__init__()

    def compose(self) -> ComposeResult:
        """That line."""
        yield Static("nothing but Textual")

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(self.measure(lambda: None, lambda: None))


if __name__ == "__main__":
    BareApp(Notes(Plan())).run()
