"""Rows of the screen in a file: all of them, as they stand, for their owner alone."""

import csv
import io
import os
from pathlib import Path

import msgspec
import pytest

from tests.view.hand import MANY, HandSource
from tui.book.position import Key
from tui.cli.export import export


@pytest.fixture
def source() -> HandSource:
    """Some positions."""
    return HandSource(*MANY)


def keys_of(source: HandSource) -> list[Key]:
    """The rows in an order that is nobody's else."""
    return sorted(source.hand.positions, reverse=True)


def symbols(rows: list[dict[str, str]]) -> list[str]:
    return [row["symbol"] for row in rows]


@pytest.mark.parametrize("name", ["rows.csv", "rows.txt", "rows"])
def test_csv_has_the_rows_in_their_order(source: HandSource, tmp_path: Path, name: str) -> None:
    """Whatever the name, unless it ends in .json: a head and one line a row, in the order of the screen."""
    keys = keys_of(source)[1:]
    size = export(source, tmp_path / name, keys, is_over=False)  # type: ignore[arg-type]  # what it reads of a Live
    text = (tmp_path / name).read_text()

    assert symbols(list(csv.DictReader(io.StringIO(text)))) == [key.symbol for key in keys]
    assert size == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("name", ["rows.json", "ROWS.JSON"])
def test_json_has_the_rows_in_their_order(source: HandSource, tmp_path: Path, name: str) -> None:
    """A name that ends in .json means the format of `once --json`."""
    keys = keys_of(source)
    export(source, tmp_path / name, keys, is_over=False)  # type: ignore[arg-type]  # as above

    positions = msgspec.json.decode((tmp_path / name).read_bytes())["positions"]
    assert symbols(positions) == [key.symbol for key in keys]


def test_row_that_has_gone_is_left_out(source: HandSource, tmp_path: Path) -> None:
    """A row that closed while the name was typed is not in the file."""
    keys = keys_of(source)
    del source.hand.positions[keys[0]]
    export(source, tmp_path / "rows.csv", keys, is_over=False)  # type: ignore[arg-type]  # as above

    assert symbols(list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text())))) == [
        key.symbol for key in keys[1:]
    ]


def test_file_is_its_owners_alone(source: HandSource, tmp_path: Path) -> None:
    """Nobody else may read it, also where others could read what it replaces."""
    old = tmp_path / "old.csv"
    old.write_text("x" * 100_000)
    old.chmod(0o644)
    for path, is_over in ((tmp_path / "new.csv", False), (old, True)):
        export(source, path, keys_of(source), is_over=is_over)  # type: ignore[arg-type]  # as above

        assert path.stat().st_mode & 0o777 == 0o600
    assert old.read_bytes() == (tmp_path / "new.csv").read_bytes()


def test_file_that_is_there_stays(source: HandSource, tmp_path: Path) -> None:
    """Without being told so nothing is overwritten, nor written through a link."""
    (tmp_path / "old.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    for name in ("old.csv", "link.csv"):
        with pytest.raises(FileExistsError):
            export(source, tmp_path / name, keys_of(source), is_over=False)  # type: ignore[arg-type]  # as above

    assert (tmp_path / "old.csv").read_text() == "old"
    assert not (tmp_path / "elsewhere.csv").exists()


def test_what_is_no_file_is_refused(source: HandSource, tmp_path: Path) -> None:
    """A pipe that nobody reads, a folder and a folder that is not there end in an error, not in waiting."""
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", tmp_path, tmp_path / "none" / "rows.csv"):
        with pytest.raises(OSError, match=r"No such|Is a directory"):
            export(source, path, keys_of(source), is_over=True)  # type: ignore[arg-type]  # as above
