"""The market stream: it follows the symbols that are held, politely, and notices when one falls silent."""

import itertools
import json
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.wire import encoded, fixture
from tui.protocol.events import Event, MarkPriceUpdate, ServerShutdown, UnknownEvent
from tui.protocol.market_stream import ALL, ALL_ABOVE, BATCH, RECYCLE_AFTER, MarketConversation, stream_name
from tui.protocol.talk import Garbled


class Watcher:
    """A market conversation, the exchange's side of its subscriptions, and a clock."""

    def __init__(self, *symbols: str, now: float = 1000.0) -> None:
        self.now = now
        self.talk = MarketConversation(symbols)
        self.streams: set[str] = set()
        self.control_times: list[float] = []
        self.methods: list[str] = []
        self.talk.opened(now)
        self.take()

    def take(self) -> None:
        """Do what the frames say."""
        for frame in self.talk.take_outgoing():
            message = json.loads(frame)
            assert message["id"] == len(self.control_times) + 1
            assert message["method"] in ("SUBSCRIBE", "UNSUBSCRIBE")
            assert 0 < len(message["params"]) <= BATCH
            self.methods.append(message["method"])
            change = (
                self.streams.update if message["method"] == "SUBSCRIBE" else self.streams.difference_update
            )
            change(message["params"])
            self.control_times.append(self.now)

    def watch(self, *symbols: str) -> None:
        self.talk.watch(symbols, self.now)

    def passes(self, seconds: float, speaking: Iterable[str] = ()) -> None:
        """Let time pass in small steps while some symbols speak once a second."""
        end = self.now + seconds
        while self.talk.ending is None and self.now < end:
            self.now = min(end, self.now + 0.125)
            if self.now % 1 == 0:
                self.hears(*speaking)
            self.talk.tick(self.now)
            self.take()

    def hears(self, *symbols: str) -> list[Event | Garbled]:
        """Let mark prices come."""
        marks = [
            {"e": "markPriceUpdate", "E": 1, "s": symbol, "p": "1", "r": "0", "T": 0} for symbol in symbols
        ]
        return self.talk.receive(encoded(marks), self.now, 0)


def names(*symbols: str) -> set[str]:
    return {stream_name(symbol) for symbol in symbols}


def test_name_of_a_stream() -> None:
    """Streams are named in lower case."""
    assert stream_name("BTCUSDT") == "btcusdt@markPrice@1s"
    assert stream_name("币安人生USDT") == "币安人生usdt@markPrice@1s"


def test_held_symbols_are_subscribed_in_one_message() -> None:
    """All symbols that are held at the start are asked for together, at once."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")

    assert watcher.talk.is_ready
    assert watcher.streams == names("BTCUSDT", "ETHUSDT")
    assert watcher.control_times == [1000.0]


def test_subscriptions_follow_the_positions() -> None:
    """Symbols that come are subscribed first, those that go are unsubscribed after; those that stay are left alone."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.watch("ETHUSDT", "ADAUSDT")
    watcher.passes(1.0)

    assert watcher.streams == names("ETHUSDT", "ADAUSDT")
    assert watcher.methods == ["SUBSCRIBE", "SUBSCRIBE", "UNSUBSCRIBE"]


