"""Widgets that draw whole lines themselves: Textual has nothing to add to them, and is not asked."""

from collections.abc import Iterable
from typing import Any

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.view.terminal.ascii import AsciiFilter
from tui.view.terminal.glyphs import is_narrow


def changes(filters: Iterable[LineFilter], styles: Iterable[Style], background: Color) -> bool:
    """Whether any of the filters makes something else of text in any of these styles."""
    samples = [Segment("x", style) for style in styles]
    return any(
        isinstance(one, AsciiFilter) or list(one.apply(samples, background)) != samples for one in filters
    )


class Pattern:
    """The styles along a line; lines that look alike share one."""

    __slots__ = ("_codes", "_colors", "_starts", "runs")

    def __init__(self, runs: Iterable[tuple[int, Style]]) -> None:
        self.runs = tuple(runs)
        """How many characters have which style."""
        self._colors: ColorSystem | None = None
        self._codes: list[str] = []
        self._starts: dict[int, Pattern] = {}

    def codes(self, colors: ColorSystem) -> list[str]:
        """The parameters of SGR for each character; the list is everyone's and stays as it is."""
        if colors is not self._colors:
            self._colors, self._codes = colors, []
            for length, style in self.runs:
                self._codes += [style._ansi or Strip.render_ansi(style, colors)] * length
        return self._codes

    def start(self, length: int) -> "Pattern":
        """The pattern of so many characters at the beginning of such a line."""
        start = self._starts.get(length)
        if start is None:
            runs: list[tuple[int, Style]] = []
            left = length
            for run, style in self.runs:
                runs.append((min(run, left), style))
                left -= runs[-1][0]
            start = self._starts[length] = Pattern(runs)
        return start


class StraightStrip(Strip):
    """A strip that is a text and a pattern; everything else of a strip is made when somebody asks for it."""

    __slots__ = ("line", "pattern")

    def __init__(self, line: str, pattern: Pattern, cells: int) -> None:
        self.line, self.pattern = line, pattern
        self._cell_length = cells

    def __getattr__(self, name: str) -> Any:
        if name not in Strip.__slots__:
            raise AttributeError(name)
        segments: list[Segment] = []
        start = 0
        for length, style in self.pattern.runs:
            segments.append(Segment(self.line[start : start + length], style))
            start += length
        super().__init__(segments, self._cell_length)
        return object.__getattribute__(self, name)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells from one to another."""
        line = self.line
        if start == 0 and end is not None and 0 < end <= len(line) and is_narrow(line):
            return StraightStrip(line[:end], self.pattern.start(end), end)
        return super().crop(start, end)


class Gathering:
    """What the widgets of a screen draw anew while it brings them up to date."""

    def __init__(self) -> None:
        self.is_on = False
        self.drawn: list[tuple[StraightWidget, Region]] = []
        """Regions, each from the first cell of its widget."""


class StraightWidget(Widget):
    """A widget without border, padding and links, whose lines are as wide as it is and styled throughout.

    Textual keeps the lines of a widget and lays borders, backgrounds, opacity, links and selections over them: for a
    table whose lines change ten times a second that costs more than drawing them.
    """

    _is_unfiltered: bool | None = None
    """Whether no filter changes anything here; None until that is looked at in the present theme."""
    _is_bare: bool | None = None
    """Whether Textual has nothing to add; None until that is looked at in the present style."""

    _gathering: Gathering | None = None
    """Its screen's; None until that is looked at."""

    def draw_anew(self, region: Region) -> None:
        """Have a region put on the terminal: with all that its screen gathers, or when Textual comes round to it."""
        if self._gathering is None:
            self._gathering = getattr(self.screen, "gathering", Gathering())
        if self._gathering.is_on and self._is_bare:
            self._gathering.drawn.append((self, region))
        else:
            self.refresh(region)

    def line_styles(self) -> Iterable[Style]:
        """Every style that a line may have."""
        raise NotImplementedError

    def draw_lines(self, lines: Iterable[int], width: int) -> list[Strip]:
        """These lines, `width` cells of each at least."""
        return [self.render_line(y) for y in lines]

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region."""
        if self._is_bare is None:
            styles = self.styles
            has_edge = bool(styles.padding or styles.border or styles.outline)
            self._is_bare = not (self.app.native_ansi_color or has_edge)
        if not self._is_bare:
            return super().render_lines(crop)
        if self._is_unfiltered is None:
            background = self.background_colors[1]
            self._is_unfiltered = not changes(self.get_line_filters(), self.line_styles(), background)
        x1, x2 = crop.column_span
        strips = self.draw_lines(crop.line_range, x2)
        if not self._is_unfiltered:
            background = self.background_colors[1]
            for one in self.get_line_filters():
                strips = [strip.apply_filter(one, background) for strip in strips]
        return [strip if x1 == 0 and strip.cell_length <= x2 else strip.crop(x1, x2) for strip in strips]

    def notify_style_update(self) -> None:
        """Look at style and filters again: the theme has changed."""
        super().notify_style_update()
        self._is_bare = self._is_unfiltered = None
