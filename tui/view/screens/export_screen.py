"""The prompt for the file that the rows are written to."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.book.position import Key
from tui.view.source import Export
from tui.view.terminal.lines import Line, Lines, shortened


def file_name(time_ms: int) -> str:
    """The name that is proposed, by local time."""
    return f"perptop-{datetime.fromtimestamp(time_ms / 1000, UTC).astimezone():%Y%m%d-%H%M%S}.csv"


class ExportScreen(ModalScreen[str | None]):
    """Asks for a path, and a second time before it overwrites; ends with what to say of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", show=False)]

    def __init__(self, export: Export, order: Callable[[], Sequence[Key]], time_ms: int) -> None:
        super().__init__()
        self._export = export
        self._order = order
        self._agreed = ""
        """The file that may be overwritten."""
        self._prompt = Lines(id="prompt")
        self._path = Input(file_name(time_ms), id="path", compact=True, select_on_focus=False)
        self._path.cursor_blink = False

    def compose(self) -> ComposeResult:
        """A line of words above the path."""
        yield self._prompt
        yield self._path

    def on_mount(self) -> None:
        """Ask."""
        self._path.focus()
        self.call_after_refresh(self._ask)

    def on_resize(self) -> None:
        """Lay out anew."""
        self._ask()

    def _ask(self) -> None:
        rows = len(self._order())
        self._say(f"Enter writes {rows} row{'s' * (rows != 1)}, Esc goes back. .json means JSON.", "dim")

    def _say(self, text: str, tone: str = "warn") -> None:
        line: Line = ((f" {shortened(text, self.size.width - 1)}", tone),)
        self._prompt.show([line])

    def on_input_changed(self) -> None:
        """Another name has to be asked about again."""
        self._agreed = ""

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Write it, or say why not."""
        name, order = message.value.strip(), list(self._order())
        if not name:
            self._say("A file needs a name.")
            return
        try:
            size = self._export(Path(name).expanduser(), order, self._agreed == name)
        except FileExistsError:
            self._agreed = name
            self._say(f"Enter again overwrites it, Esc goes back: {name} exists.")
        except (OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            self._say(f"Not written: {reason or error}.")
        else:
            rows = f"{len(order)} row{'s' * (len(order) != 1)}"
            self.dismiss(f"Wrote {rows}, {size:,} bytes, to {name} (mode 600).")
