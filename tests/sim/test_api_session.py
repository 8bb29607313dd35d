"""The WebSocket API of the simulated exchange: answers, refusals, sessions."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.keys import KINDS, Kind
from tui.sim.scenarios import SCENARIOS
from tui.sim.visitor import Visitor, said, signature

START_MS = 1_770_000_000_250


def visitor(kind: Kind = "hmac", scenario: str = "quiet", **changes: Any) -> Visitor:
    """A client of a fresh exchange."""
    exchange = Exchange(replace(SCENARIOS[scenario], **changes), seed=3, wall_ms=START_MS)
    return Visitor(exchange, kind)


def code(answer: dict[str, Any]) -> tuple[int, int]:
    """Status and code of a refusal."""
    return answer["status"], answer["error"]["code"]


@pytest.mark.parametrize("kind", KINDS)
def test_signed_request_of_every_kind_of_key_is_answered(kind: Kind) -> None:
    """HMAC, RSA and Ed25519 keys may all sign every request."""
    answer = visitor(kind).ask_signed("v2/account.position", symbol="BTCUSDT")
    assert answer["status"] == 200
    assert [row["positionSide"] for row in answer["result"]] == ["LONG", "SHORT"]


@pytest.mark.parametrize("identity", [7, "605a6d20-6588-4cb9-afa0-b0ab087507ba", None, 0, ""])
def test_id_is_echoed_untouched(identity: object) -> None:
    """Integers, texts and null come back as they were."""
    [answer] = visitor().send({"id": identity, "method": "ping"})
    assert answer["id"] == identity
    assert type(answer["id"]) is type(identity)


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "no json",
        "[1]",
        '{"id":1}',
        '{"id":true,"method":"ping"}',
        '{"id":1,"method":"ping","params":[]}',
        "[" * 9999,
    ],
)
def test_bad_json_is_refused(request_text: str) -> None:
    """What is no request is answered with -1135."""
    [answer] = visitor().send(request_text)
    assert code(answer) == (400, -1135)


def test_binary_frame_is_refused() -> None:
    """A request in a binary frame is no request."""
    client = visitor()
    client.session.receive(b'{"id":1,"method":"ping"}', client.wall_ms)
    assert code(said(client.session)[0]) == (400, -1135)


def test_unknown_method_is_refused() -> None:
    """A method that does not exist is -1020."""
    assert code(visitor().ask("v3/account.position")) == (400, -1020)


@pytest.mark.parametrize("ahead_ms", [-5000, 0, 999])
def test_timestamp_inside_the_window_is_accepted(ahead_ms: int) -> None:
    """A timestamp may be 5 s old and less than 1 s ahead."""
    client = visitor()
    assert client.ask_signed("v2/account.balance", timestamp=START_MS + ahead_ms)["status"] == 200


@pytest.mark.parametrize("ahead_ms", [-5001, 1000])
def test_timestamp_outside_of_the_window_is_refused(ahead_ms: int) -> None:
    """A timestamp more than 5 s old or 1 s ahead is -1021."""
    client = visitor()
    assert code(client.ask_signed("v2/account.balance", timestamp=START_MS + ahead_ms)) == (400, -1021)


def test_receive_window_is_heeded() -> None:
    """A larger recvWindow lets older timestamps in, and 60 s is the largest."""
    client = visitor()
    old = {"timestamp": START_MS - 20_000}
    assert client.ask_signed("v2/account.status", recvWindow=20_000, **old)["status"] == 200
    assert code(client.ask_signed("v2/account.status", recvWindow=19_999, **old)) == (400, -1021)
    assert code(client.ask_signed("v2/account.status", recvWindow=60_001, **old)) == (400, -1131)


@pytest.mark.parametrize("timestamp", [str(START_MS), float(START_MS), None, True, -1])
def test_timestamp_must_be_a_json_integer(timestamp: object) -> None:
    """A text of a number is malformed."""
    assert code(visitor().ask_signed("v2/account.position", timestamp=timestamp)) == (400, -1102)


def test_wrong_signature_is_refused() -> None:
    """A signature of other parameters is -1022, none at all is -1102."""
    client = visitor()
    params = {"apiKey": client.key.api_key, "timestamp": START_MS}
    wrong = signature(client.key, f"apiKey={client.key.api_key}&timestamp={START_MS + 1}")
    assert code(client.ask("v2/account.position", **params, signature=wrong)) == (400, -1022)
    assert code(client.ask("v2/account.position", **params)) == (400, -1102)


def test_signature_of_encoded_values_is_refused() -> None:
    """Values are signed raw: a percent-encoded Chinese symbol does not verify, the raw one does."""
    client = visitor()
    params = {"apiKey": client.key.api_key, "symbol": "币安人生USDT", "timestamp": START_MS}
    encoded = (
        f"apiKey={client.key.api_key}&symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&timestamp={START_MS}"
    )
    assert code(client.ask("v2/account.position", **params, signature=signature(client.key, encoded))) == (
        400,
        -1022,
    )
    assert (
        client.ask_signed("v2/account.position", symbol="币安人生USDT")["result"][0]["symbol"]
        == "币安人生USDT"
    )


@pytest.mark.parametrize(
    ("api_key", "refusal"), [("short", (401, -2014)), (5, (401, -2014)), ("A" * 64, (401, -2015))]
)
def test_api_key_is_checked(api_key: object, refusal: tuple[int, int]) -> None:
    """A key of the wrong form is -2014, one of nobody -2015."""
    assert code(visitor().ask_signed("v2/account.position", apiKey=api_key)) == refusal


def test_missing_api_key_is_refused() -> None:
    """Without a key and without a session a signed request is malformed."""
    assert code(visitor().ask("v2/account.position", timestamp=START_MS)) == (400, -1102)


@pytest.mark.parametrize("symbol", ["btcusdt", "NOPE", "BTCUSDT "])
def test_unknown_symbol_is_refused(symbol: str) -> None:
    """Symbols are case-sensitive and must exist."""
    assert code(visitor().ask_signed("v2/account.position", symbol=symbol)) == (400, -1121)


def test_unknown_parameter_is_refused() -> None:
    """A parameter no page knows is -1104."""
    assert code(visitor().ask_signed("v2/account.position", Symbol="BTCUSDT")) == (400, -1104)


def test_answers_carry_the_weight_used() -> None:
    """The handshake counts 5, a snapshot 5, the time 1, a log-on 2."""
    client = visitor("ed25519")
    counts = [
        answer["rateLimits"][0]["count"]
        for answer in (
            client.ask("time"),
            client.ask_signed("v2/account.position"),
            client.ask_signed("session.logon"),
            client.ask("userDataStream.start", apiKey=client.key.api_key),
        )
    ]
    assert counts == [6, 11, 13, 14]


def test_rate_limits_can_be_hidden() -> None:
    """`returnRateLimits` hides them for one request, and in the target for all."""
    client = visitor()
    assert "rateLimits" not in client.ask("ping", returnRateLimits=False)
    client.session = client.open("/ws-fapi/v1?returnRateLimits=false")
    assert "rateLimits" not in client.ask("ping")
    assert "rateLimits" in client.ask("ping", returnRateLimits=True)


def test_logged_on_session_needs_no_key_and_no_signature() -> None:
    """After an Ed25519 log-on only the timestamp is left, and it is still checked."""
    client = visitor("ed25519")
    status = client.ask_signed("session.logon")["result"]
    assert (status["apiKey"], status["authorizedSince"]) == (client.key.api_key, START_MS)
    assert client.ask("v2/account.position", timestamp=START_MS)["status"] == 200
    assert code(client.ask("v2/account.position", timestamp=START_MS - 9000)) == (400, -1021)
    assert client.ask("session.logout")["result"]["apiKey"] is None
    assert code(client.ask("v2/account.position", timestamp=START_MS)) == (400, -1102)


@pytest.mark.parametrize("kind", ["hmac", "rsa"])
def test_only_ed25519_keys_log_on(kind: Kind) -> None:
    """HMAC and RSA keys cannot log a session on."""
    assert code(visitor(kind).ask_signed("session.logon")) == (400, -4056)


def test_revoked_key_is_answered_without_an_id() -> None:
    """A key deleted while in use is answered 401 with a null id."""
    client = visitor("ed25519")
    client.ask_signed("session.logon")
    client.exchange.fault("key-revoked", client.wall_ms)
    answer = client.ask("v2/account.position", timestamp=START_MS)
    assert answer == {
        "id": None,
        "status": 401,
        "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."},
    }


def test_orders_are_refused_and_remembered() -> None:
    """No key of this exchange may trade, and who tries stands in the ledger."""
    client = visitor()
    answer = client.ask_signed("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1")
    assert code(answer) == (401, -2015)
    assert [entry.method for entry in client.exchange.ledger.violations()] == ["order.place"]


def test_too_much_weight_is_429_then_a_ban() -> None:
    """Above the limit requests are answered 429 with the time to wait; who goes on is banned."""
    client = visitor(weight_limit=20)
    answers = [client.ask("ping") for _ in range(27)]
    assert [answer["status"] for answer in answers] == [200] * 15 + [429] * 10 + [418] * 2
    assert answers[15]["error"]["data"]["retryAfter"] == 1_770_000_060_000
    until_ms = START_MS + 120_000
    assert f"IP banned until {until_ms}." in answers[-1]["error"]["msg"]
    client.wait(119)
    assert client.ask("ping")["status"] == 418
    client.wait(2)
    assert client.ask("ping")["status"] == 200


def test_documented_envelope() -> None:
    """An answer has id, status, result and rateLimits, in this order."""
    client = visitor()
    client.session.receive('{"id":1,"method":"time"}', client.wall_ms)
    [answer] = said(client.session)
    limit = {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 2400,
        "count": 6,
    }
    assert json.dumps(answer) == json.dumps(
        {"id": 1, "status": 200, "result": {"serverTime": START_MS}, "rateLimits": [limit]}
    )


def test_listen_key_is_shared_and_kept() -> None:
    """Every start returns the active key; ping keeps it, and without one it is -1125."""
    client = visitor()
    key = {"apiKey": client.key.api_key}
    assert code(client.ask("userDataStream.ping", **key)) == (400, -1125)
    first = client.ask("userDataStream.start", **key)["result"]["listenKey"]
    client.wait(3500)
    assert client.ask("userDataStream.ping", **key)["result"]["listenKey"] == first
    client.wait(3500)
    assert client.ask("userDataStream.start", **key)["result"]["listenKey"] == first
    client.wait(3601)
    assert code(client.ask("userDataStream.ping", **key)) == (400, -1125)
    assert client.ask("userDataStream.start", **key)["result"]["listenKey"] != first
