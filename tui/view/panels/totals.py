"""The total row: what the rows on the screen add up to, or — where one addend does not hold."""

from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from tui.book.figures import ZERO, ratio
from tui.book.position import Key
from tui.view import formats
from tui.view.account_now import account_now
from tui.view.books import NAMES
from tui.view.columns import BOOKS, Cell, toned
from tui.view.formats import HIDDEN, UNKNOWN, USD_LIKE
from tui.view.moment import Moment, plus
from tui.view.panels.portfolio_margin import uni_mmr, uni_mmr_text
from tui.view.table.fitting import Slot
from tui.view.table.listing import Listing
from tui.view.table.positions_table import PositionsTable
from tui.view.tally import Group, GroupSums, Tally
from tui.view.terminal.lines import Line, Part, Piece, fitting, line_width, side_by_side

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


def sums_of(groups: Mapping[Group, GroupSums], unknown: Iterable[str] = ()) -> Sums:
    """Add up groups of rows; what they have of a book whose rows are `unknown` is not all that there is."""
    rows = stale = 0
    margins: dict[str, Decimal | None] = {}
    books: dict[str, PnlSum] = {}
    long: Decimal | None = ZERO
    short: Decimal | None = ZERO
    for group, sums in groups.items():
        rows += sums.rows
        stale += sums.unmarked
        _add(margins, group.margin_asset, sums.margin)
        pnl = PnlSum({group.margin_asset: sums.pnl}, sums.pnl_usd)
        books[group.book] = books.get(group.book, NO_PNL).with_all(pnl)
        long, short = plus(long, sums.long), plus(short, sums.short)
    for book in unknown:
        books[book] = PnlSum(dict.fromkeys(books.get(book, NO_PNL).by_asset or ("",)), None)
        margins, long, short = dict.fromkeys(margins or ("",)), None, None
    linear = {group.margin_asset for group in groups if group.margin_asset and not group.is_inverse}
    share = _share(long, short) if len(linear) < 2 or linear <= USD_LIKE else None
    whole = reduce(PnlSum.with_all, books.values(), NO_PNL)
    return Sums(rows, stale, margins, whole, share, books)


class Totals:
    """The sums of the rows in a listing, kept while rows change."""

    def __init__(self) -> None:
        self.sums = NOTHING
        self._tally = Tally()
        self._of = (-1, False, -1)
        self._seen: tuple[object, ...] = ()
        self._drawn: tuple[Sums, Sequence[Slot], int, bool] = NOTHING, (), 0, False
        """What the line was made from."""
        self._line: Line = ()

    def update(self, moment: Moment, listing: Listing, changed: Set[Key]) -> None:
        """Bring them up to date; `changed` are the rows that changed since the last call."""
        of = listing.selection, listing.is_filtered, moment.era
        if of != self._of:
            self._of, self._tally = of, Tally()
            changed = set(listing.order)
        elif (moment.version, moment.unknown) == self._seen:
            return
        self._seen = moment.version, moment.unknown
        if listing.is_filtered:
            for key in changed:
                if key in listing:
                    self._tally.put(key, moment.addend(key))
            self.sums = sums_of(self._tally.groups(), moment.unknown)
        else:  # every open row is listed, and the moment has added them up already
            self.sums = sums_of(moment.groups, moment.unknown)

    def line(self, table: PositionsTable, is_private: bool) -> Line:
        """The line under the table."""
        width = table.scrollable_content_region.width
        sums, slots, *others = self._drawn
        if sums is not self.sums or slots is not table.slots or others != [width, is_private]:
            self._drawn = self.sums, table.slots, width, is_private
            self._line = total_line(self.sums, table, width, is_private)
        return self._line


def _share(long: Decimal | None, short: Decimal | None) -> Decimal | None:
    return None if long is None or short is None else ratio(long, long + short)


def total_line(sums: Sums, table: PositionsTable, width: int, is_private: bool) -> Line:
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
    return ((" ", "plain"), *side_by_side(fitting(left, width - 2, 3), 3))


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
