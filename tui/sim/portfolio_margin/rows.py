"""The account under Portfolio Margin as Binance answers it. Rows have no margin type, break-even price or margin asset:
everything is cross."""

from __future__ import annotations

from decimal import Decimal

from tui.sim import formulas as linear_formulas
from tui.sim.account import Position, PositionSide
from tui.sim.amounts import ZERO, doubled, eight, eight_or_zero, stepped, trimmed
from tui.sim.coin_m import formulas as coin_formulas
from tui.sim.formulas import Leg
from tui.sim.portfolio_margin.portfolio import Books, positions_of
from tui.sim.rows import Row, Snapshot

ASSET_NAMES = (
    "asset",
    "crossWalletBalance",
    "crossUnPnl",
    "maintMargin",
    "initialMargin",
    "positionInitialMargin",
    "openOrderInitialMargin",
    "updateTime",
)
"""Keys of `assets` in `GET /papi/v1/um/account` and its twin of COIN-M."""


def sides_of(snapshot: Snapshot) -> tuple[PositionSide, ...]:
    """The sides that rows have: in hedge mode LONG and SHORT, one of them flat maybe."""
    return ("LONG", "SHORT") if snapshot.account.dual_side else ("BOTH",)


def held(snapshot: Snapshot, symbols: list[str]) -> list[Position]:
    """The positions of symbols, every side of each."""
    return [
        snapshot.book.positions.get((symbol, side)) or Position(symbol, side)
        for symbol in symbols
        for side in sides_of(snapshot)
    ]


def symbols_held(snapshot: Snapshot) -> list[str]:
    """Symbols with a position or an order."""
    return list(dict.fromkeys(position.symbol for position in snapshot.book.positions.values()))


def linear_rows(books: Books, symbol: str | None) -> list[Row]:
    """Result of `GET /papi/v1/um/positionRisk`."""
    symbols = symbols_held(books.linear) if symbol is None else [symbol]
    return [linear_row(books, position) for position in held(books.linear, symbols)]


def linear_row(books: Books, position: Position) -> Row:
    """Row of `GET /papi/v1/um/positionRisk`, its keys in the order of the page's hedge example."""
    snapshot = books.linear
    mark_price = snapshot.market.mark_price(position.symbol)
    contract = snapshot.account.contracts[position.symbol]
    return {
        "symbol": position.symbol,
        "positionAmt": stepped(position.amount, contract.step_size),
        "entryPrice": doubled(position.entry_price),
        "markPrice": eight(mark_price),
        "unRealizedProfit": eight(position.profit(mark_price)),
        "liquidationPrice": eight_or_zero(linear_liquidation_price(books, position)),
        "leverage": str(snapshot.account.setting(position.symbol).leverage),
        "maxNotionalValue": max_notional(snapshot, position.symbol),
        "positionSide": position.position_side,
        "notional": eight_or_zero(position.amount * mark_price),
        "updateTime": position.update_time_ms,
    }


def max_notional(snapshot: Snapshot, symbol: str) -> str:
    """`maxNotionalValue`: the notional that the chosen leverage allows."""
    leverage = snapshot.account.setting(symbol).leverage
    caps = [one.cap for one in snapshot.account.contracts[symbol].brackets if one.leverage >= leverage]
    return f"{caps[-1]:f}" if caps else "0"


def linear_liquidation_price(books: Books, position: Position) -> Decimal:
    """An estimate: the price at which the account's equity is down to its maintenance margin, all others unmoved. Both
    sides of a symbol share it, a flat one too."""
    snapshot, standing = books.linear, books.standing
    together = [one for one in snapshot.siblings(position) if one.amount]
    if not together:
        return ZERO
    own = [snapshot.figures[one.key] for one in together]
    price = books.usd(snapshot.asset_of(position))
    return linear_formulas.liquidation_price(
        standing.equity / price - sum((one.profit for one in own), ZERO),
        [Leg(one.amount, one.entry_price) for one in together],
        snapshot.account.contracts[position.symbol].brackets,
        others_maintenance=standing.maintenance_margin / price - sum((one.maintenance for one in own), ZERO),
    )


def coin_rows(books: Books, margin_asset: str | None, pair: str | None) -> list[Row]:
    """Result of `GET /papi/v1/cm/positionRisk`: symbols with a position, every side of each."""
    symbols = symbols_held(books.coin)
    wanted = books.coin.all_positions(margin_asset=margin_asset, pair=pair, sides=sides_of(books.coin))
    return [coin_row(books, position) for position in wanted if position.symbol in symbols]


def coin_row(books: Books, position: Position) -> Row:
    """Row of `GET /papi/v1/cm/positionRisk`."""
    row = books.coin.socket_row(position)
    names = ("symbol", "positionAmt", "entryPrice", "markPrice", "unRealizedProfit")
    return (
        {name: row[name] for name in names}
        | {"liquidationPrice": eight_or_zero(coin_liquidation_price(books, position))}
        | {name: row[name] for name in ("leverage", "positionSide", "updateTime", "maxQty", "notionalValue")}
    )


