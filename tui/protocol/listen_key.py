"""The care of a listen key: when to ask for one, when to keep it alive, and in which form of address to give it."""

from tui.credentials import Secret
from tui.protocol.private_stream import Form
from tui.protocol.requests import PING_STREAM, START_STREAM

KEEP_SECONDS = 20 * 60.0
"""Between pings of the key, which lives for an hour: three tries."""

START_SECONDS = 5.0
"""Between attempts to get one."""

MUTE_AFTER = 3
"""Missed events in a row, without a single one that came, after which the user stream counts as down."""


class ListenKeyCare:
    """One account has one listen key, shared by all its clients: it is asked for and kept, and never closed."""

    def __init__(self) -> None:
        self.listen_key: Secret | None = None
        self.form = Form.QUERY
        self._has_spoken = False
        self._misses = 0
        self._at = 0.0

    def due(self, now: float, is_listening: bool) -> str | None:
        """Return the method to ask now: a start without a key, a ping for a stream that listens; None otherwise."""
        if now < self._at:
            return None
        if self.listen_key is None:
            self._at = now + START_SECONDS
            return START_STREAM
        if is_listening:
            self._at = now + KEEP_SECONDS
            return PING_STREAM
        return None

    def told(self, listen_key: Secret, now: float) -> None:
        """Take the key that a start answered with."""
        self.listen_key = listen_key
        self._at = now + KEEP_SECONDS

    def kept(self, now: float) -> None:
        """Note that a ping was accepted."""
        self._at = now + KEEP_SECONDS

    def failed(self, now: float) -> None:
        """Note that a start or a ping failed."""
        self._at = now + START_SECONDS

    def ask_again(self) -> None:
        """Ask for a missing key at once: the connection on which it was asked for is gone."""
        if self.listen_key is None:
            self._at = 0.0

    def connected(self) -> None:
        """Note that a stream was opened with it: ping it at once, which shows whether it is known."""
        self._has_spoken = False
        self._at = 0.0

    def spoke(self) -> None:
        """Note that an event came."""
        self._has_spoken = True
        self._misses = 0

    @property
    def is_mute(self) -> bool:
        """Whether no form of address delivers: several audits in a row found what no stream had told."""
        return self._misses >= MUTE_AFTER

    def lost(self) -> None:
        """Forget the key: it expired, or the stream was lost and the key may be why."""
        self.listen_key = None
        self._at = 0.0

    def missed(self) -> None:
        """Note that an event did not come: an address that never spoke is tried in another form."""
        if not self._has_spoken:
            self.form = self.form.following
            self._misses += 1
