"""The plain HTTP side: what the WebSocket API does not offer, and the same snapshots (page "General Info")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote_plus

from tui.sim.access import check_kind, check_signature, check_symbol, check_time, find_key
from tui.sim.amounts import eight
from tui.sim.catalogue import Contract
from tui.sim.errors import Rejected, rejected
from tui.sim.faults import On
from tui.sim.ledger import Entry
from tui.sim.limits import Limits
from tui.sim.misfits import odd_rows
from tui.sim.outgoing import Answer
from tui.sim.portal import http_refusal
from tui.sim.spoiling import HTML, dumps
from tui.sim.world import World

Security = Literal["none", "key", "signed"]
Params = dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    address: str

    @property
    def host(self) -> str:
        """The host that serves its path at Binance: `fapi`, `dapi`, `papi` or `sapi`."""
        return self.path.split("/")[1]


def answer(world: World, request: Request, endpoints: Endpoints) -> Answer:
    """Answer a request, and write it into the ledger."""
    if refusal := http_refusal(world, request.host, request.path):
        world.ledger.add(Entry(world.wall_ms, 0, "http", request.path, request.method, 0, refusal.status))
        return refusal
    endpoint = endpoints.get((request.method, request.path))
    limits = limits_of(world, request)
    weight = endpoint.weight if endpoint else 0
    status = 200
    headers: dict[str, str] = {}
    try:
        if endpoint is None:
            raise unknown_path(request.method, request.path)
        limits.charge(request.address, weight, world.now_ms)
        body = dumps(result_of(world, endpoint, request))
    except Rejected as rejection:
        status, headers = rejection.status, dict(rejection.headers)
        weight = 0 if status in (418, 429) else weight
        body = dumps({"code": rejection.code, "msg": rejection.message})
    headers["Content-Type"] = "application/json;charset=UTF-8"
    headers["X-MBX-USED-WEIGHT-1M"] = str(limits.used(request.address, world.now_ms))
    if taken(world, "html", request):
        status, headers["Content-Type"], body = 502, "text/html", HTML
    elif taken(world, "truncated-json", request):
        body = body[: len(body) // 2]
    world.ledger.add(Entry(world.wall_ms, 0, "http", request.path, request.method, weight, status))
    return Answer(status, headers, body.encode())


def limits_of(world: World, request: Request) -> Limits:
    """The weight counter a request is charged to: `/papi` has its own, `/fapi` and `/dapi` share one since 2026-06."""
    return world.portfolio_limits if request.host == "papi" else world.limits


def taken(world: World, name: str, request: Request) -> On | None:
    """The fault of a name for the answer to one request; it may be meant for HTTP as a whole or for one host."""
    return world.faults.take(name, "http") or world.faults.take(name, request.host)


def result_of(world: World, endpoint: Endpoint, request: Request) -> object:
    """Check a request and work its result out."""
    if one := taken(world, "error-CODE", request):
        raise rejected(-int(one.order.value))
    params = dict(parse_qsl(request.query, keep_blank_values=True))
    if endpoint.security != "none":
        authenticate(world, endpoint.security, request, params)
        if request.host != "sapi":
            check_kind(world, "pm" if request.host == "papi" else "classic")
    return endpoint.result(world, params)


def authenticate(world: World, security: Security, request: Request, params: Params) -> None:
    """Check the key in `X-MBX-APIKEY`, and for signed endpoints time and signature of the query string as it came."""
    if world.faults.is_on("key-revoked"):
        raise rejected(-2015)
    key = find_key(world, request.headers.get("x-mbx-apikey"))
    if security == "key":
        return
    check_time(world, {name: integer(value) for name, value in params.items()})
    parts = request.query.split("&")
    payload = "&".join(part for part in parts if not part.startswith("signature="))
    signature = next((part[10:] for part in parts if part.startswith("signature=")), "")
    check_signature(key, payload, unquote_plus(signature.replace("+", "%2B")))


def unknown_path(method: str, path: str) -> Rejected:
    """The 404 of a path that does not exist, or exists no more."""
    return Rejected(-5000, f"Path {path}, Method {method} is invalid", 404)


def integer(text: str) -> object:
    """An integer parameter of a query; anything else stays a text, which the check refuses."""
    return int(text) if text.isdecimal() else text


def symbol_configs(world: World, params: Params) -> object:
    """`GET /fapi/v1/symbolConfig`: leverage and margin type."""
    wanted = check_symbol(world, params.get("symbol"))
    rows = []
    for symbol, contract in world.market.contracts.items():
        if wanted in (None, symbol):
            setting = world.account.setting(symbol)
            caps = [str(one.cap) for one in contract.brackets if one.leverage >= setting.leverage]
            rows.append(
                {
                    "symbol": symbol,
                    "marginType": "ISOLATED" if setting.is_isolated else "CROSSED",
                    "isAutoAddMargin": False,
                    "leverage": setting.leverage,
                    "maxNotionalValue": caps[-1] if caps else "0",
                }
            )
    return odd_rows(rows, world.faults, "fapi")


def account_config(world: World, params: Params) -> object:
    """`GET /fapi/v1/accountConfig`: position mode and asset mode."""
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": world.account.dual_side,
        "updateTime": 0,
        "multiAssetsMargin": world.account.multi_assets,
        "tradeGroupId": -1,
    }


def api_restrictions(world: World, params: Params) -> object:
    """`GET /sapi/v1/account/apiRestrictions`: a key that reads, unless `key-can-trade` is on."""
    can_trade = world.faults.is_on("key-can-trade")
    return {
        "ipRestrict": True,
        "createTime": 1698645219000,
        "enableReading": True,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": can_trade,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enableSpotAndMarginTrading": can_trade,
        "enablePortfolioMarginTrading": False,
    }


def exchange_info(world: World, params: Params) -> object:
    """`GET /fapi/v1/exchangeInfo`: the contracts, with the filters that give the steps."""
    missing = world.faults.find("symbol-missing-SYMBOL", "fapi")
    return {
        "timezone": "UTC",
        "serverTime": world.now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": world.limits.weight_limit,
            }
        ],
        "exchangeFilters": [],
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "0"}
            for asset in world.account.book.wallets
        ],
        "symbols": [
            symbol_info(contract, "SETTLING" if symbol in world.market.settled else "TRADING")
            for symbol, contract in world.market.contracts.items()
            if missing is None or missing.order.value != symbol
        ],
    }


def symbol_info(contract: Contract, status: str) -> dict[str, object]:
    """A row of `symbols` in `exchangeInfo`; the margin asset there is the quote asset, whatever an account settles in."""
    quote_asset = contract.symbol.removeprefix(contract.base_asset)
    return {
        "symbol": contract.symbol,
        "pair": contract.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": status,
        "baseAsset": contract.base_asset,
        "quoteAsset": quote_asset,
        "marginAsset": quote_asset,
        "pricePrecision": 8,
        "quantityPrecision": 8,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "tickSize": str(contract.tick_size),
                "minPrice": "0",
                "maxPrice": "0",
            },
            {
                "filterType": "LOT_SIZE",
                "stepSize": str(contract.step_size),
                "minQty": str(contract.step_size),
                "maxQty": "0",
            },
        ],
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }


def premium_index(world: World, params: Params) -> object:
    """`GET /fapi/v1/premiumIndex`: an object with `symbol`, an array without."""
    wanted = check_symbol(world, params.get("symbol"))
    market = world.market
    rows = [
        {
            "symbol": symbol,
            "markPrice": eight(market.mark_price(symbol)),
            "indexPrice": eight(market.index_price(symbol)),
            "estimatedSettlePrice": eight(market.mark_price(symbol)),
            "lastFundingRate": f"{market.funding_rate(symbol):.8f}",
            "interestRate": "0.00010000",
            "nextFundingTime": market.next_funding_ms,
            "time": world.now_ms,
        }
        for symbol in market.contracts
        if wanted in (None, symbol)
    ]
    return rows[0] if wanted else rows


def position_risk(world: World, params: Params) -> object:
    """`GET /fapi/v3/positionRisk`."""
    if world.faults.is_on("method-retired"):
        raise unknown_path("GET", "/fapi/v3/positionRisk")
    return world.position_rows(check_symbol(world, params.get("symbol")))


def delete_listen_key(world: World, params: Params) -> object:
    """`DELETE /fapi/v1/listenKey`: ends the key for all clients of the account; no viewer sends it."""
    world.listen_keys.delete()
    return {}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: its weight, who may call it, and what works its result out."""

    weight: int
    security: Security
    result: Callable[[World, Params], object]


