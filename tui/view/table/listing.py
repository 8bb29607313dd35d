"""Which rows are shown and in what order: presets, filter, zero rows, sort, and holding still. Knows no screen."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from tui.book.filter import matcher
from tui.book.position import Key, Position
from tui.view.books import Shelf, shown_books
from tui.view.columns import Column, Value
from tui.view.table.calm import calmed, is_lively, leads, leads_in_groups
from tui.view.table.ordering import RISK, Sort, held, ordered

HOLD_MS = 3_000
"""How long the order stays after the cursor moved."""
SETTLE_MS = 10_000
"""How long rows whose live figures are nearly equal may stand the wrong way round."""


class Preset(NamedTuple):
    """A filter with a name and a place on the number keys."""

    name: str
    expression: str


def all_presets(presets: Mapping[str, str]) -> tuple[Preset, ...]:
    """All, then those of the settings, then Longs and Shorts."""
    own = [Preset(name, expression) for name, expression in presets.items()]
    return Preset("All", ""), *own, Preset("Longs", "side:long"), Preset("Shorts", "side:short")


class Listing:
    """The rows that are wanted, in order."""

    def __init__(self, presets: Mapping[str, str], sort: Sort = RISK) -> None:
        self.presets = all_presets(presets)
        self.preset = 0
        """The place of the chosen preset."""
        self.filter = ""
        """What was typed; holds beside the preset."""
        self.show_zero_rows = False
        self.sort = sort
        self.is_frozen = False
        self.order: list[Key] = []
        self.selection = 0
        """Grows whenever rows came or went; another order of the same rows is no other selection."""
        self.is_outdated = False
        """Whether values have moved past the order while it was held."""
        self._values: dict[Key, Value | None] = {}
        self._seconds: dict[Key, Value | None] = {}
        self._matches: Callable[[Position], bool] = matcher("")
        self._is_new = True
        self._shown: tuple[str, ...] = ()
        self._sorted_by = sort.column, sort.second
        self._held_until_ms = 0
        self._uneven_ms: int | None = None
        """Since when nearly equal rows stand the wrong way round; None: none do."""

    def __contains__(self, key: Key) -> bool:
        """Whether a row is wanted."""
        return key in self._values

    def choose(self, preset: int) -> None:
        """Take another preset; the places go around."""
        self.preset = preset % len(self.presets)
        self._remake()

    def set_filter(self, expression: str) -> None:
        """Narrow the rows further."""
        self.filter = expression
        self._remake()

    def toggle_zero_rows(self) -> None:
        """Show or hide rows that exist only because of open orders."""
        self.show_zero_rows = not self.show_zero_rows
        self._remake()

    def set_sort(self, sort: Sort) -> None:
        """Sort anew, even while the order is held."""
        self.sort = sort
        self.resort()

    def resort(self) -> None:
        """Sort at the next update whatever holds the order."""
        self._held_until_ms = 0
        self._is_new = True

    def toggle_freeze(self) -> None:
        """Hold the order until told otherwise."""
        self.is_frozen = not self.is_frozen

    def hold(self, time_ms: int) -> None:
        """Keep the order for a while: somebody is moving the cursor."""
        self._held_until_ms = time_ms + HOLD_MS

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out by a preset or a filter."""
        return bool(self.filter or self.presets[self.preset].expression)

    def update(self, book: Shelf, changed: set[Key], time_ms: int) -> None:
        """Bring rows and order up to date.

        Args:
            book: what is known.
            changed: keys whose rows changed, came or went since the last call.
            time_ms: now, by the exchange's clock.
        """
        shown = tuple([one.book for one in shown_books(book)])
        # A book comes or goes with its rows, of which none has changed.
        if self._is_new or shown != self._shown:
            self._shown = shown
            changed = book.positions.keys() | self._values.keys()
        if self._is_new and self._sorted_by != (self.sort.column, self.sort.second):
            self._sorted_by = self.sort.column, self.sort.second
            self._values.clear()
            self._seconds.clear()
        is_other = bool(changed) and self._read(book, changed)
        if is_other or self.is_outdated or self._is_new or self._uneven_ms is not None:
            self._arrange(time_ms)

    def _read(self, book: Shelf, changed: set[Key]) -> bool:
        """Read what these rows sort by; return whether any of it is another."""
        positions = book.positions
        wanted = {
            key: position
            for key in changed
            if (position := positions.get(key)) is not None and self._wants(position)
        }
        is_other = self._keep(self._values, self.sort.column, changed, wanted)
        if self.sort.second is not None:
            is_other |= self._keep(self._seconds, self.sort.second, changed, wanted)
        return is_other

    def _keep(
        self,
        values: dict[Key, Value | None],
        column: Column,
        changed: Iterable[Key],
        wanted: Mapping[Key, Position],
    ) -> bool:
        read, is_other = column.value, False
        for key, position in wanted.items():
            value = read(position)
            # Just filled: a snapshot will tell in a moment.
            if value is None and position.snapshot_ms is None:
                value = values.get(key)
            if key not in values or value != values[key]:
                is_other = True
                values[key] = value
        for key in changed:
            if key in values and key not in wanted:
                is_other = True
                del values[key]
        return is_other

    def _arrange(self, time_ms: int) -> None:
        best = self._best()
        wanted = best if self._is_new or self._is_settled(time_ms) else self._calmed(best)
        is_held = not self._is_new and (self.is_frozen or time_ms < self._held_until_ms)
        order = held(self.order, wanted) if is_held else wanted
        if order != self.order:
            self.selection += set(order) != set(self.order)
            self.order = order
        self.is_outdated = order != wanted
        if wanted == best:
            self._uneven_ms = None
        elif self._uneven_ms is None:
            self._uneven_ms = time_ms
        self._is_new = False

    def _best(self) -> list[Key]:
        sort = self.sort
        ties = None if sort.second is None else ordered(self._seconds, sort.is_second_descending)
        return ordered(self._values, sort.is_descending, ties)

    def _calmed(self, best: list[Key]) -> list[Key]:
        """The best order but for rows that are nearly equal: those stay as they stand."""
        if best == self.order:
            return best
        if is_lively(self.sort.column):
            return calmed(self.order, best, leads(best, self._values))
        if self.sort.second is not None and is_lively(self.sort.second):
            return calmed(self.order, best, leads_in_groups(best, self._values, self._seconds))
        return best

    def _is_settled(self, time_ms: int) -> bool:
        # The exchange's time may be set back: what seems to have begun later counts as settled.
        return self._uneven_ms is not None and not 0 <= time_ms - self._uneven_ms < SETTLE_MS

    def _wants(self, position: Position) -> bool:
        return (position.is_open or self.show_zero_rows) and self._matches(position)

    def _remake(self) -> None:
        self._matches = matcher(f"{self.presets[self.preset].expression} {self.filter}")
        self._is_new = True
