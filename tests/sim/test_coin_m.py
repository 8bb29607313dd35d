"""COIN-M on the simulated exchange: the page's example, inverse formulas, and events that tell what snapshots tell."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.sim.amounts import eight
from tui.sim.coin_m import formulas
from tui.sim.coin_m.catalogue import BITCOIN, coin_contracts
from tui.sim.coin_m.documents import BALANCES, POSITIONS, account
from tui.sim.exchange import Exchange
from tui.sim.formulas import Leg, maintenance_margin
from tui.sim.holdings import Holding
from tui.sim.scenarios import scenario
from tui.sim.session import Session
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250
DELIVERY_MS = 1_774_598_400_000
"""27 March 2026, 08:00 UTC: the last Friday of the quarter."""
HUNDRED = Decimal(100)
contracts_held = st.integers(-40_000, 40_000).filter(bool).map(Decimal)
prices = st.decimals("5000", "250000", places=1)


def visitor(name: str = "quiet", **options: Any) -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(scenario(name, **options), seed=11, wall_ms=START_MS))


def held(client: Visitor) -> dict[tuple[str, str], tuple[Decimal, Decimal, int]]:
    """The COIN-M book as `GET /dapi/v1/positionRisk` has it, without flat rows."""
    return {
        (row["symbol"], row["positionSide"]): (
            Decimal(row["positionAmt"]),
            Decimal(row["entryPrice"]),
            row["updateTime"],
        )
        for row in client.fetch("/dapi/v1/positionRisk")
        if row["positionAmt"] != "0"
    }


def truth(client: Visitor) -> dict[tuple[str, str], tuple[Decimal, Decimal, int]]:
    """The same by the oracle."""
    return {
        (symbol, side): (one.position_amount, one.entry_price, one.update_time_ms)
        for (book, symbol, side), one in client.exchange.oracle_books(client.wall_ms).items()
        if book == "coinm"
    }


def amounts(book: dict[Any, tuple[Decimal, Decimal, int]]) -> dict[Any, tuple[Decimal, Decimal]]:
    """A book without times: an event also tells sides that did not change, whose time is older."""
    return {key: value[:2] for key, value in book.items()}


def happen(client: Visitor, *names: str) -> list[dict[str, Any]]:
    """Let things happen, and return the COIN-M events that tell them."""
    stream = client.listen_to("dapi")
    for name in names:
        client.exchange.fault(name, client.wall_ms)
    return said(stream)


def subscribed(client: Visitor, *names: str) -> Session:
    """A connection to a bare path that has asked for streams."""
    stream = client.open("/stream")
    stream.receive(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}), client.wall_ms)
    assert said(stream) == [{"result": None, "id": 1}]
    return stream


@pytest.mark.parametrize(("name", "hedge"), [("docs", True), ("docs-one-way", False)])
def test_page_is_served_to_the_digit(name: str, hedge: bool) -> None:
    """The documented positions, account and balance come as they are printed, an hour after the start too."""
    client = visitor(name)
    client.wait(3600)
    assert client.fetch("/dapi/v1/positionRisk") == POSITIONS[hedge]
    assert client.fetch("/dapi/v1/account") == account(hedge=hedge)
    assert client.fetch("/dapi/v1/balance") == BALANCES


def test_hedge_example_has_three_sides_of_one_symbol() -> None:
    """BOTH and SHORT are flat, LONG has the documented figures."""
    both, long, short = visitor("docs").fetch("/dapi/v1/positionRisk")
    assert [row["positionSide"] for row in (both, long, short)] == ["BOTH", "LONG", "SHORT"]
    assert (both["updateTime"], short["updateTime"]) == (0, 1627026881327)
    assert (long["unRealizedProfit"], long["liquidationPrice"]) == ("0.00005866", "11667.63509587")
    assert (long["breakEvenPrice"], long["leverage"], long["maxQty"]) == ("11707.80000005", "125", "50")


def test_marks_of_the_example_are_the_documented_ones() -> None:
    """The contract of the example is listed with 100 USD, and its stream carries the documented mark price."""
    client = visitor("docs")
    [row] = client.call("GET", "/dapi/v1/exchangeInfo")["symbols"]
    assert (row["symbol"], row["contractSize"], row["marginAsset"]) == ("BTCUSD_201225", 100, "BTC")
    stream = client.open("/ws/btcusd_201225@markPrice@1s")
    client.wait(1)
    [event] = said(stream)
    assert (event["p"], event["r"], event["T"]) == ("11788.66626667", "", 0)


def test_profit_matches_the_page() -> None:
    """One contract of 100 USD from 11707.70000003 to 11788.66626667 is 0.00005866 BTC."""
    profit = formulas.unrealized_profit(
        Decimal(1), HUNDRED, Decimal("11707.70000003"), Decimal("11788.66626667")
    )
    assert eight(profit) == "0.00005866"


@given(contracts_held, prices, prices)
def test_profit_is_what_the_worth_in_coin_loses(contracts: Decimal, entry: Decimal, mark: Decimal) -> None:
    """A long of the USD value wins coin as the price rises; a short loses the same."""
    profit = formulas.unrealized_profit(contracts, HUNDRED, entry, mark)
    assert profit == -formulas.unrealized_profit(-contracts, HUNDRED, entry, mark)
    assert (profit > 0) == ((mark > entry) == (contracts > 0) and mark != entry)


@given(contracts_held, prices, st.decimals("0.01", "300", places=4))
def test_margin_balance_is_the_maintenance_margin_at_the_liquidation_price(
    contracts: Decimal, entry: Decimal, wallet: Decimal
) -> None:
    """At the liquidation price nothing is left above the maintenance margin, whatever the bracket there is."""
    price = formulas.liquidation_price(wallet, [Leg(contracts, entry)], HUNDRED, BITCOIN)
    if price:
        left = wallet + formulas.unrealized_profit(contracts, HUNDRED, entry, price)
        needed = maintenance_margin(formulas.coins(contracts, HUNDRED, price), BITCOIN)
        assert abs(left - needed) < Decimal("1E-6")


def test_short_that_its_coins_cover_has_no_liquidation_price() -> None:
    """A short of no more USD than the coins are worth cannot be liquidated."""
    leg = Leg(Decimal(-100), Decimal(50_000))
    assert formulas.liquidation_price(Decimal("0.3"), [leg], HUNDRED, BITCOIN) == 0


@given(contracts_held, prices, st.integers(1, 5000).map(Decimal), prices)
def test_entry_price_keeps_what_was_paid_in_coin(
    contracts: Decimal, entry: Decimal, more: Decimal, price: Decimal
) -> None:
    """Adding averages harmonically: the profit at any price is the sum of both parts."""
    quantity = more if contracts > 0 else -more
    average = formulas.entry_price_after(contracts, entry, quantity, price)
    together = formulas.coins(contracts + quantity, HUNDRED, average)
    apart = formulas.coins(contracts, HUNDRED, entry) + formulas.coins(quantity, HUNDRED, price)
    assert abs(together - apart) < Decimal("1E-7")


@pytest.mark.parametrize(("contracts", "price"), [(12, "11713.55677838"), (-12, "11701.84907546")])
def test_break_even_price_gives_the_opening_fee_back(contracts: int, price: str) -> None:
    """Closing at the break-even price brings the fee of 0.05 % in again."""
    held, entry = Decimal(contracts), Decimal("11707.70")
    fee = abs(formulas.coins(held, HUNDRED, entry)) * Decimal("0.0005")
    cost = formulas.cost_after(Decimal(0), Decimal(0), held, HUNDRED, entry, fee)
    found = formulas.break_even_price(held, HUNDRED, cost)
    assert f"{found:.8f}" == price
    assert abs(formulas.unrealized_profit(held, HUNDRED, entry, found) - fee) < Decimal("1E-10")


def test_rows_agree_with_the_formulas() -> None:
    """Profit, worth and margins of every position follow from contracts, sizes and prices."""
    client = visitor("demo")
    client.wait(900)
    sizes = {row["symbol"]: row for row in client.call("GET", "/dapi/v1/exchangeInfo")["symbols"]}
    positions = {
        (row["symbol"], row["positionSide"]): row for row in client.fetch("/dapi/v1/account")["positions"]
    }
    for row in client.fetch("/dapi/v1/positionRisk"):
        amount, entry, mark = (Decimal(row[name]) for name in ("positionAmt", "entryPrice", "markPrice"))
        size = Decimal(sizes[row["symbol"]]["contractSize"])
        position = positions[row["symbol"], row["positionSide"]]
        assert row["unRealizedProfit"] == eight(formulas.unrealized_profit(amount, size, entry, mark))
        assert position["unrealizedProfit"] == row["unRealizedProfit"]
        worth = Decimal(position["notionalValue"])
        assert worth == Decimal(eight(formulas.coins(amount, size, mark)))
        margin = Decimal(position["initialMargin"]) * int(row["leverage"])
        assert abs(margin - abs(worth)) < Decimal("0.000001")


def test_margin_of_a_coin_is_the_sum_of_its_positions() -> None:
    """Each coin stands for itself: balances and margins add up by margin asset, and there are no totals."""
    status = visitor("demo").fetch("/dapi/v1/account")
    assert not [name for name in status if name.startswith("total")]
    for asset in status["assets"]:
        own = [row for row in status["positions"] if row["symbol"].startswith(f"{asset['asset']}USD_")]
        profit = sum(Decimal(row["unrealizedProfit"]) for row in own)
        assert abs(Decimal(asset["unrealizedProfit"]) - profit) < Decimal("1E-7")
        balance = Decimal(asset["walletBalance"]) + Decimal(asset["unrealizedProfit"])
        assert abs(Decimal(asset["marginBalance"]) - balance) < Decimal("1E-7")


@pytest.mark.parametrize(("name", "sides"), [("quiet", ["BOTH", "LONG", "SHORT"]), ("one-way", ["BOTH"])])
def test_flat_rows_of_every_symbol_come_too(name: str, sides: list[str]) -> None:
    """Every symbol has every side; a flat one has no mark price."""
    client = visitor(name)
    rows = client.fetch("/dapi/v1/positionRisk")
    assert len(rows) == len(coin_contracts(START_MS)) * len(sides)
    assert [row["positionSide"] for row in rows[: len(sides)]] == sides
    flat = next(row for row in rows if row["positionAmt"] == "0")
    figures = ("entryPrice", "markPrice", "unRealizedProfit", "liquidationPrice", "updateTime")
    assert [flat[name] for name in figures] == ["0.0", "0.00000000", "0.00000000", "0", 0]


def test_margin_asset_and_pair_choose_symbols() -> None:
    """`marginAsset` or `pair` narrows the answer, both of them are -1128, a pair nobody knows is -4087."""
    client = visitor()
    by_asset = client.fetch("/dapi/v1/positionRisk", marginAsset="ETH")
    assert {row["symbol"] for row in by_asset} == {"ETHUSD_PERP", "ETHUSD_260327", "ETHUSD_260626"}
    assert client.fetch("/dapi/v1/positionRisk", pair="ETHUSD") == by_asset
    assert client.fetch("/dapi/v1/positionRisk", marginAsset="BTC", pair="BTCUSD")["code"] == -1128
    assert client.fetch("/dapi/v1/positionRisk", pair="BTCUSDT")["code"] == -4087


def test_contracts_have_sizes_and_quarters() -> None:
    """exchangeInfo says what a contract is worth and when it is delivered."""
    info = visitor().call("GET", "/dapi/v1/exchangeInfo")
    rows = {row["symbol"]: row for row in info["symbols"]}
    assert (rows["BTCUSD_PERP"]["contractSize"], rows["ETHUSD_PERP"]["contractSize"]) == (100, 10)
    assert [rows[symbol]["contractType"] for symbol in ("BTCUSD_260327", "BTCUSD_260626")] == [
        "CURRENT_QUARTER",
        "NEXT_QUARTER",
    ]
    assert "status" not in rows["BTCUSD_PERP"]
    assert rows["BTCUSD_PERP"]["contractStatus"] == "TRADING"


def test_premium_index_is_always_an_array() -> None:
    """A symbol gives an array of one; a delivery has no funding."""
    client = visitor()
    [row] = client.call("GET", "/dapi/v1/premiumIndex?symbol=BTCUSD_260626")
    assert (row["lastFundingRate"], row["interestRate"], row["nextFundingTime"]) == ("", "", 0)
    assert len(client.call("GET", "/dapi/v1/premiumIndex?pair=BTCUSD")) == 3
    assert client.call("GET", "/dapi/v1/premiumIndex?symbol=NOPE")["code"] == -1121


def test_brackets_are_by_quantity_with_the_documented_misspelling() -> None:
    """leverageBracket of COIN-M says `qtylFloor`."""
    [row] = visitor().fetch("/dapi/v2/leverageBracket", symbol="BTCUSD_PERP")
    assert row["brackets"][1] == {
        "bracket": 2,
        "initialLeverage": 100,
        "qtyCap": 10,
        "qtylFloor": 5,
        "maintMarginRatio": 0.005,
        "cum": 0.005,
    }


def test_usdm_and_coinm_share_one_weight_pool() -> None:
    """`/fapi`, `/dapi` and both WebSocket APIs are charged to the same counter."""
    client = visitor()
    before = int(client.get("/fapi/v3/balance").headers["X-MBX-USED-WEIGHT-1M"])
    client.open("/ws-dapi/v1")
    assert int(client.get("/dapi/v1/account").headers["X-MBX-USED-WEIGHT-1M"]) == before + 5 + 5


def test_websocket_api_of_coin_m_answers() -> None:
    """`ws-dapi` has account methods without v2, with the same positions and two fields more."""
    client = visitor()
    rest = client.fetch("/dapi/v1/positionRisk", pair="BTCUSD")
    assert client.ask_signed("account.position", pair="BTCUSD")["error"]["code"] == -1020
    client.session = client.open("/ws-dapi/v1")
    rows = client.ask_signed("account.position", pair="BTCUSD")["result"]
    assert [row["unRealizedProfit"] for row in rows] == [row["unRealizedProfit"] for row in rest]
    assert {"notionalValue", "isolatedWallet"} <= set(rows[0]) - set(rest[0])
    assert client.ask_signed("account.position", symbol="BTCUSD_PERP")["error"]["code"] == -1104
    assert client.ask_signed("account.position", marginAsset="BTC", pair="BTCUSD")["error"]["code"] == -1128
    assert client.ask_signed("v2/account.position")["error"]["code"] == -1020
    assert client.ask_signed("account.status")["result"] == client.fetch("/dapi/v1/account")
    assert client.ask_signed("account.balance")["result"] == client.fetch("/dapi/v1/balance")


def test_listen_key_of_coin_m_is_its_own() -> None:
    """The key of `/dapi` is another than that of `/fapi`, and the same over `ws-dapi`."""
    client = visitor()
    linear = client.ask("userDataStream.start", apiKey=client.key.api_key)["result"]["listenKey"]
    key = client.call("POST", "/dapi/v1/listenKey")["listenKey"]
    client.session = client.open("/ws-dapi/v1")
    assert (
        client.ask("userDataStream.start", apiKey=client.key.api_key)["result"]["listenKey"] == key != linear
    )
    assert client.call("PUT", "/dapi/v1/listenKey")["listenKey"] == key
    client.exchange.fault("listen-key-deleted:coinm-private", client.wall_ms)
    assert client.call("PUT", "/dapi/v1/listenKey")["code"] == -1125
    assert client.call("PUT", "/fapi/v1/listenKey")["listenKey"] == linear


def test_streams_of_a_symbol_a_pair_and_everything() -> None:
    """A symbol's stream carries objects, a pair's and everybody's arrays, at the marks the rows have."""
    client = visitor()
    names = ["btcusd_perp@markPrice@1s", "btcusd@markPrice@1s", "!markPrice@arr@1s", "btcusd@indexPrice@1s"]
    stream = subscribed(client, *names)
    client.wait(1)
    one, pair, everything, index = (message["data"] for message in said(stream))
    assert list(one) == ["e", "E", "s", "p", "P", "i", "r", "T", "st"]
    assert [event["s"] for event in pair] == ["BTCUSD_PERP", "BTCUSD_260327", "BTCUSD_260626"]
    assert (pair[1]["r"], pair[1]["T"]) == ("", 0)
    assert (one, one["st"]) == (pair[0], 2)
    assert {event["s"] for event in everything} == set(coin_contracts(START_MS))
    assert (index["i"], index["p"]) == ("BTCUSD", one["i"])
    rows = client.fetch("/dapi/v1/positionRisk", pair="BTCUSD")
    assert one["p"] in [row["markPrice"] for row in rows]


