"""What stands in a row: marks, leverage, margin type, funding; each figure from the newest word about it."""

from decimal import Decimal

import pytest

from tests.book.wire import (
    ada,
    balance,
    change,
    event,
    key,
    leverage,
    live_book,
    lost,
    mark,
    ms,
    reopened,
    row,
    rows,
    take,
    take_account,
    tell,
    update,
)
from tui.book.book import Book
from tui.book.position import Contract, Key

D = Decimal


def test_mark_price_values_a_row_anew() -> None:
    """A mark price changes PNL and notional, and leaves size, margins and the liquidation price."""
    book = live_book(row("30"))
    before = ada(book).position_initial_margin
    book.take_changed()
    tell(book, mark("0.6", at=11), 11)

    assert (ada(book).unrealized_pnl, ada(book).notional) == (D("6.0"), D("18.0"))
    assert (ada(book).position_initial_margin, ada(book).liquidation_price) == (before, D("0.1"))
    assert (ada(book).funding_rate, ada(book).next_funding_time_ms) == (D("0.0001"), ms(3600))
    assert book.take_changed() == {key()}


def test_mark_price_is_for_all_sides() -> None:
    """In hedge mode both sides of a symbol are valued by its mark."""
    book = live_book(row("30", positionSide="LONG"), row("-10", positionSide="SHORT"))
    tell(book, mark("0.6", at=11), 11)

    assert [str(position.unrealized_pnl) for position in book.positions.values()] == ["6.0", "-2.0"]


def test_mark_price_of_nobody_changes_nothing() -> None:
    """A mark price of a symbol that is not held opens nothing."""
    book = live_book(row("30"))
    book.take_changed()
    tell(book, mark("5", at=11, symbol="XRPUSDT"), 11)

    assert book.take_changed() == set()
    assert book.health.mark.data_ms == ms(11)


def test_older_mark_price_is_ignored() -> None:
    """A mark price that is older than the one that is shown changes nothing, and makes nothing look older."""
    book = live_book(row("30"))
    tell(book, mark("0.6", at=12), 12)
    tell(book, mark("0.7", at=11), 12.1)

    assert (ada(book).mark_price, ada(book).mark_time_ms, book.health.mark.data_ms) == (
        D("0.6"),
        ms(12),
        ms(12),
    )


@pytest.mark.parametrize("price", ["0", "0.00000000", "-1", "", "NaN"])
def test_mark_price_of_nothing_is_none(price: str) -> None:
    """F38: a mark of 0 is no price: the last one stays, and grows stale."""
    book = live_book(row("30"))
    tell(book, mark(price, at=16), 16)

    assert (ada(book).mark_price, ada(book).mark_time_ms, ada(book).unrealized_pnl) == (
        D("0.5"),
        ms(10),
        D("3.0"),
    )
    assert not book.freshness(ada(book), ms(16)).is_marked


def test_snapshot_without_a_mark_leaves_the_last() -> None:
    """F38: a row whose mark is 0 leaves the last price with its age; a new row has none."""
    book = live_book(row("30"))
    take(book, row("30", markPrice="0.00000000"), row("5", symbol="XRPUSDT", markPrice="0"), asked=25)

    assert (ada(book).mark_price, ada(book).mark_time_ms) == (D("0.5"), ms(10))
    fresh = book.positions[key("XRPUSDT")]
    assert (fresh.mark_price, fresh.mark_time_ms) == (None, None)


def test_position_that_an_event_opens_has_no_price_yet() -> None:
    """F29: a new symbol's row shows its size and no PNL until a mark price comes."""
    book = live_book()
    tell(book, update(change("30"), at=20), 20)
    assert (ada(book).unrealized_pnl, ada(book).notional, ada(book).margin_asset) == (None, None, "USDT")
    assert not book.freshness(ada(book), ms(20)).is_marked

    tell(book, mark("0.5", at=21), 21)
    assert ada(book).unrealized_pnl == D("3.0")


