"""What a report holds: exact digits, no stale figure, one order."""

from decimal import Decimal

from tui.book.account import Account, Asset
from tui.book.book import Book
from tui.book.health import Transport
from tui.book.position import Key, Position
from tui.report.picture import ACCOUNT_FIGURES, POSITION_FIELDS, Caption, Picture, Wanted, take
from tui.report.table import as_table

NOW = 1_720_736_420_000


def position(symbol: str, side: str = "BOTH", amount: str = "30", **fields: object) -> Position:
    """An open position, seen a moment ago."""
    row = Position(
        key=Key("main", "usdm", symbol, side),
        position_amount=Decimal(amount),
        entry_price=Decimal("0.385"),
        mark_price=Decimal("0.41047590"),
        mark_time_ms=NOW,
        unrealized_pnl=Decimal("0.76427700"),
        notional=Decimal("12.31427700"),
        margin_asset="USDT",
        position_initial_margin=Decimal("0.61571385"),
        confirmed_ms=NOW,
        snapshot_ms=NOW,
    )
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def book_of(*rows: Position) -> Book:
    """A live book with these rows and an account."""
    book = Book("main")
    book.positions = {row.key: row for row in rows}
    book.health.api.transport = Transport.OPEN
    book.health.api.data_ms = NOW - 250
    book.health.is_synced = True
    book.health.audited_ms = NOW
    book.balances.account = Account(
        account="main",
        book="usdm",
        wallet_balance=Decimal("126724.69469206"),
        margin_balance=Decimal("126724.69469206"),
        maintenance_margin=Decimal("0.00000000"),
        assets=(Asset(asset="USDT", wallet_balance=Decimal("23.72469206")),),
        snapshot_ms=NOW,
    )
    return book


def picture_of(book: Book, wanted: Wanted = Wanted(show_total=True)) -> Picture:  # noqa: B008 - frozen
    """What a report shows of that book."""
    return take(book, NOW, wanted, Caption())


def test_amounts_keep_the_digits_of_the_exchange() -> None:
    """Trailing zeros stay, and an exponent becomes plain digits."""
    row = position("ADAUSDT", position_amount=Decimal("2.8E-4"), liquidation_price=Decimal("1E+3"))
    shown = picture_of(book_of(row)).positions[0]
    assert shown["mark_price"] == "0.41047590"
    assert shown["position_amount"] == "0.00028"
    assert shown["liquidation_price"] == "1000"


def test_what_is_no_number_is_unknown() -> None:
    """NaN, infinity and absurd exponents never reach an output."""
    for text in ("NaN", "Infinity", "1E+999999", "1E-999999"):
        row = position("ADAUSDT", mark_price=Decimal(text), liquidation_price=Decimal(1))
        shown = picture_of(book_of(row)).positions[0]
        assert shown["mark_price"] is None


def test_ratios_are_fractions_with_eight_places() -> None:
    """Return on equity, liquidation distance and margin ratio are rounded fractions."""
    row = position("ADAUSDT", liquidation_price=Decimal("0.3"))
    picture = picture_of(book_of(row))
    assert picture.positions[0]["roe"] == "1.24128603"
    assert picture.positions[0]["liquidation_distance"] == "-0.26914101"
    assert picture.accounts[0]["margin_ratio"] == "0.00000000"


def test_what_binance_did_not_say_is_unknown() -> None:
    """An absent liquidation price gives neither price nor distance."""
    shown = picture_of(book_of(position("ADAUSDT"))).positions[0]
    assert shown["liquidation_price"] is None
    assert shown["liquidation_distance"] is None
    assert shown["leverage"] is None
    assert shown["update_time_ms"] is None


def test_a_stale_mark_takes_the_figures_that_need_it() -> None:
    """Figures made from an old mark are unknown; size, entry and liquidation price stay."""
    row = position("ADAUSDT", mark_time_ms=NOW - 6_000, liquidation_price=Decimal("0.3"))
    picture = picture_of(book_of(row))
    shown = picture.positions[0]
    assert shown["is_live"] is False
    assert shown["mark_age_ms"] == 6_000
    gone = (
        "mark_price",
        "unrealized_pnl",
        "notional",
        "roe",
        "liquidation_distance",
        "position_initial_margin",
    )
    assert [shown[name] for name in gone] == [None] * len(gone)
    assert (shown["position_amount"], shown["entry_price"], shown["liquidation_price"]) == (
        "30",
        "0.385",
        "0.3",
    )
    assert picture.word == "STALE"


def test_an_unconfirmed_row_keeps_only_its_facts() -> None:
    """After a gap the size is shown with its age, and every figure is unknown."""
    book = book_of(position("ADAUSDT", confirmed_ms=NOW - 9_000, liquidation_price=Decimal("0.3")))
    book.health.gap_ms = NOW - 1_000
    shown = picture_of(book).positions[0]
    assert shown["liquidation_price"] is None
    assert shown["unrealized_pnl"] is None
    assert (shown["position_amount"], shown["position_age_ms"]) == ("30", 9_000)


