"""The painter shows what Textual's own output would show, and fewer bytes do it: judged by two emulated terminals."""

import asyncio
import io
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pyte
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Offset, Region, Size
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from tui.view.terminal.compositor import StraightCompositor, StraightScreen
from tui.view.terminal.glyphs import cells_of, is_narrow
from tui.view.terminal.painter import Painter, Writer
from tui.view.terminal.straight import Pattern, StraightStrip, StraightWidget

Cell = tuple[Any, ...]

UNITS = (*"abcxyz0123456789", *"      ", *"−×█▌▏●▲│─▮▯…Äßλж⭘🮇", *"币安人生한テ，", "e\u0301")
"""What lines are made of: a base character with all that hangs on it is one unit."""
ODD_UNITS = ("\u200bx", "⚠\ufe0f", "👍🏽", "👩\u200d👧", "🇩🇪", "नि", "א", "\u00ad", "\u00a0", "⚡")
"""Of these every terminal makes something else."""
PLAIN = Style(color="rgb(200,210,220)", bgcolor="rgb(18,18,18)")
STYLES = (
    None,
    Style(),
    PLAIN,
    Style(color="rgb(0,200,0)", bgcolor="rgb(18,18,18)"),
    Style(color="rgb(0,200,0)", bgcolor="rgb(18,18,18)", bold=True),
    Style(color="rgb(200,0,0)", bgcolor="rgb(18,18,18)", dim=True),
    Style(color="red", underline=True),
    Style(bgcolor="color(200)", reverse=True),
    Style(color="default", bgcolor="default", italic=True, strike=True),
    Style(color="bright_green"),
    Style(link="https://example.org", color="blue"),
)
SIZES = (Size(34, 9), Size(21, 7), Size(12, 4), Size(44, 11))
NOISE = ("\a", "\x1b]52;c;aGFsbG8=\a", "\x1b]2;a title\x1b\\", "\x1b[?1000h", "\x1b[3 q")


class Glyphs(pyte.Screen):
    """The emulated screen, which would swallow the rest of a line behind a joiner; terminals do not."""

    def draw(self, data: str) -> None:
        """Put joiners and selectors into the cell before."""
        for part in re.split("([\u200b\u200d\ufe0f\u093f])", data):
            if part not in ("\u200b", "\u200d", "\ufe0f", "\u093f"):
                super().draw(part)
            elif self.cursor.x:
                line, x = self.buffer[self.cursor.y], self.cursor.x - 1
                line[x] = line[x]._replace(data=line[x].data + part)


class Terminal:
    """An emulated terminal as Textual sets it up."""

    def __init__(self, size: Size) -> None:
        self.screen = Glyphs(*size)
        self._stream = pyte.Stream(self.screen)
        self.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        """Take bytes."""
        self._stream.feed(text)

    @property
    def picture(self) -> list[list[Cell]]:
        """Every cell with its style, and where the cursor is."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        cells: list[list[Cell]] = [[tuple(buffer[y][x]) for x in columns] for y in range(self.screen.lines)]
        return [*cells, [(self.screen.cursor.y, self.screen.cursor.x)]]


class Glass(Driver):
    """A driver whose bytes end in an emulated terminal."""

    ours: Terminal
    written: int

    def write(self, data: str) -> None:
        """Show it."""
        self.written += len(data.encode())
        self.ours.feed(data)

    def start_application_mode(self) -> None:
        """Begin."""
        self._size = SIZES[0].width, SIZES[0].height
        self.ours, self.written = Terminal(SIZES[0]), 0
        self.send_message(events.Resize(SIZES[0], SIZES[0]))

    def disable_input(self) -> None:
        """There is none."""

    def stop_application_mode(self) -> None:
        """End."""


class CloggedPainter(Painter):
    """A painter behind a line that can be clogged."""

    is_clogged = False

    def _is_drained(self) -> bool:
        return not self.is_clogged

    def clog(self, is_clogged: bool) -> None:
        """Clog the line, or let it run."""
        self.is_clogged = is_clogged
        self._drained()


class SlowFile(io.StringIO):
    """A terminal that takes nothing until its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def write(self, text: str) -> int:
        """Wait, then take it."""
        self.gate.wait(5)
        return super().write(text)


