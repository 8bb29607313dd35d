"""A sheet: a screen with the status line, lines that scroll, and its keys. Help, details and events are sheets."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.view.keymap import Keys
from tui.view.keys import HELP_KEYS, SCROLL_KEYS, SHEET_KEYS
from tui.view.moment import Moment
from tui.view.panels.key_bar import KeyBar
from tui.view.panels.status_bar import status_line
from tui.view.terminal.compositor import StraightScreen
from tui.view.terminal.lines import Line, Lines, Tones
from tui.view.terminal.straight import StraightWidget


class ScrolledLines(StraightWidget, ScrollView, can_focus=True):
    """Lines that scroll; only those that differ are painted again."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[Line] = []
        self.tones = Tones(self)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        before, self.lines = self.lines, list(lines)
        if len(before) != len(lines):
            self.virtual_size = Size(self.size.width, len(lines))
            self.refresh()
            return
        first = round(self.scroll_y)
        for y, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y - first, self.size.width, 1))

    def line_styles(self) -> list[Style]:
        """Every style that a line may have."""
        return self.tones.all()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        place = y + round(self.scroll_y)
        return self.tones.strip(self.lines[place] if place < len(self.lines) else (), self.size.width)

    def notify_style_update(self) -> None:
        """Draw everything again in the new theme."""
        super().notify_style_update()
        self.tones.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Know the new width."""
        self.virtual_size = Size(event.size.width, len(self.lines))


class Sheet(StraightScreen):
    """A screen of lines over the positions; the word stays on it."""

    BINDINGS: ClassVar[list[BindingType]] = SHEET_KEYS
    KEYS: ClassVar[list[BindingType]] = []
    """Keys of its own, for the key bar."""

    def __init__(self, moment: Moment, keys: Keys) -> None:
        super().__init__()
        self.moment = moment
        self.keys = keys
        self._status = Lines(id="status", classes="bar")
        self._title_line = Lines(id="title")
        self._sheet = ScrolledLines(id="sheet")
        self._keys = KeyBar(keys.of(SHEET_KEYS, self.KEYS, HELP_KEYS), id="keys")

    def compose(self) -> ComposeResult:
        """Status line, title, lines, keys."""
        yield self._status
        yield self._title_line
        yield self._sheet
        yield self._keys

    def on_mount(self) -> None:
        """Show it at once."""
        self._sheet.focus()
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self.draw)

    def paint(self) -> None:
        """Show what changed; called for every frame."""
        self.draw()

    def draw(self) -> None:
        """Bring every part up to date."""
        if not self.is_running:
            return
        self.moment.advance()
        width = self.size.width
        self._status.show([status_line(self.moment, width)])
        self._title_line.show([self.title_line(width)] if self.size.height > 4 else [])
        self._keys.display = self.size.height > 6
        room = self._sheet.scrollable_content_region.width
        self._sheet.show(self.sheet_lines(max(10, room or width)))

    def title_line(self, width: int) -> Line:
        """The title."""
        raise NotImplementedError

    def sheet_lines(self, width: int) -> list[Line]:
        """The lines of the sheet."""
        raise NotImplementedError

    @property
    def palette_bindings(self) -> list[Binding]:
        """What can be done here, for the command palette."""
        return self.keys.of(self.KEYS, SHEET_KEYS)

    def action_close(self) -> None:
        """Go back to the positions."""
        self.dismiss()
