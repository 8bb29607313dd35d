"""A small proxy between a client and a server, on loopback, that does to the line what it is told."""

import asyncio
import random
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

CHUNK = 65_536
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a reset."""

MASKED, RESERVED = b"\x81\x82\x00\x00\x00\x00{}", b"\x83\x02{}"
"""Frames that no server may send: masked, and of an unknown opcode."""
HALF, BLANK = b"\x01\x01{\x80\x01}", b"\x81\x00"
"""Frames that it may: one in two parts, and one of no bytes."""
NO_SUCH_VERSION = bytes((21, 3, 1, 0, 2, 2, 70))
"""The TLS alert of a server that knows older versions only."""


def feed_of(head: bytes) -> str:
    """Tell from the first bytes of a request which connection it opens."""
    paths = {b"/ws-fapi": "api", b"/private": "private", b"/market": "market"}
    line = head.partition(b"\r\n")[0]
    return next((feed for path, feed in paths.items() if b" " + path in line), "http")


class Pipe:
    """One connection of a client and the one that it leads to."""

    def __init__(self, proxy: "Proxy", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.feed = ""
        self.is_slow = False
        """Whether what the server says takes two seconds here, whatever holds for others."""
        self._proxy = proxy
        self._heard = proxy.heard
        self._near = (reader, writer)
        self._writers = [writer]
        self._down: asyncio.StreamWriter | None = None
        self._task = asyncio.create_task(self._serve())

    async def close(self) -> None:
        """Cut both connections."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._abort()

    def reset(self) -> None:
        """Cut both connections by a reset."""
        for writer in self._writers:
            if not writer.transport.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._abort()
        self._task.cancel()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def inject(self, data: bytes) -> None:
        """Say something to the client that the server has not said."""
        assert self._down is not None  # only an open line is spoilt
        self._down.write(data)

    async def _serve(self) -> None:
        proxy = self._proxy
        reader, writer = self._near
        try:
            head = await reader.read(CHUNK)
            self.feed = feed_of(head)
            self._heard[self.feed] += len(head)
            if proxy.is_hung:
                await reader.read()
            elif proxy.page is not None:
                writer.write(proxy.page)
                await writer.drain()
            elif head:
                await self._lead(head)
        except OSError:
            pass
        finally:
            self._abort()
            proxy.pipes.discard(self)

    async def _lead(self, head: bytes) -> None:
        reader, writer = self._near
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._proxy.port_behind)
        self._writers.append(far_writer)
        self._down = writer
        ways = [
            asyncio.create_task(self._carry(reader, far_writer, head, is_up=True)),
            asyncio.create_task(self._carry(far_reader, writer, b"", is_up=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes, *, is_up: bool
    ) -> None:
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        bearer = asyncio.create_task(self._bear(line, writer))
        loop, due = asyncio.get_running_loop(), 0.0
        try:
            data = first or await reader.read(CHUNK)
            while data and not bearer.done():
                due = max(due, loop.time() + self._delay(is_up)) + len(data) * self._proxy.second_a_byte
                if not (self._proxy.is_deaf if is_up else self._proxy.is_mute):
                    line.put_nowait((due, data))
                data = await reader.read(CHUNK)
            line.put_nowait((due, b""))
            await bearer
        finally:
            bearer.cancel()
            await asyncio.gather(bearer, return_exceptions=True)

    def _delay(self, is_up: bool) -> float:
        if self.is_slow and not is_up:
            return 2.0
        return self._proxy.dice.uniform(*self._proxy.latency)

    async def _bear(self, line: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await line.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                return
            for part in self._sliced(data):
                writer.write(part)
                await writer.drain()
                if part is not data:
                    await asyncio.sleep(0)

    def _sliced(self, data: bytes) -> list[bytes]:
        if not self._proxy.is_slicing:
            return [data]
        cuts = [0]
        while cuts[-1] < len(data):
            cuts.append(cuts[-1] + self._proxy.dice.randrange(1, 11))
        return [data[start:end] for start, end in pairwise(cuts)]


class Proxy:
    """Listens on loopback and leads to another port there; its attributes may be changed at any time."""

    def __init__(self, port_behind: int, tls: ssl.SSLContext | None = None) -> None:
        self.port_behind = port_behind
        self.port = 0
        self.pipes: set[Pipe] = set()
        self.heard: Counter[str] = Counter()
        """Bytes of requests that clients have sent, decrypted, by feed; another counter counts new connections only."""
        self.is_deaf = False
        """What clients say is lost."""
        self.is_mute = False
        """What the server says is lost."""
        self.is_hung = False
        """New connections are accepted, and nothing is ever said on them."""
        self.is_slicing = False
        self.latency = (0.0, 0.0)
        """Seconds each way, at least and at most."""
        self.second_a_byte = 0.0
        self.page: bytes | None = None
        """What every new connection is answered with."""
        self.dice = random.Random(1)
        self.tls = tls

    def of(self, feed: str) -> list[Pipe]:
        """Return the connections of a feed; all of them for an empty one."""
        return [pipe for pipe in self.pipes if feed in ("", pipe.feed)]

    def reset(self, feed: str = "") -> None:
        """Cut connections by a reset."""
        for pipe in self.of(feed):
            pipe.reset()

    def inject(self, feed: str, data: bytes) -> None:
        """Say something on a feed that the server has not said."""
        for pipe in self.of(feed):
            pipe.inject(data)

    def hole(self, is_on: bool) -> None:
        """Lose everything both ways, and tell nobody."""
        self.is_deaf = self.is_mute = is_on

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a client."""
        self.pipes.add(Pipe(self, reader, writer))


def page(status: str, body: str = "<html>Welcome. Please sign in.</html>", *headers: str) -> bytes:
    """Make an answer of plain HTTP, as a captive portal or a proxy gives it."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", body]).encode()


@asynccontextmanager
async def proxied(port_behind: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """Listen until the block ends; then every connection is cut."""
    proxy = Proxy(port_behind, tls)
    listener = await asyncio.start_server(proxy.accept, "127.0.0.1", 0, ssl=tls)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await asyncio.gather(*(pipe.close() for pipe in list(proxy.pipes)))
        await listener.wait_closed()