@pytest.mark.parametrize(
    "name", ["btcusdt@markPrice@1s", "BTCUSD_PERP@markPrice@1s", "btcusd_perp@bookTicker", "usdt@markPrice"]
)
def test_names_of_others_are_silent_on_the_bare_paths(name: str) -> None:
    """USD-M streams, capitals and unknown streams are acknowledged, and then nothing comes."""
    client = visitor()
    stream = subscribed(client, name)
    client.wait(6)
    assert said(stream) == []


def test_coin_prices_move_with_the_usdt_contract() -> None:
    """BTCUSD_PERP goes where BTCUSDT goes, its deliveries stay above it."""
    client = visitor()
    client.wait(7200)
    market = client.exchange.world.coin_m.market
    linear = client.exchange.world.market.mark_price("BTCUSDT")
    perpetual, quarter = (market.mark_price(symbol) for symbol in ("BTCUSD_PERP", "BTCUSD_260626"))
    assert linear != Decimal("91840.5")
    assert abs(perpetual / linear - 1) < Decimal("0.000001")
    assert Decimal("1.01") < quarter / perpetual < Decimal("1.02")


@pytest.mark.parametrize("name", ["demo", "one-way", "isolated"])
def test_events_and_snapshots_tell_the_truth(name: str) -> None:
    """After hours of trading the oracle, a snapshot and a book that only followed the events are equal."""
    client = visitor(name)
    stream = client.listen_to("dapi")
    book = held(client)
    reasons = set()
    for _ in range(150):
        client.wait(60)
        client.call("PUT", "/dapi/v1/listenKey")
        for event in said(stream):
            for row in event["a"]["P"] if event["e"] == "ACCOUNT_UPDATE" else []:
                book.pop((row["s"], row["ps"]), None)
                if row["pa"] != "0":
                    book[row["s"], row["ps"]] = Decimal(row["pa"]), Decimal(row["ep"]), event["T"]
            reasons.add(event.get("a", {}).get("m"))
    assert {"ORDER", "FUNDING_FEE", "DEPOSIT", "WITHDRAW"} <= reasons
    asked = held(client)
    assert amounts(book) == amounts(asked)
    assert asked == truth(client)


