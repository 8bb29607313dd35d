"""The socket shell: one port that speaks HTTP and WebSocket, hands every frame to the exchange and decides nothing.

It stands on websockets' sans-I/O protocol. websockets' own server reads only GET requests, and a listen key is made
with POST.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from tui.sim.exchange import Exchange
from tui.sim.keys import Keys
from tui.sim.outgoing import CUT, NO_ANSWER, Abort, Answer, Binary, Close, Outgoing, Ping, Refusal, Text
from tui.sim.session import Session

Clock = Callable[[], int]

LARGEST_HEAD = 65_536
CLOSE_S = 1.0
"""How long a client may take to answer a close frame."""
LONGEST_BUFFER = 64 * 2**20
"""A client that does not read is cut off when so many bytes wait for it."""


def wall_clock() -> Clock:
    """A clock of Unix milliseconds that never goes back."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: (time.monotonic_ns() + offset) // 1_000_000


class Server:
    """A listening exchange."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self.exchange = exchange
        self.clock = clock
        self.connections: set[Connection] = set()
        self.endpoint = ""
        """`http://HOST:PORT`; all of Binance's paths are under it."""
        self.timer: asyncio.TimerHandle | None = None

    @property
    def keys(self) -> Keys:
        """The account's API keys."""
        return self.exchange.keys

    def fault(self, name: str, duration_ms: int | None = None) -> None:
        """Switch a fault on now."""
        self.exchange.fault(name, self.clock(), duration_ms)
        self.schedule()

    def clear(self, name: str) -> None:
        """Switch a fault off now."""
        self.exchange.clear(name, self.clock())

    def advance(self) -> None:
        """Move the exchange to now, and ask to be woken when it is next due."""
        self.exchange.advance(self.clock())
        self.schedule()

    def schedule(self) -> None:
        """Arm the one timer."""
        if self.timer is not None:
            self.timer.cancel()
        due_ms = self.exchange.due_ms()
        if due_ms is not None:
            delay = max(0.0, (due_ms - self.clock()) / 1000)
            self.timer = asyncio.get_running_loop().call_later(delay, self.advance)

    def stop(self) -> None:
        """Stop the timer and cut all connections."""
        if self.timer is not None:
            self.timer.cancel()
        for connection in list(self.connections):
            connection.transport.abort()


