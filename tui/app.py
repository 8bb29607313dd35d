"""PositionsApp: joins a source that is kept true and the screens that show it.

What is not needed for the first frame is loaded when somebody asks for it.
"""

import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import constants, events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.worker import WorkerFailed

from tui.book.history import STEP_MS
from tui.errors import SettingsError, UsageError
from tui.settings import ScreenSettings
from tui.view.colors import style_variables, suited_theme
from tui.view.columns import COLUMNS
from tui.view.keymap import Keys, check_keys, key_name
from tui.view.keys import HELP_KEYS, PROGRAM_KEYS, TABLE_KEYS
from tui.view.moment import Moment
from tui.view.screens.positions_screen import PositionsScreen
from tui.view.session import Session
from tui.view.source import Export, Source
from tui.view.table.clipboard import keep
from tui.view.table.column_memory import ColumnMemory
from tui.view.table.ordering import SORT_KEYS, sort_names
from tui.view.terminal.ascii import AsciiFilter, lacks_glyphs
from tui.view.terminal.compositor import StraightScreen
from tui.view.terminal.pace import Pace
from tui.view.terminal.painter import Painter
from tui.view.title import UNABLE, WindowTitle, title_text

EXIT_BUG = 70
SETTLED = 2.0
"""Seconds after which everything that stays is there."""
FRAMES = 12
"""How much of a traceback a report shows."""
WEB_DRIVER = "textual.drivers.web_driver"


