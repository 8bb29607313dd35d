"""Private and market streams of the simulated exchange, and the control messages they take."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.outgoing import Close, Ping, Text
from tui.sim.scenarios import SCENARIOS
from tui.sim.session import Session
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250


def visitor(scenario: str = "quiet", **changes: Any) -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(replace(SCENARIOS[scenario], **changes), seed=3, wall_ms=START_MS))


def control(client: Visitor, stream: Session, message: object) -> list[dict[str, Any]]:
    """Send a control message and return what comes back."""
    stream.receive(message if isinstance(message, str) else json.dumps(message), client.wall_ms)
    return said(stream)


def listen_key(client: Visitor) -> str:
    """Start a listen key."""
    key: str = client.ask("userDataStream.start", apiKey=client.key.api_key)["result"]["listenKey"]
    return key


def test_mark_price_has_the_keys_of_2026() -> None:
    """A mark price event has the documented keys, in UTF-8 as it is."""
    client = visitor()
    stream = client.open("/market/ws/币安人生usdt@markPrice@1s")
    client.wait(1)
    [frame] = stream.take()
    assert isinstance(frame, Text)
    assert '"s":"币安人生USDT"' in frame.data
    assert list(json.loads(frame.data)) == ["e", "E", "s", "p", "ap", "P", "i", "r", "T", "st"]


def test_market_streams_push_once_a_second_and_once_in_three() -> None:
    """`@1s` pushes every second, the plain stream every third."""
    client = visitor()
    stream = client.open("/market/stream?streams=btcusdt@markPrice@1s/ethusdt@markPrice")
    client.wait(9)
    names = [message["stream"] for message in said(stream)]
    assert (names.count("btcusdt@markPrice@1s"), names.count("ethusdt@markPrice")) == (9, 3)


def test_array_stream_holds_every_symbol() -> None:
    """`!markPrice@arr@1s` is one array of all symbols."""
    client = visitor()
    stream = client.open("/market/ws/!markPrice@arr@1s")
    client.wait(1)
    [frame] = stream.take()
    assert isinstance(frame, Text)
    assert {event["s"] for event in json.loads(frame.data)} == set(client.exchange.world.market.contracts)


def test_subscriptions_come_and_go() -> None:
    """SUBSCRIBE, LIST_SUBSCRIPTIONS and UNSUBSCRIBE do what they say."""
    client = visitor()
    stream = client.open("/market/stream")
    two = ["btcusdt@markPrice@1s", "ethusdt@markPrice@1s"]
    assert control(client, stream, {"method": "SUBSCRIBE", "params": two, "id": 1}) == [
        {"result": None, "id": 1}
    ]
    control(client, stream, {"method": "UNSUBSCRIBE", "params": two[:1], "id": 2})
    assert control(client, stream, {"method": "LIST_SUBSCRIPTIONS", "id": 3}) == [
        {"result": two[1:], "id": 3}
    ]
    client.wait(1)
    assert [message["stream"] for message in said(stream)] == two[1:]


@pytest.mark.parametrize(
    ("path", "stream_name"),
    [
        ("/ws", "btcusdt@markPrice@1s"),
        ("/stream", "btcusdt@markPrice@1s"),
        ("/public/ws", "btcusdt@markPrice@1s"),
        ("/private/ws", "btcusdt@markPrice@1s"),
        ("/market/ws", "btcusdt@markprice@1s"),
        ("/market/ws", "BTCUSDT@markPrice@1s"),
        ("/market/ws", "btcusdt@bookTicker"),
    ],
)
def test_wrong_path_or_stream_is_acknowledged_and_silent(path: str, stream_name: str) -> None:
    """What is not served here is acknowledged, and then nothing comes."""
    client = visitor()
    stream = client.open(path)
    assert control(client, stream, {"method": "SUBSCRIBE", "params": [stream_name], "id": 1}) == [
        {"result": None, "id": 1}
    ]
    client.wait(10)
    assert said(stream) == []


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("no json", {"code": 3}),
        ({"method": "SUBSCRIBE", "params": ["a"], "id": "uuid"}, {"code": 2}),
        ({"method": "SUBSCRIBE", "params": ["a"], "id": -1}, {"code": 2}),
        ({"method": "JOIN", "id": 1}, {"code": 2}),
        ({"id": 1}, {"code": 2}),
        ({"method": "GET_PROPERTY", "params": ["nope"], "id": 4}, {"code": 0}),
        ({"method": "SET_PROPERTY", "params": ["combined", "yes"], "id": 5}, {"code": 1}),
    ],
)
def test_bad_control_messages_are_refused(message: object, answer: dict[str, int]) -> None:
    """Errors of control messages have codes 0 to 3; an id must be an unsigned integer."""
    client = visitor()
    [refusal] = control(client, client.open("/market/ws"), message)
    assert refusal.get("error", refusal)["code"] == answer["code"]


def test_combined_can_be_switched() -> None:
    """`combined` is off on /ws and on on /stream, and can be set."""
    client = visitor()
    stream = client.open("/market/ws")
    ask = {"method": "GET_PROPERTY", "params": ["combined"], "id": 1}
    assert control(client, stream, ask)[0]["result"] is False
    control(client, stream, {"method": "SET_PROPERTY", "params": ["combined", True], "id": 2})
    assert control(client, stream, ask)[0]["result"] is True


def test_more_than_ten_messages_a_second_end_a_stream() -> None:
    """The eleventh frame within a second closes the connection; pings count."""
    client = visitor()
    stream = client.open("/market/ws")
    for _ in range(10):
        assert stream.ping(b"", client.wall_ms) == b""
    client.wait(1.001)
    for _ in range(10):
        control(client, stream, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    stream.receive("{}", client.wall_ms)
    assert stream.take() == [Close(1008, "Too many requests")]


def test_too_many_streams_end_a_connection() -> None:
    """A connection carries 1024 streams."""
    client = visitor()
    stream = client.open("/market/ws")
    names = [f"s{number}@markPrice" for number in range(1024)]
    control(client, stream, {"method": "SUBSCRIBE", "params": names, "id": 1})
    assert stream.is_open
    control(client, stream, {"method": "SUBSCRIBE", "params": ["one@more"], "id": 2})
    assert not stream.is_open


def test_fill_is_told_in_the_recorded_order_with_one_time() -> None:
    """A market fill is TRADE_LITE, the order NEW, ACCOUNT_UPDATE, the order FILLED, all with the same T."""
    client = visitor()
    stream = client.listen()
    client.exchange.fault("close", client.wall_ms)
    events = said(stream)
    assert [event["e"] for event in events] == [
        "TRADE_LITE",
        "ORDER_TRADE_UPDATE",
        "ACCOUNT_UPDATE",
        "ORDER_TRADE_UPDATE",
    ]
    assert len({event["T"] for event in events}) == 1
    assert [(event["o"]["x"], event["o"]["X"]) for event in events if "o" in event] == [
        ("NEW", "NEW"),
        ("TRADE", "FILLED"),
    ]


def test_closed_position_is_told_as_zeros_with_a_zero_both_row() -> None:
    """In hedge mode a closed LONG or SHORT comes as zeros, after the zero BOTH row of its symbol."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATE")
    client.exchange.fault("close", client.wall_ms)
    [event] = said(stream)
    both, closed = event["a"]["P"]
    assert (both["ps"], both["pa"], both["ep"]) == ("BOTH", "0", "0")
    assert (closed["pa"], closed["ep"], closed["up"], closed["bep"]) == ("0", "0", "0", "0")
    assert closed["cr"] != "0"
    assert event["a"]["m"] == "ORDER"


