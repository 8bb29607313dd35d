"""Risk figures: documented vectors, and properties that hold for every account."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.book import figures, risk
from tui.book.account import Account, Asset
from tui.book.position import Key, Position
from tui.book.risk import Leg, Pool, staked

D = Decimal
AMOUNTS = st.decimals(D("0.01"), D(1_000_000), places=4)
SIGNED = st.decimals(D(-1_000_000), D(1_000_000), places=4)
WALLET = D("1535443.01")


def position(symbol: str, notional: str, maintenance_margin: str | None = "1", **fields: object) -> Position:
    """A cross position in USDT."""
    row = Position(
        key=Key("main", "usdm", symbol, "BOTH"),
        position_amount=D(notional),
        notional=D(notional),
        unrealized_pnl=D(0),
        maintenance_margin=None if maintenance_margin is None else D(maintenance_margin),
        margin_asset="USDT",
        margin_type="CROSS",
    )
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def account(wallet: str = "100", **fields: object) -> Account:
    """A single-asset account with USDT alone."""
    usdt = Asset(asset="USDT", wallet_balance=D(wallet), cross_wallet_balance=D(wallet))
    made = Account(account="main", book="usdm", assets=(usdt,), multi_assets_mode=False)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


@given(balance=AMOUNTS, required=AMOUNTS, notional=SIGNED, is_inverse=st.booleans())
def test_after_the_move_margin_balance_is_maintenance_margin(
    balance: D, required: D, notional: D, is_inverse: bool
) -> None:
    """The distance is solved, not guessed: applying the move makes both equal, linear and inverse."""
    with localcontext(prec=50):
        pool = Pool("X", balance, required, notional, is_inverse)
        move = risk.liquidation_move(pool)
        assume(move is not None)
        assert move is not None

        moved = risk.after_move(pool, move)

        unit = max(abs(moved.margin_balance), abs(moved.notional), balance, D(1))
        assert abs(moved.margin_balance - moved.maintenance_margin) <= unit * D("1e-35")


@given(required=AMOUNTS, more=AMOUNTS, still_more=AMOUNTS, is_inverse=st.booleans())
def test_no_price_liquidates_what_is_smaller_than_its_margin(
    required: D, more: D, still_more: D, is_inverse: bool
) -> None:
    """A linear long, or an inverse short, below 1x leverage outlives every price: there is no distance."""
    size = required + more
    pool = Pool("X", size + still_more, required, -size if is_inverse else size, is_inverse)

    assert risk.liquidation_move(pool) is None
    for move in (D("-0.999999"), D("-0.5"), D("0.5"), D(10), D(1_000)):
        moved = risk.after_move(pool, move)
        assert moved.margin_balance > moved.maintenance_margin


@pytest.mark.parametrize(
    ("notional", "required", "move"),
    [("1000", "10", "-0.09090909"), ("-1000", "10", "0.08910891"), ("50", "0", None)],
)
def test_direction_is_that_of_the_exposure(notional: str, required: str, move: str | None) -> None:
    """Longs die on the way down, shorts on the way up; a long smaller than its margin never does."""
    found = risk.liquidation_move(Pool("USDT", D(100), D(required), D(notional), is_inverse=False))

    assert (found is None) is (move is None)
    if found is not None and move is not None:
        assert found.quantize(D("0.00000001")) == D(move)


def test_account_distance_is_that_of_the_nearest_margin_asset() -> None:
    """Each margin asset of a single-asset account has a distance of its own: the smallest counts."""
    usdc = Asset(asset="USDC", cross_wallet_balance=D(10))
    held = account(assets=(*account().assets, usdc))
    rows = [position("BTCUSDT", "200"), position("BTCUSDC", "200", margin_asset="USDC")]

    found = risk.account_distance(held, staked(rows))

    assert found == risk.liquidation_move(Pool("USDC", D(10), D(1), D(200), is_inverse=False))


def test_multi_assets_margin_is_one_pool_in_dollars() -> None:
    """In multi-assets mode USDT and USDC positions share the totals."""
    held = account(multi_assets_mode=True, cross_wallet_balance=D(50))
    rows = [position("BTCUSDT", "200"), position("BTCUSDC", "-100", margin_asset="USDC")]

    assert risk.pools(held, staked(rows)) == (Pool("USD", D(50), D(2), D(100), is_inverse=False),)


@pytest.mark.parametrize("name", ["notional", "unrealized_pnl", "maintenance_margin", "margin_type"])
def test_unknown_input_makes_the_distance_unknown(name: str) -> None:
    """A figure with an unknown input is unknown, never a guess."""
    row = position("BTCUSDT", "200")
    setattr(row, name, None)

    assert risk.account_distance(account(), staked([row])) is None


def test_isolated_positions_are_nobody_elses_risk() -> None:
    """An isolated position has its own wallet and does not move the account's distance."""
    cross = position("BTCUSDT", "200")
    isolated = position("ETHUSDT", "5000", margin_type="ISOLATED")

    assert risk.account_distance(account(), staked([cross, isolated])) == risk.account_distance(
        account(), staked([cross])
    )


