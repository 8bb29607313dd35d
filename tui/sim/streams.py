"""The streams that only push: market data and user data, with the control messages that choose between them
(pages "Websocket Market Streams", "Important WebSocket Change Notice", "User Data Streams")."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from tui.sim.events import Event
from tui.sim.outgoing import Close
from tui.sim.session import Session
from tui.sim.spoiling import dumps, spoil_text
from tui.sim.world import World

STREAM_LIMIT = 1024
VARIANTS = "SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY"


@dataclass
class Refused(Exception):
    """A control message that is answered with an error: 0 unknown property, 1 expected Boolean, 2 invalid request,
    3 invalid JSON."""

    code: int
    message: str


class StreamSession(Session):
    """A connection that takes control messages. On its own it serves nothing: it acknowledges and stays silent, as
    Binance does on a path that does not carry the streams it is asked for."""

    def __init__(self, world: World, number: int, feed: str, path: str, address: str) -> None:
        super().__init__(world, number, feed, path, address)
        self.combined = path.endswith("/stream")
        """Whether data comes as `{"stream", "data"}`."""
        self.names: dict[str, str] = {}
        """Streams it is subscribed to, each with its name as JSON."""

    def understand(self, frame: str | bytes) -> None:
        """Answer a control message."""
        identity: object = None
        method = ""
        try:
            message = parse(frame)
            method = message["method"]
            identity = identity_of(message)
            self.say({"result": self.control(method, message.get("params", [])), "id": identity})
        except Refused as refusal:
            error = {"code": refusal.code, "msg": refusal.message}
            self.say(error if identity is None else {"error": error, "id": identity})
        self.note("control", method=method)
        if len(self.names) > STREAM_LIMIT:
            self.end(Close(1008, "Too many streams"))

    def control(self, method: str, params: list[Any]) -> object:
        """Do what a control message says; returns its `result`."""
        if method == "SUBSCRIBE":
            self.subscribe(params)
        elif method == "UNSUBSCRIBE":
            for name in params:
                self.names.pop(name, None)
        elif method == "LIST_SUBSCRIPTIONS":
            return self.subscriptions()
        else:
            return self.property(method, params)
        return None

    def subscribe(self, names: list[str]) -> None:
        """Add streams. Unknown ones are taken too: nothing will come on them."""
        self.names.update((name, dumps(name)) for name in names)

    def subscriptions(self) -> list[str]:
        """What this connection is subscribed to."""
        return list(self.names)

    def property(self, method: str, params: list[Any]) -> object:
        """Get or set the one property, `combined`."""
        if not params or params[0] != "combined":
            raise Refused(0, "Unknown property")
        if method == "GET_PROPERTY":
            return self.combined
        if len(params) != 2 or not isinstance(params[1], bool):
            raise Refused(1, "Invalid value type: expected Boolean")
        self.combined = params[1]
        return None

    def push(self, stream: str, data: str) -> None:
        """Push the JSON of an event on a stream, whose name is JSON too."""
        text = f'{{"stream":{stream},"data":{data}}}' if self.combined else data
        self.send(spoil_text(text, self.world.faults, self.feed, named=True))


class MarketSession(StreamSession):
    """A connection to `/market`: mark prices."""

    def __init__(
        self, world: World, number: int, path: str, address: str, streams: list[str], *, feed: str = "market"
    ) -> None:
        super().__init__(world, number, feed, path, address)
        self.subscribe(streams)

    def push_marks(self, marks: Marks) -> None:
        """Once a second: push the mark prices of this second."""
        faults = self.world.faults
        if not self.names or faults.is_on("no-marks", self.feed):
            return
        for name, stream in list(self.names.items()):
            data = marks.data(name)
            if data is not None:
                self.push(stream, data)

    def flood(self, marks: Marks, count: int) -> None:
        """Push so many mark prices at once, round and round."""
        streams = [
            (stream, data) for name, stream in self.names.items() if (data := marks.data(name)) is not None
        ]
        for at in range(count if streams else 0):
            self.push(*streams[at % len(streams)])


class Marks:
    """The mark price events of one second, each made when first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.event_ms = world.now_ms // 1000 * 1000
        self.made: dict[str, str | None] = {}
        self.symbols = {symbol.lower(): symbol for symbol in world.market.contracts}

    def data(self, stream: str) -> str | None:
        """JSON of what a stream carries this second; None when nothing, or no such stream."""
        if stream not in self.made:
            self.made[stream] = self.make(stream)
        return self.made[stream]

    def make(self, stream: str) -> str | None:
        """Make the JSON of a stream: every second when its name ends in `@1s`, else every third."""
        slow = stream.removesuffix("@1s")
        if slow == stream and self.event_ms // 1000 % 3:
            return None
        if slow == "!markPrice@arr":
            made = [self.event(symbol) for symbol in self.symbols.values()]
            if self.world.faults.is_on("coinm-in-usdm"):
                market = self.world.coin_m.market
                made += [market.mark_price_update(symbol, self.event_ms) for symbol in market.contracts]
            return f"[{','.join(event for event in made if event is not None)}]"
        name, _, kind = slow.partition("@")
        return self.event(self.symbols[name]) if kind == "markPrice" and name in self.symbols else None

    def event(self, symbol: str) -> str | None:
        """JSON of the markPriceUpdate of a symbol."""
        world = self.world
        if symbol in world.market.settled or world.faults.is_on("no-marks-SYMBOL", "market", symbol):
            return None
        event = world.market.mark_price_update(symbol, self.event_ms)
        return f'{event[:-1]},"newField":"1"}}' if world.faults.is_on("unknown-fields") else event


