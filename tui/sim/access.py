"""Who may ask: API keys, signatures and timestamps, the same for the WebSocket API and HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.sim.errors import AHEAD, Rejected, rejected
from tui.sim.keys import ApiKey
from tui.sim.signatures import is_valid
from tui.sim.world import World

RECV_WINDOW_MS = 5_000
LONGEST_RECV_WINDOW_MS = 60_000


def find_key(world: World, api_key: object) -> ApiKey:
    """The API key a client names.

    Raises:
        Rejected: -2014 when it cannot be a key, -2015 when it is none of the account's or may not be used from here.
    """
    if not isinstance(api_key, str) or not re.fullmatch(r"[A-Za-z0-9]{64}", api_key):
        raise rejected(-2014)
    key = world.keys.find(api_key)
    if key is None or world.faults.is_on("ip-not-allowed"):
        raise rejected(-2015)
    return key


def check_kind(world: World, kind: str) -> None:
    """Check that the account is of a kind: once it is under Portfolio Margin, `/papi` alone tells of it, and before that
    it does not.

    Raises:
        Rejected: -2015 when it is of the other kind.
    """
    if kind not in world.scenario.kinds:
        raise rejected(-2015)


def check_time(world: World, params: Mapping[str, object]) -> None:
    """Check `timestamp` and `recvWindow` as the pages say: `timestamp < serverTime + 1000 and serverTime - timestamp <=
    recvWindow`.

    Raises:
        Rejected: -1102 for anything but an integer, -1131 above 60 s, -1021 outside of the window.
    """
    timestamp = integer(params, "timestamp")
    window = integer(params, "recvWindow") if "recvWindow" in params else RECV_WINDOW_MS
    if window > LONGEST_RECV_WINDOW_MS:
        raise rejected(-1131)
    if timestamp >= world.now_ms + 1000:
        raise Rejected(-1021, AHEAD, 400)
    if world.now_ms - timestamp > window:
        raise rejected(-1021)


def integer(params: Mapping[str, object], name: str) -> int:
    """A parameter that must be an integer, and not a text of one."""
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise rejected(-1102, name)
    return value


def check_signature(key: ApiKey, payload: str, signature: object) -> None:
    """Check a signature.

    Raises:
        Rejected: -1102 when there is none, -1022 when it is wrong.
    """
    if not isinstance(signature, str) or not signature:
        raise rejected(-1102, "signature")
    if not is_valid(key, payload, signature):
        raise rejected(-1022)


def check_symbol(world: World, symbol: object) -> str | None:
    """The symbol that is asked for, if any; -1121 for one that does not exist, letter by letter."""
    if symbol is None:
        return None
    if not isinstance(symbol, str):
        raise rejected(-1102, "symbol")
    if symbol not in world.market.contracts:
        raise rejected(-1121)
    return symbol
