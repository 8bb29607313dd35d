"""The events of the user data stream, in the shapes and the order of keys that recordings show."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tui.sim.account import Account, Fill, Position
from tui.sim.amounts import ZERO, eight, eight_or_zero, stepped, trimmed
from tui.sim.market import Market

Event = dict[str, Any]


def account_update(
    account: Account,
    market: Market,
    time_ms: int,
    reason: str,
    *,
    positions: Sequence[Position] = (),
    changes: dict[str, Decimal] | None = None,
    symbol: str = "",
) -> Event:
    """ACCOUNT_UPDATE: balances and positions that changed, as the account's book has them now.

    Args:
        account: the account, already changed.
        market: the prices of unrealized profits.
        time_ms: `T` and `E`.
        reason: `m`: ORDER, FUNDING_FEE, DEPOSIT and so on.
        positions: rows of `P`; in hedge mode each symbol's zero BOTH row comes along.
        changes: `bc` by asset: what changed a balance besides profit and commission; names the rows of `B`.
        symbol: `S`, of 2026-08: what a FUNDING_FEE was paid for.
    """
    rows = []
    if account.dual_side:
        symbols = dict.fromkeys(position.symbol for position in positions)
        rows = [position_of(account, market, account.position(symbol, "BOTH")) for symbol in symbols]
    rows += [position_of(account, market, position) for position in positions]
    book = account.book
    balances = [
        {
            "a": asset,
            "wb": trimmed(Decimal(eight(book.wallets[asset].balance))),
            "cw": trimmed(Decimal(eight(book.cross_wallet(asset, account.contracts)))),
            "bc": eight_or_zero(change),
        }
        for asset, change in (changes or {}).items()
    ]
    body: Event = {"B": balances, "P": rows, "m": reason}
    return {"e": "ACCOUNT_UPDATE", "T": time_ms, "E": time_ms, "a": body | ({"S": symbol} if symbol else {})}


def position_of(account: Account, market: Market, position: Position) -> dict[str, object]:
    """A row of `P` in ACCOUNT_UPDATE; a closed position has only zeros."""
    setting = account.setting(position.symbol)
    return {
        "s": position.symbol,
        "pa": trimmed(position.amount),
        "ep": trimmed(position.entry_price),
        "cr": eight_or_zero(account.realized.get(position.key, ZERO)),
        "up": eight_or_zero(position.profit(market.mark_price(position.symbol))),
        "mt": "isolated" if setting.is_isolated else "cross",
        "iw": eight_or_zero(position.isolated_wallet),
        "ps": position.position_side,
        "ma": account.contracts[position.symbol].margin_asset,
        "bep": trimmed(position.break_even_price),
    }


def trade_lite(account: Account, fill: Fill) -> Event:
    """TRADE_LITE: the fill in short, with the decimals of the contract's steps."""
    contract = account.contracts[fill.symbol]
    quantity = stepped(fill.quantity, contract.step_size)
    return {
        "e": "TRADE_LITE",
        "E": fill.time_ms,
        "T": fill.time_ms,
        "s": fill.symbol,
        "q": quantity,
        "p": stepped(ZERO, contract.tick_size),
        "m": False,
        "c": fill.client_order_id,
        "S": fill.side,
        "L": stepped(fill.price, contract.tick_size),
        "l": quantity,
        "t": fill.trade_id,
        "i": fill.order_id,
    }


def order_trade_update(account: Account, fill: Fill, *, is_filled: bool, execution: str = "NEW") -> Event:
    """ORDER_TRADE_UPDATE of a market order: when it comes in (`x` NEW, or CALCULATED for a liquidation's), and when
    it has traded (`x` TRADE)."""
    contract = account.contracts[fill.symbol]
    quantity = trimmed(fill.quantity)
    price = stepped(fill.price, contract.tick_size)
    order = {
        "s": fill.symbol,
        "c": fill.client_order_id,
        "S": fill.side,
        "o": "LIQUIDATION" if execution == "CALCULATED" else "MARKET",
        "f": "IOC" if execution == "CALCULATED" else "GTC",
        "q": quantity,
        "p": "0",
        "ap": trimmed(fill.price) if is_filled else "0",
        "sp": "0",
        "x": "TRADE" if is_filled else execution,
        "X": "FILLED" if is_filled else "NEW",
        "i": fill.order_id,
        "l": quantity if is_filled else "0",
        "z": quantity if is_filled else "0",
        "L": price if is_filled else "0",
        "n": eight_or_zero(fill.fee) if is_filled else "0",
        "N": contract.margin_asset,
        "T": fill.time_ms,
        "t": fill.trade_id if is_filled else 0,
        "b": "0",
        "a": "0",
        "m": False,
        "R": fill.reduces,
        "wt": "CONTRACT_PRICE",
        "ot": "LIQUIDATION" if execution == "CALCULATED" else "MARKET",
        "ps": fill.position_side,
        "cp": False,
        "rp": eight_or_zero(fill.realized) if is_filled else "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
        "er": "0",
    }
    return {"e": "ORDER_TRADE_UPDATE", "T": fill.time_ms, "E": fill.time_ms, "o": order}


