"""What the COIN-M side of the account can go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from tui.sim import events as common
from tui.sim.account import Position, PositionSide
from tui.sim.amounts import ONE, ZERO
from tui.sim.coin_m import events, formulas, trading
from tui.sim.coin_m.catalogue import symbol_of
from tui.sim.happenings import closing_side, opening_side
from tui.sim.world import World

SIZE_USD = Decimal(6_000)
"""Worth of a usual position of a contract the scenario does not begin with."""
LEVERAGES = (3, 5, 8, 10, 15, 20, 25)


def pick(world: World, *, isolated: bool | None = None) -> Position | None:
    """One of the open positions, by chance; None when there is none of that margin type."""
    account = world.coin_m.account
    found = [
        position
        for position in account.open_positions()
        if isolated in (None, account.setting(position.symbol).is_isolated)
    ]
    return world.coin_m.random.choice(found) if found else None


def usual_quantity(world: World, symbol: str, position_side: PositionSide) -> Decimal:
    """The contracts a position of this key usually has: what the scenario begins with, if it does."""
    contracts = world.coin_m.account.coin_contracts
    for holding in world.coin_m.setup.holdings:
        if (symbol_of(holding.symbol, contracts), holding.position_side) == (symbol, position_side):
            return abs(Decimal(holding.amount))
    return (SIZE_USD / contracts[symbol].contract_size).quantize(ONE)


def part_of(world: World, quantity: Decimal, least: int, most: int) -> Decimal:
    """So many per cent of a quantity, by chance between two, in whole contracts and at least one."""
    percent = Decimal(world.coin_m.random.randrange(least, most))
    return (quantity * percent / 100).quantize(ONE, rounding=ROUND_UP)


def open_position(world: World) -> None:
    """Open a position on a key that has none, of a coin that there is some of; rather one the scenario began with."""
    coin_m = world.coin_m
    account = coin_m.account
    sides: tuple[PositionSide, ...] = ("LONG", "SHORT") if account.dual_side else ("BOTH",)
    known = {
        (symbol_of(one.symbol, account.coin_contracts), one.position_side) for one in coin_m.setup.holdings
    }
    free: list[tuple[str, PositionSide]] = [
        (symbol, side)
        for symbol, contract in account.coin_contracts.items()
        for side in sides
        if account.book.wallets[contract.margin_asset].balance > 0
        and not account.position(symbol, side).amount
    ]
    if free:
        symbol, side = coin_m.random.choices(free, [8 if key in known else 1 for key in free])[0]
        buys = side == "LONG" or (side == "BOTH" and coin_m.random.random() < 0.5)
        quantity = part_of(world, usual_quantity(world, symbol, side), 40, 110)
        trading.fill(world, symbol, side, "BUY" if buys else "SELL", quantity)


def add(world: World) -> None:
    """Add a tenth to a quarter of its usual size to a position; a large one is reduced instead."""
    position = pick(world)
    if position is None:
        open_position(world)
        return
    usual = usual_quantity(world, position.symbol, position.position_side)
    if abs(position.amount) > usual * Decimal("1.3"):
        reduce_position(world, position)
    else:
        quantity = part_of(world, usual, 10, 26)
        trading.fill(world, position.symbol, position.position_side, opening_side(position), quantity)


def reduce(world: World) -> None:
    """Take a part of a position off."""
    position = pick(world)
    if position is not None:
        reduce_position(world, position)


def reduce_position(world: World, position: Position) -> None:
    """Take a tenth to two fifths of a position off; the last contract goes as a whole."""
    quantity = part_of(world, abs(position.amount), 10, 41)
    trading.fill(world, position.symbol, position.position_side, closing_side(position), quantity)


def close(world: World) -> None:
    """Close a position as a whole."""
    position = pick(world)
    if position is not None:
        trading.close(world, position)


def flip(world: World) -> None:
    """Turn a position round: one trade through zero in one-way mode, a close and an opening in hedge mode."""
    position = pick(world)
    if position is None:
        return
    symbol, quantity = position.symbol, abs(position.amount)
    if position.position_side == "BOTH":
        trading.fill(world, symbol, "BOTH", closing_side(position), quantity * 2)
        return
    trading.close(world, position)
    if position.position_side == "LONG":
        trading.fill(world, symbol, "SHORT", "SELL", quantity)
    else:
        trading.fill(world, symbol, "LONG", "BUY", quantity)


def fund(world: World) -> None:
    """Pay funding in coin: worth x rate, longs pay when the rate is positive. Cross positions of a coin in one event
    without positions, each isolated one in an event of its own; deliveries pay none."""
    account, market = world.coin_m.account, world.coin_m.market
    cross: dict[str, Decimal] = {}
    for position in account.open_positions():
        contract = account.coin_contracts[position.symbol]
        if not contract.is_perpetual:
            continue
        worth = formulas.coins(position.amount, contract.contract_size, market.mark_price(position.symbol))
        payment = (-worth * market.funding_rate(position.symbol)).quantize(Decimal("1E-8"))
        if account.setting(position.symbol).is_isolated:
            trading.set_isolated_wallet(
                world, "FUNDING_FEE", position, position.isolated_wallet + payment, paid=payment
            )
        else:
            cross[contract.margin_asset] = cross.get(contract.margin_asset, ZERO) + payment
    for asset, payment in cross.items():
        trading.change_balance(world, "FUNDING_FEE", asset, payment)


def transfer(world: World, reason: str, sign: int) -> None:
    """Transfer a hundredth of a coin's balance in or out."""
    wallets = {
        asset: one.balance for asset, one in world.coin_m.account.book.wallets.items() if one.balance > 0
    }
    if wallets:
        asset = world.coin_m.random.choice(list(wallets))
        change = (wallets[asset] / 100).quantize(Decimal("0.0001"), rounding=ROUND_UP)
        trading.change_balance(world, reason, asset, change * sign)


