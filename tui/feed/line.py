"""A line: one open socket and the conversation on it, until one of them ends."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from tui.feed.world import Lost, Socket, World
from tui.protocol.talk import Ending, Talk

TalkT = TypeVar("TalkT", bound=Talk)  # type: ignore[type-arg]


class Line(Generic[TalkT]):
    """Carries frames between a socket and a conversation."""

    def __init__(self, world: World, hear: Callable[[object], None], socket: Socket, talk: TalkT) -> None:
        self.talk = talk
        self.opened_at = world.now()
        self.ready = asyncio.Event()
        """Set once the conversation does its work, and when it is over."""
        self.is_leaving = False
        """Whether the server has said that it is about to go away."""
        self.waning = asyncio.Event()
        """Set when the server says that, and when it is over."""
        self._world = world
        self._hear = hear
        self._socket = socket
        self._nudge = asyncio.Event()
        self._given_up: Ending | None = None
        self._task = asyncio.create_task(self._converse())
        self._task.add_done_callback(self._tell_over)

    @property
    def ending(self) -> Ending | None:
        """Why it is over; None while it is not."""
        return self._task.result() if self._task.done() else None

    def nudge(self) -> None:
        """Look again at what is to be sent."""
        self._nudge.set()

    def give_up(self, sentence: str) -> None:
        """End it from here."""
        self._given_up = Ending(sentence)
        self._nudge.set()

    async def over(self) -> None:
        """Wait for the end."""
        await asyncio.wait({self._task})

    async def hang_up(self) -> None:
        """Stop and close; never raises."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._socket.close()

    async def _converse(self) -> Ending:
        talk = self.talk
        self._tell(talk.opened(self._world.now()))
        reader = asyncio.create_task(self._read())
        reader.add_done_callback(lambda _: self._nudge.set())
        try:
            while not reader.done():
                if self._given_up is not None:
                    return self._given_up
                await self._write()
                if talk.is_ready:
                    self.ready.set()
                if talk.ending is not None and not self.is_leaving:
                    self.is_leaving = True
                    self.waning.set()
                await wait_for(self._nudge, talk.due_at(), self._world.now())
                self._tell(talk.tick(self._world.now()))
                if _is_over(talk):
                    break
            else:
                reader.result()
        except Lost as lost:
            return talk.ending or Ending(lost.sentence)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        assert talk.ending is not None  # nothing else ends reader or loop
        return talk.ending

    async def _read(self) -> None:
        """Hear what comes, until the conversation is over; a server that is about to go away is heard to its end."""
        while not _is_over(self.talk):
            raw = await self._socket.recv()
            self._tell(self.talk.receive(raw, self._world.now(), self._world.wall_ms()))
            await self._write()
            if not self.ready.is_set() or self.talk.ending is not None:
                self._nudge.set()

    async def _write(self) -> None:
        for frame in self.talk.take_outgoing():
            await self._socket.send(frame)

    def _tell(self, news: list[object]) -> None:
        for item in news:
            self._hear(item)

    def _tell_over(self, _: object) -> None:
        self.ready.set()
        self.waning.set()


def _is_over(talk: Talk) -> bool:  # type: ignore[type-arg]
    return talk.ending is not None and not talk.ending.is_planned


async def wait_for(event: asyncio.Event, due_at: float | None, now: float) -> None:
    """Wait for the event, or until `due_at`; the event is cleared."""
    try:
        async with asyncio.timeout(None if due_at is None else max(0.0, due_at - now)):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