def test_newer_mark_outlives_a_snapshot() -> None:
    """A snapshot that is older than the last mark price brings its margins and leaves the price."""
    book = live_book(row("30"))
    tell(book, mark("0.6", at=24.9), 24.9)
    take(book, row("30"), asked=24.5)

    assert (ada(book).mark_price, ada(book).unrealized_pnl, ada(book).notional) == (
        D("0.6"),
        D("6.0"),
        D("18.0"),
    )
    assert ada(book).funding_rate == D("0.0001")
    assert ada(book).confirmed_ms == ms(24.5)


def test_same_mark_leaves_the_exchange_s_digits() -> None:
    """A clock corrected by a millisecond makes the same answer older than the last: its figures stay to the digit."""
    book = live_book(row("30", markPrice="0.60", unRealizedProfit="6.00000000", notional="18.00000000"))
    take(
        book,
        row("30", markPrice="0.60", unRealizedProfit="6.00000000", notional="18.00000000"),
        asked=book.positions[ada(book).key].confirmed_ms / 1000 - ms(0) / 1000 - 0.001,
    )

    assert (str(ada(book).unrealized_pnl), str(ada(book).notional)) == ("6.00000000", "18.00000000")


def test_newer_snapshot_brings_its_mark() -> None:
    """A snapshot that is newer than the last mark price brings the exchange's own PNL, to the digit."""
    book = live_book(row("30"))
    tell(book, mark("0.6", at=20), 20)
    take(book, row("30", unRealizedProfit="3.00000000"), asked=25)

    assert (ada(book).mark_price, str(ada(book).unrealized_pnl)) == (D("0.5"), "3.00000000")


@pytest.mark.parametrize("missing", ["unRealizedProfit", "notional"])
def test_figure_that_a_row_lacks_is_computed(missing: str) -> None:
    """What a row does not tell and follows from the rest is computed."""
    wire = row("30")
    del wire[missing]
    book = live_book(wire)

    assert (ada(book).unrealized_pnl, ada(book).notional) == (D(3), D(15))


def test_leverage_is_derived_and_says_so() -> None:
    """The answer lacks the leverage: it is derived from the margin, and marked."""
    book = live_book(row("30"))

    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(10), True)


def test_leverage_is_derived_from_one_moment() -> None:
    """A mark price that has moved since does not change the leverage that a snapshot shows."""
    book = live_book(row("30"))
    tell(book, mark("0.9", at=24.9), 24.9)
    take(book, row("30"), asked=24.5)

    assert ada(book).leverage == 10


def test_leverage_that_was_told_holds() -> None:
    """A leverage that an event told is not marked, and snapshots that agree leave it so."""
    book = live_book(row("30"))
    tell(book, leverage(10, at=20), 20)
    take(book, row("30"), asked=25)

    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(10), False)


def test_new_leverage_makes_the_margins_unknown() -> None:
    """F37: margins follow the leverage: until a snapshot tells them they are unknown, not the old ones."""
    book = live_book(row("30"), row("5", symbol="XRPUSDT"))
    tell(book, leverage(25, at=20), 20)
    assert (ada(book).leverage, ada(book).position_initial_margin, ada(book).initial_margin) == (
        D(25),
        None,
        None,
    )
    assert book.positions[key("XRPUSDT")].position_initial_margin is not None

    take(book, row("30", positionInitialMargin="0.6", initialMargin="0.6"), asked=20.3)
    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(25), False)
    assert ada(book).position_initial_margin == D("0.6")


def test_snapshot_that_is_older_than_the_leverage_brings_no_margins() -> None:
    """F37: a snapshot that still shows the margins of before does not bring them back."""
    book = live_book(row("30"))
    tell(book, leverage(25, at=20), 20)
    take(book, row("30"), asked=21)

    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(25), False)
    assert ada(book).position_initial_margin is None


def test_leverage_change_that_was_never_told() -> None:
    """F12, F37: a snapshot that contradicts the leverage told, and speaks for later, is believed."""
    book = live_book(row("30"))
    tell(book, leverage(25, at=20), 20)
    take(book, row("30", positionInitialMargin="3", initialMargin="3"), asked=30)

    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(5), True)
    assert ada(book).position_initial_margin == D(3)


def test_leverage_outlives_a_change_of_size() -> None:
    """An event that changes the size keeps the leverage and how it is known."""
    book = live_book(row("30"))
    tell(book, update(change("31"), at=20), 20)
    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(10), True)

    tell(book, leverage(25, at=21), 21)
    tell(book, update(change("32"), at=22), 22)
    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(25), False)


