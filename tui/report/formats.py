"""The output formats by name."""

import difflib
from collections.abc import Callable

from tui.errors import UsageError
from tui.report.csv import as_csv
from tui.report.json import as_json, as_ndjson
from tui.report.picture import POSITION_FIELDS, Picture
from tui.report.table import as_table

_WRITERS: dict[str, Callable[[Picture], str]] = {"json": as_json, "csv": as_csv, "ndjson": as_ndjson}
FORMATS = ("table", *_WRITERS)


def render(picture: Picture, form: str, columns: int | None = None) -> str:
    """Return the picture in a format; `columns` limits a table to the width of a terminal."""
    writer = _WRITERS.get(form)
    return as_table(picture, columns) if writer is None else writer(picture)


def fields_of(text: str) -> tuple[str, ...]:
    """Return the fields that a list parted by commas names; empty for an empty text.

    Raises:
        UsageError: there is no such field.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in POSITION_FIELDS:
            near = difflib.get_close_matches(name, POSITION_FIELDS, 1)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(POSITION_FIELDS)}"
            raise UsageError(f"--fields: there is no field of that name; {advice}")
    return names
