"""What an account can go through: its own trades, and what the exchange does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from tui.sim import events
from tui.sim.account import OrderSide, Position, PositionSide
from tui.sim.amounts import ZERO, stepped, trimmed
from tui.sim.catalogue import Contract
from tui.sim.world import World

SIZE = Decimal(4_000)
"""Notional of a usual position of a contract the scenario does not begin with."""
SETTLEMENT_MS = 10_000


def quantity_for(world: World, contract: Contract, notional: Decimal) -> Decimal:
    """The quantity that has about this notional, in whole steps and at least one; one where there is no price."""
    price = world.market.mark_price(contract.symbol)
    if not price:
        return contract.step_size
    return max(contract.step_size, (notional / price).quantize(contract.step_size))


def pick(world: World, *, isolated: bool | None = None) -> Position | None:
    """One of the open positions, by chance; None when there is none of that margin type."""
    found = [
        position
        for position in world.account.open_positions()
        if position.symbol not in world.market.settled
        and isolated in (None, world.account.setting(position.symbol).is_isolated)
    ]
    return world.random.choice(found) if found else None


def closing_side(position: Position) -> OrderSide:
    """The side that reduces a position."""
    return "SELL" if position.amount > 0 else "BUY"


def opening_side(position: Position) -> OrderSide:
    """The side that adds to a position."""
    return "BUY" if position.amount > 0 else "SELL"


def usual_quantity(world: World, symbol: str, position_side: PositionSide) -> Decimal:
    """The quantity a position of this key usually has: what the scenario begins with, if it does."""
    for holding in world.scenario.holdings:
        if (holding.symbol, holding.position_side) == (symbol, position_side) and Decimal(holding.amount):
            return abs(Decimal(holding.amount))
    return quantity_for(world, world.market.contracts[symbol], SIZE)


def open_position(world: World) -> None:
    """Open a position on a key that has none, rather one the scenario began with than another."""
    account = world.account
    sides: tuple[PositionSide, ...] = ("LONG", "SHORT") if account.dual_side else ("BOTH",)
    free: list[tuple[str, PositionSide]] = [
        (symbol, side)
        for symbol, contract in world.market.contracts.items()
        for side in sides
        if contract.margin_asset in account.book.wallets
        and symbol not in world.market.settled
        and not account.position(symbol, side).amount
    ]
    if not free:
        return
    known = {(holding.symbol, holding.position_side) for holding in world.scenario.holdings}
    symbol, side = world.random.choices(free, [5 if key in known else 1 for key in free])[0]
    part = Decimal(world.random.randrange(40, 110)) / 100
    step_size = world.market.contracts[symbol].step_size
    quantity = (usual_quantity(world, symbol, side) * part).quantize(step_size, rounding=ROUND_UP)
    buys = side == "LONG" or (side == "BOTH" and world.random.random() < 0.5)
    world.fill(symbol, side, "BUY" if buys else "SELL", quantity)


def add(world: World) -> None:
    """Add a tenth to a quarter of its usual quantity to a position; a large one is reduced instead, so that none
    grows for ever."""
    position = pick(world)
    if position is None:
        open_position(world)
        return
    usual = usual_quantity(world, position.symbol, position.position_side)
    if abs(position.amount) > usual * Decimal("1.3"):
        reduce_position(world, position)
        return
    part = Decimal(world.random.randrange(10, 26)) / 100
    quantity = (usual * part).quantize(world.market.contracts[position.symbol].step_size, rounding=ROUND_UP)
    world.fill(position.symbol, position.position_side, opening_side(position), quantity)


def reduce(world: World) -> None:
    """Take a part of a position off."""
    position = pick(world)
    if position is not None:
        reduce_position(world, position)


def reduce_position(world: World, position: Position) -> None:
    """Take a tenth to two fifths of a position off; the smallest amount goes as a whole."""
    contract = world.market.contracts[position.symbol]
    part = Decimal(world.random.randrange(10, 41)) / 100
    quantity = (abs(position.amount) * part).quantize(contract.step_size, rounding=ROUND_UP)
    world.fill(
        position.symbol, position.position_side, closing_side(position), min(quantity, abs(position.amount))
    )


def close(world: World) -> None:
    """Close a position as a whole."""
    position = pick(world)
    if position is not None:
        close_position(world, position)


def close_position(
    world: World, position: Position, *, prefix: str = "web_", calculated: bool = False
) -> None:
    """Close one position as a whole."""
    world.fill(
        position.symbol,
        position.position_side,
        closing_side(position),
        abs(position.amount),
        prefix=prefix,
        calculated=calculated,
    )


def flip(world: World) -> None:
    """Turn a position round: one trade through zero in one-way mode, a close and an opening in hedge mode."""
    position = pick(world)
    if position is None:
        return
    quantity = quantity_for(world, world.market.contracts[position.symbol], SIZE)
    if position.position_side == "BOTH":
        world.fill(position.symbol, "BOTH", closing_side(position), abs(position.amount) + quantity)
        return
    other: PositionSide = "SHORT" if position.position_side == "LONG" else "LONG"
    close_position(world, position)
    world.fill(position.symbol, other, "BUY" if other == "LONG" else "SELL", quantity)


def place_order(world: World) -> None:
    """Place a limit order far below the market, or take the one that rests back: no ACCOUNT_UPDATE comes of it."""
    symbol = next(
        (symbol for symbol in ("LTCUSDT", *world.market.contracts) if symbol in world.market.contracts), ""
    )
    side: PositionSide = "LONG" if world.account.dual_side else "BOTH"
    position = world.account.position(symbol, side)
    price = (world.market.mark_price(symbol) * Decimal("0.9")).quantize(
        world.market.contracts[symbol].tick_size
    )
    quantity = quantity_for(world, world.market.contracts[symbol], Decimal(190))
    rests = position.bid_notional > 0
    changed = replace(position, bid_notional=ZERO if rests else price * quantity)
    time_ms = world.stamp()
    world.account.put(time_ms, changed)
    world.tell(
        events.limit_order_update(
            changed,
            time_ms,
            execution="CANCELED" if rests else "NEW",
            price=trimmed(price),
            quantity=trimmed(quantity),
            order_id=world.new_id(),
        )
    )


def place_algo_order(world: World) -> None:
    """Place a stop under a position: only ALGO_UPDATE tells it."""
    position = pick(world)
    if position is not None:
        contract = world.market.contracts[position.symbol]
        price = world.market.mark_price(position.symbol) * (
            Decimal("0.97") if position.amount > 0 else Decimal("1.03")
        )
        quantity = stepped(abs(position.amount), contract.step_size)
        trigger_price = stepped(price, contract.tick_size)
        world.tell(
            events.algo_update(position, trigger_price, quantity, world.stamp(), 10**15 + world.new_id())
        )


def fund(world: World) -> None:
    """Pay funding: amount x mark x rate, longs pay when the rate is positive. Cross positions of an asset in one event
    without positions, each isolated one in an event of its own."""
    cross: dict[str, Decimal] = {}
    for position in world.account.open_positions():
        asset = world.account.contracts[position.symbol].margin_asset
        notional = position.amount * world.market.mark_price(position.symbol)
        payment = (-notional * world.market.funding_rate(position.symbol)).quantize(Decimal("1E-8"))
        if world.account.setting(position.symbol).is_isolated:
            fund_isolated(world, position, asset, payment)
        else:
            cross[asset] = cross.get(asset, ZERO) + payment
    for asset, payment in cross.items():
        world.change_balance("FUNDING_FEE", asset, payment)


def fund_isolated(world: World, position: Position, asset: str, payment: Decimal) -> None:
    """Pay the funding of one isolated position out of its own wallet."""
    time_ms = world.stamp()
    changed = replace(position, isolated_wallet=position.isolated_wallet + payment, update_time_ms=time_ms)
    balance = world.account.book.wallets[asset].balance + payment
    world.account.put(time_ms, changed, wallets={asset: balance})
    world.update("FUNDING_FEE", time_ms, changed, changes={asset: payment}, symbol=position.symbol)


def deposit(world: World) -> None:
    """Transfer USDT in."""
    world.change_balance("DEPOSIT", "USDT", Decimal(world.random.randrange(5, 60) * 10))


def withdraw(world: World) -> None:
    """Transfer USDT out."""
    world.change_balance("WITHDRAW", "USDT", -Decimal(world.random.randrange(5, 60) * 10))


def change_leverage(world: World) -> None:
    """Choose another leverage for a symbol held in cross margin."""
    position = pick(world, isolated=False)
    if position is not None:
        setting = world.account.setting(position.symbol)
        leverage = world.random.choice([one for one in (5, 8, 10, 15, 20, 25) if one != setting.leverage])
        world.account.settings[position.symbol] = replace(setting, leverage=leverage)
        world.tell(events.leverage_change(position.symbol, leverage, world.stamp()))


def change_margin_type(world: World) -> None:
    """Turn a symbol's cross positions isolated; told by ACCOUNT_UPDATE with reason MARGIN_TYPE_CHANGE."""
    position = pick(world)
    if position is None:
        return
    account = world.account
    setting = account.setting(position.symbol)
    account.settings[position.symbol] = replace(setting, is_isolated=not setting.is_isolated)
    for one in [one for one in account.open_positions() if one.symbol == position.symbol]:
        wallet = ZERO if setting.is_isolated else abs(one.amount) * one.entry_price / setting.leverage
        world.set_isolated_wallet("MARGIN_TYPE_CHANGE", one, wallet)


