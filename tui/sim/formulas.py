"""The arithmetic of linear contracts: profit, margins, brackets, break-even and liquidation.

The formulas are those of Binance's futures FAQ ("How to calculate liquidation price of USDⓈ-M futures contracts",
"Leverage and margin of USDⓈ-M futures"). Amounts are signed as Binance signs them: a SHORT is negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from tui.sim.amounts import ZERO


@dataclass(frozen=True, slots=True)
class Bracket:
    """One row of a symbol's leverage and margin table (`GET /fapi/v1/leverageBracket`)."""

    floor: Decimal
    """Notional from which the bracket holds, in the margin asset."""
    cap: Decimal
    """Notional at which it ends."""
    leverage: int
    """Largest leverage allowed."""
    rate: Decimal
    """Maintenance margin rate, a fraction."""
    cumulative: Decimal
    """Amount taken off, so that the maintenance margin has no jump at the floor."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A position as the liquidation formula sees it: signed amount and entry price."""

    amount: Decimal
    entry_price: Decimal


def brackets(*rows: tuple[int, int, str]) -> tuple[Bracket, ...]:
    """Build a bracket table from rows of (notional cap, largest leverage, maintenance rate).

    The cumulative amounts follow from the rest: `cum_n = cum_(n-1) + floor_n * (rate_n - rate_(n-1))`.
    """
    table: list[Bracket] = []
    floor, cumulative, rate_before = ZERO, ZERO, ZERO
    for cap, leverage, rate_text in rows:
        rate = Decimal(rate_text)
        cumulative += floor * (rate - rate_before)
        table.append(Bracket(floor, Decimal(cap), leverage, rate, cumulative))
        floor, rate_before = Decimal(cap), rate
    return tuple(table)


def bracket_of(notional: Decimal, table: Sequence[Bracket]) -> Bracket:
    """Find the bracket of a notional; beyond the last cap the last bracket holds."""
    size = abs(notional)
    for bracket in table:
        if size <= bracket.cap:
            return bracket
    return table[-1]


def unrealized_profit(amount: Decimal, entry_price: Decimal, mark_price: Decimal) -> Decimal:
    """Profit of an open position, in its margin asset: amount x (mark - entry)."""
    return amount * (mark_price - entry_price)


def initial_margin(notional: Decimal, leverage: int) -> Decimal:
    """Initial margin at the mark price: |notional| / leverage."""
    return abs(notional) / leverage


def maintenance_margin(notional: Decimal, table: Sequence[Bracket]) -> Decimal:
    """Maintenance margin: |notional| x rate - cumulative, of the bracket of the notional."""
    bracket = bracket_of(notional, table)
    return abs(notional) * bracket.rate - bracket.cumulative


def entry_price_after(amount: Decimal, entry_price: Decimal, quantity: Decimal, price: Decimal) -> Decimal:
    """Entry price after a signed quantity traded: averaged when it adds, kept when it reduces, new when it flips."""
    after = amount + quantity
    if after == 0:
        return ZERO
    if amount * quantity >= 0:
        average = (amount * entry_price + quantity * price) / after
        return average.quantize(Decimal("1E-11"), rounding=ROUND_DOWN).normalize()
    return entry_price if amount * after > 0 else price


def liquidation_price(
    wallet: Decimal,
    legs: Sequence[Leg],
    table: Sequence[Bracket],
    *,
    others_maintenance: Decimal = ZERO,
    others_profit: Decimal = ZERO,
) -> Decimal:
    """Price at which the margin balance is down to the maintenance margin; 0 when no price does that.

    Args:
        wallet: cross wallet balance, or the isolated wallet of an isolated position.
        legs: one position, or LONG and SHORT of the symbol together when they are cross: they share one price.
        table: the symbol's brackets; the one that holds at the liquidation price is found by iteration.
        others_maintenance: maintenance margin of all other cross positions of the margin asset.
        others_profit: unrealized profit of all other cross positions of the margin asset.
    """
    chosen = [bracket_of(leg.amount * leg.entry_price, table) for leg in legs]
    price = ZERO
    for _ in range(len(table) + 1):
        price = liquidation_price_within(wallet - others_maintenance + others_profit, legs, chosen)
        found = [bracket_of(leg.amount * price, table) for leg in legs]
        if price <= 0 or found == chosen:
            break
        chosen = found
    return max(price, ZERO)


def liquidation_price_within(wallet: Decimal, legs: Sequence[Leg], chosen: Sequence[Bracket]) -> Decimal:
    """Liquidation price when each leg's bracket is known:

    `(wallet + Σ cum - Σ amount x entry) / (Σ |amount| x rate - Σ amount)`
    """
    top = wallet - sum((leg.amount * leg.entry_price for leg in legs), ZERO)
    bottom = -sum((leg.amount for leg in legs), ZERO)
    for leg, bracket in zip(legs, chosen, strict=True):
        top += bracket.cumulative
        bottom += abs(leg.amount) * bracket.rate
    return top / bottom if bottom else ZERO


def break_even_price(cost: Decimal, amount: Decimal) -> Decimal:
    """Price at which closing gives back what was paid: cost with fees / amount; 0 for a flat position."""
    if amount == 0:
        return ZERO
    return (cost / amount).quantize(Decimal("1E-11"), rounding=ROUND_DOWN).normalize()
