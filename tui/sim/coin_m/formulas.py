"""The arithmetic of inverse contracts: profit, margins and prices in the coin that backs them.

A contract is worth a fixed number of USD (`contractSize` of `GET /dapi/v1/exchangeInfo`). The formulas are those of
Binance's futures FAQ for COIN-M contracts; the liquidation price is the solution of "margin balance = maintenance
margin". Amounts are signed contracts: a SHORT is negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from tui.sim.amounts import HUNDRED_MILLIONTH, ZERO
from tui.sim.formulas import Bracket, Leg, bracket_of


def coins(contracts: Decimal, contract_size: Decimal, price: Decimal) -> Decimal:
    """What contracts are worth at a price, in coin and signed as they are; 0 without a price."""
    return contracts * contract_size / price if price else ZERO


def unrealized_profit(
    contracts: Decimal, contract_size: Decimal, entry_price: Decimal, mark_price: Decimal
) -> Decimal:
    """Profit in coin: contracts x size x (1 / entry - 1 / mark)."""
    if not entry_price or not mark_price:
        return ZERO
    return coins(contracts, contract_size, entry_price) - coins(contracts, contract_size, mark_price)


def entry_price_after(contracts: Decimal, entry_price: Decimal, quantity: Decimal, price: Decimal) -> Decimal:
    """Entry price after signed contracts traded: the harmonic mean when it adds, kept when it reduces, new when it
    flips."""
    after = contracts + quantity
    if after == 0:
        return ZERO
    if contracts == 0 or contracts * after < 0:
        return price
    if contracts * quantity < 0:
        return entry_price
    return (after / (contracts / entry_price + quantity / price)).quantize(
        HUNDRED_MILLIONTH, rounding=ROUND_DOWN
    )


def cost_after(
    cost: Decimal, contracts: Decimal, quantity: Decimal, contract_size: Decimal, price: Decimal, fee: Decimal
) -> Decimal:
    """What holding the contracts has cost in coin once a signed quantity was traded: what they were worth when bought,
    less fees; a flip starts anew with its part of the fee."""
    after = contracts + quantity
    if after == 0:
        return ZERO
    if contracts * after < 0:
        return coins(after, contract_size, price) - fee * abs(after / quantity)
    return cost + coins(quantity, contract_size, price) - fee


def break_even_price(contracts: Decimal, contract_size: Decimal, cost: Decimal) -> Decimal:
    """Price at which closing gives back what was paid: contracts x size / cost; 0 for a flat position."""
    if not contracts or not cost:
        return ZERO
    return (contracts * contract_size / cost).quantize(HUNDRED_MILLIONTH, rounding=ROUND_DOWN)


def liquidation_price(
    wallet: Decimal,
    legs: Sequence[Leg],
    contract_size: Decimal,
    table: Sequence[Bracket],
    *,
    others_maintenance: Decimal = ZERO,
    others_profit: Decimal = ZERO,
) -> Decimal:
    """Price at which the margin balance is down to the maintenance margin; 0 when no price does that.

    Args:
        wallet: cross wallet balance of the coin, or the isolated wallet of an isolated position.
        legs: one position, or LONG and SHORT of the symbol together when they are cross.
        contract_size: USD a contract.
        table: the symbol's brackets, by quantity of the coin; the ones that hold at the liquidation price are found by
            iteration.
        others_maintenance: maintenance margin of all other cross positions of the coin.
        others_profit: unrealized profit of all other cross positions of the coin.
    """
    chosen = [bracket_of(coins(leg.amount, contract_size, leg.entry_price), table) for leg in legs]
    price = ZERO
    for _ in range(len(table) + 1):
        price = liquidation_price_within(
            wallet - others_maintenance + others_profit, legs, contract_size, chosen
        )
        found = [bracket_of(coins(leg.amount, contract_size, price), table) for leg in legs]
        if price <= 0 or found == chosen:
            break
        chosen = found
    return max(price, ZERO)


def liquidation_price_within(
    wallet: Decimal, legs: Sequence[Leg], contract_size: Decimal, chosen: Sequence[Bracket]
) -> Decimal:
    """Liquidation price when each leg's bracket is known:

    `size x Σ (|contracts| x rate + contracts) / (wallet + Σ cum + Σ contracts x size / entry)`
    """
    top, bottom = ZERO, wallet
    for leg, bracket in zip(legs, chosen, strict=True):
        top += contract_size * (abs(leg.amount) * bracket.rate + leg.amount)
        bottom += bracket.cumulative + coins(leg.amount, contract_size, leg.entry_price)
    return top / bottom if bottom else ZERO
