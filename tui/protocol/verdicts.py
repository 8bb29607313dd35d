"""What an error means for us: one function on values, one table of Binance's codes."""

import enum
import re
from typing import NamedTuple

from tui.protocol.replies import ErrorReply
from tui.protocol.text import clean


class Verdict(enum.Enum):
    """What to do about an error."""

    RETRY = "retry"
    """Binance's trouble, or passing: the same request may be sent again later."""
    CLOCK = "clock"
    """Our clock is off: measure it and send the request once more."""
    REFUSED = "refused"
    """The key, its rights or its signature: only a person can mend it."""
    LIMITED = "limited"
    """Too many requests from this IP address: be silent until a time."""
    NO_LISTEN_KEY = "no listen key"
    """The listen key is gone: ask for another."""
    UNKNOWN_METHOD = "unknown method"
    """Binance no longer knows what is asked: only a newer version of this program can mend it."""


_VERDICTS = {
    -1003: Verdict.LIMITED,
    -1021: Verdict.CLOCK,
    -5028: Verdict.CLOCK,
    -1002: Verdict.REFUSED,
    -1011: Verdict.REFUSED,
    -1020: Verdict.UNKNOWN_METHOD,
    -1022: Verdict.REFUSED,
    -1099: Verdict.REFUSED,
    -2014: Verdict.REFUSED,
    -2015: Verdict.REFUSED,
    -2017: Verdict.REFUSED,
    -4109: Verdict.REFUSED,
    -1125: Verdict.NO_LISTEN_KEY,
}

_BY_STATUS = {401: Verdict.REFUSED, 404: Verdict.UNKNOWN_METHOD, 410: Verdict.UNKNOWN_METHOD}

_ADVICE = {
    -1011: "Check that this machine's IP address is on the key's list.",
    -1022: "Check that the secret or the private key belongs to this API key.",
    -2014: "Check that the API key was copied whole.",
    -2015: "Check that the key exists, that it is for this exchange (not the testnet's), "
    "that it may read, and that this machine's IP address is on its list.",
    -2017: "Binance has locked the API keys of this account.",
    -4109: "The account is archived: transfer any asset to its futures wallet to wake it.",
}

_FIRST_TIME_MS = 1_000_000_000_000
"""A smaller number is no moment in Unix milliseconds."""

_BANNED_UNTIL = re.compile(r"until (\d{13})")


class Trouble(NamedTuple):
    """An error, judged."""

    verdict: Verdict
    sentence: str
    """What happened and what to check, safe to show."""
    retry_at_ms: int | None = None
    """For LIMITED: the exchange's time before which nothing may be sent, when it said one."""
    told_at_ms: int | None = None
    """For LIMITED: the exchange's time when it said so, where it told."""
    is_ban: bool = False
    """For LIMITED: a 418, which grows when it is ignored."""
    retry_after: float | None = None
    """Seconds before which the same must not be asked again, when the server said so."""


def judge(status: int, error: ErrorReply) -> Trouble:
    """Judge the error of an answer (page "Error Code", USD-M)."""
    if status in (418, 429) or error.code == -1003:
        return _limited(status, error)
    verdict = _VERDICTS.get(error.code)
    if verdict is None:
        verdict = _BY_STATUS.get(status, Verdict.RETRY)
    words = f"{error.code or f'status {status}'} {error.message.rstrip('.')}".strip()
    if verdict is Verdict.REFUSED:
        advice = _ADVICE.get(error.code, "Check the key and its rights.")
        return Trouble(verdict, f"Binance refuses the key ({words}). {advice}")
    if verdict is Verdict.UNKNOWN_METHOD:
        return Trouble(
            verdict, f"Binance no longer knows this request ({words}): look for a newer version of perptop."
        )
    return Trouble(verdict, f"Binance answers {words}.")


def _limited(status: int, error: ErrorReply) -> Trouble:
    is_ban = status == 418 or "banned" in error.message
    data = error.data
    retry_at_ms, told_at_ms = (None, None) if data is None else (data.retry_after_ms, data.server_time_ms)
    if retry_at_ms is not None and retry_at_ms < _FIRST_TIME_MS:
        retry_at_ms = None
    if retry_at_ms is None and (found := _BANNED_UNTIL.search(error.message)):
        retry_at_ms = int(found.group(1))
    sentence = (
        "Binance has banned this IP address for a while: too many requests came from it, not only from perptop."
        if is_ban
        else "This IP address has used up its request limit; perptop keeps silent until it may ask again."
    )
    return Trouble(Verdict.LIMITED, sentence, retry_at_ms, told_at_ms, is_ban)


class HandshakeRefused(NamedTuple):
    """A server's answer to a WebSocket handshake that was not a WebSocket."""

    status: int
    retry_after: float | None
    location: str | None = None


def judge_handshake(refusal: HandshakeRefused, host: str) -> tuple[str, float | None]:
    """Return what a refused handshake means, and for how long all connections have to be silent (None: not at all)."""
    status = refusal.status
    if status in (418, 429):
        silent = (
            refusal.retry_after if refusal.retry_after is not None else (120.0 if status == 418 else 60.0)
        )
        what = (
            "has banned this IP address for a while"
            if status == 418
            else "has been asked too often from this IP address"
        )
        return f"{host} {what} (HTTP {status}).", silent
    if status == 403:
        return f"{host}'s firewall turns this IP address away (HTTP 403).", refusal.retry_after or 300.0
    if status in (301, 302, 303, 307, 308):
        where = clean(refusal.location or "elsewhere", 60)
        return f"{host} sends us to {where}: not a Binance endpoint; redirects are not followed.", None
    if status == 200:
        return (
            f"{host} answers with a page: not a Binance endpoint, perhaps a captive portal or a proxy.",
            None,
        )
    if status == 407:
        return f"A proxy in front of {host} wants a log-in (HTTP 407).", None
    if status >= 500:
        return f"{host} is not available (HTTP {status}).", None
    return f"{host} does not offer this connection (HTTP {status}).", None
