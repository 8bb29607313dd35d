"""Text from outside, made safe for a terminal."""

import unicodedata

LONGEST = 64
MOST_MARKS = 2


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
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character if character.isprintable() else "�")
    cleaned = "".join(kept)
    return cleaned if len(text) <= 4 * longest and len(cleaned) <= longest else cleaned[: longest - 1] + "…"
