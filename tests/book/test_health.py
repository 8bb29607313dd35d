"""How far the picture can be trusted: gaps, audits, ages, and the one word."""

from decimal import Decimal

import pytest

from tests.book.wire import (
    ada,
    change,
    event,
    key,
    live_book,
    lost,
    mark,
    ms,
    opened_book,
    order_row,
    reopened,
    row,
    sizes,
    take,
    take_account,
    tell,
    update,
)
from tui.book.book import Book, Gap
from tui.book.health import (
    ACCOUNT_LIMIT_MS,
    POSITION_LIMIT_MS,
    Feed,
    Freshness,
    Health,
    Transport,
    Word,
)
from tui.book.journal import Kind
from tui.book.merge import LAG_MS, closes_gap

LAG = LAG_MS / 1000
LIVE_ROW = Freshness(0, 0, True, True)
STALE_ROW = Freshness(0, 6_000, True, False)


def health(**fields: object) -> Health:
    """A picture that is whole at second 100."""
    whole = {"is_synced": True, "audited_ms": ms(100), "opened_ms": ms(1), "gap_ms": ms(0)}
    made = Health(**{**whole, **fields})  # type: ignore[arg-type]
    made.api.transport = Transport.OPEN
    return made


@pytest.mark.parametrize(
    ("transport", "fields", "oldest", "account_s", "word"),
    [
        (Transport.OPEN, {}, None, 100, Word.LIVE),
        (Transport.OPEN, {}, LIVE_ROW, 100, Word.LIVE),
        (Transport.OPEN, {}, STALE_ROW, 100, Word.STALE),
        (Transport.OPEN, {"is_synced": False}, LIVE_ROW, 100, Word.SYNCING),
        (Transport.OPEN, {"is_synced": False}, STALE_ROW, 100, Word.SYNCING),
        (Transport.OPEN, {"gap_ms": ms(99)}, LIVE_ROW, 98, Word.SYNCING),
        (Transport.OPEN, {"audited_ms": None}, None, 100, Word.CONNECTING),
        (Transport.OPEN, {}, LIVE_ROW, None, Word.CONNECTING),
        (Transport.CONNECTING, {"audited_ms": None}, None, None, Word.CONNECTING),
        (Transport.DOWN, {"audited_ms": None}, None, None, Word.CONNECTING),
        (Transport.DOWN, {}, LIVE_ROW, 100, Word.LOST),
        (Transport.CONNECTING, {}, LIVE_ROW, 100, Word.LOST),
        (Transport.DOWN, {"is_synced": False}, None, 100, Word.LOST),
        (Transport.REFUSED, {}, LIVE_ROW, 100, Word.REFUSED),
        (Transport.REFUSED, {"audited_ms": None}, None, None, Word.REFUSED),
        (Transport.BANNED, {}, LIVE_ROW, 100, Word.BANNED),
        (Transport.BANNED, {"audited_ms": None}, None, None, Word.BANNED),
    ],
)
def test_word(
    transport: Transport,
    fields: dict[str, object],
    oldest: Freshness | None,
    account_s: int | None,
    word: Word,
) -> None:
    """One word sums it up: LIVE only when everything is fresh, CONNECTING only before the first data."""
    picture = health(**fields)
    picture.api.transport = transport

    assert picture.word(ms(100), oldest, None if account_s is None else ms(account_s)) is word


@pytest.mark.parametrize(
    ("age_ms", "account_age_ms", "word"),
    [
        (POSITION_LIMIT_MS, 0, Word.LIVE),
        (POSITION_LIMIT_MS + 1, 0, Word.STALE),
        (0, ACCOUNT_LIMIT_MS, Word.LIVE),
        (0, ACCOUNT_LIMIT_MS + 1, Word.STALE),
    ],
)
def test_word_of_an_old_audit(age_ms: int, account_age_ms: int, word: Word) -> None:
    """Without a recent audit and recent totals nothing is LIVE, also where there is no row to grow old."""
    now = ms(1000)
    picture = health(audited_ms=now - age_ms)

    assert picture.word(now, None, now - account_age_ms) is word


def test_words_are_their_own_text() -> None:
    """Each word is shown as it is written."""
    words = {"LIVE", "SYNCING", "STALE", "LOST", "REFUSED", "BANNED", "CONNECTING"}

    assert {str(word) for word in Word} == words


def test_new_book_is_connecting() -> None:
    """A book that knows nothing says so, and not that there are no positions."""
    assert Book().word(ms(0)) is Word.CONNECTING


def test_book_is_live_after_an_audit() -> None:
    """With both snapshots after the stream's opening, and fresh marks, the picture is live."""
    book = live_book(row("30"))

    assert book.word(ms(10)) is Word.LIVE
    assert book.is_told(ms(10))


