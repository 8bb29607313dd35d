"""The listen key of the account: one at a time, shared by all its clients (page "User Data Streams")."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tui.sim.errors import rejected
from tui.sim.keys import LETTERS


@dataclass
class ListenKeys:
    """The active listen key, if there is one. Times are of the exchange's clock."""

    random: random.Random
    valid_ms: int
    lifetime_ms: int | None
    active: str | None = None
    expires_ms: int = 0
    ends_ms: int = 0

    def start(self, now_ms: int) -> str:
        """`userDataStream.start`: a new key, or the active one with its time extended."""
        if self.active is None:
            self.active = "".join(self.random.choices(LETTERS, k=64))
            self.ends_ms = now_ms + self.lifetime_ms if self.lifetime_ms else 1 << 62
        self.expires_ms = now_ms + self.valid_ms
        return self.active

    def ping(self, now_ms: int) -> str:
        """`userDataStream.ping`: extend the active key.

        Raises:
            Rejected: -1125 when none is active.
        """
        if self.active is None:
            raise rejected(-1125)
        return self.start(now_ms)

    def delete(self) -> None:
        """Forget the active key, as `userDataStream.stop` of any client of the account does: no event, only silence."""
        self.active = None

    def expired(self, now_ms: int) -> str | None:
        """Take the active key away once its time is over, and return it for the `listenKeyExpired` event."""
        if self.active is None or now_ms < min(self.expires_ms, self.ends_ms):
            return None
        key, self.active = self.active, None
        return key