def test_leverage_of_before_a_gap_is_not_certain() -> None:
    """After a gap a leverage that was told may have changed unseen: it is derived again."""
    book = live_book(row("30"))
    tell(book, leverage(25, at=20), 20)
    lost(book, 21)
    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(25), True)
    reopened(book, 22)
    take(book, row("30"), asked=26)

    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(10), True)


def test_leverage_that_is_no_number_is_unknown() -> None:
    """A change to an unreadable leverage leaves it unknown until a snapshot shows it."""
    book = live_book(row("30"))
    told = event({"e": "ACCOUNT_CONFIG_UPDATE", "E": ms(20), "ac": {"s": "ADAUSDT", "l": "?"}})
    tell(book, told, 20)
    assert ada(book).leverage is None

    take(book, row("30"), asked=25)
    assert (ada(book).leverage, ada(book).leverage_is_derived) == (D(10), True)


@pytest.mark.parametrize(
    ("wallet", "margin", "kind"), [("0", "0", "CROSS"), ("5", "5.1", "ISOLATED"), ("0", "0.1", "ISOLATED")]
)
def test_margin_type_is_derived_and_says_so(wallet: str, margin: str, kind: str) -> None:
    """The answer lacks the margin type: an isolated wallet or margin shows it, and it is marked."""
    book = live_book(row("30", isolatedWallet=wallet, isolatedMargin=margin))

    assert (ada(book).margin_type, ada(book).margin_type_is_derived) == (kind, True)


def test_margin_type_of_orders_alone_is_unknown() -> None:
    """A row without a position does not show its margin type."""
    book = live_book(row("0", "0", updateTime=0))

    assert (ada(book).margin_type, ada(book).margin_type_is_derived) == (None, False)


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("cross", "CROSS"),
        ("CROSSED", "CROSS"),
        ("isolated", "ISOLATED"),
        ("ISOLATED", "ISOLATED"),
        ("fancy", "fancy"),
    ],
)
def test_margin_type_that_was_told(wire: str, kind: str) -> None:
    """Every page's spelling of the margin type is read; a new one is kept as it is."""
    book = live_book(row("30"))
    tell(book, update(change("30", mt=wire), at=20), 20)
    take(book, row("30"), asked=25)

    assert (ada(book).margin_type, ada(book).margin_type_is_derived) == (kind, False)


@pytest.mark.parametrize("wire", ["", None])
def test_event_without_a_margin_type_confirms_none(wire: object) -> None:
    """An event that lacks the margin type leaves the one that was derived, as derived."""
    book = live_book(row("30"))
    tell(book, update(change("31", mt=wire), at=20), 20)

    assert (ada(book).margin_type, ada(book).margin_type_is_derived) == ("CROSS", True)


def test_margin_type_of_before_a_gap_is_not_certain() -> None:
    """After a gap a margin type that was told is derived again."""
    book = live_book(row("30"))
    tell(book, update(change("30", mt="isolated"), at=20), 20)
    lost(book, 21)
    reopened(book, 22)
    take(book, row("30"), asked=26)

    assert (ada(book).margin_type, ada(book).margin_type_is_derived) == ("CROSS", True)


def test_moved_isolated_margin_makes_the_liquidation_price_unknown() -> None:
    """F37: an isolated wallet that changes moves the liquidation price, which only a snapshot tells."""
    book = live_book(row("30", isolatedWallet="5", isolatedMargin="5.1"))
    tell(book, update(change("30", mt="isolated", iw="9"), at=20, reason="MARGIN_TRANSFER"), 20)

    assert (ada(book).isolated_wallet, ada(book).liquidation_price, ada(book).isolated_margin) == (
        D(9),
        None,
        None,
    )


