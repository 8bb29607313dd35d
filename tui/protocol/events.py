"""Pushed messages as structs: the user data streams of every book, and the mark price stream.

Binance's letters stand here once; the pages are "User Data Streams" and "Mark Price Stream" of the USD-M docs, and
"User Data Streams" of COIN-M and Portfolio Margin. Open sets (reasons, statuses, types) stay text, so that a new value
is never an error.
"""

from decimal import Decimal

import msgspec

from tui.protocol.replies import Row, TimeMs


class BalanceChange(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"asset": "a", "wallet_balance": "wb", "cross_wallet_balance": "cw", "balance_change": "bc"},
):
    """`a.B[]` of ACCOUNT_UPDATE: an asset's balances after the change."""

    asset: str
    wallet_balance: Decimal | None = None
    cross_wallet_balance: Decimal | None = None
    balance_change: Decimal | None = None
    """Without PNL and commission; absent in old messages."""


class PositionChange(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "symbol": "s",
        "position_amount": "pa",
        "entry_price": "ep",
        "break_even_price": "bep",
        "accumulated_realized": "cr",
        "unrealized_pnl": "up",
        "margin_type": "mt",
        "isolated_wallet": "iw",
        "position_side": "ps",
        "margin_asset": "ma",
    },
):
    """`a.P[]` of ACCOUNT_UPDATE: a position after the change; amount 0 means closed."""

    symbol: str
    position_amount: Decimal | None = None
    """None when it is missing or unreadable: the change is known to have happened, and not what it was."""
    position_side: str = "BOTH"
    entry_price: Decimal | None = None
    break_even_price: Decimal | None = None
    accumulated_realized: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    margin_type: str | None = None
    isolated_wallet: Decimal | None = None
    margin_asset: str | None = None


class AccountChange(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"reason": "m", "balances": "B", "positions": "P", "symbol": "S"},
):
    """`a` of ACCOUNT_UPDATE: only what changed; an empty `P` says nothing of positions."""

    reason: str = ""
    balances: tuple[BalanceChange, ...] = ()
    positions: tuple[PositionChange, ...] = ()
    symbol: str | None = None
    """The symbol of a funding fee (since 2026-08)."""


class AccountUpdate(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="ACCOUNT_UPDATE",
    rename={"event_time_ms": "E", "transaction_time_ms": "T", "change": "a", "alias": "i"},
):
    """Balances or positions have changed."""

    event_time_ms: TimeMs
    transaction_time_ms: TimeMs
    change: AccountChange
    alias: str = ""
    """The account's alias, which COIN-M events carry: since 2026-06 they may come on a USD-M stream as well."""


class LeverageChange(Row, frozen=True, gc=False, kw_only=True, rename={"symbol": "s", "leverage": "l"}):
    """`ac` of ACCOUNT_CONFIG_UPDATE."""

    symbol: str
    leverage: Decimal | None = None


class AssetModeChange(Row, frozen=True, gc=False, kw_only=True, rename={"multi_assets_mode": "j"}):
    """`ai` of ACCOUNT_CONFIG_UPDATE."""

    multi_assets_mode: bool


class AccountConfigUpdate(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="ACCOUNT_CONFIG_UPDATE",
    rename={
        "event_time_ms": "E",
        "transaction_time_ms": "T",
        "leverage_change": "ac",
        "asset_mode_change": "ai",
    },
):
    """A symbol's leverage, or the account's asset mode, has changed."""

    event_time_ms: TimeMs
    transaction_time_ms: TimeMs = 0
    leverage_change: LeverageChange | None = None
    asset_mode_change: AssetModeChange | None = None


class PositionCalled(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "symbol": "s",
        "position_side": "ps",
        "position_amount": "pa",
        "margin_type": "mt",
        "isolated_wallet": "iw",
        "mark_price": "mp",
        "unrealized_pnl": "up",
        "maintenance_margin": "mm",
    },
):
    """`p[]` of MARGIN_CALL."""

    symbol: str
    position_side: str = "BOTH"
    position_amount: Decimal | None = None
    margin_type: str | None = None
    isolated_wallet: Decimal | None = None
    mark_price: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    maintenance_margin: Decimal | None = None


class MarginCall(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="MARGIN_CALL",
    rename={"event_time_ms": "E", "cross_wallet_balance": "cw", "positions": "p"},
):
    """A warning only: by the time it is read the position may be gone."""

    event_time_ms: TimeMs
    cross_wallet_balance: Decimal | None = None
    positions: tuple[PositionCalled, ...] = ()


class Order(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "symbol": "s",
        "client_order_id": "c",
        "side": "S",
        "order_type": "o",
        "quantity": "q",
        "average_price": "ap",
        "execution_type": "x",
        "status": "X",
        "order_id": "i",
        "last_quantity": "l",
        "filled_quantity": "z",
        "last_price": "L",
        "commission_asset": "N",
        "commission": "n",
        "trade_id": "t",
        "position_side": "ps",
        "realized_pnl": "rp",
        "is_reduce_only": "R",
    },
):
    """`o` of ORDER_TRADE_UPDATE: the fields that a viewer tells."""

    symbol: str
    execution_type: str = ""
    client_order_id: str = ""
    side: str = ""
    order_type: str = ""
    quantity: Decimal | None = None
    average_price: Decimal | None = None
    status: str = ""
    order_id: int = 0
    last_quantity: Decimal | None = None
    filled_quantity: Decimal | None = None
    last_price: Decimal | None = None
    commission_asset: str | None = None
    commission: Decimal | None = None
    trade_id: int = 0
    position_side: str = "BOTH"
    realized_pnl: Decimal | None = None
    is_reduce_only: bool = False


