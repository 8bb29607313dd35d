"""The plain HTTP side of the simulated exchange."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tui.sim.exchange import Exchange
from tui.sim.keys import KINDS, Kind
from tui.sim.outgoing import Answer
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor, signature

START_MS = 1_770_000_000_250


def visitor(name: str = "quiet", kind: Kind = "hmac") -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(scenario(name), seed=3, wall_ms=START_MS), kind)


def send(client: Visitor, method: str, target: str, **headers: str) -> Answer:
    """Send a request without a signature."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.exchange.http(method, target, named, b"", client.wall_ms)


def value(answer: Answer) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.body)


def test_time_and_ping_need_no_key() -> None:
    """The time is public, costs 1, and the used weight stands in a header."""
    client = visitor()
    answer = send(client, "GET", "/fapi/v1/time")
    assert (answer.status, value(answer)) == (200, {"serverTime": START_MS})
    assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "6"
    assert value(send(client, "GET", "/fapi/v1/ping")) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_signed_query_of_every_kind_of_key_is_answered(kind: Kind) -> None:
    """The query string is signed as it is sent, a Chinese symbol percent-encoded."""
    client = visitor(kind=kind)
    assert value(client.get("/fapi/v3/positionRisk", symbol="币安人生USDT"))[0]["symbol"] == "币安人生USDT"


def test_snapshots_are_the_same_on_both_sides() -> None:
    """HTTP and WebSocket API answer with the same rows."""
    client = visitor()
    for path, method in (
        ("/fapi/v3/positionRisk", "v2/account.position"),
        ("/fapi/v3/account", "v2/account.status"),
        ("/fapi/v3/balance", "v2/account.balance"),
    ):
        assert value(client.get(path)) == client.ask_signed(method)["result"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("timestamp={now}&signature=00", -1022),
        ("timestamp={now}", -1102),
        ("timestamp=1&signature=00", -1021),
        ("timestamp=x&signature=00", -1102),
        ("signature=00", -1102),
    ],
)
def test_bad_queries_are_refused(query: str, code: int) -> None:
    """Time and signature are checked as on the WebSocket API."""
    client = visitor()
    target = f"/fapi/v3/positionRisk?{query.format(now=START_MS)}"
    answer = send(client, "GET", target, X_MBX_APIKEY=client.key.api_key)
    assert (answer.status, value(answer)["code"]) == (400, code)


def test_signature_may_be_percent_encoded() -> None:
    """A base64 signature comes percent-encoded, with its plus signs."""
    client = visitor(kind="rsa")
    query = f"timestamp={START_MS}"
    made = quote(signature(client.key, query), safe="")
    answer = send(
        client, "GET", f"/fapi/v3/balance?{query}&signature={made}", X_MBX_APIKEY=client.key.api_key
    )
    assert answer.status == 200


def test_keys_are_checked() -> None:
    """No key is -2014, one of nobody -2015."""
    client = visitor()
    refusals = [value(send(client, "POST", "/fapi/v1/listenKey", X_MBX_APIKEY=key)) for key in ("", "B" * 64)]
    assert [refusal["code"] for refusal in refusals] == [-2014, -2015]


def test_unknown_path_is_404() -> None:
    """A path nobody serves is 404, a key name in lower case is not minded."""
    answer = send(visitor(), "GET", "/fapi/v9/nope")
    assert (answer.status, value(answer)["code"]) == (404, -5000)


def test_listen_key_over_http_is_the_same_key() -> None:
    """POST and PUT give the account's one key; DELETE ends it and is a violation."""
    client = visitor()
    key = {"x_mbx_apikey": client.key.api_key}
    made = value(send(client, "POST", "/fapi/v1/listenKey", **key))["listenKey"]
    assert value(send(client, "PUT", "/fapi/v1/listenKey", **key))["listenKey"] == made
    assert client.ask("userDataStream.start", apiKey=client.key.api_key)["result"]["listenKey"] == made
    assert value(send(client, "DELETE", "/fapi/v1/listenKey", **key)) == {}
    assert value(send(client, "PUT", "/fapi/v1/listenKey", **key))["code"] == -1125
    assert [entry.method for entry in client.exchange.ledger.violations()] == ["DELETE"]


def test_symbol_config_tells_leverage_and_margin_type() -> None:
    """symbolConfig holds what the snapshots do not."""
    rows = {row["symbol"]: row for row in value(visitor().get("/fapi/v1/symbolConfig"))}
    assert (rows["LINKUSDT"]["marginType"], rows["LINKUSDT"]["leverage"]) == ("ISOLATED", 25)
    assert (rows["BTCUSDT"]["marginType"], rows["BTCUSDT"]["isAutoAddMargin"]) == ("CROSSED", False)


def test_exchange_info_gives_the_steps() -> None:
    """exchangeInfo has the filters of every contract, whatever its letters."""
    rows = {row["symbol"]: row for row in value(send(visitor(), "GET", "/fapi/v1/exchangeInfo"))["symbols"]}
    filters = {one["filterType"]: one for one in rows["币安人生USDT"]["filters"]}
    assert (filters["PRICE_FILTER"]["tickSize"], filters["LOT_SIZE"]["stepSize"]) == ("0.00001", "1")


def test_premium_index_is_an_object_with_a_symbol_and_an_array_without() -> None:
    """premiumIndex changes its shape with the symbol."""
    client = visitor()
    one = value(send(client, "GET", "/fapi/v1/premiumIndex?symbol=BTCUSDT"))
    assert one in value(send(client, "GET", "/fapi/v1/premiumIndex"))


def test_account_config_tells_the_modes() -> None:
    """accountConfig holds position mode and asset mode."""
    config = value(visitor("one-way").get("/fapi/v1/accountConfig"))
    assert (config["dualSidePosition"], config["multiAssetsMargin"]) == (False, False)
