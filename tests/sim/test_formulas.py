"""The formulas, against the figures of Binance's pages and its FAQ's liquidation examples."""

import itertools
from decimal import Decimal

import pytest

from tui.sim.account import Position, cost_after
from tui.sim.amounts import eight
from tui.sim.catalogue import MAJOR
from tui.sim.formulas import (
    Bracket,
    Leg,
    brackets,
    entry_price_after,
    initial_margin,
    liquidation_price,
    liquidation_price_within,
    maintenance_margin,
    unrealized_profit,
)

WALLET = Decimal("1535443.01")


@pytest.mark.parametrize(
    ("amount", "entry", "mark", "profit"),
    [("30", "0.385", "0.41047590", "0.76427700"), ("-1", "70.92841", "49.72023376", "21.20817624")],
)
def test_profit_matches_the_page(amount: str, entry: str, mark: str, profit: str) -> None:
    """Unrealized profit of both documented rows comes out to the digit."""
    assert eight(unrealized_profit(Decimal(amount), Decimal(entry), Decimal(mark))) == profit


@pytest.mark.parametrize(
    ("notional", "rate", "initial", "maintenance"),
    [
        ("12.31427700", "0.0065", "0.61571385", "0.08004280"),
        ("-49.72023376", "0.01", "2.48601168", "0.49720233"),
    ],
)
def test_margins_match_the_page(notional: str, rate: str, initial: str, maintenance: str) -> None:
    """Initial and maintenance margin of both documented rows come out to the digit at 20x."""
    value = Decimal(notional)
    assert eight(initial_margin(value, 20)) == initial
    assert eight(maintenance_margin(value, brackets((50_000, 75, rate)))) == maintenance


@pytest.mark.parametrize(
    ("amount", "entry", "fee", "price"),
    [
        ("0.002", "91739.9", "0.0005", "91785.76995"),
        ("30", "0.385", "0.0002", "0.385077"),
        ("-1", "70.92841", "0.0004", "70.900038636"),
        ("24991", "0.00028", "0.0002", "0.000280056"),
    ],
)
def test_break_even_price_holds_the_fee_paid(amount: str, entry: str, fee: str, price: str) -> None:
    """Break-even prices of pages and recordings follow from the opening fee."""
    quantity, entry_price = Decimal(amount), Decimal(entry)
    cost = cost_after(
        Position("X", "BOTH"), quantity, entry_price, abs(quantity) * entry_price * Decimal(fee)
    )
    assert Position("X", "BOTH", quantity, entry_price, cost).break_even_price == Decimal(price)


@pytest.mark.parametrize(
    ("amount", "entry", "rate", "cumulative", "others_maintenance", "others_profit", "price"),
    [
        ("3683.979", "1456.84", "0.10", "135365.00", "0", "0", "1114.78"),
        ("109.488", "32481.98", "0.025", "16300.00", "0", "0", "18778.73"),
        ("3683.979", "1456.84", "0.10", "135365.00", "71200.81144", "-56354.57", "1153.26"),
        ("109.488", "32481.98", "0.025", "16300.00", "356512.508", "-448192.89", "26316.89"),
    ],
)
def test_liquidation_price_matches_the_faq(
    amount: str,
    entry: str,
    rate: str,
    cumulative: str,
    others_maintenance: str,
    others_profit: str,
    price: str,
) -> None:
    """The four liquidation examples of the FAQ come out to the cent."""
    bracket = Bracket(Decimal(0), Decimal(10**9), 10, Decimal(rate), Decimal(cumulative))
    leg = Leg(Decimal(amount), Decimal(entry))
    wallet = WALLET - Decimal(others_maintenance) + Decimal(others_profit)
    found = liquidation_price_within(wallet, [leg], [bracket])
    assert found.quantize(Decimal("0.01")) == Decimal(price)


@pytest.mark.parametrize("amount", ["2", "-2", "40", "-40"])
def test_margin_balance_is_the_maintenance_margin_at_the_liquidation_price(amount: str) -> None:
    """At the liquidation price nothing is left above the maintenance margin, whatever the bracket there is."""
    leg = Leg(Decimal(amount), Decimal(90_000))
    wallet = abs(leg.amount) * 9_000
    price = liquidation_price(wallet, [leg], MAJOR)
    left = wallet + unrealized_profit(leg.amount, leg.entry_price, price)
    assert abs(left - maintenance_margin(leg.amount * price, MAJOR)) < Decimal("1E-6")


def test_liquidation_price_of_a_covered_long_is_zero() -> None:
    """A long that its wallet covers to a price of nothing has no liquidation price."""
    assert liquidation_price(Decimal(1000), [Leg(Decimal(30), Decimal("0.4"))], MAJOR) == 0


def test_hedged_legs_share_one_price() -> None:
    """LONG and SHORT of the same amount cancel out: only the maintenance margins move, far away."""
    legs = [Leg(Decimal(1), Decimal(90_000)), Leg(Decimal(-1), Decimal(91_000))]
    price = liquidation_price(Decimal(5_000), legs, MAJOR)
    assert price > 500_000


def test_brackets_have_no_jump_at_their_floors() -> None:
    """The maintenance margin is continuous from bracket to bracket."""
    for lower, upper in itertools.pairwise(MAJOR):
        assert upper.floor * upper.rate - upper.cumulative == lower.cap * lower.rate - lower.cumulative


@pytest.mark.parametrize(
    ("amount", "quantity", "price"),
    [("0", "2", "110"), ("1", "3", "107.5"), ("3", "-1", "100"), ("1", "-3", "110"), ("1", "-1", "0")],
)
def test_entry_price_averages_keeps_or_starts_anew(amount: str, quantity: str, price: str) -> None:
    """The entry price is averaged by adding, kept by reducing, new after a flip, and 0 when flat."""
    found = entry_price_after(Decimal(amount), Decimal(100), Decimal(quantity), Decimal(110))
    assert found == Decimal(price)
