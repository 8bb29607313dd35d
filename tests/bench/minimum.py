"""The fewest bytes that turn one picture into another, row by row: what a tick has to cost at least."""

from collections.abc import Sequence

import pyte

from tui.view.terminal.strokes import Run, at, move, switch

Cell = tuple[str, str]
"""Character and style."""
Picture = list[list[Cell]]
COLORS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
WIDEST_GAP = 4


class Glass:
    """A terminal that tells its picture."""

    def __init__(self, width: int, height: int) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Show it."""
        self._stream.feed(data)

    @property
    def picture(self) -> Picture:
        """Every cell."""
        buffer = self._screen.buffer
        return [
            [(buffer[y][x].data, _style(buffer[y][x])) for x in range(self._screen.columns)]
            for y in range(self._screen.lines)
        ]


def _style(char: pyte.screens.Char) -> str:
    """The parameters of SGR; the colour of a blank cannot be seen."""
    has_line = char.underscore or char.strikethrough or char.reverse
    is_blank = char.data == " " and not has_line
    codes = [] if is_blank else [code for code, is_on in (("1", char.bold), ("3", char.italics)) if is_on]
    codes += [
        code
        for code, is_on in (("4", char.underscore), ("7", char.reverse), ("9", char.strikethrough))
        if is_on
    ]
    codes += [] if is_blank else _color(char.fg, 30)
    return ";".join(codes + _color(char.bg, 40))


def _color(color: str, base: int) -> list[str]:
    if color == "default":
        return []
    name = color.removeprefix("bright")
    if name in COLORS:
        return [str(base + COLORS.index(name) + (60 if name != color else 0))]
    return [str(base + 8), "2", *(str(int(color[place : place + 2], 16)) for place in (0, 2, 4))]


def minimum(before: Picture, after: Picture) -> int:
    """The bytes from a picture to the next."""
    parts: list[str] = []
    pen, row, column = "", -1, -1
    for y, x, end, style, text in _runs(before, after):
        parts.append(move(row, column, y, x) if row >= 0 else at(y, x))
        parts.append(switch(pen, style))
        parts.append(text)
        pen, row, column = style, y, end if end < len(after[0]) else -1
    return len("".join(parts).encode())


def _runs(before: Picture, after: Picture) -> Sequence[Run]:
    runs: list[Run] = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        for x, (one, other) in enumerate(zip(old, new, strict=True)):
            if one == other:
                continue
            text, style = other
            if runs and runs[-1][0] == y and runs[-1][3] == style and x - runs[-1][2] <= WIDEST_GAP:
                between = new[runs[-1][2] : x]
                if all(cell[1] == style for cell in between):
                    joined = runs[-1][4] + "".join(cell[0] for cell in between) + text
                    runs[-1] = (y, runs[-1][1], x + 1, style, joined)
                    continue
            runs.append((y, x, x + 1, style, text))
    return runs
