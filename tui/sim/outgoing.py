"""What the exchange hands to the socket: frames, and answers to plain HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A text frame."""

    data: str


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary frame."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping frame; the client owes a pong with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """A close frame, then the end of the connection."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Abort:
    """The end of the connection without a word: a TCP reset."""


Outgoing = Text | Binary | Ping | Close | Abort

CUT = 0
"""In place of a status: the connection is cut without an answer."""
NO_ANSWER = -1
"""In place of a status: the connection stays open and nothing comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a plain HTTP request."""

    status: int
    """Of HTTP, or `CUT` or `NO_ANSWER`."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A handshake that is refused over HTTP."""

    status: int
    """Of HTTP, or `CUT` or `NO_ANSWER`."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