class Rows(Widget):
    """Lines of its own making."""

    DEFAULT_CSS = "Rows { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, Strip] = {}

    def render_line(self, y: int) -> Strip:
        """One of them, or nothing."""
        return self.lines.get(y, Strip([])).adjust_cell_length(self.size.width, STYLES[2])


class StraightRows(StraightWidget):
    """Lines as the positions table draws them."""

    DEFAULT_CSS = "StraightRows { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, tuple[str, list[tuple[int, Style]]]] = {}

    def line_styles(self) -> list[Style]:
        """Those of all lines."""
        return [style for style in STYLES if style is not None]

    def render_line(self, y: int) -> Strip:
        """One of them, filled up."""
        line, runs = self.lines.get(y, ("", []))
        width, cells = self.size.width, cell_len(line)
        strip = StraightStrip(
            line + " " * (width - cells), Pattern([*runs, (max(0, width - cells), PLAIN)]), max(width, cells)
        )
        return strip.crop(0, width) if cells > width else strip


class Over(ModalScreen[None]):
    """A screen over the other."""

    DEFAULT_CSS = "Over { align: center middle; } Over Label { width: 12; border: round $primary; }"

    def compose(self) -> ComposeResult:
        """A box."""
        yield Label("over 币安")


class TwofoldCompositor(StraightCompositor):
    """The compositor of our screens, which also knows what Textual's own makes of the same."""

    textuals: ChopsUpdate | None = None

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty, twice.

        Where ours writes lines whole Textual's has to as well: it would cut wide characters at the edge of a region.
        """
        dirty = set(self._dirty_regions)
        ours = self._straight_update()
        if ours is not None:
            dirty = {Region(0, region.y, self.size.width, region.height) for region in dirty}
        self._dirty_regions = dirty
        self.textuals = Compositor.render_partial_update(self)
        return ours or self.textuals


class Both(App[None]):
    """Shows every update twice: as Textual writes it and as the painter does."""

    CSS = """
    Screen { layers: below above; overflow: hidden; }
    #box { layer: above; width: 14; height: 3; offset: 3 1; border: heavy $accent; background: $panel 60%; }
    #scroll { height: 4; }
    Input { height: 1; border: none; }
    """

    def __init__(self) -> None:
        super().__init__(driver_class=Glass)
        self.painter = CloggedPainter(self)
        self.theirs = Terminal(SIZES[0])
        self.is_painted = asyncio.Event()
        self.is_patient = False
        """Whether nothing is painted between a change of size and the news of it."""

    def get_default_screen(self) -> Screen[None]:
        """As PositionsApp's."""
        screen = StraightScreen()
        screen._compositor = TwofoldCompositor()
        return screen

    def compose(self) -> ComposeResult:
        """A bit of everything."""
        yield Rows()
        yield StraightRows()
        with VerticalScroll(id="scroll"):
            yield Static(
                "\n".join(f"[b]{number}[/b] 行 of a text that is long" for number in range(12)), id="text"
            )
        typed = Input(value="币 input", id="input", select_on_focus=False)
        typed.cursor_blink = False
        yield typed
        yield Static("box", id="box")

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            compositor, update = screen._compositor, renderable
            if isinstance(compositor, TwofoldCompositor) and isinstance(renderable, ChopsUpdate):
                assert compositor.textuals is not None
                update = compositor.textuals
            self.theirs.feed(update.render_segments(self.console) + f"\x1b[{cursor.y + 1};{cursor.x + 1}H")
            if not self.painter.display(screen, renderable):
                super()._display(screen, renderable)
            if self.painter._picture is not None:
                self.is_painted.set()

    def on_resize(self, event: events.Resize) -> None:
        """As PositionsApp does."""
        if self.is_patient:
            self._resize_terminals(event.size)
        self.painter.forget()

    @property
    def is_comparable(self) -> bool:
        """Whether both terminals have to show the same now: not while a frame or the news of a new size is on its way."""
        size = self.screen._compositor.size
        is_told = (size.height, size.width) == (self.theirs.screen.lines, self.theirs.screen.columns)
        return is_told and not self.painter.is_clogged and self.painter._picture is not None

    @property
    def glass(self) -> Glass:
        """Our side."""
        assert isinstance(self._driver, Glass)
        return self._driver

    def resize(self, size: Size) -> None:
        """Change the size of both terminals, and send news of it."""
        self.glass._size = size.width, size.height
        if not self.is_patient:
            self._resize_terminals(size)
        self.post_message(events.Resize(size, size))

    def _resize_terminals(self, size: Size) -> None:
        for terminal in (self.glass.ours, self.theirs):
            terminal.screen.resize(size.height, size.width)

    async def settle(self) -> None:
        """Wait until everything has been displayed."""
        for _ in range(6):
            await asyncio.sleep(0)
            await self.screen._invoke_and_clear_callbacks()
            self.screen._on_timer_update()


