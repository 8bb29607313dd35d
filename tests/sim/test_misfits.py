"""Bad input that hits one book: refusals of a host, misspelled rows, rows of another book."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.outgoing import CUT, NO_ANSWER
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250
PATHS = {"fapi": "/fapi/v3/positionRisk", "dapi": "/dapi/v1/positionRisk", "papi": "/papi/v1/um/positionRisk"}


def visitor(name: str = "docs") -> Visitor:
    """A client of a fresh exchange; a documented account answers on every host."""
    return Visitor(Exchange(scenario(name), seed=3, wall_ms=START_MS))


def strike(client: Visitor, name: str, duration_ms: int | None = None) -> None:
    """Switch a fault on."""
    client.exchange.fault(name, client.wall_ms, duration_ms)


def statuses(client: Visitor) -> dict[str, int]:
    """What each host answers with."""
    return {host: client.get(path).status for host, path in PATHS.items()}


@pytest.mark.parametrize("host", PATHS)
@pytest.mark.parametrize("status", [400, 401, 403, 418, 429, 500, 502, 503, 504])
def test_one_host_refuses_and_the_others_answer(host: str, status: int) -> None:
    """`http-STATUS:HOST` is answered by one host alone, and is over after its time."""
    client = visitor()
    strike(client, f"http-{status}:{host}", 5_000)
    assert statuses(client) == dict.fromkeys(PATHS, 200) | {host: status}
    assert client.exchange.ledger.of("http")[list(PATHS).index(host)].status == status
    client.wait(5)
    assert statuses(client) == dict.fromkeys(PATHS, 200)


@pytest.mark.parametrize(
    ("status", "is_json"), [(400, True), (401, True), (429, True), (503, True), (403, False)]
)
def test_refusals_are_json_or_a_page(status: int, is_json: bool) -> None:
    """Binance itself refuses in JSON, its front in HTML; without the long name there is no Retry-After."""
    client = visitor()
    strike(client, f"http-{status}")
    answer = client.get(PATHS["dapi"])
    assert answer.headers["Content-Type"] == ("application/json" if is_json else "text/html")
    assert "Retry-After" not in answer.headers
    assert answer.body.startswith(b"{" if is_json else b"<!DOCTYPE html>")


@pytest.mark.parametrize("status", [403, 418, 429, 503])
def test_refusals_can_say_when_to_come_back(status: int) -> None:
    """`http-STATUS-retry-after` has Retry-After until it ends."""
    client = visitor()
    strike(client, f"http-{status}-retry-after:papi", 30_000)
    client.wait(10)
    assert client.get(PATHS["papi"]).headers["Retry-After"] == "20"


def test_ban_of_one_host_names_its_end() -> None:
    """The 418 of a host carries the end of the ban."""
    client = visitor()
    strike(client, "http-418:dapi", 60_000)
    assert f"banned until {START_MS + 60_000}" in json.loads(client.get(PATHS["dapi"]).body)["msg"]


@pytest.mark.parametrize(("name", "status"), [("html", 502), ("truncated-json", 200), ("error-1001", 503)])
def test_one_answer_of_a_host_is_spoilt(name: str, status: int) -> None:
    """Faults of single answers can be meant for a host."""
    client = visitor()
    strike(client, f"{name}:dapi")
    assert statuses(client) == {"fapi": 200, "dapi": status, "papi": 200}
    assert client.get(PATHS["dapi"]).status == 200


@pytest.mark.parametrize(
    ("name", "status"), [("silence", NO_ANSWER), ("no-answers", NO_ANSWER), ("refuse-connections", CUT)]
)
def test_one_host_is_silent(name: str, status: int) -> None:
    """A host can be out of reach while the others answer."""
    client = visitor()
    strike(client, f"{name}:papi")
    assert statuses(client) == {"fapi": 200, "dapi": 200, "papi": status}


def test_sockets_of_a_book_can_be_hit_alone() -> None:
    """COIN-M's market, user and API sockets are feeds of their own, as is the Portfolio Margin stream."""
    client = visitor()
    targets = {
        "coinm-api": "/ws-dapi/v1",
        "coinm-market": "/ws/btcusd_201225@markPrice@1s",
        "coinm-private": f"/ws/{'k' * 64}",
        "pm-private": f"/pm/ws/{'k' * 64}",
    }
    for feed, target in targets.items():
        sessions = {one: client.open(path) for one, path in targets.items()}
        strike(client, f"reset:{feed}")
        assert [one for one, session in sessions.items() if not session.is_open] == [feed], target


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("leverage-as-number", "leverage", 125),
        ("auto-add-margin-true", "isAutoAddMargin", True),
        ("auto-add-margin-text", "isAutoAddMargin", "true"),
        ("margin-type-as-crossed", "marginType", "crossed"),
        ("margin-type-as-CROSS", "marginType", "CROSS"),
        ("margin-type-as-CROSSED", "marginType", "CROSSED"),
        ("margin-type-as-Cross", "marginType", "Cross"),
        ("empty-strings", "markPrice", ""),
        ("null-numbers", "entryPrice", None),
        ("bare-numbers", "entryPrice", 11707.70000003),
        ("thousands-separators", "markPrice", "11,788.66626667"),
    ],
)
def test_coin_rows_are_misspelled(name: str, field: str, value: object) -> None:
    """What a row says of a position can be spelled otherwise; the other book's rows are not touched."""
    client = visitor()
    before = client.fetch(PATHS["fapi"])
    strike(client, f"{name}:dapi")
    assert client.fetch(PATHS["dapi"])[1][field] == value
    assert client.fetch(PATHS["fapi"]) == before


