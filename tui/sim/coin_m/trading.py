"""What changes the COIN-M account, each with the events that tell it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tui.sim.account import Fill, OrderSide, Position, PositionSide
from tui.sim.amounts import ZERO
from tui.sim.coin_m import events, formulas
from tui.sim.coin_m.book import FEE
from tui.sim.world import World


def stamp(world: World) -> int:
    """Time of a change; no two changes of any book share one."""
    time_ms = world.stamp()
    world.coin_m.account.wall_ms = world.wall_ms
    return time_ms


def fill(
    world: World,
    symbol: str,
    position_side: PositionSide,
    side: OrderSide,
    quantity: Decimal,
    *,
    prefix: str = "web_",
    calculated: bool = False,
) -> Fill:
    """Trade whole contracts at the mark price and tell it: the order, the account, the order filled, all at one time.
    There is no TRADE_LITE in COIN-M."""
    coin_m = world.coin_m
    contract = coin_m.account.coin_contracts[symbol]
    price = coin_m.market.mark_price(symbol).quantize(contract.tick_size)
    order_id = coin_m.new_id()
    done = coin_m.account.trade(
        Fill(
            symbol,
            position_side,
            side,
            quantity,
            price,
            realized=ZERO,
            fee=formulas.coins(quantity, contract.contract_size, price) * FEE,
            reduces=False,
            order_id=order_id,
            trade_id=coin_m.new_id(),
            client_order_id=f"{prefix}{order_id:x}",
            time_ms=stamp(world),
        )
    )
    execution = "CALCULATED" if calculated else "NEW"
    if not world.faults.take("drop-fill", "coinm-private"):
        world.tell_coin(events.order_trade_update(coin_m, done, is_filled=False, execution=execution))
        world.tell_coin(events.account_update(coin_m, done.time_ms, "ORDER", symbols=[symbol]))
        world.tell_coin(events.order_trade_update(coin_m, done, is_filled=True, execution=execution))
    return done


def close(world: World, position: Position, *, prefix: str = "web_", calculated: bool = False) -> None:
    """Close one position as a whole."""
    fill(
        world,
        position.symbol,
        position.position_side,
        "SELL" if position.amount > 0 else "BUY",
        abs(position.amount),
        prefix=prefix,
        calculated=calculated,
    )


def change_balance(world: World, reason: str, asset: str, change: Decimal) -> None:
    """A transfer or a cross funding payment: the balance of a coin changes, no position does."""
    account = world.coin_m.account
    time_ms = stamp(world)
    account.put(time_ms, wallets={asset: account.book.wallets[asset].balance + change})
    world.tell_coin(events.account_update(world.coin_m, time_ms, reason, changes={asset: change}))


def set_isolated_wallet(
    world: World, reason: str, position: Position, isolated_wallet: Decimal, *, paid: Decimal = ZERO
) -> None:
    """Change the isolated wallet of a position outside a trade and tell it.

    Args:
        world: the world.
        reason: `m` of the event.
        position: whose wallet it is.
        isolated_wallet: the new one.
        paid: what came to or went from the balance of the coin with it, as isolated funding does.
    """
    account = world.coin_m.account
    time_ms = stamp(world)
    asset = account.contracts[position.symbol].margin_asset
    balance = account.book.wallets[asset].balance
    changed = replace(position, isolated_wallet=isolated_wallet, update_time_ms=time_ms)
    account.put(time_ms, changed, wallets={asset: balance + paid} if paid else None)
    world.tell_coin(
        events.account_update(
            world.coin_m, time_ms, reason, symbols=[position.symbol], changes={asset: paid} if paid else None
        )
    )
