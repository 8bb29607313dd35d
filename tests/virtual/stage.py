"""One worker and one exchange in virtual time, for tests that tell a story step by step."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.virtual.watcher import value_of
from tests.virtual.world import BEGIN_MS, ENDPOINT, VirtualSocket, VirtualWorld
from tui.book.health import Word
from tui.credentials import Credential, Secret
from tui.live import Live, LiveOptions
from tui.protocol.endpoints import Endpoints, at
from tui.sim.exchange import Exchange
from tui.sim.keys import Kind
from tui.sim.scenarios import Scenario, scenario


class RecordingWorld(VirtualWorld):
    """Keeps every request that the worker sends."""

    def __init__(self, exchange: Exchange, dice: random.Random) -> None:
        super().__init__(exchange, dice)
        self.said: list[tuple[float, str, dict[str, Any]]] = []
        """When, on which feed, and what."""

    def say(self, feed: str, frame: bytes) -> None:
        """Keep it."""
        super().say(feed, frame)
        self.said.append((self.now(), feed, json.loads(frame)))

    def asked(self, method: str, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the parameters of every request of a method."""
        return [
            said.get("params", {})
            for when, _, said in self.said
            if said["method"] == method and when >= since
        ]


def credential_of(exchange: Exchange, kind: Kind = "hmac") -> Credential:
    """Return the account's key of a kind."""
    key = exchange.keys[kind]
    if kind == "hmac":
        return Credential.hmac(Secret(key.api_key), key.secret)
    return Credential.private_key(Secret(key.api_key), key.private_key.decode(), kind)


class Stage:
    """A worker, its world, and the exchange at the other end."""

    def __init__(
        self,
        chosen: Scenario,
        *,
        kind: Kind = "hmac",
        options: LiveOptions | None = None,
        folder: Path | None = None,
        skew_ms: int = 0,
    ) -> None:
        self.exchange = Exchange(chosen, seed=1, wall_ms=BEGIN_MS)
        self.world = RecordingWorld(self.exchange, random.Random("stage"))
        self.world.skew_ms = skew_ms
        self._kind, self._options, self._folder = kind, options, folder
        self.endpoints: Endpoints = at(ENDPOINT)
        self.live = self.worker()
        self.task: asyncio.Task[None] | None = None

    def worker(self) -> Live:
        """Make a worker; all of one stage share a folder."""
        return Live(
            self.endpoints,
            credential_of(self.exchange, self._kind),
            options=self._options,
            world=self.world,
            state_folder=self._folder,
        )

    def start(self) -> None:
        """Let the worker work."""
        self.task = asyncio.create_task(self.live.run())

    async def stop(self) -> None:
        """Stop it."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None

    async def restart(self) -> None:
        """Stop it, and begin with another that knows only what is on disk."""
        await self.stop()
        self.live = self.worker()
        self.start()

    @property
    def word(self) -> Word:
        """What it says now."""
        return self.live.book.word(self.live.time_ms())

    @property
    def exchange_ms(self) -> int:
        """The exchange's own time now."""
        return self.world.true_ms() + self.exchange.world.skew_ms

    @property
    def journal(self) -> list[str]:
        """Its lines."""
        return [entry.text for entry in self.live.book.journal]

    def sockets(self, feed: str) -> list[VirtualSocket]:
        """Return the open connections of a feed."""
        return [socket for socket in self.world.sockets if socket.feed == feed]

    def strike(self, name: str, seconds: float | None = None) -> None:
        """Have the exchange do something."""
        self.world.exchange.fault(
            name, self.world.true_ms(), None if seconds is None else int(seconds * 1000)
        )
        self.world.arm()

    async def until(self, is_so: Callable[[], bool], seconds: float) -> float:
        """Let time pass until something is so, at most for so long; return how long it took."""
        begun = self.world.now()
        while not is_so():
            assert self.world.now() - begun <= seconds, (self.word, self.live.book.health, self.journal[-5:])
            assert self.task is None or not self.task.done(), self.task
            await asyncio.sleep(0.02)
        return self.world.now() - begun

    async def until_word(self, word: Word, seconds: float) -> float:
        """Let time pass until the worker says this."""
        return await self.until(lambda: self.word is word, seconds)

    def is_true(self) -> bool:
        """Whether the book is the exchange's own."""
        shown = {
            (key.symbol, key.position_side): value_of(position.position_amount, position.entry_price)
            for key, position in self.live.book.positions.items()
            if position.is_open
        }
        oracle = self.exchange.oracle(self.world.true_ms())
        return shown == {side: value_of(one.position_amount, one.entry_price) for side, one in oracle.items()}


@asynccontextmanager
async def stage(chosen: str | Scenario = "demo", **named: Any) -> AsyncIterator[Stage]:
    """Begin a worker that is LIVE when the block begins, and stop it when the block ends."""
    made = Stage(scenario(chosen) if isinstance(chosen, str) else chosen, **named)
    made.start()
    try:
        await made.until_word(Word.LIVE, 10)
        yield made
    finally:
        await made.stop()
        made.world.stop()
