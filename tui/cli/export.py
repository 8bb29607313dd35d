"""Writes rows of the screen to a file, in the formats of `perptop once`."""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tui.book.position import Key
from tui.report.formats import render
from tui.report.picture import IDENTITY, Caption, Picture, Wanted, take

if TYPE_CHECKING:
    from tui.live import Live, Lives


def export(live: "Live | Lives", path: Path, keys: Sequence[Key], is_over: bool) -> int:
    """Write these rows in this order: JSON if the name ends so, else CSV; return how many bytes.

    Raises:
        FileExistsError: there is a file already, and it may not be overwritten.
        OSError: it cannot be written.
    """
    caption = Caption(label=live.label, notice=live.notice, rights=live.rights)
    picture = take(live.book, live.time_ms(), Wanted(show_zero_rows=True), caption)
    form = "json" if path.suffix.casefold() == ".json" else "csv"
    raw = render(only(picture, keys), form).encode()
    write(path, raw, is_over=is_over)
    return len(raw)


def only(picture: Picture, keys: Sequence[Key]) -> Picture:
    """The picture with these rows alone, in this order."""
    rows = {tuple(row[name] for name in IDENTITY): row for row in picture.positions}
    return msgspec.structs.replace(picture, positions=[rows[key] for key in keys if key in rows])


def write(path: Path, raw: bytes, *, is_over: bool) -> None:
    """Write a file that its owner alone can read."""
    how = os.O_NONBLOCK if is_over else os.O_CREAT | os.O_EXCL
    with open(os.open(path, os.O_WRONLY | how, 0o600), "wb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        file.write(raw)
