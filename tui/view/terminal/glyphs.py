"""How many cells of a terminal characters take."""

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

NARROW = " -~¡-¬®-ɏΑ-ΡΣ-ωА-я‐-‧←-↔−─-╿▀-▟■-◡ⓐ-ⓩⒶ-Ⓩ✓✕"
"""The common characters that take one cell in every terminal; a test compares it with `cells_of`."""
is_narrow = re.compile(f"[{NARROW}]*").fullmatch


def width_of(text: str) -> int:
    """The cells of a text; figures are not looked up character by character."""
    if text.isascii() and text.isprintable():
        return len(text)
    return len(text) if is_narrow(text) else cell_len(text)


@lru_cache(maxsize=4096)
def cells_of(character: str) -> int:
    """How many cells a character takes in every terminal: 1 or 2; 0 when that depends on terminal or neighbours."""
    if not character.isprintable() or unicodedata.category(character) in ("Mn", "Mc", "Me"):
        return 0
    if unicodedata.bidirectional(character) in ("R", "AL", "AN"):
        return 0
    is_wide = unicodedata.east_asian_width(character) in "WF"
    cells = cell_len(character)
    if cells == 1 and not is_wide and not "\U0001f000" <= character < "\U0001fb00":
        return 1
    return 2 if cells == 2 and is_wide and unicodedata.category(character) not in ("So", "Sk") else 0