def test_account_update_has_an_alias_and_all_sides() -> None:
    """A fill is told by the order, the account and the order again; in hedge mode `P` has BOTH, LONG and SHORT."""
    events = happen(visitor(), "coinm-close")
    assert [event["e"] for event in events] == ["ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"]
    assert len({event["T"] for event in events}) == 1
    assert all(event["i"] for event in events)
    assert [row["ps"] for row in events[1]["a"]["P"]] == ["BOTH", "LONG", "SHORT"]
    order = events[2]["o"]
    assert order["ma"] == order["N"] == events[1]["a"]["B"][0]["a"]
    assert not {"gtd", "si", "ss"} & set(order)


@pytest.mark.parametrize(
    ("happening", "kind", "path", "value"),
    [
        ("coinm-deposit", "ACCOUNT_UPDATE", ("a", "m"), "DEPOSIT"),
        ("coinm-withdraw", "ACCOUNT_UPDATE", ("a", "m"), "WITHDRAW"),
        ("coinm-margin-transfer", "ACCOUNT_UPDATE", ("a", "m"), "MARGIN_TRANSFER"),
        ("coinm-margin-type", "ACCOUNT_UPDATE", ("a", "m"), "MARGIN_TYPE_CHANGE"),
        ("coinm-funding", "ACCOUNT_UPDATE", ("a", "m"), "FUNDING_FEE"),
        ("coinm-leverage", "ACCOUNT_CONFIG_UPDATE", ("ac", "s"), None),
        ("coinm-margin-call", "MARGIN_CALL", ("i",), None),
        ("coinm-liquidation", "ORDER_TRADE_UPDATE", ("o", "x"), "CALCULATED"),
        ("coinm-open", "ORDER_TRADE_UPDATE", ("o", "X"), "NEW"),
        ("coinm-add", "ORDER_TRADE_UPDATE", ("o", "X"), "NEW"),
        ("coinm-reduce", "ORDER_TRADE_UPDATE", ("o", "X"), "NEW"),
        ("coinm-flip", "ORDER_TRADE_UPDATE", ("o", "X"), "NEW"),
    ],
)
def test_happenings_are_told(happening: str, kind: str, path: tuple[str, ...], value: object) -> None:
    """Everything the COIN-M side goes through comes as an event of its kind."""
    found: Any = happen(visitor(), happening)[0]
    assert found["e"] == kind
    for name in path:
        found = found[name]
    assert value in (None, found)