def coin_liquidation_price(books: Books, position: Position) -> Decimal:
    """The same estimate for a COIN-M symbol, the account's equity counted in its coin at today's price."""
    snapshot, standing = books.coin, books.standing
    together = [one for one in snapshot.siblings(position) if one.amount]
    if not together:
        return ZERO
    contract = snapshot.contracts[position.symbol]
    own = [snapshot.figures[one.key] for one in together]
    price = books.usd(contract.margin_asset)
    return coin_formulas.liquidation_price(
        standing.equity / price - sum((one.profit for one in own), ZERO),
        [Leg(one.amount, one.entry_price) for one in together],
        contract.contract_size,
        contract.brackets,
        others_maintenance=standing.maintenance_margin / price - sum((one.maintenance for one in own), ZERO),
    )


def account_row(books: Books, time_ms: int) -> Row:
    """Result of `GET /papi/v1/account`; two totals are empty texts, as on the page."""
    standing = books.standing
    return {
        "uniMMR": eight(standing.uni_mmr),
        "accountEquity": eight(standing.equity),
        "actualEquity": eight(standing.actual_equity),
        "accountInitialMargin": eight(standing.initial_margin),
        "accountMaintMargin": eight(standing.maintenance_margin),
        "accountStatus": standing.status,
        "virtualMaxWithdrawAmount": eight(max(ZERO, standing.equity - standing.initial_margin)),
        "totalAvailableBalance": "",
        "totalMarginOpenLoss": "",
        "updateTime": time_ms,
    }


def balance_row(books: Books, asset: str) -> Row:
    """Row of `GET /papi/v1/balance`; a COIN-M profit of what backs no COIN-M contract is an empty text."""
    wallet = books.portfolio.look(asset)
    balances, profits = [], []
    for snapshot in (books.linear, books.coin):
        own = snapshot.book.wallets.get(asset)
        balances.append(own.balance if own else ZERO)
        profits.append(snapshot.sums(positions_of(snapshot, asset)).profit)
    linear, coin = balances
    return {
        "asset": asset,
        "totalWalletBalance": eight(wallet.free + wallet.locked + linear + coin),
        "crossMarginAsset": eight(wallet.free + wallet.locked),
        "crossMarginBorrowed": eight(wallet.borrowed),
        "crossMarginFree": eight(wallet.free),
        "crossMarginInterest": eight(wallet.interest),
        "crossMarginLocked": eight(wallet.locked),
        "umWalletBalance": eight(linear),
        "umUnrealizedPNL": eight(profits[0]),
        "cmWalletBalance": eight(coin),
        "cmUnrealizedPNL": eight(profits[1]) if asset in books.coin.book.wallets else "",
        "updateTime": wallet.update_time_ms,
        "negativeBalance": eight_or_zero(min(ZERO, linear) + min(ZERO, coin)),
    }


def linear_account(books: Books) -> Row:
    """Result of `GET /papi/v1/um/account`: every symbol, flat ones too."""
    snapshot = books.linear
    rows: list[Row] = []
    for position in held(snapshot, list(snapshot.account.contracts)):
        figures = snapshot.figures_of(position)
        rows.append(
            {
                "symbol": position.symbol,
                "initialMargin": eight_or_zero(figures.position_margin + figures.order_margin),
                "maintMargin": eight_or_zero(figures.maintenance),
                "unrealizedProfit": eight(figures.profit),
                "positionInitialMargin": eight_or_zero(figures.position_margin),
                "openOrderInitialMargin": eight_or_zero(figures.order_margin),
                "leverage": str(snapshot.account.setting(position.symbol).leverage),
                "entryPrice": doubled(position.entry_price),
                "maxNotional": max_notional(snapshot, position.symbol),
                "bidNotional": trimmed(position.bid_notional),
                "askNotional": trimmed(position.ask_notional),
                "positionSide": position.position_side,
                "positionAmt": trimmed(position.amount),
                "updateTime": position.update_time_ms,
            }
        )
    return {"assets": assets_of(snapshot), "positions": rows}


def coin_account(books: Books) -> Row:
    """Result of `GET /papi/v1/cm/account`."""
    names = (
        "symbol",
        "positionAmt",
        "initialMargin",
        "maintMargin",
        "unrealizedProfit",
        "positionInitialMargin",
        "openOrderInitialMargin",
        "leverage",
        "positionSide",
        "entryPrice",
        "maxQty",
        "updateTime",
    )
    snapshot = books.coin
    rows = [snapshot.account_row(position) for position in snapshot.all_positions(sides=sides_of(snapshot))]
    positions: list[Row] = [{name: row[name] for name in names} for row in rows]
    return {"assets": assets_of(snapshot), "positions": positions}


def assets_of(snapshot: Snapshot) -> list[Row]:
    """Rows of `assets`: those of the classic account, less what only it has."""
    rows: list[Row] = []
    for asset in snapshot.book.wallets:
        row = snapshot.asset_row(asset)
        rows.append({name: row[name] for name in ASSET_NAMES})
    return rows
