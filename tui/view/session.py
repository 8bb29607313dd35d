"""What is remembered of the session for the plots: noted by the paint tick, and only figures that hold."""

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


def record(moment: Moment) -> None:
    """Note a point of every open position and every account, if one is due."""
    history = moment.history
    if not history.begin_point(moment.time_ms):
        return
    names: set[Name] = set()
    for now in moment.all_books:
        for key, position in now.book.positions.items():
            if position.is_open:
                names.add(key)
                _record_position(moment, now, position)
        told = account_now(now)
        if told is not None:
            names.add(account_name(now))
            is_whole = told.is_fresh and now.book.book == "pm"
            equity = told.account.account_equity if is_whole else told.margin_balance
            moment.history.note(account_name(now), equity, told.unrealized_pnl)
    history.keep(names)


def _record_position(moment: Moment, now: BookNow, position: Position) -> None:
    row = look(now.book, position, moment.time_ms)
    if row.is_marked:
        distance = figures.liquidation_distance(position) if row.holds(Needs.BOTH) else None
        moment.history.note(position.key, position.unrealized_pnl, position.mark_price, distance)


def account_name(now: BookNow) -> Name:
    """Whose figures an account's trace holds."""
    return now.book.name, now.book.book
