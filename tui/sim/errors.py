"""Binance's refusals: code, HTTP status and text (page "Error Code", general information pages)."""

from __future__ import annotations

from dataclasses import dataclass, field

ERRORS: dict[int, tuple[int, str]] = {
    -1000: (400, "An unknown error occurred while processing the request."),
    -1001: (503, "Internal error; unable to process your request. Please try again."),
    -1003: (
        429,
        "Too many requests; current limit is {} requests per minute. Please use the websocket for live updates.",
    ),
    -1007: (
        408,
        "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
    ),
    -1008: (
        503,
        "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.",
    ),
    -1020: (400, "This operation is not supported."),
    -1021: (400, "Timestamp for this request is outside of the recvWindow."),
    -1022: (400, "Signature for this request is not valid."),
    -1100: (400, "Illegal characters found in a parameter."),
    -1102: (400, "Mandatory parameter '{}' was not sent, was empty/null, or malformed."),
    -1104: (400, "Not all sent parameters were read; read '{}' parameter(s) but was sent '{}' parameter(s)."),
    -1121: (400, "Invalid symbol."),
    -1125: (400, "This listenKey does not exist. Please use POST /fapi/v1/listenKey to recreate listenKey"),
    -1128: (400, "Combination of optional parameters invalid."),
    -1131: (400, "recvWindow must be less than 60000."),
    -1135: (400, "Invalid JSON Request: {}"),
    -2014: (401, "API-key format invalid."),
    -2015: (401, "Invalid API-key, IP, or permissions for action."),
    -4087: (400, "Invalid pair."),
    -4056: (400, "{} API key is not supported."),
}
AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."
BANNED = "Way too many requests; IP banned until {}. Please use the websocket for live updates to avoid bans."


@dataclass
class Rejected(Exception):
    """A request that is answered with an error.

    Over HTTP it is `{"code", "msg"}` under the status, over the WebSocket API the same inside `error`.
    """

    code: int
    message: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    data: dict[str, int] | None = None
    """`serverTime` and `retryAfter` of a 429 or 418, in milliseconds."""

    def error(self) -> dict[str, object]:
        """The error object of the WebSocket API."""
        body: dict[str, object] = {"code": self.code, "msg": self.message}
        return body if self.data is None else body | {"data": self.data}


def rejected(code: int, *values: object) -> Rejected:
    """Make the documented refusal of a code, its text filled with values."""
    status, text = ERRORS[code]
    return Rejected(code, text.format(*values), status)
