"""The account's true book: what trades, funding and transfers do, and that events and snapshots tell the same."""

from decimal import Decimal
from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor, said

START_MS = 1_770_000_000_250


def visitor(name: str, **options: Any) -> Visitor:
    """A client of a fresh exchange."""
    return Visitor(Exchange(scenario(name, **options), seed=11, wall_ms=START_MS))


def truth(client: Visitor) -> dict[tuple[str, str], tuple[Decimal, Decimal, int]]:
    """The true book: amount, entry price and time of every position."""
    return {
        key: (one.position_amount, one.entry_price, one.update_time_ms)
        for key, one in client.exchange.oracle(client.wall_ms).items()
    }


def asked(client: Visitor) -> dict[tuple[str, str], tuple[Decimal, Decimal, int]]:
    """The book as a snapshot has it."""
    rows = client.ask_signed("v2/account.position")["result"]
    return {
        (row["symbol"], row["positionSide"]): (
            Decimal(row["positionAmt"]),
            Decimal(row["entryPrice"]),
            row["updateTime"],
        )
        for row in rows
        if Decimal(row["positionAmt"])
    }


def followed(book: dict[Any, Any], events: list[dict[str, Any]], *, hedge: bool) -> dict[Any, Any]:
    """A book brought up to date by ACCOUNT_UPDATE events alone."""
    for event in events:
        for row in event["a"]["P"] if event["e"] == "ACCOUNT_UPDATE" else []:
            key = row["s"], row["ps"]
            if hedge and row["ps"] == "BOTH":
                assert row["pa"] == "0"
            elif row["pa"] == "0":
                book.pop(key, None)
            else:
                book[key] = Decimal(row["pa"]), Decimal(row["ep"]), event["T"]
    return book


@pytest.mark.parametrize("name", ["demo", "one-way"])
def test_events_and_snapshots_tell_the_truth(name: str) -> None:
    """After six hours of trading the oracle, a snapshot and a book that only followed the events are equal."""
    client = visitor(name)
    stream = client.listen()
    book = asked(client)
    events = []
    for _ in range(360):
        client.wait(60)
        client.ask("userDataStream.ping", apiKey=client.key.api_key)
        events += said(stream)
    assert len({event["a"]["m"] for event in events if event["e"] == "ACCOUNT_UPDATE"}) >= 4
    assert followed(book, events, hedge=name == "demo") == asked(client) == truth(client)


def test_times_of_changes_never_repeat() -> None:
    """No two ACCOUNT_UPDATEs have the same time, and times only grow."""
    client = visitor("demo")
    stream = client.listen("ACCOUNT_UPDATE")
    client.wait(590)
    times = [event["T"] for event in said(stream)]
    assert len(times) > 20
    assert times == sorted(set(times))


def test_same_seed_same_world() -> None:
    """Two exchanges with one seed and one time are equal to the last digit, another seed is not."""
    first, again = visitor("demo"), visitor("demo")
    for client in (first, again):
        client.wait(600)
    assert first.ask_signed("v2/account.status") == again.ask_signed("v2/account.status")
    other = Visitor(Exchange(scenario("demo"), seed=12, wall_ms=START_MS))
    other.wait(600)
    assert other.ask_signed("v2/account.status")["result"] != first.ask_signed("v2/account.status")["result"]


def test_steps_of_any_length_lead_to_the_same_world() -> None:
    """Whether the exchange is moved every 100 ms or once, the same happens."""
    often, once = visitor("demo"), visitor("demo")
    for _ in range(3000):
        often.wait(0.1)
    once.wait(300)
    assert truth(often) == truth(once)