@pytest.mark.parametrize("second", [15.001, 16, 30])
def test_old_mark_is_not_live(second: float) -> None:
    """Without a mark price for five seconds the figures made from it do not hold; size and entry do."""
    book = live_book(row("30"))
    age = book.freshness(ada(book), ms(second))

    assert (age.is_live, age.is_marked, age.is_confirmed) == (False, False, True)
    assert age.stale_ms == age.mark_age_ms == round((second - 10) * 1000)
    assert book.word(ms(second)) is Word.STALE


def test_old_confirmation_is_not_live() -> None:
    """Without a word about size and entry for twenty seconds nothing of the row holds, fresh mark or not."""
    book = live_book(row("30"))
    tell(book, mark("0.5", at=31), 31)
    age = book.freshness(ada(book), ms(31))

    assert (age.is_confirmed, age.is_marked, age.is_live, age.mark_age_ms) == (False, False, False, 0)
    assert age.stale_ms == age.position_age_ms == 21_000


def test_live_row_has_no_stale_age() -> None:
    """A live row tells no age of what is stale."""
    assert LIVE_ROW.is_live
    assert LIVE_ROW.stale_ms is None


def test_row_without_a_mark_is_not_live() -> None:
    """A row that has no mark price yet is not live, and has no age of one; what Binance says is told all the same."""
    book = live_book(row("30", markPrice="0"))
    age = book.freshness(ada(book), ms(10))

    assert (age.is_live, age.mark_age_ms, age.stale_ms) == (False, None, None)
    assert book.word(ms(10)) is Word.STALE
    assert book.is_told(ms(10))


def test_missing_price_does_not_hide_a_stale_one() -> None:
    """A picture with one price missing is told only while everything else is fresh."""
    book = live_book(row("30"), row("5", symbol="XRPUSDT", markPrice="0"))

    assert book.is_told(ms(14))
    assert not book.is_told(ms(16))


def test_ages_are_never_negative() -> None:
    """F24: what comes from a little ahead of our clock is 0 old."""
    book = live_book(row("30"))
    tell(book, mark("0.5", at=12), 12)
    age = book.freshness(ada(book), ms(9))

    assert (age.position_age_ms, age.mark_age_ms) == (0, 0)
    assert book.health.mark.age_ms(ms(11)) == 0
    assert book.health.mark.age_ms(ms(14)) == 2_000
    assert Feed(name="x").age_ms(ms(11)) is None


def test_one_stale_row_makes_the_picture_stale() -> None:
    """The word is that of the worst row; rows of orders alone have no price to grow old."""
    book = live_book(row("30"), row("-2", symbol="COMPUSDT"), order_row("XRPUSDT"))
    tell(book, mark("0.5", at=15), 15)
    assert book.word(ms(16)) is Word.STALE

    tell(book, mark("0.5", at=15, symbol="COMPUSDT"), 15)
    assert book.word(ms(16)) is Word.LIVE


def test_snapshot_of_before_the_opening_does_not_close_the_gap() -> None:
    """A snapshot closes a gap only when it shows everything that happened before the stream was opened."""
    book = opened_book(100)
    take_account(book, asked=100)
    words = []
    for asked in (100, 100 + LAG - 0.001, 100 + LAG):
        take(book, asked=asked)
        words.append(book.word(ms(asked)))

    assert words == [Word.SYNCING, Word.SYNCING, Word.LIVE]
    assert closes_gap(ms(3), ms(0))
    assert not closes_gap(ms(2.999), ms(0))


def test_without_a_user_stream_snapshots_are_enough() -> None:
    """Where no stream is wanted every snapshot is the picture."""
    book = Book()
    book.health.api.transport = Transport.OPEN
    take(book, asked=1)
    take_account(book, asked=1)

    assert book.health.user.transport is Transport.OFF
    assert book.word(ms(1)) is Word.LIVE


@pytest.mark.parametrize("transport", [Transport.CONNECTING, Transport.DOWN, Transport.REFUSED])
def test_wanted_user_stream_that_is_not_open_leaves_a_gap(transport: Transport) -> None:
    """While a stream is wanted and not open, changes may be missed between snapshots: the picture is not whole."""
    book = opened_book()
    book.health.user.transport = transport
    take(book, asked=50)
    take_account(book, asked=50)

    assert book.word(ms(50)) is Word.SYNCING


def test_lost_stream_begins_an_epoch() -> None:
    """After a loss nothing that is known holds: facts stay with their age, and nothing is live until an audit."""
    book = live_book(row("30"))
    book.take_changed()
    lost(book, 11)

    assert (book.health.epoch, book.health.is_synced, sizes(book)) == (1, False, {("ADAUSDT", "BOTH"): "30"})
    assert not book.freshness(ada(book), ms(11)).is_confirmed
    assert book.word(ms(11)) is Word.SYNCING
    assert book.take_changed() == {key()}


