"""A picture as CSV: one line of names, one line a position."""

import csv
import io

from tui.report.picture import POSITION_FIELDS, Picture, Value


def as_csv(picture: Picture) -> str:
    """Return the positions (RFC 4180); unknown is empty, and the word of health stands in every line."""
    names = picture.wanted.fields or POSITION_FIELDS
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["time_ms", "word", *names])
    for row in picture.positions:
        writer.writerow([picture.time_ms, picture.word, *(_cell(row[name]) for name in names)])
    return text.getvalue()


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
