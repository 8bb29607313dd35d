"""Which rows are shown and in what order: presets, filter, zero rows, sort, and holding still. Knows no screen."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui.book.filter import matcher
from tui.book.position import Key, Position
from tui.view.books import Shelf
from tui.view.columns import Value
from tui.view.ordering import RISK, Sort, held, ordered

HOLD_MS = 3_000
"""How long the order stays after the cursor moved."""


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
        self.is_outdated = False
        """Whether values have moved past the order while it was held."""
        self._values: dict[Key, Value | None] = {}
        self._matches: Callable[[Position], bool] = matcher("")
        self._is_new = True
        self._sorted_by = sort.column
        self._held_until_ms = 0

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
        if self._is_new:
            changed = book.positions.keys() | self._values.keys()
            if self._sorted_by is not self.sort.column:
                self._sorted_by = self.sort.column
                self._values.clear()
        if changed:
            self._read(book, changed)
        if changed or self.is_outdated or self._is_new:
            self._arrange(time_ms)

    def _read(self, book: Shelf, changed: set[Key]) -> None:
        positions = book.positions
        for key in changed:
            position = positions.get(key)
            if position is not None and self._wants(position):
                value = self.sort.column.value(position)
                if (
                    value is None and position.snapshot_ms is None
                ):  # just filled: a snapshot will tell in a moment
                    value = self._values.get(key)
                self._values[key] = value
            else:
                self._values.pop(key, None)

    def _arrange(self, time_ms: int) -> None:
        best = ordered(self._values, self.sort.is_descending)
        is_held = not self._is_new and (self.is_frozen or time_ms < self._held_until_ms)
        order = held(self.order, best) if is_held else best
        if order != self.order:
            self.order = order
        self.is_outdated = order != best
        self._is_new = False

    def _wants(self, position: Position) -> bool:
        return (position.is_open or self.show_zero_rows) and self._matches(position)

    def _remake(self) -> None:
        self._matches = matcher(f"{self.presets[self.preset].expression} {self.filter}")
        self._is_new = True
