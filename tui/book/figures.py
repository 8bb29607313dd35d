"""Risk figures: one function each, with its formula. All are None when an input is unknown."""

from decimal import Decimal

from tui.book.account import Account
from tui.book.position import Position

ZERO = Decimal(0)

MOST_LEVERAGE = 1_000
"""No contract has offered more than 150×: a larger quotient comes of a margin that is nearly nothing."""


def unrealized_pnl(
    position_amount: Decimal, entry_price: Decimal | None, mark_price: Decimal | None
) -> Decimal | None:
    """Linear contracts: position amount × (mark − entry), in the margin asset."""
    if entry_price is None or mark_price is None:
        return None
    return position_amount * (mark_price - entry_price) + ZERO  # a short of 0 PNL would be −0


def notional(position_amount: Decimal, mark_price: Decimal | None) -> Decimal | None:
    """Linear contracts: position amount × mark, signed."""
    return None if mark_price is None else position_amount * mark_price


COIN_DIGITS = Decimal("0.00000001")
"""Binance gives amounts of coins with 8 digits."""

MOST_COINS = 18
"""Digits before the point beyond which an amount of coins comes of a price that is nearly nothing."""


def inverse_notional(
    position_amount: Decimal, contract_size: Decimal | None, mark_price: Decimal | None
) -> Decimal | None:
    """Inverse contracts: contracts × contract size ÷ mark, in the coin, signed."""
    if contract_size is None or not mark_price:
        return None
    return _coins(position_amount * contract_size / mark_price)


def inverse_unrealized_pnl(
    position_amount: Decimal,
    contract_size: Decimal | None,
    entry_price: Decimal | None,
    mark_price: Decimal | None,
) -> Decimal | None:
    """Inverse contracts: contracts × contract size × (1 ÷ entry − 1 ÷ mark), in the coin."""
    if contract_size is None or not entry_price or not mark_price:
        return None
    return _coins(position_amount * contract_size * (1 / entry_price - 1 / mark_price))


def _coins(amount: Decimal) -> Decimal | None:
    """Round to the digits of coins; None for more coins than there are."""
    return amount.quantize(COIN_DIGITS) + ZERO if amount.adjusted() < MOST_COINS else None


def usd_value(position: Position, amount: Decimal | None) -> Decimal | None:
    """An amount of the position's coin in US dollars at its mark price; linear amounts stay what they are."""
    if amount is None or not position.is_inverse:
        return amount
    return None if position.mark_price is None else amount * position.mark_price


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """part ÷ whole as a fraction; None when the whole is 0 or either is unknown."""
    if part is None or not whole:
        return None
    return part / whole + ZERO  # 0 ÷ a negative whole would be −0


def roe(position: Position) -> Decimal | None:
    """Return on equity: unrealized PNL ÷ position initial margin (at mark), a fraction."""
    return ratio(position.unrealized_pnl, position_margin(position))


def position_margin(position: Position) -> Decimal | None:
    """The position initial margin; where Binance does not give it, |notional| ÷ leverage."""
    if position.position_initial_margin is not None:
        return position.position_initial_margin
    if position.leverage_is_derived or position.notional is None:
        return None
    return ratio(abs(position.notional), position.leverage)


def liquidation_price(position: Position) -> Decimal | None:
    """The price at which the position is liquidated; None when there is none, where Binance sends 0 or less."""
    price = position.liquidation_price
    return price if price is not None and price > ZERO else None


def liquidation_distance(position: Position) -> Decimal | None:
    """liquidation price ÷ mark − 1: negative for a long, positive for a short; None when there is no such price.

    A sign on the wrong side means that the mark has already passed the liquidation price.
    """
    quotient = ratio(liquidation_price(position), position.mark_price)
    return None if quotient is None else quotient - 1


def liquidation_room(position: Position) -> Decimal | None:
    """How far the mark may still move before the liquidation price, a fraction; negative once it has passed.

    In hedge mode a cross LONG and SHORT share one liquidation price, which lies on the larger one's side: for the
    smaller one it looks passed and is not.
    """
    distance = liquidation_distance(position)
    return None if distance is None else room_of(position, distance)


def room_of(position: Position, distance: Decimal) -> Decimal:
    """The same from the distance."""
    if position.margin_type == "CROSS" and position.key.position_side != "BOTH":
        return abs(distance)
    return -distance if position.is_long else distance


def derived_leverage(position: Position) -> Decimal | None:
    """|notional| ÷ position initial margin, rounded to a whole number; None when that is no leverage."""
    quotient = ratio(position.notional, position.position_initial_margin)
    if quotient is None or not Decimal("0.5") < abs(quotient) < MOST_LEVERAGE:
        return None
    return abs(quotient).quantize(Decimal(1))


def margin_ratio(account: Account) -> Decimal | None:
    """maintenance margin ÷ margin balance, a fraction; the account is liquidated at 1."""
    return ratio(account.maintenance_margin, account.margin_balance)
