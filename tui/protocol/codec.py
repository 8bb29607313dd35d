"""Bytes to structs, in one decode; what is odd is mended or refused, and never raises anything but ProtocolError."""

import re
import types
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

import msgspec

from tui.errors import ProtocolError
from tui.protocol.coin_m import ExchangeInformation
from tui.protocol.events import Event, KnownEvent, MarkPriceUpdate, UnknownEvent
from tui.protocol.portfolio_margin import PortfolioAccount, PortfolioBalance
from tui.protocol.replies import (
    AccountConfig,
    AccountInformation,
    Answer,
    ErrorReply,
    ListenKey,
    PositionRisk,
    RateLimit,
    ServerTime,
    SessionInformation,
    SymbolConfig,
    plausible,
)
from tui.protocol.text import clean

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)


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


class _Envelope(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename={"rate_limits": "rateLimits"}):
    """An answer whose error and limits are read one by one."""

    id: str | int | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"null")
    rate_limits: msgspec.Raw = msgspec.Raw(b"")
    event: msgspec.Raw = msgspec.Raw(b"")


class _Wrapper(msgspec.Struct, frozen=True, gc=False):
    """What a pushed frame may be: an event, one in `data` or `event`, or no event at all."""

    e: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"")
    event: msgspec.Raw = msgspec.Raw(b"")


class _Combined(msgspec.Struct, frozen=True, gc=False):
    data: KnownEvent | tuple[MarkPriceUpdate, ...]


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


_KINDS: dict[str, Any] = {str(kind.__struct_config__.tag): kind for kind in typing.get_args(KnownEvent)}

_answer = msgspec.json.Decoder(Answer, strict=False)
_event: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent, strict=False)
_marks = msgspec.json.Decoder(tuple[MarkPriceUpdate, ...], strict=False)
_envelope = msgspec.json.Decoder(_Envelope, strict=False)
_wrapper = msgspec.json.Decoder(_Wrapper)
_untyped = msgspec.json.Decoder(float_hook=_number)
_control = msgspec.json.Decoder(Control, strict=False)
_combined = msgspec.json.Decoder(_Combined, strict=False)


def decode_answer(raw: bytes | str) -> Answer:
    """Decode the envelope of an answer of the WebSocket API.

    Raises:
        ProtocolError: it is not one.
    """
    try:
        answer = _answer.decode(raw)
    except UNREADABLE as problem:
        answer = _mended_answer(raw, problem)
    if answer.status == 0 and not answer.event:
        raise _refusal("an answer", raw, "it has no status")
    return answer


def _mended_answer(raw: bytes | str, problem: Exception) -> Answer:
    """Read an answer whose error or limits are odd: what it answers and whether it failed must not be lost."""
    try:
        answer = _envelope.decode(raw)
    except UNREADABLE:
        raise _refusal("an answer", raw, problem) from None
    return Answer(
        id=answer.id,
        status=answer.status,
        result=answer.result,
        error=None if bytes(answer.error) == b"null" else _or(ErrorReply(), answer.error, ErrorReply),
        rate_limits=_or((), answer.rate_limits, tuple[RateLimit, ...]),
        event=answer.event,
    )


def _or(otherwise: T, raw: msgspec.Raw, kind: Any) -> T:
    try:
        return typing.cast(T, _mend(bytes(raw), kind))
    except UNREADABLE:
        return otherwise


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
        return self.read(raw)[0]

    def read(self, raw: msgspec.Raw | bytes) -> tuple[T, str]:
        """Return the result as structs, and a sentence about amounts in it that are none; empty when all are.

        Raises:
            ProtocolError: it is not what the page says, and could not be mended.
        """
        try:
            return self._decoder.decode(raw), ""
        except UNREADABLE as problem:
            odd: dict[str, None] = {}
            try:
                result = typing.cast(T, _mend(bytes(raw), self._kind, odd))
            except UNREADABLE:
                raise _refusal(self._what, bytes(raw), problem) from None
        return result, f"{self._what}: no number in {', '.join(odd)}; shown as unknown." if odd else ""


decode_positions = _Reader[tuple[PositionRisk, ...]](tuple[PositionRisk, ...], "positions")
decode_account = _Reader[AccountInformation](AccountInformation, "account information")
decode_session = _Reader[SessionInformation](SessionInformation, "session information")
decode_server_time = _Reader[ServerTime](ServerTime, "server time")
decode_listen_key = _Reader[ListenKey](ListenKey, "listen key")
decode_error = _Reader[ErrorReply](ErrorReply, "error")
decode_contracts = _Reader[ExchangeInformation](ExchangeInformation, "contracts")
decode_symbol_configs = _Reader[tuple[SymbolConfig, ...]](tuple[SymbolConfig, ...], "symbolConfig")
decode_account_config = _Reader[AccountConfig](AccountConfig, "accountConfig")
decode_portfolio_account = _Reader[PortfolioAccount](PortfolioAccount, "account")
decode_portfolio_balances = _Reader[tuple[PortfolioBalance, ...]](tuple[PortfolioBalance, ...], "balances")


