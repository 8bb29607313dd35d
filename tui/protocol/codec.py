"""Bytes to structs, in one decode; what is odd is mended or refused, and never raises anything but ProtocolError."""

import re
import types
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

import msgspec

from tui.errors import ProtocolError
from tui.protocol.events import Event, KnownEvent, MarkPriceUpdate, UnknownEvent
from tui.protocol.replies import (
    AccountInformation,
    Answer,
    ErrorReply,
    ListenKey,
    PositionRisk,
    ServerTime,
    SessionInformation,
)
from tui.protocol.text import clean

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


class Control(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename={"message": "msg"}):
    """A stream's answer to a control message: a result, or an error in one of two wrappings."""

    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorReply | None = None
    code: int | None = None
    message: str | None = None

    @property
    def trouble(self) -> str:
        """What went wrong, in the server's words; empty when nothing did."""
        if self.error is not None:
            return f"{self.error.code} {self.error.message}"
        return "" if self.code is None else f"{self.code} {clean(self.message or '', 200)}"


class _Kind(msgspec.Struct, frozen=True, gc=False):
    e: str


class _CombinedRaw(msgspec.Struct, frozen=True, gc=False):
    data: msgspec.Raw


class _Combined(msgspec.Struct, frozen=True, gc=False):
    data: KnownEvent | tuple[MarkPriceUpdate, ...]


_KINDS: dict[str, Any] = {str(kind.__struct_config__.tag): kind for kind in typing.get_args(KnownEvent)}

_answer = msgspec.json.Decoder(Answer, strict=False)
_event: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent, strict=False)
_marks = msgspec.json.Decoder(tuple[MarkPriceUpdate, ...], strict=False)
_kind = msgspec.json.Decoder(_Kind)
_control = msgspec.json.Decoder(Control, strict=False)
_combined = msgspec.json.Decoder(_Combined, strict=False)
_combined_raw = msgspec.json.Decoder(_CombinedRaw)


def decode_answer(raw: bytes | str) -> Answer:
    """Decode the envelope of an answer of the WebSocket API.

    Raises:
        ProtocolError: it is not one.
    """
    try:
        answer = _answer.decode(raw)
    except UNREADABLE as problem:
        raise _refusal("an answer", raw, problem) from None
    if answer.status == 0 and not answer.event:
        raise _refusal("an answer", raw, "it has no status")
    return answer


class _Reader(Generic[T]):
    """Decodes the result of one method."""

    def __init__(self, kind: Any, what: str) -> None:
        self._kind = kind
        self._what = what
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind, strict=False)

    def __call__(self, raw: msgspec.Raw | bytes) -> T:
        """Return the result as structs.

        Raises:
            ProtocolError: it is not what the page says, and could not be mended.
        """
        try:
            return self._decoder.decode(raw)
        except UNREADABLE as problem:
            try:
                return typing.cast(T, _mend(bytes(raw), self._kind))
            except UNREADABLE:
                raise _refusal(self._what, bytes(raw), problem) from None


decode_positions = _Reader[tuple[PositionRisk, ...]](tuple[PositionRisk, ...], "positions")
decode_account = _Reader[AccountInformation](AccountInformation, "account information")
decode_session = _Reader[SessionInformation](SessionInformation, "session information")
decode_server_time = _Reader[ServerTime](ServerTime, "server time")
decode_listen_key = _Reader[ListenKey](ListenKey, "listen key")


def decode_pushed(raw: bytes | str) -> tuple[Event, ...] | Control:
    """Decode a frame of a stream: one event, an array of mark prices, or the answer to a control message.

    Raises:
        ProtocolError: it is none of these.
    """
    data = raw.encode() if isinstance(raw, str) else raw
    try:
        if data.startswith(b'{"stream"'):
            pushed: Event | tuple[MarkPriceUpdate, ...] = _combined.decode(data).data
        elif data.startswith(b"["):
            pushed = _marks.decode(data)
        else:
            pushed = _event.decode(data)
    except UNREADABLE as problem:
        return _second_look(data, problem)
    return pushed if isinstance(pushed, tuple) else (pushed,)


def _second_look(data: bytes, problem: Exception) -> tuple[Event, ...] | Control:
    """Read a frame that is not a known event in its usual form."""
    try:
        if data.startswith(b'{"stream"'):
            data = bytes(_combined_raw.decode(data).data)
        if data.startswith(b"["):
            return typing.cast(tuple[Event, ...], _mend(data, tuple[MarkPriceUpdate, ...]))
        if b'"e"' not in data:
            return _control.decode(data)
        kind = _kind.decode(data).e
        if kind not in _KINDS:
            return (UnknownEvent(clean(kind)),)
        return (_mend(data, _KINDS[kind]),)
    except UNREADABLE:
        raise _refusal("an event", data, problem) from None


def _mend(raw: bytes, kind: Any) -> Any:
    """Decode a message whose numbers are odd: "" and the unreadable become None, thousands separators go."""
    return msgspec.convert(_mended(msgspec.json.decode(raw), kind), kind, strict=False)


def _mended(value: Any, kind: Any) -> Any:
    options = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if Decimal in options:
        return _amount(value)
    if typing.get_origin(kind) is tuple and isinstance(value, Sequence) and not isinstance(value, str):
        return [_mended(item, typing.get_args(kind)[0]) for item in value]
    for option in options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct) and isinstance(value, Mapping):
            return _mended_struct(value, option)
    if value == "" and type(None) in options:
        return None
    return value


def _mended_struct(value: Mapping[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    mended = dict(value)
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name not in mended:
            continue
        mended[name] = _mended(mended[name], field.type)
        if not field.required and not _fits(mended[name], field.type):
            del mended[name]
    return mended


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=False)
    except UNREADABLE:
        return False
    return True


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = value.strip().replace(",", "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _refusal(what: str, raw: bytes | str, problem: object) -> ProtocolError:
    text = (raw[:200].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:200]).strip()
    beginning = _LONG_WORD.sub("…", clean(text, 60))
    return ProtocolError(f"{what} could not be read ({clean(str(problem), 120)}): {beginning or 'nothing'}")


_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
"""What is as long as a key, a listen key or a signature is not repeated."""
