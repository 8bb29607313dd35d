"""Snapshots and events in one book: the newest word holds, whatever the order in which the words come."""

from decimal import Decimal

import pytest

from tests.book.wire import (
    ada,
    balance,
    change,
    event,
    key,
    live_book,
    lost,
    ms,
    opened_book,
    order_row,
    reopened,
    row,
    rows,
    sizes,
    take,
    tell,
    update,
)
from tui.book.health import Word
from tui.book.merge import LAG_MS

ADA = ("ADAUSDT", "BOTH")
LAG = LAG_MS / 1000


def test_snapshot_fills_an_empty_book() -> None:
    """The first snapshot tells all rows, with every figure of the page."""
    book = live_book(row("30"), row("-2", symbol="COMPUSDT"))

    assert sizes(book) == {ADA: "30", ("COMPUSDT", "BOTH"): "-2"}
    assert ada(book).liquidation_price == Decimal("0.1")
    assert ada(book).maintenance_margin == Decimal("0.15")
    assert book.take_changed() == {key(), key("COMPUSDT")}
    assert book.take_changed() == set()


def test_event_opens_changes_and_closes() -> None:
    """A position is opened, changed and closed by events alone, at once."""
    book = live_book()
    seen = []
    for at, amount in ((20, "5"), (21, "7.5"), (22, "0")):
        tell(book, update(change(amount), at=at), at)
        seen.append(sizes(book))

    assert seen == [{ADA: "5"}, {ADA: "7.5"}, {}]


def test_position_flips() -> None:
    """A long that becomes a short through one event is a short, with new figures."""
    book = live_book(row("30"))
    tell(book, update(change("-10", "0.5"), at=20), 20)

    assert sizes(book) == {ADA: "-10"}
    assert not ada(book).is_long
    assert ada(book).unrealized_pnl == 0


def test_closed_position_may_open_again() -> None:
    """After a close the same key opens anew, without anything of the old position."""
    book = live_book(row("30"))
    tell(book, update(change("0", "0"), at=20), 20)
    tell(book, update(change("4", "0.6"), at=21), 21)

    assert sizes(book) == {ADA: "4"}
    assert (ada(book).entry_price, ada(book).liquidation_price, ada(book).snapshot_ms) == (
        Decimal("0.6"),
        None,
        None,
    )


def test_event_makes_what_only_snapshots_tell_unknown() -> None:
    """After a change of size the liquidation price and the margins are not known until the next snapshot."""
    book = live_book(row("30"))
    tell(book, update(change("31"), at=20), 20)
    changed = ada(book)
    assert (changed.liquidation_price, changed.position_initial_margin, changed.maintenance_margin) == (
        None,
        None,
        None,
    )

    take(book, row("31", at=20), asked=20.3)
    assert ada(book).liquidation_price == Decimal("0.1")


def test_event_that_changes_nothing_leaves_the_margins() -> None:
    """An event that repeats size, entry and wallet leaves the snapshot's figures."""
    book = live_book(row("30"))
    tell(book, update(change("30"), at=20), 20)

    assert ada(book).liquidation_price == Decimal("0.1")
    assert ada(book).confirmed_ms == ms(20)


def test_older_event_is_ignored() -> None:
    """F14: an event that is older than what is known changes nothing."""
    book = live_book(row("30", at=8))
    tell(book, update(change("5"), at=20), 20)
    tell(book, update(change("7"), at=19), 20.1)
    tell(book, update(change("9"), at=7), 20.2)

    assert sizes(book) == {ADA: "5"}


def test_event_twice_is_once() -> None:
    """F13: the same event again changes nothing, not even whether a row has changed."""
    book = live_book(row("30"))
    opening = update(change("31"), at=20)
    tell(book, opening, 20)
    take(book, row("31", at=20), asked=21)
    before = ada(book)
    tell(book, opening, 22)

    assert sizes(book) == {ADA: "31"}
    assert ada(book).liquidation_price == before.liquidation_price


def test_late_duplicate_does_not_reopen() -> None:
    """F13: an event that comes again after its position was closed stays without effect, also after audits."""
    book = live_book()
    opening, closing = update(change("5"), at=20), update(change("0", "0"), at=21)
    tell(book, opening, 20)
    tell(book, closing, 21)
    for now in (22, 40, 60):
        tell(book, opening, now)
        assert sizes(book) == {}
        take(book, asked=now + 5)
    tell(book, opening, 70)
    assert sizes(book) == {}


