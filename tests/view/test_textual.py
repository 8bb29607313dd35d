"""Where we lean on Textual's insides: its version is pinned, and a change of these is told before anybody meets it."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._parser import Parser
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.linux_inline_driver import LinuxInlineDriver
from textual.screen import Screen
from textual.strip import Strip

LEANT_ON: dict[str, tuple[Callable[..., Any], str]] = {
    # The driver: the loop that reads, what ends it, and which parser it feeds.
    "LinuxDriver.run_input_thread": (LinuxDriver.run_input_thread, "d796af6d69db337d"),
    "LinuxDriver._run_input_thread": (LinuxDriver._run_input_thread, "d2ef22cc2c97a9eb"),
    "LinuxDriver.disable_input": (LinuxDriver.disable_input, "6154c5a7c1743fe9"),
    "LinuxDriver._enable_mouse_support": (LinuxDriver._enable_mouse_support, "cf01052c1f34e9f2"),
    "LinuxInlineDriver.run_input_thread": (LinuxInlineDriver.run_input_thread, "5b80c98a823ac834"),
    "LinuxInlineDriver.disable_input": (LinuxInlineDriver.disable_input, "963120dc0b07f376"),
    "Parser.tick": (Parser.tick, "44606084ad3bf7c1"),
    "Parser.feed": (Parser.feed, "390106cde019dd29"),
    "XTermParser.parse": (XTermParser.parse, "a5834ad1def86544"),
    "App._build_driver": (App._build_driver, "2838e509bae08877"),
    "App.get_driver_class": (App.get_driver_class, "b4903f3dba399daf"),
    # Painter, compositor and strips: what an update holds, how it is made and written, and who writes.
    "App._display": (App._display, "4b78dff6669a455c"),
    "App._begin_update": (App._begin_update, "74b869c65286249f"),
    "App._end_update": (App._end_update, "1ecb7ab2a36d6c69"),
    "Screen._compositor_refresh": (Screen._compositor_refresh, "7a40efe563816a06"),
    "ChopsUpdate": (ChopsUpdate, "7c7d3e0bf714e836"),
    "LayoutUpdate": (LayoutUpdate, "619efe1cea787527"),
    "Compositor.render_update": (Compositor.render_update, "772c6b21953aff0e"),
    "Compositor.render_full_update": (Compositor.render_full_update, "ce99ccda4d2449b7"),
    "Compositor.render_partial_update": (Compositor.render_partial_update, "888dccc892d8ecc2"),
    "Compositor.update_widgets": (Compositor.update_widgets, "86c02b2f8d6d93dd"),
    "Compositor.visible_widgets": (vars(Compositor)["visible_widgets"].fget, "6eddec5f271628f7"),
    "Compositor._render_chops": (Compositor._render_chops, "ca8c3359d7afd017"),
    "Strip.__init__": (Strip.__init__, "ce1d8154dca8cfd7"),
    "Strip.crop": (Strip.crop, "206f79ddf457cf91"),
    "Strip.render": (Strip.render, "2ba7a4913a72125d"),
    "Strip.render_style": (Strip.render_style, "749d890bb5c43510"),
    "Strip.render_ansi": (Strip.render_ansi.__wrapped__, "08043dedb90d50a7"),
    "WriterThread": (WriterThread, "411a9202bed5a877"),
    "LinuxDriver.write": (LinuxDriver.write, "b78a34033db5a0eb"),
    "LinuxDriver.start_application_mode": (LinuxDriver.start_application_mode, "7c41f5ba11a8ef05"),
    "LinuxDriver.close": (LinuxDriver.close, "c32293a24c1a6b91"),
    "Driver.suspend_application_mode": (Driver.suspend_application_mode, "20cef4924da35261"),
    "App._resume_signal": (App._resume_signal, "e13e57887d325db1"),
}


@pytest.mark.parametrize("name", LEANT_ON)
def test_textual_is_what_we_lean_on(name: str) -> None:
    """Textual's insides are those that driver, painter, compositor and straight strips were written against."""
    source, known = LEANT_ON[name]
    digest = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:16]

    assert digest == known, (
        f"{name} of Textual has changed: read it beside tui/view/terminal/driver.py (whose reader stands in for Textual's), "
        f"tui/view/terminal/painter.py (which repeats what App._display writes, "
        f"reads the strips of both updates, and stands in for the writer thread), tui/view/terminal/compositor.py (which makes "
        f"the partial update) and StraightStrip in tui/view/terminal/straight.py (which makes the slots of a strip late), run "
        f"`pytest -m soak tests/view`, then note {digest} here. `--whole-lines` works without the painter."
    )