def limit_order_update(
    position: Position, time_ms: int, *, execution: str, price: str, quantity: str, order_id: int
) -> Event:
    """ORDER_TRADE_UPDATE of a limit order that rests (`x` NEW) or is taken back (`x` CANCELED)."""
    order = {
        "s": position.symbol,
        "c": f"web_{order_id:x}",
        "S": "BUY",
        "o": "LIMIT",
        "f": "GTC",
        "q": quantity,
        "p": price,
        "ap": "0",
        "sp": "0",
        "x": execution,
        "X": execution,
        "i": order_id,
        "l": "0",
        "z": "0",
        "L": "0",
        "n": "0",
        "N": "USDT",
        "T": time_ms,
        "t": 0,
        "b": trimmed(position.bid_notional),
        "a": trimmed(position.ask_notional),
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "LIMIT",
        "ps": position.position_side,
        "cp": False,
        "rp": "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
        "er": "0",
    }
    return {"e": "ORDER_TRADE_UPDATE", "T": time_ms, "E": time_ms, "o": order}


def leverage_change(symbol: str, leverage: int, time_ms: int) -> Event:
    """ACCOUNT_CONFIG_UPDATE of a symbol's leverage."""
    return {"e": "ACCOUNT_CONFIG_UPDATE", "T": time_ms, "E": time_ms, "ac": {"s": symbol, "l": leverage}}


def asset_mode_change(multi_assets: bool, time_ms: int) -> Event:
    """ACCOUNT_CONFIG_UPDATE of the multi-assets mode."""
    return {"e": "ACCOUNT_CONFIG_UPDATE", "T": time_ms, "E": time_ms, "ai": {"j": multi_assets}}


def margin_call(
    account: Account, market: Market, position: Position, maintenance: Decimal, time_ms: int
) -> Event:
    """MARGIN_CALL of one position; `cw` is there for a cross one only, and no `T` at all."""
    setting = account.setting(position.symbol)
    mark_price = market.mark_price(position.symbol)
    row = {
        "s": position.symbol,
        "ps": position.position_side,
        "pa": trimmed(position.amount),
        "mt": "ISOLATED" if setting.is_isolated else "CROSSED",
        "iw": eight_or_zero(position.isolated_wallet),
        "mp": trimmed(mark_price),
        "up": eight_or_zero(position.profit(mark_price)),
        "mm": eight_or_zero(maintenance),
    }
    head: Event = {"e": "MARGIN_CALL", "E": time_ms}
    if not setting.is_isolated:
        asset = account.contracts[position.symbol].margin_asset
        head["cw"] = trimmed(Decimal(eight(account.book.cross_wallet(asset, account.contracts))))
    return head | {"p": [row]}


def algo_update(position: Position, trigger_price: str, quantity: str, time_ms: int, algo_id: int) -> Event:
    """ALGO_UPDATE of a stop that has not triggered: `ap`, `aq`, `act` and `rm` are absent."""
    order = {
        "caid": f"stop_{algo_id}",
        "aid": algo_id,
        "at": "CONDITIONAL",
        "o": "STOP_MARKET",
        "s": position.symbol,
        "S": "SELL" if position.amount > 0 else "BUY",
        "ps": position.position_side,
        "f": "GTC",
        "q": quantity,
        "X": "NEW",
        "ai": "",
        "tp": trigger_price,
        "p": "0",
        "V": "EXPIRE_MAKER",
        "wt": "MARK_PRICE",
        "pm": "NONE",
        "cp": False,
        "pP": False,
        "R": True,
        "tt": 0,
        "gtd": 0,
        "ia": False,
    }
    return {"e": "ALGO_UPDATE", "T": time_ms, "E": time_ms, "o": order}


def listen_key_expired(listen_key: str, time_ms: int) -> Event:
    """listenKeyExpired: the last event of a key."""
    return {"e": "listenKeyExpired", "E": time_ms, "listenKey": listen_key}