def test_funding_of_cross_positions_has_no_rows() -> None:
    """Cross funding is a balance alone, funding of an isolated position brings its row."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATE")
    client.exchange.fault("funding", client.wall_ms)
    events = said(stream)
    assert {event["a"]["m"] for event in events} == {"FUNDING_FEE"}
    without = [event for event in events if not event["a"]["P"]]
    assert sorted(event["a"]["B"][0]["a"] for event in without) == ["USDC", "USDT"]
    rows = [event["a"]["P"][-1] for event in events if event["a"]["P"]]
    assert {row["mt"] for row in rows} == {"isolated"}


@pytest.mark.parametrize(
    ("happening", "kind", "path", "value"),
    [
        ("deposit", "ACCOUNT_UPDATE", ("a", "m"), "DEPOSIT"),
        ("withdraw", "ACCOUNT_UPDATE", ("a", "m"), "WITHDRAW"),
        ("margin-transfer", "ACCOUNT_UPDATE", ("a", "m"), "MARGIN_TRANSFER"),
        ("margin-type", "ACCOUNT_UPDATE", ("a", "m"), "MARGIN_TYPE_CHANGE"),
        ("asset-mode", "ACCOUNT_CONFIG_UPDATE", ("ai", "j"), True),
        ("margin-call", "MARGIN_CALL", ("p", 0, "s"), None),
        ("leverage", "ACCOUNT_CONFIG_UPDATE", ("ac", "l"), None),
        ("algo-order", "ALGO_UPDATE", ("o", "X"), "NEW"),
        ("order", "ORDER_TRADE_UPDATE", ("o", "x"), "CANCELED"),
        ("unknown-event", "ORACLE_UPDATE", ("o", "x"), None),
    ],
)
def test_happenings_have_their_events(
    happening: str, kind: str, path: tuple[Any, ...], value: object
) -> None:
    """Whatever the account goes through is told by the event Binance has for it."""
    client = visitor()
    stream = client.listen()
    client.exchange.fault(happening, client.wall_ms)
    [event] = said(stream)[:1]
    assert event["e"] == kind
    for key in path:
        event = event[key]
    assert value in (None, event)


@pytest.mark.parametrize(
    ("happening", "prefix"),
    [("liquidation", "autoclose-"), ("adl", "adl_autoclose"), ("delist", "settlement_autoclose-")],
)
def test_forced_closings_carry_their_prefix(happening: str, prefix: str) -> None:
    """Liquidation, auto-deleveraging and settlement are known by their client order id."""
    client = visitor()
    stream = client.listen("ORDER_TRADE_UPDATE")
    held = len(client.exchange.oracle(client.wall_ms))
    client.exchange.fault(happening, client.wall_ms)
    client.wait(11)
    events = said(stream)
    assert all(event["o"]["c"].startswith(prefix) for event in events)
    assert {event["o"]["x"] for event in events} == {
        "TRADE",
        "NEW" if happening == "delist" else "CALCULATED",
    }
    assert len(client.exchange.oracle(client.wall_ms)) < held


def test_isolated_position_is_liquidated_at_its_price() -> None:
    """An isolated position whose mark passes its liquidation price is liquidated within a second, not before."""
    client = visitor()
    row = client.ask_signed("v2/account.position", symbol="LINKUSDT")["result"][0]
    price = float(row["liquidationPrice"])
    market = client.exchange.world.market
    market.move("LINKUSDT", type(market.mark_price("LINKUSDT"))(price * 1.002))
    client.wait(1)
    assert ("LINKUSDT", "LONG") in client.exchange.oracle(client.wall_ms)
    market.move("LINKUSDT", type(market.mark_price("LINKUSDT"))(price * 0.998))
    client.wait(1)
    assert ("LINKUSDT", "LONG") not in client.exchange.oracle(client.wall_ms)


def test_delisted_symbol_has_no_price() -> None:
    """A settled symbol has mark price 0 and no stream, until its position is closed."""
    client = visitor("one-way", trade_pause_ms=None, happening_pause_ms=None)
    client.exchange.fault("delist", client.wall_ms)
    [symbol] = client.exchange.world.market.settled
    row = client.ask_signed("v2/account.position", symbol=symbol)["result"][0]
    assert row["markPrice"] == "0.00000000"
    stream = client.open(f"/market/ws/{symbol.lower()}@markPrice@1s")
    client.wait(11)
    assert said(stream) == []
    assert client.ask_signed("v2/account.position", symbol=symbol)["result"] == []


def test_position_mode_switches_without_an_event() -> None:
    """The switch closes everything; only accountConfig tells it."""
    client = visitor()
    assert json.loads(client.get("/fapi/v1/accountConfig").body)["dualSidePosition"] is True
    client.exchange.fault("position-mode", client.wall_ms)
    assert json.loads(client.get("/fapi/v1/accountConfig").body)["dualSidePosition"] is False
    assert {side for _, side in client.exchange.oracle(client.wall_ms)} == {"BOTH"}


def test_events_filter_is_not_checked() -> None:
    """Names after `events=` are taken as they are: a wrong one is a silent one, and the list shows it."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATES/TRADE_LITE")
    client.exchange.fault("close", client.wall_ms)
    assert [event["e"] for event in said(stream)] == ["TRADE_LITE"]
    [answer] = control(client, stream, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    key = client.exchange.world.listen_keys.active
    assert answer == {"result": [f"{key}@ACCOUNT_UPDATES", f"{key}@TRADE_LITE"], "id": 1}


@pytest.mark.parametrize("form", ["path", "query", "subscribe"])
def test_every_form_of_a_private_stream_delivers(form: str) -> None:
    """A listen key may come in the path, in the query, or by SUBSCRIBE, and each form can be made silent."""
    client = visitor()
    key = listen_key(client)
    target = {
        "path": f"/private/ws/{key}",
        "query": f"/private/ws?listenKey={key}",
        "subscribe": "/private/stream",
    }
    stream = client.open(target[form])
    if form == "subscribe":
        control(client, stream, {"method": "SUBSCRIBE", "params": [key], "id": 1})
    client.exchange.fault("deposit", client.wall_ms)
    [event] = said(stream)
    assert event.get("data", event)["e"] == "ACCOUNT_UPDATE"
    assert event.get("stream", key) == key
    client.exchange.fault(f"form-silent-{form}", client.wall_ms)
    client.exchange.fault("deposit", client.wall_ms)
    assert said(stream) == []


def test_query_without_events_can_be_silent() -> None:
    """As one third party measured, a private stream without `events=` may deliver nothing."""
    client = visitor(silent_forms=frozenset({"no-events"}))
    key = listen_key(client)
    streams = [client.open(f"/private/ws?listenKey={key}{more}") for more in ("", "&events=ACCOUNT_UPDATE")]
    client.exchange.fault("deposit", client.wall_ms)
    assert [len(said(stream)) for stream in streams] == [0, 1]


def test_expired_listen_key_says_so_and_falls_silent() -> None:
    """After an hour without a ping listenKeyExpired comes, then nothing, with the socket open."""
    client = visitor()
    stream = client.listen()
    client.wait(3601)
    assert [event["e"] for event in said(stream)] == ["listenKeyExpired"]
    listen_key(client)
    client.exchange.fault("deposit", client.wall_ms)
    assert said(stream) == []
    assert stream.is_open


def test_listen_key_can_end_in_spite_of_pings() -> None:
    """A key may have a lifetime of its own."""
    client = visitor(listen_key_lifetime_ms=7_000_000)
    stream = client.listen()
    for _ in range(4):
        client.wait(1800)
        client.ask("userDataStream.ping", apiKey=client.key.api_key)
    assert [event["e"] for event in said(stream)] == ["listenKeyExpired"]


def test_private_stream_without_a_valid_key_is_silent() -> None:
    """Connecting with a key of nobody works, and nothing comes."""
    client = visitor()
    stream = client.open("/private/ws?listenKey=nope")
    listen_key(client)
    client.exchange.fault("deposit", client.wall_ms)
    assert said(stream) == []


def test_events_while_nobody_listens_are_lost() -> None:
    """Nothing is replayed."""
    client = visitor()
    listen_key(client)
    client.exchange.fault("deposit", client.wall_ms)
    assert said(client.listen()) == []


def test_exchange_pings_and_cuts_who_does_not_answer() -> None:
    """A ping comes every three minutes; after ten without its pong the connection ends, whatever else is sent."""
    client = visitor()
    stream = client.open("/market/ws")
    client.exchange.advance(START_MS + 180_000)
    client.wall_ms = START_MS + 181_000
    client.exchange.advance(client.wall_ms)
    [ping] = stream.take()
    assert isinstance(ping, Ping)
    stream.pong(b"something else", client.wall_ms)
    client.exchange.advance(START_MS + 781_500)
    assert stream.take()[-1] == Close(1008, "Pong timeout")


def test_connection_lives_its_time() -> None:
    """After its lifetime, 24 hours unless the scenario says otherwise, a connection is closed."""
    assert visitor().exchange.world.scenario.lifetime_ms == 86_400_000
    client = visitor(lifetime_ms=3_600_000)
    client.wait(3_600)
    assert client.session.is_open
    client.wait(1)
    assert client.session.take()[-1] == Close(1001, "24 hours")
