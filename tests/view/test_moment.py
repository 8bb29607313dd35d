"""The book at this moment: the same word as the book's, and no work while nothing changes."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.view.hand import MANY, NOW, HandSource, account, key, position
from tui.book.health import Transport, Word
from tui.view.account_now import account_now
from tui.view.moment import Moment
from tui.view.panels.risk_line import Risk


def lose(source: HandSource) -> None:
    """Cut the account connection."""
    source.book.health.api.transport = Transport.DOWN


def resync(source: HandSource) -> None:
    """Begin a new epoch."""
    source.hand.begin_epoch(source.now)


def refuse(source: HandSource) -> None:
    """Refuse the key."""
    source.book.health.api.transport = Transport.REFUSED


def forget(source: HandSource) -> None:
    """Know nothing yet."""
    source.hand.balances.account = None


def wait(source: HandSource) -> None:
    """Hear no mark price for a while."""
    source.now += 6_000


@pytest.mark.parametrize(
    ("happen", "word"),
    [
        (lambda source: None, Word.LIVE),
        (lose, Word.LOST),
        (resync, Word.SYNCING),
        (refuse, Word.REFUSED),
        (forget, Word.CONNECTING),
        (wait, Word.STALE),
    ],
)
def test_word_is_the_books(happen: Callable[[HandSource], None], word: Word) -> None:
    """Whatever happens, the moment says the word that the book says."""
    source = HandSource(*(position(symbol) for symbol in "AB"))
    moment = Moment(source)
    moment.advance()
    happen(source)
    moment.advance()

    assert moment.word == source.book.word(source.now) == word


def test_nothing_is_looked_at_while_nothing_changes() -> None:
    """Within a second without news there is nothing to paint, and the rows are not read again."""
    source = HandSource(*MANY)
    moment = Moment(source)
    moment.advance()
    version = moment.version
    source.now += 400

    assert (moment.advance(), moment.version) == (False, version)


def test_first_aged_row_is_noticed_at_once() -> None:
    """The moment a mark price passes its limit, everything is looked at again."""
    source = HandSource(position("A"))
    moment = Moment(source)
    source.now = NOW + 5_000
    moment.advance()
    before = moment.rows.unmarked
    source.now += 1

    assert (before, moment.advance(), moment.rows.unmarked) == (0, True, 1)


def age_mark(source: HandSource) -> None:
    """Have a mark price be the first that grows too old."""
    source.hand.change(key("A"), mark_time_ms=NOW - 4_000)


def age_audit(source: HandSource) -> None:
    """Have the list of the rows be that."""
    source.hand.change(key("A"), mark_time_ms=NOW + 60_000)
    source.hand.health.audited_ms = NOW - 19_000


def age_account(source: HandSource) -> None:
    """Have the totals be that."""
    source.hand.change(key("A"), mark_time_ms=NOW + 60_000)
    told = source.hand.account
    assert told is not None
    told.snapshot_ms = NOW - 34_000


@pytest.mark.parametrize("age", [age_mark, age_audit, age_account])
def test_moment_in_which_something_grows_too_old_is_known(age: Callable[[HandSource], None]) -> None:
    """The clock is to be looked at when the first limit passes: until then the screen is LIVE, and then no more."""
    source = HandSource(position("A"))
    age(source)
    moment = Moment(source)
    moment.advance(source.book.take_changed())
    due_ms = round(moment.due * 1000)

    source.now = NOW + due_ms - 1
    moment.advance()
    before = moment.word
    source.now += 1
    moment.advance()

    assert (due_ms, before, moment.word) == (1_001, Word.LIVE, Word.STALE)


def test_ages_of_what_does_not_hold_are_watched() -> None:
    """While something is wrong ages follow the clock in quarters of a second."""
    source = HandSource(position("A"))
    moment = Moment(source)
    lose(source)
    moment.advance()
    source.now += round(moment.due * 1000)

    assert (moment.due, moment.advance()) == (0.25, True)


def test_state_of_a_feed_is_noticed_at_once() -> None:
    """A change of a connection is painted without waiting for data."""
    source = HandSource()
    moment = Moment(source)
    moment.advance()
    lose(source)

    assert moment.advance()


def test_account_moves_with_the_marks() -> None:
    """In single-asset mode PNL and margin balance follow the rows between two snapshots."""
    source = HandSource(position("A"), position("B"))
    moment = Moment(source)
    moment.advance()
    now = account_now(moment.first)

    assert now is not None
    assert (str(now.unrealized_pnl), str(now.margin_balance)) == ("40.00", "1040.00000000")


def test_account_stands_while_marks_are_silent() -> None:
    """Without mark prices the snapshot's PNL stands for 5 s, then it is unknown."""
    source = HandSource(position("A", mark_time_ms=None))
    moment = Moment(source)
    pnl = []
    for age_ms in (5_000, 5_001):
        source.now = NOW + age_ms
        moment.advance()
        now = account_now(moment.first)
        pnl.append(None if now is None else str(now.unrealized_pnl))

    assert pnl == ["20.00000000", "None"]


def test_old_totals_do_not_come_back_when_the_mark_stream_goes() -> None:
    """A snapshot's own PNL is shown for 5 s at most, whatever the state of the mark stream."""
    source = HandSource(position("A", mark_time_ms=None))
    source.book.health.mark.transport = Transport.DOWN
    source.now = NOW + 5_001
    moment = Moment(source)
    moment.advance()
    now = account_now(moment.first)

    assert now is not None
    assert (now.unrealized_pnl, now.margin_balance, now.margin_ratio) == (None, None, None)


def test_margins_are_unknown_from_an_event_to_the_next_snapshot() -> None:
    """What an event has changed makes the margins of the snapshot before it unknown; PNL and balances go on."""
    source = HandSource(position("A"))
    told = source.book.account
    assert told is not None
    told.has_margins = False
    moment = Moment(source)
    moment.advance()
    now = account_now(moment.first)

    assert now is not None
    assert now.unrealized_pnl is not None
    assert (now.has_margins, now.margin_ratio) == (False, None)


def test_account_of_several_assets_is_the_snapshots() -> None:
    """In multi-assets mode only Binance knows the rates."""
    source = HandSource(position("A"), position("B"))
    source.hand.balances.account = account(multi_assets_mode=True)
    moment = Moment(source)
    moment.advance()
    now = account_now(moment.first)

    assert now is not None
    assert str(now.unrealized_pnl) == "20.00000000"


def test_account_that_an_event_changed_in_place_is_looked_at_again() -> None:
    """What is made from an account's totals is made anew when they change, though no row did and it is the same object."""
    source = HandSource(position("A"))
    moment, risk = Moment(source), Risk()
    moment.advance()
    told = source.hand.account
    assert told is not None
    told.multi_assets_mode = True
    moment.advance()
    before, told_before = risk.line(moment, False, 160), moment.told
    told.margin_balance = Decimal(10)
    told.wallet_balance = Decimal(10)

    assert moment.advance()
    assert moment.told != told_before
    assert risk.line(moment, False, 160) != before
