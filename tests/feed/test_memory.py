"""Until when this IP address has to be silent, over a restart."""

from pathlib import Path

import pytest

from tui.feed.memory import BanMemory

NOW = 1_780_000_000_000


def test_silence_is_remembered_by_host(tmp_path: Path) -> None:
    """What one program was told, the next knows, for that host only."""
    BanMemory(tmp_path / "state" / "bans.json").remember("fapi.binance.com", NOW + 60_000, NOW)
    next_one = BanMemory(tmp_path / "state" / "bans.json")

    assert next_one.until_ms("fapi.binance.com") == NOW + 60_000
    assert next_one.until_ms("testnet.binancefuture.com") == 0


def test_what_has_passed_is_forgotten(tmp_path: Path) -> None:
    """The file holds what is still to come."""
    memory = BanMemory(tmp_path / "bans.json")
    memory.remember("old.test", NOW - 1, NOW - 60_000)
    memory.remember("new.test", NOW + 60_000, NOW)

    assert (memory.until_ms("old.test"), memory.until_ms("new.test")) == (0, NOW + 60_000)


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"fapi.binance.com": "soon"}', "\udcff"])
def test_broken_file_is_no_obstacle(tmp_path: Path, content: str) -> None:
    """A file that makes no sense counts as none, and is written anew."""
    path = tmp_path / "bans.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    memory = BanMemory(path)

    assert memory.until_ms("fapi.binance.com") == 0
    memory.remember("fapi.binance.com", NOW + 1, NOW)
    assert memory.until_ms("fapi.binance.com") == NOW + 1


def test_unwritable_folder_is_no_obstacle(tmp_path: Path) -> None:
    """Where nothing can be written, nothing is remembered, and nothing fails."""
    (tmp_path / "file").write_text("not a folder")
    memory = BanMemory(tmp_path / "file" / "bans.json")
    memory.remember("fapi.binance.com", NOW + 1, NOW)

    assert memory.until_ms("fapi.binance.com") == 0
