"""Numbers and words as plain text: exact digits, never an exponent, never NaN; widths in terminal cells."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

UNKNOWN = "—"
LARGEST_EXPONENT = 60
RATIO_PLACES = 8


def digits(amount: Decimal | None) -> str | None:
    """Return an amount in the exchange's exact digits; None when it is unknown or no number."""
    if amount is None or not amount.is_finite() or abs(amount.adjusted()) > LARGEST_EXPONENT:
        return None
    return format(amount, "f")


def fraction(ratio: Decimal | None) -> str | None:
    """Return a ratio rounded to 8 places; None when it is unknown or no number."""
    if ratio is None or not ratio.is_finite() or ratio.adjusted() > LARGEST_EXPONENT:
        return None
    return format(ratio, f"z.{RATIO_PLACES}f")


def percent(ratio: str, *, is_signed: bool = True) -> str:
    """Return a fraction as percent, with its sign unless it has none by nature."""
    return format(Decimal(ratio) * 100, "+z.2f" if is_signed else "z.2f") + " %"


def moment(time_ms: int) -> str:
    """Return a Unix time in milliseconds as a date and time in UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def width(text: str) -> int:
    """Return how many terminal cells a text takes: Chinese characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, cells: int, *, is_left: bool) -> str:
    """Fill a text with spaces up to that many cells."""
    space = " " * (cells - width(text))
    return text + space if is_left else space + text