def test_reopened_stream_is_live_after_an_audit() -> None:
    """A new connection is live only when snapshots of its own time have come, of positions and of totals."""
    book = live_book(row("30"))
    lost(book, 11)
    reopened(book, 12)
    take(book, row("30"), asked=12 + LAG)
    words = [book.word(ms(12 + LAG))]
    take_account(book, asked=12 + LAG)

    assert [*words, book.word(ms(12 + LAG))] == [Word.SYNCING, Word.LIVE]


def test_events_of_a_new_connection_count_before_its_audit() -> None:
    """What a new connection tells is taken at once, although the picture is not whole yet."""
    book = live_book(row("30", at=3))
    lost(book, 11)
    reopened(book, 12)
    tell(book, update(change("40"), at=12.5), 12.5)
    take(book, row("30", at=3), asked=13)

    assert sizes(book) == {("ADAUSDT", "BOTH"): "40"}
    assert book.freshness(ada(book), ms(13)).is_confirmed


def test_gap_while_the_stream_stays_open() -> None:
    """F46: after a sleep an open stream proves nothing: only a snapshot of after the waking makes it whole."""
    book = live_book(row("30"))
    book.begin_epoch(ms(7200))
    take(book, row("30"), asked=7200.1)
    assert not book.health.is_synced

    take(book, row("30"), asked=7200 + LAG)
    assert book.health.is_synced


def test_gap_tells_what_changed_while_away() -> None:
    """After a gap its length and the positions that came, went or changed are told."""
    book = live_book(row("30"), row("-2", symbol="COMPUSDT"), row("7", symbol="BNBUSDT"))
    lost(book, 20)
    reopened(book, 205)
    take(
        book,
        row("31"),
        row("7", symbol="BNBUSDT"),
        row("9", symbol="XRPUSDT", positionSide="LONG"),
        asked=211.8,
    )

    changes = ("ADAUSDT 30 → 31", "COMPUSDT closed", "XRPUSDT LONG opened 9")
    assert book.last_gap == Gap(ms(20), ms(212), changes)
    assert [entry.text for entry in book.journal if entry.kind is Kind.CONNECTION] == [
        "Away 00:03:12; changed while away: ADAUSDT 30 → 31; COMPUSDT closed; XRPUSDT LONG opened 9."
    ]
    assert book.health.away_since_ms is None


def test_gap_without_changes_says_so() -> None:
    """A gap in which nothing happened is told as well; open orders are no change."""
    book = live_book(row("30"), order_row("XRPUSDT"))
    lost(book, 20)
    reopened(book, 21)
    take(book, row("30"), order_row("BNBUSDT"), asked=25)

    assert [entry.text for entry in book.journal] == ["Away 00:00:05; changed while away: no position."]


def test_gaps_in_a_row_are_one() -> None:
    """A connection that is lost again before it was whole goes on being away."""
    book = live_book(row("30"))
    lost(book, 20)
    reopened(book, 21)
    take(book, row("31"), asked=22)
    lost(book, 30)
    assert book.health.away_since_ms == ms(20)
    reopened(book, 31)
    take(book, row("32"), asked=35)

    assert book.last_gap == Gap(ms(20), ms(35.2), ("ADAUSDT 30 → 32",))
    assert book.health.epoch == 2


def test_start_is_no_gap() -> None:
    """The first connection was not away."""
    book = opened_book(5)
    book.begin_epoch(ms(6))
    reopened(book, 6)
    take(book, row("30"), asked=20)

    assert (book.last_gap, len(book.journal)) == (None, 0)


def test_clock_that_was_ahead_leaves_nothing_in_the_future() -> None:
    """F24: when the clock is set back, nothing that has a later time looks fresh for longer."""
    book = live_book(row("30"))
    tell(book, mark("0.5", at=12), 12)
    book.begin_epoch(ms(-100))
    health = book.health

    assert (ada(book).mark_time_ms, ada(book).confirmed_ms, health.audited_ms) == (
        None,
        ms(-100) - 1,
        ms(-100) - 1,
    )
    assert (health.opened_ms, health.mark.data_ms, health.api.data_ms) == (ms(-100), ms(-100), ms(-100))
    assert book.account is not None
    assert book.account.snapshot_ms == ms(-100) - 1