def test_unchanged_symbols_cost_nothing() -> None:
    """Watching the same symbols again sends nothing."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.watch("ETHUSDT", "BTCUSDT")
    watcher.passes(1.0)

    assert watcher.methods == ["SUBSCRIBE"]


def test_symbols_of_before_the_opening() -> None:
    """What is watched before the socket opens is subscribed when it does."""
    talk = MarketConversation(["BTCUSDT"])
    talk.watch(["ETHUSDT"], 5.0)
    assert talk.take_outgoing() == []
    talk.opened(5.0)

    assert [json.loads(frame)["params"] for frame in talk.take_outgoing()] == [["ethusdt@markPrice@1s"]]


def test_many_symbols_are_subscribed_in_batches() -> None:
    """A message holds no more than its share of streams."""
    symbols = [f"S{number}USDT" for number in range(ALL_ABOVE)]
    watcher = Watcher(*symbols)
    watcher.passes(1.0)

    assert watcher.streams == names(*symbols)
    assert len(watcher.methods) == -(-ALL_ABOVE // BATCH)


def test_very_many_symbols_are_one_array() -> None:
    """With very many symbols one array of all costs less, and the streams are left when there are fewer."""
    symbols = [f"S{number}USDT" for number in range(ALL_ABOVE + 1)]
    watcher = Watcher(*symbols)
    assert watcher.streams == {ALL}

    watcher.watch(*symbols[:3])
    watcher.passes(1.0)
    assert watcher.streams == names(*symbols[:3])


def test_nothing_held_is_nothing_subscribed() -> None:
    """When the last position is closed, nothing is subscribed and nothing is awaited."""
    watcher = Watcher("BTCUSDT")
    watcher.watch()
    watcher.passes(60.0)

    assert (watcher.streams, watcher.talk.ending, watcher.talk.due_at()) == (set(), None, None)


@given(st.lists(st.frozensets(st.sampled_from("ABCDEFGH"), max_size=8), max_size=40), st.floats(0, 1))
@settings(derandomize=True, deadline=None)
def test_control_messages_keep_their_manners(wishes: list[frozenset[str]], pause: float) -> None:
    """However the positions come and go: at most four control messages a second, and in the end what is held."""
    watcher = Watcher("A")
    for wish in wishes:
        watcher.watch(*wish)
        watcher.passes(round(pause * 4) / 4, wish)
    watcher.passes(len(wishes), wishes[-1] if wishes else "A")

    assert all(later - earlier >= 0.25 for earlier, later in itertools.pairwise(watcher.control_times))
    assert watcher.streams == names(*(wishes[-1] if wishes else "A"))


def test_prices_of_what_is_held_are_told() -> None:
    """Prices of symbols that nobody holds, say in the array of all, are not told."""
    watcher = Watcher("BTCUSDT")
    news = watcher.hears("BTCUSDT", "ETHUSDT", "BTCUSD_PERP")

    assert [event.symbol for event in news if isinstance(event, MarkPriceUpdate)] == ["BTCUSDT"]


def test_silence_ends_the_stream() -> None:
    """Without any mark price for ten seconds the connection is given up: pings prove a socket, not a feed."""
    watcher = Watcher("BTCUSDT")
    watcher.passes(RECYCLE_AFTER - 0.25)
    assert watcher.talk.ending is None

    watcher.passes(0.25)
    assert watcher.talk.ending is not None
    assert not watcher.talk.ending.is_planned


@pytest.mark.parametrize("frame", [b"<html>", b'{"result":null,"id":1}', b'{"e":"contractInfo"}'])
def test_only_prices_break_the_silence(frame: bytes) -> None:
    """Other frames are no sign that prices come."""
    watcher = Watcher("BTCUSDT")
    watcher.passes(RECYCLE_AFTER - 1)
    watcher.talk.receive(frame, watcher.now, 0)
    watcher.passes(1)

    assert watcher.talk.ending is not None


def test_silence_is_counted_from_the_first_symbol() -> None:
    """A stream on which nothing was held has ten seconds from the moment on when something is."""
    watcher = Watcher()
    watcher.passes(100.0)
    watcher.watch("BTCUSDT")
    watcher.passes(RECYCLE_AFTER - 0.25)
    assert watcher.talk.ending is None

    watcher.passes(0.25)
    assert watcher.talk.ending is not None


def test_new_symbols_have_their_own_ten_seconds() -> None:
    """When all symbols are replaced by others, the others are given time to speak."""
    watcher = Watcher("BTCUSDT")
    watcher.passes(RECYCLE_AFTER - 0.5)
    watcher.watch("ETHUSDT")
    watcher.passes(RECYCLE_AFTER - 0.5)

    assert watcher.talk.ending is None


def test_one_silent_symbol_is_subscribed_anew() -> None:
    """A symbol that stays silent while others speak is unsubscribed and subscribed again."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.passes(RECYCLE_AFTER + 1, ["ETHUSDT"])

    assert watcher.methods == ["SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE"]
    assert watcher.streams == names("BTCUSDT", "ETHUSDT")
    assert watcher.talk.ending is None


