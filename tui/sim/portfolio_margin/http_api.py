"""Portfolio Margin over plain HTTP: `/papi` (pages "Account" and "User Data Streams" of Portfolio Margin). There is no
WebSocket API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.sim.access import check_symbol
from tui.sim.coin_m.answers import wanted
from tui.sim.coin_m.http_api import bracket_rows, leverage_brackets
from tui.sim.http_api import Endpoint, Params, account_config, symbol_configs
from tui.sim.misfits import blank_totals, odd_rows
from tui.sim.portfolio_margin import rows
from tui.sim.portfolio_margin.happenings import books_of
from tui.sim.spoiling import spoil_rows
from tui.sim.world import World

FEED = "papi"
STREAM = "pm-private"


def documented(path: str, make: Callable[[World, Params], Any]) -> Callable[[World, Params], object]:
    """A result that a documented account answers as its page has it. Rows are spoilt by the faults that are on."""

    def result(world: World, params: Params) -> object:
        documents = world.portfolio.setup.documents
        if documents is None:
            return spoilt(world, make(world, params))
        return spoilt(world, chosen(world, documents[path], params))

    return result


def chosen(world: World, document: Any, params: Params) -> Any:
    """The rows of a document that a question is about."""
    margin_asset, pair = wanted(world, params)
    symbol, asset = check_symbol(world, params.get("symbol")), params.get("asset")
    if not isinstance(document, list):
        return document
    contracts = world.coin_m.account.coin_contracts
    found = []
    for row in document:
        contract = contracts.get(row.get("symbol", ""))
        is_meant = symbol in (None, row.get("symbol")) and asset in (None, row.get("asset"))
        if contract is not None:
            is_meant &= margin_asset in (None, contract.margin_asset) and pair in (None, contract.pair)
        if is_meant:
            found.append(row)
    if asset is None:
        return found
    return {name: value for row in found[:1] for name, value in row.items() if name != "crossMarginAsset"}


def spoilt(world: World, found: Any) -> object:
    """A result as the faults that are on leave it."""
    faults = world.faults
    if not faults.on:
        return found
    if isinstance(found, list):
        template = "asset" if found and "asset" in found[0] else "symbol"
        return spoil_rows(odd_rows(found, faults, FEED), faults, template, FEED)
    lists = {name: spoilt(world, value) for name, value in found.items() if isinstance(value, list)}
    [totals] = spoil_rows([found], faults, "accountStatus", FEED)[:1]
    return blank_totals(totals | lists, faults, FEED)


def linear_positions(world: World, params: Params) -> object:
    """`GET /papi/v1/um/positionRisk`."""
    return rows.linear_rows(books_of(world, world.seen_ms()), check_symbol(world, params.get("symbol")))


def coin_positions(world: World, params: Params) -> object:
    """`GET /papi/v1/cm/positionRisk`."""
    return rows.coin_rows(books_of(world, world.seen_ms()), *wanted(world, params))


def account(world: World, params: Params) -> object:
    """`GET /papi/v1/account`."""
    return rows.account_row(books_of(world, world.seen_ms()), world.now_ms)


def balances(world: World, params: Params) -> object:
    """`GET /papi/v1/balance`: an object without `crossMarginAsset` when an asset is asked for."""
    books = books_of(world, world.seen_ms())
    if asset := params.get("asset"):
        row = rows.balance_row(books, asset)
        return {name: value for name, value in row.items() if name != "crossMarginAsset"}
    return [rows.balance_row(books, asset) for asset in books.assets()]


def symbol_config(world: World, params: Params) -> object:
    """`GET /papi/v1/um/symbolConfig`: as in USD-M, but for `isAutoAddMargin`, which is a text."""
    found: Any = symbol_configs(world, params)
    return odd_rows([row | {"isAutoAddMargin": "false"} for row in found], world.faults, FEED)


def linear_brackets(world: World, params: Params) -> object:
    """`GET /papi/v1/um/leverageBracket`: always an array."""
    symbol = check_symbol(world, params.get("symbol"))
    return [
        {"symbol": one.symbol, "brackets": bracket_rows(one.brackets, "notionalCap", "notionalFloor")}
        for one in world.market.contracts.values()
        if symbol in (None, one.symbol)
    ]


def ping_listen_key(world: World, params: Params) -> object:
    """`PUT /papi/v1/listenKey`: answers with nothing in it."""
    world.ping_listen_key(STREAM)
    return {}


def delete_listen_key(world: World, params: Params) -> object:
    """`DELETE /papi/v1/listenKey`: ends the key for all clients of the account; no viewer sends it."""
    world.portfolio.listen_keys.delete()
    return {}


DOCUMENTED: dict[str, tuple[int, Callable[[World, Params], Any]]] = {
    "/papi/v1/um/positionRisk": (5, linear_positions),
    "/papi/v1/cm/positionRisk": (1, coin_positions),
    "/papi/v1/account": (20, account),
    "/papi/v1/balance": (20, balances),
    "/papi/v1/um/account": (5, lambda world, params: rows.linear_account(books_of(world, world.seen_ms()))),
    "/papi/v1/cm/account": (5, lambda world, params: rows.coin_account(books_of(world, world.seen_ms()))),
}
"""Weight and result of what the pages have examples of."""
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", path): Endpoint(weight, "signed", documented(path, make))
    for path, (weight, make) in DOCUMENTED.items()
} | {
    ("GET", "/papi/v1/ping"): Endpoint(1, "none", lambda world, params: {}),
    ("GET", "/papi/v1/um/symbolConfig"): Endpoint(5, "signed", symbol_config),
    ("GET", "/papi/v1/um/accountConfig"): Endpoint(5, "signed", account_config),
    ("GET", "/papi/v1/um/leverageBracket"): Endpoint(1, "signed", linear_brackets),
    ("GET", "/papi/v1/cm/leverageBracket"): Endpoint(
        1, "signed", lambda world, params: leverage_brackets(world, params, floor="qtyFloor")
    ),
    ("POST", "/papi/v1/listenKey"): Endpoint(
        1, "key", lambda world, params: {"listenKey": world.start_listen_key(STREAM)}
    ),
    ("PUT", "/papi/v1/listenKey"): Endpoint(1, "key", ping_listen_key),
    ("DELETE", "/papi/v1/listenKey"): Endpoint(1, "key", delete_listen_key),
}