def test_funding_is_paid_in_coin() -> None:
    """A long perpetual pays worth x rate in its coin; a delivery pays nothing."""
    client = visitor()
    before = {row["asset"]: Decimal(row["balance"]) for row in client.fetch("/dapi/v1/balance")}
    market = client.exchange.world.coin_m.market
    mark, rate = market.mark_price("BTCUSD_PERP"), market.funding_rate("BTCUSD_PERP")
    happen(client, "coinm-funding")
    after = {row["asset"]: Decimal(row["balance"]) for row in client.fetch("/dapi/v1/balance")}
    assert abs(before["BTC"] - after["BTC"] - 420 * HUNDRED / mark * rate) < Decimal("1E-7")


def test_account_may_be_silent_about_usdm() -> None:
    """The bare path carries no USD-M event, the private one none of COIN-M."""
    client = visitor()
    coin, linear = client.listen_to("dapi"), client.listen()
    client.exchange.fault("close", client.wall_ms)
    assert (said(coin), len(said(linear))) == ([], 4)
    client.exchange.fault("coinm-close", client.wall_ms)
    assert (len(said(coin)), said(linear)) == (3, [])


def test_position_mode_is_shared() -> None:
    """When USD-M changes its position mode, COIN-M does too."""
    client = visitor()
    client.exchange.fault("position-mode", client.wall_ms)
    assert {row["positionSide"] for row in client.fetch("/dapi/v1/positionRisk")} == {"BOTH"}
    assert client.fetch("/fapi/v1/accountConfig")["dualSidePosition"] is False


