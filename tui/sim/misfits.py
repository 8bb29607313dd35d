"""How faults misspell what the books share: leverage, margin type, totals, and rows that belong to another book."""

from __future__ import annotations

from typing import Any

from tui.sim.faults import Faults

Row = dict[str, Any]

MARGIN_TYPES = {
    "crossed": ("crossed", "isolated"),
    "CROSS": ("CROSS", "ISOLATED"),
    "CROSSED": ("CROSSED", "ISOLATED"),
    "Cross": ("Cross", "Isolated"),
}
"""Cross and isolated, by the value of `margin-type-as-WORD`."""
TOTALS = frozenset(
    {
        "availableBalance",
        "maxWithdrawAmount",
        "accountEquity",
        "actualEquity",
        "accountInitialMargin",
        "accountMaintMargin",
        "virtualMaxWithdrawAmount",
    }
)
"""What `empty-totals` blanks besides everything that begins with `total`."""

COIN_ROW: Row = {
    "symbol": "BTCUSD_PERP",
    "positionSide": "LONG",
    "positionAmt": "12",
    "entryPrice": "91240.1",
    "breakEvenPrice": "91285.72010005",
    "markPrice": "91840.50000000",
    "unRealizedProfit": "0.00008598",
    "liquidationPrice": "0",
    "isolatedMargin": "0",
    "notional": "0.01306613",
    "marginAsset": "BTC",
    "isolatedWallet": "0",
    "initialMargin": "0.00065330",
    "maintMargin": "0.00005226",
    "positionInitialMargin": "0.00065330",
    "openOrderInitialMargin": "0",
    "adl": 1,
    "bidNotional": "0",
    "askNotional": "0",
    "updateTime": 1769990000000,
}
"""A COIN-M position, in contracts, where only USD-M should be."""


def odd_rows(rows: list[Row], faults: Faults, feed: str) -> list[Row]:
    """Rows with what the account chose for a symbol spelled otherwise; they are not changed themselves."""
    if not faults.on:
        return rows
    return [row | odd_settings(row, faults, feed) for row in rows]


def odd_settings(row: Row, faults: Faults, feed: str) -> Row:
    """The settings of one row that a fault spells otherwise."""
    odd: Row = {}
    if "leverage" in row and faults.is_on("leverage-as-number", feed):
        odd["leverage"] = int(row["leverage"])
    if "leverage" in row and faults.is_on("leverage-as-text", feed):
        odd["leverage"] = str(row["leverage"])
    if "isAutoAddMargin" in row and faults.is_on("auto-add-margin-true", feed):
        odd["isAutoAddMargin"] = True
    if "isAutoAddMargin" in row and faults.is_on("auto-add-margin-text", feed):
        odd["isAutoAddMargin"] = "true"
    if "marginType" in row and (one := faults.find("margin-type-as-WORD", feed)):
        is_isolated = row["marginType"].lower() == "isolated"
        odd["marginType"] = MARGIN_TYPES[one.order.value][is_isolated]
    return odd


def blank_totals(status: Row, faults: Faults, feed: str) -> Row:
    """An account whose totals are empty texts, while `empty-totals` is on."""
    if not faults.is_on("empty-totals", feed):
        return status
    return {
        name: "" if isinstance(value, str) and (name in TOTALS or name.startswith("total")) else value
        for name, value in status.items()
    }
