"""The journal: what happened, in sentences with the exchange's own figures."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.book.wire import balance, change, event, key, live_book, ms, tell, update
from tests.protocol.wire import fixture
from tui.book.book import Book
from tui.book.journal import LONGEST, Entry, Journal, Kind
from tui.book.telling import change_of_size, duration, plain


def told(*names: str) -> list[Entry]:
    """What a book writes about messages of `tests/fixtures`."""
    book = Book()
    for name in names:
        tell(book, event(json.loads(fixture("pushed", name))), 0)
    return list(book.journal)


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        (
            "order_filled",
            Kind.FILL,
            "ETHUSDT: BUY 0.050 at 2400.10, realised +12.34500000, fee 0.02400100 USDT.",
        ),
        ("order_filled_with_a_rebate", Kind.FILL, "ETHUSDT: BUY 0.010 at 2400.10, fee −0.00074625 USDT."),
        ("order_filled_short_in_hedge", Kind.FILL, "ETHUSDT SHORT: SELL 0.050 at 2399.9."),
        ("order_liquidation_begins", Kind.LIQUIDATION, "Liquidation of ETHUSDT has begun."),
        ("order_liquidated", Kind.LIQUIDATION, "Liquidated: ETHUSDT: SELL 0.050 at 2100.5, realised −14.98."),
        ("order_deleveraged", Kind.LIQUIDATION, "Auto-deleveraged: ETHUSDT: SELL 0.050 at 2300."),
        ("order_settled", Kind.LIQUIDATION, "Settled: ETHUSDT: SELL 0.050 at 2300."),
        ("account_update_funding_cross", Kind.FUNDING, "Funding: −0.0009 USDC."),
        ("account_update_funding_isolated", Kind.FUNDING, "Funding of ETHUSDT: −0.5 USDT."),
        ("account_update_funding_with_symbol", Kind.FUNDING, "Funding of ETHUSDT: +0.25 USDT."),
        ("account_update_deposit", Kind.TRANSFER, "Deposit: +20 USDT."),
        ("account_update_withdraw", Kind.TRANSFER, "Withdrawal: −125.5 USDT."),
        ("account_update_margin_transfer", Kind.TRANSFER, "Isolated margin moved: −10 USDT."),
        ("account_update_margin_type", Kind.CONFIG, "ETHUSDT: margin type is now isolated."),
        ("account_config_leverage", Kind.CONFIG, "BTCUSDT: leverage is now 25×."),
        ("account_config_asset_mode", Kind.CONFIG, "The account is now in multi-assets mode."),
        (
            "margin_call",
            Kind.MARGIN_CALL,
            "Margin call on ETHUSDT 1.327: mark 187.17127, PNL −1.166074, maintenance margin 1.614445.",
        ),
    ],
)
def test_sentences(name: str, kind: Kind, text: str) -> None:
    """Each event that a person would want to know is one sentence."""
    (entry,) = told(name)

    assert (entry.kind, entry.text) == (kind, text)
    assert entry.time_ms > 1_500_000_000_000


@pytest.mark.parametrize(
    "name",
    [
        "order_new",
        "order_amended",
        "order_of_unknown_kinds",
        "trade_lite",
        "algo_finished",
        "account_update_order",
    ],
)
def test_what_is_told_elsewhere_or_not_at_all(name: str) -> None:
    """Orders that were only placed, and fills that are told in full by another event, are not told."""
    assert told(name) == []


def test_fill_is_told_once() -> None:
    """The four messages of one fill make one line."""
    assert len(told("trade_lite", "order_new", "account_update_order", "order_filled")) == 1


def test_line_knows_its_row() -> None:
    """A line that concerns a position names its key."""
    (entry,) = told("order_filled_short_in_hedge")

    assert entry.key == key("ETHUSDT", "SHORT")


def test_funding_of_several_assets() -> None:
    """Each asset that funding was paid in is a line."""
    book = live_book()
    tell(
        book,
        update(at=20, reason="FUNDING_FEE", balances=[balance("USDT", "1", "-1"), balance("BNB", "1", "2")]),
        20,
    )

    assert [entry.text for entry in book.journal] == ["Funding: −1 USDT.", "Funding: +2 BNB."]


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("ASSET_TRANSFER", "Transfer"),
        ("ADJUSTMENT", "Adjustment"),
        ("INSURANCE_CLEAR", "Cleared by the insurance fund"),
        ("ADMIN_DEPOSIT", "Deposit by Binance"),
        ("ADMIN_WITHDRAW", "Withdrawal by Binance"),
        ("AUTO_EXCHANGE", "Automatic exchange"),
        ("COIN_SWAP_DEPOSIT", "Coin swap in"),
        ("COIN_SWAP_WITHDRAW", "Coin swap out"),
    ],
)
def test_every_transfer_has_a_name(reason: str, what: str) -> None:
    """Money that moves is told by what moved it; an amount that an old message lacks is a dash."""
    book = live_book()
    tell(book, update(at=20, reason=reason, balances=[{"a": "USDT", "wb": "5", "cw": "5"}]), 20)

    assert [entry.text for entry in book.journal] == [f"{what}: — USDT."]


def test_margin_type_that_is_not_told() -> None:
    """A change of the margin type to nothing is told as unknown."""
    book = live_book()
    tell(book, update(change("0", mt=None), at=20, reason="MARGIN_TYPE_CHANGE"), 20)

    assert [entry.text for entry in book.journal] == ["ADAUSDT: margin type is now unknown."]


def test_single_asset_mode() -> None:
    """The way back to single-asset mode is told as well."""
    book = live_book()
    tell(book, event({"e": "ACCOUNT_CONFIG_UPDATE", "E": ms(1), "ai": {"j": False}}), 1)

    assert [entry.text for entry in book.journal] == ["The account is now in single-asset mode."]


@pytest.mark.parametrize(
    ("amount", "signed", "text"),
    [
        (None, False, "—"),
        (Decimal("1.50"), False, "1.50"),
        (Decimal("-1.50"), False, "−1.50"),
        (Decimal("2.8E-4"), True, "+0.00028"),
        (Decimal("5E+3"), True, "+5000"),
        (Decimal("0.00"), True, "0.00"),
        (Decimal("-3"), True, "−3"),
    ],
)
def test_plain_amounts(amount: Decimal | None, signed: bool, text: str) -> None:
    """Amounts stand in the exchange's digits, without an exponent, with a true minus sign."""
    assert plain(amount, signed) == text


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [("0", "5", "A LONG opened 5"), ("5", "0", "A LONG closed"), ("5", "-7.5", "A LONG 5 → −7.5")],
)
def test_changes_of_size(before: str, now: str, text: str) -> None:
    """What became of a position is a few words."""
    assert change_of_size(key("A", "LONG"), Decimal(before), Decimal(now)) == text