def test_dropped_close_does_not_come_back() -> None:
    """F12, F13: a close that was dropped is found by an audit, and a late copy of the opening does not undo it."""
    book = live_book()
    opening = update(change("5"), at=20)
    tell(book, opening, 20)
    assert take(book, asked=40) == [key()]
    tell(book, opening, 41)

    assert sizes(book) == {}


def test_snapshot_that_is_older_than_an_event_does_not_win() -> None:
    """F15: a snapshot that shows the account of a moment ago does not undo what an event told since."""
    book = live_book(row("30", at=3))
    tell(book, update(change("50"), at=20), 20)
    assert take(book, row("30", at=3), asked=20.3) == []

    assert sizes(book) == {ADA: "50"}


def test_snapshot_that_does_not_know_a_position_yet_does_not_close_it() -> None:
    """F15: an answer without a row that an event has just opened leaves it open."""
    book = live_book()
    tell(book, update(change("5"), at=20), 20)
    assert take(book, asked=20 + LAG - 0.001) == []

    assert sizes(book) == {ADA: "5"}


def test_snapshot_that_still_knows_a_closed_position_does_not_open_it() -> None:
    """F15: an answer that still shows what an event has just closed opens nothing."""
    book = live_book(row("30", at=3))
    tell(book, update(change("0", "0"), at=20), 20)
    take(book, row("30", at=3), asked=20.3)

    assert sizes(book) == {}


def test_event_after_the_snapshot_that_knew_it_already() -> None:
    """F15: an event that a snapshot was faster than changes nothing more."""
    book = live_book(row("30", at=3))
    take(book, row("50", at=20), asked=20.1)
    take(book, row("60", at=21), asked=21.1)
    tell(book, update(change("50"), at=20), 21.4)

    assert sizes(book) == {ADA: "60"}


def test_snapshot_corrects_after_the_lag() -> None:
    """F12: what an event told wrongly, or a later one never told, is corrected by a snapshot that speaks for later."""
    book = live_book(row("30", at=3))
    tell(book, update(change("50"), at=20), 20)
    take(book, row("30", at=3), asked=20 + LAG)

    assert sizes(book) == {ADA: "30"}


@pytest.mark.parametrize("asked", [20 + LAG, 40])
def test_absence_closes_after_the_lag(asked: float) -> None:
    """F12: an answer without a row closes it once it speaks for a time after all that is known."""
    book = live_book()
    tell(book, update(change("5"), at=20), 20)

    assert take(book, asked=asked) == [key()]
    assert sizes(book) == {}


def test_dropped_resize_is_corrected() -> None:
    """F12: a change that no event told is found by the next snapshot."""
    book = live_book(row("30", at=3))

    assert take(book, row("12", "0.41", at=22), asked=25) == [key()]
    assert sizes(book) == {ADA: "12"}


def test_answer_of_an_earlier_epoch_is_ignored() -> None:
    """F16: an answer that was asked for before the connection was lost is not believed."""
    book = live_book(row("30", at=3))
    tell(book, update(change("50"), at=20), 20)
    lost(book, 20.5)
    reopened(book, 21)

    assert take(book, row("30", at=3), asked=20.4, now=21.5) == []
    assert sizes(book) == {ADA: "50"}
    assert book.health.audited_ms == ms(10)


def test_answers_out_of_their_order() -> None:
    """F16: an older answer that comes after a newer one changes nothing."""
    book = live_book(row("30", at=3))
    take(book, row("50", at=20), asked=25)
    take(book, row("30", at=3), asked=19, now=25.5)

    assert sizes(book) == {ADA: "50"}
    assert book.health.audited_ms == ms(25)


def test_row_of_orders_is_shown_and_goes() -> None:
    """A row of open orders alone is known with amount 0, is no position, and goes when the orders do."""
    book = live_book(order_row())
    assert sizes(book) == {ADA: "0.000"}
    assert (ada(book).is_open, book.symbols) == (False, set())
    assert ada(book).open_order_initial_margin == Decimal("23.75")

    assert take(book, asked=25) == []
    assert sizes(book) == {}


