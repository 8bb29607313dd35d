"""COIN-M over plain HTTP: `/dapi` (pages "Account", "Trade" and "Market Data" of COIN-M)."""

from __future__ import annotations

from tui.sim.amounts import eight
from tui.sim.coin_m import answers
from tui.sim.coin_m.catalogue import ONBOARD_MS, CoinContract
from tui.sim.coin_m.rows import symbol_status
from tui.sim.errors import rejected
from tui.sim.formulas import Bracket
from tui.sim.http_api import Endpoint, Params
from tui.sim.world import World

FEED = "dapi"
STREAM = "coinm-private"


def exchange_info(world: World, params: Params) -> object:
    """`GET /dapi/v1/exchangeInfo`: the contracts, with what a contract is worth and the filters that give the steps."""
    missing = world.faults.find("symbol-missing-SYMBOL", FEED)
    return {
        "exchangeFilters": [],
        "rateLimits": [
            {
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": world.limits.weight_limit,
                "rateLimitType": "REQUEST_WEIGHT",
            }
        ],
        "serverTime": world.now_ms,
        "symbols": [
            symbol_info(world, contract)
            for symbol, contract in world.coin_m.account.coin_contracts.items()
            if missing is None or missing.order.value != symbol
        ],
        "timezone": "UTC",
    }


def symbol_info(world: World, contract: CoinContract) -> dict[str, object]:
    """A row of `symbols`: the state is `contractStatus` here, and `contractSize` is a JSON number."""
    tick_size = f"{contract.tick_size:f}"
    return {
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "maxPrice": "4520958",
                "minPrice": tick_size,
                "tickSize": tick_size,
            },
            {"filterType": "LOT_SIZE", "maxQty": "1000000", "minQty": "1", "stepSize": "1"},
        ],
        "orderTypes": ["LIMIT", "MARKET", "STOP", "TAKE_PROFIT", "TRAILING_STOP_MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "liquidationFee": "0.015000",
        "marketTakeBound": "0.05",
        "symbol": contract.symbol,
        "pair": contract.pair,
        "contractType": contract.contract_type,
        "deliveryDate": contract.delivery_ms,
        "onboardDate": ONBOARD_MS,
        "contractStatus": symbol_status(contract, world.now_ms),
        "contractSize": int(contract.contract_size),
        "quoteAsset": "USD",
        "baseAsset": contract.base_asset,
        "marginAsset": contract.margin_asset,
        "pricePrecision": -contract.tick_size.adjusted(),
        "quantityPrecision": 0,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "equalQtyPrecision": 4,
        "triggerProtect": "0.0500",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
    }


def premium_index(world: World, params: Params) -> object:
    """`GET /dapi/v1/premiumIndex`: always an array; a delivery has no funding rate and no time of it."""
    symbol, pair = params.get("symbol"), params.get("pair")
    market = world.coin_m.market
    if symbol and symbol not in market.contracts:
        raise rejected(-1121)
    rows = []
    for one in market.coin_contracts.values():
        if symbol in (None, "", one.symbol) and pair in (None, "", one.pair):
            is_perpetual = one.is_perpetual
            rows.append(
                {
                    "symbol": one.symbol,
                    "pair": one.pair,
                    "markPrice": eight(market.mark_price(one.symbol)),
                    "indexPrice": eight(market.index_price(one.symbol)),
                    "estimatedSettlePrice": eight(market.index_price(one.symbol)),
                    "lastFundingRate": f"{market.funding_rate(one.symbol):.8f}" if is_perpetual else "",
                    "interestRate": "0.00010000" if is_perpetual else "",
                    "nextFundingTime": market.next_funding_ms if is_perpetual else 0,
                    "time": world.now_ms,
                }
            )
    return rows


def leverage_brackets(world: World, params: Params, *, floor: str = "qtylFloor") -> object:
    """`GET /dapi/v2/leverageBracket`: brackets by quantity of the coin. `qtylFloor` is what the page and the wire say;
    Portfolio Margin spells it `qtyFloor`."""
    symbol = params.get("symbol")
    contracts = world.coin_m.account.coin_contracts
    if symbol and symbol not in contracts:
        raise rejected(-1121)
    return [
        {"symbol": one.symbol, "brackets": bracket_rows(one.brackets, "qtyCap", floor)}
        for one in contracts.values()
        if symbol in (None, "", one.symbol)
    ]


def bracket_rows(table: tuple[Bracket, ...], cap: str, floor: str) -> list[dict[str, object]]:
    """Rows of `brackets`: JSON numbers, under the names of a book."""
    return [
        {
            "bracket": number,
            "initialLeverage": one.leverage,
            cap: int(one.cap),
            floor: int(one.floor),
            "maintMarginRatio": float(one.rate),
            "cum": float(one.cumulative),
        }
        for number, one in enumerate(table, 1)
    ]


def delete_listen_key(world: World, params: Params) -> object:
    """`DELETE /dapi/v1/listenKey`: ends the key for all clients of the account; no viewer sends it."""
    world.coin_m.listen_keys.delete()
    return {}


ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/dapi/v1/ping"): Endpoint(1, "none", lambda world, params: {}),
    ("GET", "/dapi/v1/time"): Endpoint(1, "none", lambda world, params: {"serverTime": world.now_ms}),
    ("GET", "/dapi/v1/exchangeInfo"): Endpoint(1, "none", exchange_info),
    ("GET", "/dapi/v1/premiumIndex"): Endpoint(10, "none", premium_index),
    ("GET", "/dapi/v1/positionRisk"): Endpoint(
        1, "signed", lambda world, params: answers.positions(world, params, FEED)
    ),
    ("GET", "/dapi/v1/account"): Endpoint(5, "signed", lambda world, params: answers.status(world, FEED)),
    ("GET", "/dapi/v1/balance"): Endpoint(1, "signed", lambda world, params: answers.balances(world, FEED)),
    ("GET", "/dapi/v2/leverageBracket"): Endpoint(2, "signed", leverage_brackets),
    ("POST", "/dapi/v1/listenKey"): Endpoint(
        1, "key", lambda world, params: {"listenKey": world.start_listen_key(STREAM)}
    ),
    ("PUT", "/dapi/v1/listenKey"): Endpoint(
        1, "key", lambda world, params: {"listenKey": world.ping_listen_key(STREAM)}
    ),
    ("DELETE", "/dapi/v1/listenKey"): Endpoint(1, "key", delete_listen_key),
}
