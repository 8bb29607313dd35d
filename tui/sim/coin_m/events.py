"""The events of the COIN-M user data stream: those of USD-M with an account alias, in contracts and coin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tui.sim import events
from tui.sim.account import Fill, Position
from tui.sim.amounts import ZERO
from tui.sim.coin_m.book import CoinM
from tui.sim.coin_m.rows import ALIAS
from tui.sim.events import Event


def aliased(event: Event) -> Event:
    """The same event with `i` after its times."""
    times = {name: event[name] for name in ("e", "T", "E") if name in event}
    return times | {"i": ALIAS} | {name: value for name, value in event.items() if name not in times}


def account_update(
    coin_m: CoinM,
    time_ms: int,
    reason: str,
    *,
    symbols: Sequence[str] = (),
    changes: dict[str, Decimal] | None = None,
) -> Event:
    """ACCOUNT_UPDATE: balances that changed, and every side of the symbols that changed: recordings show all three in
    hedge mode."""
    account = coin_m.account
    positions = [position for symbol in symbols for position in account.sides(symbol)]
    named = changes or {account.contracts[symbol].margin_asset: ZERO for symbol in symbols}
    return aliased(
        events.account_update(account, coin_m.market, time_ms, reason, positions=positions, changes=named)
    )


def order_trade_update(coin_m: CoinM, fill: Fill, *, is_filled: bool, execution: str = "NEW") -> Event:
    """ORDER_TRADE_UPDATE of a market order: with the margin asset, without what only USD-M has."""
    event = events.order_trade_update(coin_m.account, fill, is_filled=is_filled, execution=execution)
    order = {name: value for name, value in event["o"].items() if name not in ("gtd", "si", "ss")}
    order["ma"] = coin_m.account.contracts[fill.symbol].margin_asset
    return aliased(event | {"o": order})


def margin_call(coin_m: CoinM, position: Position, maintenance: Decimal, time_ms: int) -> Event:
    """MARGIN_CALL of one position, in contracts and coin."""
    return aliased(events.margin_call(coin_m.account, coin_m.market, position, maintenance, time_ms))