def test_row_of_orders_becomes_a_position_and_again_a_row() -> None:
    """A fill turns a row of orders into a position; its close leaves what the next snapshot says of the orders."""
    book = live_book(order_row())
    tell(book, update(change("5"), at=20), 20)
    assert sizes(book) == {ADA: "5"}
    tell(book, update(change("0", "0"), at=21), 21)
    assert sizes(book) == {}

    assert take(book, order_row(), asked=30) == []
    assert sizes(book) == {ADA: "0.000"}


def test_row_of_orders_counts_as_absent() -> None:
    """A row without a time does not undo an event that it may not know, and closes a position after the lag."""
    book = live_book()
    tell(book, update(change("5"), at=20), 20)
    take(book, order_row(), asked=22)
    assert sizes(book) == {ADA: "5"}

    assert take(book, order_row(), asked=20 + LAG) == [key()]
    assert sizes(book) == {ADA: "0.000"}


def test_position_without_a_time_is_shown() -> None:
    """A row with a size and without a time, as the English page shows it, is a position; snapshots keep it current."""
    book = live_book(row("1.000", updateTime=0))
    assert sizes(book) == {ADA: "1.000"}
    take(book, row("2.000", updateTime=0), asked=25)

    assert sizes(book) == {ADA: "2.000"}


def test_unreadable_size_is_no_close_and_no_audit() -> None:
    """A row whose size cannot be read leaves what is known, ages it, and makes the snapshot no audit."""
    book = live_book(row("30", at=3))
    assert take(book, row("30", positionAmt="") | {"positionAmt": "many"}, asked=25) == []

    assert sizes(book) == {ADA: "30"}
    assert (book.health.audited_ms, ada(book).confirmed_ms) == (ms(10), ms(10))
    assert book.health.protocol_errors == 1
    assert book.word(ms(35)) is Word.STALE


def test_unreadable_size_of_an_unknown_position_is_no_empty_account() -> None:
    """ "No positions" is not said of an account with a row whose size cannot be read."""
    book = opened_book()
    take(book, {"symbol": "ADAUSDT", "positionSide": "BOTH", "positionAmt": None}, asked=10)

    assert book.health.audited_ms is None
    assert not book.health.is_synced


def test_unreadable_size_in_an_event_leaves_what_is_known() -> None:
    """An event whose size cannot be read changes nothing but the count of errors."""
    book = live_book(row("30", at=3))
    tell(book, update(change("NaN"), at=20), 20)

    assert sizes(book) == {ADA: "30"}
    assert book.health.protocol_errors == 1
    assert "ADAUSDT" in book.health.last_protocol_error


def test_time_from_the_future_does_not_freeze_a_row() -> None:
    """An event whose time is rubbish is believed for a moment, not for ever."""
    book = live_book(row("30", at=3))
    tell(book, update(change("50"), at=9_000_000), 20)
    assert sizes(book) == {ADA: "50"}

    take(book, row("30", at=3), asked=30)
    assert sizes(book) == {ADA: "30"}


def test_row_from_the_future_does_not_freeze_a_row() -> None:
    """A snapshot's row whose time is rubbish counts as one without a time."""
    book = live_book(row("30", updateTime=ms(9_000_000)))
    tell(book, update(change("50"), at=20), 20)

    assert sizes(book) == {ADA: "50"}


def test_one_symbol_watch_ignores_others() -> None:
    """Under a one-symbol watch events of other symbols open nothing."""
    book = opened_book(5)
    book.only_symbol = "ADAUSDT"
    tell(book, update(change("5", symbol="COMPUSDT"), change("7"), at=6), 6)

    assert sizes(book) == {ADA: "7"}


def test_events_of_coin_m_are_another_books() -> None:
    """COIN-M's events, which may come on the same stream, open nothing in the USD-M book."""
    book = live_book()
    tell(book, update(change("928", symbol="ADAUSD_PERP"), at=20, i="ALIAS"), 20)
    tell(book, update(at=21, i="ALIAS", reason="DEPOSIT", balances=[balance("USDT", "5")]), 21)
    take(book, row("928", symbol="ADAUSD_PERP"), asked=25)

    assert sizes(book) == {}
    assert book.account is not None
    assert book.account.wallet_balance == Decimal(100)


