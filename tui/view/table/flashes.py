"""Figures that have just changed: each is reversed for a moment, then stands as it did, without any new data."""

from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.book.position import Key
from tui.view.columns import Cell, Column, Row

PAINTS = 1
"""How many paints later a flash ends."""
REVERSED = Style(reverse=True)


Seen = tuple[Row, Sequence[Cell]]
"""A row and what its columns said of it."""


class Flashes:
    """Which figures have just changed in rows that were in sight; none at all when it is off."""

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on
        self._left: dict[Key, tuple[int, frozenset[str]]] = {}
        self._in_sight: frozenset[Key] = frozenset()

    @property
    def is_any(self) -> bool:
        """Whether a paint is due that ends one."""
        return bool(self._left)

    def note(self, key: Key, columns: Sequence[Column], before: Seen, now: Seen) -> None:
        """Begin with what differs from what stood in sight, when it is on; what turned stale, or back, is no new figure."""
        if key not in self._in_sight:
            return
        names = frozenset(
            column.name
            for column, old, new in zip(columns, before[1], now[1], strict=True)
            if figure(old.text) != figure(new.text)
            and before[0].holds(column.needs)
            and now[0].holds(column.needs)
        )
        if names:
            self._left[key] = PAINTS, names

    def watch(self, keys: Iterable[Key]) -> None:
        """Know which rows are in sight: only what changes before somebody's eyes flashes."""
        if self.is_on:
            self._in_sight = frozenset(keys)

    def paint(self) -> set[Key]:
        """One paint more; return the rows whose flash is over."""
        over = {key for key, (left, _) in self._left.items() if left <= 1}
        self._left = {key: (left - 1, names) for key, (left, names) in self._left.items() if key not in over}
        return over

    def names(self, key: Key) -> Collection[str]:
        """The columns of a row that flash."""
        return self._left[key][1] if key in self._left else ()


def figure(text: str) -> str:
    """The figure of a cell without what stands behind it, as a countdown."""
    return text.partition(" ")[0]


def span(x: int, text: str) -> tuple[int, int]:
    """The first cell of a text that is filled up with blanks from `x` on, and the one behind its last."""
    start = x + len(text) - len(text.lstrip())
    return start, start + cell_len(text.strip())


def lit(strip: Strip, spans: Iterable[tuple[int, int]]) -> Strip:
    """The strip with these spans reversed; they come from left to right."""
    parts: list[Strip] = []
    x = 0
    for start, end in spans:
        middle = Strip(Segment.apply_style(strip.crop(start, end), post_style=REVERSED), end - start)
        parts += [strip.crop(x, start), middle]
        x = end
    return Strip.join([*parts, strip.crop(x)]) if parts else strip
