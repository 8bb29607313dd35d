"""A link: one connection that is kept open, whatever happens to it."""

import asyncio
import enum
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from tui.feed.world import DialFailed, Lost, Socket, World
from tui.protocol.redial import Manners, Redial
from tui.protocol.talk import Ending, Talk

TalkT = TypeVar("TalkT", bound=Talk)  # type: ignore[type-arg]

READY_SECONDS = 10.0
"""How long a successor may take before the old connection is relied on again."""

ROTATE_AFTER = 23 * 3600.0
ROTATE_SPREAD = 1800.0
"""A connection is replaced 23 hours ± 30 minutes after it was opened: Binance cuts it at 24."""


class LinkState(enum.Enum):
    """What a link is doing."""

    WAITING = "waiting"
    """There is nothing to connect to yet."""
    DIALLING = "dialling"
    OPEN = "open"
    ROTATING = "rotating"
    """Still open; a successor is being opened before this one is closed."""
    DOWN = "down"
    REFUSED = "refused"
    SILENCED = "silenced"
    """Binance has told this IP address to be silent."""
    MISSING = "missing"
    """The server does not offer this connection."""


class Change(NamedTuple):
    """A link has changed its state."""

    state: LinkState
    sentence: str = ""
    retry_at: float | None = None
    """The `now` of the next attempt, where one is planned."""


class Attempt(NamedTuple, Generic[TalkT]):
    """Where to connect, and what to say there."""

    url: str
    talk: TalkT


class _Line(Generic[TalkT]):
    """One open socket and the conversation on it."""

    def __init__(self, socket: Socket, talk: TalkT, rotate_at: float) -> None:
        self.socket = socket
        self.talk = talk
        self.rotate_at = rotate_at
        self.nudge = asyncio.Event()
        self.ready = asyncio.Event()
        self.task: asyncio.Task[Ending] | None = None


