"""The events of the Portfolio Margin user data stream: those of both books, each with its business unit `fs`, and its
own about risk, loans and the cross margin wallet."""

from __future__ import annotations

from decimal import Decimal

from tui.sim.amounts import eight, eight_or_zero, trimmed
from tui.sim.events import Event
from tui.sim.portfolio_margin.portfolio import MarginWallet, Standing

POSITION_NAMES = ("s", "pa", "ep", "cr", "up", "ps", "bep")
"""What `P` has here: no margin type, isolated wallet or margin asset."""
ABSENT_ORDER_NAMES = {"wt", "ot", "cp", "AP", "cr", "pP", "ss", "pm", "er", "ma"}
"""What `o` lacks here of an order of USD-M or COIN-M."""
UNITS = {"private": "UM", "coinm-private": "CM"}
"""`fs` by the classic stream an event would go to."""
ABSENT = frozenset({"TRADE_LITE", "MARGIN_CALL", "listenKeyExpired"})
"""Events that Portfolio Margin does not pass on."""


def of_book(event: Event, feed: str) -> Event | None:
    """The event of a book as Portfolio Margin tells it; None when it does not."""
    kind = event["e"]
    if kind in ABSENT or "ai" in event:
        return None
    head: Event = {"e": kind, "fs": UNITS[feed]} | {name: event[name] for name in ("E", "T") if name in event}
    if kind == "ACCOUNT_UPDATE":
        rows = [{name: row[name] for name in POSITION_NAMES} for row in event["a"]["P"]]
        return head | {"i": event.get("i", ""), "a": event["a"] | {"P": rows}}
    if kind == "ORDER_TRADE_UPDATE":
        order = {name: value for name, value in event["o"].items() if name not in ABSENT_ORDER_NAMES}
        order |= {"st": "", "si": 0, "gtd": 0}
        return head | {"i": event.get("i", ""), "o": order}
    if kind == "ALGO_UPDATE":
        return head | {"ao": event["o"]}
    return head | {name: value for name, value in event.items() if name not in head}


def risk_level_change(standing: Standing, time_ms: int) -> Event:
    """riskLevelChange: the page names it RISK_LEVEL_CHANGE, its example says riskLevelChange."""
    return {
        "e": "riskLevelChange",
        "E": time_ms,
        "u": eight(standing.uni_mmr),
        "s": standing.status,
        "eq": eight(standing.equity),
        "ae": eight(standing.actual_equity),
        "m": eight(standing.maintenance_margin),
    }


def liability_change(asset: str, wallet: MarginWallet, kind: str, number: int, time_ms: int) -> Event:
    """liabilityChange: a loan was taken or paid back."""
    return {
        "e": "liabilityChange",
        "E": time_ms,
        "a": asset,
        "t": kind,
        "T": number,
        "p": eight(wallet.borrowed),
        "i": eight_or_zero(wallet.interest),
        "l": eight(wallet.borrowed + wallet.interest),
    }


def open_order_loss(losses: dict[str, Decimal], time_ms: int) -> Event:
    """openOrderLoss: what open orders of cross margin may lose, by asset."""
    return {
        "e": "openOrderLoss",
        "E": time_ms,
        "O": [{"a": asset, "o": trimmed(amount)} for asset, amount in losses.items()],
    }


def balance_update(asset: str, change: Decimal, number: int, time_ms: int) -> Event:
    """balanceUpdate: a transfer into the cross margin wallet or out of it."""
    return {"e": "balanceUpdate", "E": time_ms, "a": asset, "d": eight(change), "U": number, "T": time_ms}


def outbound_account_position(asset: str, wallet: MarginWallet, number: int, time_ms: int) -> Event:
    """outboundAccountPosition: the cross margin wallet after a change."""
    balances = [{"a": asset, "f": eight(wallet.free), "l": eight(wallet.locked)}]
    return {"e": "outboundAccountPosition", "E": time_ms, "u": time_ms, "U": number, "B": balances}


def conditional_order(
    symbol: str, position_side: str, side: str, trigger_price: str, number: int, time_ms: int
) -> Event:
    """CONDITIONAL_ORDER_TRADE_UPDATE of a stop that was placed."""
    order = {
        "s": symbol,
        "c": f"stop_{number}",
        "si": number,
        "S": side,
        "st": "STOP_MARKET",
        "f": "GTC",
        "q": "0",
        "p": "0",
        "sp": trigger_price,
        "os": "NEW",
        "T": time_ms,
        "ut": time_ms,
        "R": True,
        "wt": "MARK_PRICE",
        "ps": position_side,
        "cp": False,
        "AP": "0",
        "cr": "0",
        "i": 0,
        "V": "EXPIRE_MAKER",
        "gtd": 0,
    }
    return {"e": "CONDITIONAL_ORDER_TRADE_UPDATE", "T": time_ms, "E": time_ms, "fs": "UM", "so": order}
