"""A link: one connection that is kept open, whatever happens to it."""

import asyncio
import enum
from collections.abc import Callable
from typing import Generic, NamedTuple

from tui.feed.line import Line, TalkT, wait_for
from tui.feed.world import DialFailed, World
from tui.protocol.redial import Manners, Redial
from tui.protocol.talk import Ending

ROTATE_AFTER = 23 * 3600.0
ROTATE_SPREAD = 1800.0
"""A connection is replaced 23 hours ± 30 minutes after it was opened: Binance cuts it at 24."""

SUCCESSOR_SECONDS = 8.0
"""How long a successor may take before the old connection is relied on again."""

OVERLAP_SECONDS = 5.0
"""How long both are listened to: what was told before the successor listened may still be on its way on the old one."""

AGAIN_SECONDS = 60.0
AGAIN_WHEN_LEAVING = 10.0
"""After a successor that failed: when the next is tried, also where the server has said that it goes away."""

LEAST_PAUSE = 0.001
"""What is left of a pause may be less than a clock can tell: waiting for that would be no waiting."""

USELESS_AFTER = 30.0
"""A connection that is open so long and does not do its work is given up."""


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


class Link(Generic[TalkT]):
    """Dials, talks, loses, waits and dials again; before a connection grows old it opens another."""

    def __init__(
        self,
        world: World,
        manners: Manners,
        begin: Callable[[], Attempt[TalkT] | None],
        hear: Callable[[object], None],
        changed: Callable[[Change], None],
        *,
        gives_way: bool = False,
    ) -> None:
        """`gives_way`: where it fails beside another, it leaves most attempts to that one."""
        self._gives_way = gives_way
        self._world = world
        self._manners = manners
        self._begin = begin
        self._hear = hear
        self._changed = changed
        self._redial = Redial(world.random)
        self._dialled_at = 0.0
        self._line: Line[TalkT] | None = None
        self._lines: set[Line[TalkT]] = set()
        self._farewells: set[asyncio.Task[None]] = set()
        self._wanted = asyncio.Event()
        self._hurried = asyncio.Event()

    @property
    def talk(self) -> TalkT | None:
        """The conversation that is relied on; None while there is no connection."""
        return None if self._line is None else self._line.talk

    @property
    def talks(self) -> list[TalkT]:
        """Every conversation under way: in a rotation there are two."""
        return [line.talk for line in self._lines]

    def nudge(self) -> None:
        """Look again at what is to be sent, or at whether there is something to connect to."""
        self._wanted.set()
        for line in self._lines:
            line.nudge()

    def recycle(self, sentence: str) -> None:
        """Give up the connection under way and open another."""
        if self._line is not None:
            self._line.give_up(sentence)

    def hurry(self) -> None:
        """End a pause between attempts, as far as manners allow."""
        self._hurried.set()

    def useful(self) -> None:
        """Note that the connection does its work: a minute of that makes the next delays short."""
        self._redial.useful(self._world.now())

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                try:
                    ending = await self._keep(await self._dial())
                except DialFailed as problem:
                    await self._pause_after_failure(problem)
                else:
                    await self._pause_after(ending)
        finally:
            for farewell in self._farewells:
                farewell.cancel()
            await asyncio.gather(*(line.hang_up() for line in self._lines))

    async def _dial(self) -> Line[TalkT]:
        """Open a connection as soon as there is somewhere to go and manners allow it."""
        while True:
            now = self._world.now()
            attempt, at = self._begin(), self._manners.dial_at(now)
            if attempt is None:
                self._wanted.clear()
                self._manners.opened(self)
                self._changed(Change(LinkState.WAITING))
                await self._wanted.wait()
            elif at > now:
                if self._manners.silent_until > now:
                    self._changed(Change(LinkState.SILENCED, "", self._manners.silent_until))
                await self._world.sleep(max(LEAST_PAUSE, at - now))
            else:
                self._changed(Change(LinkState.DIALLING))
                return await self._open(attempt)

    async def _open(self, attempt: Attempt[TalkT]) -> Line[TalkT]:
        self._dialled_at = self._world.now()
        self._manners.dialled(self._dialled_at)
        socket = await self._world.connect(attempt.url)
        line = Line(self._world, self._hear, socket, attempt.talk)
        self._lines.add(line)
        return line

    async def _keep(self, line: Line[TalkT]) -> Ending:
        """Stay with a connection and its successors until one ends without a successor."""
        self._line = line
        if not await self._within(USELESS_AFTER, line.ready):
            line.give_up("The connection is open and does not do its work: connecting anew.")
            await line.over()
        rotate_at = self._rotate_at(line)
        while (ending := line.ending) is None:
            self._manners.opened(self)
            self._changed(Change(LinkState.OPEN))
            await self._within(rotate_at - self._world.now(), line.waning)
            if line.ending is not None:
                continue
            self._changed(Change(LinkState.ROTATING, "Moving to a new connection."))
            successor = await self._successor()
            if successor is None:
                rotate_at = self._world.now() + (AGAIN_WHEN_LEAVING if line.is_leaving else AGAIN_SECONDS)
                if line.ending is None:
                    line.waning.clear()
            else:
                self._part_from(line, successor.opened_at + OVERLAP_SECONDS)
                self._line = line = successor
                rotate_at = self._rotate_at(line)
        self._line = None
        self._part_from(line, self._world.now())
        return ending

    def _rotate_at(self, line: Line[TalkT]) -> float:
        return line.opened_at + ROTATE_AFTER + (2 * self._world.random() - 1) * ROTATE_SPREAD

    async def _successor(self) -> Line[TalkT] | None:
        """Open another connection beside the one that is still relied on; None when that fails."""
        line = None
        try:
            async with asyncio.timeout(SUCCESSOR_SECONDS):
                while (wait := self._manners.dial_at(self._world.now()) - self._world.now()) > 0:
                    await self._world.sleep(max(LEAST_PAUSE, wait))
                attempt = self._begin()
                if attempt is None:
                    return None
                line = await self._open(attempt)
                await line.ready.wait()
        except TimeoutError:
            pass
        except DialFailed as problem:
            if self._heed(problem):
                self._changed(Change(LinkState.SILENCED, problem.sentence, self._manners.silent_until))
        if line is not None and (line.ending is not None or not line.talk.is_ready):
            self._part_from(line, self._world.now())
            line = None
        return line

    async def _within(self, seconds: float, event: asyncio.Event) -> bool:
        """Wait for the event, but not longer than this; return whether it came."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _heed(self, problem: DialFailed) -> float:
        """Obey a server that wants silence; return for how long, 0 when it does not."""
        if problem.silent is None:
            return 0.0
        return self._manners.obey(problem.silent, self._world.now(), self._world.random())

    async def _pause_after_failure(self, problem: DialFailed) -> None:
        took = self._world.now() - self._dialled_at
        delay = max(0.0, self._delay() - took)
        if problem.silent is not None:
            await self._pause(LinkState.SILENCED, problem.sentence, self._heed(problem))
        elif problem.is_untrusted:
            await self._pause(LinkState.REFUSED, problem.sentence, min(300.0, self._redial.refused_delay()))
        elif problem.is_missing:
            await self._pause(LinkState.MISSING, problem.sentence, self._redial.refused_delay())
        else:
            await self._pause(LinkState.DOWN, problem.sentence, delay)

    def _delay(self) -> float:
        self._manners.failed(self)
        gives_way = self._gives_way and self._manners.do_others_fail(self)
        return self._redial.delay(self._world.now(), gives_way)

    async def _pause_after(self, ending: Ending) -> None:
        now = self._world.now()
        if self._manners.silent_until > now:
            await self._pause(LinkState.SILENCED, ending.sentence, self._manners.silent_until - now)
        elif ending.is_refused:
            await self._pause(LinkState.REFUSED, ending.sentence, self._redial.refused_delay())
        else:
            await self._pause(LinkState.DOWN, ending.sentence, self._delay())

    async def _pause(self, state: LinkState, sentence: str, seconds: float) -> None:
        now = self._world.now()
        self._changed(Change(state, sentence, now + seconds))
        self._hurried.clear()
        await wait_for(self._hurried, now + seconds, now)

    def _part_from(self, line: Line[TalkT], at: float) -> None:
        """Close a connection at this time, without waiting for it."""
        farewell = asyncio.create_task(self._say_farewell(line, at))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def _say_farewell(self, line: Line[TalkT], at: float) -> None:
        await self._world.sleep(max(0.0, at - self._world.now()))
        await line.hang_up()
        self._lines.discard(line)
