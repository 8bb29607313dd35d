"""How amounts are written, against spellings seen on Binance's pages and in recordings."""

from decimal import Decimal

import pytest

from tui.sim.amounts import doubled, eight, eight_or_zero, stepped, trimmed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2.486011688", "2.48601168"),
        ("-49.72023376", "-49.72023376"),
        ("-0.000000001", "0.00000000"),
        ("0", "0.00000000"),
    ],
)
def test_eight_cuts_and_has_no_negative_zero(value: str, text: str) -> None:
    """Money has eight decimals, is cut and is never minus zero."""
    assert eight(Decimal(value)) == text


def test_eight_or_zero_spells_absence() -> None:
    """An absent amount is a bare zero."""
    assert (eight_or_zero(Decimal(0)), eight_or_zero(Decimal("0.1"))) == ("0", "0.10000000")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.385", "0.385"),
        ("0", "0.0"),
        ("0.00028", "2.8E-4"),
        ("0.000280056", "2.80056E-4"),
        ("70.900038636", "70.900038636"),
        ("91740", "91740.0"),
        ("0.0001", "1.0E-4"),
    ],
)
def test_doubled_writes_a_java_double(value: str, text: str) -> None:
    """Entry prices are written as Java writes doubles."""
    assert doubled(Decimal(value)) == text


def test_stepped_keeps_the_decimals_of_the_step() -> None:
    """Quantities have exactly the decimals of their step, and a zero has no sign."""
    texts = [stepped(Decimal(value), Decimal("0.001")) for value in ("-1", "-0.0001", "5")]
    assert texts == ["-1.000", "0.000", "5.000"]


def test_trimmed_has_no_zeros_and_no_exponent() -> None:
    """Events spell numbers without trailing zeros and without an exponent."""
    assert [trimmed(Decimal(value)) for value in ("91739.90", "1E+4", "0.0", "0.00000001")] == [
        "91739.9",
        "10000",
        "0",
        "0.00000001",
    ]
