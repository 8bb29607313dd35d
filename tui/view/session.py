"""What is remembered of the session for the plots: noted with every frame, and only figures that hold."""

from collections.abc import Sequence
from decimal import Decimal

from tui.book import figures
from tui.book.history import Name
from tui.book.position import Position
from tui.view.account_now import account_now
from tui.view.columns import Needs, look
from tui.view.moment import BookNow, Moment

PNL, MARK, DISTANCE = range(3)
"""The figures of a position's trace."""
EQUITY, ACCOUNT_PNL = range(2)
"""The figures of an account's trace."""


class Session:
    """Notes what goes on, for the plots."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._noted: tuple[object, ...] = ()
        """What the newest note was made from."""

    def record(self) -> None:
        """Note a point of every open position and every account, if one is due."""
        moment, history = self._moment, self._moment.history
        if not history.begin_point(moment.time_ms):
            return
        accounts = {
            account_name(now): account_figures(now)
            for now in moment.all_books
            if now.book.account is not None
        }
        noted = moment.version, accounts
        if noted == self._noted and history.hold():
            return
        self._noted = noted
        names: set[Name] = {*accounts}
        for now in moment.all_books:
            for key, position in now.book.positions.items():
                if position.is_open:
                    names.add(key)
                    history.note(key, *position_figures(moment, position))
        for name, figures_now in accounts.items():
            history.note(name, *figures_now)
        history.keep(names)


def position_figures(moment: Moment, position: Position) -> Sequence[Decimal | None]:
    """PNL, mark price and liquidation distance, as far as they hold."""
    row = look(moment.book, position, moment.time_ms)
    if not row.is_marked:
        return None, None, None
    distance = figures.liquidation_distance(position) if row.holds(Needs.BOTH) else None
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