def transfer_margin(world: World) -> None:
    """Add margin to an isolated position."""
    position = pick(world, isolated=True)
    if position is not None:
        world.set_isolated_wallet("MARGIN_TRANSFER", position, position.isolated_wallet + 25)


def call_margin(world: World) -> None:
    """Send a margin call for a position. It is only a hint: nothing changes."""
    position = pick(world)
    if position is not None:
        maintenance = world.snapshot().figures_of(position).maintenance
        world.tell(events.margin_call(world.account, world.market, position, maintenance, world.now_ms))


def liquidate(world: World) -> None:
    """Liquidate a position, an isolated one if there is any."""
    position = pick(world, isolated=True) or pick(world)
    if position is not None:
        close_position(world, position, prefix="autoclose-", calculated=True)


def deleverage(world: World) -> None:
    """Close a position by auto-deleveraging."""
    position = pick(world)
    if position is not None:
        close_position(world, position, prefix="adl_autoclose", calculated=True)


def delist(world: World) -> None:
    """Stop a symbol that is held: its mark price becomes 0; ten seconds later its positions are settled at the last
    price."""
    position = pick(world)
    if position is None:
        return
    symbol = position.symbol
    world.market.settled.add(symbol)

    def settle() -> None:
        world.market.settled.discard(symbol)
        for one in [one for one in world.account.open_positions() if one.symbol == symbol]:
            close_position(world, one, prefix="settlement_autoclose-")
        world.market.settled.add(symbol)

    world.agenda.at(world.wall_ms + SETTLEMENT_MS, settle)


