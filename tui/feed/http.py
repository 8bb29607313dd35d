"""The few questions that Binance answers over HTTP only."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from tui.credentials import Credential
from tui.errors import ProtocolError, RequestForbidden
from tui.feed.world import DialFailed, World, refused
from tui.protocol.clock import SAMPLES, ExchangeClock
from tui.protocol.codec import decode_server_time
from tui.protocol.redial import Manners
from tui.protocol.venues import CLOCK, HTTP_REQUESTS, RIGHTS


class HttpFailed(Exception):
    """No usable answer."""

    def __init__(self, sentence: str, silent: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.silent = silent
        """Seconds for which every connection of this machine has to be silent; None when it need not."""


async def get(
    world: World,
    base: str,
    path: str,
    params: Mapping[str, str | int],
    credential: Credential | None = None,
) -> bytes:
    """Return the body of a 200 answer; signs when a credential is given.

    Raises:
        HttpFailed: there was no such answer.
        RequestForbidden: the request is not on the list.
    """
    if ("GET", path) not in HTTP_REQUESTS:
        raise RequestForbidden(f"perptop does not ask for {path}.")
    query = urlencode(params)
    headers = {}
    if credential is not None:
        headers["X-MBX-APIKEY"] = credential.api_key.reveal()
        query += f"&signature={urlencode({'': credential.sign(query)})[1:]}"
    try:
        answer = await world.ask("GET", f"{base}{path}{f'?{query}' if query else ''}", headers)
        if answer.status != 200:
            raise refused(answer, urlsplit(base).hostname or "")
    except DialFailed as problem:
        raise HttpFailed(f"{path}: {problem.sentence}", problem.silent) from None
    return answer.body


async def measure(world: World, manners: Manners, base: str, clock: ExchangeClock) -> None:
    """Measure the exchange's clock by `GET /fapi/v1/time` (page "Check Server Time"); stops where silence is due.

    Raises:
        HttpFailed: the time could not be had.
    """
    clock.begin()
    while clock.samples < SAMPLES and world.now() >= manners.silent_until:
        sent = world.now()
        answer = await get(world, base, CLOCK.path, {})
        try:
            clock.sample(sent, world.now(), decode_server_time(answer).server_time_ms, world.wall_ms())
        except ProtocolError as problem:
            raise HttpFailed(str(problem)) from None


async def key_rights(
    world: World, base: str, credential: Credential, timestamp: int, recv_window_ms: int
) -> dict[str, bool]:
    """Ask `GET /sapi/v1/account/apiRestrictions` (page "Get API Key Permission") what the key may do.

    Returns:
        Every yes-or-no field of the answer, by Binance's name.

    Raises:
        HttpFailed: it could not be had.
    """
    params = {"recvWindow": recv_window_ms, "timestamp": timestamp}
    try:
        answer = msgspec.json.decode(await get(world, base, RIGHTS.path, params, credential))
    except msgspec.MsgspecError:
        raise HttpFailed(f"{RIGHTS.path}: unreadable") from None
    if not isinstance(answer, dict):
        raise HttpFailed(f"{RIGHTS.path}: unreadable")
    return {str(name): value for name, value in answer.items() if isinstance(value, bool)}