def decode_pushed(raw: bytes | str) -> tuple[Event, ...] | Control:
    """Decode a frame of a stream: one event, an array of mark prices, or the answer to a control message.

    Raises:
        ProtocolError: it is none of these.
    """
    data = raw.encode(errors="replace") if isinstance(raw, str) else raw
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
        if data.lstrip().startswith(b"["):
            return _mended_marks(data)
        wrapper = _wrapper.decode(data)
        inner = bytes(wrapper.data) or bytes(wrapper.event)
        if wrapper.e is None and inner:
            return _mended_marks(inner) if inner.startswith(b"[") else (_second_event(inner),)
        if wrapper.e is not None:
            return (_second_event(data),)
        control = _control.decode(data)
    except UNREADABLE:
        raise _refusal("an event", data, problem) from None
    if not control.result and not control.trouble:
        raise _refusal("an event", data, "it is neither an event nor an answer")
    return control


def _second_event(data: bytes) -> Event:
    kind = _wrapper.decode(data).e
    if kind is None:
        raise msgspec.ValidationError("it has no `e`")
    return _mend(data, _KINDS[kind]) if kind in _KINDS else UnknownEvent(clean(kind))


def _mended_marks(data: bytes) -> tuple[MarkPriceUpdate, ...]:
    """Read what can be read of an array of mark prices: one symbol's odd entry is not the others' trouble."""
    entries = msgspec.json.decode(data, type=list[msgspec.Raw])
    marks: list[MarkPriceUpdate | None] = [_or(None, entry, MarkPriceUpdate) for entry in entries]
    if entries and not any(marks):
        raise msgspec.ValidationError("no entry is a mark price")
    return tuple(mark for mark in marks if mark is not None)


def _mend(raw: bytes, kind: Any, odd: dict[str, None] | None = None) -> Any:
    """Decode a message whose numbers are odd: "" and the unreadable become None, thousands separators go.

    The names of fields that hold what is no number go into `odd`.
    """
    return msgspec.convert(
        _mended(_untyped.decode(raw), kind, {} if odd is None else odd), kind, strict=False
    )


def _options(kind: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(kind) in (types.UnionType, typing.Union)
    return typing.get_args(kind) if is_union else (kind,)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _mended(value: Any, kind: Any, odd: dict[str, None], name: str = "") -> Any:
    options = _options(kind)
    if Decimal in options:
        amount = _amount(value)
        if amount is None and value is not None and value != "":
            odd[name] = None
        return amount
    if typing.get_origin(kind) is tuple and isinstance(value, list):
        return [_mended(item, typing.get_args(kind)[0], odd, name) for item in value]
    for option in options:
        if _is_struct(option) and isinstance(value, dict):
            return _mended_struct(value, option, odd)
    if value == "" and type(None) in options:
        return None
    return float(value) if isinstance(value, Decimal) else value


def _mended_struct(
    value: Mapping[str, Any], kind: type[msgspec.Struct], odd: dict[str, None]
) -> dict[str, Any]:
    mended = dict(value)
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name not in mended:
            continue
        mended[name] = _mended(mended[name], field.type, odd, name)
        if not field.required and _may_go(mended[name], field.type) and not _fits(mended[name], field.type):
            del mended[name]
    return mended


def _may_go(value: Any, kind: Any) -> bool:
    """Whether an unreadable value may count as not sent: never rows, or a change would be read as no change."""
    if value is None:
        return True
    if typing.get_origin(kind) is tuple:
        return False
    return not isinstance(value, dict) or not any(_is_struct(option) for option in _options(kind))


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=False)
    except UNREADABLE:
        return False
    return True


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = value.strip().replace(",", "")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    amount = _number(value) if isinstance(value, str) else Decimal(value)
    return None if amount is None else plausible(amount)


def _refusal(what: str, raw: bytes | str, problem: object) -> ProtocolError:
    if isinstance(problem, msgspec.ValidationError):
        return ProtocolError(f"{what} could not be read: {clean(str(problem), 120)}.")
    text = (raw[:200].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:200]).strip()
    beginning = _LONG_WORD.sub("…", clean(text, 60))
    return ProtocolError(f"{what} could not be read. It begins: {beginning or '(nothing)'}")


_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
"""What is as long as a key, a listen key or a signature is not repeated."""