def change_leverage(world: World) -> None:
    """Choose another leverage for a symbol held in cross margin."""
    position = pick(world, isolated=False)
    if position is not None:
        account = world.coin_m.account
        setting = account.setting(position.symbol)
        leverage = world.coin_m.random.choice([one for one in LEVERAGES if one != setting.leverage])
        account.settings[position.symbol] = replace(setting, leverage=leverage)
        world.tell_coin(common.leverage_change(position.symbol, leverage, trading.stamp(world)))


def change_margin_type(world: World) -> None:
    """Turn a symbol's positions from cross to isolated or back: MARGIN_TYPE_CHANGE."""
    picked = pick(world)
    if picked is None:
        return
    account = world.coin_m.account
    setting = account.setting(picked.symbol)
    account.settings[picked.symbol] = replace(setting, is_isolated=not setting.is_isolated)
    for one in [one for one in account.open_positions() if one.symbol == picked.symbol]:
        wallet = account.isolated_wallet_after(replace(one, amount=ZERO), one.amount, one.entry_price)
        trading.set_isolated_wallet(world, "MARGIN_TYPE_CHANGE", one, wallet)


def transfer_margin(world: World) -> None:
    """Add a tenth to the margin of an isolated position."""
    position = pick(world, isolated=True)
    if position is not None:
        wallet = position.isolated_wallet * Decimal("1.1")
        trading.set_isolated_wallet(world, "MARGIN_TRANSFER", position, wallet)


def call_margin(world: World) -> None:
    """Send a margin call for a position. It is only a hint: nothing changes."""
    position = pick(world)
    if position is not None:
        maintenance = world.coin_m.snapshot().figures_of(position).maintenance
        world.tell_coin(events.margin_call(world.coin_m, position, maintenance, world.now_ms))


def liquidate(world: World) -> None:
    """Liquidate a position, an isolated one if there is any."""
    position = pick(world, isolated=True) or pick(world)
    if position is not None:
        trading.close(world, position, prefix="autoclose-", calculated=True)


def switch_position_mode(world: World) -> None:
    """Follow USD-M into the other position mode, which both share: everything is closed first."""
    account = world.coin_m.account
    for position in account.open_positions():
        trading.close(world, position)
    account.dual_side = world.account.dual_side
    if world.coin_m.setup.holdings:
        open_position(world)


HAPPENINGS: dict[str, Callable[[World], None]] = {
    "coinm-open": open_position,
    "coinm-add": add,
    "coinm-reduce": reduce,
    "coinm-close": close,
    "coinm-flip": flip,
    "coinm-funding": fund,
    "coinm-deposit": lambda world: transfer(world, "DEPOSIT", 1),
    "coinm-withdraw": lambda world: transfer(world, "WITHDRAW", -1),
    "coinm-leverage": change_leverage,
    "coinm-margin-type": change_margin_type,
    "coinm-margin-transfer": transfer_margin,
    "coinm-margin-call": call_margin,
    "coinm-liquidation": liquidate,
}
"""By the names of the faults that make them happen."""
