"""The columns of the positions table: each is one row of one table, and stands nowhere else."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from tui.book import figures
from tui.book.health import POSITION_LIMIT_MS, Freshness
from tui.book.position import Position
from tui.view import bars, formats
from tui.view.books import Shelf, book_of
from tui.view.formats import HIDDEN, MINUS, UNKNOWN

Value = Decimal | str | int
"""What a column sorts by; all values of one column are of one kind."""

BOOKS = ("usdm", "coinm", "pm")
BAR_WIDTH = 4
NEAR = Decimal("0.05")
"""Room to liquidation that alarms."""
CLOSE = Decimal("0.10")
"""Room to liquidation that warns."""
FAR = Decimal(10)
"""A distance that needs no decimals."""


class Needs(enum.Enum):
    """Which input a figure stands on."""

    FACT = "fact"
    """What was agreed with the exchange: it stays, dimmed, when nothing has confirmed it lately."""
    SNAPSHOT = "snapshot"
    """Only snapshots tell it."""
    MARK = "mark"
    """It moves with the mark price."""
    BOTH = "both"
    """It needs the mark price and a snapshot."""


class Align(enum.Enum):
    """Where a cell's text stands in its column."""

    LEFT = "left"
    RIGHT = "right"
    POINT = "point"
    """Right, and with the decimal points under each other where there is room."""


STALE = "STALE"


class Row(NamedTuple):
    """A position as it may be shown at one moment."""

    position: Position
    is_confirmed: bool
    is_described: bool
    """Whether liquidation price and margins are those of this size and young enough."""
    is_marked: bool
    stale_text: str
    """What stands in place of the live figures; empty while they hold."""
    funding_text: str
    """The time to the next funding."""
    book_text: str = ""
    """The name of its book, where several books have rows."""
    is_brief: bool = False
    """Whether room is short: PNL in a coin is told in dollars only, with its mark."""

    @property
    def is_whole(self) -> bool:
        """Whether every figure may be shown."""
        return self.is_confirmed and self.is_described and self.is_marked

    def holds(self, needs: Needs) -> bool:
        """Whether a figure that needs this may be shown."""
        match needs:
            case Needs.FACT:
                return True
            case Needs.SNAPSHOT:
                return self.is_described
            case Needs.MARK:
                return self.is_marked
            case Needs.BOTH:
                return self.is_marked and self.is_described


class Cell(NamedTuple):
    """The text of one figure."""

    text: str
    tone: str = "plain"
    bar: str = ""
    """Drawn behind the text where there is room; always BAR_WIDTH cells."""
    brief: str = ""
    """What is said where the text finds no room: no column moves for the text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a position."""

    name: str
    """The book's name of the figure; settings and JSON use it too."""
    label: str
    letter: str
    """The key that sorts by it."""
    rank: int
    """The highest rank leaves first when room is short."""
    needs: Needs
    align: Align
    value: Callable[[Position], Value | None]
    """What to sort by, the last known value of a stale row too: rows do not jump because a feed fell silent."""
    cell: Callable[[Row], Cell]
    is_descending: bool = True
    """The direction of the first sort by it."""
    is_private: bool = False
    """Whether it tells how much money there is."""
    has_bar: bool = False
    is_optional: bool = False
    """Whether it takes no room while none of its cells says anything."""
    least: int = 0
    """Cells that are always kept for it, so that no column moves when a row goes stale."""

    def show(self, row: Row, is_private: bool) -> Cell:
        """The cell of a row: stale figures are not shown, stale facts are dimmed."""
        if self.is_optional and not self.cell(row).text:
            return Cell("")
        if not row.holds(self.needs):
            return stale_cell(row.stale_text) if self.name == "unrealized_pnl" else Cell(UNKNOWN, "dim")
        if is_private and self.is_private:
            return Cell(HIDDEN, "dim")
        cell = self.cell(row)
        return cell if row.is_confirmed else cell._replace(tone="dim")


