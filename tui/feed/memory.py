"""What has to survive a restart: until when this IP address must be silent."""

import contextlib
import json
import os
from pathlib import Path


class BanMemory:
    """One small file: host to Unix milliseconds. A file that is missing, broken or unwritable is no obstacle."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def until_ms(self, host: str) -> int:
        """Return when `host` will listen again; 0 when nothing is remembered."""
        until = self._read().get(host, 0)
        return until if isinstance(until, int) else 0

    def remember(self, host: str, until_ms: int, now_ms: int) -> None:
        """Write it down, and drop what has passed."""
        if self._path is None:
            return
        known = {
            name: until for name, until in self._read().items() if isinstance(until, int) and until > now_ms
        }
        known[host] = until_ms
        beside = self._path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_text(json.dumps(known), encoding="utf-8")
            beside.replace(self._path)

    def _read(self) -> dict[str, object]:
        if self._path is None:
            return {}
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