@pytest.mark.parametrize(("hedge", "sides"), [(False, {"BOTH"}), (True, {"LONG", "SHORT"})])
def test_hedge_option_reaches_coin_m(hedge: bool, sides: set[str]) -> None:
    """The position mode of a scenario can be chosen for both books at once."""
    client = visitor("one-way" if hedge else "demo", hedge=hedge)
    found = client.exchange.oracle_books(client.wall_ms)
    assert {side for book, _, side in found if book == "coinm"} == sides


def test_isolated_scenario_has_nothing_cross() -> None:
    """`isolated` holds isolated positions only, each with a wallet and a liquidation price of its own."""
    client = visitor("isolated")
    rows = [row for row in client.fetch("/dapi/v1/positionRisk") if row["positionAmt"] != "0"]
    assert {row["marginType"] for row in rows} == {"isolated"}
    assert all(Decimal(row["isolatedMargin"]) > 0 and row["liquidationPrice"] != "0" for row in rows)


def test_coinm_scenario_has_no_usdm_positions() -> None:
    """`coinm` trades COIN-M alone."""
    client = visitor("coinm")
    client.wait(1200)
    assert {book for book, _, _ in client.exchange.oracle_books(client.wall_ms)} == {"coinm"}
    assert client.exchange.oracle(client.wall_ms) == {}


def test_delivery_closes_what_is_held() -> None:
    """At its delivery a contract is settled, its stream stops, and it is no longer traded."""
    chosen = scenario("quiet")
    setup = replace(chosen.coin_m, holdings=(Holding("BTCUSD_260327", "LONG", "10", "1"),))
    exchange = Exchange(replace(chosen, coin_m=setup), seed=3, wall_ms=DELIVERY_MS - 30_000)
    client = Visitor(exchange)
    stream = client.listen_to("dapi")
    client.wait(60)
    orders = [event["o"] for event in said(stream) if event["e"] == "ORDER_TRADE_UPDATE"]
    assert orders[-1]["c"].startswith("delivery_autoclose-")
    assert held(client) == {}
    marks = subscribed(client, "btcusd_260327@markPrice@1s")
    client.wait(3)
    assert said(marks) == []
    rows = {row["symbol"]: row for row in client.call("GET", "/dapi/v1/exchangeInfo")["symbols"]}
    assert rows["BTCUSD_260327"]["contractStatus"] == "DELIVERING"