@pytest.mark.parametrize(
    ("span_ms", "text"),
    [(0, "00:00:00"), (999, "00:00:00"), (192_000, "00:03:12"), (7_200_000, "02:00:00"), (-5, "00:00:00")],
)
def test_durations(span_ms: int, text: str) -> None:
    """A span is hours, minutes and seconds."""
    assert duration(span_ms) == text


def test_journal_keeps_the_newest() -> None:
    """The journal is bounded, and counts what it has ever written."""
    journal = Journal()
    for number in range(LONGEST + 5):
        journal.write(number, Kind.FILL, f"line {number}")
    lines: Iterator[Entry] = iter(journal)

    assert next(lines) == Entry(5, Kind.FILL, "line 5")
    assert (len(journal), journal.count) == (LONGEST, LONGEST + 5)


def test_hostile_words_do_not_reach_the_journal() -> None:
    """Symbols and assets in sentences are clean."""
    book = live_book()
    order = {
        "s": "\x1b[2J" + "x" * 999,
        "x": "TRADE",
        "S": "\u202eBUY",
        "l": "1",
        "L": "2",
        "n": "1",
        "N": "\x9b31m",
    }
    tell(book, event({"e": "ORDER_TRADE_UPDATE", "E": ms(1), "T": ms(1), "o": order}), 1)

    (entry,) = book.journal
    assert entry.text.isprintable()
    assert len(entry.text) < 300
