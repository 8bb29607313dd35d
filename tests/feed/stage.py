"""A stage for links: a world whose connections go as a script says, in virtual time, and a conversation to have on them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tui.feed.link import Attempt, Change, Link, LinkState
from tui.feed.world import DialFailed, HttpAnswer, Lost
from tui.protocol.redial import Manners
from tui.protocol.talk import Ending


class Props:
    """A socket into which a test speaks."""

    def __init__(self, stage: "Stage") -> None:
        self.sent: list[bytes] = []
        self._stage = stage
        self._inbox: asyncio.Queue[bytes | Lost] = asyncio.Queue()
        stage.open.add(self)
        stage.most_open = max(stage.most_open, len(stage.open))

    def say(self, frame: bytes) -> None:
        """Have the server send a frame."""
        self._inbox.put_nowait(frame)

    def cut(self, sentence: str = "cut") -> None:
        """Have the connection end."""
        self._stage.open.discard(self)
        self._inbox.put_nowait(Lost(sentence))

    async def recv(self) -> bytes:
        """Return the next frame."""
        item = await self._inbox.get()
        if isinstance(item, Lost):
            raise item
        return item

    async def send(self, frame: bytes) -> None:
        """Take a frame."""
        self.sent.append(frame)

    async def close(self) -> None:
        """Close it, which takes a while."""
        await asyncio.sleep(0.2)
        self._stage.open.discard(self)


HANG = "hang"
"""A dial that is never answered."""


class Stage:
    """A world with a script: what each dial comes to. After its end, every dial succeeds."""

    def __init__(self, script: Iterable[DialFailed | str] = (), chance: float = 0.5) -> None:
        self.script = deque(script)
        self.chance = chance
        self.dials: list[float] = []
        self.sockets: list[Props] = []
        self.open: set[Props] = set()
        self.most_open = 0

    def now(self) -> float:
        """Return the loop's seconds."""
        return asyncio.get_running_loop().time()

    def wall_ms(self) -> int:
        """Return Unix time."""
        return 1_780_000_000_000 + int(self.now() * 1000)

    def random(self) -> float:
        """Return always the same."""
        return self.chance

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def connect(self, url: str) -> Props:
        """Do as the script says."""
        self.dials.append(self.now())
        what = self.script.popleft() if self.script else "open"
        if isinstance(what, DialFailed):
            raise what
        if what == HANG:
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)
        self.sockets.append(Props(self))
        return self.sockets[-1]

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """There is nothing to ask here."""
        raise DialFailed("nothing here")


class Chat:
    """The least conversation: it tells every frame, and ends by a few of them."""

    def __init__(self, name: int, is_ready: bool = True) -> None:
        self.name = name
        self.ending: Ending | None = None
        self.is_ready = False
        self._will_be_ready = is_ready

    def opened(self, now: float) -> list[object]:
        """Begin."""
        self.is_ready = self._will_be_ready
        return [f"{self.name} opened"]

    def receive(self, raw: bytes | str, now: float, wall_ms: int) -> list[object]:
        """Take one frame."""
        word = raw.decode() if isinstance(raw, bytes) else raw
        endings = {
            "end": Ending("ended"),
            "refuse": Ending("refused", is_refused=True),
            "leave": Ending("leaving", is_planned=True),
        }
        self.ending = endings.get(word, self.ending)
        if word == "ready":
            self.is_ready = True
        if word == "bug":
            raise ZeroDivisionError
        return [f"{self.name} {word}"]

    def tick(self, now: float) -> list[object]:
        """Nothing is due."""
        return []

    def due_at(self) -> float | None:
        """Return None."""
        return None

    def take_outgoing(self) -> list[bytes]:
        """Nothing is sent."""
        return []


@dataclass
class Play:
    """A link on a stage, with what it told."""

    stage: Stage = field(default_factory=Stage)
    manners: Manners = field(default_factory=Manners)
    are_ready: bool = True
    heard: list[object] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    talks: int = 0

    def __post_init__(self) -> None:
        self.link: Link[Chat] = Link(
            self.stage, self.manners, self._begin, self.heard.append, self.changes.append
        )
        self.task = asyncio.create_task(self.link.run())

    def _begin(self) -> Attempt[Chat]:
        self.talks += 1
        return Attempt("ws://stage", Chat(self.talks, self.are_ready))

    @property
    def states(self) -> list[LinkState]:
        """The states that were told, in their order."""
        return [change.state for change in self.changes]

    @property
    def socket(self) -> Props:
        """The newest socket."""
        return self.stage.sockets[-1]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let time pass until something is so."""
        while not is_so():  # noqa: ASYNC110  # the steps of virtual time cost nothing
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End it."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
