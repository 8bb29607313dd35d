"""Sums over rows that are kept while rows change: what a row added is taken out, and what it adds now is put in.

Sums are exact, so that it does not matter in which order rows changed: the same rows always give the same sums.
"""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from tui.book.book import Book
from tui.book.figures import ZERO, usd_value
from tui.book.health import MARK_LIMIT_MS, POSITION_LIMIT_MS
from tui.book.position import Key, Position
from tui.view.columns import described, margin
from tui.view.formats import USD_LIKE

EXACT = Context(prec=120)
"""More digits than sums of amounts that the decoder lets through can have."""

NEVER_MS = 1 << 62


class Group(NamedTuple):
    """Rows whose amounts are in one unit."""

    book: str
    margin_asset: str
    """Empty where the exchange does not name it."""
    is_inverse: bool
    margin_type: str | None


class Addend(NamedTuple):
    """What one open row adds to the sums of its group; None: an amount that does not hold now."""

    group: Group
    is_unconfirmed: bool
    is_unmarked: bool
    until_ms: int
    """When the next of its figures ages past its limit."""
    margin: Decimal | None
    """Initial margin."""
    pnl: Decimal | None
    pnl_usd: Decimal | None
    """PNL in US dollars at the mark price, dollar-like assets 1:1."""
    long: Decimal | None
    """Notional of a long, coins in dollars; 0 for a short."""
    short: Decimal | None
    """The same of a short, without its sign."""
    notional: Decimal | None
    """Signed, in the margin asset."""
    maintenance_margin: Decimal | None


AMOUNTS = 4
"""The place of the first amount in an addend."""


def row_limit(position: Position, time_ms: int) -> int:
    """When the next figure of this row ages past its limit."""
    confirmed_ms, mark_ms, snapshot_ms = position.confirmed_ms, position.mark_time_ms, position.snapshot_ms
    until_ms = NEVER_MS
    if time_ms <= confirmed_ms + POSITION_LIMIT_MS:
        until_ms = confirmed_ms + POSITION_LIMIT_MS
    if mark_ms is not None and time_ms <= mark_ms + MARK_LIMIT_MS < until_ms:
        until_ms = mark_ms + MARK_LIMIT_MS
    if snapshot_ms is not None and time_ms <= snapshot_ms + POSITION_LIMIT_MS < until_ms:
        until_ms = snapshot_ms + POSITION_LIMIT_MS
    return until_ms


def in_usd(position: Position, amount: Decimal | None) -> Decimal | None:
    """An amount of the row's margin asset in US dollars: coins at the mark price, dollar-like assets 1:1."""
    if not position.is_inverse and position.margin_asset and position.margin_asset not in USD_LIKE:
        return None
    return usd_value(position, amount)


def addend_of(book: Book, position: Position, time_ms: int) -> Addend:
    """Say what an open row adds now."""
    fresh = book.freshness(position, time_ms)
    is_marked = fresh.is_marked
    is_told = (is_marked or position.initial_margin is not None) and described(
        position, fresh, time_ms, book.health.gap_ms
    )
    pnl = position.unrealized_pnl if is_marked else None
    notional = usd_value(position, position.notional) if is_marked else None
    size = None if notional is None else abs(notional)
    return Addend(
        Group(position.key.book, position.margin_asset or "", position.is_inverse, position.margin_type),
        not fresh.is_confirmed,
        not is_marked,
        row_limit(position, time_ms),
        margin(position) if is_told else None,
        pnl,
        in_usd(position, pnl),
        size if position.is_long else ZERO,
        ZERO if position.is_long else size,
        position.notional if is_marked else None,
        position.maintenance_margin,
    )


class GroupSums(NamedTuple):
    """Sums over the rows of a group; None where an addend does not hold."""

    rows: int
    unconfirmed: int
    unmarked: int
    margin: Decimal | None
    pnl: Decimal | None
    pnl_usd: Decimal | None
    long: Decimal | None
    short: Decimal | None
    notional: Decimal | None
    maintenance_margin: Decimal | None


class _Running:
    """The sums of one group, as they are kept."""

    def __init__(self) -> None:
        self.rows = self.unconfirmed = self.unmarked = 0
        self.totals = [ZERO] * (len(Addend._fields) - AMOUNTS)
        self.unknown = [0] * len(self.totals)

    def add(self, addend: Addend, sign: int) -> None:
        """Put an addend in (1), or take it out (−1)."""
        self.rows += sign
        self.unconfirmed += sign * addend.is_unconfirmed
        self.unmarked += sign * addend.is_unmarked
        change = EXACT.add if sign > 0 else EXACT.subtract
        totals, unknown = self.totals, self.unknown
        for place, amount in enumerate(addend[AMOUNTS:]):
            if amount is None:
                unknown[place] += sign
            elif amount:
                totals[place] = change(totals[place], amount)  # type: ignore[arg-type]  # all from there on are amounts

    def change(self, before: Addend, after: Addend) -> None:
        """Have one that is among them be another; most of its amounts are the same."""
        self.unconfirmed += after.is_unconfirmed - before.is_unconfirmed
        self.unmarked += after.is_unmarked - before.is_unmarked
        totals, unknown = self.totals, self.unknown
        for place, (old, new) in enumerate(zip(before[AMOUNTS:], after[AMOUNTS:], strict=True)):
            if old is new:
                continue
            unknown[place] += (new is None) - (old is None)
            totals[place] = EXACT.add(totals[place], EXACT.subtract(new or ZERO, old or ZERO))  # type: ignore[arg-type]  # as above

    def sums(self) -> GroupSums:
        """As they are now."""
        known = [None if unknown else total for total, unknown in zip(self.totals, self.unknown, strict=True)]
        return GroupSums(self.rows, self.unconfirmed, self.unmarked, *known)


class Tally:
    """Addends of some rows, and their sums by group."""

    def __init__(self, addends: Mapping[Key, Addend] | None = None) -> None:
        self.addends: dict[Key, Addend] = {}
        self._running: dict[Group, _Running] = {}
        for key, addend in (addends or {}).items():
            self.put(key, addend)

    def put(self, key: Key, addend: Addend | None) -> None:
        """Have a row add this from now on; None: it adds nothing."""
        before = self.addends.get(key)
        if before is not None and addend is not None and before.group == addend.group:
            self._running[before.group].change(before, addend)
            self.addends[key] = addend
            return
        if before is not None:
            del self.addends[key]
            running = self._running[before.group]
            running.add(before, -1)
            if not running.rows:
                del self._running[before.group]
        if addend is not None:
            self.addends[key] = addend
            if addend.group not in self._running:
                self._running[addend.group] = _Running()
            self._running[addend.group].add(addend, 1)

    def groups(self) -> dict[Group, GroupSums]:
        """The sums by group."""
        return {group: running.sums() for group, running in self._running.items()}


def tally_of(books: Iterable[Book], time_ms: int) -> Tally:
    """Look at every open row of these books."""
    return Tally(
        {
            key: addend_of(book, position, time_ms)
            for book in books
            for key, position in book.positions.items()
            if position.is_open
        }
    )