def switch_asset_mode(world: World) -> None:
    """Switch multi-assets mode on or off."""
    world.account.multi_assets = not world.account.multi_assets
    world.tell(events.asset_mode_change(world.account.multi_assets, world.stamp()))


def switch_position_mode(world: World) -> None:
    """Close everything and switch between hedge and one-way mode. Binance has no event for the switch."""
    for position in world.account.open_positions():
        close_position(world, position)
    orders = [one for one in world.account.book.positions.values() if one.order_notional]
    world.account.put(world.stamp(), *(replace(one, bid_notional=ZERO, ask_notional=ZERO) for one in orders))
    world.account.dual_side = not world.account.dual_side
    for _ in range(3):
        open_position(world)


HAPPENINGS: dict[str, Callable[[World], None]] = {
    "open": open_position,
    "add": add,
    "reduce": reduce,
    "close": close,
    "flip": flip,
    "order": place_order,
    "algo-order": place_algo_order,
    "funding": fund,
    "deposit": deposit,
    "withdraw": withdraw,
    "leverage": change_leverage,
    "margin-type": change_margin_type,
    "margin-transfer": transfer_margin,
    "margin-call": call_margin,
    "liquidation": liquidate,
    "adl": deleverage,
    "delist": delist,
    "asset-mode": switch_asset_mode,
    "position-mode": switch_position_mode,
}
"""By the names of the faults that make them happen."""
