"""How Binance writes numbers: amounts as strings, in a different dress per field."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED_MILLIONTH = Decimal("0.00000001")


def eight(value: Decimal) -> str:
    """Write money and mark prices: eight decimals, cut and not rounded, as `2.486011688` is `"2.48601168"`
    on the page of `v2/account.position`; never a negative zero."""
    cut = value.quantize(HUNDRED_MILLIONTH, rounding=ROUND_DOWN)
    return "0.00000000" if cut == 0 else f"{cut:f}"


def eight_or_zero(value: Decimal) -> str:
    """Write an amount whose absence Binance spells `"0"`, as a liquidation price or an isolated wallet."""
    text = eight(value)
    return "0" if text == "0.00000000" else text


def stepped(value: Decimal, step: Decimal) -> str:
    """Write a quantity or a price with exactly the decimals of its step, as `"-1.000"`."""
    cut = value.quantize(step, rounding=ROUND_DOWN)
    return f"{abs(cut):f}" if cut == 0 else f"{cut:f}"


def trimmed(value: Decimal) -> str:
    """Write a number without trailing zeros and without an exponent, as events do: `"91739.9"`."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def doubled(value: Decimal) -> str:
    """Write an entry price as a Java double: `"0.385"`, `"0.0"`, `"2.8E-4"` below a thousandth."""
    if value == 0:
        return "0.0"
    plain = trimmed(value)
    if abs(value) >= Decimal("0.001"):
        return plain if "." in plain else f"{plain}.0"
    exponent = value.adjusted()
    digits = trimmed(value.scaleb(-exponent))
    return f"{digits if '.' in digits else digits + '.0'}E{exponent}"
