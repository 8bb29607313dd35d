"""The machine's own clocks and network; the libraries that speak over it are loaded when they are needed."""

import asyncio
import random
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from tui.feed.names import Names
from tui.feed.world import DialFailed, HttpAnswer, Socket
from tui.protocol.text import clean

HTTP_SECONDS = 5.0
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class RealWorld:
    """The machine's own clocks and network."""

    def __init__(self) -> None:
        self._names = Names()
        self._trusted: ssl.SSLContext | None = None
        """What HTTP trusts, the same as a WebSocket does: made once, for that stops the loop for a while."""

    def now(self) -> float:
        """Return the time since boot; suspended time counts where the system can tell it."""
        return time.clock_gettime(_CLOCK)

    def wall_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        return random.random()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def connect(self, url: str) -> Socket:
        """Open a WebSocket. The library is loaded when the first one is opened."""
        from tui.feed.websocket import dial

        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        try:
            address = await self._names.address(host, port)
        except OSError:
            raise DialFailed(f"DNS cannot resolve {clean(host)}: check this machine's network.") from None
        try:
            return await dial(url, host, address, port)
        except DialFailed:
            self._names.failed(host, port)
            raise

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Ask over HTTP: no redirects, no proxy. The library is loaded when the first question is asked."""
        import httpx2

        host = urlsplit(url).hostname or ""
        self._trusted = self._trusted or ssl.create_default_context()
        try:
            async with httpx2.AsyncClient(
                verify=self._trusted, timeout=HTTP_SECONDS, trust_env=False, follow_redirects=False
            ) as client:
                response = await client.request(verb, url, headers=dict(headers))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as problem:
            raise DialFailed(f"{clean(host)} cannot be asked ({type(problem).__name__}).") from None
        return HttpAnswer(response.status_code, dict(response.headers), response.content)
