"""The WebSocket API of COIN-M, `/ws-dapi/v1`: the conversation of USD-M with methods of its own, none of them v2."""

from __future__ import annotations

from collections.abc import Mapping

from tui.sim.api_session import METHODS, ApiSession, Method
from tui.sim.coin_m import answers


class CoinApiSession(ApiSession):
    """A connection to `/ws-dapi/v1`."""

    feed_name = "coinm-api"
    stream_name = "coinm-private"

    @property
    def methods(self) -> Mapping[str, Method]:
        return COIN_METHODS


COIN_METHODS: dict[str, Method] = {
    name: method for name, method in METHODS.items() if not name.startswith(("v2/", "algoOrder"))
} | {
    "account.position": Method(
        5,
        "signed",
        lambda session, params: answers.positions(session.world, params, session.feed),
        frozenset({"marginAsset", "pair"}),
    ),
    "account.status": Method(
        5, "signed", lambda session, params: answers.status(session.world, session.feed)
    ),
    "account.balance": Method(
        5, "signed", lambda session, params: answers.balances(session.world, session.feed)
    ),
}
