"""The conversation on one WebSocket API connection: a state machine that is fed bytes and numbers.

    MEASURING ──▶ LOGGING_ON ──▶ READY          Ed25519 keys log on once per connection
        │                          ▲
        └──────────────────────────┘            HMAC and RSA keys sign each request
    any of them ──▶ over                        `ending` says why

A shell calls `opened`, `receive`, `tick` and sends what `take_outgoing` returns; `due_at` says when to call `tick`.
"""

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tui.credentials import Credential, Secret
from tui.errors import ProtocolError
from tui.protocol import codec
from tui.protocol.budget import Budget
from tui.protocol.clock import SAMPLES, ExchangeClock
from tui.protocol.replies import AccountInformation, Answer, ErrorReply, PositionRisk
from tui.protocol.requests import (
    ACCOUNT,
    LOG_ON,
    PING_STREAM,
    POSITIONS,
    START_STREAM,
    TIME,
    Params,
    Security,
    allowed,
    request,
)
from tui.protocol.talk import Ending, Garbled
from tui.protocol.verdicts import Trouble, Verdict, judge

TIMEOUT = 5.0
"""Seconds after which a request counts as unanswered."""

SLOW = 1.0
"""Seconds after which an answer is too old to correct a clock that has been measured before."""

MEASURE_SPACING = 30.0
"""Seconds before the clock is measured once more because of a -1021: a server that goes on saying it is not asked on."""

SILENCE = 2
"""Unanswered requests in a row that end the connection, when nothing else has come meanwhile."""

_LISTEN_KEY = re.compile(r"[A-Za-z0-9_-]{1,512}")
"""It becomes a part of an address."""


class State(enum.Enum):
    """Where the conversation stands."""

    MEASURING = "measuring the clock"
    LOGGING_ON = "logging on"
    READY = "ready"


class PositionsAnswer(NamedTuple):
    """A snapshot of the positions."""

    rows: tuple[PositionRisk, ...]
    asked_ms: int
    """Exchange time at which it was asked for."""


class AccountAnswer(NamedTuple):
    """A snapshot of the account."""

    information: AccountInformation
    asked_ms: int


class ListenKeyAnswer(NamedTuple):
    """The listen key of the account's event stream: a new one, or the active one again."""

    listen_key: Secret


class ListenKeyKept(NamedTuple):
    """The listen key will live for another hour."""


class WeightUsed(NamedTuple):
    """Request weight used by this IP address in the running minute."""

    used: int
    limit: int


class Failed(NamedTuple):
    """A request failed; the conversation goes on."""

    method: str
    trouble: Trouble


class TimeWanted(NamedTuple):
    """The server does not tell the time here: ask for it over HTTP, then call `time_is_measured`."""


class Ready(NamedTuple):
    """Requests may be asked from now on."""


News = (
    PositionsAnswer
    | AccountAnswer
    | ListenKeyAnswer
    | ListenKeyKept
    | WeightUsed
    | Failed
    | Garbled
    | TimeWanted
    | Ready
)


class AskOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What every snapshot request carries."""

    recv_window_ms: int = 5000
    symbol: str | None = None


class _Pending(NamedTuple):
    method: str
    sent: float
    asked_ms: int
    is_second: bool


class ApiConversation:
    """One connection's worth of requests and answers."""

    def __init__(
        self,
        credential: Credential,
        clock: ExchangeClock,
        options: AskOptions,
        identities: Iterator[str],
        budget: Budget | None = None,
    ) -> None:
        self.state = State.MEASURING
        self.ending: Ending | None = None
        self._credential = credential
        self._clock = clock
        self._options = options
        self._identities = identities
        self._budget = budget or Budget()
        self._pending: dict[str, _Pending] = {}
        self._again: list[str] = []
        self._outgoing: list[bytes] = []
        self._is_session = False
        self._key_in_params = False
        self._unanswered = 0
        self._measured_again_at = -MEASURE_SPACING
        self._heard_at = -TIMEOUT
        self._answered_at = -TIMEOUT
        self._time_wanted = False
        self._is_measuring = False

    @property
    def is_ready(self) -> bool:
        """Whether requests may be asked."""
        return self.state is State.READY

    @property
    def answered_at(self) -> float:
        """The `now` at which the server last gave an answer that can be read, negative before."""
        return self._answered_at

    def opened(self, now: float) -> list[News]:
        """Begin: the socket is open."""
        if not self._clock.is_fresh(now):
            self._clock.begin()
            self._is_measuring = True
        self._send(TIME, now)
        return []

    def hush(self) -> None:
        """Say nothing more for now: this IP address has to be silent. What has not begun its work is over."""
        self._is_measuring = False
        if self.state is not State.READY:
            self.ending = Ending("This IP address has to be silent.")

    def ask(self, method: str, now: float) -> bool:
        """Ask for a snapshot, a listen key, or the time: that measures the clock anew while requests go on.

        Returns:
            Whether it was sent: not before READY, and never beside an unanswered one of the same method.
        """
        if (
            self.state is not State.READY
            or self.ending
            or any(p.method == method for p in self._pending.values())
        ):
            return False
        if method == TIME:
            self._clock.begin()
            self._is_measuring = True
        self._send(method, now)
        return True

    def take_outgoing(self) -> list[bytes]:
        """Return the frames to send now."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def due_at(self) -> float | None:
        """Return the `now` at which `tick` has something to do; None while nothing is awaited."""
        return min((pending.sent + TIMEOUT for pending in self._pending.values()), default=None)

    def tick(self, now: float) -> list[News]:
        """Give up on requests that are unanswered for too long.

        A connection on which something comes, readable or not, is not silent and goes on.
        """
        late = [identity for identity, pending in self._pending.items() if now >= pending.sent + TIMEOUT]
        news: list[News] = []
        for identity in late:
            pending = self._pending.pop(identity)
            if pending.sent >= self._heard_at:
                self._unanswered += 1
            if pending.method == TIME:
                news += self._want_time(now)
                continue
            sentence = f"No answer to {pending.method} within {TIMEOUT:.0f} s."
            if self._unanswered >= SILENCE:
                self.ending = Ending(
                    f"No answer to {pending.method} for {TIMEOUT:.0f} s: the connection is silent."
                )
            elif pending.method == LOG_ON:
                self.ending = Ending(sentence)
            news.append(Failed(pending.method, Trouble(Verdict.RETRY, sentence)))
        return news

    def time_is_measured(self, now: float) -> list[News]:
        """Go on after the clock was measured over HTTP, or could not be."""
        self._time_wanted = False
        if self.state is not State.MEASURING:
            return []
        if self._credential.key_type == "ED25519" and not self._is_session:
            self.state = State.LOGGING_ON
            is_second = LOG_ON in self._again
            self._again = [method for method in self._again if method != LOG_ON]
            self._send(LOG_ON, now, is_second)
            return []
        return self._become_ready(now)

    def receive(self, raw: bytes | str, now: float, wall_ms: int) -> list[News]:
        """Take one frame; the news come in the order in which they are to be told."""
        self._heard_at = now
        self._unanswered = 0
        try:
            answer = codec.decode_answer(raw)
        except ProtocolError as problem:
            return [Garbled(str(problem))]
        self._answered_at = now
        if answer.event:
            return self._pushed(raw)
        news: list[News] = [
            WeightUsed(limit.count, limit.limit)
            for limit in answer.rate_limits
            if limit.rate_limit_type == "REQUEST_WEIGHT"
        ]
        pending = self._pending.pop(str(answer.id), None) if answer.id is not None else None
        error = answer.error
        if error is None and not 200 <= answer.status < 300:
            error = ErrorReply()
        if error is not None:
            return news + self._failed(judge(answer.status, error), pending, now)
        if pending is None:
            return [*news, Garbled("An answer came to nothing that was asked.")]
        try:
            return news + self._succeeded(answer, pending, now, wall_ms)
        except ProtocolError as problem:
            trouble = Trouble(Verdict.RETRY, f"The answer to {pending.method} is unreadable.")
            return [*news, Garbled(str(problem)), *self._failed(trouble, pending, now)]

    def _pushed(self, raw: bytes | str) -> list[News]:
        if b"serverShutdown" in (raw.encode() if isinstance(raw, str) else raw):
            self.ending = Ending("This server goes away: moving to another.", is_planned=True)
            return []
        return [Garbled("An event came on the connection of the answers.")]

    def _succeeded(self, answer: Answer, pending: _Pending, now: float, wall_ms: int) -> list[News]:
        method = pending.method
        if method == POSITIONS:
            rows, odd = codec.decode_positions.read(answer.result)
            return [PositionsAnswer(rows, pending.asked_ms), *_told(odd)]
        if method == ACCOUNT:
            information, odd = codec.decode_account.read(answer.result)
            return [AccountAnswer(information, pending.asked_ms), *_told(odd)]
        if method == TIME:
            time_ms = codec.decode_server_time(answer.result).server_time_ms
            return self._time_told(pending.sent, time_ms, now, wall_ms)
        if method == START_STREAM:
            listen_key = codec.decode_listen_key(answer.result).listen_key
            if listen_key is None or not _LISTEN_KEY.fullmatch(listen_key):
                raise ProtocolError("the answer holds no listen key")
            return [ListenKeyAnswer(Secret(listen_key))]
        if method == PING_STREAM:
            return [ListenKeyKept()]
        codec.decode_session(answer.result)
        self._is_session = True
        return self._become_ready(now)

    def _time_told(self, sent: float, time_ms: int, now: float, wall_ms: int) -> list[News]:
        """Begin with several round trips, correct with one; a clock that is known well needs it only as a sign of life."""
        is_correction = self.state is State.READY
        if self._is_measuring and (not is_correction or now - sent <= SLOW):
            self._clock.sample(sent, now, time_ms, wall_ms)
            if self._clock.samples < SAMPLES and not is_correction:
                self._send(TIME, now)
                return []
        self._is_measuring = False
        return self.time_is_measured(now)

    def _want_time(self, now: float) -> list[News]:
        if self._clock.samples:
            return self.time_is_measured(now)
        if self._time_wanted:
            return []
        self._time_wanted = True
        return [TimeWanted()]

    def _become_ready(self, now: float) -> list[News]:
        self.state = State.READY
        again, self._again = self._again, []
        for method in again:
            self._send(method, now, is_second=True)
        return [Ready()]

    def _failed(self, trouble: Trouble, pending: _Pending | None, now: float) -> list[News]:
        method = "" if pending is None else pending.method
        if method == TIME and trouble.verdict is not Verdict.LIMITED:
            return self._want_time(now)
        is_first = pending is not None and not pending.is_second
        may_measure = now - self._measured_again_at >= MEASURE_SPACING or self.state is State.MEASURING
        if trouble.verdict is Verdict.CLOCK and is_first and may_measure:
            self._measure_again(method, now)
            return []
        if method in (START_STREAM, PING_STREAM):
            return self._stream_failed(method, trouble, now)
        if trouble.verdict is Verdict.REFUSED:
            self.ending = Ending(trouble.sentence, is_refused=True)
        elif self.state is not State.READY and method in (TIME, LOG_ON):
            self.ending = Ending(trouble.sentence)
        if pending is None and trouble.verdict not in (Verdict.REFUSED, Verdict.LIMITED):
            return [Garbled(trouble.sentence)]
        return [Failed(method, trouble)]

    def _stream_failed(self, method: str, trouble: Trouble, now: float) -> list[News]:
        """A session may not be enough for a listen key: send the key itself once, as the page shows it."""
        if (
            self._is_session
            and not self._key_in_params
            and trouble.verdict in (Verdict.REFUSED, Verdict.RETRY)
        ):
            self._key_in_params = True
            self._send(method, now)
            return []
        return [Failed(method, trouble)]

    def _measure_again(self, method: str, now: float) -> None:
        self._again.append(method)
        if self.state is not State.MEASURING:
            self._measured_again_at = now
            self.state = State.MEASURING
            self._clock.begin()
            self._is_measuring = True
            self._send(TIME, now)

    def _send(self, method: str, now: float, is_second: bool = False) -> None:
        params: Params = {}
        if allowed(method).security is Security.SIGNED:
            params["timestamp"] = self._clock.timestamp(now)
            params["recvWindow"] = self._options.recv_window_ms
            if method == POSITIONS and self._options.symbol:
                params["symbol"] = self._options.symbol
        self._budget.spend(allowed(method).weight, now)
        identity = next(self._identities)
        is_session = self._is_session and not (self._key_in_params and method in (START_STREAM, PING_STREAM))
        self._outgoing.append(request(identity, method, params, self._credential, is_session))
        self._pending[identity] = _Pending(method, now, self._clock.time_ms(now), is_second)


def _told(odd: str) -> list[Garbled]:
    return [Garbled(odd)] if odd else []
