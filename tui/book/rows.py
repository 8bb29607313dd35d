"""How a position is made from an event or from a snapshot's row."""

from decimal import Decimal
from typing import TypeVar

from tui.book import figures
from tui.book.merge import LAG_MS
from tui.book.position import Contract, Key, Position, is_inverse
from tui.protocol.events import PositionChange
from tui.protocol.replies import PositionRisk

Amount = TypeVar("Amount", Decimal, Decimal | None)
ZERO = Decimal(0)

_SNAPSHOT_ONLY = (
    "liquidation_price",
    "isolated_margin",
    "initial_margin",
    "maintenance_margin",
    "position_initial_margin",
    "open_order_initial_margin",
    "bid_notional",
    "ask_notional",
    "adl_quantile",
    "snapshot_ms",
)


def changed_position(known: Position, change: PositionChange, amount: Decimal, time_ms: int) -> Position:
    """Return the position as an event tells it; what only snapshots tell is unknown once size or margin changed."""
    is_same = known.position_amount == amount and known.entry_price == change.entry_price
    margin_type = margin_type_of(change.margin_type)
    position = Position(
        key=known.key,
        position_amount=steady(amount, known.position_amount),
        entry_price=steady(change.entry_price, known.entry_price),
        break_even_price=steady(change.break_even_price, known.break_even_price),
        mark_price=known.mark_price or None,
        mark_time_ms=known.mark_time_ms,
        isolated_wallet=steady(change.isolated_wallet, known.isolated_wallet),
        margin_asset=change.margin_asset or known.margin_asset,
        leverage=known.leverage,
        leverage_is_derived=known.leverage_is_derived,
        margin_type=margin_type or known.margin_type,
        margin_type_is_derived=margin_type is None and known.margin_type_is_derived,
        funding_rate=known.funding_rate,
        next_funding_time_ms=known.next_funding_time_ms,
        contract_size=known.contract_size,
        price_step=known.price_step,
        is_inverse=known.is_inverse,
        max_quantity=known.max_quantity,
        max_notional_value=known.max_notional_value,
        is_auto_add_margin=known.is_auto_add_margin,
        update_time_ms=time_ms,
        confirmed_ms=time_ms,
    )
    revalue(position)
    if is_same and known.isolated_wallet == change.isolated_wallet:
        for name in _SNAPSHOT_ONLY:
            setattr(position, name, getattr(known, name))
    return position


def steady(told: Amount, known: Amount) -> Amount:
    """What was told; as it was written before where it is the same: snapshots say `412.50` and events `412.5`."""
    return known if told == known else told


def revalue(position: Position) -> None:
    """Make PNL and notional anew from the mark price."""
    amount, entry, mark = position.position_amount, position.entry_price, position.mark_price
    if position.is_inverse:
        size = position.contract_size
        position.unrealized_pnl = figures.inverse_unrealized_pnl(amount, size, entry, mark)
        position.notional = figures.inverse_notional(amount, size, mark)
    else:
        position.unrealized_pnl = figures.unrealized_pnl(amount, entry, mark)
        position.notional = figures.notional(amount, mark)


def margin_type_of(text: str | None) -> str | None:
    """Read `cross`, `CROSSED`, `isolated`, `ISOLATED`: each page spells it in its own way."""
    if not text:
        return None
    return {"CROSS": "CROSS", "CROSSED": "CROSS", "ISOLATED": "ISOLATED"}.get(text.upper(), text)


def snapshot_position(
    known: Position | None,
    key: Key,
    row: PositionRisk,
    asked_ms: int,
    leverage_told_ms: int = 0,
    contract: Contract | None = None,
) -> Position:
    """Return the position as a snapshot's row tells it, with what only streams tell kept.

    `leverage_told_ms` is when a message last told the leverage: a snapshot may be older than that.
    """
    amount = row.position_amount if row.position_amount is not None else ZERO
    has_mark = row.mark_price is not None and row.mark_price > ZERO
    position = Position(
        key=key,
        position_amount=amount,
        entry_price=row.entry_price,
        break_even_price=row.break_even_price,
        mark_price=row.mark_price if has_mark or amount == ZERO else None,
        mark_time_ms=asked_ms if has_mark else None,
        unrealized_pnl=row.unrealized_pnl,
        notional=row.notional if row.notional is not None else row.notional_value,
        liquidation_price=row.liquidation_price,
        isolated_wallet=row.isolated_wallet,
        isolated_margin=row.isolated_margin,
        margin_asset=row.margin_asset or (None if contract is None else contract.margin_asset),
        initial_margin=row.initial_margin,
        maintenance_margin=row.maintenance_margin,
        position_initial_margin=row.position_initial_margin,
        open_order_initial_margin=row.open_order_initial_margin,
        bid_notional=row.bid_notional,
        ask_notional=row.ask_notional,
        adl_quantile=row.adl_quantile,
        contract_size=None if contract is None else contract.contract_size,
        price_step=None if contract is None else contract.price_step,
        is_inverse=is_inverse(row.symbol),
        max_quantity=row.max_quantity,
        max_notional_value=row.max_notional_value,
        is_auto_add_margin=row.is_auto_add_margin,
        update_time_ms=row.update_time_ms,
        confirmed_ms=asked_ms,
        snapshot_ms=asked_ms,
    )
    if position.unrealized_pnl is None or position.notional is None:
        _complete(position)
    _derive(position, row, known, asked_ms - LAG_MS >= leverage_told_ms)
    if known is not None:
        _keep_newer(position, known)
    return position


def _complete(position: Position) -> None:
    """Compute PNL and notional where the row does not give them."""
    pnl, notional = position.unrealized_pnl, position.notional
    revalue(position)
    position.unrealized_pnl = position.unrealized_pnl if pnl is None else pnl
    position.notional = position.notional if notional is None else notional


def _keep_newer(position: Position, known: Position) -> None:
    position.funding_rate = known.funding_rate
    position.next_funding_time_ms = known.next_funding_time_ms
    if known.mark_time_ms is not None and (
        position.mark_time_ms is None or known.mark_time_ms > position.mark_time_ms
    ):
        is_other = position.mark_price != known.mark_price
        position.mark_price, position.mark_time_ms = known.mark_price, known.mark_time_ms
        if is_other:  # at the same price the exchange's own figures stay, to the digit
            revalue(position)


def _derive(position: Position, row: PositionRisk, known: Position | None, is_newer: bool) -> None:
    """Leverage and margin type: the row's own; else kept when a message has said them; else derived and marked.

    A row that contradicts the leverage told is either older than the message, so that its margins are unknown by
    now, or (`is_newer`) the word of a later message that never came.
    """
    derived = row.leverage or figures.derived_leverage(position)
    told = None if known is None or known.leverage_is_derived else known.leverage
    if told is not None and (derived is None or derived == told or not is_newer):
        position.leverage = told
        if derived is not None and derived != told:
            position.initial_margin = position.position_initial_margin = None
    else:
        position.leverage = derived
        position.leverage_is_derived = derived is not None and row.leverage is None
    if row.margin_type and is_newer:
        position.margin_type = margin_type_of(row.margin_type)
    elif known is not None and known.margin_type is not None and not known.margin_type_is_derived:
        position.margin_type = known.margin_type
    elif position.isolated_wallet is not None and position.is_open:
        position.margin_type = "ISOLATED" if position.isolated_wallet or position.isolated_margin else "CROSS"
        position.margin_type_is_derived = True
