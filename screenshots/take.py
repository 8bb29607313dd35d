"""Makes the README's pictures: the simulated exchange in virtual time, a fixed seed, and the real screen.

python screenshots/take.py [FOLDER]
"""

import asyncio
import copy
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from textual.pilot import Pilot  # noqa: E402 - found only after the path is known

from tests.virtual.loop import run  # noqa: E402
from tests.virtual.world import BEGIN_MS, ENDPOINT, VirtualWorld  # noqa: E402
from tui.app import PositionsApp  # noqa: E402
from tui.book.book import Book  # noqa: E402
from tui.book.health import Word  # noqa: E402
from tui.book.portfolio import Portfolio  # noqa: E402
from tui.credentials import Credential, Secret  # noqa: E402
from tui.live import (  # noqa: E402
    Live,
    LiveOptions,
    Lives,
)
from tui.protocol.endpoints import at  # noqa: E402
from tui.settings import ScreenSettings  # noqa: E402
from tui.sim.exchange import Exchange  # noqa: E402
from tui.sim.scenarios import scenario  # noqa: E402

SEED = 7
SECONDS = 100.0
"""How long the exchange is watched before a picture is taken: long enough for something to have happened."""

Play = Callable[[VirtualWorld], Awaitable[None]]
Press = Callable[[Pilot[None]], Awaitable[None]]


class Still:
    """A moment of a worker: what the screen shows no longer moves."""

    def __init__(self, live: Live | Lives, time_ms: int) -> None:
        self.book: Book | Portfolio = copy.deepcopy(live.book)
        self.label = "demo"
        self.notice = ""
        self.rights = live.rights
        self.on_change: Callable[[], None] | None = None
        self._time_ms = time_ms

    def time_ms(self) -> int:
        """Return the moment."""
        return self._time_ms

    async def run(self) -> None:
        """Do nothing."""
        await asyncio.Event().wait()

    def refresh(self) -> None:
        """Do nothing."""


class Picture(NamedTuple):
    """One picture: what happens before it, and what is pressed."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    play: str = "calm"
    settings: ScreenSettings = ScreenSettings()


PICTURES = (
    Picture("wide", (160, 24)),
    Picture("books", (160, 30), play="books"),
    Picture("120x40", (120, 30)),
    Picture("80x24", (80, 24)),
    Picture("60x15", (60, 15)),
    Picture("filtered", (120, 16), ("slash", *"side:short")),
    Picture("detail", (120, 40), ("enter",)),
    Picture("events", (120, 24), ("e",)),
    Picture("help", (120, 40), ("question_mark",)),
    Picture("lost", (120, 26), play="lost"),
    Picture("stale", (120, 26), play="stale"),
    Picture("light", (120, 26), settings=ScreenSettings(theme="textual-light")),
)


async def calm(world: VirtualWorld) -> None:
    """Nothing is wrong."""


async def lost(world: VirtualWorld) -> None:
    """Every connection is cut, and the exchange can no longer be reached."""
    world.network.refusing.update({"api", "private", "market", "http"})
    world.exchange.fault("reset", world.true_ms())
    await asyncio.sleep(12.0)


async def stale(world: VirtualWorld) -> None:
    """Mark prices have stopped; their connection is open."""
    world.exchange.fault("no-marks", world.true_ms())
    await asyncio.sleep(8.0)


PLAYS: dict[str, Play] = {"calm": calm, "lost": lost, "stale": stale}


def watch(play: Play, *, has_all_books: bool = False) -> Still:
    """Watch the simulated account for a while in virtual time, then hold a moment of it."""

    async def life() -> Still:
        exchange = Exchange(scenario("demo"), seed=SEED, wall_ms=BEGIN_MS)
        world = VirtualWorld(exchange, random.Random(SEED))
        key = exchange.keys.hmac
        credential = Credential.hmac(Secret(key.api_key), key.secret)
        live: Live | Lives = (first := Live(at(ENDPOINT), credential, account="demo", world=world))
        if has_all_books:
            coin_m = LiveOptions(book="coinm")
            live = Lives(
                [first, Live(at(ENDPOINT), credential, account="demo", options=coin_m, beside=first)]
            )
        worker = asyncio.create_task(live.run())
        await asyncio.sleep(SECONDS)
        await play(world)
        still = Still(live, live.time_ms())
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        world.stop()
        return still

    return run(life)


FILMS: dict[str, tuple[str, ...]] = {
    "reset": ("reset",),
    "close-1008": ("close-1008",),
    "silence": ("silence",),
    "no-answers": ("no-answers",),
    "no-marks": ("no-marks",),
    "private-silent": ("private-silent",),
    "listen-key-expired": ("listen-key-expired",),
    "listen-key-deleted": ("listen-key-deleted",),
    "drop-event": ("drop-event",),
    "clock": ("clock+40s",),
    "request-429": ("request-429",),
    "request-418": ("request-418",),
    "key-revoked": ("key-revoked",),
    "error-1008": ("error-1008:api",),
    "html": ("html:api",),
    "captive-portal": ("portal-200", "reset"),
    "refused": ("refuse-connections", "reset"),
    "firewall": ("handshake-403", "reset"),
    "rotate": ("rotate",),
}
"""What the account's demo is struck with: one film each."""

