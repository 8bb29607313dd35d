"""The real network: how a failed dial, a lost connection and a bad answer over HTTP are told apart, over real sockets."""

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import trustme
from websockets.asyncio.server import ServerConnection, serve

from tui.feed import names
from tui.feed import websocket as dialled
from tui.feed.names import Names
from tui.feed.real_world import RealWorld
from tui.feed.world import DialFailed, Lost

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(handle: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port until the block ends; then every connection is cut."""
    serving: set[asyncio.Task[None]] = set()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # asyncio makes one for each connection
        serving.add(task)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await handle(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)  # in which the aborted transports are closed


def answering(head: str, body: str = "") -> Serve:
    """Answer every request with this."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(f"{head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return handle


@pytest.mark.parametrize(
    ("head", "words", "silent", "is_missing"),
    [
        ("HTTP/1.1 503 Service Unavailable", "is not available (HTTP 503)", None, False),
        ("HTTP/1.1 520 Unknown", "is not available (HTTP 520)", None, False),
        ("HTTP/1.1 403 Forbidden", "firewall", 300.0, False),
        ("HTTP/1.1 403 Forbidden\r\nRetry-After: 7", "firewall", 7.0, False),
        ("HTTP/1.1 418 I'm a teapot", "banned", 120.0, False),
        ("HTTP/1.1 418 I'm a teapot\r\nRetry-After: 30", "banned", 30.0, False),
        ("HTTP/1.1 429 Too Many Requests", "asked too often", 60.0, False),
        ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 9", "asked too often", 9.0, False),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html", "captive portal", None, False),
        ("HTTP/1.1 407 Proxy Authentication Required", "proxy", None, False),
        ("HTTP/1.1 404 Not Found", "does not offer", None, True),
        ("HTTP/1.1 410 Gone", "does not offer", None, True),
        ("SSH-2.0-OpenSSH_9.2", "not a Binance endpoint", None, False),
    ],
    ids=lambda value: str(value).partition("\r")[0] if isinstance(value, str) else "",
)
async def test_refused_handshake_is_told_in_words(
    head: str, words: str, silent: float | None, is_missing: bool
) -> None:
    """Every answer that is no WebSocket has its sentence, and says for how long all has to be silent."""
    async with listening(answering(head, "<html>")) as port:
        with pytest.raises(DialFailed, match=words.replace("(", r"\(").replace(")", r"\)")) as failed:
            await RealWorld().connect(f"ws://127.0.0.1:{port}/ws-fapi/v1")

    assert (failed.value.silent, failed.value.is_missing) == (silent, is_missing)


async def test_closed_port_is_told_as_refused() -> None:
    """Nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DialFailed, match="refuses the connection"):
            await RealWorld().connect(f"ws://127.0.0.1:{taken.getsockname()[1]}/")


async def test_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts and says nothing is not waited for longer than the limit."""
    monkeypatch.setattr(dialled, "OPEN_SECONDS", 0.2)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(mute) as port:
        with pytest.raises(DialFailed, match="does not answer"):
            await RealWorld().connect(f"ws://127.0.0.1:{port}/")


async def test_redirect_is_not_followed_and_carries_nothing() -> None:
    """Neither a listen key nor an API key reaches the place that a redirect names."""
    reached: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.read(10_000))

    async with listening(elsewhere) as other:
        head = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{other}/login"
        async with listening(answering(head)) as port:
            with pytest.raises(DialFailed, match="redirects are not followed"):
                await RealWorld().connect(f"ws://127.0.0.1:{port}/private/ws?listenKey=secret")
            answer = await RealWorld().ask("GET", f"http://127.0.0.1:{port}/x", {"X-MBX-APIKEY": "secret"})

    assert answer.status == 302
    assert reached == []


