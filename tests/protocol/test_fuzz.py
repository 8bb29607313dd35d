"""Whatever bytes come, the decoder answers with a value or a ProtocolError, and one odd field spoils only itself."""

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.wire import encoded, fixture, names, result_of
from tui.errors import ProtocolError
from tui.protocol.codec import (
    decode_account,
    decode_answer,
    decode_listen_key,
    decode_positions,
    decode_pushed,
    decode_server_time,
    decode_session,
)
from tui.protocol.events import AccountUpdate

READERS: tuple[Callable[[bytes], object], ...] = (
    decode_answer,
    decode_pushed,
    decode_positions,
    decode_account,
    decode_session,
    decode_server_time,
    decode_listen_key,
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["", "NaN", "-Infinity", "1E+99", "-0.0", "1,5", "\x1b[2J", "e", "ACCOUNT_UPDATE", 10**30, -1]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["e", "E", "T", "a", "B", "P", "s", "ps", "pa", "o", "p", "id", "status", "result", "error"]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
MESSAGES = [fixture("pushed", name) for name in names("pushed")] + [
    fixture("answers", name) for name in names("answers")
]
FUZZ = settings(derandomize=True, deadline=None, max_examples=600)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    for place, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from paths(inner, (*path, place))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """A copy with another value at one place."""
    changed = copy.deepcopy(value)
    holder = changed
    for place in path[:-1]:
        holder = holder[place]
    holder[path[-1]] = by
    return changed


def assert_plain(value: object) -> None:
    """Every text is printable and every amount finite, however deep."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            assert_plain(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            assert_plain(item)
    elif isinstance(value, Decimal):
        assert abs(value.adjusted()) <= 41


@given(st.binary(max_size=200))
@FUZZ
def test_random_bytes(raw: bytes) -> None:
    """Random bytes are refused, and never crash a reader."""
    for read in READERS:
        with contextlib.suppress(ProtocolError):
            read(raw)


@given(JSON)
@FUZZ
def test_random_json(value: object) -> None:
    """Random JSON, half of it in the shape of messages, never crashes a reader."""
    raw = encoded(value)
    for read in READERS:
        with contextlib.suppress(ProtocolError):
            assert_plain(read(raw))


@given(st.data())
@FUZZ
def test_one_odd_place_in_any_message(data: st.DataObject) -> None:
    """Any message with anything at any place is read or refused, and what is read is plain."""
    message = json.loads(data.draw(st.sampled_from(MESSAGES)))
    path = data.draw(st.sampled_from(list(paths(message))))
    raw = encoded(replaced(message, path, data.draw(JSON)))

    for read in (decode_answer, decode_pushed):
        with contextlib.suppress(ProtocolError):
            assert_plain(read(raw))


@given(st.data())
@FUZZ
def test_cut_and_flipped_messages(data: st.DataObject) -> None:
    """A message cut anywhere, or with one byte changed, is read or refused."""
    message = data.draw(st.sampled_from(MESSAGES))
    at = data.draw(st.integers(0, len(message) - 1))
    flipped = message[:at] + bytes([message[at] ^ data.draw(st.integers(1, 255))]) + message[at + 1 :]

    for raw in (message[:at], flipped):
        for read in (decode_answer, decode_pushed):
            with contextlib.suppress(ProtocolError):
                read(raw)


@given(st.data())
@FUZZ
def test_one_odd_field_of_a_snapshot_spoils_only_itself(data: st.DataObject) -> None:
    """With one field odd the other row and the row's other fields are as before; without a key nothing is believed."""
    rows = json.loads(result_of("positions_hedge"))
    good = decode_positions(result_of("positions_hedge"))
    name = data.draw(st.sampled_from(sorted(rows[0])))
    raw = encoded(replaced(rows, (0, name), data.draw(LEAVES)))

    try:
        odd = decode_positions(raw)
    except ProtocolError:
        assert name in ("symbol", "positionSide")
        return
    assert odd[1] == good[1]
    wire_names = dict(zip(good[0].__struct_fields__, good[0].__struct_encode_fields__, strict=True))
    for field, wire_name in wire_names.items():
        assert wire_name == name or getattr(odd[0], field) == getattr(good[0], field)


@given(st.data())
@FUZZ
def test_one_odd_field_of_an_event_spoils_only_itself(data: st.DataObject) -> None:
    """With one field of one row odd, an event's other rows are as before; without a key it is refused whole."""
    message = json.loads(fixture("pushed", "account_update_hedge"))
    (good,) = decode_pushed(encoded(message))  # type: ignore[misc]
    name = data.draw(st.sampled_from(sorted(message["a"]["P"][1])))
    raw = encoded(replaced(message, ("a", "P", 1, name), data.draw(LEAVES)))

    try:
        (odd,) = decode_pushed(raw)  # type: ignore[misc]
    except ProtocolError:
        assert name in ("s", "ps")
        return
    assert isinstance(good, AccountUpdate)
    assert isinstance(odd, AccountUpdate)
    assert odd.change.balances == good.change.balances
    assert odd.change.positions[::2] == good.change.positions[::2]


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=20))
@FUZZ
def test_reading_keeps_nothing(frames: list[bytes]) -> None:
    """A reader has no memory: what came before changes nothing in what is read next."""
    for raw in frames:
        with contextlib.suppress(ProtocolError):
            decode_pushed(raw)

    assert decode_positions(result_of("positions_hedge"))[1].symbol == "COMPUSDT"
