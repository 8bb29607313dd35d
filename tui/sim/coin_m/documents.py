"""The examples of Binance's COIN-M pages, figure by figure as they are printed there, as valid JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tui.sim.coin_m.catalogue import CoinContract
from tui.sim.formulas import brackets

Row = dict[str, Any]

SYMBOL = "BTCUSD_201225"

FLAT: Row = {
    "symbol": SYMBOL,
    "positionAmt": "0",
    "entryPrice": "0.0",
    "breakEvenPrice": "0.0",
    "markPrice": "0.00000000",
    "unRealizedProfit": "0.00000000",
    "liquidationPrice": "0",
    "leverage": "125",
    "maxQty": "50",
    "marginType": "cross",
    "isolatedMargin": "0.00000000",
    "isAutoAddMargin": "false",
    "positionSide": "BOTH",
    "updateTime": 0,
}
LONG: Row = {
    "symbol": SYMBOL,
    "positionAmt": "1",
    "entryPrice": "11707.70000003",
    "breakEvenPrice": "11707.80000005",
    "markPrice": "11788.66626667",
    "unRealizedProfit": "0.00005866",
    "liquidationPrice": "11667.63509587",
    "leverage": "125",
    "maxQty": "50",
    "marginType": "cross",
    "isolatedMargin": "0.00000000",
    "isAutoAddMargin": "false",
    "positionSide": "LONG",
    "updateTime": 1627026881327,
}

POSITIONS: dict[bool, list[Row]] = {
    True: [FLAT, LONG, FLAT | {"positionSide": "SHORT", "updateTime": 1627026881327}],
    False: [LONG | {"positionSide": "BOTH"}],
}
"""Results of `GET /dapi/v1/positionRisk`, hedge mode and one-way. The page prints a hedge example alone: in one-way
mode its position is the one that BOTH has."""


def account_position(side: str) -> Row:
    """A row of `positions` on the page of `GET /dapi/v1/account`."""
    return {
        "symbol": SYMBOL,
        "positionAmt": "0",
        "initialMargin": "0",
        "maintMargin": "0",
        "unrealizedProfit": "0.00000000",
        "positionInitialMargin": "0",
        "openOrderInitialMargin": "0",
        "leverage": "125",
        "isolated": False,
        "positionSide": side,
        "entryPrice": "0.0",
        "breakEvenPrice": "0.0",
        "maxQty": "50",
        "updateTime": 0,
    }


def account(*, hedge: bool) -> Row:
    """The result of `GET /dapi/v1/account` on its page."""
    coin = {
        "asset": "BTC",
        "walletBalance": "0.00241969",
        "unrealizedProfit": "0.00000000",
        "marginBalance": "0.00241969",
        "maintMargin": "0.00000000",
        "initialMargin": "0.00000000",
        "positionInitialMargin": "0.00000000",
        "openOrderInitialMargin": "0.00000000",
        "maxWithdrawAmount": "0.00241969",
        "crossWalletBalance": "0.00241969",
        "crossUnPnl": "0.00000000",
        "availableBalance": "0.00241969",
        "updateTime": 1625474304765,
    }
    positions = [account_position(side) for side in (("BOTH", "LONG", "SHORT") if hedge else ("BOTH",))]
    if hedge:
        positions[2] |= {"notionalValue": "0", "updateTime": 1627026881327}
    return {
        "assets": [coin],
        "positions": positions,
        "canDeposit": True,
        "canTrade": True,
        "canWithdraw": True,
        "feeTier": 2,
        "updateTime": 0,
    }


BALANCES: list[Row] = [
    {
        "accountAlias": "SgsR",
        "asset": "BTC",
        "balance": "0.00250000",
        "withdrawAvailable": "0.00250000",
        "crossWalletBalance": "0.00241969",
        "crossUnPnl": "0.00000000",
        "availableBalance": "0.00241969",
        "updateTime": 1592468353979,
    }
]
"""The result of `GET /dapi/v1/balance` on its page."""

CONTRACTS = {
    SYMBOL: CoinContract(
        SYMBOL,
        "BTC",
        "BTC",
        Decimal("11788.66626667"),
        Decimal("0.1"),
        Decimal(1),
        0.0,
        brackets((50, 125, "0.004")),
        Decimal(0),
        pair="BTCUSD",
        contract_size=Decimal(100),
        contract_type="CURRENT_QUARTER",
    )
}
"""The contract of the examples. Its profit of 0.00005866 is that of 100 USD."""