def look(
    shelf: Shelf, position: Position, time_ms: int, book_text: str = "", *, is_brief: bool = False
) -> Row:
    """Say what may be shown of a position now."""
    book = book_of(shelf, position.key)
    fresh = book.freshness(position, time_ms)
    is_described = described(position, fresh, time_ms, book.health.gap_ms)
    due_ms = position.next_funding_time_ms
    funding_text = "" if due_ms is None or due_ms <= time_ms else formats.until(due_ms - time_ms)
    is_marked, stale = fresh.is_marked, stale_text(fresh)
    return Row(
        position, fresh.is_confirmed, is_described, is_marked, stale, funding_text, book_text, is_brief
    )


def described(position: Position, fresh: Freshness, time_ms: int, gap_ms: int) -> bool:
    """Whether a snapshot since the gap has told of this size, and not too long ago."""
    snapshot_ms = position.snapshot_ms
    return (
        fresh.is_confirmed
        and snapshot_ms is not None
        and snapshot_ms >= gap_ms
        and time_ms - snapshot_ms <= POSITION_LIMIT_MS
    )


def stale_text(fresh: Freshness) -> str:
    """What stands in a row in place of its live figures."""
    if fresh.is_live:
        return ""
    return "NO PRICE" if fresh.stale_ms is None else f"{STALE} {formats.clock(fresh.stale_ms)}"


def stale_cell(text: str) -> Cell:
    """That text; without the age where that finds no room."""
    return Cell(text, "warn", brief=STALE if text.startswith(STALE) else "")


def toned(text: str, value: Decimal | None) -> Cell:
    """A figure that is good when it is positive; the sign says the same as the tone."""
    if not value or not ("+" in text or MINUS in text):
        return Cell(text)
    return Cell(text, "gain" if value > 0 else "loss")


def with_unit(text: str, position: Position) -> str:
    """An amount of a coin with the coin's name; dollars need none."""
    unit = position.margin_asset if position.is_inverse and text != UNKNOWN else None
    return f"{text} {unit}" if unit else text


def margin(position: Position) -> Decimal | None:
    """The initial margin; |notional| ÷ leverage in the books that do not tell it."""
    if position.initial_margin is None and position.key.book != "usdm":
        return figures.position_margin(position)
    return position.initial_margin


def size(position: Position) -> str:
    """The amount, in contracts where that is what it counts."""
    text = formats.exact(position.position_amount)
    return f"{text} cont" if position.is_inverse else text


def book_place(position: Position) -> int:
    """The place of a row's book in the order of the books."""
    return BOOKS.index(position.key.book) if position.key.book in BOOKS else len(BOOKS)


def side(position: Position) -> str:
    """LONG or SHORT; — for a row of open orders in one-way mode."""
    if position.key.position_side == "BOTH" and not position.is_open:
        return UNKNOWN
    return "LONG" if position.is_long else "SHORT"


def _side(row: Row) -> Cell:
    text = side(row.position)
    return Cell(text, {"LONG": "gain", "SHORT": "loss"}.get(text, "dim"))


def _leverage(row: Row) -> Cell:
    position = row.position
    if position.leverage is None:
        return Cell(UNKNOWN, "dim")
    about = "≈" if position.leverage_is_derived else ""
    unknown = f" {UNKNOWN}" if position.key.book == "pm" else ""
    margin_type = unknown if position.margin_type is None else " " + position.margin_type[:1]
    return Cell(f"{about}{formats.exact(position.leverage)}×{margin_type}")


def _size(row: Row) -> Cell:
    text = size(row.position)
    return Cell(text.replace(" cont", "ct") if row.is_brief else text)


def _price(read: Callable[[Position], Decimal | None]) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        value = read(row.position)
        return Cell(UNKNOWN, "dim") if value is None else Cell(formats.price(value))

    return cell


def _liquidation_distance(row: Row) -> Cell:
    distance = figures.liquidation_distance(row.position)
    if distance is None:
        return Cell(UNKNOWN, "dim")
    room = figures.room_of(row.position, distance)
    tone = "alarm" if room < NEAR else "warn" if room < CLOSE else "plain"
    text = formats.percent(distance, 1 if abs(distance) < FAR else 0, is_signed=True)
    return Cell(text, tone, bars.bar(bars.danger(room), BAR_WIDTH))


def _margin(row: Row) -> Cell:
    position = row.position
    value = margin(position) if row.is_marked or position.initial_margin is not None else None
    return Cell(with_unit(formats.money(value, position.margin_asset), position))


