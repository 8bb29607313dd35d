"""Panels that are drawn line by line: only the lines that differ are painted again."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from rich.cells import set_cell_size
from rich.style import Style
from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.view.terminal.glyphs import width_of
from tui.view.terminal.straight import Pattern, StraightStrip, StraightWidget

Part = tuple[str, str]
"""Text and its tone."""

Line = tuple[Part, ...]

TONES = (
    "plain", "dim", "strong", "gain", "loss", "warn", "alarm", "title", "key", "live", "head", "sorted", "chosen", "notice",
)  # fmt: skip
"""What a part of a line means; `app.tcss` says how it looks."""

ELLIPSIS = "…"


class Piece(NamedTuple):
    """Something that is shown whole or not at all."""

    rank: int
    """The highest rank leaves first when room is short."""
    line: Line

    @property
    def width(self) -> int:
        """Width in cells."""
        return line_width(self.line)


def line_width(line: Iterable[Part]) -> int:
    """Width in cells."""
    return sum([width_of(text) for text, _ in line])


def printable(text: str) -> str:
    """The text with every control character and direction mark replaced: the last gate before the terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def fitting(pieces: Sequence[Piece], width: int, gap: int) -> list[Piece]:
    """Return the pieces that fit side by side into `width`, in their order; the highest rank leaves first."""
    kept = [piece for piece in pieces if piece.line]
    while kept and sum(piece.width for piece in kept) + gap * (len(kept) - 1) > width:
        kept.remove(max(kept, key=lambda piece: piece.rank))
    return kept


def side_by_side(pieces: Sequence[Piece], gap: int) -> Line:
    """Join pieces with a gap between them."""
    space: Part = (" " * gap, "plain")
    parts: list[Part] = []
    for piece in pieces:
        parts += [space, *piece.line] if parts else piece.line
    return tuple(parts)


def left_and_right(left: Line, right: Line, width: int) -> Line:
    """One line with a part at each edge."""
    return (*left, (" " * max(1, width - line_width(left) - line_width(right)), "plain"), *right)


def shortened(text: str, width: int) -> str:
    """Words cut to `width` cells with an ellipsis; never used for figures."""
    if width_of(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS if width > 1 else ""


def folded(text: str, width: int) -> list[str]:
    """Words laid into lines of at most `width` cells; a word that is wider than that is cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(shortened(word, width))
    return lines


class Tones:
    """The styles of tones on a widget, looked up when they are needed.

    Textual would look up each of its component classes for every widget, twice while the program starts. Widgets on the
    same ground share theirs.
    """

    _shared: ClassVar[WeakKeyDictionary[App[Any], dict[Style, dict[str, Style]]]] = WeakKeyDictionary()
    """By app and ground."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def __getitem__(self, tone: str) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self._styles[tone] = self._look_up(tone)
        return style

    def _look_up(self, tone: str) -> Style:
        widget = self._widget
        shared = self._shared.setdefault(widget.app, {}).setdefault(widget.rich_style, {})
        if tone not in shared:
            node = DOMNode(classes=f"tone--{tone}")
            node._attach(widget)
            widget.app.stylesheet.apply(node, animate=False)
            shared[tone] = node.rich_style
        return shared[tone]

    def all(self) -> list[Style]:
        """Every style."""
        return [self[tone] for tone in TONES]

    def clear(self) -> None:
        """Forget them: the theme changed."""
        self._styles.clear()
        self._shared.clear()

    def strip(self, line: Line, width: int) -> Strip:
        """Draw a line, filled up or cut to `width` cells."""
        parts = [(printable(text), tone) for text, tone in line if text]
        cells = sum([width_of(text) for text, _ in parts])
        if cells < width:
            parts.append((" " * (width - cells), "plain"))
        pattern = Pattern([(len(text), self[tone]) for text, tone in parts])
        strip = StraightStrip("".join([text for text, _ in parts]), pattern, max(width, cells))
        return strip.crop(0, width) if cells > width else strip


class Lines(StraightWidget):
    """A panel of lines without a scroll bar; it is as high as it has lines."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None, fills: bool = False) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: list[Line] = []
        self.fills = fills
        """Whether it takes all the room there is when it has a line."""
        self.tones = Tones(self)
        self._strips: list[Strip | None] = []
        self._width = 0
        """As wide as it was last drawn."""
        self.display = False

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the panel disappears when there are none."""
        before = self.lines
        self.lines = list(lines)
        if len(before) != len(lines):
            self._strips = [None] * len(lines)
            self.display = bool(lines)
            self.styles.height = "1fr" if self.fills else len(lines)
            self.refresh(layout=True)
            return
        for y, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self._strips[y] = None
                self.draw_anew(Region(0, y, self._width, 1))

    def line_styles(self) -> list[Style]:
        """Every style that a line may have."""
        return self.tones.all()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self._width = self.size.width
        if y >= len(self.lines):
            return self.tones.strip((), width)
        strip = self._strips[y]
        if strip is None or strip.cell_length != width:
            strip = self._strips[y] = self.tones.strip(self.lines[y], width)
        return strip

    def notify_style_update(self) -> None:
        """Draw everything again in the new theme."""
        super().notify_style_update()
        self.tones.clear()
        self._strips = [None] * len(self.lines)

    def on_resize(self, event: events.Resize) -> None:
        """Draw everything again."""
        self._strips = [None] * len(self.lines)