def test_coin_pool_takes_its_maintenance_margin_from_the_asset() -> None:
    """COIN-M rows have none: the coin's own total is used, and nothing when an isolated one is among it."""
    coin = Asset(asset="BTC", cross_wallet_balance=D("0.1"), maintenance_margin=D("0.01"))
    held = Account(account="main", book="coinm", assets=(coin,))
    row = position("BTCUSD_PERP", "0.5", None, margin_asset="BTC", is_inverse=True)

    found = risk.account_distance(held, staked([row]))

    assert found == (D("0.01") - D("0.1")) / D("0.6")
    isolated = position(
        "BTCUSD_270326", "0.5", None, margin_asset="BTC", is_inverse=True, margin_type="ISOLATED"
    )
    assert risk.account_distance(held, staked([row, isolated])) is None


def test_shares_of_maintenance_margin_sum_to_one() -> None:
    """Each row's share is of its own margin asset."""
    rows = [position("A", "1", "1"), position("B", "1", "3"), position("C", "1", "9", margin_asset="USDC")]

    assert [risk.maintenance_share(row, rows) for row in rows] == [D("0.25"), D("0.75"), D(1)]


def test_exposure_and_effective_leverage_are_in_dollars() -> None:
    """An inverse notional counts at its mark price; longs and shorts are told apart."""
    coin = position("BTCUSD_PERP", "-0.5", is_inverse=True, mark_price=D(60_000), margin_asset="BTC")
    sides = risk.exposure([position("BTCUSDT", "10000"), coin])

    assert (sides.long, sides.short) == (D(10_000), D(-30_000))
    assert risk.effective_leverage(sides.gross, D(20_000)) == 2
    assert risk.effective_leverage(sides.gross, D(0)) is None


def test_margin_behind_the_rows_is_that_of_their_assets() -> None:
    """In single-asset mode each asset in use stands behind its own rows, with its PNL as it is now."""
    rows = [
        position("A", "1", unrealized_pnl=D(5)),
        position("B", "1", margin_asset="USDC", unrealized_pnl=D(-2)),
    ]
    assets = (
        Asset(asset="USDT", wallet_balance=D(100)),
        Asset(asset="USDC", wallet_balance=D(50)),
        Asset(asset="BNB", wallet_balance=D(7)),
    )

    assert risk.margin_behind(account(assets=assets), staked(rows), D(105)) == 153
    assert risk.margin_behind(account(assets=assets[:1]), staked(rows), D(105)) is None
    in_bnb = [position("C", "1", margin_asset="BNB", unrealized_pnl=D(0))]
    assert risk.margin_behind(account(assets=assets), staked(in_bnb), D(105)) is None