def test_totals_are_the_sums_of_the_rows() -> None:
    """Totals of the account are the sums over USDT rows, and balances fit together."""
    client = visitor("demo")
    client.wait(120)
    rows = client.ask_signed("v2/account.position")["result"]
    status = client.ask_signed("v2/account.status")["result"]
    for total, field in (("totalUnrealizedProfit", "unRealizedProfit"), ("totalMaintMargin", "maintMargin")):
        summed = sum(Decimal(row[field]) for row in rows if row["marginAsset"] == "USDT")
        assert abs(Decimal(status[total]) - summed) < Decimal("0.000001")
    margin = Decimal(status["totalWalletBalance"]) + Decimal(status["totalUnrealizedProfit"])
    assert abs(Decimal(status["totalMarginBalance"]) - margin) < Decimal("0.000001")


def test_multi_assets_totals_are_in_usd() -> None:
    """In multi-assets mode the totals hold all assets, worth what the asset index says."""
    single, multi = visitor("demo"), visitor("demo", assets="multi")
    small = Decimal(single.ask_signed("v2/account.status")["result"]["totalWalletBalance"])
    large = Decimal(multi.ask_signed("v2/account.status")["result"]["totalWalletBalance"])
    assert large - small > 18_310


def test_prices_of_the_demo_move_every_second() -> None:
    """Every mark price of the demo changes every second."""
    client = visitor("quiet")
    market = client.exchange.world.market
    before = {symbol: market.mark_price(symbol) for symbol in market.contracts}
    client.wait(1)
    assert all(market.mark_price(symbol) != price for symbol, price in before.items())


def test_prices_stay_plausible_for_months() -> None:
    """After ninety days no price is far from where it began."""
    market = visitor("quiet").exchange.world.market
    market.step(START_MS // 1000 + 90 * 86_400)
    assert all(
        Decimal("0.85") < market.mark_price(symbol) / contract.price < Decimal("1.15")
        for symbol, contract in market.contracts.items()
    )


def test_demo_shows_what_there_is_to_show() -> None:
    """The demo has both sides of a symbol, a Chinese one, scientific notation, isolated and order-only rows,
    liquidation prices near and none at all."""
    rows = visitor("demo").ask_signed("v2/account.position")["result"]
    near = [
        Decimal(row["liquidationPrice"]) / Decimal(row["markPrice"]) - 1
        for row in rows
        if row["liquidationPrice"] != "0"
    ]
    assert min(abs(one) for one in near) < Decimal("0.035")
    assert len(near) < len(rows)
    assert any("E-" in row["entryPrice"] for row in rows)
    assert any(row["isolatedMargin"] != "0" for row in rows)
    assert any(row["positionAmt"] == "0.000" and row["bidNotional"] == "190" for row in rows)
    assert {"币安人生USDT", "ETHUSDC"} < {row["symbol"] for row in rows}


@pytest.mark.parametrize("count", [1, 600])
def test_large_accounts(count: int) -> None:
    """`many-N` has N positions."""
    assert len(truth(visitor(f"many-{count}"))) == count


def test_empty_account() -> None:
    """`empty` has a wallet and no rows."""
    client = visitor("empty")
    assert client.ask_signed("v2/account.position")["result"] == []
    assert client.ask_signed("v2/account.status")["result"]["availableBalance"] == "61240.11853200"


@pytest.mark.parametrize("name", ["demo", "many-5", "empty"])
def test_position_mode_can_be_chosen(name: str) -> None:
    """One-way mode has only BOTH, hedge mode only LONG and SHORT."""
    assert {side for _, side in truth(visitor(name, hedge=False))} <= {"BOTH"}
    assert {side for _, side in truth(visitor(name, hedge=True))} <= {"LONG", "SHORT"}


def test_snapshots_can_lag() -> None:
    """With a lag a snapshot may show the account as it was, but never older than the lag."""
    client = visitor("quiet")
    client.exchange.fault("snapshot-lag", client.wall_ms)
    before = truth(client)
    client.exchange.fault("close", client.wall_ms)
    seen = []
    for _ in range(5):
        client.wait(0.5)
        seen.append(asked(client))
    assert before in seen
    client.wait(0.1)
    assert all(asked(client) == truth(client) != before for _ in range(5))
