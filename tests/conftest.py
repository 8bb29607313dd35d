"""Holds for every test: no key from outside, no proxy, no state of this machine's owner, no network but this machine."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Speed is measured by the bench, never by a test: this machine may be busy.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

OURS = ("BINANCE_", "PERPTOP_", "TEXTUAL", "XDG_")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take keys, proxies and folders of this machine's owner out of the environment."""
    for name in list(os.environ):
        if name.startswith(OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no socket leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
            ("127.", "::1")
        ):
            pytest.fail(f"a test wanted to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
