"""What is read from a terminal: anything may come, and only keys act."""

import os
import select
import threading
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tui.view.terminal.driver import Bell, Pastes, Reader, read_keys

START, END = "\x1b[200~", "\x1b[201~"


def keys(messages: Iterable[Message]) -> list[str]:
    """The names of the keys among what was read."""
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff\xfe",
        b"\x1b[99999999999u",
        b"\x1b[1114112u",
        b"\x1b[48;:u",
        b"\x1b[48;1:3;2:R",
        b"\xc3\x28",
        b"\x1b[48;30;120;0;0t\x1b[<0;5;5M",
    ],
)  # fmt: skip
def test_what_nobody_can_read_is_left_out(rubbish: bytes) -> None:
    """A byte that is no UTF-8 or a number that no key has is no reason to end: the next key acts."""
    reader = Reader()

    list(reader.read(rubbish))

    assert keys(reader.read(b"q"))[-1:] == ["q"]


@given(
    st.lists(
        st.binary(max_size=12)
        | st.sampled_from([b"\x1b[", b";", b":", b"u", b"999999999999", b"\x1b[200~", b"~"])
    )
)
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    """Nothing that a terminal may send ends the reading."""
    reader = Reader()
    for piece in pieces:
        list(reader.read(piece))
        list(reader.tick())

    list(reader.read(END.encode()))
    assert keys(reader.read(b"\x1b[A"))[-1:] == ["up"]


@given(st.text(st.sampled_from("ab\x1b[20~1A"), max_size=30), st.integers(1, 8))
def test_pasted_text_holds_no_keys(text: str, size: int) -> None:
    """However a paste is cut into pieces, its escape characters are gone and what follows is untouched."""
    pasted = text.replace(END, "")
    stream = f"x{START}{pasted}{END}\x1b[A"
    pastes = Pastes()

    read = "".join(pastes.clean(stream[place : place + size]) for place in range(0, len(stream), size))

    if END in f"{pasted}{END}"[:-1]:  # a mark made of the paste's end and the mark's beginning
        return
    assert read == f"x{START}{pasted.replace(chr(27), '')}{END}\x1b[A"


@given(st.text(st.sampled_from("ab\x1b[20~1A"), max_size=30), st.integers(1, 8))
def test_typed_text_passes_as_it_is(text: str, size: int) -> None:
    """Outside a paste nothing is changed and nothing waits."""
    typed = text.replace(START, "")
    if START in typed:
        return
    pastes = Pastes()

    assert [pastes.clean(typed[place : place + size]) for place in range(0, len(typed), size)] == [
        typed[place : place + size] for place in range(0, len(typed), size)
    ]


def test_escape_alone_is_a_key_after_a_while() -> None:
    """The reader tells how long it waits for the rest of a sequence."""
    reader = Reader()
    assert reader.patience is None

    read = list(reader.read(b"\x1b"))

    assert keys(read) == []
    assert reader.patience is not None
    while reader.patience is not None:
        read += reader.tick()
    assert keys(read) == ["escape"]


def test_reading_sleeps_until_there_is_something() -> None:
    """Keys are told as they come, a closed terminal is no reason to spin, and the bell ends it."""
    terminal, keyboard = os.pipe()
    bell, told, came = Bell(), [], threading.Event()

    def take(message: Message) -> None:
        told.append(message)
        came.set()

    thread = threading.Thread(target=read_keys, args=(terminal, bell, take))
    thread.start()
    os.write(keyboard, b"\x1b[A")
    assert came.wait(10)
    os.close(keyboard)
    bell.set()
    thread.join(10)
    os.close(terminal)

    assert not thread.is_alive()
    assert keys(told) == ["up"]


def test_a_bell_wakes_whoever_waits_until_it_is_silent() -> None:
    """However often it rings at once, silencing it once is enough; and it rings again."""
    bell = Bell()
    for _ in range(3):
        bell.set()
        bell.set()
        assert select.select([bell.fileno], [], [], 0)[0]
        bell.clear()
        assert not select.select([bell.fileno], [], [], 0)[0]