def test_symbol_that_stays_silent_is_looked_for_in_the_array_and_then_let_be() -> None:
    """After a new subscription the array of all is tried; when it does not help, the streams are as before, for good."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.passes(2 * RECYCLE_AFTER + 1, ["ETHUSDT"])
    assert watcher.streams == {ALL}

    watcher.passes(RECYCLE_AFTER, ["ETHUSDT"])
    assert watcher.streams == names("BTCUSDT", "ETHUSDT")
    sent = len(watcher.methods)
    watcher.passes(600.0, ["ETHUSDT"])
    assert len(watcher.methods) == sent


def test_array_that_helps_is_kept() -> None:
    """A symbol that speaks in the array of all stays there."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.passes(2 * RECYCLE_AFTER + 1, ["ETHUSDT"])
    watcher.passes(300.0, ["BTCUSDT", "ETHUSDT"])

    assert watcher.streams == {ALL}


def test_symbol_that_falls_silent_again_is_subscribed_again() -> None:
    """What helped once is tried first the next time, too."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    for _ in range(3):
        watcher.passes(RECYCLE_AFTER + 1, ["ETHUSDT"])
        watcher.passes(60.0, ["BTCUSDT", "ETHUSDT"])

    assert watcher.streams == names("BTCUSDT", "ETHUSDT")
    assert watcher.methods == ["SUBSCRIBE"] + 3 * ["UNSUBSCRIBE", "SUBSCRIBE"]


def test_symbol_that_goes_is_looked_for_no_more() -> None:
    """A silent symbol whose position is closed is not asked for again."""
    watcher = Watcher("BTCUSDT", "ETHUSDT")
    watcher.passes(RECYCLE_AFTER - 1, ["ETHUSDT"])
    watcher.watch("ETHUSDT")
    watcher.passes(60.0, ["ETHUSDT"])

    assert watcher.methods == ["SUBSCRIBE", "UNSUBSCRIBE"]


@given(st.floats(0, 1e7), st.integers(0, 40))
@settings(derandomize=True, deadline=None)
def test_every_tick_that_is_due_does_something(begun: float, quarters: int) -> None:
    """At the time that `due_at` names, `tick` does something: a loop that waits for it never spins."""
    watcher = Watcher("A", "B", now=begun)
    watcher.now += quarters / 4
    watcher.hears("B")
    watcher.watch("A", "B", "C")
    while watcher.talk.ending is None and (due := watcher.talk.due_at()) is not None:
        watcher.now = max(due, watcher.now)
        watcher.talk.tick(watcher.now)
        watcher.take()
        assert watcher.talk.ending is not None or watcher.talk.due_at() != due


def test_shutdown_is_planned() -> None:
    """A server that goes away says so before."""
    watcher = Watcher("BTCUSDT")
    (event,) = watcher.talk.receive(fixture("pushed", "server_shutdown"), watcher.now, 0)

    assert isinstance(event, ServerShutdown)
    assert watcher.talk.ending is not None
    assert watcher.talk.ending.is_planned


def test_trouble_and_strangers_are_told() -> None:
    """Errors, rubbish and unknown events are told, and end nothing."""
    talk = Watcher("BTCUSDT").talk

    assert isinstance(talk.receive(fixture("pushed", "control_error"), 0, 0)[0], Garbled)
    assert isinstance(talk.receive(b"\xff", 0, 0)[0], Garbled)
    assert talk.receive(fixture("pushed", "unknown_contract_info"), 0, 0) == [UnknownEvent("contractInfo")]
    assert talk.receive(b'{"result":null,"id":1}', 0, 0) == []
    assert talk.ending is None