def test_margin_type_keeps_its_meaning() -> None:
    """Another spelling of isolated is still isolated."""
    client = visitor("quiet")
    strike(client, "margin-type-as-CROSSED")
    types = {row["symbol"]: row["marginType"] for row in client.fetch(PATHS["dapi"])}
    assert (types["XRPUSD_PERP"], types["BTCUSD_PERP"]) == ("ISOLATED", "CROSSED")


def test_configuration_is_misspelled_too() -> None:
    """symbolConfig has a number for leverage; it can be a text."""
    client = visitor("quiet")
    strike(client, "leverage-as-text")
    assert client.fetch("/fapi/v1/symbolConfig", symbol="BTCUSDT")[0]["leverage"] == "20"


def test_totals_can_be_empty() -> None:
    """`empty-totals` blanks the totals of both kinds of account, and nothing else."""
    client = visitor()
    strike(client, "empty-totals")
    linear = client.ask_signed("v2/account.status")["result"]
    assert {value for value in linear.values() if isinstance(value, str)} == {""}
    assert linear["assets"][0]["walletBalance"] == "23.72469206"
    account = client.fetch("/papi/v1/account")
    assert (account["accountEquity"], account["accountMaintMargin"]) == ("", "")
    assert (account["uniMMR"], account["accountStatus"]) == ("5167.92171923", "NORMAL")


def test_totals_can_have_thousands_separators() -> None:
    """The equity of the page as the page of Portfolio Margin Pro would print it."""
    client = visitor()
    strike(client, "thousands-separators:papi")
    assert client.fetch("/papi/v1/account")["accountEquity"] == "122,607.35137903"
    assert client.fetch("/papi/v1/balance")[0]["totalWalletBalance"] == "122,607.35137903"


def test_row_of_coin_m_among_those_of_usdm() -> None:
    """`coinm-in-usdm` puts a COIN-M row into USD-M arrays, of snapshots and of mark prices."""
    client = visitor()
    stream = client.open("/market/ws/!markPrice@arr@1s")
    strike(client, "coinm-in-usdm")
    rows = client.ask_signed("v2/account.position")["result"]
    assert [row["symbol"] for row in rows] == ["ADAUSDT", "COMPUSDT", "BTCUSD_PERP"]
    client.wait(1)
    marks: Any = said(stream)[0]
    assert {event["s"]: event["st"] for event in marks}["BTCUSD_201225"] == 2


