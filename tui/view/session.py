"""What is remembered of the session for the plots: noted between frames, and only figures that hold."""

from collections.abc import Sequence, Set
from decimal import Decimal

from tui.book import figures
from tui.book.history import Name
from tui.book.position import Key, Position
from tui.view.account_now import account_now
from tui.view.books import book_of
from tui.view.columns import described
from tui.view.moment import BookNow, Moment

PNL, MARK, DISTANCE = range(3)
"""The figures of a position's trace."""
EQUITY, ACCOUNT_PNL = range(2)
"""The figures of an account's trace."""


class Session:
    """Notes what goes on, for the plots."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._changed: set[Key] = set()
        """Rows that changed since the newest note."""
        self._era = -1

    def note_changed(self, keys: Set[Key]) -> None:
        """Remember rows to look at again."""
        self._changed |= keys

    def record(self) -> bool:
        """Note a point of every open position and every account as the last frame saw them; False when none is due."""
        moment, history = self._moment, self._moment.history
        if not history.begin_point(moment.time_ms):
            return False
        is_known = history.is_unbroken and moment.era == self._era
        for now in moment.all_books:
            rows, opened = now.book.positions, moment.opened(now.book.book)
            for key in opened.keys() & self._changed if is_known else opened:
                position = rows.get(key)
                if position is not None and position.is_open:  # it may have gone since that frame
                    history.note(key, *position_figures(moment, position))
            if now.book.account is not None:
                history.note(account_name(now), *account_figures(now))
        if is_known:
            history.drop(key for key in self._changed if moment.addend(key) is None)
        else:
            history.keep(self._names)
        self._era = moment.era
        self._changed.clear()
        return True

    @property
    def _names(self) -> set[Name]:
        """Everything that is noted."""
        books = self._moment.all_books
        accounts = {account_name(now) for now in books if now.book.account is not None}
        return accounts.union(*(self._moment.opened(now.book.book) for now in books))


def position_figures(moment: Moment, position: Position) -> Sequence[Decimal | None]:
    """PNL, mark price and liquidation distance, as far as they hold."""
    book, time_ms = book_of(moment.book, position.key), moment.time_ms
    fresh = book.freshness(position, time_ms)
    if not fresh.is_marked:
        return None, None, None
    is_described = described(position, fresh, time_ms, book.health.gap_ms)
    distance = figures.liquidation_distance(position) if is_described else None
    return position.unrealized_pnl, position.mark_price, distance


def account_figures(now: BookNow) -> Sequence[Decimal | None]:
    """Margin balance (Portfolio Margin: account equity) and PNL, as far as they hold."""
    told = account_now(now)
    if told is None:
        return None, None
    if now.book.book == "pm":
        return (told.account.account_equity, now.pnl_usd) if told.is_fresh else (None, None)
    return told.margin_balance, told.unrealized_pnl


def account_name(now: BookNow) -> Name:
    """Whose figures an account's trace holds."""
    return now.book.name, now.book.book
