"""The total row: what the rows on the screen add up to, or — where one addend does not hold."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from tui.book.figures import ZERO, ratio, usd_value
from tui.book.position import Key
from tui.view import formats
from tui.view.account_now import account_now
from tui.view.books import NAMES, Shelf, book_of
from tui.view.columns import BOOKS, Cell, described, margin, toned
from tui.view.formats import HIDDEN, UNKNOWN, USD_LIKE
from tui.view.lines import Line, Part, Piece, fitting, line_width, side_by_side
from tui.view.moment import Moment, in_usd, plus
from tui.view.portfolio_margin import uni_mmr, uni_mmr_text
from tui.view.positions_table import PositionsTable

ABOUT = "≈ "
"""Marks a sum over different assets, coins at the mark price and dollar-like assets 1:1."""


class PnlSum(NamedTuple):
    """A sum of unrealized PNL; amounts are None where an addend is unknown or stale."""

    by_asset: Mapping[str, Decimal | None]
    usd: Decimal | None

    def with_all(self, other: "PnlSum") -> "PnlSum":
        """Both together."""
        by_asset = dict(self.by_asset)
        for asset, pnl in other.by_asset.items():
            _add(by_asset, asset, pnl)
        return PnlSum(by_asset, plus(self.usd, other.usd))

    def line(self, is_private: bool) -> Line:
        """In its own asset when that is a dollar or unnamed; else about, in dollars."""
        assets = list(self.by_asset)
        if len(assets) == 1 and assets[0] in USD_LIKE:
            return _amount(self.by_asset[assets[0]], assets[0], is_private)
        return ((ABOUT, "dim"), *_amount(self.usd, "USD", is_private))


class Sums(NamedTuple):
    """Sums over rows; None where an addend is unknown or stale."""

    rows: int
    """Open positions."""
    stale: int
    """How many of them have a figure that does not hold."""
    margin: dict[str, Decimal | None]
    """Initial margin by margin asset."""
    pnl: PnlSum
    """Unrealized PNL."""
    long_share: Decimal | None
    """Longs' share of the notional, a fraction; None as well when the margin assets cannot be added."""
    books: Mapping[str, PnlSum]
    """Unrealized PNL by book."""


NO_PNL = PnlSum({}, ZERO)
NOTHING = Sums(0, 0, {}, NO_PNL, None, {})


def _add(sums: dict[str, Decimal | None], name: str, addend: Decimal | None) -> None:
    sums[name] = plus(sums.get(name, ZERO), addend)


class _Group:
    """The rows of one book and margin asset while they are added up: lists, because adding each up at once is fast."""

    def __init__(self, is_inverse: bool) -> None:
        self.is_inverse = is_inverse
        self.margins: list[Decimal | None] = []
        self.pnls: list[Decimal | None] = []
        self.usd: list[Decimal | None] = []
        """PNL of coins at the mark; dollars are those of `pnls`."""
        self.notionals: dict[bool, list[Decimal | None]] = {True: [], False: []}
        """By whether the row is a long; signed, coins in dollars."""


def sum_up(shelf: Shelf, keys: Iterable[Key], time_ms: int) -> Sums:
    """Add up the open positions among these rows."""
    rows = stale = 0
    groups: dict[tuple[str, str, bool], _Group] = {}
    positions = shelf.positions
    for key in keys:
        position = positions.get(key)
        if position is None or not position.is_open:
            continue
        book, is_inverse = book_of(shelf, key), position.is_inverse
        fresh = book.freshness(position, time_ms)
        is_marked = fresh.is_marked
        kind = key.book, position.margin_asset or "", is_inverse
        group = groups.get(kind) or groups.setdefault(kind, _Group(is_inverse))
        rows += 1
        stale += not is_marked
        is_told = (is_marked or position.initial_margin is not None) and described(
            position, fresh, time_ms, book.health.gap_ms
        )
        group.margins.append(margin(position) if is_told else None)
        group.pnls.append(position.unrealized_pnl if is_marked else None)
        notional = position.notional if is_marked else None
        group.notionals[position.is_long].append(usd_value(position, notional) if is_inverse else notional)
        if is_inverse:
            group.usd.append(in_usd(position, group.pnls[-1]))
    return Sums(rows, stale, *_added(groups))


def _added(
    groups: Mapping[tuple[str, str, bool], _Group],
) -> tuple[dict[str, Decimal | None], PnlSum, Decimal | None, dict[str, PnlSum]]:
    margins: dict[str, Decimal | None] = {}
    books: dict[str, PnlSum] = {}
    sides: dict[bool, Decimal | None] = {True: ZERO, False: ZERO}
    for (book, asset, is_inverse), group in groups.items():
        _add(margins, asset, total(group.margins))
        pnl = total(group.pnls)
        usd = total(group.usd) if is_inverse else pnl if asset in USD_LIKE or not asset else None
        books[book] = books.get(book, NO_PNL).with_all(PnlSum({asset: pnl}, usd))
        for is_long, notionals in group.notionals.items():
            sides[is_long] = plus(sides[is_long], total(notionals, is_absolute=True))
    whole = reduce(PnlSum.with_all, books.values(), NO_PNL)
    linear = {asset for _, asset, is_inverse in groups if asset and not is_inverse}
    share = _share(sides[True], sides[False]) if len(linear) < 2 or linear <= USD_LIKE else None
    return margins, whole, share, books