Op = tuple[Any, ...]
Parts = list[tuple[str, int]]


def strip_of(parts: Parts) -> Strip:
    return Strip([Segment(text, STYLES[style]) for text, style in parts if text])


def set_row(app: Both, y: int, parts: Parts) -> None:
    rows = app.screen_stack[0].query_one(Rows)
    rows.lines[y] = strip_of(parts)
    rows.refresh(Region(0, y, rows.size.width, 1))


def set_part_of_row(app: Both, y: int, parts: Parts) -> None:
    rows = app.screen_stack[0].query_one(Rows)
    rows.lines[y] = Strip([*strip_of(parts).adjust_cell_length(4), *rows.lines.get(y, Strip([])).crop(4)])
    if y < rows.size.height:  # below it is another's: Textual would cut that one's wide characters in two
        rows.refresh(Region(0, y, 4, 1))


def set_straight_row(app: Both, y: int, parts: Parts) -> None:
    rows = app.screen_stack[0].query_one(StraightRows)
    styled = [(text, STYLES[style] or PLAIN) for text, style in parts if text]
    rows.lines[y] = "".join(text for text, _ in styled), [(len(text), style) for text, style in styled]
    rows.draw_anew(Region(0, y, rows.size.width, 1))


def set_straight_rows(app: Both, rows: list[tuple[int, Parts]]) -> None:
    screen = app.screen_stack[0]
    assert isinstance(screen, StraightScreen)
    with screen.in_one_frame():
        for y, parts in rows:
            set_straight_row(app, y, parts)


def set_text(app: Both, text: str) -> None:
    app.screen_stack[0].query_one("#text", Static).update(text)


def scroll(app: Both, y: int) -> None:
    app.screen_stack[0].query_one("#scroll").scroll_to(y=y, animate=False, immediate=True)


def toggle(app: Both, name: str) -> None:
    widget = app.screen_stack[0].query_one(name)
    widget.display = not widget.display


def put_box(app: Both, x: int, y: int) -> None:
    app.screen_stack[0].query_one("#box").styles.offset = (x, y)


def type_in(app: Both, value: str) -> None:
    app.screen_stack[0].query_one(Input).value = value


def push(app: Both) -> None:
    if len(app.screen_stack) == 1:
        app.push_screen(Over())


def pop(app: Both) -> None:
    if len(app.screen_stack) > 1:
        app.pop_screen()


def make_noise(app: Both, text: str) -> None:
    app.glass.write(text)
    app.theirs.feed(text)


def put_cursor(app: Both, x: int, y: int) -> None:
    app.cursor_position = Offset(x, y)


def set_theme(app: Both, theme: str) -> None:
    app.theme = theme


def resize(app: Both, size: Size) -> None:
    app.resize(size)


def clog(app: Both, is_clogged: bool) -> None:
    app.painter.clog(is_clogged)