def test_a_stale_account_keeps_only_its_facts() -> None:
    """Old totals are unknown; wallet balances are facts and stay, beside the age."""
    book = book_of()
    book.accounts[0].snapshot_ms = NOW - 36_000
    account = picture_of(book).accounts[0]
    assert (account["margin_balance"], account["margin_ratio"]) == (None, None)
    assert (account["wallet_balance"], account["is_live"], account["age_ms"]) == (
        "126724.69469206",
        False,
        36_000,
    )


def test_rows_are_ordered_by_book_symbol_and_side() -> None:
    """The order does not depend on how the rows arrived."""
    rows = [position("B", "SHORT"), position("B", "LONG"), position("A", "SHORT")]
    shown = picture_of(book_of(*rows)).positions
    assert [(row["symbol"], row["position_side"]) for row in shown] == [
        ("A", "SHORT"),
        ("B", "LONG"),
        ("B", "SHORT"),
    ]


def test_rows_of_orders_alone_are_shown_when_wanted() -> None:
    """A row with amount 0 stays out unless it is asked for."""
    book = book_of(position("A"), position("B", amount="0"))
    assert [row["symbol"] for row in picture_of(book).positions] == ["A"]
    assert [row["symbol"] for row in picture_of(book, Wanted(show_zero_rows=True)).positions] == ["A", "B"]


def test_a_filter_and_a_choice_of_fields() -> None:
    """Only matching rows and only the named fields, in the named order."""
    book = book_of(position("BTCUSDT"), position("ETHUSDT"))
    wanted = Wanted(filter="eth", fields=("unrealized_pnl", "symbol"))
    assert [list(row.items()) for row in picture_of(book, wanted).positions] == [
        [("unrealized_pnl", "0.76427700"), ("symbol", "ETHUSDT")]
    ]
    assert tuple(picture_of(book).positions[0]) == POSITION_FIELDS


def test_a_total_with_one_stale_addend_is_unknown() -> None:
    """Sums are by margin asset, and one stale row makes its sum unknown."""
    short = position("B", amount="-1", notional=Decimal("-3.5"), margin_asset="USDC")
    stale = position("C", margin_asset="BNFCR", mark_time_ms=NOW - 6_000)
    totals = picture_of(book_of(position("A"), position("A2"), short, stale)).totals
    assert [(row["margin_asset"], row["positions"]) for row in totals] == [
        ("USDT", 2),
        ("USDC", 1),
        ("BNFCR", 1),
    ]
    assert totals[0]["unrealized_pnl"] == "1.52855400"
    assert (totals[1]["notional_long"], totals[1]["notional_short"]) == ("0", "-3.5")
    assert totals[2]["unrealized_pnl"] is None


def test_health_says_how_far_to_trust() -> None:
    """The word, the feeds with their ages and the caption are part of the picture."""
    picture = take(book_of(), NOW, Wanted(), Caption(label="main", notice="DEMO"))
    assert picture.word == "LIVE"
    assert picture.feeds["api"] == {"transport": "open", "reason": None, "age_ms": 250}
    assert picture.feeds["mark"]["transport"] == "off"
    assert (picture.health["notice"], picture.health["rights"]) == ("DEMO", None)


def test_zeros_of_the_exchange_stay_zeros() -> None:
    """No liquidation price, no price of a flat row and no time are Binance's own 0 to a script, and — in the table."""
    risky = position("ADAUSDT", liquidation_price=Decimal(0))
    flat = position(
        "BTCUSDT", amount="0", mark_price=Decimal("0.00000000"), mark_time_ms=None, update_time_ms=0
    )
    shown = picture_of(book_of(risky, flat), Wanted(show_zero_rows=True))
    table = as_table(shown).splitlines()
    heads = next(line for line in table if "Liq. price" in line)
    end = heads.index("Liq. price") + len("Liq. price")

    assert shown.positions[0]["liquidation_price"] == "0"
    assert shown.positions[0]["liquidation_distance"] is None
    assert (shown.positions[1]["mark_price"], shown.positions[1]["update_time_ms"]) == ("0.00000000", 0)
    assert next(line for line in table if "ADAUSDT" in line)[:end].endswith("—")


def test_what_is_made_of_all_rows_needs_all_of_them() -> None:
    """Of a part of the rows, or while they are not known to be whole, nothing is said of the account."""
    row = position("ADAUSDT", maintenance_margin=Decimal("1"), margin_type="CROSS")
    whole, narrowed, unheard = book_of(row), book_of(row), book_of(row)
    narrowed.only_symbol = "ADAUSDT"
    unheard.health.audited_ms = None
    names = ("notional_long_usd", "notional_short_usd", "effective_leverage")

    assert None not in [picture_of(whole).accounts[0][name] for name in names]
    for book in (narrowed, unheard):
        assert {picture_of(book).accounts[0][name] for name in names} == {None}


def test_event_takes_margins_until_a_snapshot_tells_of_it() -> None:
    """Margins, and PNL that is not summed up anew, are unknown while they are of another moment than the rows."""
    book = book_of(position("ADAUSDT"))
    assert picture_of(book).accounts[0]["margin_balance"] is not None
    assert book.account is not None
    book.account.has_margins = False
    shown = picture_of(book)

    assert {shown.accounts[0][name] for name in ACCOUNT_FIGURES} == {None}
    assert shown.accounts[0]["margin_ratio"] is None
    assert shown.accounts[0]["wallet_balance"] is not None
