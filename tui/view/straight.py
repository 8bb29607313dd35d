"""Widgets that draw whole lines themselves: Textual has nothing to add to them, and is not asked."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.view.ascii import AsciiFilter


def changes(filters: Iterable[LineFilter], styles: Iterable[Style], background: Color) -> bool:
    """Whether any of the filters makes something else of text in any of these styles."""
    samples = [Segment("x", style) for style in styles]
    return any(
        isinstance(one, AsciiFilter) or list(one.apply(samples, background)) != samples for one in filters
    )


class StraightWidget(Widget):
    """A widget without border, padding and links, whose lines are as wide as it is and styled throughout.

    Textual keeps the lines of a widget and lays borders, backgrounds, opacity, links and selections over them: for a
    table whose lines change ten times a second that costs more than drawing them.
    """

    _is_unfiltered: bool | None = None
    """Whether no filter changes anything here; None until that is looked at in the present theme."""

    def line_styles(self) -> Iterable[Style]:
        """Every style that a line may have."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region."""
        if self.app.native_ansi_color or self.styles.padding or self._has_border:
            return super().render_lines(crop)
        if self._is_unfiltered is None:
            background = self.background_colors[1]
            self._is_unfiltered = not changes(self.get_line_filters(), self.line_styles(), background)
        strips = [self.render_line(y) for y in crop.line_range]
        if not self._is_unfiltered:
            background = self.background_colors[1]
            for one in self.get_line_filters():
                strips = [strip.apply_filter(one, background) for strip in strips]
        x1, x2 = crop.column_span
        return strips if (x1, x2) == (0, self.region.width) else [strip.crop(x1, x2) for strip in strips]

    @property
    def _has_border(self) -> bool:
        return bool(self.styles.border or self.styles.outline)

    def notify_style_update(self) -> None:
        """Look at the filters again: the theme has changed."""
        super().notify_style_update()
        self._is_unfiltered = None