def test_snapshot_that_is_older_than_a_margin_transfer_is_not_believed() -> None:
    """F15, F37: a snapshot that still shows the wallet of before brings back neither it nor its liquidation price."""
    book = live_book(row("30", isolatedWallet="5", isolatedMargin="5.1"))
    tell(book, update(change("30", mt="isolated", iw="9"), at=20, reason="MARGIN_TRANSFER"), 20)
    take(book, row("30", isolatedWallet="5", isolatedMargin="5.1"), asked=20.5)
    assert (ada(book).isolated_wallet, ada(book).liquidation_price) == (D(9), None)

    take(book, row("30", isolatedWallet="9", isolatedMargin="9.1", liquidationPrice="0.05"), asked=21)
    assert (ada(book).isolated_wallet, ada(book).liquidation_price) == (D(9), D("0.05"))


def test_funding_of_an_isolated_position() -> None:
    """An isolated position's funding fee changes its wallet, and neither size nor entry."""
    book = live_book(row("30", isolatedWallet="5", isolatedMargin="5.1"))
    tell(book, update(change("30", mt="isolated", iw="4.9"), at=20, reason="FUNDING_FEE"), 20)

    assert (ada(book).position_amount, ada(book).entry_price, ada(book).isolated_wallet) == (
        D(30),
        D("0.4"),
        D("4.9"),
    )


def test_amount_keeps_its_digits_while_it_is_the_same() -> None:
    """An event writes 30.00 as 30: the size on the screen does not come and go in width with every message."""
    book = live_book(row("30.00", entryPrice="0.40"))
    tell(book, update(change("30", ep="0.4"), at=20, reason="FUNDING_FEE"), 20)
    assert [str(ada(book).position_amount), str(ada(book).entry_price)] == ["30.00", "0.40"]

    tell(book, update(change("31", ep="0.4"), at=21), 21)
    assert [str(ada(book).position_amount), str(ada(book).entry_price)] == ["31", "0.40"]


def test_balances_follow_events() -> None:
    """A balance that an event tells is shown at once, in the totals too where they are USDT's own."""
    book = live_book()
    tell(book, update(at=20, reason="DEPOSIT", balances=[balance("USDT", "120", "20")]), 20)
    account = book.account
    assert account is not None
    usdt = account.asset("USDT")
    assert usdt is not None

    assert (usdt.wallet_balance, usdt.cross_wallet_balance) == (D(120), D(120))
    assert (account.wallet_balance, account.cross_wallet_balance) == (D(120), D(120))
    assert not account.has_margins


def test_balance_of_another_asset_leaves_the_totals() -> None:
    """A change of an asset that the totals do not count, or that is not known yet, leaves them."""
    book = live_book()
    take_account(book, asked=15, assets=[{"asset": "USDT", "walletBalance": "100"}, {"asset": "BNB"}])
    changes = [balance("BNB", "1"), balance("FDUSD", "5")]
    tell(book, update(at=20, balances=changes), 20)
    account = book.account
    assert account is not None

    assert [(asset.asset, asset.wallet_balance) for asset in account.assets] == [
        ("USDT", D(100)),
        ("BNB", D(1)),
    ]
    assert account.wallet_balance == 100


def test_balance_that_is_older_is_ignored() -> None:
    """An older event does not undo a newer one's balance."""
    book = live_book()
    tell(book, update(at=20, balances=[balance("USDT", "120")]), 20)
    tell(book, update(at=19, balances=[balance("USDT", "90")]), 20.1)

    assert book.account is not None
    assert book.account.wallet_balance == 120


@pytest.mark.parametrize(("asked", "wallet"), [(20.5, 120), (22.9, 120), (23.1, 100)])
def test_account_snapshot_may_be_older_than_an_event(asked: float, wallet: int) -> None:
    """F15: totals that may show the account of before an event do not undo its balance."""
    book = live_book()
    tell(book, update(at=20, balances=[balance("USDT", "120")]), 20)
    take_account(book, asked=asked, wallet="100")

    assert book.account is not None
    assert book.account.wallet_balance == wallet
    assert book.account.has_margins is (asked > 23)


def test_balance_before_the_first_totals_is_waited_for() -> None:
    """Before the first totals there is nothing to change."""
    book = Book()
    tell(book, update(at=20, balances=[balance("USDT", "120")]), 20)

    assert book.account is None


