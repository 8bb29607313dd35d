"""Makes the README's pictures: the simulated exchange in virtual time, a fixed seed, and the real screen.

python screenshots/take.py [FOLDER] [NAME...]
"""

import asyncio
import copy
import os
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from textual.pilot import Pilot  # noqa: E402 - found only after the path is known

from screenshots.moving import Frame, compact, moving  # noqa: E402
from tests.virtual.loop import run  # noqa: E402
from tests.virtual.world import BEGIN_MS, ENDPOINT, VirtualWorld  # noqa: E402
from tui.app import PositionsApp  # noqa: E402
from tui.book.book import Book  # noqa: E402
from tui.book.health import Word  # noqa: E402
from tui.book.history import History  # noqa: E402
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
from tui.view.moment import Moment  # noqa: E402
from tui.view.session import Session  # noqa: E402

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
        self.on_news: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        self._time_ms = time_ms
        self.history = History()
        """What was watched before, for the plots."""

    def become(self, other: "Still") -> None:
        """Go on to another moment."""
        self.book, self.rights, self._time_ms = other.book, other.rights, other._time_ms
        for book in self.book.all if isinstance(self.book, Portfolio) else (self.book,):
            book._changed.update(book.positions)

    def time_ms(self) -> int:
        """Return the moment."""
        return self._time_ms

    async def run(self) -> None:
        """Do nothing."""
        await asyncio.Event().wait()

    def refresh(self) -> bool:
        """Do nothing."""
        return True


class Picture(NamedTuple):
    """One picture: what happens before it, and what is pressed."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    play: str = "calm"
    settings: ScreenSettings = ScreenSettings()
    has_color: bool = True


SIZES = ((160, 50), (120, 40), (80, 24), (60, 15))
THEMES = {
    "": (ScreenSettings(), True),
    "-light": (ScreenSettings(theme="textual-light"), True),
    "-no-color": (ScreenSettings(), False),
}
PICTURES = (
    *(
        Picture(f"{size[0]}x{size[1]}{name}", size, play="books", settings=settings, has_color=has_color)
        for size in SIZES
        for name, (settings, has_color) in THEMES.items()
    ),
    Picture("wide", (160, 24)),
    Picture("filtered", (120, 16), ("slash", *"side:short")),
    Picture("detail", (120, 40), ("enter",)),
    Picture("events", (120, 24), ("e",)),
    Picture("help", (120, 40), ("question_mark",)),
    Picture("search", (120, 16), ("question_mark", "slash", *"liq")),
    Picture("lost", (120, 26), play="lost"),
    Picture("stale", (120, 26), play="stale"),
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
        watching = asyncio.create_task(watch_session(moment := Moment(live)))
        await asyncio.sleep(SECONDS)
        await play(world)
        if watching.done():
            watching.result()  # it only ends with an error
        watching.cancel()
        still = Still(live, live.time_ms())
        still.history = moment.history
        worker.cancel()
        await asyncio.gather(worker, watching, return_exceptions=True)
        world.stop()
        return still

    return run(life)


async def watch_session(moment: Moment) -> None:
    """Note how figures go, as the screen does."""
    session = Session(moment)
    while True:
        moment.advance(changed := moment.book.take_changed())
        session.note_changed(changed)
        session.record()
        await asyncio.sleep(1)


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
    if not picture.has_color:
        os.environ["NO_COLOR"] = "1"
    app: PositionsApp = PositionsApp(still, picture.settings)
    os.environ.pop("NO_COLOR", None)
    app.moment.history = still.history
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause()
        for key in picture.keys:
            await pilot.press(key)
        app.paint()
        await pilot.pause()
        svg = compact(app.export_screenshot(title="perptop"))
        (folder / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


class Shot(NamedTuple):
    """One frame of the moving picture: how many moments later it is, what is pressed, how long it is seen."""

    moments: int = 0
    keys: tuple[str, ...] = ()
    seconds: float = 1.0


LOST_MOMENTS = 7
SHOTS = (
    Shot(seconds=2),
    Shot(1),
    Shot(1),
    Shot(keys=("s",), seconds=1.5),
    Shot(keys=("p",), seconds=1.5),
    Shot(1),
    Shot(keys=("slash",), seconds=0.5),
    Shot(keys=tuple("side:"), seconds=0.5),
    Shot(keys=tuple("short"), seconds=1),
    Shot(1, keys=("enter",), seconds=1.5),
    Shot(keys=("escape",)),
    *(Shot(1, seconds=0.8) for _ in range(LOST_MOMENTS)),
    *(Shot(1, seconds=1) for _ in range(5)),
)


def reel() -> list[Still]:
    """The moments of the moving picture: all is well, then the exchange cannot be reached, then it is back."""

    async def life() -> list[Still]:
        exchange = Exchange(scenario("demo"), seed=SEED, wall_ms=BEGIN_MS)
        world = VirtualWorld(exchange, random.Random(SEED))
        key = exchange.keys.hmac
        credential = Credential.hmac(Secret(key.api_key), key.secret)
        live = Live(at(ENDPOINT), credential, account="demo", world=world)
        worker = asyncio.create_task(live.run())
        await until(live, world, is_live=True, seconds=60)
        await asyncio.sleep(20)
        calm_moments = 1 + sum(shot.moments for shot in SHOTS) - LOST_MOMENTS - 5
        stills = []
        for number in range(1 + sum(shot.moments for shot in SHOTS)):
            if number == calm_moments:
                world.network.refusing.update({"api", "private", "market", "http"})
                exchange.fault("reset", world.true_ms())
            if number == calm_moments + LOST_MOMENTS - 2:
                world.network.refusing.clear()
            if number == calm_moments + LOST_MOMENTS + 1:
                await until(live, world, is_live=True, seconds=60)
            await asyncio.sleep(1)
            stills.append(Still(live, live.time_ms()))
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        world.stop()
        return stills

    return run(life)


async def play_reel(stills: list[Still]) -> str:
    """Show the moments on one screen, press the keys, make the moving picture."""
    frames, place = [], 0
    app: PositionsApp = PositionsApp(still := stills[0])
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        for shot in SHOTS:
            place += shot.moments
            if shot.moments:
                still.become(stills[place])
            for key in shot.keys:
                await pilot.press(key)
            app.paint()
            await pilot.pause()
            app.paint()
            await pilot.pause()
            frames.append(Frame(compact(app.export_screenshot(title="perptop")), shot.seconds))
    return moving(frames)


def main(arguments: list[Any]) -> None:
    """Take every picture."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    names = arguments[1:]
    if not names or "moving" in names:
        (folder / "moving.svg").write_text(asyncio.run(play_reel(reel())), encoding="utf-8")
    pictures = [picture for picture in PICTURES if not names or picture.name in names]
    plays = {picture.play for picture in pictures}
    stills = {name: watch(play) for name, play in PLAYS.items() if name in plays}
    if "books" in plays:
        stills["books"] = watch(calm, has_all_books=True)
    for picture in pictures:
        asyncio.run(take(picture, stills[picture.play], folder))
    if names:
        return
    films = folder / "faults"
    films.mkdir(exist_ok=True)
    for name, faults in FILMS.items():
        for moment, still in zip(("during", "after"), film(faults), strict=True):
            asyncio.run(take(Picture(f"{name}-{moment}", (100, 24)), still, films))
            print(name, moment, still.book.word(still.time_ms()))  # noqa: T201 - a script's own output


if __name__ == "__main__":
    main(sys.argv[1:])
