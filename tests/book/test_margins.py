"""Which margins may be shown: those that a snapshot of the account tells of the positions and balances of now."""

from typing import Any

import pytest

from tests.book.wire import (
    balance,
    change,
    event,
    leverage,
    live_book,
    lost,
    ms,
    row,
    take,
    take_account,
    tell,
    update,
)
from tui.book.book import Book

HELD = ("initial_margin", "maintenance_margin", "margin_balance", "wallet_balance", "cross_wallet_balance")


def held(amount: str, *, at: float = 0, symbol: str = "ADAUSDT") -> dict[str, Any]:
    """Return one entry of `positions` in an answer of the account."""
    return {"symbol": symbol, "positionSide": "BOTH", "positionAmt": amount, "updateTime": ms(at)}


def has_margins(book: Book) -> bool:
    """Whether the book says that its margins hold."""
    assert book.account is not None
    return book.account.has_margins


def traded_book(at: float = 20) -> Book:
    """Return a live book in which an event has just doubled a position."""
    book = live_book(row("30"))
    tell(book, update(change("60"), at=at, balances=[balance("USDT", "99")]), at)
    return book


def test_event_makes_margins_unknown_until_a_snapshot_tells_of_it() -> None:
    """An answer that holds the new amount and the new balance tells of the event, however early it was asked for."""
    book = traded_book()
    assert not has_margins(book)

    take_account(book, asked=20.3, wallet="99", positions=[held("60", at=20)])
    assert has_margins(book)


@pytest.mark.parametrize(
    ("wallet", "positions"),
    [
        ("99", [held("30")]),
        ("100", [held("60", at=20)]),
        ("99", [held("60", at=19)]),
        ("99", [held("60", at=20), held("1", symbol="BTCUSDT")]),
        ("99", [{**held("60", at=20), "positionAmt": None}]),
        ("99", []),
        ("99", None),
    ],
)
def test_snapshot_of_another_moment_has_no_margins(
    wallet: str, positions: list[dict[str, Any]] | None
) -> None:
    """Another amount, balance, time or row shows that its margins are of another book; so may one that says nothing."""
    book = traded_book()
    take_account(book, asked=22.9, wallet=wallet, positions=positions)

    assert not has_margins(book)


def test_snapshot_asked_for_late_enough_needs_no_proof() -> None:
    """A snapshot is never older than the lag: from then on it shows the event."""
    book = traded_book()
    take_account(book, asked=23, wallet="99")

    assert has_margins(book)


def test_event_that_crosses_a_snapshot_is_looked_for_in_it() -> None:
    """An event that comes after an answer takes its margins away, unless the answer had told of it already."""
    knew, did_not = live_book(row("30")), live_book(row("30"))
    take_account(knew, asked=20, wallet="99", positions=[held("60", at=19.9)])
    take_account(did_not, asked=20, wallet="100", positions=[held("30")])
    for book in (knew, did_not):
        tell(book, update(change("60"), at=19.9, balances=[balance("USDT", "99")]), 20.3)

    assert (has_margins(knew), has_margins(did_not)) == (True, False)


def test_funding_without_positions_needs_the_new_balance() -> None:
    """A balance alone may change what is available."""
    book = live_book(row("30"))
    tell(book, update(at=20, reason="FUNDING_FEE", balances=[balance("USDT", "98")]), 20)
    take_account(book, asked=20.3, wallet="100", positions=[held("30")])
    assert not has_margins(book)

    take_account(book, asked=20.4, wallet="98", positions=[held("30")])
    assert has_margins(book)


def test_change_that_only_an_audit_found_makes_margins_unknown() -> None:
    """An answer from before an unseen change is of another book."""
    book = live_book(row("30"))
    take(book, row("60", at=15), asked=20)

    assert not has_margins(book)


def test_leverage_is_waited_for() -> None:
    """Amounts do not show whether margins are those of the new leverage."""
    book = live_book(row("30"))
    tell(book, leverage(20, at=20), 20)
    take_account(book, asked=20.3, positions=[held("30")])
    assert not has_margins(book)

    take_account(book, asked=23, positions=[held("30")])
    assert has_margins(book)


def test_narrowed_book_waits_the_lag() -> None:
    """A book that holds one symbol cannot see the amounts of the others."""
    book = traded_book()
    book.only_symbol = "ADAUSDT"
    take_account(book, asked=22.9, wallet="99", positions=[held("60", at=20)])
    assert not has_margins(book)

    take_account(book, asked=23, wallet="99")
    assert has_margins(book)


def test_gap_may_have_changed_margins() -> None:
    """After a gap an answer may be from within it: it has to agree with the positions, or come late enough."""
    book = live_book(row("30"))
    lost(book, 30)
    take(book, row("60", at=29), asked=30.1)
    take_account(book, asked=30.1, positions=[held("30")])
    assert not has_margins(book)

    take_account(book, asked=30.2, positions=[held("60", at=29)])
    assert has_margins(book)


def test_asset_mode_makes_totals_unknown() -> None:
    """The totals count something else from then on: they are unknown until a snapshot that knows it."""
    mode = event({"e": "ACCOUNT_CONFIG_UPDATE", "T": ms(20), "E": ms(20), "ai": {"j": True}})
    book = live_book(row("30"))
    tell(book, mode, 20)
    assert {getattr(book.account, name) for name in HELD} == {None}

    take_account(book, asked=20.3, wallet="255")
    assert {getattr(book.account, name) for name in HELD} == {None}

    take_account(book, asked=23, wallet="255", totalInitialMargin="7")
    assert book.account is not None
    assert (str(book.account.wallet_balance), str(book.account.initial_margin)) == ("255", "7")
