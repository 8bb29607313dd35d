"""Risk figures against the documents' own numbers, to the digit."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.book.wire import key
from tests.protocol.wire import fixture
from tui.book import figures
from tui.book.account import Account
from tui.book.position import Key, Position
from tui.book.rows import snapshot_position
from tui.protocol.codec import decode_positions

D = Decimal


def documented(name: str, place: int) -> Position:
    """A position made from a row of a page."""
    result = json.loads(fixture("answers", name))["result"]
    row = decode_positions(json.dumps(result).encode())[place]
    return snapshot_position(None, Key("main", "usdm", row.symbol, row.position_side), row, 1)


def position(**fields: object) -> Position:
    return Position(**{"key": key(), "position_amount": D(1), **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "entry", "mark", "pnl", "notional"),
    [
        ("30", "0.385", "0.41047590", "0.764277", "12.314277"),
        ("-1.000", "70.92841", "49.72023376", "21.20817624", "-49.72023376"),
        ("1", "100", "90", "-10", "90"),
        ("-2", "100", "90", "20", "-180"),
        ("0", "0", "5", "0", "0"),
        ("1E-8", "1E+12", "1000000000001", "1E-8", "10000.00000001"),
    ],
)
def test_pnl_and_notional(amount: str, entry: str, mark: str, pnl: str, notional: str) -> None:
    """Linear PNL is amount × (mark − entry), notional amount × mark, both signed."""
    assert figures.unrealized_pnl(D(amount), D(entry), D(mark)) == D(pnl)
    assert figures.notional(D(amount), D(mark)) == D(notional)


@pytest.mark.parametrize(
    ("name", "place"), [("positions_one_way", 0), ("positions_hedge", 0), ("positions_hedge", 1)]
)
def test_documented_rows_agree_with_the_formulas(name: str, place: int) -> None:
    """The pages' own PNL, notional and leverage are what the formulas give."""
    row = documented(name, place)

    assert figures.unrealized_pnl(row.position_amount, row.entry_price, row.mark_price) == row.unrealized_pnl
    assert figures.notional(row.position_amount, row.mark_price) == row.notional
    assert figures.derived_leverage(row) == row.leverage == 20


def test_roe_is_pnl_over_the_margin_at_mark() -> None:
    """The documents' short has earned 853 % of its margin."""
    roe = figures.roe(documented("positions_hedge", 1))

    assert roe is not None
    assert round(roe, 4) == D("8.5310")


def test_distance_to_the_liquidation_price() -> None:
    """A long's distance is negative, a short's positive; the room is positive for both while the price is ahead."""
    long = position(mark_price=D(100), liquidation_price=D(90))
    short = position(position_amount=D(-1), mark_price=D(100), liquidation_price=D(110))

    assert (figures.liquidation_distance(long), figures.liquidation_room(long)) == (D("-0.1"), D("0.1"))
    assert (figures.liquidation_distance(short), figures.liquidation_room(short)) == (D("0.1"), D("0.1"))


def test_passed_liquidation_price_shows() -> None:
    """A mark on the wrong side of the liquidation price is negative room, not a short way."""
    long = position(mark_price=D(80), liquidation_price=D(90))
    short = position(position_amount=D(-1), mark_price=D(120), liquidation_price=D(110))

    assert figures.liquidation_room(long) == D("-0.125")
    assert figures.liquidation_room(short) == D(110) / D(120) - 1


@pytest.mark.parametrize("side", ["LONG", "SHORT"])
def test_shared_liquidation_price_of_a_cross_hedge(side: str) -> None:
    """In hedge mode a cross long and short share one price: for the smaller side it is ahead as well."""
    row = position(key=key("ADAUSDT", side), mark_price=D(100), liquidation_price=D(110), margin_type="CROSS")

    assert figures.liquidation_room(row) == D("0.1")


def test_isolated_sides_have_their_own_liquidation_price() -> None:
    """In hedge mode an isolated long whose price is above the mark has passed it."""
    row = position(
        key=key("ADAUSDT", "LONG"), mark_price=D(100), liquidation_price=D(110), margin_type="ISOLATED"
    )

    assert figures.liquidation_room(row) == D("-0.1")


@pytest.mark.parametrize("price", ["0", "0.0", "-5.1"])
def test_no_liquidation_price_is_no_distance(price: str) -> None:
    """A price of 0 or less is none: nothing is liquidated there; Binance's own word stays as it is."""
    raw = json.dumps(
        [
            {
                "symbol": "A",
                "positionSide": "BOTH",
                "positionAmt": "1",
                "liquidationPrice": price,
                "markPrice": "5",
            }
        ]
    )
    row = snapshot_position(None, key(), decode_positions(raw.encode())[0], 1)

    assert row.liquidation_price == D(price)
    assert figures.liquidation_price(row) is None
    assert figures.liquidation_distance(row) is None
    assert figures.liquidation_room(row) is None


