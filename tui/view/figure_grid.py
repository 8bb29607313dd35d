"""Figures side by side: in a grid that fits, and in lines whose columns stand under each other."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.view import bars, formats
from tui.view.formats import HIDDEN, UNKNOWN
from tui.view.lines import Line, Part, Piece, fitting, line_width, side_by_side

GAUGE = 10
HIGH = Decimal("0.5")
"""A margin ratio that warns."""
ONE_LINE = {"Balance": 0, "PNL": 1, "Ratio": 2}
"""What is kept when there is one line for everything."""
ALARMING = Decimal("0.8")


class Figure(NamedTuple):
    """One figure of the panel."""

    rank: int
    """Its place when all do not fit: 1 is kept longest."""
    label: str
    short: str
    text: str
    tone: str = "plain"
    tail: str = ""
    """Stands behind the figure: unit, per cent, gauge."""

    @property
    def brief(self) -> Line:
        """The figure by itself, with its unit but without what only supports it."""
        unit = "" if self.tail.startswith("  ") else self.tail
        return (self.short, "dim"), (f" {self.text}", self.tone), (unit, "dim")


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
    """The margin ratio as a bar that is full when the account is liquidated."""
    return "" if used is None else "  " + bars.gauge(used, GAUGE)


def grid(figures: Sequence[Figure], width: int, rows: int) -> list[Line]:
    """Lay figures into `rows` lines, column by column; the least needed leave until it fits."""
    if rows == 1:
        pieces = [Piece(ONE_LINE.get(figure.short, figure.rank + 3), figure.brief) for figure in figures]
        return [((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2))]
    for columns in range((len(figures) + rows - 1) // rows, 0, -1):
        kept = [figure for figure in figures if figure.rank <= columns * rows]
        for is_short, has_gauge, gap in (
            (False, True, 4),
            (False, True, 2),
            (True, True, 2),
            (True, False, 2),
        ):
            shown = [figure if has_gauge else _without_gauge(figure) for figure in kept]
            lines = _grid(shown, rows, is_short, gap)
            if max(map(line_width, lines)) < width:
                return lines
    return [()] * rows


def _without_gauge(figure: Figure) -> Figure:
    return figure._replace(tail="") if "▕" in figure.tail else figure


def _grid(figures: Sequence[Figure], rows: int, is_short: bool, gap: int) -> list[Line]:
    lines: list[list[Part]] = [[(" ", "plain")] for _ in range(rows)]
    for start in range(0, len(figures), rows):
        column = figures[start : start + rows]
        labels = [figure.short if is_short else figure.label for figure in column]
        wide_label = max(map(len, labels))
        wide_text = max(len(figure.text) for figure in column)
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