LASTS = 20_000
"""How long a fault that does not end by itself is on, in milliseconds."""


def film(faults: tuple[str, ...]) -> tuple[Still, Still]:
    """Strike the demo with a fault; return the moment at which it is said, and one when all is well again."""

    async def life() -> tuple[Still, Still]:
        exchange = Exchange(scenario("demo"), seed=SEED, wall_ms=BEGIN_MS)
        world = VirtualWorld(exchange, random.Random(SEED))
        key = exchange.keys.hmac
        live = Live(
            at(ENDPOINT), Credential.hmac(Secret(key.api_key), key.secret), account="demo", world=world
        )
        worker = asyncio.create_task(live.run())
        await until(live, world, is_live=True, seconds=60)
        await asyncio.sleep(20)
        for fault in faults:
            exchange.fault(fault, world.true_ms(), LASTS)
        await until(live, world, is_live=False, seconds=18)
        await asyncio.sleep(0.5)
        during = Still(live, live.time_ms())
        await asyncio.sleep(LASTS / 1000)
        await until(live, world, is_live=True, seconds=1_200)
        await asyncio.sleep(2)
        after = Still(live, live.time_ms())
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        world.stop()
        return during, after

    return run(life)


async def until(live: Live, world: VirtualWorld, *, is_live: bool, seconds: float) -> None:
    """Wait until the word is LIVE, or no longer is; for so many virtual seconds at most."""
    end = world.now() + seconds
    while (live.book.word(live.time_ms()) is Word.LIVE) is not is_live and world.now() < end:  # noqa: ASYNC110 - virtual
        await asyncio.sleep(0.25)


async def take(picture: Picture, still: Still, folder: Path) -> None:
    """Show the moment, press the keys, write the picture."""
    app: PositionsApp = PositionsApp(still, picture.settings)
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause()
        for key in picture.keys:
            await pilot.press(key)
        app.paint()
        await pilot.pause()
        svg = app.export_screenshot(title="perptop")
        # Some renderers drop leading spaces, which is where numbers are aligned.
        svg = svg.replace("<text ", '<text xml:space="preserve" ')
        (folder / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


def main(arguments: list[Any]) -> None:
    """Take every picture."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    stills = {name: watch(play) for name, play in PLAYS.items()}
    stills["books"] = watch(calm, has_all_books=True)
    for picture in PICTURES:
        asyncio.run(take(picture, stills[picture.play], folder))
    films = folder / "faults"
    films.mkdir(exist_ok=True)
    for name, faults in FILMS.items():
        for moment, still in zip(("during", "after"), film(faults), strict=True):
            asyncio.run(take(Picture(f"{name}-{moment}", (100, 24)), still, films))
            print(name, moment, still.book.word(still.time_ms()))  # noqa: T201 - a script's own output


if __name__ == "__main__":
    main(sys.argv[1:])
