"""What stands between Textual and a terminal: reads keys, and sleeps until there is something to read.

Textual's own reader looks ten times a second whether it should end, which costs more than all else that perptop does
while nothing changes; a byte that is no UTF-8 ends the program; and escape characters in pasted text act as keys.
"""

import os
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from selectors import EVENT_READ, SelectSelector
from threading import Event, Thread
from typing import Any

from textual import events
from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.linux_inline_driver import LinuxInlineDriver
from textual.message import Message

ESCAPE = "\x1b"
SEQUENCES = re.compile(f"(?={ESCAPE})")
"""Parts what is read where something begins that may not be readable."""
MOST = 4_096
"""Bytes that are read at once."""
GONE = 129
"""The exit code when the terminal has gone, as after a SIGHUP."""
MOUSE_ON = "\x1b[?1000h\x1b[?1002h\x1b[?1006h"
"""Clicks, the wheel and drags. Nobody needs to hear of a mouse that only moves."""
MOUSE_OFF = "\x1b[?1006l\x1b[?1002l\x1b[?1000l"


class Bell(Event):
    """An event that wakes a selector too."""

    def __init__(self) -> None:
        super().__init__()
        self.fileno, self._rope = os.pipe()

    def set(self) -> None:
        """Ring."""
        if not self.is_set():
            os.write(self._rope, b"!")
        super().set()

    def clear(self) -> None:
        """Be silent again."""
        if self.is_set():
            os.read(self.fileno, 1)
        super().clear()


class Pastes:
    """Takes escape characters out of pasted text: they are not keys that somebody pressed."""

    def __init__(self) -> None:
        self._is_inside = False
        self._tail = ""
        """The end of what was passed on, or inside a paste of what was not: a mark may come in two pieces."""

    def clean(self, text: str) -> str:
        """Return what is to be read; the end of a paste may wait for more."""
        parts: list[str] = []
        while text:
            if self._is_inside:
                inside, mark, text = (self._tail + text).partition(BRACKETED_PASTE_END)
                self._tail = "" if mark else _beginning(inside, BRACKETED_PASTE_END)
                inside = inside.removesuffix(self._tail)
                parts += [inside.replace(ESCAPE, ""), mark]
                self._is_inside = not mark
            else:
                seen = self._tail + text
                place = seen.find(BRACKETED_PASTE_START)
                self._is_inside = place >= 0
                end = place + len(BRACKETED_PASTE_START) - len(self._tail) if self._is_inside else len(text)
                self._tail = "" if self._is_inside else _beginning(seen, BRACKETED_PASTE_START)
                parts.append(text[:end])
                text = text[end:]
        return "".join(parts)


def _beginning(text: str, mark: str) -> str:
    """The longest end of a text with which a mark may begin."""
    return next((mark[:size] for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), "")


class Reader:
    """Makes keys, clicks and answers of what a terminal sends, whatever that is."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._pastes = Pastes()

    @property
    def patience(self) -> float | None:
        """Seconds until an escape character that nothing followed is a key; None: nothing is waited for."""
        until = self._parser._timeout_time
        return None if until is None else max(0.0, until - get_time())

    def read(self, data: bytes) -> Iterator[Message]:
        """Read what came."""
        text = self._pastes.clean(self._decode(data))
        for sequence in filter(None, SEQUENCES.split(text)):
            yield from self._guarded(self._parser.feed(sequence))

    def tick(self) -> Iterator[Message]:
        """Read what has waited long enough."""
        yield from self._guarded(self._parser.tick())

    def _guarded(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Leave out what Textual's parser cannot read, as a key whose number no character has."""
        before = self._parser
        try:
            yield from messages
        except (ValueError, ArithmeticError):
            self._parser = XTermParser()
            sizes = before.terminal_size, before.terminal_pixel_size
            if all(
                size is not None and all(size) for size in sizes
            ):  # else nobody can tell where a click was
                self._parser.mouse_pixels = before.mouse_pixels
                self._parser.terminal_size, self._parser.terminal_pixel_size = sizes


def read_keys(fileno: int, end: Bell, take: Callable[[Message], None]) -> bool:
    """Read a terminal until the bell rings; called in a thread of its own. Return False when the terminal has gone.

    Args:
        fileno: of the terminal.
        end: rings when it is over.
        take: is told every key, click and answer.
    """
    reader = Reader()
    with SelectSelector() as selector:
        selector.register(fileno, EVENT_READ)
        selector.register(end.fileno, EVENT_READ)
        while not end.is_set():
            ready = selector.select(reader.patience)
            if any(key.fd == fileno for key, _ in ready):
                data = os.read(fileno, MOST)
                if not data:
                    return False
                for message in reader.read(data):
                    take(message)
            for message in reader.tick():
                take(message)
    return True


class Sleeper(Driver):
    """The part of a driver that reads."""

    fileno: int
    exit_event: Event

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.exit_event = self._bell = Bell()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size; where a terminal tells none, what rich guesses: of two guesses each would correct the other for ever."""
        try:
            is_told = all(os.get_terminal_size(self.fileno))
        except OSError:
            is_told = False
        width, height = super()._get_terminal_size() if is_told else self._app.console.size  # type: ignore[misc]  # of both drivers
        return width, height

    def resume_application_mode(self) -> None:
        """Begin anew, and end first what goes on: whoever is stopped by SIGSTOP cannot suspend in good order."""
        reader: Thread | None = getattr(self, "_key_thread")  # noqa: B009 - of both drivers, not of their base
        if reader is not None and reader.is_alive():
            self.suspend_application_mode()
        super().resume_application_mode()

    def run_input_thread(self) -> None:
        """Read until told to end, or until nobody is at the other end any more: then there is nobody to show it to."""
        if not read_keys(self.fileno, self._bell, self.process_message):
            self._app.call_later(self._app.exit, None, GONE)

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write(MOUSE_ON)

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write(MOUSE_OFF)
            self.flush()


class TerminalDriver(Sleeper, LinuxDriver):
    """A terminal of one's own."""


class InlineDriver(Sleeper, LinuxInlineDriver):
    """Some lines below the prompt."""

    def process_message(self, message: Message) -> None:
        """Pass on what was read, but for where the lines begin."""
        if isinstance(message, events.CursorPosition):
            self.cursor_origin = (message.x, message.y)
        else:
            super().process_message(message)
