"""The columns that were chosen, kept across starts: one small file that its owner alone can read."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

MOST_BYTES = 10_000
"""A larger file is none of ours."""


class Chosen(msgspec.Struct, frozen=True):
    """What the file holds."""

    columns: tuple[str, ...]


class ColumnMemory:
    """A file that is missing is no obstacle, and one that is broken or unwritable only a sentence."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        """None: nothing is remembered."""
        self.trouble = ""
        """What could not be done, for the person; empty while all is well."""

    def recall(self) -> tuple[str, ...]:
        """Return the names that were chosen, in their order; none when nothing is remembered."""
        if self._path is None:
            return ()
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(MOST_BYTES), type=Chosen).columns
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, RecursionError):
            self.trouble = f"{self._path.name} cannot be read: the columns are the usual ones."
            return ()

    def remember(self, names: Sequence[str]) -> None:
        """Write the names down in place of those before, whole or not at all; none forgets them."""
        self.trouble = ""
        if self._path is None:
            return
        try:
            if names:
                self._write(self._path, msgspec.json.encode(Chosen(tuple(names))))
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            self.trouble = f"The columns will not be remembered: {error.strerror}."

    def _write(self, path: Path, raw: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
        beside.replace(path)
