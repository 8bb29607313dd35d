"""perptop's own screen on the market of the bench."""

from pathlib import Path

import tests.bench.starting  # noqa: F401 - before all others
import tui.app
import tui.live  # what the program loads beside its screen
from tests.bench.market import Market
from tests.bench.measured import Measured
from tests.bench.notes import Notes, Plan
from tui.app import PositionsApp
from tui.settings import ScreenSettings


class MeasuredScreen(Measured, PositionsApp):
    """perptop, which notes what it writes."""

    CSS_PATH = str(Path(tui.app.__file__).with_name("app.tcss"))

    def __init__(self, market: Market, notes: Notes) -> None:
        self.notes = notes
        super().__init__(market, ScreenSettings(sort="symbol", whole_lines=not notes.plan.has_painter))


def run(notes: Notes) -> None:
    """Run it."""
    market = notes.build()
    app = MeasuredScreen(market, notes)

    async def drive() -> None:
        import tui.feed.websocket  # noqa: F401 - as the worker does when it opens its first connection

        assert market.on_change is not None
        await app.measure(lambda: market.move(keys), market.on_change)

    keys = market.keys[: notes.plan.height] if notes.plan.is_in_sight_only else market.keys
    market.drive = drive
    app.run()


if __name__ == "__main__":
    run(Notes(Plan()))
