"""The examples of Binance's pages, figure by figure as they are printed there, as valid JSON."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

ADA_LONG: Row = {
    "symbol": "ADAUSDT",
    "positionSide": "LONG",
    "positionAmt": "30",
    "entryPrice": "0.385",
    "breakEvenPrice": "0.385077",
    "markPrice": "0.41047590",
    "unRealizedProfit": "0.76427700",
    "liquidationPrice": "0",
    "isolatedMargin": "0",
    "notional": "12.31427700",
    "marginAsset": "USDT",
    "isolatedWallet": "0",
    "initialMargin": "0.61571385",
    "maintMargin": "0.08004280",
    "positionInitialMargin": "0.61571385",
    "openOrderInitialMargin": "0",
    "adl": 2,
    "bidNotional": "0",
    "askNotional": "0",
    "updateTime": 1720736417660,
}
COMP_SHORT: Row = {
    "symbol": "COMPUSDT",
    "positionSide": "SHORT",
    "positionAmt": "-1.000",
    "entryPrice": "70.92841",
    "breakEvenPrice": "70.900038636",
    "markPrice": "49.72023376",
    "unRealizedProfit": "21.20817624",
    "liquidationPrice": "2260.56757210",
    "isolatedMargin": "0",
    "notional": "-49.72023376",
    "marginAsset": "USDT",
    "isolatedWallet": "0",
    "initialMargin": "2.48601168",
    "maintMargin": "0.49720233",
    "positionInitialMargin": "2.48601168",
    "openOrderInitialMargin": "0",
    "adl": 2,
    "bidNotional": "0",
    "askNotional": "0",
    "updateTime": 1708943511656,
}
BTC_BOTH: Row = {
    "symbol": "BTCUSDT",
    "positionSide": "BOTH",
    "positionAmt": "1.000",
    "entryPrice": "0.00000",
    "breakEvenPrice": "0.0",
    "markPrice": "6679.50671178",
    "unrealizedProfit": "0.00000000",
    "liquidationPrice": "0",
    "isolatedMargin": "0.00000000",
    "notional": "0",
    "marginAsset": "USDT",
    "isolatedWallet": "0",
    "initialMargin": "0",
    "maintMargin": "0",
    "positionInitialMargin": "0",
    "openOrderInitialMargin": "0",
    "adl": 0,
    "bidNotional": "0",
    "askNotional": "0",
    "updateTime": 0,
}

POSITIONS: dict[str, list[Row]] = {
    "docs": [ADA_LONG, COMP_SHORT],
    "docs-one-way": [ADA_LONG | {"positionSide": "BOTH"}],
    "docs-en": [BTC_BOTH],
    "docs-en-hedge": [BTC_BOTH | {"positionSide": "LONG"}, BTC_BOTH | {"positionSide": "SHORT"}],
}
"""Results of `v2/account.position` by scenario: the Chinese page (`docs`, `docs-one-way`), the English page with its
other spelling of the profit and its SHORT with a positive amount (`docs-en`, `docs-en-hedge`)."""


def asset(name: str, balance: str, available: str) -> Row:
    """A row of `assets` on the page of `v2/account.status`."""
    return {
        "asset": name,
        "walletBalance": balance,
        "unrealizedProfit": "0.00000000",
        "marginBalance": balance,
        "maintMargin": "0.00000000",
        "initialMargin": "0.00000000",
        "positionInitialMargin": "0.00000000",
        "openOrderInitialMargin": "0.00000000",
        "crossWalletBalance": balance,
        "crossUnPnl": "0.00000000",
        "availableBalance": available,
        "maxWithdrawAmount": balance,
        "updateTime": 1625474304765,
    }


def account(total: str) -> Row:
    """The result of `v2/account.status` on its page; the two modes differ in the totals alone."""
    return {
        "totalInitialMargin": "0.00000000",
        "totalMaintMargin": "0.00000000",
        "totalWalletBalance": total,
        "totalUnrealizedProfit": "0.00000000",
        "totalMarginBalance": total,
        "totalPositionInitialMargin": "0.00000000",
        "totalOpenOrderInitialMargin": "0.00000000",
        "totalCrossWalletBalance": total,
        "totalCrossUnPnl": "0.00000000",
        "availableBalance": total,
        "maxWithdrawAmount": total,
        "assets": [
            asset("USDT", "23.72469206", "23.72469206"),
            asset("USDC", "103.12345678", "126.72469206"),
        ],
        "positions": [
            {
                "symbol": "BTCUSDT",
                "positionSide": "BOTH",
                "positionAmt": "1.000",
                "unrealizedProfit": "0.00000000",
                "isolatedMargin": "0.00000000",
                "notional": "0",
                "isolatedWallet": "0",
                "initialMargin": "0",
                "maintMargin": "0",
                "updateTime": 0,
            }
        ],
    }


ACCOUNTS: dict[str, Row] = {"single": account("103.12345678"), "multi": account("126.72469206")}
"""Results of `v2/account.status` by asset mode."""
