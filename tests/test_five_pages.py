"""End to end: `perptop once` against `perptop simulate` gives every figure of the documented examples, to the digit."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tui import credentials
from tui.sim.coin_m import documents as coin_m
from tui.sim.documents import ACCOUNTS, POSITIONS
from tui.sim.portfolio_margin import documents as portfolio_margin

PERPTOP = (sys.executable, "-W", "error", "-m", "tui")
SECONDS = 60

NAMES = {
    "positionAmt": "position_amount",
    "entryPrice": "entry_price",
    "breakEvenPrice": "break_even_price",
    "markPrice": "mark_price",
    "unRealizedProfit": "unrealized_pnl",
    "unrealizedProfit": "unrealized_pnl",
    "liquidationPrice": "liquidation_price",
    "isolatedMargin": "isolated_margin",
    "isolatedWallet": "isolated_wallet",
    "notional": "notional",
    "notionalValue": "notional",
    "marginAsset": "margin_asset",
    "initialMargin": "initial_margin",
    "maintMargin": "maintenance_margin",
    "positionInitialMargin": "position_initial_margin",
    "openOrderInitialMargin": "open_order_initial_margin",
    "adl": "adl_quantile",
    "bidNotional": "bid_notional",
    "askNotional": "ask_notional",
    "leverage": "leverage",
    "maxQty": "max_quantity",
    "maxNotionalValue": "max_notional_value",
    "marginType": "margin_type",
    "isAutoAddMargin": "is_auto_add_margin",
    "updateTime": "update_time_ms",
}
"""Our words for the fields of a position on all five pages."""
TOTALS = {
    "totalInitialMargin": "initial_margin",
    "totalMaintMargin": "maintenance_margin",
    "totalWalletBalance": "wallet_balance",
    "totalUnrealizedProfit": "unrealized_pnl",
    "totalMarginBalance": "margin_balance",
    "totalPositionInitialMargin": "position_initial_margin",
    "totalOpenOrderInitialMargin": "open_order_initial_margin",
    "totalCrossWalletBalance": "cross_wallet_balance",
    "totalCrossUnPnl": "cross_unrealized_pnl",
    "availableBalance": "available_balance",
    "maxWithdrawAmount": "max_withdraw_amount",
}
ASSETS = {
    "walletBalance": "wallet_balance",
    "unrealizedProfit": "unrealized_pnl",
    "marginBalance": "margin_balance",
    "maintMargin": "maintenance_margin",
    "initialMargin": "initial_margin",
    "positionInitialMargin": "position_initial_margin",
    "openOrderInitialMargin": "open_order_initial_margin",
    "crossWalletBalance": "cross_wallet_balance",
    "crossUnPnl": "cross_unrealized_pnl",
    "availableBalance": "available_balance",
    "maxWithdrawAmount": "max_withdraw_amount",
    "updateTime": "update_time_ms",
}
PORTFOLIO = {
    "uniMMR": "uni_mmr",
    "accountEquity": "account_equity",
    "actualEquity": "actual_equity",
    "accountInitialMargin": "initial_margin",
    "accountMaintMargin": "maintenance_margin",
    "accountStatus": "account_status",
    "virtualMaxWithdrawAmount": "max_withdraw_amount",
}


def ours(value: Any) -> Any:
    """A documented value in our words."""
    return {"cross": "CROSS", "false": False}.get(value, value) if isinstance(value, str) else value


def in_our_words(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The documented figures of a row that have a name of ours."""
    return {names[name]: ours(value) for name, value in row.items() if name in names}


def once(tmp_path: Path, arguments: tuple[str, ...], *options: str) -> dict[str, Any]:
    """What `perptop once` prints about an exchange that `perptop simulate` serves."""
    environment = {name: text for name, text in os.environ.items() if name not in credentials.VARIABLES}
    environment |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    simulate = (*PERPTOP, "simulate", *arguments)
    with subprocess.Popen(simulate, env=environment, stdout=subprocess.PIPE, text=True) as exchange:
        try:
            assert exchange.stdout is not None
            place = json.loads(exchange.stdout.readline())
            key = place["hmac"]
            environment |= {"BINANCE_API_KEY": key["api_key"], "BINANCE_API_SECRET": key["api_secret"]}
            command = (
                *PERPTOP,
                "once",
                "--endpoint",
                place["endpoint"],
                "--format",
                "json",
                "--zero",
                *options,
            )
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        finally:
            exchange.terminate()
    assert (done.returncode, done.stderr) == (0, "")
    whole: dict[str, Any] = json.loads(done.stdout)
    return whole


def assert_rows(whole: Mapping[str, Any], book: str, documented: list[dict[str, Any]]) -> None:
    """Every documented row of a book is there, with every figure of it."""
    rows = {(row["symbol"], row["position_side"]): row for row in whole["positions"] if row["book"] == book}
    assert set(rows) == {(row["symbol"], row["positionSide"]) for row in documented}
    for row in documented:
        wanted = in_our_words(row, NAMES)
        shown = rows[row["symbol"], row["positionSide"]]
        assert {name: shown[name] for name in wanted} == wanted


@pytest.mark.parametrize("assets", ["single", "multi"])
@pytest.mark.parametrize("scenario", ["docs", "docs-one-way", "docs-en", "docs-en-hedge"])
def test_every_documented_figure_is_given_to_the_digit(scenario: str, assets: str, tmp_path: Path) -> None:
    """All pages at once, in both position modes and both asset modes."""
    has_portfolio = scenario != "docs-en-hedge"
    hedge = scenario in ("docs", "docs-en-hedge")
    books = "usdm,coinm,pm" if has_portfolio else "usdm,coinm"

    whole = once(tmp_path, ("--scenario", scenario, "--assets", assets), "--book", books)

    assert set(whole["health"]["books"]) == set(books.split(","))
    accounts = {account["book"]: account for account in whole["accounts"]}
    assert_rows(whole, "usdm", POSITIONS[scenario])
    assert_account(accounts["usdm"], ACCOUNTS[assets], TOTALS)
    assert_rows(whole, "coinm", coin_m.POSITIONS[hedge])
    assert_account(accounts["coinm"], coin_m.account(hedge=hedge), {})
    if has_portfolio:
        documents = portfolio_margin.documents(hedge=hedge)
        linear, inverse = documents["/papi/v1/um/positionRisk"], documents["/papi/v1/cm/positionRisk"]
        assert_rows(whole, "pm", [*linear, *inverse])
        assert_account(accounts["pm"], documents["/papi/v1/account"], PORTFOLIO)


def assert_account(shown: Mapping[str, Any], documented: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Every documented total is there, and every figure of every asset."""
    wanted = in_our_words(documented, names)
    assert {name: shown[name] for name in wanted} == wanted
    for asset in documented.get("assets", ()):
        [found] = [one for one in shown["assets"] if one["asset"] == asset["asset"]]
        wanted = in_our_words(asset, ASSETS)
        assert {name: found[name] for name in wanted} == wanted


def test_account_says_of_what_kind_it_is(tmp_path: Path) -> None:
    """Nobody has to say that an account is under Portfolio Margin: Binance is asked when it refuses the other books."""
    whole = once(tmp_path, ("--scenario", "pm"))

    assert whole["health"]["books"] == {"pm": "LIVE"}
    assert {row["book"] for row in whole["positions"]} == {"pm"}
    assert whole["accounts"][0]["account_status"] == "NORMAL"
