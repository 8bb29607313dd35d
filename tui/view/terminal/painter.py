"""The painter: remembers what the terminal shows and writes only the runs of characters that differ.

It stands behind Textual's compositor, so it serves every widget. What is written is one synchronized update a frame;
where the memory may be wrong, Textual's own rendering is written and the memory made anew.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import compress
from operator import ne, or_
from typing import IO, Any

from rich.color import ColorSystem
from rich.console import Console
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.strip import Strip

from tui.view.terminal.glyphs import cells_of, is_narrow
from tui.view.terminal.straight import Pattern, StraightStrip
from tui.view.terminal.strokes import Run, at, draw

REST = "\0"
"""Stands in the memory for the second cell of a wide character."""
CHUNK = 16
"""So many characters are looked at as one before they are one by one."""
WIDEST_GAP = 4
"""So many unchanged characters between two runs are written again: a move would cost as much."""

Line = tuple[str, list[str]]
"""A terminal line: a character and a style for each cell."""
Piece = tuple[int, Sequence[Strip]]
"""Strips that are written one behind the other from a column on."""
Place = tuple[int, int]
"""Column and number of cells."""
Laid = tuple[int, int, Pattern]
"""Column, number of cells and pattern."""


class Picture:
    """What the terminal shows, and what it should."""

    def __init__(self, size: Size, console: Console) -> None:
        self.size = size
        self._console = console
        self._colors = console._color_system or ColorSystem.TRUECOLOR
        self._shown: list[Line | None] = [None] * size.height
        """None where nobody can tell what the terminal made of it."""
        self._laid: dict[int, Laid] = {}
        """Where which pattern was laid over a line last, of lines of narrow characters."""
        self._wanted: dict[int, Line | None] = {}
        """The lines of the next frame; None where only `_as_is` can tell."""
        self._as_is: dict[int, dict[Place, str]] = {}
        """Textual's own bytes for lines that cannot be compared, in the order in which it wants them written."""

    def take(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Take what Textual wants to write."""
        for y, pieces in _pieces(update):
            if 0 <= y < self.size.height:
                self._take_line(y, pieces)

    def note_written(self) -> None:
        """Note that everything that was taken has been written."""
        for y, line in self._wanted.items():
            self._shown[y] = line
        self._wanted.clear()
        self._as_is.clear()

    def strokes(self) -> str:
        """Return the bytes that make the terminal show what it should."""
        as_is: list[str] = []
        runs: list[Run] = []
        for y, line in sorted(self._wanted.items()):
            if line is None:
                as_is += self._as_is[y].values()
            else:
                runs += _runs(y, self._shown[y], line)
        self.note_written()
        return "".join(as_is) + draw(runs, self.size.width)

    def _take_line(self, y: int, pieces: Sequence[Piece]) -> None:
        waiting = self._wanted.get(y)
        known = waiting if y in self._wanted else self._shown[y]
        laid, text = _laid(pieces)
        if known is not None and laid is not None and laid == self._laid.get(y):
            self._wanted[y] = _with_text(known, laid[0], text)
            return
        line = self._wanted[y] = self._changed(known, pieces)
        if line is not None and laid is not None:
            self._laid[y] = laid
        else:
            self._laid.pop(y, None)
        if line is not None:
            self._as_is.pop(y, None)
            return
        texts = self._as_is.setdefault(y, {})
        if waiting is not None:
            texts[0, 0] = draw(_runs(y, None, waiting), self.size.width)
        for x, strips in pieces:
            place = x, sum(strip.cell_length for strip in strips)
            texts.pop(place, None)
            texts[place] = at(y, x) + "".join([strip.render(self._console) for strip in strips])

    def _changed(self, known: Line | None, pieces: Iterable[Piece]) -> Line | None:
        """Lay pieces over a line; None when it is not certain what the terminal shows then."""
        width = self.size.width
        line: Line | None = known or _nothing(width)
        covered = 0
        for x, strips in pieces:
            cells = self._cells(strips)
            if cells is None or line is None or x + len(cells[0]) > width:
                return None
            if x <= covered:
                covered = max(covered, x + len(cells[0]))
            line = _over(line, x, cells)
        return line if known is not None or covered == width else None

    def _cells(self, strips: Sequence[Strip]) -> Line | None:
        """Return the cells of strips; None when it is not certain which ones they fill."""
        if len(strips) == 1 and isinstance(strips[0], StraightStrip):
            line, codes = strips[0].line, strips[0].pattern.codes(self._colors)
            return (line, codes) if is_narrow(line) else _wide_cells(line, codes)
        texts: list[str] = []
        styles: list[str] = []
        colors = self._colors
        for strip in strips:
            for text, style, control in strip._segments:
                if style is None:
                    code = ""
                elif style._link or control:
                    return None
                else:
                    code = style._ansi or Strip.render_ansi(style, colors)
                texts.append(text)
                styles += [code] * len(text)
        line = "".join(texts)
        return (line, styles) if is_narrow(line) else _wide_cells(line, styles)


def _laid(pieces: Sequence[Piece]) -> tuple[Laid | None, str]:
    """What is laid over a line, and its text, if that is one straight strip of narrow characters."""
    x, strips = pieces[0]
    strip = strips[0] if len(pieces) == len(strips) == 1 else None
    if not isinstance(strip, StraightStrip) or not is_narrow(strip.line):
        return None, ""
    return (x, len(strip.line), strip.pattern), strip.line


def _with_text(line: Line, x: int, text: str) -> Line:
    """Lay characters over those that stand there in the same styles."""
    before, styles = line
    return before[:x] + text + before[x + len(text) :], styles


def _wide_cells(line: str, styles: list[str]) -> Line | None:
    widths = [cells_of(character) for character in line]
    if 0 in widths:
        return None
    if 2 not in widths:
        return line, styles
    spread = "".join([one if width == 1 else one + REST for one, width in zip(line, widths, strict=True)])
    return spread, [style for style, width in zip(styles, widths, strict=True) for _ in range(width)]


@lru_cache(maxsize=8)
def _nothing(width: int) -> Line:
    return " " * width, [""] * width


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterable[tuple[int, list[Piece]]]:
    """What an update writes, line by line: where, and which strips; as its own `render_segments` does."""
    if isinstance(update, LayoutUpdate):
        x = update.region.x
        for y, line in enumerate(update.strips, update.region.y):
            yield y, [(x, list(line))]
        return
    lines: dict[int, list[Piece]] = {}
    for y, x1, x2 in update.spans:
        pieces = lines.setdefault(y, [])
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x >= x2 or end <= x1:
                continue
            pieces.append((x, (strip if x >= x1 and end <= x2 else strip.crop(0, min(end, x2) - x),)))
    yield from lines.items()


def _over(line: Line, x: int, new: Line) -> Line | None:
    """Lay cells over a line; None when that cuts a wide character in two."""
    text, styles = line
    end = x + len(new[0])
    if x == 0 and end == len(text):
        return new
    if text[x : x + 1] == REST or text[end : end + 1] == REST:
        return None
    return text[:x] + new[0] + text[end:], styles[:x] + new[1] + styles[end:]


def _differing(old: Line, new: Line) -> list[int]:
    """Return the cells in which two lines differ, wide characters whole."""
    text, styles = new
    cells: list[int] = []
    if styles == old[1]:
        before, width = old[0], len(text)
        for start in range(0, width, CHUNK):
            end = start + CHUNK
            if text[start:end] != before[start:end]:
                cells += compress(range(start, width), map(ne, before[start:end], text[start:end]))
    else:
        cells += compress(range(len(text)), map(or_, map(ne, old[0], text), map(ne, old[1], styles)))
    if REST in text:
        return sorted({*cells, *(x + 1 for x in cells if text[x + 1 : x + 2] == REST)})
    return cells


def _runs(y: int, old: Line | None, new: Line) -> list[Run]:
    """Return the runs in which a line differs; each is of one style."""
    text, styles = new
    cells = list(range(len(text))) if old is None else _differing(old, new)
    if not cells:
        return []
    runs: list[Run] = []
    start = x = cells[0]
    style = styles[x]
    for cell in cells[1:]:
        gap = cell - x
        if styles[cell] != style or (
            gap > 1 and (gap > WIDEST_GAP + 1 or styles[x:cell].count(style) != gap)
        ):
            runs.append((y, start, x + 1, style, text[start : x + 1]))
            start, style = cell, styles[cell]
        x = cell
    runs.append((y, start, x + 1, style, text[start : x + 1]))
    if REST in text:
        return [(y, start, end, style, part.replace(REST, "")) for y, start, end, style, part in runs]
    return runs


class Writer(WriterThread):
    """Textual's writer thread, which also knows whether everything has been written."""

    def __init__(self, file: IO[str], call_drained: Callable[[], object]) -> None:
        super().__init__(file)
        self._call_drained = call_drained
        self.is_awaited = False
        """Whether somebody wants to hear when everything has been written."""

    @property
    def is_drained(self) -> bool:
        """Whether the terminal has taken everything."""
        return not self._queue.unfinished_tasks

    def run(self) -> None:
        """Write what is queued; as Textual's own, and keep count."""
        queue, file = self._queue, self._file
        while (text := queue.get()) is not None:
            file.write(text)
            if queue.empty():
                file.flush()
            queue.task_done()
            if self.is_awaited and self.is_drained:
                self.is_awaited = False
                self._call_drained()
        file.flush()


class Painter:
    """Puts Textual's updates on the terminal in the place of `App._display`."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._picture: Picture | None = None
        """None when it is not known what the terminal shows."""
        self._screen: Screen[Any] | None = None
        self._writer: Writer | None = None
        self._cursor = self._cursor_wanted = Offset()

    def forget(self) -> None:
        """Forget what the terminal shows: the next frame is a full repaint."""
        self._picture = None

    def display(self, screen: Screen[Any], update: object) -> bool:
        """Show an update; False when Textual has to do it in its own way."""
        app = self._app
        if app._driver is None or app.is_headless or app._batch_count or not app._running or app._closed:
            return False
        if app.is_inline or not isinstance(update, (LayoutUpdate, ChopsUpdate)):
            return False
        self._watch(app._driver)
        self._cursor_wanted = app.screen.outer_size.clamp_offset(app.cursor_position)
        if screen is not self._screen or (self._picture and self._picture.size != screen._compositor.size):
            self._screen = screen
            self.forget()
        if self._picture is not None:
            self._picture.take(update)
            if self._is_drained():
                self._paint(self._picture)
        elif self._is_drained():
            if isinstance(update, ChopsUpdate):
                screen.refresh()
                return False
            self._repaint(update)
        app.post_display_hook()
        return True

    def _paint(self, picture: Picture) -> None:
        strokes = picture.strokes()
        if strokes or self._cursor != self._cursor_wanted:
            self._write(strokes)

    def _repaint(self, update: LayoutUpdate) -> None:
        self._picture = Picture(update.region.size, self._app.console)
        self._picture.take(update)
        self._picture.note_written()
        self._write(update.render_segments(self._app.console))

    def _write(self, strokes: str) -> None:
        """Write a frame, in one piece so that the terminal can show it at once."""
        app = self._app
        self._cursor = app._previous_cursor_position = self._cursor_wanted
        frame = strokes + at(self._cursor.y, self._cursor.x)
        assert app._driver is not None
        app._driver.write(f"{SYNC_START}{frame}{SYNC_END}" if app._sync_available else frame)
        app._driver.flush()

    # A frame that comes while the last one is still on its way is not written: what it changes waits for the next.

    def _watch(self, driver: Driver) -> None:
        """Put our own writer behind the driver; a new driver or one that was suspended knows nothing of the terminal."""
        textuals = getattr(driver, "_writer_thread", None)
        if not isinstance(textuals, WriterThread) or textuals is self._writer:
            return
        self.forget()
        loop = asyncio.get_running_loop()
        self._writer = Writer(textuals._file, lambda: loop.call_soon_threadsafe(self._drained))
        setattr(driver, "_writer_thread", self._writer)  # noqa: B010 - not every driver has one
        textuals.stop()
        self._writer.start()

    def _is_drained(self) -> bool:
        """Whether a frame can be written now; if not, `_drained` will be called."""
        if self._writer is None:
            return True
        self._writer.is_awaited = True
        if self._writer.is_drained:
            self._writer.is_awaited = False
            return True
        return False

    def _drained(self) -> None:
        if not self._app._running or self._app._closed or not self._is_drained():
            return
        if self._picture is None:
            self._app.screen.refresh()
        else:
            self._paint(self._picture)