def test_unknown_inputs_make_unknown_figures() -> None:
    """No figure is made up from what is not known."""
    nothing = position()

    assert figures.unrealized_pnl(D(1), None, D(1)) is None
    assert figures.unrealized_pnl(D(1), D(1), None) is None
    assert figures.notional(D(1), None) is None
    assert figures.roe(nothing) is None
    assert figures.liquidation_distance(nothing) is None
    assert figures.derived_leverage(nothing) is None
    assert figures.margin_ratio(Account(account="main", book="usdm")) is None
    assert figures.inverse_notional(D(1), None, D(1)) is None
    assert figures.inverse_unrealized_pnl(D(1), D(1), None, D(1)) is None


@pytest.mark.parametrize(
    ("notional", "margin", "leverage"),
    [
        ("12.31427700", "0.61571385", 20),
        ("-49.72023376", "2.48601168", 20),
        ("136.35850264", "13.63585026", 10),
        ("100", "0.8", 125),
        ("100", "100", 1),
        ("100", "0", None),
        ("0", "5", None),
        ("100", "1000", None),
        ("1E+12", "1E-20", None),
        ("5", "0.00001", None),
    ],
)
def test_derived_leverage(notional: str, margin: str, leverage: int | None) -> None:
    """Leverage is |notional| ÷ margin, as a whole number; a quotient that is none is unknown, and no crash."""
    row = position(notional=D(notional), position_initial_margin=D(margin))

    assert figures.derived_leverage(row) == leverage


@pytest.mark.parametrize(
    ("maintenance", "balance", "ratio"),
    [("0.68179251", "199.27773942", "0.003421"), ("5", "5", "1"), ("5", "0", None), ("0", "-5", "0")],
)
def test_margin_ratio(maintenance: str, balance: str, ratio: str | None) -> None:
    """The margin ratio is maintenance margin ÷ margin balance: 1 liquidates; without a balance it is unknown."""
    account = Account(
        account="main", book="usdm", maintenance_margin=D(maintenance), margin_balance=D(balance)
    )
    found = figures.margin_ratio(account)

    assert (None if found is None else round(found, 6)) == (None if ratio is None else D(ratio))


def test_a_zero_has_no_sign() -> None:
    """Nothing is ever −0: not the PNL of a short at its entry, not a ratio to a debt."""
    row = position(position_amount=D(-3), unrealized_pnl=D(0), position_initial_margin=D(-1))

    assert str(figures.unrealized_pnl(D(-3), D("1.5"), D("1.5"))) == "0.0"
    assert str(figures.roe(row)) == "0"
    assert str(figures.inverse_unrealized_pnl(D(-3), D(10), D(5), D(5))) == "0E-8"


def test_inverse_example() -> None:
    """The COIN-M page's long: one contract of 100 USD has earned 0.00005866 of the coin."""
    entry, mark = D("11707.70000003"), D("11788.66626667")

    assert figures.inverse_unrealized_pnl(D(1), D(100), entry, mark) == D("0.00005866")
    assert figures.inverse_notional(D(-2), D(100), D(50)) == D(-4)


def test_margin_where_binance_gives_none() -> None:
    """Without a position margin it is |notional| ÷ leverage, when the leverage is Binance's own."""
    told = position(notional=D(-50), leverage=D(10))

    assert figures.position_margin(told) == D(5)
    assert figures.position_margin(position(notional=D(50), leverage=D(10), leverage_is_derived=True)) is None
    assert figures.position_margin(position(leverage=D(10))) is None


def test_value_in_dollars() -> None:
    """An inverse amount is worth amount × mark in dollars; a linear one is what it is."""
    inverse = position(is_inverse=True, mark_price=D(50))

    assert figures.usd_value(inverse, D(2)) == D(100)
    assert figures.usd_value(inverse, None) is None
    assert figures.usd_value(position(is_inverse=True), D(2)) is None
    assert figures.usd_value(position(), D(2)) == D(2)


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**39), max_value=10**39).filter(
    lambda amount: amount == 0 or amount.adjusted() > -40
)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_no_amount_breaks_a_figure(amount: Decimal, entry: Decimal, mark: Decimal, margin: Decimal) -> None:
    """Whatever amounts the decoder lets through, every figure is a number or unknown."""
    row = position(
        position_amount=amount,
        entry_price=entry,
        mark_price=mark,
        liquidation_price=margin,
        notional=figures.notional(amount, mark),
        unrealized_pnl=figures.unrealized_pnl(amount, entry, mark),
        position_initial_margin=margin,
    )
    made = [figures.roe(row), figures.liquidation_distance(row), figures.liquidation_room(row)]
    made += [figures.derived_leverage(row), figures.inverse_notional(amount, margin, mark)]
    made.append(figures.inverse_unrealized_pnl(amount, margin, entry, mark))

    assert all(figure is None or figure.is_finite() for figure in made)
