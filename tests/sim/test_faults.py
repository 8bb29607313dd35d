"""The fault switch: every fault of the table does what its line says."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.faults import FAULTS, order
from tui.sim.outgoing import CUT, NO_ANSWER, Abort, Binary, Close, Refusal, Text
from tui.sim.scenarios import SCENARIOS
from tui.sim.spoiling import HOSTILE, HTML
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250


def visitor(**changes: Any) -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(replace(SCENARIOS["quiet"], **changes), seed=3, wall_ms=START_MS))


def strike(client: Visitor, name: str, duration_ms: int | None = None) -> None:
    """Switch a fault on."""
    client.exchange.fault(name, client.wall_ms, duration_ms)


def example(name: str) -> str:
    """A fault of the table with its capitals filled in."""
    for capitals, value in {
        "CODE": "1008",
        "STATUS": "503",
        "SYMBOL": "BTCUSDT",
        "PERCENT": "80",
        "SECONDS": "40s",
        "FORM": "query",
        "WORD": "CROSSED",
    }.items():
        name = name.replace(capitals, value)
    return name


@pytest.mark.parametrize("name", [example(name) for name in FAULTS])
def test_every_fault_can_come_and_go(name: str) -> None:
    """Every fault of the table can be switched on and off, and afterwards the exchange works."""
    client = visitor()
    listener, market = client.listen(), client.open("/market/ws/!markPrice@arr@1s")
    strike(client, name, 3_000)
    client.ask_lost("v2/account.position")
    client.exchange.http("GET", "/fapi/v1/time", {}, b"", client.wall_ms)
    client.exchange.open("/market/ws", client.wall_ms)
    client.wait(12)
    client.exchange.clear(name, client.wall_ms)
    again = Visitor(client.exchange)
    again.wall_ms = client.wall_ms
    assert again.ask_signed("v2/account.position")["status"] == 200
    assert all(session.take() is not None for session in (listener, market))


@pytest.mark.parametrize(
    "name", ["nope", "close-12", "handshake-404", "no-marks-", "silence:everything", "clock+s"]
)
def test_unknown_faults_are_named(name: str) -> None:
    """What is no fault is refused."""
    with pytest.raises(ValueError, match="unknown"):
        order(name)


@pytest.mark.parametrize(
    ("name", "last"), [("reset", Abort()), ("close-1006", Abort()), ("close-1012", Close(1012))]
)
def test_connections_are_cut(name: str, last: object) -> None:
    """A cut ends every connection once; new ones live."""
    client = visitor()
    strike(client, name)
    assert client.session.take() == [last]
    assert client.open("/ws-fapi/v1").is_open


def test_cut_with_a_duration_meets_new_connections_too() -> None:
    """For as long as it lasts every new connection is cut as well."""
    client = visitor()
    strike(client, "close-1013", 5_000)
    assert client.open("/market/ws").take() == [Close(1013)]
    client.wait(5)
    assert client.open("/market/ws").is_open


def test_fault_can_be_meant_for_one_feed() -> None:
    """`reset:market` leaves the other feeds alone."""
    client = visitor()
    market = client.open("/market/ws")
    strike(client, "reset:market")
    assert (client.session.is_open, market.is_open) == (True, False)


def test_accept_then_close() -> None:
    """A connection is accepted and closed at once."""
    client = visitor()
    strike(client, "accept-then-close")
    assert client.open("/private/ws").take() == [Close(1008, "Policy violation")]


@pytest.mark.parametrize(
    ("name", "status", "headers"),
    [
        ("refuse-connections", CUT, {}),
        ("silence", NO_ANSWER, {}),
        ("handshake-403", 403, {"Content-Type": "text/html"}),
        ("handshake-429-retry-after", 429, {"Content-Type": "text/html", "Retry-After": "30"}),
        ("handshake-520", 520, {"Content-Type": "text/html"}),
        ("portal-200", 200, {"Content-Type": "text/html"}),
        ("redirect-302", 302, {"Location": "http://portal.invalid/login"}),
    ],
)
def test_handshakes_are_refused(name: str, status: int, headers: dict[str, str]) -> None:
    """Networks and fronts refuse a handshake in their own ways, each noted in the ledger."""
    client = visitor()
    duration_ms = 30_000 if name.startswith("handshake") else None
    strike(client, name, duration_ms)
    refusal = client.exchange.open("/ws-fapi/v1", client.wall_ms)
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.headers) == (status, headers)
    assert client.exchange.ledger.of("refused")[-1].status == status


def test_silence_is_total_and_ends() -> None:
    """Open sockets give no data, no pong and no answer; afterwards data flows again, and nothing is made up for."""
    client = visitor()
    market = client.open("/market/ws/btcusdt@markPrice@1s")
    strike(client, "silence", 5_000)
    assert client.session.ping(b"x", client.wall_ms) is None
    assert client.send({"id": 1, "method": "ping"}) == []
    client.wait(4.5)
    assert market.take() == []
    client.wait(2.5)
    assert len(said(market)) == 2


def test_no_answers_still_answers_pings() -> None:
    """Requests are lost, pings are answered."""
    client = visitor()
    strike(client, "no-answers")
    assert client.send({"id": 1, "method": "ping"}) == []
    assert client.session.ping(b"x", client.wall_ms) == b"x"


def test_slow_answers_come_in_the_end() -> None:
    """An answer comes four seconds late."""
    client = visitor()
    strike(client, "slow-answers")
    assert client.send({"id": 9, "method": "time"}) == []
    client.wait(4)
    [answer] = said(client.session)
    assert (answer["id"], answer["result"]["serverTime"]) == (9, START_MS)


def test_marks_stop_for_all_or_for_one_symbol() -> None:
    """The market stream can go silent as a whole or for one symbol."""
    client = visitor()
    market = client.open("/market/stream?streams=btcusdt@markPrice@1s/ethusdt@markPrice@1s")
    strike(client, "no-marks-BTCUSDT", 2_000)
    client.wait(2)
    assert {message["data"]["s"] for message in said(market)} == {"ETHUSDT"}
    strike(client, "no-marks", 2_000)
    client.wait(2)
    assert said(market) == []
    client.wait(1)
    assert len(said(market)) == 2


def test_flood_is_two_thousand_frames_a_second() -> None:
    """Marks come two thousand times a second until the flood ends."""
    client = visitor()
    market = client.open("/market/ws/btcusdt@markPrice@1s")
    strike(client, "flood", 1_000)
    client.wait(3)
    assert 2_000 <= len(market.take()) <= 2_010


def test_listen_key_can_be_ended_by_the_exchange_or_by_another_client() -> None:
    """Ended by the exchange the key says so; deleted by another client it does not. Both leave the socket open."""
    client = visitor()
    stream = client.listen()
    strike(client, "listen-key-expired")
    assert [event["e"] for event in said(stream)] == ["listenKeyExpired"]
    stream = client.listen()
    strike(client, "listen-key-deleted")
    strike(client, "deposit")
    assert (said(stream), stream.is_open) == ([], True)
    answer = client.ask("userDataStream.ping", apiKey=client.key.api_key)
    assert answer["error"]["code"] == -1125


def test_listen_keys_can_fail() -> None:
    """While it lasts neither start nor ping works."""
    client = visitor()
    strike(client, "listen-key-fails")
    for method in ("userDataStream.start", "userDataStream.ping"):
        assert client.ask(method, apiKey=client.key.api_key)["status"] == 503


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("drop-event", ["TRADE_LITE", "ORDER_TRADE_UPDATE", "ORDER_TRADE_UPDATE"]),
        ("drop-fill", []),
        (
            "duplicate-event",
            ["TRADE_LITE", "ORDER_TRADE_UPDATE", *["ACCOUNT_UPDATE"] * 2, "ORDER_TRADE_UPDATE"],
        ),
        ("private-silent", []),
    ],
)
def test_events_are_lost_or_doubled_once(name: str, kinds: list[str]) -> None:
    """An event is lost or comes twice, and the account has changed all the same."""
    client = visitor()
    stream = client.listen()
    before = client.exchange.oracle(client.wall_ms)
    strike(client, name)
    strike(client, "close")
    assert [event["e"] for event in said(stream)] == kinds
    assert client.exchange.oracle(client.wall_ms) != before


def test_late_duplicate_comes_five_seconds_later() -> None:
    """The same event arrives again, as it was."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATE")
    strike(client, "late-duplicate")
    strike(client, "close")
    first = said(stream)
    client.wait(5)
    assert first == said(stream) != []


