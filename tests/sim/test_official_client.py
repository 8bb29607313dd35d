"""Binance's own Python package reads the documented examples from the simulated exchange, over a real socket."""

from typing import Any

import pytest
from binance_common.configuration import ConfigurationWebSocketAPI
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)

from tui.sim.documents import ACCOUNTS, POSITIONS
from tui.sim.exchange import Exchange
from tui.sim.keys import KINDS, Keys, Kind
from tui.sim.scenarios import scenario
from tui.sim.server import serve, wall_clock


def credentials(keys: Keys, kind: Kind) -> Any:
    """A key as the package wants it."""
    key = keys[kind]
    if kind == "hmac":
        return {"api_key": key.api_key, "api_secret": key.secret}
    return {"api_key": key.api_key, "private_key": key.private_key.decode()}


def figures(model: Any) -> Any:
    """What a model of the package holds, by the names of the wire."""
    return model.to_dict()


async def read(name: str, assets: str, kind: Kind) -> tuple[Any, Any]:
    """Positions and account as the package reads them."""
    clock = wall_clock()
    exchange = Exchange(scenario(name, assets=assets), seed=3, wall_ms=clock())
    async with serve(exchange, clock=clock) as server:
        url = server.endpoint.replace("http", "ws", 1) + "/ws-fapi/v1"
        configuration = ConfigurationWebSocketAPI(stream_url=url, **credentials(server.keys, kind))
        client: Any = DerivativesTradingUsdsFutures(config_ws_api=configuration)
        connection = await client.websocket_api.create_connection()
        try:
            positions = (await connection.position_information_v2()).data().result
            account = (await connection.account_information_v2()).data().result
        finally:
            await connection.close_connection()
    return [figures(position) for position in positions], figures(account)


@pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "assets"), [("docs", "single"), ("docs-one-way", "multi")])
async def test_official_client_reads_every_figure(name: str, assets: str, kind: Kind) -> None:
    """Every documented figure arrives to the digit, with a key of every kind."""
    positions, account = await read(name, assets, kind)
    assert positions == POSITIONS[name]
    assert account == ACCOUNTS[assets]


@pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", ["docs-en", "docs-en-hedge"])
async def test_official_client_reads_the_english_examples(name: str) -> None:
    """The package knows one spelling of the profit and drops the other; all other figures arrive to the digit."""
    positions, _ = await read(name, "single", "hmac")
    known = [
        {field: value for field, value in row.items() if field != "unrealizedProfit"}
        for row in POSITIONS[name]
    ]
    assert positions == known
