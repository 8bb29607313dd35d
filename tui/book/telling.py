"""Events as sentences for the journal: what happened, with the figures that the exchange gave."""

from collections.abc import Callable
from decimal import Decimal

from tui.book.journal import Journal, Kind
from tui.book.position import Key
from tui.protocol.events import (
    AccountConfigUpdate,
    AccountUpdate,
    MarginCall,
    Order,
    OrderTradeUpdate,
    RiskLevelChange,
)

KeyOf = Callable[[str, str], Key]
"""Makes a row's key from its symbol and position side."""

_TRANSFERS = {
    "DEPOSIT": "Deposit",
    "WITHDRAW": "Withdrawal",
    "ASSET_TRANSFER": "Transfer",
    "MARGIN_TRANSFER": "Isolated margin moved",
    "ADJUSTMENT": "Adjustment",
    "INSURANCE_CLEAR": "Cleared by the insurance fund",
    "ADMIN_DEPOSIT": "Deposit by Binance",
    "ADMIN_WITHDRAW": "Withdrawal by Binance",
    "AUTO_EXCHANGE": "Automatic exchange",
    "COIN_SWAP_DEPOSIT": "Coin swap in",
    "COIN_SWAP_WITHDRAW": "Coin swap out",
}


def plain(amount: Decimal | None, signed: bool = False) -> str:
    """Return an amount in the exchange's digits, without an exponent; `—` when it is unknown."""
    if amount is None:
        return "—"
    text = f"{amount:f}".replace("-", "−")
    return f"+{text}" if signed and amount > 0 else text


def tell_order(journal: Journal, event: OrderTradeUpdate, key_of: KeyOf) -> None:
    """Tell a fill with its realised profit, a liquidation, an auto-deleveraging or a settlement; nothing else."""
    order = event.order
    key = key_of(order.symbol, order.position_side)
    forced = _forced(order)
    if order.execution_type == "TRADE":
        text = f"{_name(order)}: {order.side} {plain(order.last_quantity)} at {plain(order.last_price)}"
        if order.realized_pnl:
            text += f", realised {plain(order.realized_pnl, signed=True)}"
        if order.commission:
            text += f", fee {plain(order.commission)} {order.commission_asset or ''}".rstrip()
        journal.write(
            event.transaction_time_ms, Kind.LIQUIDATION if forced else Kind.FILL, f"{forced}{text}.", key
        )
    elif order.execution_type == "CALCULATED":
        journal.write(
            event.transaction_time_ms, Kind.LIQUIDATION, f"Liquidation of {_name(order)} has begun.", key
        )


def _name(order: Order) -> str:
    return order.symbol if order.position_side == "BOTH" else f"{order.symbol} {order.position_side}"


def _forced(order: Order) -> str:
    identity = order.client_order_id
    if identity.startswith("adl_autoclose"):
        return "Auto-deleveraged: "
    if identity.startswith("autoclose-"):
        return "Liquidated: "
    if identity.startswith(("settlement_autoclose-", "delivery_autoclose-")):
        return "Settled: "
    return ""


def tell_account_update(journal: Journal, event: AccountUpdate, key_of: KeyOf) -> None:
    """Tell funding, transfers and changes of the margin type; fills are told by their orders."""
    change = event.change
    time_ms = event.transaction_time_ms
    if change.reason == "FUNDING_FEE":
        symbol = change.symbol or (change.positions[0].symbol if change.positions else "")
        for balance in change.balances:
            text = f"Funding{f' of {symbol}' if symbol else ''}: {plain(balance.balance_change, signed=True)} {balance.asset}."
            journal.write(time_ms, Kind.FUNDING, text)
    elif change.reason == "MARGIN_TYPE_CHANGE":
        for position in change.positions:
            key = key_of(position.symbol, position.position_side)
            text = f"{position.symbol}: margin type is now {position.margin_type or 'unknown'}."
            journal.write(time_ms, Kind.CONFIG, text, key)
    elif change.reason in _TRANSFERS:
        for balance in change.balances:
            amount = plain(balance.balance_change, signed=True)
            journal.write(time_ms, Kind.TRANSFER, f"{_TRANSFERS[change.reason]}: {amount} {balance.asset}.")


def tell_config(journal: Journal, event: AccountConfigUpdate) -> None:
    """Tell a change of leverage or of the asset mode."""
    if event.leverage_change is not None:
        text = f"{event.leverage_change.symbol}: leverage is now {plain(event.leverage_change.leverage)}×."
        journal.write(event.event_time_ms, Kind.CONFIG, text)
    if event.asset_mode_change is not None:
        mode = "multi-assets" if event.asset_mode_change.multi_assets_mode else "single-asset"
        journal.write(event.event_time_ms, Kind.CONFIG, f"The account is now in {mode} mode.")


def tell_risk_level(journal: Journal, event: RiskLevelChange) -> None:
    """Tell that a Portfolio Margin account has come into another band of uniMMR, and which way that runs."""
    text = (
        f"Portfolio Margin: {event.account_status or 'risk level changed'}; uniMMR {plain(event.uni_mmr)} "
        f"(lower is worse, liquidation at 1.05), equity {plain(event.account_equity)} USD, "
        f"maintenance margin {plain(event.maintenance_margin)} USD."
    )
    journal.write(event.event_time_ms, Kind.MARGIN_CALL, text)


def tell_margin_call(
    journal: Journal, event: MarginCall, key_of: KeyOf, holds: Callable[[str], bool] = lambda symbol: True
) -> None:
    """Tell a margin call: a line for each position of this book that it names."""
    for position in event.positions:
        if not holds(position.symbol):
            continue
        key = key_of(position.symbol, position.position_side)
        text = (
            f"Margin call on {position.symbol} {plain(position.position_amount)}: mark {plain(position.mark_price)}, "
            f"PNL {plain(position.unrealized_pnl, signed=True)}, "
            f"maintenance margin {plain(position.maintenance_margin)}."
        )
        journal.write(event.event_time_ms, Kind.MARGIN_CALL, text, key)


def change_of_size(key: Key, before: Decimal, now: Decimal) -> str:
    """Return what became of a position, in a few words."""
    name = key.symbol if key.position_side == "BOTH" else f"{key.symbol} {key.position_side}"
    if before == 0:
        return f"{name} opened {plain(now)}"
    return f"{name} closed" if now == 0 else f"{name} {plain(before)} → {plain(now)}"


def tell_gap(journal: Journal, since_ms: int, until_ms: int, changes: tuple[str, ...]) -> None:
    """Tell how long the picture was not whole, and what had changed when it was again."""
    what = "; ".join(changes) if changes else "no position"
    journal.write(
        until_ms, Kind.CONNECTION, f"Away {duration(until_ms - since_ms)}; changed while away: {what}."
    )


def duration(span_ms: int) -> str:
    """Return a span as h:mm:ss."""
    seconds = max(0, span_ms) // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
