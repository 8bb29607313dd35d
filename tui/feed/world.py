"""Everything that a feed takes from outside: clocks, sleep, chance and sockets. Tests pass a world of their own."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tui.protocol.text import clean
from tui.protocol.verdicts import HandshakeRefused, judge_handshake


class DialFailed(Exception):
    """A connection could not be opened; the sentence says why, as far as it can be told apart."""

    def __init__(
        self,
        sentence: str,
        *,
        silent: float | None = None,
        is_untrusted: bool = False,
        is_missing: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.silent = silent
        """Seconds for which every connection of this machine has to be silent; None when it need not."""
        self.is_untrusted = is_untrusted
        """The certificate does not hold: only a person can mend it."""
        self.is_missing = is_missing
        """The server knows no such address."""


class HttpAnswer(NamedTuple):
    """An answer over plain HTTP."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks for; None without it, and for a date."""
        return _seconds(self.headers.get("retry-after"))


class Lost(Exception):
    """An open connection is gone; the sentence says how."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Socket(Protocol):
    """An open WebSocket."""

    async def recv(self) -> bytes | str:
        """Return the next frame; raise Lost when there will be none."""

    async def send(self, frame: bytes) -> None:
        """Send one text frame; raise Lost when that is not possible."""

    async def close(self) -> None:
        """Close it; never raises."""


class World(Protocol):
    """What is outside of a feed."""

    def now(self) -> float:
        """Return seconds that only grow, also while the machine sleeps."""

    def wall_ms(self) -> int:
        """Return this machine's Unix time in milliseconds."""

    def random(self) -> float:
        """Return a number from 0 up to 1."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def connect(self, url: str) -> Socket:
        """Open a WebSocket; raise DialFailed when that is not possible."""

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Return the answer over plain HTTP, whatever its status; raise DialFailed when there is none."""


def refused(answer: HttpAnswer, host: str) -> DialFailed:
    """Return what an answer over HTTP means that is not the wanted one."""
    refusal = HandshakeRefused(answer.status, answer.retry_after, answer.headers.get("location"))
    sentence, silent = judge_handshake(refusal, clean(host))
    return DialFailed(sentence, silent=silent, is_missing=answer.status in (404, 410))


def _seconds(text: str | None) -> float | None:
    """Read `Retry-After`: seconds; a date or rubbish counts as unknown."""
    return float(text) if text is not None and text.strip().isdecimal() else None