@dataclass(frozen=True, slots=True)
class Binding:
    """A listen key a private connection listens on, and how it came to it."""

    form: str
    """`path`, `query` or `subscribe`."""
    events: tuple[str, ...] | None = None
    """Names after `events=`, right or wrong; None: all events."""


class PrivateSession(StreamSession):
    """A connection to `/private`: the events of the account, for those who know its listen key."""

    def __init__(
        self, world: World, number: int, path: str, address: str, bindings: dict[str, Binding]
    ) -> None:
        super().__init__(world, number, "private", path, address)
        self.bindings = bindings

    def subscribe(self, names: list[str]) -> None:
        """Listen on keys, or be silent about anything else."""
        super().subscribe(names)
        self.bindings |= {name: Binding("subscribe") for name in names}

    def control(self, method: str, params: list[Any]) -> object:
        """Unsubscribing from a key ends its events too."""
        if method == "UNSUBSCRIBE":
            for name in params:
                self.bindings.pop(name, None)
        return super().control(method, params)

    def subscriptions(self) -> list[str]:
        """`K@EVENT` for each event asked for, `K` for all."""
        names = []
        for key, binding in self.bindings.items():
            names += [key] if binding.events is None else [f"{key}@{event}" for event in binding.events]
        return names

    def deliver(self, listen_key: str, event: Event) -> None:
        """Push an event of the account, if this connection listens on its key in a way that works."""
        binding = self.bindings.get(listen_key)
        if binding is None or self.is_silent(binding):
            return
        if binding.events is None or event["e"] in binding.events:
            self.push(dumps(listen_key), dumps(event))

    def is_silent(self, binding: Binding) -> bool:
        """Whether nothing comes on this way of listening."""
        silent = self.world.scenario.silent_forms
        no_events = binding.form == "query" and binding.events is None and "no-events" in silent
        return (
            no_events
            or binding.form in silent
            or self.world.faults.is_on("form-silent-FORM", value=binding.form)
        )


def bindings_of(path: str, query: str) -> dict[str, Binding]:
    """Read the listen keys out of a target: `/private/ws/K`, or `?listenKey=K&events=A/B`, several of them maybe."""
    bindings: dict[str, Binding] = {}
    last = path.rpartition("/")[2]
    if last not in ("ws", "stream"):
        bindings[last] = Binding("path")
    key = ""
    for name, value in parse_qsl(query):
        if name == "listenKey":
            key = value
            bindings[key] = Binding("query")
        elif name == "events" and key:
            bindings[key] = Binding("query", tuple(value.split("/")))
    return bindings


def streams_of(path: str, query: str) -> list[str]:
    """Read stream names out of a target: `/market/ws/a/b` or `/market/stream?streams=a/b`."""
    _, mode, names = path.partition("/ws/")
    if not mode:
        names = dict(parse_qsl(query, encoding="utf-8")).get("streams", "")
    return [unquote(name) for name in names.split("/") if name]


def parse(frame: str | bytes) -> dict[str, Any]:
    """Read a control message."""
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        raise Refused(3, "Invalid JSON: expected value at line 1 column 1") from None
    if not isinstance(message, dict):
        raise Refused(2, "Invalid request: expected an object")
    if "method" not in message:
        raise Refused(2, "Invalid request: missing field `method` at line 1 column 1")
    if message["method"] not in VARIANTS.split(", "):
        raise Refused(
            2, f"Invalid request: unknown variant `{message['method']}`, expected one of {VARIANTS}"
        )
    params = message.get("params", [])
    if not isinstance(params, list) or (
        message["method"] != "SET_PROPERTY" and not all(isinstance(one, str) for one in params)
    ):
        raise Refused(2, "Invalid request: params is a list of strings")
    return message


def identity_of(message: dict[str, Any]) -> int:
    """The id of a control message, which must be an unsigned integer."""
    identity = message.get("id")
    if not isinstance(identity, int) or isinstance(identity, bool) or identity < 0:
        raise Refused(2, "Invalid request: request ID must be an unsigned integer")
    return identity