def come_back(app: Both) -> None:
    """The terminal was somebody else's for a while."""
    for terminal in (app.glass.ours, app.theirs):
        terminal.feed("\x1b[2J\x1b[Hsomebody's else's text")
    app.painter.forget()
    app.screen.refresh()


def op(function: Callable[..., None], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Op]:
    return st.tuples(st.just(function), *arguments)


def screens(units: tuple[str, ...], *more: st.SearchStrategy[Op]) -> st.SearchStrategy[list[Op]]:
    """What may happen on a screen."""
    texts = st.lists(st.sampled_from(units), max_size=12).map("".join)
    parts = st.lists(st.tuples(texts, st.integers(0, len(STYLES) - 1)), max_size=6)
    row_numbers = st.integers(0, 7)
    rows = op(set_row, row_numbers, parts)
    # Our compositor writes lines whole where Textual's writes a part: what that leaves of an odd character differs.
    certain = st.lists(st.sampled_from(UNITS), max_size=12).map("".join)
    plain_parts = st.lists(st.tuples(certain, st.integers(0, len(STYLES) - 2)), max_size=6)
    straight_rows = op(set_straight_row, st.integers(0, 2), plain_parts)
    more_straight_rows = op(
        set_straight_rows, st.lists(st.tuples(st.integers(0, 2), plain_parts), max_size=3)
    )
    ops = st.one_of(
        rows, rows, rows, straight_rows, more_straight_rows, more_straight_rows,
        op(set_part_of_row, row_numbers, parts),
        op(set_text, texts.map(lambda text: f"{text}\n" * 6)),
        op(scroll, st.integers(0, 9)),
        op(toggle, st.sampled_from(["#box", "#scroll", "#input", "Rows", "StraightRows"])),
        op(put_box, st.integers(0, 30), st.integers(0, 6)),
        op(type_in, texts),
        op(push), op(pop), op(come_back),
        op(make_noise, st.sampled_from(NOISE)),
        op(put_cursor, st.integers(0, 70), st.integers(0, 20)),
        op(set_theme, st.sampled_from(["textual-dark", "textual-light", "ansi-dark"])),
        op(resize, st.sampled_from(SIZES)),
        *more,
    )  # fmt: skip
    return st.lists(ops, min_size=1, max_size=10)


any_screens = screens((*UNITS, *ODD_UNITS))
slow_screens = screens(UNITS, op(clog, st.booleans()), op(clog, st.booleans()))


@asynccontextmanager
async def running(colors: ColorSystem = ColorSystem.STANDARD) -> AsyncIterator[Both]:
    """The app, painted once."""
    app = Both()
    app.console._color_system = colors
    task = asyncio.create_task(app.run_async())
    await app.is_painted.wait()
    with app._context():
        await app.settle()
        yield app
        app.exit()
    await task


async def do(app: Both, function: Callable[..., None], *arguments: Any) -> None:
    """Do something and wait until it is displayed."""
    function(app, *arguments)
    await app.settle()


async def show(steps: list[Op], colors: ColorSystem, *, is_patient: bool = False) -> None:
    """Do all that to one app, and look at both terminals after each step.

    With patience nothing is painted between a change of size and the news of it: characters of which every terminal
    makes something else leave there what even a full repaint does not cover.
    """
    async with running(colors) as app:
        app.is_patient = is_patient
        for step in [*steps, (clog, False)]:
            await do(app, *step)
            if app.is_comparable:
                assert app.glass.ours.picture == app.theirs.picture
        async with asyncio.timeout(5):
            while not app.is_comparable:
                await app.settle()
        assert app.glass.ours.picture == app.theirs.picture


QUICK = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.explain},
)
SOAK = settings(QUICK, max_examples=5_000)


@QUICK
@given(any_screens, st.sampled_from(ColorSystem))
def test_shows_what_textual_shows(steps: list[Op], colors: ColorSystem) -> None:
    """Whatever happens on the screen, both terminals show the same."""
    asyncio.run(show(steps, colors, is_patient=True))