class Link(Generic[TalkT]):
    """Dials, talks, loses, waits and dials again; before a connection grows old it opens another."""

    def __init__(
        self,
        world: World,
        manners: Manners,
        begin: Callable[[], Attempt[TalkT] | None],
        hear: Callable[[object], None],
        changed: Callable[[Change], None],
    ) -> None:
        self._world = world
        self._manners = manners
        self._begin = begin
        self._hear = hear
        self._changed = changed
        self._redial = Redial(world.random)
        self._line: _Line[TalkT] | None = None
        self._wanted = asyncio.Event()
        self._hangups: set[asyncio.Task[None]] = set()
        self._recycle_reason: str | None = None

    @property
    def talk(self) -> TalkT | None:
        """The conversation under way; None while there is no connection."""
        return None if self._line is None else self._line.talk

    def nudge(self) -> None:
        """Look again at what is to be sent, or at whether there is something to connect to."""
        self._wanted.set()
        if self._line is not None:
            self._line.nudge.set()

    def recycle(self, reason: str) -> None:
        """Give up the connection under way and open another."""
        if self._line is not None:
            self._recycle_reason = reason
            self._line.nudge.set()

    def useful(self) -> None:
        """Note that the connection does its work: a minute of that makes the next delays short."""
        self._redial.useful(self._world.now())

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                line = await self._dial()
                if line is None:
                    continue
                ending = await self._keep(line)
                await self._pause(ending)
        finally:
            if self._line is not None:
                await self._hang_up(self._line)
            for task in self._hangups:
                task.cancel()
            await asyncio.gather(*self._hangups, return_exceptions=True)

    async def _keep(self, line: _Line[TalkT]) -> Ending:
        """Stay with a connection and its successors until one ends without a successor."""
        while True:
            self._line = line
            ending = await self._until_over_or_old(line)
            if ending is not None and not ending.is_planned:
                self._line = None
                self._drop(line)
                return ending
            self._changed(Change(LinkState.ROTATING, "Moving to a new connection."))
            successor = await self._successor()
            if successor is None:
                line.rotate_at = self._world.now() + 60.0
                if line.task is not None and line.task.done():
                    self._line = None
                    self._drop(line)
                    return ending or Ending("The connection is gone.")
                continue
            self._drop(line)
            line = successor
            self._line = line
            self._changed(Change(LinkState.OPEN))

    async def _until_over_or_old(self, line: _Line[TalkT]) -> Ending | None:
        assert line.task is not None  # `_dial` has started it
        if line.task.done():
            return line.task.result()
        await asyncio.wait({line.task}, timeout=max(0.0, line.rotate_at - self._world.now()))
        return line.task.result() if line.task.done() else None

    async def _successor(self) -> _Line[TalkT] | None:
        line = None
        try:
            async with asyncio.timeout(READY_SECONDS):
                line = await self._dial(is_successor=True)
                if line is not None:
                    await line.ready.wait()
                return line
        except TimeoutError:
            if line is not None:
                self._drop(line)
            return None

    async def _dial(self, is_successor: bool = False) -> _Line[TalkT] | None:
        """Open one connection; None when that failed, after the pause that is due."""
        attempt = await self._attempt()
        while (wait := self._manners.dial_at(self._world.now()) - self._world.now()) > 0:
            if not is_successor and self._manners.silent_until > self._world.now():
                self._changed(Change(LinkState.SILENCED, "", self._manners.silent_until))
            await self._world.sleep(wait)
        attempt = self._begin() or attempt
        now = self._world.now()
        self._manners.dialled(now)
        if not is_successor:
            self._changed(Change(LinkState.DIALLING))
        try:
            socket = await self._world.connect(attempt.url)
        except DialFailed as problem:
            if not is_successor:
                await self._pause_after(problem)
            return None
        spread = (2 * self._world.random() - 1) * ROTATE_SPREAD
        line = _Line(socket, attempt.talk, self._world.now() + ROTATE_AFTER + spread)
        if not is_successor:
            self._line = line
        line.task = asyncio.create_task(self._converse(line, is_successor))
        return line

    async def _attempt(self) -> Attempt[TalkT]:
        while (attempt := self._begin()) is None:
            self._wanted.clear()
            self._changed(Change(LinkState.WAITING))
            await self._wanted.wait()
        return attempt

    async def _pause_after(self, problem: DialFailed) -> None:
        now = self._world.now()
        delay = self._redial.delay(now)
        state = LinkState.DOWN
        if problem.silent is not None:
            delay = problem.silent * (1.01 + 0.09 * self._world.random())
            self._manners.be_silent(now + delay)
            state = LinkState.SILENCED
        elif problem.is_untrusted:
            delay, state = min(300.0, self._redial.refused_delay()), LinkState.REFUSED
        elif problem.is_missing:
            delay, state = self._redial.refused_delay(), LinkState.MISSING
        self._changed(Change(state, problem.sentence, now + delay))
        await self._world.sleep(delay)

    async def _pause(self, ending: Ending) -> None:
        now = self._world.now()
        is_silenced = self._manners.silent_until > now
        delay = self._redial.refused_delay() if ending.is_refused else self._redial.delay(now)
        state = LinkState.REFUSED if ending.is_refused else LinkState.DOWN
        if is_silenced:
            delay, state = self._manners.silent_until - now, LinkState.SILENCED
        self._changed(Change(state, ending.sentence, now + delay))
        await self._world.sleep(delay)

    async def _converse(self, line: _Line[TalkT], is_successor: bool) -> Ending:
        """Read and write until the conversation ends or the socket is lost."""
        talk = line.talk
        self._tell(talk.opened(self._world.now()))
        reader = asyncio.create_task(self._read(line))
        reader.add_done_callback(lambda _: line.nudge.set())
        try:
            while talk.ending is None:
                for frame in talk.take_outgoing():
                    await line.socket.send(frame)
                self._look_ready(line, is_successor)
                if reader.done():
                    reader.result()
                    break
                await _wait(line.nudge, talk.due_at(), self._world.now())
                if self._recycle_reason is not None and line is self._line:
                    reason, self._recycle_reason = self._recycle_reason, None
                    return Ending(reason)
                self._tell(talk.tick(self._world.now()))
            assert talk.ending is not None  # the reader returns only then
            return talk.ending
        except Lost as lost:
            return Ending(lost.sentence)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(self, line: _Line[TalkT]) -> None:
        talk = line.talk
        while talk.ending is None:
            raw = await line.socket.recv()
            self._tell(talk.receive(raw, self._world.now(), self._world.wall_ms()))
            frames = talk.take_outgoing()
            for frame in frames:
                await line.socket.send(frame)
            if frames or not line.ready.is_set():
                line.nudge.set()

    def _look_ready(self, line: _Line[TalkT], is_successor: bool) -> None:
        if line.talk.is_ready and not line.ready.is_set():
            line.ready.set()
            if not is_successor:
                self._changed(Change(LinkState.OPEN))

    def _tell(self, news: list[object]) -> None:
        for item in news:
            self._hear(item)

    def _drop(self, line: _Line[TalkT]) -> None:
        """Close a connection without waiting for it."""
        task = asyncio.create_task(self._hang_up(line))
        self._hangups.add(task)
        task.add_done_callback(self._hangups.discard)

    async def _hang_up(self, line: _Line[TalkT]) -> None:
        if line.task is not None:
            line.task.cancel()
            await asyncio.gather(line.task, return_exceptions=True)
        await line.socket.close()


async def _wait(event: asyncio.Event, due_at: float | None, now: float) -> None:
    """Wait for the event, or until `due_at`."""
    try:
        async with asyncio.timeout(None if due_at is None else max(0.0, due_at - now)):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
