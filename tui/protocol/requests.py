"""What perptop may ask, and how a request is signed: the one choke point before a socket."""

import enum
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tui.credentials import Credential
from tui.errors import RequestForbidden

Params = dict[str, str | int]


class Security(enum.Enum):
    """What Binance wants to see with a request."""

    NONE = "none"
    KEY = "key"
    SIGNED = "signed"


class Method(NamedTuple):
    """One method of the WebSocket API."""

    weight: int
    security: Security


POSITIONS = "v2/account.position"
ACCOUNT = "v2/account.status"
LOG_ON = "session.logon"
TIME = "time"
START_STREAM = "userDataStream.start"
PING_STREAM = "userDataStream.ping"

HANDSHAKE_WEIGHT = 5

METHODS: Mapping[str, Method] = {
    LOG_ON: Method(2, Security.SIGNED),
    POSITIONS: Method(5, Security.SIGNED),
    ACCOUNT: Method(5, Security.SIGNED),
    START_STREAM: Method(1, Security.KEY),
    PING_STREAM: Method(1, Security.KEY),
    TIME: Method(1, Security.NONE),
}
"""Everything that perptop can say on the WebSocket API. There is nothing in it that trades, closes or deletes."""

_encoder = msgspec.json.Encoder()


def allowed(method: str) -> Method:
    """Return what is known of a method.

    Raises:
        RequestForbidden: it is not on the list.
    """
    known = METHODS.get(method)
    if known is None:
        raise RequestForbidden(f"perptop does not send {method!r}: it reads and never trades.")
    return known


def payload(params: Mapping[str, str | int]) -> str:
    """Return the text that is signed: raw values, sorted by name (page "WebSocket API General Info")."""
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()))


def request(identity: str, method: str, params: Params, credential: Credential, session: bool) -> bytes:
    """Return one request as the text frame to send.

    Args:
        identity: the id that its answer will carry.
        params: the method's own parameters, with `timestamp` where it is signed.
        session: whether this connection is logged on, so that neither key nor signature is sent.

    Raises:
        RequestForbidden: the method is not on the list.
    """
    known = allowed(method)
    sent = dict(params)
    if known.security is not Security.NONE and (not session or method == LOG_ON):
        sent["apiKey"] = credential.api_key.reveal()
        if known.security is Security.SIGNED:
            sent["signature"] = credential.sign(payload(sent))
    return _encoder.encode({"id": identity, "method": method, "params": sent})