@pytest.mark.parametrize("kind", ["unknown authority", "wrong host"])
async def test_untrusted_certificate_gets_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A certificate that does not hold is told as such, and not one byte of a request is sent."""
    authority, ours = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "ours.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer, name = (authority, "127.0.0.1") if kind == "unknown authority" else (ours, "elsewhere.test")
    issuer.issue_cert(name).configure_cert(tls)
    received: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(1_000))

    async with listening(listen, tls) as port:
        with pytest.raises(DialFailed, match="is not trusted") as failed:
            await RealWorld().connect(f"wss://127.0.0.1:{port}/private/ws?listenKey=secret")

    assert failed.value.is_untrusted
    assert b"".join(received) == b""


async def test_server_without_tls_is_told_as_such() -> None:
    """A plain server where TLS is expected is a TLS trouble, not a certificate that a person has to mend."""
    async with listening(answering("HTTP/1.1 400 Bad Request")) as port:
        with pytest.raises(DialFailed, match="TLS: no secure connection") as failed:
            await RealWorld().connect(f"wss://127.0.0.1:{port}/")

    assert not failed.value.is_untrusted


@contextlib.asynccontextmanager
async def websocket(handle: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """Serve WebSockets until the block ends."""
    async with serve(handle, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"


async def close_1008(connection: ServerConnection) -> None:
    """Close for a reason."""
    await connection.close(1008, "too many requests")


async def reset(connection: ServerConnection) -> None:
    """Cut without a word."""
    inner = connection.transport.get_extra_info("socket")
    inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.transport.abort()


async def rubbish(connection: ServerConnection) -> None:
    """Send what is no frame."""
    connection.transport.write(b"\xff\xff\xff\xff")
    await connection.wait_closed()


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (close_1008, "closed the connection (1008 too many requests)"),
        (reset, "was cut"),
        (rubbish, "sent what is no WebSocket frame (1002)"),
    ],
)
async def test_loss_is_told_in_words(
    handle: Callable[[ServerConnection], Awaitable[None]], words: str
) -> None:
    """How an open connection was lost is told apart."""
    async with websocket(handle) as url:
        connection = await RealWorld().connect(url)
        with pytest.raises(Lost) as lost:
            await connection.recv()
        await connection.close()

    assert words in lost.value.sentence


async def stand_still(connection: ServerConnection) -> None:
    """Answer nothing from now on."""
    connection.transport.pause_reading()
    await asyncio.sleep(2)
    connection.transport.abort()


async def test_dead_line_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that no longer answers pings is lost within ping and time limit, and its socket is closed."""
    for name in ("PING_SECONDS", "CLOSE_SECONDS"):
        monkeypatch.setattr(dialled, name, 0.1)

    async def freeze(connection: ServerConnection) -> None:
        await connection.recv()
        await stand_still(connection)

    async with websocket(freeze) as url:
        connection = await RealWorld().connect(url)
        await connection.send(b"now")
        with pytest.raises(Lost, match="has not answered a ping"):
            await asyncio.wait_for(connection.recv(), 2)
        await connection.close()


async def test_line_that_was_never_alive_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that opens and answers nothing has not been reached: no stream of it counts for a moment."""
    monkeypatch.setattr(dialled, "PING_SECONDS", 0.1)

    async with websocket(stand_still) as url:
        with pytest.raises(DialFailed, match="opens the connection and has not answered a ping"):
            await RealWorld().connect(url)


async def test_what_came_before_the_end_is_still_read() -> None:
    """A server's last words are not lost with the connection."""

    async def speak(connection: ServerConnection) -> None:
        for word in ("first", "second"):
            await connection.send(word)

    async with websocket(speak) as url:
        connection = await RealWorld().connect(url)
        await asyncio.sleep(0.1)
        heard = [await connection.recv(), await connection.recv()]
        with pytest.raises(Lost):
            await connection.recv()
        await connection.close()

    assert heard == [b"first", b"second"]


async def test_unreachable_http_is_a_failed_dial() -> None:
    """A question over HTTP that nobody answers fails like a dial."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DialFailed, match="cannot be asked"):
            await RealWorld().ask("GET", f"http://127.0.0.1:{taken.getsockname()[1]}/fapi/v1/time", {})


# Names


class Resolver:
    """Stands for this machine's resolver: what it says next."""

    def __init__(self) -> None:
        self.answers: list[list[str] | float] = []
        self.asked = 0

    def __call__(self, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        """Say it, or hang, or fail."""
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, float):
            time.sleep(answer)
            answer = []
        if not answer:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return [(None, None, None, "", (address, port)) for address in answer]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Have names resolved by the test."""
    made = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    monkeypatch.setattr(names, "RESOLVE_SECONDS", 0.1)
    return made


async def test_hanging_resolver_fails_in_time_and_is_asked_once(resolver: Resolver) -> None:
    """However often is dialled while it hangs, one thread waits for it, and none is waited for at the end."""
    resolver.answers = [0.5, ["192.0.2.1"]]
    known = Names()
    for _ in range(3):
        with pytest.raises(OSError, match="no address"):
            await known.address("exchange.test", 443)

    assert resolver.asked == 1


async def test_last_good_address_serves_while_the_resolver_fails(resolver: Resolver) -> None:
    """A name that was known stays known."""
    resolver.answers = [["192.0.2.1"]]
    known = Names()

    assert [await known.address("exchange.test", 443) for _ in range(3)] == ["192.0.2.1"] * 3


async def test_next_address_is_tried_after_a_failure(resolver: Resolver) -> None:
    """One dead address of several does not keep the host away."""
    resolver.answers = [["2001:db8::1", "192.0.2.1"]]
    known = Names()
    first = await known.address("exchange.test", 443)
    known.failed("exchange.test", 443)
    second = await known.address("exchange.test", 443)

    assert [first, second] == ["2001:db8::1", "192.0.2.1"]


async def test_address_needs_no_resolver(resolver: Resolver) -> None:
    """A host that is an address is used as it is."""
    assert await Names().address("127.0.0.1", 443) == "127.0.0.1"
    assert resolver.asked == 0


async def test_unresolved_host_is_told_in_words(resolver: Resolver) -> None:
    """The sentence names DNS, and what to check."""
    with pytest.raises(DialFailed, match=r"DNS cannot resolve exchange\.test"):
        await RealWorld().connect("wss://exchange.test/")
