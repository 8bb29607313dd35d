"""The documented examples, as they stand on Binance's pages."""

from typing import Any

import pytest

from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor

START_MS = 1_770_000_000_250


def visitor(name: str, assets: str | None = None) -> Visitor:
    """A client of an exchange that serves an example."""
    return Visitor(Exchange(scenario(name, assets=assets), seed=3, wall_ms=START_MS))


def rows(name: str) -> list[dict[str, Any]]:
    """Rows of positions of an example, an hour after the start."""
    client = visitor(name)
    client.wait(3600)
    found: list[dict[str, Any]] = client.ask_signed("v2/account.position")["result"]
    return found


def test_hedge_example_of_the_chinese_page() -> None:
    """`docs` serves ADAUSDT and COMPUSDT, and nothing moves."""
    ada, comp = rows("docs")
    assert (ada["symbol"], ada["positionSide"], ada["breakEvenPrice"]) == ("ADAUSDT", "LONG", "0.385077")
    assert (comp["positionAmt"], comp["liquidationPrice"], comp["adl"]) == ("-1.000", "2260.56757210", 2)
    assert comp["updateTime"] == 1708943511656


def test_one_way_example_of_the_chinese_page() -> None:
    """`docs-one-way` serves ADAUSDT as BOTH."""
    [row] = rows("docs-one-way")
    assert (row["symbol"], row["positionSide"], row["unRealizedProfit"]) == ("ADAUSDT", "BOTH", "0.76427700")


@pytest.mark.parametrize(("name", "sides"), [("docs-en", ["BOTH"]), ("docs-en-hedge", ["LONG", "SHORT"])])
def test_english_page_spells_the_profit_otherwise(name: str, sides: list[str]) -> None:
    """The English page has `unrealizedProfit`, and a SHORT with a positive amount."""
    found = rows(name)
    assert [(row["positionSide"], row["positionAmt"]) for row in found] == [(side, "1.000") for side in sides]
    assert all("unrealizedProfit" in row and "unRealizedProfit" not in row for row in found)


@pytest.mark.parametrize(("assets", "total"), [("single", "103.12345678"), ("multi", "126.72469206")])
def test_account_examples(assets: str, total: str) -> None:
    """The two asset modes differ in the totals alone."""
    result = visitor("docs", assets).ask_signed("v2/account.status")["result"]
    assert (result["totalMarginBalance"], result["maxWithdrawAmount"]) == (total, total)
    assert [row["walletBalance"] for row in result["assets"]] == ["23.72469206", "103.12345678"]
    assert result["assets"][1]["availableBalance"] == "126.72469206"


def test_one_symbol_can_be_asked_for() -> None:
    """`symbol` filters the documented rows too."""
    result = visitor("docs").ask_signed("v2/account.position", symbol="COMPUSDT")["result"]
    assert [row["symbol"] for row in result] == ["COMPUSDT"]


def test_marks_of_an_example_are_the_documented_ones() -> None:
    """The market stream of an example carries its mark prices."""
    client = visitor("docs")
    stream = client.open("/market/ws/compusdt@markPrice@1s")
    client.wait(2)
    frames = [frame for frame in stream.take() if '"p":"49.72023376"' in str(frame)]
    assert len(frames) == 2


@pytest.mark.parametrize("name", ["nope", "many-x", "many-1234567"])
def test_unknown_scenario_is_named(name: str) -> None:
    """An unknown scenario is refused by its name."""
    with pytest.raises(ValueError, match=name):
        scenario(name)


def test_unknown_asset_mode_is_named() -> None:
    """An asset mode is single or multi."""
    with pytest.raises(ValueError, match="both"):
        scenario("docs", assets="both")
