"""The examples of Binance's Portfolio Margin pages, figure by figure as they are printed there, as valid JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Documents = Mapping[str, Any]
"""Results by path."""

FLAT: Row = {
    "entryPrice": "0.00000",
    "leverage": "10",
    "markPrice": "6679.50671178",
    "maxNotionalValue": "20000000",
    "positionAmt": "0.000",
    "notional": "0",
    "symbol": "BTCUSDT",
    "unRealizedProfit": "0.00000000",
    "liquidationPrice": "6170.20509059",
    "positionSide": "BOTH",
    "updateTime": 1625474304765,
}
LONG: Row = {
    "symbol": "BTCUSDT",
    "positionAmt": "0.001",
    "entryPrice": "22185.2",
    "markPrice": "21123.05052574",
    "unRealizedProfit": "-1.06214947",
    "liquidationPrice": "6170.20509059",
    "leverage": "4",
    "maxNotionalValue": "100000000",
    "positionSide": "LONG",
    "notional": "21.12305052",
    "updateTime": 1655217461579,
}
SHORT: Row = {
    "symbol": "BTCUSDT",
    "positionAmt": "0.000",
    "entryPrice": "0.0",
    "markPrice": "21123.05052574",
    "unRealizedProfit": "0.00000000",
    "liquidationPrice": "6170.20509059",
    "leverage": "4",
    "maxNotionalValue": "100000000",
    "positionSide": "SHORT",
    "notional": "0",
    "updateTime": 0,
}
COIN: Row = {
    "symbol": "BTCUSD_201225",
    "positionAmt": "1",
    "entryPrice": "11707.70000003",
    "markPrice": "11788.66626667",
    "unRealizedProfit": "0.00005866",
    "liquidationPrice": "6170.20509059",
    "leverage": "125",
    "positionSide": "LONG",
    "updateTime": 1627026881327,
    "maxQty": "50",
    "notionalValue": "0.00084827",
}
"""The page's COIN-M position. Its `notionalValue` is that of 10 USD a contract, its profit that of 100; its one-way
example says LONG, and its hedge example prints the row twice."""

ACCOUNT: Row = {
    "uniMMR": "5167.92171923",
    "accountEquity": "122607.35137903",
    "actualEquity": "73.47428058",
    "accountInitialMargin": "23.72469206",
    "accountMaintMargin": "23.72469206",
    "accountStatus": "NORMAL",
    "virtualMaxWithdrawAmount": "1627523.32459208",
    "totalAvailableBalance": "",
    "totalMarginOpenLoss": "",
    "updateTime": 1657707212154,
}
BALANCES: list[Row] = [
    {
        "asset": "USDT",
        "totalWalletBalance": "122607.35137903",
        "crossMarginAsset": "92.27530794",
        "crossMarginBorrowed": "10.00000000",
        "crossMarginFree": "100.00000000",
        "crossMarginInterest": "0.72469206",
        "crossMarginLocked": "3.00000000",
        "umWalletBalance": "0.00000000",
        "umUnrealizedPNL": "23.72469206",
        "cmWalletBalance": "23.72469206",
        "cmUnrealizedPNL": "",
        "updateTime": 1617939110373,
        "negativeBalance": "0",
    }
]
UM_ACCOUNT: Row = {
    "assets": [
        {
            "asset": "USDT",
            "crossWalletBalance": "23.72469206",
            "crossUnPnl": "0.00000000",
            "maintMargin": "0.00000000",
            "initialMargin": "0.00000000",
            "positionInitialMargin": "0.00000000",
            "openOrderInitialMargin": "0.00000000",
            "updateTime": 1625474304765,
        }
    ],
    "positions": [
        {
            "symbol": "BTCUSDT",
            "initialMargin": "0",
            "maintMargin": "0",
            "unrealizedProfit": "0.00000000",
            "positionInitialMargin": "0",
            "openOrderInitialMargin": "0",
            "leverage": "100",
            "entryPrice": "0.00000",
            "maxNotional": "250000",
            "bidNotional": "0",
            "askNotional": "0",
            "positionSide": "BOTH",
            "positionAmt": "0",
            "updateTime": 0,
        }
    ],
}


def documents(*, hedge: bool) -> Documents:
    """The documented results in a position mode."""
    return {
        "/papi/v1/um/positionRisk": [LONG, SHORT] if hedge else [FLAT],
        "/papi/v1/cm/positionRisk": [COIN] if hedge else [COIN | {"positionSide": "BOTH"}],
        "/papi/v1/account": ACCOUNT,
        "/papi/v1/balance": BALANCES,
        "/papi/v1/um/account": UM_ACCOUNT,
    }
