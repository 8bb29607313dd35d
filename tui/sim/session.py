"""A WebSocket connection as the exchange sees it: what all of them have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from tui.sim.ledger import Entry, Kind
from tui.sim.outgoing import Abort, Close, Outgoing, Ping, Text
from tui.sim.spoiling import HOSTILE, dumps
from tui.sim.world import World

CONTROL_LIMIT = 10
"""Frames a client may send per second on a stream, pings and pongs included."""


class Session:
    """One open connection. The socket hands in what it receives, and takes out what is to be sent.

    Subclasses say what a text frame means. Every frame to be sent goes through `send`, which knows the faults.
    """

    frame_limit: int | None = CONTROL_LIMIT

    def __init__(self, world: World, number: int, feed: str, path: str, address: str) -> None:
        self.world = world
        self.number = number
        self.feed = feed
        """`api`, `private`, `market`, `public`, or `none` for a path that serves nothing."""
        self.path = path
        self.address = address
        self.opened_ms = world.wall_ms
        self.outgoing: deque[Outgoing] = deque()
        self.is_open = True
        self.notify: Callable[[], None] = lambda: None
        """Called when something is to be sent."""
        self.next_ping_ms = world.wall_ms + world.scenario.ping_interval_ms
        self.unanswered: tuple[int, bytes] | None = None
        """Time and payload of the oldest ping without a pong."""
        self.received: deque[int] = deque()

    def take(self) -> list[Outgoing]:
        """Take out everything that is to be sent, in order."""
        frames = list(self.outgoing)
        self.outgoing.clear()
        return frames

    def receive(self, frame: str | bytes, wall_ms: int) -> None:
        """Hand in a text or binary frame of the client."""
        self.world.move(wall_ms)
        if self.is_open and self.within_limit(wall_ms):
            self.understand(frame)

    def understand(self, frame: str | bytes) -> None:
        """Act on a frame; a path that serves nothing stays silent."""

    def ping(self, payload: bytes, wall_ms: int) -> bytes | None:
        """Hand in a ping of the client; returns the payload of the pong, or None when none comes."""
        self.world.move(wall_ms)
        if not self.is_open or not self.within_limit(wall_ms):
            return None
        return None if self.is_mute else payload

    def pong(self, payload: bytes, wall_ms: int) -> None:
        """Hand in a pong: the payload of the last ping keeps the connection alive, any other does nothing."""
        self.world.move(wall_ms)
        if self.is_open and self.within_limit(wall_ms) and self.unanswered and self.unanswered[1] == payload:
            self.unanswered = None

    def closed(self, wall_ms: int) -> None:
        """The client is gone."""
        self.world.move(wall_ms)
        if self.is_open:
            self.is_open = False
            self.note("close")

    @property
    def is_mute(self) -> bool:
        """Whether nothing at all comes out of this connection."""
        return self.world.faults.is_on("silence", self.feed)

    def within_limit(self, wall_ms: int) -> bool:
        """Count a frame of the client; more than ten a second end a stream."""
        if self.frame_limit is None:
            return True
        self.received.append(wall_ms)
        while self.received[0] <= wall_ms - 1000:
            self.received.popleft()
        if len(self.received) <= self.frame_limit:
            return True
        self.end(Close(1008, "Too many requests"))
        return False

    def send(self, frame: Outgoing) -> None:
        """Send a frame, unless the connection is over or mute."""
        if self.is_open and not self.is_mute:
            self.outgoing.append(frame)
            self.notify()

    def send_all(self, frames: Iterable[Outgoing]) -> None:
        """Send frames in order."""
        for frame in frames:
            self.send(frame)

    def say(self, value: object) -> None:
        """Send a value as JSON."""
        self.send(Text(dumps(value)))

    def end(self, last: Close | Abort) -> None:
        """End the connection from this side."""
        if not self.is_open:
            return
        if isinstance(last, Close) and self.world.faults.is_on("hostile-strings"):
            last = Close(last.code, HOSTILE)
        self.outgoing.append(last)
        self.is_open = False
        self.note("close", status=last.code if isinstance(last, Close) else 1006)
        self.notify()

    def tick(self) -> None:
        """Once a second: ping every three minutes, end after ten without a pong, end after a day."""
        now_ms = self.world.wall_ms
        scenario = self.world.scenario
        if now_ms >= self.opened_ms + scenario.lifetime_ms:
            self.end(Close(1001, "24 hours"))
        elif self.unanswered and now_ms >= self.unanswered[0] + scenario.pong_limit_ms:
            self.end(Close(1008, "Pong timeout"))
        elif now_ms >= self.next_ping_ms:
            self.next_ping_ms += scenario.ping_interval_ms
            payload = str(self.world.now_ms).encode()
            self.unanswered = (self.unanswered[0] if self.unanswered else now_ms, payload)
            self.send(Ping(payload))

    def note(self, kind: Kind, *, method: str = "", weight: int = 0, status: int = 0) -> None:
        """Write what the client did into the ledger."""
        self.world.ledger.add(Entry(self.world.wall_ms, self.number, kind, self.path, method, weight, status))
