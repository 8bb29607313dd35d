"""The screen in ASCII: one translation behind everything that is drawn, cell for cell."""

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

OURS = str.maketrans(
    {
        **dict.fromkeys("−–—‐‑", "-"),
        **dict.fromkeys("‘’′", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("•●", "*"),
        **dict.fromkeys("░▯", "."),
        **dict.fromkeys("█▌▋▊▉▮▓▒", "#"),
        **dict.fromkeys("▎▍", ":"),
        **dict.fromkeys("▏▕▐│┃", "|"),
        **dict.fromkeys("─━▔▀▄", "-"),
        **dict.fromkeys("▁", "_"),
        **dict.fromkeys("▂▃▅▆▇", " "),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰", "+"),
        **dict.fromkeys("▲↑", "^"),
        **dict.fromkeys("▼↓", "v"),
        **dict.fromkeys("›→▶≥", ">"),
        **dict.fromkeys("←◀≤", "<"),
        **dict.fromkeys("✕×", "x"),
        "▵": "^",
        "▿": "v",
        "✓": "v",
        "≈": "~",
        "◐": "%",
        "○": "o",
        "÷": "/",
        "·": "|",
        "…": ".",
        "Ⓢ": "S",
        "Σ": "S",
        "±": "~",
    }
)
"""Every sign that perptop and Textual draw, each one cell wide."""
GLYPHLESS = ("linux", "vt100", "vt102", "vt220")
"""Terminals whose fonts lack eighths of blocks, lights and true minus signs."""


class _Signs(dict[int, str]):
    """The table of all characters: words in whatever script stay, a sign that nobody has thought of is a `?`."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_word = code < 0x80 or unicodedata.category(character)[0] in "LMN"
        text = self[code] = character if is_word else "?" * cell_len(character)
        return text


_signs = _Signs(OURS)


def ascii_text(text: str) -> str:
    """The text with every sign in ASCII, as wide as before; names in other scripts stay as they are."""
    return text if text.isascii() else text.translate(_signs)


def lacks_glyphs(terminal: str, encoding: str) -> bool:
    """Whether a terminal cannot be trusted with more than ASCII."""
    return terminal in GLYPHLESS or "utf" not in encoding.casefold()


class AsciiFilter(LineFilter):
    """Puts ASCII in the place of signs, in every widget."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Translate what a line says and leave how it looks."""
        return [
            segment if segment.control else Segment(ascii_text(segment.text), segment.style)
            for segment in segments
        ]
