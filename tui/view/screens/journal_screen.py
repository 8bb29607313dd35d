"""The event list: what happened, newest first, in local time and UTC."""

from tui.book.journal import Entry, Kind
from tui.view import formats
from tui.view.keymap import Keys
from tui.view.moment import Moment
from tui.view.screens.sheet import Sheet
from tui.view.terminal.lines import Line, folded

TONES = {
    Kind.LIQUIDATION: "alarm",
    Kind.MARGIN_CALL: "alarm",
    Kind.AUDIT: "warn",
    Kind.CONNECTION: "warn",
}
KIND_WIDTH = max(len(kind.value) for kind in Kind)
NARROW = 60


def entry_lines(entry: Entry, width: int) -> list[Line]:
    """One event; long sentences go on below themselves."""
    is_narrow = width < NARROW
    times = formats.local_time(entry.time_ms)
    if not is_narrow:
        times += f"  {formats.utc_time(entry.time_ms)}"
    head = f" {times}  "
    kind = entry.kind.value if is_narrow else entry.kind.value.ljust(KIND_WIDTH)
    indent = len(head) + (0 if is_narrow else KIND_WIDTH + 2)
    texts = folded(entry.text, max(10, width - indent - 1)) or [""]
    first: Line = ((head, "dim"), (kind, TONES.get(entry.kind, "key")))
    if is_narrow:
        return [first, *(((f"   {text}", "plain"),) for text in folded(entry.text, width - 4))]
    return [
        (*first, (f"  {texts[0]}", "plain")),
        *(((" " * indent + text, "plain"),) for text in texts[1:]),
    ]


class JournalScreen(Sheet):
    """What happened, newest first."""

    def __init__(self, moment: Moment, keys: Keys) -> None:
        super().__init__(moment, keys)
        self._made: tuple[int, int] = (-1, -1)
        self._lines: list[Line] = []

    def title_line(self, width: int) -> Line:
        """The title, with what the times are."""
        count = self.moment.book.journal.count
        return ((" Events", "strong"), (f"   {count} so far, newest first   local time, UTC", "dim"))

    def sheet_lines(self, width: int) -> list[Line]:
        """All entries; made anew only when one came or the width changed."""
        journal = self.moment.book.journal
        if self._made != (journal.count, width):
            self._made = (journal.count, width)
            entries = reversed(list(journal))
            self._lines = [line for entry in entries for line in entry_lines(entry, width)]
        return self._lines or [((" Nothing has happened yet.", "dim"),)]
