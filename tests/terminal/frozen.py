"""The demo's account at one moment, which never passes: whoever shows it has to show these very figures."""

import asyncio
import pickle
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from tui.cli.options import Connection
from tui.cli.place import open_live, plan
from tui.live import Lives, snapshots
from tui.settings import ScreenSettings, Settings
from tui.view.books import Shelf


class Frozen(msgspec.Struct):
    """A source whose worker does nothing and whose clock stands."""

    book: Shelf
    now: int
    label: str
    notice: str
    rights: str
    on_news: Callable[[], None] | None = None
    on_change: Callable[[], None] | None = None

    def time_ms(self) -> int:
        """Always the same."""
        return self.now

    async def run(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    def refresh(self) -> bool:
        """There is nobody to ask."""
        return True


async def freeze() -> Frozen:
    """Watch the demo until it is whole, and keep that."""
    async with AsyncExitStack() as stack:
        live = await open_live(stack, plan(Connection(demo=True), Settings(), streams=False))
        assert isinstance(live, Lives)
        await snapshots(live, 10.0)
        return Frozen(live.book, live.time_ms(), live.label, live.notice, live.rights)


def main(path: Path, theme: str) -> None:
    """Show what was frozen."""
    from tui.app import PositionsApp

    source = pickle.loads(path.read_bytes())
    PositionsApp(source, ScreenSettings(theme=theme)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