@QUICK
@given(slow_screens, st.sampled_from(ColorSystem))
def test_slow_terminal_shows_it_in_the_end(steps: list[Op], colors: ColorSystem) -> None:
    """Frames that were held back because the terminal was slow change nothing in the end."""
    asyncio.run(show(steps, colors))


@pytest.mark.soak
@SOAK
@given(any_screens, st.sampled_from(ColorSystem))
def test_shows_what_textual_shows_for_long(steps: list[Op], colors: ColorSystem) -> None:
    """The same, for long."""
    asyncio.run(show(steps, colors, is_patient=True))


@pytest.mark.soak
@SOAK
@given(slow_screens, st.sampled_from(ColorSystem))
def test_slow_terminal_shows_it_in_the_end_for_long(steps: list[Op], colors: ColorSystem) -> None:
    """The same, for long."""
    asyncio.run(show(steps, colors))


# The terminal's bytes.


async def test_layout_is_painted_though_somebody_looked_at_it_before() -> None:
    """Where widgets are may be asked before the layout that moves them is done: what moves is painted all the same."""
    async with running() as app:
        rows, compositor = app.query_one(StraightRows), app.screen._compositor
        rows.display = False
        await app.settle()
        rows.display = True
        compositor.update_widgets({rows})
        assert rows in compositor.full_map
        compositor._dirty_regions.clear()
        result = compositor.reflow(app.screen, app.size)

        assert rows in result.shown
        assert rows.region in compositor._dirty_regions


def test_common_characters_are_narrow_everywhere() -> None:
    """What the fast path takes for one cell is one cell."""
    known = [character for character in map(chr, range(0x3000)) if is_narrow(character)]

    assert [character for character in known if cells_of(character) != 1] == []


async def test_writes_less_than_textual() -> None:
    """A changed figure costs a few bytes, a change that cannot be seen none."""
    async with running() as app:
        await do(app, set_row, 0, [("PNL  1,204.31  ROE 2.8 %", 3)])
        app.glass.written = 0
        await do(app, set_row, 0, [("PNL  1,204.32  ROE 2.8 %", 3)])
        # A move, a style of up to 24-bit colours (a style keeps the form in which it was first written), a figure, the
        # end of the style, and the place of the cursor.
        assert 0 < app.glass.written < 50
        app.glass.written = 0
        await do(app, set_row, 0, [("PNL  1,20", 3), ("4.32  ROE 2.8 %", 3)])
        assert app.glass.written == 0


async def test_frame_is_one_synchronized_update() -> None:
    """A terminal that can hold its picture back is told where a frame begins and ends, as by Textual."""
    async with running() as app:
        app._sync_available = True
        writes: list[str] = []
        vars(app.glass)["write"] = writes.append
        await do(app, set_row, 0, [("x", 0)])

    assert [(write[:8], write[-8:]) for write in writes[:1]] == [("\x1b[?2026h", "\x1b[?2026l")]


async def test_resumed_terminal_is_painted_in_full() -> None:
    """After a suspension Textual has a new writer: nothing on the terminal is known."""
    async with running() as app:
        terminal = io.StringIO()
        thread = WriterThread(terminal)
        thread.start()
        vars(app.glass)["_writer_thread"] = thread
        vars(app.glass)["write"] = thread.write
        await do(app, set_row, 0, [("x", 0)])
        assert app.painter._picture is not None
        assert app.glass.__dict__["_writer_thread"] is app.painter._writer
        assert not thread.is_alive()
        app.painter._writer.stop()


async def test_writer_says_when_everything_is_written() -> None:
    """A frame that waits is called as soon as the terminal has taken the last one."""
    slow, called = SlowFile(), threading.Event()
    writer = Writer(slow, called.set)
    writer.start()
    writer.write("frame")
    writer.is_awaited = True
    assert not writer.is_drained
    slow.gate.set()
    assert called.wait(5)
    writer.stop()

    assert (slow.getvalue(), writer.is_awaited) == ("frame", False)
