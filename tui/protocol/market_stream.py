"""The market stream: mark prices and funding of the symbols that are held (page "Mark Price Stream", USD-M)."""

from collections import deque
from collections.abc import Iterable

import msgspec

from tui.errors import ProtocolError
from tui.protocol.codec import Control, decode_pushed
from tui.protocol.events import Event, MarkPriceUpdate, ServerShutdown
from tui.protocol.talk import Ending, Garbled

RECYCLE_AFTER = 10.0
"""Seconds without any mark price after which the connection is given up: pings prove a socket, not a feed."""

ALL_ABOVE = 300
"""With more symbols than this, one array of all (about 130 kB a second) costs less than a message for each."""

BATCH = 200
"""Streams in one control message."""

SPACING = 0.25
"""Seconds between control messages: Binance closes above 10 a second, and we keep to 4."""

ALL = "!markPrice@arr@1s"
MARKET_TARGET = "/stream"

_encoder = msgspec.json.Encoder()


def stream_name(symbol: str) -> str:
    """Return the name of a symbol's stream: lower case, once a second."""
    return f"{symbol.lower()}@markPrice@1s"


class MarketConversation:
    """One market stream, which follows the symbols that are wanted."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self.ending: Ending | None = None
        self.is_ready = False
        self._wanted = frozenset(symbols)
        self._streams: set[str] = set()
        self._heard: dict[str, float] = {}
        self._pleas: dict[str, int] = {}
        self._all = False
        self._control: deque[tuple[str, list[str]]] = deque()
        self._control_at = 0.0
        self._identity = 0
        self._heard_at = 0.0
        self._outgoing: list[bytes] = []

    def watch(self, symbols: Iterable[str], now: float) -> None:
        """Follow these symbols from now on."""
        wanted = frozenset(symbols)
        if wanted == self._wanted:
            return
        if not self._wanted & wanted:
            self._heard_at = now
        for symbol in wanted - self._wanted:
            self._heard[symbol] = now
        for symbol in self._wanted - wanted:
            self._heard.pop(symbol, None)
            self._pleas.pop(symbol, None)
        self._wanted = wanted
        if self.is_ready:
            self._subscribe()

    def opened(self, now: float) -> list[Event | Garbled]:
        """Begin: subscribe to what is wanted."""
        self.is_ready = True
        self._heard_at = now
        self._heard = dict.fromkeys(self._wanted, now)
        self._subscribe()
        return self.tick(now)

    def receive(self, raw: bytes | str, now: float, wall_ms: int) -> list[Event | Garbled]:
        """Take one frame."""
        try:
            pushed = decode_pushed(raw)
        except ProtocolError as problem:
            return [Garbled(str(problem))]
        if isinstance(pushed, Control):
            return [Garbled(f"The market stream answers: {pushed.trouble}")] if pushed.trouble else []
        news: list[Event | Garbled] = []
        for event in pushed:
            if not isinstance(event, MarkPriceUpdate):
                if isinstance(event, ServerShutdown):
                    self.ending = Ending("This server goes away: moving to another.", is_planned=True)
                news.append(event)
            elif event.symbol in self._wanted:
                self._heard[event.symbol] = self._heard_at = now
                self._pleas.pop(event.symbol, None)
                news.append(event)
        return news

    def tick(self, now: float) -> list[Event | Garbled]:
        """Send what is due, and look after symbols that stay silent."""
        if self._wanted and now >= self._heard_at + RECYCLE_AFTER:
            self.ending = Ending(f"No mark price has come for {RECYCLE_AFTER:.0f} s: connecting anew.")
            return []
        silent = [symbol for symbol in self._wanted if now >= self._heard.get(symbol, now) + RECYCLE_AFTER]
        for symbol in silent:
            self._plead(symbol, now)
        if self._control and now >= self._control_at + SPACING:
            method, params = self._control.popleft()
            self._identity += 1
            self._control_at = now
            self._outgoing.append(_encoder.encode({"method": method, "params": params, "id": self._identity}))
        return []

    def due_at(self) -> float | None:
        """Return when a control message or a watch is due."""
        due = [self._control_at + SPACING] if self._control else []
        if self._wanted:
            heard = min(
                (self._heard.get(symbol, self._heard_at) for symbol in self._wanted), default=self._heard_at
            )
            due.append(min(heard, self._heard_at) + RECYCLE_AFTER)
        return min(due, default=None)

    def take_outgoing(self) -> list[bytes]:
        """Return the frames to send now."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def _plead(self, symbol: str, now: float) -> None:
        """A symbol is silent while others are not: subscribe anew, then try the array of all, then let it be."""
        self._heard[symbol] = now
        pleas = self._pleas[symbol] = self._pleas.get(symbol, 0) + 1
        if pleas == 1 and not self._all:
            name = stream_name(symbol)
            self._control.append(("UNSUBSCRIBE", [name]))
            self._control.append(("SUBSCRIBE", [name]))
        elif pleas in (2, 3):
            self._all = pleas == 2
            self._subscribe()

    def _subscribe(self) -> None:
        """Queue the control messages that lead from what is subscribed to what is wanted."""
        is_all = self._all or len(self._wanted) > ALL_ABOVE
        streams = {ALL} if is_all and self._wanted else {stream_name(symbol) for symbol in self._wanted}
        self._queue("SUBSCRIBE", sorted(streams - self._streams))
        self._queue("UNSUBSCRIBE", sorted(self._streams - streams))
        self._streams = streams

    def _queue(self, method: str, names: list[str]) -> None:
        for start in range(0, len(names), BATCH):
            self._control.append((method, names[start : start + BATCH]))
