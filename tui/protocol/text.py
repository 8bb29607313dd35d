"""Text from outside, made safe for a terminal."""

import re
import unicodedata

LONGEST = 64
MOST_MARKS = 2

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Python calls them printable, and they print nothing: joiners, fillers, variation selectors, the empty Braille cell."""


def clean(text: str, longest: int = LONGEST) -> str:
    """Return `text` with everything that could steer a terminal shown as `�`.

    Control characters (C0, C1, DEL), bidirectional overrides, zero-width and other unprintable characters are
    replaced; Chinese symbols stay. More than two combining marks on one character are dropped, and what is longer
    than `longest` characters ends in `…`.
    """
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text[: 4 * longest]):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MOST_MARKS:
            is_seen = character.isprintable() and not _INVISIBLE.match(character)
            kept.append(character if is_seen else "�")
    cleaned = "".join(kept)
    return cleaned if len(text) <= 4 * longest and len(cleaned) <= longest else cleaned[: longest - 1] + "…"