class PositionsApp(App[None]):
    """Shows a source; `paint` alone reads its book."""

    TITLE = "perptop"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*HELP_KEYS, *PROGRAM_KEYS]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        source: Source,
        settings: ScreenSettings | None = None,
        *,
        keys: Mapping[str, str] | None = None,
        redact: Callable[[str], str] = str,
        state_folder: Path | None = None,
        export: Export | None = None,
    ) -> None:
        # Textual's own log file, screenshot timer and console would carry balances to places nobody looks after.
        vars(constants).update(LOG_FILE=None, SCREENSHOT_DELAY=-1)
        self.settings = settings or ScreenSettings()  # its colours are needed at once
        super().__init__()
        if self.no_color:  # Textual 8.2.8 draws its ansi themes black on black under NO_COLOR
            for name in [name for name, theme in self.available_themes.items() if theme.ansi]:
                self.unregister_theme(name)
        if self.driver_class.__module__ == WEB_DRIVER:
            raise UsageError(
                "perptop does not run in a browser: every visitor would see the account. Use ssh."
            )
        self.features = frozenset()
        self.devtools = None
        self.source = source
        self.moment = Moment(source)
        self.session = Session(self.moment)
        self._check(self.settings)
        self.keys = Keys(keys)
        self.set_keymap(self.keys.rebound)
        self._redact = redact
        self._memory = ColumnMemory(None if state_folder is None else state_folder / "columns.json")
        self._export = export
        self._ascii = [AsciiFilter()] if self._is_ascii() else []
        self._title = WindowTitle(self._tell_terminal)
        self._painter = None if self.settings.whole_lines else Painter(self)
        spacing = 1 / self.settings.frames_per_second
        self._pace = Pace(self.paint, spacing, self._handle_exception, lambda: self.moment.due)
        self._notes = Pace(self.session.record, STEP_MS / 1000, self._handle_exception)
        self._report = ""

    def get_driver_class(self) -> type[Driver]:
        """Our own where Textual would take the one that polls."""
        if constants.DRIVER is not None or sys.platform == "win32":
            return super().get_driver_class()
        from tui.view.terminal.driver import TerminalDriver  # here, for Windows has nothing that it needs

        return TerminalDriver

    def _build_driver(
        self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None
    ) -> Driver:
        if headless or not inline or sys.platform == "win32":
            return super()._build_driver(headless, inline, mouse, size)
        from tui.view.terminal.driver import InlineDriver

        self._driver = InlineDriver(self, debug=constants.DEBUG, mouse=mouse, size=size)
        return self._driver

    def _is_ascii(self) -> bool:
        if self.settings.ascii is not None:
            return self.settings.ascii
        encoding = getattr(sys.__stderr__, "encoding", None)
        return lacks_glyphs(os.environ.get("TERM", ""), encoding or "utf-8")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and ASCII behind them."""
        return [*super().get_line_filters(), *self._ascii]

    def get_css_variables(self) -> dict[str, str]:
        """The theme's, and what gain and loss look like."""
        variables = super().get_css_variables()
        settings = self.settings
        return variables | style_variables(self.current_theme, variables, settings.colors, settings.red_up)

    def on_mount(self) -> None:
        """Paint; the worker, which loads what speaks to the exchange, starts behind the first frame."""
        has_16 = self.console.color_system == "standard" and not self.is_headless
        theme = suited_theme(self.settings.theme, has_16=has_16, has_none=self.no_color)
        if theme in self.available_themes:
            self.theme = theme
        self.source.on_news, self.source.on_change = self._pace.ask, self._pace.hurry
        self.call_after_refresh(self.run_worker, self.source.run, name="source", exit_on_error=True)
        self.set_timer(SETTLED, settle)
        self._pace.start()
        self._notes.start()

    def _check(self, settings: ScreenSettings) -> None:
        """Refuse names that there are not, before the screen begins."""
        columns = [column.name for column in COLUMNS]
        named = sort_names(settings.sort)
        for name in (one.removeprefix("-") for one in named):
            if name not in columns:
                raise SettingsError(f"sort: there is no column {name!r}; there are {', '.join(columns)}")
        if len(named) > SORT_KEYS:
            raise SettingsError(f"sort: names {len(named)} columns; it takes one, or two parted by a comma")
        for name in settings.columns:
            if name not in columns:
                raise SettingsError(f"columns: there is no column {name!r}; there are {', '.join(columns)}")
        if settings.theme not in self.available_themes and not self.no_color:
            raise SettingsError(
                f"theme: there is no theme {settings.theme!r}; there are {', '.join(sorted(self.available_themes))}"
            )

    @staticmethod
    def check_keys(keys: Mapping[str, str], file: str) -> None:
        """Refuse a table of keys that cannot hold, in a sentence that names the file and the key."""
        check_keys(keys, file)

    def get_default_screen(self) -> Screen[None]:
        """The positions."""
        return PositionsScreen(self.moment, self.settings, self.keys, self._memory, self._export)

    @property
    def positions(self) -> PositionsScreen:
        """The screen below all others."""
        screen = self.screen_stack[0]
        assert isinstance(screen, PositionsScreen)
        return screen

    def paint(self) -> bool:
        """Bring the screens in sight up to date; return False where nothing has changed and nothing was done."""
        if self._exit or not self.screen_stack:  # a frame that was due while the app closed
            return False
        changed = self.source.book.take_changed()
        self.positions.note_changed(changed)
        self.session.note_changed(changed)
        is_new = self.moment.advance(changed)
        if not is_new and not self._is_flashing:
            return False
        if self.settings.title and os.environ.get("TERM", "") not in UNABLE:
            self._title.show(title_text(self.moment))
        for screen in self._in_sight:
            if isinstance(screen, StraightScreen):
                screen.paint()
        self._notes.ask()
        if self._is_flashing:
            self._pace.ask()
        return True

    @property
    def _is_flashing(self) -> bool:
        """Whether a figure in sight flashes, which a further frame has to end."""
        return self.positions.table.is_flashing and self.positions in self._in_sight

    @property
    def _in_sight(self) -> list[Screen[Any]]:
        """The screen on top, and those that it leaves in sight."""
        screens: list[Screen[Any]] = []
        for screen in reversed(self.screen_stack):
            screens.append(screen)
            if not screen.is_modal:
                break
        return screens

    def on_key(self, event: events.Key) -> None:
        """Letters typed at once with the `/` were sent on before the filter had the focus: they belong to it."""
        screen, text = self.screen, event.character if event.is_printable else None
        if text and isinstance(screen, StraightScreen) and screen.take_text(text):
            event.prevent_default()

    def action_help(self) -> None:
        """List every key."""
        from tui.view.screens.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.moment, self.keys))

    def action_refresh_source(self) -> None:
        """Ask for snapshots at once."""
        self.source.refresh()

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """No pictures of an account are written without being asked for."""

    def action_command_palette(self) -> None:
        """Find an action by its name."""
        from tui.view.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """Find a theme by its name."""
        from tui.view.screens.palette import Palette

        self.push_screen(Palette([ThemeProvider], placeholder="Search for themes…"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action, and the themes."""
        yield SystemCommand("Theme", "Change the theme", self.action_change_theme)
        bindings = self.keys.of(HELP_KEYS, PROGRAM_KEYS)
        if isinstance(screen, StraightScreen):
            bindings += screen.palette_bindings
        for binding in bindings:
            if binding.id not in (None, "palette"):
                yield self._command(screen, binding)
        if not isinstance(screen, PositionsScreen):
            return
        for binding in self.keys.of(TABLE_KEYS):
            yield self._command(screen.table, binding)
        for place, preset in enumerate(screen.listing.presets):
            yield SystemCommand(
                f"Preset: {preset.name}", "Show only these", partial(screen.action_preset, place)
            )
        for column in COLUMNS:
            yield SystemCommand(
                f"Sort by {column.label}", "Again: the other way", partial(screen.sort_by, column)
            )

    def _command(self, target: DOMNode, binding: Binding) -> SystemCommand:
        key = binding.key_display or key_name(binding.key)
        return SystemCommand(
            binding.description.capitalize(),
            f"{binding.tooltip}  ({key})",
            partial(self.run_action, binding.action, default_namespace=target),
        )

    def _tell_terminal(self, sequence: str) -> None:
        """Write what is not drawn; between two frames, for a frame is written in one piece."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)
            self._driver.flush()

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to keep a text, through tmux where it is between us."""
        self._clipboard = text
        self._tell_terminal(keep(text, is_tmux=bool(os.environ.get("TMUX"))))

    def on_unmount(self) -> None:
        """Leave the window as it was."""
        self._pace.stop()
        self._notes.stop()
        self._title.give_back()

    # Only what differs goes to the terminal.

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if self._painter is None or not self._painter.display(screen, renderable):
            super()._display(screen, renderable)

    def on_resize(self) -> None:
        """What a terminal shows after a change of its size is its own choice."""
        if self._painter is not None:
            self._painter.forget()

    # A bug of ours. Textual's own report prints local variables, keys among them.

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = EXIT_BUG
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._report = report(error.error if isinstance(error, WorkerFailed) else error, self._redact)
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._report and sys.__stderr__ is not None:
            sys.__stderr__.write(self._report)
            sys.__stderr__.flush()
        self._report = ""


def settle() -> None:
    """Take what is there out of the garbage collector's rounds: each would stop the screen for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.enable()


def report(error: BaseException, redact: Callable[[str], str]) -> str:
    """A short report on a bug: the traceback without local variables, without secrets, safe for a terminal."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    text = redact("".join(traceback.format_exception(error, limit=-FRAMES)))
    clean = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
    return f"perptop met a bug of its own and stopped. Nothing was traded; perptop cannot.\n\n{clean}"