class Connection(asyncio.Protocol):
    """One TCP connection: some HTTP requests, or one and then WebSocket frames."""

    transport: asyncio.Transport

    def __init__(self, server: Server) -> None:
        self.server = server
        self.head = b""
        self.session: Session | None = None
        self.protocol = ServerProtocol()
        self.message: list[bytes] = []
        self.opcode = Opcode.TEXT
        self.closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = transport.get_extra_info("peername")[0]
        self.server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server.connections.discard(self)
        if self.closing is not None:
            self.closing.cancel()
        if self.session is not None:
            self.session.closed(self.server.clock())

    def data_received(self, data: bytes) -> None:
        if self.session is not None:
            self.frames_received(data)
            return
        self.head += data
        while self.session is None and self.request_received():
            pass
        if len(self.head) > LARGEST_HEAD:
            self.transport.abort()

    def request_received(self) -> bool:
        """Handle the next HTTP request if it has come whole; says whether to look for one more."""
        head, end, rest = self.head.partition(b"\r\n\r\n")
        if not end or self.transport.is_closing():
            return False
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(split_header(line) for line in lines[1:])
        length = int(headers.get("content-length") or 0)
        if len(rest) < length:
            return False
        method, _, target = lines[0].rpartition(" ")[0].partition(" ")
        self.head = rest[length:]
        if "websocket" in headers.get("upgrade", "").lower():
            self.handshake_received(target, head + end, self.head)
            return False
        answer = self.server.exchange.http(
            method, target, headers, rest[:length], self.server.clock(), self.address
        )
        self.respond(answer, keep=headers.get("connection", "").lower() != "close")
        return True

    def handshake_received(self, target: str, head: bytes, rest: bytes) -> None:
        """Open a session, or refuse."""
        opened = self.server.exchange.open(target, self.server.clock(), self.address)
        if isinstance(opened, Refusal):
            self.respond(Answer(opened.status, opened.headers, opened.body), keep=False)
            return
        self.protocol.receive_data(head)
        for request in self.protocol.events_received():
            assert isinstance(request, Request)
            self.protocol.send_response(self.protocol.accept(request))
        self.write()
        if self.protocol.state is not OPEN:
            opened.closed(self.server.clock())
            self.transport.close()
            return
        self.session = opened
        self.session.notify = self.flush
        self.flush()
        if rest:
            self.frames_received(rest)

    def respond(self, answer: Answer, *, keep: bool) -> None:
        """Write an answer of plain HTTP, or none."""
        if answer.status == CUT:
            self.transport.abort()
        if answer.status in (CUT, NO_ANSWER):
            return
        headers = Headers(answer.headers)
        headers["Content-Length"] = str(len(answer.body))
        if not keep:
            headers["Connection"] = "close"
        reason = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "Unknown"
        self.transport.write(Response(answer.status, reason, headers, answer.body).serialize())
        if not keep:
            self.transport.close()

    def frames_received(self, data: bytes) -> None:
        """Hand WebSocket frames to the session, then send what the protocol and the session answer."""
        assert self.session is not None
        self.protocol.receive_data(data)
        mute = self.session.is_mute
        for event in self.protocol.events_received():
            assert isinstance(event, Frame)
            mute |= self.frame_received(self.session, event)
        if mute:
            self.protocol.data_to_send()
        self.write()
        self.flush()
        self.server.schedule()

    def frame_received(self, session: Session, frame: Frame) -> bool:
        """Hand one frame to the session; says whether the protocol's own answer to it must not go out."""
        now_ms = self.server.clock()
        if frame.opcode is Opcode.PING:
            return session.ping(bytes(frame.data), now_ms) is None
        if frame.opcode is Opcode.PONG:
            session.pong(bytes(frame.data), now_ms)
        elif frame.opcode is Opcode.CLOSE:
            session.closed(now_ms)
        else:
            self.part_received(session, frame, now_ms)
        return False

    def part_received(self, session: Session, frame: Frame, now_ms: int) -> None:
        """Put a message together, and hand it over when it is whole."""
        if frame.opcode is not Opcode.CONT:
            self.opcode = frame.opcode
        self.message.append(bytes(frame.data))
        if frame.fin:
            whole = b"".join(self.message)
            self.message.clear()
            session.receive(whole.decode("utf-8", "replace") if self.opcode is Opcode.TEXT else whole, now_ms)

    def flush(self) -> None:
        """Send what the session has to send."""
        if self.session is None or self.transport.is_closing():
            return
        for frame in self.session.take():
            self.send(frame)
        self.write()
        if self.transport.get_write_buffer_size() > LONGEST_BUFFER:
            self.transport.abort()

    def send(self, frame: Outgoing) -> None:
        """Send one frame."""
        if isinstance(frame, Abort):
            self.transport.abort()
        elif self.protocol.state is OPEN:
            match frame:
                case Text(data):
                    self.protocol.send_text(data.encode("utf-8", "surrogatepass"))
                case Binary(payload):
                    self.protocol.send_binary(payload)
                case Ping(payload):
                    self.protocol.send_ping(payload)
                case Close(code, reason):
                    self.protocol.send_close(code, reason)
                    self.closing = asyncio.get_running_loop().call_later(CLOSE_S, self.transport.abort)

    def write(self) -> None:
        """Write what the protocol has to send; an empty part means the end."""
        parts = self.protocol.data_to_send()
        if parts and not self.transport.is_closing():
            self.transport.write(b"".join(parts))
            if parts[-1] == b"":
                self.transport.close()


def split_header(line: str) -> tuple[str, str]:
    """Name, in lower case, and value of a header."""
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


@asynccontextmanager
async def serve(
    exchange: Exchange, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None
) -> AsyncIterator[Server]:
    """Listen until the block ends; then every connection is cut.

    Args:
        exchange: the exchange to serve.
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        clock: gives Unix milliseconds; None: the machine's.
    """
    server = Server(exchange, clock or wall_clock())
    listener = await asyncio.get_running_loop().create_server(lambda: Connection(server), host, port)
    server.endpoint = f"http://{host}:{listener.sockets[0].getsockname()[1]}"
    server.advance()
    try:
        yield server
    finally:
        listener.close()
        server.stop()
        await listener.wait_closed()
