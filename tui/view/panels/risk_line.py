"""How near the account is to liquidation, how far it is levered, and which way it leans: one line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from tui.book import risk
from tui.book.figures import ZERO, ratio
from tui.book.risk import Stake
from tui.view import bars, formats
from tui.view.account_now import account_now
from tui.view.books import name_of
from tui.view.columns import CLOSE, NEAR
from tui.view.formats import UNKNOWN
from tui.view.moment import BookNow, Moment, plus
from tui.view.tally import Group, GroupSums
from tui.view.terminal.lines import Line, Piece, fitting, side_by_side

BAR = 10


def risk_pieces(moment: Moment, is_private: bool) -> list[Piece]:
    """A distance and a leverage for each book with positions, then the exposure of all; nothing without positions."""
    with_rows = [now for now in moment.books if now.rows.open_rows and now.book.account is not None]
    pieces: list[Piece] = []
    for place, now in enumerate(with_rows):
        name = f"{name_of(now.book)} " if len(moment.books) > 1 else ""
        pieces += _book_pieces(now, stakes_of(now, moment.groups), name, place)
    if with_rows:
        long, short = _sides(moment.books)
        pieces += [Piece(41, _exposure(long, short, is_private)), Piece(40, _lean(long, short))]
    return pieces


class Risk:
    """The line, solved anew once a beat at most: figures that all rows have a part in would never rest."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._rows = -1, -1
        """The beat and the version of the rows that it was solved for."""
        self._pieces: list[Piece] = []

    def line(self, moment: Moment, is_private: bool, width: int) -> Line:
        """The line as it is now."""
        fresh = tuple([now.is_account_fresh for now in moment.books])
        of = moment.era, moment.rows.open_rows, moment.unknown, is_private, moment.told, fresh
        beat, version = moment.beat, moment.version
        if of != self._of or (beat != self._rows[0] and version != self._rows[1]):
            self._of, self._rows, self._pieces = of, (beat, version), risk_pieces(moment, is_private)
        return risk_line(self._pieces, width)


def risk_line(pieces: list[Piece], width: int) -> Line:
    """As much of it as fits."""
    kept = fitting(pieces, width - 2, 3)
    return ((" ", "plain"), *side_by_side(kept, 3)) if kept else ()


def is_whole(now: BookNow) -> bool:
    """Whether every row and every margin of the book holds: a figure of the whole is unknown otherwise."""
    told = account_now(now)
    return told is not None and told.has_margins and has_every_row(now)


def has_every_row(now: BookNow) -> bool:
    """Whether every row of the book is known and asked for, and holds."""
    return now.is_known and not now.book.is_narrowed and now.rows.unmarked == 0


def stakes_of(now: BookNow, groups: Mapping[Group, GroupSums]) -> list[Stake]:
    """What the open rows of a book stake, from the sums that are kept of them."""
    rows = now.book.positions.values()
    return [
        Stake(
            group.margin_asset or None,
            group.margin_type,
            group.is_inverse,
            sums.pnl,
            sums.notional,
            sums.maintenance_margin,
            risk.usd_price(group.margin_asset, group.is_inverse, rows),
        )
        for group, sums in groups.items()
        if group.book == now.book.book
    ]


def _book_pieces(now: BookNow, stakes: list[Stake], name: str, place: int) -> list[Piece]:
    account = now.book.account
    move = risk.account_distance(account, stakes) if account is not None and is_whole(now) else None
    room = None if move is None else abs(move)
    tone = "dim" if room is None else "alarm" if room < NEAR else "warn" if room < CLOSE else "plain"
    distance: Line = (
        (f"{name}{'account' if name else 'Account'} liq. ", "dim"),
        (formats.percent(move, 1, is_signed=True), tone),
        ("" if move is None else " if all move", "dim"),
    )
    pieces = [] if now.book.book == "pm" else [Piece(place, distance)]
    leverage = _leverage(now, stakes) if is_whole(now) else None
    text = UNKNOWN if leverage is None else f"{formats.rounded(leverage, 1)}×"
    pieces.append(
        Piece(
            20 + place,
            ((f"{name}levered ", "dim"), (text, "dim" if leverage is None else "plain")),
        )
    )
    return pieces


def _leverage(now: BookNow, stakes: list[Stake]) -> Decimal | None:
    told = account_now(now)
    if told is None:
        return None
    behind = risk.margin_behind(told.account, stakes, told.margin_balance)
    return risk.effective_leverage(plus(now.rows.long, now.rows.short), behind)


def _sides(books: Iterable[BookNow]) -> tuple[Decimal | None, Decimal | None]:
    """Notional of longs and of shorts, which is below 0, in dollars; None when an addend does not hold."""
    long: Decimal | None = ZERO
    short: Decimal | None = ZERO
    for now in books:
        is_whole = has_every_row(now)
        long = plus(long, now.rows.long if is_whole else None)
        short = plus(short, now.rows.short if is_whole else None)
    return long, None if short is None else -short


def _lean(long: Decimal | None, short: Decimal | None) -> Line:
    """Which way the exposure leans, as a bar that is full when all of it is long."""
    share = None if long is None or short is None else ratio(long, long + abs(short))
    texts = (formats.percent(one, 0).rjust(5) for one in (share, None if share is None else 1 - share))
    bar = " " * (BAR + 2) if share is None else bars.gauge(share, BAR)
    return (f"long {next(texts)} ", "dim"), (bar, "plain"), (f" {next(texts)} short", "dim")


def _exposure(long: Decimal | None, short: Decimal | None, is_private: bool) -> Line:
    texts = [
        formats.HIDDEN if is_private and side is not None else formats.money(side, "USD")
        for side in (long, short)
    ]
    return (
        ("exposure long ", "dim"),
        (texts[0], "plain"),
        ("  short ", "dim"),
        (texts[1], "plain"),
        (" USD", "dim"),
    )