def test_margin_behind_coins_is_counted_at_their_marks() -> None:
    """COIN-M: the balance of each coin in use, at the mark price of one of its contracts."""
    marked, unmarked = (
        position(
            "BTCUSD_PERP", "1", is_inverse=True, margin_asset="BTC", unrealized_pnl=D("0.1"), mark_price=mark
        )
        for mark in (D(60_000), None)
    )
    held = account(book="coinm", assets=(Asset(asset="BTC", wallet_balance=D("0.4")),))

    assert risk.margin_behind(held, staked([marked]), None) == 30_000
    assert risk.margin_behind(held, staked([unmarked]), None) is None


def test_margin_behind_one_pool_is_the_account_s() -> None:
    """Multi-assets mode and Portfolio Margin have one balance for all rows."""
    rows = [position("A", "1", margin_asset="BNB")]

    assert risk.margin_behind(account(multi_assets_mode=True), staked(rows), D(105)) == 105
    assert risk.margin_behind(account(book="pm", account_equity=D(9)), staked(rows), D(105)) == 9


@pytest.mark.parametrize(
    ("amount", "entry", "rate", "cumulative", "others", "price"),
    [
        ("3683.979", "1456.84", "0.10", "135365.00", ("0", "0"), "1114.78"),
        ("109.488", "32481.98", "0.025", "16300.00", ("0", "0"), "18778.73"),
        ("3683.979", "1456.84", "0.10", "135365.00", ("71200.81144", "-56354.57"), "1153.26"),
        ("109.488", "32481.98", "0.025", "16300.00", ("356512.508", "-448192.89"), "26316.89"),
    ],
)
def test_linear_liquidation_price_is_the_documented_one(
    amount: str, entry: str, rate: str, cumulative: str, others: tuple[str, str], price: str
) -> None:
    """The four vectors of the FAQ, isolated and cross."""
    leg = Leg(D(amount), D(entry), D(rate), D(cumulative))

    found = risk.linear_liquidation_price(WALLET, [leg], D(others[0]), D(others[1]))

    assert found is not None
    assert found.quantize(D("0.01")) == D(price)


@given(amount=SIGNED, entry=AMOUNTS, wallet=AMOUNTS, rate=st.decimals(D("0.004"), D("0.5"), places=4))
def test_linear_margin_is_used_up_at_the_liquidation_price(amount: D, entry: D, wallet: D, rate: D) -> None:
    """At that price wallet + PNL = |amount|·price·rate."""
    with localcontext(prec=50):
        price = risk.linear_liquidation_price(wallet, [Leg(amount, entry, rate)])
        assume(price is not None and price < D(10) ** 15)
        assert price is not None
        left = wallet + amount * (price - entry)

        assert abs(left - abs(amount) * price * rate) <= max(abs(amount) * (price + entry), D(1)) * D("1e-35")


@given(dollars=SIGNED, entry=AMOUNTS, wallet=AMOUNTS, rate=st.decimals(D("0.004"), D("0.5"), places=4))
def test_inverse_margin_is_used_up_at_the_liquidation_price(dollars: D, entry: D, wallet: D, rate: D) -> None:
    """At that price wallet + PNL = |notional|·rate, in the coin."""
    with localcontext(prec=50):
        price = risk.inverse_liquidation_price(wallet, Leg(dollars, entry, rate))
        assume(price is not None and D("1e-9") < price < D(10) ** 15)
        assert price is not None
        left = wallet + dollars / entry - dollars / price

        unit = max(abs(dollars) / price, abs(dollars) / entry, wallet, D(1))
        assert abs(left - abs(dollars) / price * rate) <= unit * D("1e-35")


def test_inverse_pnl_is_the_documented_one() -> None:
    """One contract of 100 USD from 11707.70000003 to 11788.66626667 is 0.00005866 BTC (page of COIN-M positions)."""
    found = figures.inverse_unrealized_pnl(D(1), D(100), D("11707.70000003"), D("11788.66626667"))

    assert str(found) == "0.00005866"