def test_funding_without_positions_changes_no_row() -> None:
    """F34: an event with an empty `P` says nothing of positions."""
    book = live_book(row("30"), row("-2", symbol="COMPUSDT"))
    book.take_changed()
    for reason in ("FUNDING_FEE", "DEPOSIT", "ORDER", "SOMETHING_NEW"):
        tell(book, update(at=20, reason=reason), 20)

    assert len(book.positions) == 2
    assert book.take_changed() == set()


def test_event_names_one_key_and_changes_one() -> None:
    """An event changes the row that it names, and no other."""
    book = live_book(row("30"), row("-2", symbol="COMPUSDT"))
    book.take_changed()
    comp = book.positions[key("COMPUSDT")]
    tell(book, update(change("31"), at=20), 20)

    assert book.take_changed() == {key()}
    assert book.positions[key("COMPUSDT")] is comp


def test_zero_row_of_both_leaves_the_sides() -> None:
    """F36: in hedge mode the BOTH row of 0 that comes along deletes neither LONG nor SHORT."""
    long = row("30", positionSide="LONG")
    book = live_book(long, row("-12", positionSide="SHORT"))
    zero, more = change("0", "0"), change("40", side="LONG")
    tell(book, update(zero, more, change("-12", side="SHORT"), at=20), 20)

    assert sizes(book) == {("ADAUSDT", "LONG"): "40", ("ADAUSDT", "SHORT"): "-12"}
    assert book.position_mode == "hedge"


def test_sides_of_a_symbol_are_two_rows() -> None:
    """F36: closing one side leaves the other."""
    book = live_book(row("30", positionSide="LONG"), row("-12", positionSide="SHORT"))
    tell(book, update(change("0", "0"), change("0", "0", side="LONG"), at=20), 20)

    assert sizes(book) == {("ADAUSDT", "SHORT"): "-12"}


def test_mode_switches_while_rows_are_open() -> None:
    """F36: after a switch from one-way to hedge the old row goes and the new ones come."""
    book = live_book(row("30", at=3))
    assert book.position_mode == "one-way"
    take(book, row("30", at=22, positionSide="LONG"), asked=30)

    assert sizes(book) == {("ADAUSDT", "LONG"): "30"}
    assert book.position_mode == "hedge"


def test_mode_of_an_empty_account_is_unknown() -> None:
    """Without a row nothing shows the mode."""
    assert live_book().position_mode is None


def test_first_position_and_last_close() -> None:
    """F47: an empty account gets its first position, and is empty again after its close, audited each time."""
    book = live_book()
    tell(book, update(change("5"), at=20), 20)
    assert book.symbols == {"ADAUSDT"}
    tell(book, update(change("0", "0.00000"), at=21), 21)
    take(book, asked=30)

    assert (book.positions, book.symbols, book.health.audited_ms) == ({}, set(), ms(30))


def test_same_key_twice_in_one_snapshot() -> None:
    """A row that comes twice, as a page's example shows it, is one row."""
    book = live_book(row("30"), row("30"))

    assert sizes(book) == {ADA: "30"}


@pytest.mark.parametrize("kind", ["TRADE_LITE", "ORDER_TRADE_UPDATE", "ALGO_UPDATE"])
def test_only_account_updates_move_positions(kind: str) -> None:
    """Fills are told twice by other events: positions are never added up from them."""
    book = live_book(row("30"))
    order = {"s": "ADAUSDT", "x": "TRADE", "X": "FILLED", "q": "5", "l": "5", "L": "0.4", "S": "BUY", "t": 1}
    tell(book, event({"e": kind, "E": ms(20), "T": ms(20), "s": "ADAUSDT", "o": order}), 20)

    assert sizes(book) == {ADA: "30"}
    assert book.health.user.data_ms == ms(20)


def test_unreadable_entry_price_contradicts_nothing() -> None:
    """A snapshot whose entry price cannot be read is no correction of what is known."""
    book = live_book(row("30"))
    unreadable = rows({"symbol": "ADAUSDT", "positionSide": "BOTH", "positionAmt": "30", "entryPrice": ""})

    assert book.take_positions(unreadable, ms(30), ms(30)) == []