def test_audit_that_finds_a_change_is_a_missed_event() -> None:
    """F12: a change that no event has told within the lag is counted once, and told."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    assert book.take_missed(ms(25.2 + LAG) - 1) == []
    assert book.take_missed(ms(25.2 + LAG)) == [key()]
    assert book.take_missed(ms(60)) == []

    assert book.health.missed_events == 1
    (entry,) = book.journal
    assert (entry.kind, entry.key) == (Kind.AUDIT, key())
    assert entry.text == "ADAUSDT: an audit found a change that no event had told; corrected."


def test_event_that_comes_a_little_later_was_not_missed() -> None:
    """F15: a snapshot that was faster than the event has found nothing wrong."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    tell(book, update(change("31"), at=24), 26)

    assert book.take_missed(ms(60)) == []
    assert book.health.missed_events == 0


def test_older_event_does_not_excuse_a_missed_one() -> None:
    """An event of before the change that the audit found was not the missing one."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    tell(book, update(change("30"), at=23), 26)

    assert book.take_missed(ms(60)) == [key()]


def test_missed_close_is_a_missed_event() -> None:
    """F12: a close that no event told is found, corrected and counted."""
    book = live_book(row("30", at=3))

    assert take(book, asked=25) == [key()]
    assert book.take_missed(ms(30)) == [key()]


def test_two_audits_of_one_missed_event_count_once() -> None:
    """A change that two snapshots show before it is counted is one."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    take(book, row("31", at=24), asked=26)

    assert book.take_missed(ms(30)) == [key()]
    assert book.health.missed_events == 1


def test_two_missed_events_of_one_row_do_not_wait_for_each_other() -> None:
    """A second change that an audit finds does not put off the count of the first."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    take(book, row("32", at=26), asked=27)

    assert book.take_missed(ms(25.2 + LAG)) == [key()]


@pytest.mark.parametrize("transport", [Transport.OFF, Transport.DOWN, Transport.CONNECTING])
def test_changes_between_polls_are_no_missed_events(transport: Transport) -> None:
    """Without an open stream nobody could have told."""
    book = live_book(row("30"))
    book.health.user.transport = transport

    assert take(book, row("31", at=24), asked=25) == []
    assert book.take_missed(ms(60)) == []


def test_changes_in_a_gap_are_no_missed_events() -> None:
    """What the first audit of a new connection finds was the gap's."""
    book = live_book(row("30"))
    lost(book, 20)
    reopened(book, 21)

    assert take(book, row("31", at=20.5), asked=25) == []


def test_open_orders_are_no_missed_event() -> None:
    """Orders come and go without an event: rows that exist for them alone are no correction."""
    book = live_book(row("30"))

    assert take(book, row("30"), order_row("XRPUSDT"), asked=25) == []
    assert take(book, row("30"), asked=40) == []


def test_gap_forgets_what_was_suspected() -> None:
    """When the stream is lost anyway, a change that was not told yet is the gap's."""
    book = live_book(row("30"))
    take(book, row("31", at=24), asked=25)
    lost(book, 26)

    assert book.take_missed(ms(60)) == []


def test_unknown_events_are_counted() -> None:
    """F35: an event of an unknown kind is counted, and is a sign of life."""
    book = live_book()
    tell(book, event({"e": "NEW_THING"}), 20)

    assert (book.health.unknown_events, book.health.user.data_ms) == (1, ms(20))


@pytest.mark.parametrize("kind", ["listenKeyExpired", "serverShutdown"])
def test_words_about_the_connection_change_nothing(kind: str) -> None:
    """What concerns the connection alone leaves the book as it is."""
    book = live_book(row("30"))
    book.take_changed()
    tell(book, event({"e": kind, "E": ms(20)}), 20)

    assert (book.take_changed(), len(book.journal)) == (set(), 0)


def test_feeds_have_their_names_and_order() -> None:
    """The three feeds are named in the order in which the screen shows them."""
    assert [feed.name for feed in Health().feeds] == ["mark", "user", "api"]


def test_no_positions_only_after_an_audit() -> None:
    """F47: an empty book is no empty account until a snapshot of this epoch has said so."""
    book = opened_book(5)
    tell(book, update(change("5"), at=6), 6)
    tell(book, update(change("0", "0"), at=7), 7)
    assert (book.positions, book.health.audited_ms, book.word(ms(7))) == ({}, None, Word.CONNECTING)

    take(book, asked=12)
    take_account(book, asked=12)
    assert (book.health.audited_ms, book.word(ms(12))) == (ms(12), Word.LIVE)


def test_account_totals_are_kept_by_name() -> None:
    """Totals stand under the account's name and its book."""
    book = Book("second")
    take_account(book, asked=1, wallet="7")

    assert [(one.account, one.book) for one in book.accounts] == [("second", "usdm")]
    assert book.account is not None
    assert book.account.wallet_balance == Decimal(7)
