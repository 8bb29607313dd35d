"""The window's title: the word and how many positions there are; no money, no names."""

from collections.abc import Callable

from tui.view.moment import Moment

KEEP, GIVE_BACK = "\x1b[22;2t", "\x1b]2;\x07\x1b[23;2t"
"""Put the present title aside, and bring it back; a terminal that has no such memory is left without one."""
UNABLE = ("linux", "dumb", "vt100", "vt102", "vt220")
"""Terminals that have no title and may print what they do not know."""


def title_text(moment: Moment) -> str:
    """Such as `perptop LIVE, 14 positions`."""
    rows = moment.rows
    stale = f", {rows.unmarked} stale" if rows.unmarked else ""
    return f"perptop {moment.word.value}, {rows.open_rows} position{'s' * (rows.open_rows != 1)}{stale}"


class WindowTitle:
    """Writes the title when it changes."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._shown = ""

    def show(self, text: str) -> None:
        """Show a title."""
        if text != self._shown:
            keep = "" if self._shown else KEEP
            self._write(f"{keep}\x1b]2;{text}\x07")
            self._shown = text

    def give_back(self) -> None:
        """Leave the window the title that it had."""
        if self._shown:
            self._write(GIVE_BACK)
            self._shown = ""
