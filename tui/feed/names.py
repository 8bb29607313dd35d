"""Names to addresses: with a time limit, with a memory, and without ever keeping the program from ending."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections import Counter

RESOLVE_SECONDS = 5.0

Place = tuple[str, int]


class Names:
    """Resolves host names. A resolver that hangs is waited for in a thread of its own, one for each name."""

    def __init__(self) -> None:
        self._known: dict[Place, list[str]] = {}
        self._asked: dict[Place, asyncio.Future[list[str]]] = {}
        self._failures: Counter[Place] = Counter()

    async def address(self, host: str, port: int) -> str:
        """Return an address of the host: after a failure the next one, the last good ones when the resolver fails.

        Raises:
            OSError: it has never been resolved, and is not now.
        """
        place = host, port
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                self._known[place] = await self.look_up(host, port)
        except (OSError, UnicodeError):  # a time limit is one of the former
            if place not in self._known:
                raise OSError(f"{host} has no address") from None
        known = self._known[place]
        return known[self._failures[place] % len(known)]

    def failed(self, host: str, port: int) -> None:
        """Note that the address could not be reached: another may."""
        self._failures[host, port] += 1

    async def look_up(self, host: str, port: int) -> list[str]:
        """Ask the resolver of this machine."""
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        place = host, port
        if place not in self._asked:
            future = self._asked[place] = asyncio.get_running_loop().create_future()
            future.add_done_callback(lambda _: self._asked.pop(place, None))
            # Not the loop's own threads: the program would wait for them before it ends, as long as the resolver hangs.
            threading.Thread(target=_ask, args=(future, place), daemon=True).start()
        return await asyncio.shield(self._asked[place])


def _ask(future: asyncio.Future[list[str]], place: Place) -> None:
    found: list[str] = []
    with contextlib.suppress(OSError, UnicodeError):
        found = [str(one[4][0]) for one in socket.getaddrinfo(*place, type=socket.SOCK_STREAM)]

    def answer() -> None:
        if future.cancelled():
            return
        if found:
            future.set_result(found)
        else:
            future.set_exception(OSError(f"{place[0]} has no address"))
            future.exception()  # it is not an error that nobody waits any more

    with contextlib.suppress(RuntimeError):  # the loop has ended before the resolver
        future.get_loop().call_soon_threadsafe(answer)