def test_coin_events_on_the_usdm_stream() -> None:
    """After the integration COIN-M events may come on the private stream of USD-M too."""
    client = visitor("quiet")
    stream = client.listen()
    client.call("POST", "/dapi/v1/listenKey")
    strike(client, "coinm-events-on-usdm")
    strike(client, "coinm-close")
    assert [event["e"] for event in said(stream)] == [
        "ORDER_TRADE_UPDATE",
        "ACCOUNT_UPDATE",
        "ORDER_TRADE_UPDATE",
    ]


@pytest.mark.parametrize(
    ("symbol", "path"), [("BTCUSD_PERP", "/dapi/v1/exchangeInfo"), ("币安人生USDT", "/fapi/v1/exchangeInfo")]
)
def test_symbol_is_missing(symbol: str, path: str) -> None:
    """A symbol that is held can be unknown to exchangeInfo."""
    client = visitor("quiet")
    strike(client, f"symbol-missing-{symbol}")
    assert symbol not in {row["symbol"] for row in client.call("GET", path)["symbols"]}


def test_bnfcr_account_settles_in_credits() -> None:
    """In credits trading mode positions settle in BNFCR, whose balance is negative; exchangeInfo still says USDT."""
    client = visitor("bnfcr")
    assert {row["marginAsset"] for row in client.fetch(PATHS["fapi"])} == {"BNFCR"}
    wallets = {row["asset"]: Decimal(row["balance"]) for row in client.fetch("/fapi/v3/balance")}
    assert wallets["BNFCR"] < 0
    assert client.fetch("/fapi/v1/accountConfig")["multiAssetsMargin"] is True
    info = client.call("GET", "/fapi/v1/exchangeInfo")["symbols"][0]
    assert (info["marginAsset"], info["quoteAsset"]) == ("USDT", "USDT")


@pytest.mark.parametrize("name", ["multi-assets", "negative-balance"])
def test_multi_assets_totals_are_in_usd(name: str) -> None:
    """In multi-assets mode totals are the USD worth of every asset, negative ones too, and nothing is isolated."""
    client = visitor(name)
    status = client.ask_signed("v2/account.status")["result"]
    worth = {"USDT": "0.99985", "USDC": "0.99992", "BNB": "860.13", "BTC": "87248.47"}
    total = sum(Decimal(row["walletBalance"]) * Decimal(worth[row["asset"]]) for row in status["assets"])
    assert abs(Decimal(status["totalWalletBalance"]) - total) < Decimal("0.0001")
    assert {row["isolatedWallet"] for row in status["positions"]} == {"0"}
    assert (Decimal(status["assets"][0]["walletBalance"]) < 0) == (name == "negative-balance")


@pytest.mark.parametrize(
    "name",
    ["demo", "quiet", "one-way", "coinm", "pm", "multi-assets", "negative-balance", "bnfcr", "isolated"],
)
def test_every_account_lives(name: str) -> None:
    """Twenty minutes of every scenario's life leave an account that answers."""
    client = visitor(name)
    client.wait(1200)
    books = {book for book, _, _ in client.exchange.oracle_books(client.wall_ms)}
    assert books in ({"usdm", "coinm"}, {"coinm"}, {"pm"})
    path = "papi/v1/um/positionRisk" if books == {"pm"} else "fapi/v3/account"
    assert client.get(f"/{path}").status == 200


def test_documented_truth_is_by_book() -> None:
    """The oracle of a documented account has the page's positions under the name of their book."""
    truth = visitor().exchange.oracle_books(START_MS)
    assert set(truth) == {
        ("usdm", "ADAUSDT", "LONG"),
        ("usdm", "COMPUSDT", "SHORT"),
        ("coinm", "BTCUSD_201225", "LONG"),
        ("pm", "BTCUSDT", "LONG"),
        ("pm", "BTCUSD_201225", "LONG"),
    }
    assert truth["coinm", "BTCUSD_201225", "LONG"].leverage == 125
