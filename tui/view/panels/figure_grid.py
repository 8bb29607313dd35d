"""Figures side by side: in a grid that fits, and in lines whose columns stand under each other."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.view import bars, formats
from tui.view.formats import HIDDEN, UNKNOWN
from tui.view.terminal.lines import Line, Part, Piece, fitting, line_width, side_by_side

GAUGE = 10
HIGH = Decimal("0.5")
"""A margin ratio that warns."""
ONE_LINE = {"Balance": 0, "PNL": 1, "Ratio": 2}
"""What is kept when there is one line for everything."""
ALARMING = Decimal("0.8")
NONE, GAUGES, WORD = range(3)
"""How much stands behind a figure."""
WIDEST_WORD = len("critical")


class Figure(NamedTuple):
    """One figure of the panel."""

    rank: int
    """Its place when all do not fit: 1 is kept longest."""
    label: str
    short: str
    text: str
    tone: str = "plain"
    tail: str = ""
    """Stands behind the figure: unit, per cent."""
    gauge: str = ""
    """A bar behind the tail, where there is room."""
    word: str = ""
    """Says the same as the tone, behind the gauge where there is room."""

    @property
    def brief(self) -> Line:
        """The figure by itself, with its unit but without what only supports it."""
        unit = "" if self.tail.startswith("  ") else self.tail
        return (self.short, "dim"), (f" {self.text}", self.tone), (unit, "dim")


class Steady:
    """The most room that each figure has taken, so that nothing beside it moves as values come and go."""

    def __init__(self) -> None:
        self._widest: dict[str, int] = {}
        self._of: tuple[object, ...] = ()
        self._lines: list[Line] = []

    def forget(self) -> None:
        """Begin anew: the pane or what is looked at is another."""
        self._widest.clear()
        self._of = ()

    def grid(self, figures: Sequence[Figure], width: int, rows: int) -> list[Line]:
        """The grid of these figures, laid anew only when they are others."""
        of = tuple(figures), width, rows
        if of != self._of:
            self._of, self._lines = of, grid(figures, width, rows, self)
        return [*self._lines]

    def width(self, name: str, width: int) -> int:
        """The most that was ever asked for under this name."""
        widest = self._widest[name] = max(width, self._widest.get(name, 0))
        return widest


class View(NamedTuple):
    """How the figures are to be shown."""

    is_fresh: bool
    is_private: bool
    unit: str

    def money(self, value: Decimal | None, *, is_live: bool = True, is_signed: bool = False) -> str:
        """An amount, unless it does not hold or must not be seen."""
        if value is None or (is_live and not self.is_fresh):
            return UNKNOWN
        return HIDDEN if self.is_private else formats.money(value, self.unit, is_signed=is_signed)

    def tone(self, value: Decimal | None = None) -> str:
        """The tone of a figure that is good when positive."""
        if not self.is_fresh:
            return "dim"
        return "plain" if not value else "gain" if value > 0 else "loss"


def ratio_tone(used: Decimal | None) -> str:
    """How bad a margin ratio is."""
    if used is None:
        return "dim"
    return "alarm" if used >= ALARMING or used < 0 else "warn" if used >= HIGH else "plain"


def ratio_gauge(used: Decimal | None) -> str:
    """The margin ratio as a bar that is full when the account is liquidated; as wide while it is unknown."""
    return " " * (GAUGE + 2) if used is None else bars.gauge(used, GAUGE)


def ratio_word(used: Decimal | None) -> str:
    """How bad a margin ratio is, in a word; empty while it is not."""
    return {"warn": "high", "alarm": "critical"}.get(ratio_tone(used), "")


def grid(figures: Sequence[Figure], width: int, rows: int, steady: Steady) -> list[Line]:
    """Lay figures into `rows` lines, column by column; the least needed leave until it fits."""
    if rows == 1:
        pieces = [Piece(ONE_LINE.get(figure.short, figure.rank + 3), figure.brief) for figure in figures]
        return [((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2))]
    figures = [
        figure._replace(tail=figure.tail.ljust(steady.width(f"{figure.label} tail", len(figure.tail))))
        for figure in figures
    ]
    for columns in range((len(figures) + rows - 1) // rows, 0, -1):
        kept = [figure for figure in figures if figure.rank <= columns * rows]
        for is_short, extras, gap in (
            (False, WORD, 4),
            (False, WORD, 2),
            (True, WORD, 2),
            (True, GAUGES, 2),
            (True, NONE, 2),
        ):
            shown = [_with_extras(figure, extras) for figure in kept]
            lines = _grid(shown, rows, is_short, gap, steady)
            if max(map(line_width, lines)) < width:
                return lines
    return [()] * rows


def _with_extras(figure: Figure, extras: int) -> Figure:
    if not figure.gauge or extras == NONE:
        return figure
    word = f" {figure.word.ljust(WIDEST_WORD)}" if extras == WORD else ""
    return figure._replace(tail=f"{figure.tail}  {figure.gauge}{word}")


def _grid(figures: Sequence[Figure], rows: int, is_short: bool, gap: int, steady: Steady) -> list[Line]:
    lines: list[list[Part]] = [[(" ", "plain")] for _ in range(rows)]
    for start in range(0, len(figures), rows):
        column = figures[start : start + rows]
        labels = [figure.short if is_short else figure.label for figure in column]
        wide_label = max(map(len, labels))
        wide_text = max(steady.width(figure.label, len(figure.text)) for figure in column)
        wide_tail = max(len(figure.tail) for figure in column)
        for line, figure, label in zip(lines, column, labels, strict=False):
            line += [
                (" " * (gap if len(line) > 1 else 0) + label.ljust(wide_label), "dim"),
                (" " + figure.text.rjust(wide_text), figure.tone),
                (figure.tail.ljust(wide_tail), figure.tone if figure.tail.startswith("  ") else "dim"),
            ]
    return [tuple(line) for line in lines]


def aligned(rows: Sequence[Sequence[Figure]], width: int) -> list[Line]:
    """One line a row, with the same figures under each other; the least needed leave until a line fits."""
    columns = list(zip(*rows, strict=True))
    wide_label = [max(len(figure.label) for figure in column) for column in columns]
    wide_text = [max(len(figure.text) for figure in column) for column in columns]
    lines: list[Line] = []
    for row in rows:
        pieces = [
            Piece(
                figure.rank,
                (
                    (figure.label.ljust(label), figure.tone if rank == 0 else "dim"),
                    (" " + figure.text.rjust(text), figure.tone),
                ),
            )
            for rank, (figure, label, text) in enumerate(zip(row, wide_label, wide_text, strict=True))
        ]
        lines.append(((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2)))
    return lines