def test_asset_mode() -> None:
    """The asset mode is seen in the totals until an event tells it, holds over snapshots, and is forgotten in a gap."""
    book = live_book()
    assert book.account is not None
    assert book.account.counts_usdt_only
    tell(book, event({"e": "ACCOUNT_CONFIG_UPDATE", "E": ms(20), "ai": {"j": True}}), 20)
    take_account(book, asked=25)
    assert book.account.multi_assets_mode is True
    modes = [book.account.counts_usdt_only]
    lost(book, 30)

    assert [*modes, book.account.counts_usdt_only] == [False, True]
    assert book.account.multi_assets_mode is None


@pytest.mark.parametrize("assets", [[], [{"asset": "USDT"}], [{"asset": "USDT", "walletBalance": "7"}]])
def test_totals_that_are_not_usdts_own(assets: list[dict[str, str]]) -> None:
    """Totals that differ from USDT's figures, or cannot be compared, are not called USDT's."""
    book = live_book()
    take_account(book, asked=15, assets=assets)

    assert book.account is not None
    assert not book.account.counts_usdt_only


def test_asset_mode_before_the_first_totals() -> None:
    """An asset mode that is told before the first totals breaks nothing."""
    book = Book()
    tell(book, event({"e": "ACCOUNT_CONFIG_UPDATE", "E": ms(20), "ai": {"j": True}}), 20)

    assert book.account is None


def test_coin_m_row() -> None:
    """A COIN-M book counts contracts, with leverage and margin type from the row and the asset from the contract."""
    book = Book("main", "coinm")
    book.contracts["BTCUSD_PERP"] = Contract(D(100), "BTC")
    wire = row(
        "1",
        "11707.70000003",
        symbol="BTCUSD_PERP",
        marginType="cross",
        leverage="125",
        markPrice="11788.66626667",
    )
    for name in ("marginAsset", "notional", "unRealizedProfit", "positionInitialMargin"):
        del wire[name]
    book.take_positions(rows(wire, row("5")), ms(10), ms(10))
    position = book.positions[Key("main", "coinm", "BTCUSD_PERP", "BOTH")]

    assert (position.margin_asset, position.leverage, position.leverage_is_derived) == ("BTC", D(125), False)
    assert (position.margin_type, position.margin_type_is_derived) == ("CROSS", False)
    assert (position.unrealized_pnl, position.notional) == (D("0.00005866"), D("0.00848272"))
    assert len(book.positions) == 1


def test_coin_m_events() -> None:
    """A COIN-M book takes COIN-M's events, whose PNL is in the coin."""
    book = Book("main", "coinm")
    book.contracts["ADAUSD_PERP"] = Contract(D(10), "ADA")
    book.take_positions(rows(row("900", "0.5", symbol="ADAUSD_PERP")), ms(10), ms(10))
    tell(book, update(change("930", "0.475", symbol="ADAUSD_PERP"), change("5"), at=20, i="ALIAS"), 20)
    tell(book, mark("0.5", at=21, symbol="ADAUSD_PERP"), 21)
    (position,) = book.positions.values()

    assert (position.position_amount, position.is_inverse) == (D(930), True)
    assert position.unrealized_pnl == D("978.94736842")


def test_coin_m_position_that_an_event_opens() -> None:
    """A COIN-M position that is first told by an event is valued as one: in coins, by its contract's size."""
    book = Book("main", "coinm")
    book.contracts["ADAUSD_PERP"] = Contract(D(10), "ADA")
    for symbol in ("ADAUSD_PERP", "BTCUSD_PERP"):
        tell(book, update(change("930", "0.475", symbol=symbol, ma=None), at=20, i="ALIAS"), 20)
        tell(book, mark("0.5", at=21, symbol=symbol), 21)
    known, unknown = book.positions.values()

    assert (known.unrealized_pnl, known.margin_asset) == (D("978.94736842"), "ADA")
    assert (unknown.unrealized_pnl, unknown.is_inverse) == (None, True)


def test_portfolio_margin_holds_both() -> None:
    """A Portfolio Margin book holds linear and inverse symbols."""
    book = Book("main", "pm")
    book.take_positions(rows(row("5"), row("1", symbol="BTCUSD_PERP")), ms(10), ms(10))

    assert {key.symbol for key in book.positions} == {"ADAUSDT", "BTCUSD_PERP"}