@pytest.mark.parametrize(("name", "skew_ms"), [("clock+40s", 40_000), ("clock-40s", -40_000)])
def test_clock_can_be_wrong(name: str, skew_ms: int) -> None:
    """The exchange's time is off, timestamps of the right time are refused, and marks carry the wrong one."""
    client = visitor()
    strike(client, name)
    assert client.ask("time")["result"]["serverTime"] == START_MS + skew_ms
    assert client.ask_signed("v2/account.position", timestamp=START_MS)["error"]["code"] == -1021
    assert client.ask_signed("v2/account.position")["status"] == 200


def test_times_of_changes_grow_even_when_the_clock_steps_back() -> None:
    """A step of the exchange's clock never makes `T` go back."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATE")
    strike(client, "deposit")
    strike(client, "clock-40s")
    strike(client, "deposit")
    first, second = (event["T"] for event in said(stream))
    assert first < second


@pytest.mark.parametrize(
    ("name", "status", "code"), [("request-429", 429, -1003), ("request-418", 418, -1003)]
)
def test_requests_and_handshakes_are_held_off(name: str, status: int, code: int) -> None:
    """While it lasts requests, HTTP and handshakes are refused with the time to wait, and then no more."""
    client = visitor()
    strike(client, name, 20_000)
    answer = client.ask("time")
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert answer["error"]["data"]["retryAfter"] == START_MS + 20_000
    http = client.exchange.http("GET", "/fapi/v1/time", {}, b"", client.wall_ms)
    assert (http.status, http.headers["Retry-After"]) == (status, "20")
    refusal = client.exchange.open("/ws-fapi/v1", client.wall_ms)
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.headers["Retry-After"]) == (status, "20")
    client.wait(20)
    assert client.ask("time")["status"] == 200


def test_other_programs_use_weight_too() -> None:
    """The count shows what others behind the address use."""
    client = visitor()
    strike(client, "other-clients-weight-80", 1_000)
    assert client.ask("time")["rateLimits"][0]["count"] == 1920 + 6
    client.wait(1)
    assert client.ask("time")["rateLimits"][0]["count"] == 7


@pytest.mark.parametrize(
    ("name", "status"), [("error-1000", 400), ("error-1001", 503), ("error-1007", 408), ("error-1008", 503)]
)
def test_errors_can_be_asked_for(name: str, status: int) -> None:
    """One request is refused, the next is not."""
    client = visitor()
    strike(client, name)
    assert client.ask_signed("v2/account.position")["status"] == status
    assert client.ask_signed("v2/account.position")["status"] == 200


@pytest.mark.parametrize(
    ("name", "is_spoilt"),
    [
        ("html", lambda data: data == HTML),
        ("truncated-json", lambda data: fails(data) and data.startswith('{"id":1')),
        ("malformed-json", lambda data: fails(data)),
        ("wrong-types", lambda data: isinstance(json.loads(data)["result"], dict)),
        ("200-with-error", lambda data: json.loads(data)["status"] == 200 and "error" in json.loads(data)),
        ("wrong-id", lambda data: json.loads(data)["id"] == "1-of-another"),
        ("empty-frame", lambda data: data == ""),
        ("invalid-utf8", lambda data: "\ud800" in data),
        ("big-frame", lambda data: len(data) > 1_000_000),
        ("deep-json", lambda data: data.startswith("[" * 1000)),
        ("unknown-fields", lambda data: "newField" in json.loads(data)["result"][0]),
    ],
)
def test_answers_are_spoilt(name: str, is_spoilt: Callable[[str], bool]) -> None:
    """One answer is not what it should be."""
    client = visitor()
    strike(client, name)
    client.ask_lost("v2/account.position")
    [frame] = client.session.take()
    assert isinstance(frame, Text)
    assert is_spoilt(frame.data)


def fails(data: str) -> bool:
    """Whether a text is no JSON."""
    try:
        json.loads(data)
    except ValueError:
        return True
    return False


def test_answer_can_be_binary_or_double() -> None:
    """An answer comes as a binary frame, or twice."""
    client = visitor()
    strike(client, "binary")
    client.ask_lost("ping")
    assert isinstance(client.session.take()[0], Binary)
    strike(client, "duplicate-answer")
    assert len(client.send({"id": 1, "method": "ping"})) == 2


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("empty-strings", ""),
        ("null-numbers", None),
        ("nan-numbers", "NaN"),
        ("thousands-separators", "138,862.83600000"),
        ("scientific-numbers", "1.3886283600000E+5"),
        ("bare-numbers", 138862.836),
    ],
)
def test_numbers_are_spelled_otherwise(name: str, spelling: object) -> None:
    """Numbers of snapshots come in spellings no page has; amounts stay."""
    client = visitor()
    strike(client, name)
    row = client.ask_signed("v2/account.position")["result"][0]
    assert (row["positionAmt"], row["notional"]) == ("1.512", spelling)
    assert type(client.ask_signed("v2/account.status")["result"]["totalWalletBalance"]) is type(spelling)


def test_pushed_frames_are_spoilt_when_their_feed_is_named() -> None:
    """A fault for answers spares the streams, unless it names them."""
    client = visitor()
    market = client.open("/market/ws/btcusdt@markPrice@1s")
    strike(client, "truncated-json")
    strike(client, "html:market")
    client.wait(2)
    first, second = market.take()
    assert first == Text(HTML)
    assert isinstance(second, Text)
    assert not fails(second.data)


def test_fields_can_be_renamed() -> None:
    """The amount and the profit of a position come under other names."""
    client = visitor()
    strike(client, "renamed-fields")
    row = client.ask_signed("v2/account.position")["result"][0]
    assert {"positionQty", "openProfit"} <= set(row)
    assert not {"positionAmt", "unRealizedProfit"} & set(row)


def test_hostile_texts_are_everywhere() -> None:
    """Symbols, assets, reasons, messages and close reasons carry what a terminal must never see."""
    client = visitor()
    stream = client.listen("ACCOUNT_UPDATE")
    strike(client, "hostile-strings")
    strike(client, "deposit")
    assert said(stream)[0]["a"]["m"] == HOSTILE
    assert client.ask_signed("v2/account.position")["result"][-1]["symbol"] == HOSTILE
    assert client.ask_signed("v2/account.status")["result"]["assets"][-1]["asset"] == HOSTILE
    assert client.ask("nope")["error"]["msg"] == HOSTILE
    strike(client, "close-1008")
    assert client.session.take() == [Close(1008, HOSTILE)]
    assert len(HOSTILE.encode()) <= 123


def test_rotation_is_announced() -> None:
    """serverShutdown comes five seconds before the close; what is opened meanwhile stays."""
    client = visitor()
    strike(client, "rotate")
    [answer] = said(client.session)
    assert answer["event"]["e"] == "serverShutdown"
    later = client.open("/ws-fapi/v1")
    client.wait(5)
    assert client.session.take() == [Close(1001, "Going away")]
    assert later.is_open


def test_key_can_have_the_right_to_trade() -> None:
    """The key only reads, unless the fault gives it more."""
    client = visitor()
    read = json.loads(client.get("/sapi/v1/account/apiRestrictions").body)
    assert (read["enableReading"], read["enableFutures"]) == (True, False)
    strike(client, "key-can-trade")
    assert json.loads(client.get("/sapi/v1/account/apiRestrictions").body)["enableFutures"] is True


def test_retired_method_is_gone_on_both_sides() -> None:
    """The method and its HTTP twin no longer exist."""
    client = visitor()
    strike(client, "method-retired")
    assert client.ask_signed("v2/account.position")["status"] == 400
    assert client.get("/fapi/v3/positionRisk").status == 404


def test_address_can_be_shut_out() -> None:
    """A key that does not allow the address is -2015, with the id."""
    client = visitor()
    strike(client, "ip-not-allowed")
    answer = client.ask_signed("v2/account.position")
    assert (answer["id"], answer["error"]["code"]) == (1, -2015)


@pytest.mark.parametrize("happening", [name for name, fault in FAULTS.items() if fault.way == "happens"])
def test_happenings_leave_a_sound_account(happening: str) -> None:
    """Whatever happens, and however often, wallets and positions fit together."""
    client = visitor()
    for _ in range(8):
        strike(client, happening)
        client.wait(11)
    for row in client.ask_signed("v2/account.position")["result"]:
        assert Decimal(row["isolatedWallet"]) >= 0
    status = client.ask_signed("v2/account.status")["result"]
    assert Decimal(status["totalWalletBalance"]) > 50_000
