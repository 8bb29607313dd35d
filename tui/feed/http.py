"""The few questions that Binance answers over HTTP only; the library is loaded when the first is asked."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from tui.credentials import Credential
from tui.errors import ProtocolError, RequestForbidden
from tui.protocol.codec import decode_server_time
from tui.protocol.requests import HTTP_REQUESTS

TIMEOUT_SECONDS = 5.0


class HttpFailed(Exception):
    """No usable answer; the sentence says why."""


async def get(
    base: str, path: str, params: Mapping[str, str | int], credential: Credential | None = None
) -> bytes:
    """Return the body of a 200 answer; signs when a credential is given. No redirects, no proxy.

    Raises:
        HttpFailed: there was no such answer.
        RequestForbidden: the request is not on the list.
    """
    if ("GET", path) not in HTTP_REQUESTS:
        raise RequestForbidden(f"perptop does not ask for {path}.")
    import httpx2

    query = urlencode(params)
    headers = {}
    if credential is not None:
        headers["X-MBX-APIKEY"] = credential.api_key.reveal()
        query += f"&signature={urlencode({'': credential.sign(query)})[1:]}"
    try:
        async with httpx2.AsyncClient(
            timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
        ) as client:
            response = await client.get(f"{base}{path}{f'?{query}' if query else ''}", headers=headers)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as problem:
        raise HttpFailed(f"{path}: {type(problem).__name__}") from None
    if response.status_code != 200:
        raise HttpFailed(f"{path}: HTTP {response.status_code}")
    return response.content


async def server_time_ms(base: str) -> int:
    """Ask `GET /fapi/v1/time` (page "Check Server Time").

    Raises:
        HttpFailed: it could not be had.
    """
    try:
        return decode_server_time(await get(base, "/fapi/v1/time", {})).server_time_ms
    except ProtocolError as problem:
        raise HttpFailed(str(problem)) from None


async def key_rights(
    base: str, credential: Credential, timestamp: int, recv_window_ms: int
) -> dict[str, bool]:
    """Ask `GET /sapi/v1/account/apiRestrictions` (page "Get API Key Permission") what the key may do.

    Returns:
        Every yes-or-no field of the answer, by Binance's name.

    Raises:
        HttpFailed: it could not be had.
    """
    params = {"recvWindow": recv_window_ms, "timestamp": timestamp}
    try:
        answer = msgspec.json.decode(await get(base, "/sapi/v1/account/apiRestrictions", params, credential))
    except msgspec.MsgspecError:
        raise HttpFailed("/sapi/v1/account/apiRestrictions: unreadable") from None
    if not isinstance(answer, dict):
        raise HttpFailed("/sapi/v1/account/apiRestrictions: unreadable")
    return {str(name): value for name, value in answer.items() if isinstance(value, bool)}