def _unrealized_pnl(row: Row) -> Cell:
    position, value = row.position, row.position.unrealized_pnl
    if row.is_brief and position.is_inverse:
        dollars = formats.money(figures.usd_value(position, value), "USD", is_signed=True)
        return toned(UNKNOWN if dollars == UNKNOWN else f"≈{dollars}", value)
    text = formats.money(value, position.margin_asset, is_signed=True)
    return toned(with_unit(text, position), value)


def _pnl_usd(row: Row) -> Cell:
    """The PNL of a coin's row in dollars; rows in dollars have it beside already."""
    position = row.position
    if not position.is_inverse:
        return Cell("")
    value = figures.usd_value(position, position.unrealized_pnl)
    return toned(formats.money(value, "USD", is_signed=True), value)


def _roe(row: Row) -> Cell:
    value = figures.roe(row.position)
    return toned(formats.percent(value, is_signed=True), value)


def _funding(row: Row) -> Cell:
    rate = row.position.funding_rate
    if rate is None:
        return Cell(UNKNOWN, "dim")
    return _funded(rate, row.funding_text)


@lru_cache(maxsize=4096)
def _funded(rate: Decimal, funding_text: str) -> Cell:
    """Rates stay for hours, and rows are many."""
    return Cell(f"{formats.percent(rate, 4, is_signed=True)} {funding_text:>3}")


def _adl(row: Row) -> Cell:
    quantile = row.position.adl_quantile
    return Cell(UNKNOWN, "dim") if quantile is None else Cell(bars.lights(quantile))


FACT, SNAPSHOT, MARK, BOTH = Needs
LEFT, RIGHT, POINT = Align

COLUMNS = (
    Column("symbol", "Symbol", "y", 1, FACT, LEFT, lambda p: p.key.symbol,
           lambda row: Cell(row.position.key.symbol, "strong"), is_descending=False),
    Column("book", "Book", "o", 4, FACT, LEFT, book_place, lambda row: Cell(row.book_text), is_descending=False,
           is_optional=True),
    Column("position_side", "Side", "i", 4, FACT, LEFT, side, _side, is_descending=False),
    Column("leverage", "Lev", "l", 10, FACT, RIGHT, lambda p: p.leverage, _leverage),
    Column("position_amount", "Size", "z", 6, FACT, POINT, lambda p: p.position_amount, _size, is_private=True),
    Column("entry_price", "Entry", "e", 9, FACT, POINT, lambda p: p.entry_price, _price(lambda p: p.entry_price)),
    Column("break_even_price", "Break-even", "b", 14, FACT, POINT, lambda p: p.break_even_price,
           _price(lambda p: p.break_even_price)),
    Column("mark_price", "Mark", "m", 7, MARK, POINT, lambda p: p.mark_price, _price(lambda p: p.mark_price)),
    Column("liquidation_price", "Liq. price", "c", 8, SNAPSHOT, POINT, figures.liquidation_price,
           _price(figures.liquidation_price)),
    Column("liquidation_distance", "Liq. dist", "d", 3, BOTH, RIGHT, figures.liquidation_room, _liquidation_distance,
           is_descending=False, has_bar=True),
    Column("initial_margin", "Margin", "g", 11, SNAPSHOT, RIGHT, lambda p: figures.usd_value(p, margin(p)), _margin,
           is_private=True),
    Column("unrealized_pnl", "PNL", "p", 2, MARK, RIGHT, lambda p: figures.usd_value(p, p.unrealized_pnl),
           _unrealized_pnl, is_private=True, least=len("STALE 0:42")),
    Column("unrealized_pnl_usd", "≈ USD", "u", 8, MARK, RIGHT, lambda p: figures.usd_value(p, p.unrealized_pnl),
           _pnl_usd, is_private=True, is_optional=True),
    Column("roe", "ROE", "r", 5, BOTH, RIGHT, figures.roe, _roe),
    Column("funding_rate", "Funding", "f", 12, MARK, RIGHT, lambda p: p.funding_rate, _funding),
    Column("adl_quantile", "ADL", "a", 13, SNAPSHOT, LEFT, lambda p: p.adl_quantile, _adl),
)  # fmt: skip
"""In the order in which they stand on the screen."""

BY_NAME = {column.name: column for column in COLUMNS}
BY_LETTER = {column.letter: column for column in COLUMNS}
