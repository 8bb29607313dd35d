"""The outside of a worker in virtual time: its clocks, its dice, and lines to a simulated exchange in memory."""

import asyncio
import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from tests.virtual.loop import VirtualLoop
from tui.feed.names import RESOLVE_SECONDS
from tui.feed.real_world import HTTP_SECONDS
from tui.feed.websocket import CLOSE_SECONDS, OPEN_SECONDS, PING_SECONDS, dial_failed
from tui.feed.world import DialFailed, HttpAnswer, Lost
from tui.sim.exchange import Exchange, feed_of
from tui.sim.outgoing import CUT, NO_ANSWER, Abort, Binary, Close, Outgoing, Ping, Refusal, Text
from tui.sim.session import Session

BEGIN_MS = 1_780_000_000_000
ENDPOINT = "http://127.0.0.1:1"
HOST = "127.0.0.1"
RETRANSMIT = 0.5
"""Seconds after which a line looks again whether it is still blocked: nothing on it is lost, as in TCP."""

Item = TypeVar("Item")
_RETRY_AFTER = re.compile(r'"serverTime":(\d+),"retryAfter":(\d+)')


class Network:
    """The state of the lines between the worker and the exchange, by feed: `api`, `private`, `market`, `http`."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.latency = (0.004, 0.06)
        """Shortest and longest time of a frame on its way."""
        self.deaf: set[str] = set()
        """What the exchange says on these does not arrive."""
        self.mute: set[str] = set()
        """What the worker says on these does not arrive."""
        self.refusing: set[str] = set()
        self.untrusted: set[str] = set()
        self.is_nameless = False
        """The resolver answers nothing."""

    def delay(self) -> float:
        """Return how long the next frame is on its way."""
        return self._dice.uniform(*self.latency)

    def is_blocked(self, feed: str) -> bool:
        """Whether no handshake can succeed."""
        return feed in self.deaf or feed in self.mute


class Pipe(Generic[Item]):
    """One direction of a line: late, in order, and while it is blocked not at all."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        network: Network,
        is_blocked: Callable[[], bool],
        deliver: Callable[[Item], None],
    ) -> None:
        self._loop = loop
        self._network = network
        self._is_blocked = is_blocked
        self._deliver = deliver
        self._queue: deque[tuple[float, float, Item]] = deque()
        """Arrival, departure, and what it is."""
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, item: Item) -> None:
        """Send one thing."""
        now = self._loop.time()
        self._last = max(self._last, now + self._network.delay())
        self._queue.append((self._last, now, item))
        if self._timer is None:
            self._timer = self._loop.call_at(self._last, self._pump)

    @property
    def oldest(self) -> float | None:
        """When the oldest thing on its way was sent; None when there is none."""
        return self._queue[0][1] if self._queue else None

    def cut(self) -> None:
        """Lose what is on its way."""
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pump(self) -> None:
        self._timer = None
        if self._is_blocked():
            self._timer = self._loop.call_later(RETRANSMIT, self._pump)
            return
        now = self._loop.time()
        while self._queue and self._queue[0][0] <= now:
            self._deliver(self._queue.popleft()[2])
        if self._queue and self._timer is None:
            self._timer = self._loop.call_at(self._queue[0][0], self._pump)


