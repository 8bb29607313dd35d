"""What `y` and `Y` copy, and how a terminal is asked to keep it (OSC 52)."""

import base64
from typing import NamedTuple

from tui.view.columns import side
from tui.view.table.positions_table import PositionsTable
from tui.view.terminal.ascii import ascii_text

MOST = 74_000
"""Bytes of base64 that terminals are known to take in one sequence."""


class Clip(NamedTuple):
    """A text for the clipboard, and what it is in words."""

    text: str
    what: str

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.text.encode())

    @property
    def is_too_large(self) -> bool:
        """Whether terminals would drop or cut it."""
        return -(-self.size // 3) * 4 > MOST

    @property
    def told(self) -> str:
        """What is done with it, or why not; whether a terminal obeys nobody can know."""
        if self.is_too_large:
            return f"Not copied: {self.size:,} bytes are more than terminals take. E writes a file."
        return f"Copied {self.what}, {self.size:,} bytes, if the terminal allows it (OSC 52)."


def row_clip(table: PositionsTable) -> Clip | None:
    """The row under the cursor as it is shown; None without one."""
    position = None if table.cursor is None else table.position(table.cursor)
    if position is None:
        return None
    texts = table.texts(position)
    return Clip(_line(texts), f"{position.key.symbol} {side(position)}: {len(texts)} fields")


def table_clip(table: PositionsTable) -> Clip | None:
    """A head and all rows in their order, in and out of sight, with the columns that are shown."""
    positions = [position for position in map(table.position, table.order) if position is not None]
    if not positions or not table.slots:
        return None
    head = [slot.column.label for slot in table.slots]
    lines = [_line(texts) for texts in (head, *map(table.texts, positions))]
    rows = f"{len(positions)} row{'s' * (len(positions) != 1)}"
    return Clip("".join(f"{line}\n" for line in lines), f"{rows} of {len(head)} fields")


def _line(texts: list[str]) -> str:
    """Tab-separated, with signs in ASCII: a spreadsheet reads no other minus."""
    return "\t".join(map(ascii_text, texts))


def keep(text: str, *, is_tmux: bool) -> str:
    """Return the bytes that ask the terminal to keep a text.

    tmux takes it for itself and its terminal (`set-clipboard on`) or lets it through (`allow-passthrough on`): it is asked
    for both, for nobody can know which of them it may do.
    """
    asked = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if not is_tmux:
        return asked
    doubled = asked.replace("\x1b", "\x1b\x1b")
    return f"{asked}\x1bPtmux;{doubled}\x1b\\"
