"""The total row: what the rows on the screen add up to, or — where one addend does not hold."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from tui.book.book import Book
from tui.book.figures import ZERO, ratio
from tui.book.position import Key
from tui.view import formats
from tui.view.account_now import account_now
from tui.view.columns import Cell, look, toned
from tui.view.formats import HIDDEN, UNKNOWN, USD_LIKE
from tui.view.lines import Line, Piece, fitting, line_width, side_by_side
from tui.view.moment import Moment
from tui.view.positions_table import PositionsTable


class Sums(NamedTuple):
    """Sums over rows; None where an addend is unknown or stale."""

    rows: int
    """Open positions."""
    stale: int
    """How many of them have a figure that does not hold."""
    margin: dict[str, Decimal | None]
    """Initial margin by margin asset."""
    pnl: dict[str, Decimal | None]
    """Unrealized PNL by margin asset."""
    long_share: Decimal | None
    """Longs' share of the notional, a fraction; None as well when the margin assets cannot be added."""


NOTHING = Sums(0, 0, {}, {}, None)


def _add(sums: dict[str, Decimal | None], asset: str, addend: Decimal | None) -> None:
    before = sums.get(asset, ZERO)
    sums[asset] = None if before is None or addend is None else before + addend


def sum_up(book: Book, keys: Iterable[Key], time_ms: int) -> Sums:
    """Add up the open positions among these rows."""
    rows = stale = 0
    margin: dict[str, Decimal | None] = {}
    pnl: dict[str, Decimal | None] = {}
    sides: dict[str, Decimal | None] = {"long": ZERO, "short": ZERO}
    for key in keys:
        position = book.positions.get(key)
        if position is None or not position.is_open:
            continue
        row = look(book, position, time_ms)
        asset = position.margin_asset or ""
        rows += 1
        stale += bool(row.stale_text)
        _add(margin, asset, position.initial_margin if row.is_described else None)
        _add(pnl, asset, position.unrealized_pnl if row.is_marked else None)
        notional = position.notional if row.is_marked else None
        _add(sides, "long" if position.is_long else "short", None if notional is None else abs(notional))
    return Sums(rows, stale, margin, pnl, _share(sides, pnl))


def _share(sides: dict[str, Decimal | None], assets: Iterable[str]) -> Decimal | None:
    names = set(assets)
    if len(names) > 1 and not names <= USD_LIKE:
        return None
    long, short = sides["long"], sides["short"]
    return None if long is None or short is None else ratio(long, long + short)


def total_line(sums: Sums, table: PositionsTable, is_private: bool) -> Line:
    """The row under the table: count and shares at the left, margin and PNL under their columns."""
    stale = f"  {sums.stale} stale" if sums.stale else ""
    left = [Piece(0, ((f"Total {sums.rows}", "strong"), (stale, "warn")))]
    if sums.long_share is not None:
        long, short = formats.percent(sums.long_share, 0), formats.percent(1 - sums.long_share, 0)
        left += [Piece(2, ((f"long {long}", "plain"),)), Piece(3, ((f"short {short}", "plain"),))]
    if len(sums.pnl) == 1:
        return _under_columns(sums, table, left, is_private)
    for place, (asset, pnl) in enumerate(sums.pnl.items()):
        cell = _money(pnl, asset, is_private, is_signed=True)
        left.append(
            Piece(1, (("" if place else "PNL ", "dim"), (cell.text, cell.tone), (f" {asset}", "dim")))
        )
    return ((" ", "plain"), *side_by_side(fitting(left, table.scrollable_content_region.width - 2, 3), 3))


def _under_columns(sums: Sums, table: PositionsTable, left: list[Piece], is_private: bool) -> Line:
    (asset, pnl), margin = next(iter(sums.pnl.items())), next(iter(sums.margin.values()))
    cells = {"unrealized_pnl": _money(pnl, asset, is_private, is_signed=True)}
    if any(slot.column.name == "initial_margin" for slot in table.slots):
        cells["initial_margin"] = _money(margin, asset, is_private)
    right = table.line_of(cells)
    start = next((slot.x for slot in table.slots if slot.column.name in cells), 0)
    widest = line_width(right) - sum(len(text.strip()) for text, _ in right)
    room = min(start, widest) - 2
    words = ((" ", "plain"), *side_by_side(fitting(left, max(room, left[0].width), 3), 3))
    return (*words, *_without(right, line_width(words)))


def _without(line: Line, cells: int) -> Line:
    """The line without that many blank cells at its beginning."""
    if not line:
        return ()
    (text, tone), *rest = line
    return ((text[cells:], tone), *rest)


def _money(value: Decimal | None, asset: str, is_private: bool, *, is_signed: bool = False) -> Cell:
    if value is None:
        return Cell(UNKNOWN, "dim")
    text = formats.money(value, asset, is_signed=is_signed)
    shown = toned(text, value) if is_signed else Cell(text)
    return Cell(HIDDEN, "dim") if is_private else shown


def compact_extras(moment: Moment, sums: Sums, is_private: bool) -> list[Line]:
    """What the smallest layouts say beside the word: PNL by asset, then the margin ratio."""
    extras: list[Line] = []
    for asset, pnl in sums.pnl.items():
        cell = _money(pnl, asset, is_private, is_signed=True)
        extras.append((("PNL ", "dim"), (cell.text, cell.tone), (f" {asset}", "dim")))
    now = account_now(moment)
    if now is not None:
        extras.append((("ratio ", "dim"), (formats.percent(now.margin_ratio, 1), "plain")))
    return extras
