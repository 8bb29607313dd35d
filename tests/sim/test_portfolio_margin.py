"""Portfolio Margin on the simulated exchange: the page's examples, uniMMR, and one stream for both books."""

from decimal import Decimal
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.portfolio_margin.documents import ACCOUNT, BALANCES, FLAT, LONG, SHORT
from tui.sim.portfolio_margin.portfolio import Standing
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250


def visitor(name: str = "pm", **options: Any) -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(scenario(name, **options), seed=11, wall_ms=START_MS))


def happen(client: Visitor, *names: str) -> list[dict[str, Any]]:
    """Let things happen, and return what the stream tells."""
    stream = client.listen_to("papi")
    for name in names:
        client.exchange.fault(name, client.wall_ms)
    return said(stream)


def positions(client: Visitor) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of both books that have an amount."""
    rows = client.fetch("/papi/v1/um/positionRisk") + client.fetch("/papi/v1/cm/positionRisk")
    return {(row["symbol"], row["positionSide"]): row for row in rows if Decimal(row["positionAmt"])}


@pytest.mark.parametrize(
    ("name", "rows"), [("docs", [LONG, SHORT]), ("docs-one-way", [FLAT]), ("docs-en", [FLAT])]
)
def test_page_is_served_to_the_digit(name: str, rows: list[dict[str, Any]]) -> None:
    """The documented rows come as they are printed, beside the documented rows of the other books."""
    client = visitor(name)
    client.wait(3600)
    assert client.fetch("/papi/v1/um/positionRisk") == rows
    assert client.fetch("/papi/v1/um/positionRisk", symbol="BTCUSDT") == rows
    assert client.fetch("/papi/v1/account") == ACCOUNT
    assert client.fetch("/papi/v1/balance") == BALANCES
    assert client.fetch("/dapi/v1/positionRisk")
    assert client.ask_signed("v2/account.position")["status"] == 200


def test_documents_are_chosen_from() -> None:
    """Symbol, pair, margin asset and asset narrow documented rows too."""
    client = visitor("docs")
    assert client.fetch("/papi/v1/um/positionRisk", symbol="ADAUSDT") == []
    assert client.fetch("/papi/v1/cm/positionRisk", marginAsset="ETH") == []
    assert len(client.fetch("/papi/v1/cm/positionRisk", pair="BTCUSD")) == 1
    assert client.fetch("/papi/v1/balance", asset="USDT")["crossMarginFree"] == "100.00000000"
    assert client.fetch("/papi/v1/balance", asset="NOPE") == {}


def test_marks_of_the_example_are_the_documented_ones() -> None:
    """The market stream carries the mark price that the Portfolio Margin rows have."""
    client = visitor("docs")
    stream = client.open("/market/ws/btcusdt@markPrice@1s")
    client.wait(1)
    [event] = said(stream)
    assert event["p"] == LONG["markPrice"]


def test_documented_account_agrees_with_itself() -> None:
    """uniMMR of the page is its equity divided by its maintenance margin."""
    standing = Standing(
        Decimal(ACCOUNT["accountEquity"]), Decimal(0), Decimal(0), Decimal(ACCOUNT["accountMaintMargin"])
    )
    assert f"{standing.uni_mmr:.8f}" == ACCOUNT["uniMMR"]


@pytest.mark.parametrize(
    ("equity", "status"),
    [
        ("1.51", "NORMAL"),
        ("1.5", "MARGIN_CALL"),
        ("1.21", "MARGIN_CALL"),
        ("1.2", "REDUCE_ONLY"),
        ("1.05", "FORCE_LIQUIDATION"),
    ],
)
def test_status_follows_the_bands(equity: str, status: str) -> None:
    """1.5, 1.2 and 1.05 are the bounds, and belong to the worse side."""
    assert Standing(Decimal(equity), Decimal(0), Decimal(0), Decimal(1)).status == status


def test_no_maintenance_margin_is_very_safe() -> None:
    """Without positions uniMMR is a large number: the direction is that larger is safer."""
    assert Standing(Decimal(10), Decimal(10), Decimal(0), Decimal(0)).uni_mmr > 1000


def test_account_is_recognised_by_asking() -> None:
    """A classic account gets -2015 from `/papi`, one under Portfolio Margin gets it from everything else."""
    classic, portfolio = visitor("quiet"), visitor()
    assert classic.fetch("/papi/v1/account")["code"] == -2015
    assert classic.call("POST", "/papi/v1/listenKey")["code"] == -2015
    assert portfolio.ask_signed("v2/account.position")["error"]["code"] == -2015
    for path in ("/fapi/v3/account", "/fapi/v1/symbolConfig", "/dapi/v1/positionRisk", "/dapi/v1/account"):
        assert portfolio.get(path).status == 401
    assert portfolio.call("GET", "/fapi/v1/exchangeInfo")["symbols"]
    assert portfolio.call("GET", "/dapi/v1/premiumIndex")


def test_rows_have_no_margin_type_break_even_or_margin_asset() -> None:
    """Rows lack what Portfolio Margin does not have."""
    client = visitor()
    absent = {"marginType", "breakEvenPrice", "marginAsset", "isolatedMargin", "maintMargin", "initialMargin"}
    for row in client.fetch("/papi/v1/um/positionRisk") + client.fetch("/papi/v1/cm/positionRisk"):
        assert not absent & set(row)
        assert isinstance(row["leverage"], str)


@pytest.mark.parametrize(("hedge", "sides"), [(True, ["LONG", "SHORT"]), (False, ["BOTH"])])
def test_only_held_symbols_come_with_every_side(hedge: bool, sides: list[str]) -> None:
    """A symbol with a position has every side of the mode; a symbol without does not come."""
    client = visitor(hedge=hedge)
    for path in ("/papi/v1/um/positionRisk", "/papi/v1/cm/positionRisk"):
        rows = client.fetch(path)
        symbols = list(dict.fromkeys(row["symbol"] for row in rows))
        assert [(row["symbol"], row["positionSide"]) for row in rows] == [
            (symbol, side) for symbol in symbols for side in sides
        ]
        assert len(symbols) < 8


def test_coin_positions_can_be_chosen() -> None:
    """`marginAsset` or `pair` narrows COIN-M rows, both of them are refused."""
    client = visitor()
    rows = client.fetch("/papi/v1/cm/positionRisk", marginAsset="BTC")
    assert {row["symbol"] for row in rows} == {"BTCUSD_PERP", "BTCUSD_260626"}
    assert client.fetch("/papi/v1/cm/positionRisk", marginAsset="BTC", pair="BTCUSD")["code"] == -1128


def test_equity_and_margins_add_up_over_both_books() -> None:
    """Maintenance margin is that of all positions in USD, equity what all wallets and profits are worth."""
    client = visitor()
    account = client.fetch("/papi/v1/account")
    linear, coin = (client.fetch(f"/papi/v1/{unit}/account") for unit in ("um", "cm"))
    price = {"USDT": Decimal("0.99985")} | {
        row["symbol"].removesuffix("USD_PERP"): Decimal(row["indexPrice"])
        for row in client.call("GET", "/dapi/v1/premiumIndex")
        if row["symbol"].endswith("_PERP")
    }
    needed = sum(
        Decimal(row["maintMargin"]) * price[row["asset"]] for row in linear["assets"] + coin["assets"]
    )
    assert abs(Decimal(account["accountMaintMargin"]) - needed) < Decimal("0.001")
    worth = sum(
        (
            Decimal(row["totalWalletBalance"])
            - Decimal(row["crossMarginBorrowed"])
            + Decimal(row["umUnrealizedPNL"])
            + Decimal(row["cmUnrealizedPNL"] or 0)
        )
        * price[row["asset"]]
        for row in client.fetch("/papi/v1/balance")
    )
    assert abs(Decimal(account["actualEquity"]) - worth) < Decimal("0.01")
    ratio = Decimal(account["accountEquity"]) / Decimal(account["accountMaintMargin"])
    assert abs(Decimal(account["uniMMR"]) - ratio) < Decimal("1E-6")


def test_totals_that_the_page_leaves_empty_are_empty() -> None:
    """`totalAvailableBalance`, `totalMarginOpenLoss` and a COIN-M profit of USDT are empty texts."""
    client = visitor()
    account = client.fetch("/papi/v1/account")
    assert (account["totalAvailableBalance"], account["totalMarginOpenLoss"]) == ("", "")
    one = client.fetch("/papi/v1/balance", asset="USDT")
    assert (one["asset"], one["cmUnrealizedPNL"]) == ("USDT", "")
    assert "crossMarginAsset" not in one
    assert client.fetch("/papi/v1/balance", asset="NOPE")["totalWalletBalance"] == "0.00000000"
    assert "NOPE" not in {row["asset"] for row in client.fetch("/papi/v1/balance")}


def test_configuration_is_that_of_usdm_with_a_text() -> None:
    """symbolConfig has `isAutoAddMargin` as a text here, accountConfig the position mode."""
    client = visitor()
    [row] = client.fetch("/papi/v1/um/symbolConfig", symbol="BTCUSDT")
    assert (row["marginType"], row["isAutoAddMargin"], row["leverage"]) == ("CROSSED", "false", 75)
    assert client.fetch("/papi/v1/um/accountConfig")["dualSidePosition"] is True
    [coin] = client.fetch("/papi/v1/cm/leverageBracket", symbol="BTCUSD_PERP")
    assert coin["brackets"][1]["qtyFloor"] == 5
    [linear] = client.fetch("/papi/v1/um/leverageBracket", symbol="BTCUSDT")
    assert linear["brackets"][0]["notionalCap"] == 300_000


def test_weight_is_counted_apart() -> None:
    """`/papi` has 6000 of its own a minute: what is asked there leaves `/fapi` alone."""
    client = visitor()
    assert client.get("/papi/v1/account").headers["X-MBX-USED-WEIGHT-1M"] == "20"
    assert client.get("/papi/v1/balance").headers["X-MBX-USED-WEIGHT-1M"] == "40"
    answer = client.exchange.http("GET", "/fapi/v1/time", {}, b"", client.wall_ms)
    assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "6"
    statuses = [client.get("/papi/v1/account").status for _ in range(300)]
    assert (statuses.count(200), statuses[-1]) == (298, 429)


@pytest.mark.parametrize("hedge", [True, False])
def test_events_and_snapshots_tell_the_truth(hedge: bool) -> None:
    """After hours of trading the oracle, the rows of both books and a book that only followed the events are equal."""
    client = visitor(hedge=hedge)
    stream = client.listen_to("papi")
    book = {
        key: (Decimal(row["positionAmt"]), Decimal(row["entryPrice"]))
        for key, row in positions(client).items()
    }
    kinds = set()
    for _ in range(150):
        client.wait(60)
        assert client.call("PUT", "/papi/v1/listenKey") == {}
        for event in said(stream):
            kinds.add((event["e"], event.get("fs", "")))
            for row in event["a"]["P"] if event["e"] == "ACCOUNT_UPDATE" else []:
                book.pop((row["s"], row["ps"]), None)
                if row["pa"] != "0":
                    book[row["s"], row["ps"]] = Decimal(row["pa"]), Decimal(row["ep"])
    asked = {
        key: (Decimal(row["positionAmt"]), Decimal(row["entryPrice"]))
        for key, row in positions(client).items()
    }
    truth = client.exchange.oracle_books(client.wall_ms)
    assert book == asked
    assert asked == {
        (symbol, side): (one.position_amount, one.entry_price) for (_, symbol, side), one in truth.items()
    }
    assert {name for name, _, _ in truth} == {"pm"}
    assert {("ACCOUNT_UPDATE", "UM"), ("ACCOUNT_UPDATE", "CM"), ("liabilityChange", "")} <= kinds
    assert not {"TRADE_LITE", "MARGIN_CALL"} & {kind for kind, _ in kinds}


def test_events_of_both_books_carry_their_unit() -> None:
    """USD-M comes as UM without an alias, COIN-M as CM with one; rows and orders are shorter than elsewhere."""
    events = happen(visitor(), "close", "coinm-close")
    assert [(event["e"], event["fs"], bool(event["i"])) for event in events] == [
        ("ORDER_TRADE_UPDATE", "UM", False),
        ("ACCOUNT_UPDATE", "UM", False),
        ("ORDER_TRADE_UPDATE", "UM", False),
        ("ORDER_TRADE_UPDATE", "CM", True),
        ("ACCOUNT_UPDATE", "CM", True),
        ("ORDER_TRADE_UPDATE", "CM", True),
    ]
    assert list(events[1]) == ["e", "fs", "E", "T", "i", "a"]
    assert all(set(row) == {"s", "pa", "ep", "cr", "up", "ps", "bep"} for row in events[1]["a"]["P"])
    assert not {"wt", "ot", "cp", "pP"} & set(events[2]["o"])


@pytest.mark.parametrize(
    ("happening", "kind", "names"),
    [
        ("leverage", "ACCOUNT_CONFIG_UPDATE", {"fs", "ac"}),
        ("coinm-leverage", "ACCOUNT_CONFIG_UPDATE", {"fs", "ac"}),
        ("algo-order", "ALGO_UPDATE", {"fs", "ao"}),
        ("pm-liability", "liabilityChange", {"a", "t", "T", "p", "i", "l"}),
        ("pm-open-order-loss", "openOrderLoss", {"O"}),
        ("pm-transfer", "balanceUpdate", {"a", "d", "U", "T"}),
        ("pm-conditional-order", "CONDITIONAL_ORDER_TRADE_UPDATE", {"fs", "so"}),
        ("uni-mmr-140", "liabilityChange", {"l"}),
    ],
)
def test_happenings_are_told(happening: str, kind: str, names: set[str]) -> None:
    """Everything the account goes through comes as an event of its kind."""
    event = happen(visitor(), happening)[0]
    assert event["e"] == kind
    assert names <= set(event)


@pytest.mark.parametrize("happening", ["margin-call", "asset-mode", "coinm-margin-call"])
def test_what_portfolio_margin_does_not_have_is_not_told(happening: str) -> None:
    """There is no MARGIN_CALL and no multi-assets mode here."""
    assert happen(visitor(), happening) == []


@pytest.mark.parametrize(
    ("percent", "status"), [(140, "MARGIN_CALL"), (115, "REDUCE_ONLY"), (104, "FORCE_LIQUIDATION")]
)
def test_account_can_be_driven_down(percent: int, status: str) -> None:
    """`uni-mmr-PERCENT` brings the account to a risk level and holds it there; the event says so, and later not that
    it is over."""
    client = visitor()
    told = [event for event in happen(client, f"uni-mmr-{percent}") if event["e"] == "riskLevelChange"]
    account = client.fetch("/papi/v1/account")
    assert abs(Decimal(account["uniMMR"]) - Decimal(percent) / 100) < Decimal("0.01")
    assert account["accountStatus"] == status
    assert [(event["s"], event["u"]) for event in told] == [(status, account["uniMMR"])]
    client.exchange.clear(f"uni-mmr-{percent}", client.wall_ms)
    client.exchange.fault("uni-mmr-300", client.wall_ms)
    assert client.fetch("/papi/v1/account")["accountStatus"] == "NORMAL"


def test_owner_keeps_the_account_alive() -> None:
    """Once nobody drives it down any more, the account is topped up."""
    client = visitor()
    client.exchange.fault("uni-mmr-104", client.wall_ms, 5_000)
    client.wait(10)
    assert Decimal(client.fetch("/papi/v1/account")["uniMMR"]) > 2


def test_listen_key_expires_without_its_name() -> None:
    """The last event of a key has no `listenKey`; other streams hear nothing of it."""
    client = visitor()
    stream = client.listen_to("papi")
    client.wait(3601)
    last = said(stream)[-1]
    assert (last["e"], set(last)) == ("listenKeyExpired", {"e", "E"})
    assert client.call("PUT", "/papi/v1/listenKey")["code"] == -1125


def test_keys_of_others_are_silent_here() -> None:
    """A stream on `/pm` with a key of nobody stays open and silent, and the ledger does not hold any key."""
    client = visitor()
    key = "x" * 64
    stranger, own = client.open(f"/pm/ws/{key}"), client.listen_to("papi")
    client.exchange.fault("close", client.wall_ms)
    assert (said(stranger), len(said(own))) == ([], 3)
    assert {entry.path for entry in client.exchange.ledger.of("connect")} == {"/ws-fapi/v1", "/pm/ws"}


def test_liquidation_price_is_shared_by_both_sides() -> None:
    """It is an estimate for the account: a flat side has it too."""
    rows = visitor().fetch("/papi/v1/um/positionRisk", symbol="ETHUSDT")
    assert [row["positionAmt"] for row in rows] == ["34.400", "0.000"]
    assert rows[0]["liquidationPrice"] == rows[1]["liquidationPrice"] != "0"
