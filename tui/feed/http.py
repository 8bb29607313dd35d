"""The one way to an HTTP server: the allow-list, the signature and the count of weight stand here, before every socket."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tui.credentials import Credential
from tui.errors import ProtocolError, RequestForbidden
from tui.feed.world import DialFailed, HttpAnswer, World, refused
from tui.protocol.budget import Budget
from tui.protocol.clock import SAMPLES, ExchangeClock
from tui.protocol.codec import decode_server_time
from tui.protocol.redial import Manners
from tui.protocol.requests import Security
from tui.protocol.venues import CLOCK, HTTP_REQUESTS, RIGHTS, HttpRequest


class Means(NamedTuple):
    """What all who ask for one book share."""

    world: World
    manners: Manners
    clock: ExchangeClock
    credential: Credential
    budget: Budget


class HttpFailed(Exception):
    """No usable answer."""

    def __init__(self, sentence: str, silent: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.silent = silent
        """Seconds for which every connection of this machine has to be silent; None when it need not."""


async def send(
    means: Means, base: str, request: HttpRequest, params: Mapping[str, str | int] | None = None
) -> HttpAnswer:
    """Send one request, signed with a time of now where it has to be; return the answer, whatever its status.

    Raises:
        DialFailed: there was none.
        RequestForbidden: the request is not on the list.
    """
    if (request.verb, request.path) not in HTTP_REQUESTS:
        raise RequestForbidden(f"perptop does not ask for {request.path}.")
    now, credential = means.world.now(), means.credential
    headers = {} if request.security is Security.NONE else {"X-MBX-APIKEY": credential.api_key.reveal()}
    query = urlencode(params or {})
    if request.security is Security.SIGNED:
        query = urlencode({**(params or {}), "timestamp": means.clock.timestamp(now)})
        query += f"&signature={quote(credential.sign(query), safe='')}"
    means.budget.spend(request.weight, now)
    return await means.world.ask(request.verb, f"{base}{request.path}{f'?{query}' if query else ''}", headers)


async def get(
    means: Means, base: str, request: HttpRequest, params: Mapping[str, str | int] | None = None
) -> bytes:
    """Return the body of a 200 answer.

    Raises:
        HttpFailed: there was no such answer.
        RequestForbidden: the request is not on the list.
    """
    try:
        answer = await send(means, base, request, params)
        if answer.status != 200:
            raise refused(answer, urlsplit(base).hostname or "")
    except DialFailed as problem:
        raise HttpFailed(f"{request.path}: {problem.sentence}", problem.silent) from None
    return answer.body


async def measure(means: Means, base: str) -> None:
    """Measure the exchange's clock by `GET /fapi/v1/time` (page "Check Server Time"); stops where silence is due.

    Raises:
        HttpFailed: the time could not be had.
    """
    world, clock = means.world, means.clock
    clock.begin()
    while clock.samples < SAMPLES and world.now() >= means.manners.silent_until:
        sent = world.now()
        answer = await get(means, base, CLOCK)
        try:
            clock.sample(sent, world.now(), decode_server_time(answer).server_time_ms, world.wall_ms())
        except ProtocolError as problem:
            raise HttpFailed(str(problem)) from None


async def key_rights(means: Means, base: str, recv_window_ms: int) -> dict[str, bool]:
    """Ask `GET /sapi/v1/account/apiRestrictions` (page "Get API Key Permission") what the key may do.

    Returns:
        Every yes-or-no field of the answer, by Binance's name.

    Raises:
        HttpFailed: it could not be had.
    """
    try:
        answer = msgspec.json.decode(await get(means, base, RIGHTS, {"recvWindow": recv_window_ms}))
    except msgspec.MsgspecError:
        raise HttpFailed(f"{RIGHTS.path}: unreadable") from None
    if not isinstance(answer, dict):
        raise HttpFailed(f"{RIGHTS.path}: unreadable")
    return {str(name): value for name, value in answer.items() if isinstance(value, bool)}