def total(amounts: Sequence[Decimal | None], *, is_absolute: bool = False) -> Decimal | None:
    """The sum; None where one addend does not hold."""
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    return sum(map(abs, known) if is_absolute else known, ZERO)


def _share(long: Decimal | None, short: Decimal | None) -> Decimal | None:
    return None if long is None or short is None else ratio(long, long + short)


def total_line(sums: Sums, table: PositionsTable, is_private: bool) -> Line:
    """The row under the table: count and shares at the left, margin and PNL under their columns."""
    stale = f"  {sums.stale} stale" if sums.stale else ""
    left = [Piece(0, ((f"Total {sums.rows}", "strong"), (stale, "warn")))]
    if sums.long_share is not None:
        long, short = formats.percent(sums.long_share, 0), formats.percent(1 - sums.long_share, 0)
        left += [Piece(6, ((f"long {long}", "plain"),)), Piece(7, ((f"short {short}", "plain"),))]
    if len(sums.books) > 1:
        left.append(Piece(1, (("PNL ", "dim"), *sums.pnl.line(is_private))))
        for book, pnl in sorted(sums.books.items(), key=lambda item: BOOKS.index(item[0])):
            left.append(
                Piece(2 + BOOKS.index(book), ((f"{NAMES.get(book, book)} ", "dim"), *pnl.line(is_private)))
            )
    elif len(sums.pnl.by_asset) == 1 and "unrealized_pnl" in (names := _names_behind(table, left[0].width)):
        return _under_columns(sums, table, names, left, is_private)
    else:
        left += _by_asset(sums.pnl, is_private)
    return ((" ", "plain"), *side_by_side(fitting(left, table.scrollable_content_region.width - 2, 3), 3))


def _by_asset(pnl: PnlSum, is_private: bool) -> list[Piece]:
    """Each asset's PNL; where coins are among them the sum in dollars before all of them together."""
    label: Part = ("PNL ", "dim")
    if pnl.by_asset.keys() <= USD_LIKE:
        amounts = [_amount(amount, asset, is_private) for asset, amount in pnl.by_asset.items()]
        return [Piece(1, (*((label,) if not place else ()), *line)) for place, line in enumerate(amounts)]
    whole = Piece(1, (label, *pnl.line(is_private)))
    if "" in pnl.by_asset:  # Portfolio Margin does not name the assets of its linear rows
        return [whole]
    amounts = [_amount(amount, asset, is_private) for asset, amount in pnl.by_asset.items()]
    return [whole, Piece(3, side_by_side([Piece(0, line) for line in amounts], 3))]


def _amount(value: Decimal | None, asset: str, is_private: bool) -> Line:
    cell = _money(value, asset, is_private, is_signed=True)
    return (cell.text, cell.tone), (f" {asset}".rstrip(), "dim")


def _names_behind(table: PositionsTable, width: int) -> set[str]:
    """The columns that stand far enough to the right for their sums to follow the count."""
    return {slot.column.name for slot in table.slots if slot.x >= width + 1}


def _under_columns(
    sums: Sums, table: PositionsTable, names: set[str], left: list[Piece], is_private: bool
) -> Line:
    (asset, pnl), total_margin = next(iter(sums.pnl.by_asset.items())), next(iter(sums.margin.values()))
    unit = f" {asset}" if asset not in USD_LIKE and asset else ""
    cells = {"unrealized_pnl": _with_unit(_money(pnl, asset, is_private, is_signed=True), unit)}
    if "initial_margin" in names:
        cells["initial_margin"] = _with_unit(_money(total_margin, asset, is_private), unit)
    if "unrealized_pnl_usd" in names:
        cells["unrealized_pnl_usd"] = _money(sums.pnl.usd, "USD", is_private, is_signed=True)
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
    text = formats.money(value, asset or None, is_signed=is_signed)
    shown = toned(text, value) if is_signed else Cell(text)
    return Cell(HIDDEN, "dim") if is_private else shown


def _with_unit(cell: Cell, unit: str) -> Cell:
    return cell if cell.text in (UNKNOWN, HIDDEN) else cell._replace(text=cell.text + unit)


def compact_extras(moment: Moment, sums: Sums, is_private: bool) -> list[Line]:
    """What the smallest layouts say beside the word: PNL by asset, then the margin ratio."""
    extras: list[Line] = []
    if len(sums.books) > 1 or not sums.pnl.by_asset.keys() <= USD_LIKE:
        extras.append((("PNL ", "dim"), *sums.pnl.line(is_private)))
    else:
        for asset, pnl in sums.pnl.by_asset.items():
            extras.append((("PNL ", "dim"), *_amount(pnl, asset, is_private)))
    for book in moment.books:
        now = account_now(book)
        if now is not None and now.account.uni_mmr is not None:
            extras.insert(0, (("uniMMR ", "dim"), (uni_mmr_text(uni_mmr(now)), "plain")))
        elif now is not None and (len(moment.books) == 1 or now.account.margin_balance is not None):
            extras.append((("ratio ", "dim"), (formats.percent(now.margin_ratio, 1), "plain")))
    return extras