Endpoints = Mapping[tuple[str, str], Endpoint]
"""Endpoints by method and path."""
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/fapi/v1/ping"): Endpoint(1, "none", lambda world, params: {}),
    ("GET", "/fapi/v1/time"): Endpoint(1, "none", lambda world, params: {"serverTime": world.now_ms}),
    ("GET", "/fapi/v1/exchangeInfo"): Endpoint(1, "none", exchange_info),
    ("GET", "/fapi/v1/premiumIndex"): Endpoint(10, "none", premium_index),
    ("GET", "/fapi/v1/symbolConfig"): Endpoint(5, "signed", symbol_configs),
    ("GET", "/fapi/v1/accountConfig"): Endpoint(5, "signed", account_config),
    ("GET", "/fapi/v3/positionRisk"): Endpoint(5, "signed", position_risk),
    ("GET", "/fapi/v3/account"): Endpoint(5, "signed", lambda world, params: world.account_status()),
    ("GET", "/fapi/v3/balance"): Endpoint(5, "signed", lambda world, params: world.balance_rows()),
    ("GET", "/sapi/v1/account/apiRestrictions"): Endpoint(1, "signed", api_restrictions),
    ("POST", "/fapi/v1/listenKey"): Endpoint(
        1, "key", lambda world, params: {"listenKey": world.start_listen_key()}
    ),
    ("PUT", "/fapi/v1/listenKey"): Endpoint(
        1, "key", lambda world, params: {"listenKey": world.ping_listen_key()}
    ),
    ("DELETE", "/fapi/v1/listenKey"): Endpoint(1, "key", delete_listen_key),
}
