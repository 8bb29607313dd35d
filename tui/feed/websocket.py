"""A WebSocket over the network: opened within limits, proved by a ping, and how it failed or was lost in words."""

import asyncio
import ssl
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tui.feed.world import DialFailed, HttpAnswer, Lost, Socket, refused
from tui.protocol.text import clean

OPEN_SECONDS = 10.0
PING_SECONDS = 5.0
CLOSE_SECONDS = 1.0
LARGEST_FRAME = 16 * 1024 * 1024


async def dial(url: str, host: str, address: str, port: int) -> Socket:
    """Open one: own time limits, no redirects, no proxy, no compression.

    Args:
        url: where to.
        host: the name in it: the certificate has to be of that.
        address: what the name stands for.
        port: where it listens.

    Raises:
        DialFailed: it could not be opened, or answers nothing.
    """
    try:
        connection = await _Dial(
            url,
            host=address,
            port=port,
            compression=None,
            user_agent_header=None,
            proxy=None,
            open_timeout=OPEN_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_FRAME,
        )
    except (OSError, InvalidHandshake, EOFError, ValueError) as problem:
        raise dial_failed(problem, host) from None
    await _prove(connection, host)
    return _RealSocket(connection, host)


async def _prove(connection: ClientConnection, host: str) -> None:
    """Wait for the answer to a first ping: a line that opens and answers nothing is none.

    One that is closed meanwhile is left to its reader: what came before the end is still to be read.
    """
    try:
        async with asyncio.timeout(PING_SECONDS):
            with suppress(ConnectionClosed):
                await (await connection.ping())
    except TimeoutError:
        connection.transport.abort()
        raise DialFailed(
            f"{clean(host)} opens the connection and has not answered a ping for {PING_SECONDS:.0f} s."
        ) from None
    except asyncio.CancelledError:
        connection.transport.abort()
        raise


class _Dial(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _RealSocket:
    def __init__(self, connection: ClientConnection, host: str) -> None:
        self._connection = connection
        self._host = host

    async def recv(self) -> bytes | str:
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as closed:
            raise Lost(lost_sentence(closed, self._host)) from None

    async def send(self, frame: bytes) -> None:
        try:
            await self._connection.send(frame, text=True)
        except ConnectionClosed as closed:
            raise Lost(lost_sentence(closed, self._host)) from None

    async def close(self) -> None:
        await self._connection.close()


def lost_sentence(closed: ConnectionClosed, host: str) -> str:
    """Return how a connection was lost, in words."""
    if closed.rcvd is not None:
        reason = clean(closed.rcvd.reason, 80)
        return f"{host} closed the connection ({closed.rcvd.code}{f' {reason}' if reason else ''})."
    if closed.sent is not None and "ping" in closed.sent.reason:
        return f"{host} has not answered a ping for {PING_SECONDS:.0f} s: the line is dead."
    if closed.sent is not None and closed.sent.code != 1000:
        return f"{host} sent what is no WebSocket frame ({closed.sent.code})."
    return f"The connection to {host} was cut."


def dial_failed(problem: Exception, host: str) -> DialFailed:
    """Tell apart why a connection could not be opened."""
    host = clean(host)
    if isinstance(problem, InvalidStatus):
        response = problem.response
        headers = {name.lower(): value for name, value in response.headers.raw_items()}
        return refused(HttpAnswer(response.status_code, headers, b""), host)
    if isinstance(problem, ssl.SSLCertVerificationError):
        why = clean(problem.verify_message or "it does not hold", 80)
        sentence = f"TLS: the certificate of {host} is not trusted ({why}). Nothing was sent."
        return DialFailed(sentence, is_untrusted=True)
    if isinstance(problem, ssl.SSLError):
        return DialFailed(
            f"TLS: no secure connection to {host} ({clean(problem.reason or 'handshake failed', 60)})."
        )
    if isinstance(problem, TimeoutError):
        return DialFailed(f"{host} does not answer within {OPEN_SECONDS:.0f} s.")
    if isinstance(problem, ConnectionRefusedError):
        return DialFailed(f"{host} refuses the connection: nothing listens there.")
    if isinstance(problem, ConnectionResetError):
        return DialFailed(f"{host} cuts the connection before it is open.")
    if isinstance(problem, OSError):
        return DialFailed(
            f"{host} cannot be reached ({clean(problem.strerror or type(problem).__name__, 60)})."
        )
    return DialFailed(f"{host} does not speak WebSocket: not a Binance endpoint, or a proxy in between.")
