"""Messages as Binance sends them, and the key that the tests sign with."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui.credentials import Credential, Secret

FIXTURES = Path(__file__).parent.parent / "fixtures"
RECORDED = Path(__file__).parent.parent.parent.parent / "shared" / "fixtures"
"""Real messages, beside a working copy of the project and not part of it."""

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
"""Of the sample in Binance's own documents."""

WALL_MS = 1_790_000_000_000


def fixture(folder: str, name: str) -> bytes:
    """Return one message of `tests/fixtures`."""
    return (FIXTURES / folder / f"{name}.json").read_bytes()


def names(folder: str) -> list[str]:
    """Return the names of all messages of a folder."""
    return sorted(path.stem for path in (FIXTURES / folder).glob("*.json"))


def result_of(name: str) -> bytes:
    """Return the `result` of an answer."""
    return encoded(json.loads(fixture("answers", name))["result"])


def encoded(message: Any) -> bytes:
    """Return a message as a frame."""
    return json.dumps(message, ensure_ascii=False).encode()


def hmac_credential() -> Credential:
    """Return the credential of Binance's own sample."""
    return Credential.hmac(Secret(API_KEY), SECRET)


def identities() -> Iterator[str]:
    """Return the ids r1, r2, r3 …"""
    return (f"r{number}" for number in itertools.count(1))


def brief(value: object) -> str:
    """Name a parameter of a test by its beginning."""
    return ascii(value)[:30]
