"""What every conversation over a socket has in common."""

from typing import NamedTuple, Protocol, TypeVar

NewsT = TypeVar("NewsT")


class Ending(NamedTuple):
    """Why a conversation ends."""

    sentence: str
    is_refused: bool = False
    """The key was refused: dial again only after a long pause."""
    is_planned: bool = False
    """The server goes away or the connection is old: another is opened before this one is closed."""


class Garbled(NamedTuple):
    """Something came that could not be read."""

    sentence: str


class Talk(Protocol[NewsT]):
    """A conversation as the shell sees it: bytes and numbers in, news and frames out."""

    @property
    def ending(self) -> Ending | None:
        """Why it ends; None while it goes on."""

    @property
    def is_ready(self) -> bool:
        """Whether it does its work."""

    def opened(self, now: float) -> list[NewsT]:
        """Begin: the socket is open."""

    def receive(self, raw: bytes | str, now: float, wall_ms: int) -> list[NewsT]:
        """Take one frame."""

    def tick(self, now: float) -> list[NewsT]:
        """Do what is due."""

    def due_at(self) -> float | None:
        """Return the `now` at which `tick` has something to do; None when nothing is planned."""

    def take_outgoing(self) -> list[bytes]:
        """Return the frames to send now."""