class VirtualWorld:
    """What a worker takes from outside. It notes every sin against good manners in `sins`."""

    def __init__(self, exchange: Exchange, dice: random.Random) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.loop = loop
        self.exchange = exchange
        self.network = Network(dice)
        self.asleep = 0.0
        """Seconds that this machine was suspended: the loop's clock does not count them."""
        self.drift = 0.0
        """How much too fast this machine's clocks run."""
        self.skew_ms = 0
        """This machine's wall clock minus true time."""
        self.sockets: set[VirtualSocket] = set()
        self.heard = 0
        """Frames and answers that have reached the worker."""
        self.dials: list[float] = []
        self.hushed_until = 0.0
        """When this address may speak again, after the exchange has told it to be silent."""
        self.sins: list[str] = []
        self._dice = dice
        self._timer: asyncio.TimerHandle | None = None
        self._armed_ms = 0
        self.arm()

    def now(self) -> float:
        """Return seconds that only grow, suspended time among them."""
        return (self.loop.time() + self.asleep) * (1 + self.drift)

    def true_ms(self) -> int:
        """Return the true time, which drives the exchange."""
        return BEGIN_MS + int((self.loop.time() + self.asleep) * 1000)

    def wall_ms(self) -> int:
        """Return what this machine believes the time to be."""
        return self.true_ms() + self.skew_ms

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        return self._dice.random()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def connect(self, url: str) -> "VirtualSocket":
        """Open a line to the exchange, as far as the network lets it through."""
        parts = urlsplit(url)
        feed = feed_of(parts.path)
        self.dials.append(self.now())
        self._note_noise(f"a dial to {feed}")
        await self._way_there(feed, OPEN_SECONDS)
        opened = self.exchange.open(f"{parts.path}?{parts.query}", self.true_ms())
        self.arm()
        if isinstance(opened, Refusal):
            await self._no_answer(opened.status, OPEN_SECONDS)
            self.heard += 1
            raise self._refused(opened)
        socket = VirtualSocket(self, opened)
        try:
            await self._way_back(feed, OPEN_SECONDS)
        except BaseException:
            socket.abandon()
            raise
        socket.begin()
        return socket

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Ask the exchange over HTTP."""
        parts = urlsplit(url)
        self._note_noise(f"{verb} {parts.path}")
        await self._way_there("http", HTTP_SECONDS)
        answer = self.exchange.http(verb, f"{parts.path}?{parts.query}", dict(headers), b"", self.true_ms())
        await self._no_answer(answer.status, HTTP_SECONDS)
        await self._way_back("http", HTTP_SECONDS)
        self.heard += 1
        if answer.status == CUT:
            raise dial_failed(ConnectionResetError(), HOST)
        if answer.status != 200:
            self._hear_hush(answer.status, answer.headers)
        return HttpAnswer(
            answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body
        )

    def say(self, feed: str, frame: bytes) -> None:
        """Note that the worker sends a frame."""
        if feed == "api":
            self._note_noise("a request")

    def hear(self, frame: Text | Binary) -> None:
        """Note that a frame has reached the worker."""
        self.heard += 1
        if isinstance(frame, Text) and (found := _RETRY_AFTER.search(frame.data)):
            self._hush((int(found[2]) - int(found[1])) / 1000)

    def arm(self) -> None:
        """Have the exchange advanced when it is next due."""
        due_ms = self.exchange.due_ms()
        assert due_ms is not None  # it ticks every second
        if self._timer is not None:
            if due_ms >= self._armed_ms > self.true_ms():
                return
            self._timer.cancel()
        self._armed_ms = due_ms
        self._timer = self.loop.call_later(max(0.0, (due_ms - self.true_ms()) / 1000), self.advance)

    def advance(self) -> None:
        """Move the exchange to now."""
        self._timer = None
        self.exchange.advance(self.true_ms())
        self.arm()

    def stop(self) -> None:
        """Let the exchange stand still."""
        if self._timer is not None:
            self._timer.cancel()

    async def _way_there(self, feed: str, limit: float) -> None:
        network = self.network
        if network.is_nameless:
            await asyncio.sleep(RESOLVE_SECONDS)
            raise DialFailed(f"DNS cannot resolve {HOST}: check this machine's network.")
        await self._unblocked(feed, limit)
        await asyncio.sleep(2 * network.delay())
        if feed in network.refusing:
            raise dial_failed(ConnectionRefusedError(), HOST)
        if feed in network.untrusted:
            raise DialFailed(f"TLS: the certificate of {HOST} is not trusted.", is_untrusted=True)

    async def _way_back(self, feed: str, limit: float) -> None:
        await asyncio.sleep(self.network.delay())
        await self._unblocked(feed, limit)

    async def _unblocked(self, feed: str, limit: float) -> None:
        until = self.loop.time() + limit
        while self.network.is_blocked(feed):
            if self.loop.time() >= until:
                raise dial_failed(TimeoutError(), HOST)
            await asyncio.sleep(RETRANSMIT)

    async def _no_answer(self, status: int, limit: float) -> None:
        if status == NO_ANSWER:
            await asyncio.sleep(limit)
            raise dial_failed(TimeoutError(), HOST)

    def _refused(self, refusal: Refusal) -> DialFailed:
        if refusal.status == CUT:
            return dial_failed(ConnectionResetError(), HOST)
        self._hear_hush(refusal.status, refusal.headers)
        response = Response(refusal.status, "", Headers(refusal.headers), refusal.body)
        return dial_failed(InvalidStatus(response), HOST)

    def _hear_hush(self, status: int, headers: Mapping[str, str]) -> None:
        if status in (403, 418, 429) and "Retry-After" in headers:
            self._hush(int(headers["Retry-After"]))

    def _hush(self, seconds: float) -> None:
        self.hushed_until = max(self.hushed_until, self.now() + seconds)

    def _note_noise(self, what: str) -> None:
        if self.now() < self.hushed_until:
            self.sins.append(f"{self.now():.3f}: {what} while it has to be silent")


class VirtualSocket:
    """The worker's end of a line, with websockets' own pings."""

    def __init__(self, world: VirtualWorld, session: Session) -> None:
        self._world = world
        self.session = session
        self.feed = session.feed
        self.taken = 0
        """Frames that the exchange has put on the line."""
        self._inbox: deque[bytes] = deque()
        self._lost = ""
        self._waiter: asyncio.Future[None] | None = None
        self._awaits_pong = False
        self._pinger: asyncio.TimerHandle | None = None
        network, loop, feed = world.network, world.loop, session.feed
        self._up: Pipe[bytes | Ping | Close] = Pipe(loop, network, lambda: feed in network.mute, self._arrive)
        self._down: Pipe[Outgoing] = Pipe(loop, network, lambda: feed in network.deaf, self._come)
        session.notify = self._pull

    def begin(self) -> None:
        """Be open: take what has come already, and begin to ping."""
        self._world.sockets.add(self)
        self._pull()
        self._pinger = self._world.loop.call_later(PING_SECONDS, self._ping)

    @property
    def oldest_coming(self) -> float | None:
        """When the oldest frame on its way to the worker was sent; None when there is none."""
        return self._down.oldest

    def abandon(self) -> None:
        """Be gone without having been used."""
        self._lose("")
        self.session.closed(self._world.true_ms())

    async def recv(self) -> bytes:
        """Return the next frame; what came before the end is still read."""
        while not self._inbox:
            if self._lost:
                raise Lost(self._lost)
            self._waiter = self._world.loop.create_future()
            await self._waiter
        return self._inbox.popleft()

    async def send(self, frame: bytes) -> None:
        """Send a frame."""
        if self._lost:
            raise Lost(self._lost)
        self._world.say(self.feed, frame)
        self._up.put(frame)

    async def close(self) -> None:
        """Say goodbye; without an answer it is over after a second."""
        if self._lost:
            return
        self._up.put(Close(1000))
        is_blocked = self._world.network.is_blocked(self.feed)
        self._lose("The connection was closed from here.", forget=False)
        self._world.sockets.add(self)
        try:
            answer = CLOSE_SECONDS if is_blocked else 2 * self._world.network.delay()
            await asyncio.sleep(min(CLOSE_SECONDS, answer))
        finally:
            self._world.sockets.discard(self)

    def _pull(self) -> None:
        for frame in self.session.take():
            self.taken += 1
            self._down.put(frame)

    def _arrive(self, frame: bytes | Ping | Close) -> None:
        """Something has reached the exchange."""
        world = self._world
        now_ms = world.true_ms()
        if isinstance(frame, Close):
            self.session.closed(now_ms)
        elif isinstance(frame, Ping):
            pong = self.session.ping(frame.payload, now_ms)
            if pong is not None:
                self._down.put(Ping(b"pong"))
        else:
            world.exchange.advance(now_ms)
            self.session.receive(frame.decode(), now_ms)
            world.arm()

    def _come(self, frame: Outgoing) -> None:
        """Something has reached the worker's machine."""
        if self._lost:
            return
        match frame:
            case Text(data):
                self._world.hear(frame)
                self._inbox.append(data.encode())
            case Binary(payload):
                self._world.hear(frame)
                self._inbox.append(payload)
            case Ping(b"pong"):
                self._awaits_pong = False
            case Ping(payload):
                self._world.loop.call_soon(self.session.pong, payload, self._world.true_ms())
            case Close(code, reason):
                self._lose(f"{HOST} closed the connection ({code} {reason}).")
            case Abort():
                self._lose(f"The connection to {HOST} was cut.")
        self._wake()

    def _ping(self) -> None:
        if self._awaits_pong:
            self._lose(f"{HOST} has not answered a ping for {PING_SECONDS:.0f} s: the line is dead.")
            if self.feed not in self._world.network.mute:
                self.session.closed(self._world.true_ms())
            self._wake()
            return
        self._awaits_pong = True
        self._up.put(Ping(b""))
        self._pinger = self._world.loop.call_later(PING_SECONDS, self._ping)

    def _lose(self, sentence: str, forget: bool = True) -> None:
        self._lost = sentence or "gone"
        self._world.sockets.discard(self)
        self._down.cut()
        if forget:
            self._up.cut()
            self.session.notify = lambda: None
        if self._pinger is not None:
            self._pinger.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