class OrderTradeUpdate(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="ORDER_TRADE_UPDATE",
    rename={"event_time_ms": "E", "transaction_time_ms": "T", "order": "o"},
):
    """An order was placed, changed or filled."""

    event_time_ms: TimeMs
    transaction_time_ms: TimeMs
    order: Order


class TradeLite(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="TRADE_LITE",
    rename={
        "event_time_ms": "E",
        "transaction_time_ms": "T",
        "symbol": "s",
        "trade_id": "t",
        "order_id": "i",
    },
):
    """The early word of a fill that ORDER_TRADE_UPDATE tells in full: never added up."""

    event_time_ms: TimeMs
    transaction_time_ms: TimeMs
    symbol: str
    trade_id: int = 0
    order_id: int = 0


class AlgoOrder(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "symbol": "s",
        "algo_id": "aid",
        "order_type": "o",
        "side": "S",
        "position_side": "ps",
        "quantity": "q",
        "status": "X",
        "trigger_price": "tp",
    },
):
    """`o` of ALGO_UPDATE: a stop, take-profit or trailing order."""

    symbol: str
    algo_id: int = 0
    order_type: str = ""
    side: str = ""
    position_side: str = "BOTH"
    quantity: Decimal | None = None
    status: str = ""
    trigger_price: Decimal | None = None


class AlgoUpdate(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="ALGO_UPDATE",
    rename={"event_time_ms": "E", "transaction_time_ms": "T", "order": "o", "portfolio_order": "ao"},
):
    """A conditional order changed (they left ORDER_TRADE_UPDATE on 2025-12-09)."""

    event_time_ms: TimeMs
    transaction_time_ms: TimeMs = 0
    order: AlgoOrder | None = None
    portfolio_order: AlgoOrder | None = None
    """The same, as Portfolio Margin names it."""


class ListenKeyExpired(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="listenKeyExpired",
    rename={"event_time_ms": "E"},
):
    """The socket stays open and nothing more will come: a new key is needed."""

    event_time_ms: TimeMs = 0


class ServerShutdown(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="serverShutdown",
    rename={"event_time_ms": "E"},
):
    """This server goes away soon: move to another connection now."""

    event_time_ms: TimeMs = 0


_RISK_NAMES = {
    "event_time_ms": "E",
    "uni_mmr": "u",
    "account_status": "s",
    "account_equity": "eq",
    "actual_equity": "ae",
    "maintenance_margin": "m",
}


class RiskLevelChange(
    Row, frozen=True, gc=False, kw_only=True, tag_field="e", tag="riskLevelChange", rename=_RISK_NAMES
):
    """Portfolio Margin: the account has come into another band of uniMMR; amounts are in USD."""

    event_time_ms: TimeMs
    uni_mmr: Decimal | None = None
    account_status: str = ""
    account_equity: Decimal | None = None
    actual_equity: Decimal | None = None
    maintenance_margin: Decimal | None = None


class RiskLevelChangeInCapitals(
    RiskLevelChange, frozen=True, gc=False, kw_only=True, tag="RISK_LEVEL_CHANGE", rename=_RISK_NAMES
):
    """The same under the name that the page's heading has."""


class WalletNews(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"event_time_ms": "E"},
):
    """Portfolio Margin tells of loans, of the margin wallet and of its orders: the next snapshot says what it adds up to."""

    event_time_ms: TimeMs = 0


class LiabilityChange(WalletNews, frozen=True, gc=False, tag_field="e", tag="liabilityChange"):
    """A loan was taken or paid back."""


class OpenOrderLoss(WalletNews, frozen=True, gc=False, tag_field="e", tag="openOrderLoss"):
    """What open orders of cross margin may lose."""


class ConditionalOrderTradeUpdate(
    WalletNews, frozen=True, gc=False, tag_field="e", tag="CONDITIONAL_ORDER_TRADE_UPDATE"
):
    """A conditional order of the older kind changed."""


class OutboundAccountPosition(
    WalletNews, frozen=True, gc=False, tag_field="e", tag="outboundAccountPosition"
):
    """The margin wallet after a change."""


class BalanceUpdate(WalletNews, frozen=True, gc=False, tag_field="e", tag="balanceUpdate"):
    """A transfer into the margin wallet or out of it."""


class ExecutionReport(WalletNews, frozen=True, gc=False, tag_field="e", tag="executionReport"):
    """A margin order changed."""


class MarkPriceUpdate(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="markPriceUpdate",
    rename={
        "event_time_ms": "E",
        "symbol": "s",
        "mark_price": "p",
        "index_price": "i",
        "funding_rate": "r",
        "next_funding_time_ms": "T",
        "symbol_type": "st",
    },
):
    """Mark price and funding of one symbol."""

    event_time_ms: TimeMs
    symbol: str
    mark_price: Decimal | None = None
    index_price: Decimal | None = None
    funding_rate: Decimal | None = None
    next_funding_time_ms: TimeMs = 0
    symbol_type: int | None = None
    """1 USD-M, 2 COIN-M (since 2026-06)."""


class UnknownEvent(msgspec.Struct, frozen=True, gc=False):
    """A kind of event that Binance added after this program was written: counted, not read."""

    kind: str


UserEvent = (
    AccountUpdate
    | AccountConfigUpdate
    | MarginCall
    | OrderTradeUpdate
    | TradeLite
    | AlgoUpdate
    | ListenKeyExpired
    | ServerShutdown
)
PortfolioEvent = (
    RiskLevelChange
    | RiskLevelChangeInCapitals
    | LiabilityChange
    | OpenOrderLoss
    | ConditionalOrderTradeUpdate
    | OutboundAccountPosition
    | BalanceUpdate
    | ExecutionReport
)
"""What Portfolio Margin alone tells."""
KnownEvent = UserEvent | PortfolioEvent | MarkPriceUpdate
Event = KnownEvent | UnknownEvent
