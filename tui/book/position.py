"""A position and its key."""

from decimal import Decimal
from typing import NamedTuple

import msgspec


class Key(NamedTuple):
    """What makes a row one row: in hedge mode LONG and SHORT of one symbol are two."""

    account: str
    book: str
    symbol: str
    position_side: str


def is_inverse(symbol: str) -> bool:
    """Whether a symbol is a COIN-M contract: `BTCUSD_PERP`, `BTCUSD_260925`; USD-M's are `BTCUSDT`, `BTCUSDT_260925`."""
    return "USD_" in symbol


class Contract(NamedTuple):
    """An inverse contract (COIN-M): an amount counts contracts, and margin and PNL are in a coin."""

    contract_size: Decimal
    """US dollars in one contract."""
    margin_asset: str
    price_step: Decimal | None = None
    """Smallest step of a price."""


class Position(msgspec.Struct, kw_only=True, eq=False):
    """What is known of one position; the field names are those of the JSON output.

    Amounts are signed as Binance signs them (a short is negative) and in the margin asset unless stated. None means
    that Binance did not say.
    """

    key: Key
    position_amount: Decimal
    """Size in the base asset, signed."""
    entry_price: Decimal | None = None
    break_even_price: Decimal | None = None
    mark_price: Decimal | None = None
    mark_time_ms: int | None = None
    """Exchange time of the mark price; None when there is none."""
    unrealized_pnl: Decimal | None = None
    notional: Decimal | None = None
    liquidation_price: Decimal | None = None
    """As Binance sends it: 0, and less, where there is no price at which this position is liquidated."""
    isolated_wallet: Decimal | None = None
    isolated_margin: Decimal | None = None
    margin_asset: str | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    position_initial_margin: Decimal | None = None
    open_order_initial_margin: Decimal | None = None
    bid_notional: Decimal | None = None
    ask_notional: Decimal | None = None
    adl_quantile: int | None = None
    """Place in the auto-deleveraging queue, 0 (last) to 4 (first)."""
    leverage: Decimal | None = None
    leverage_is_derived: bool = False
    """True while leverage is |notional| ÷ position initial margin and no message has confirmed it."""
    margin_type: str | None = None
    """`CROSS` or `ISOLATED`."""
    margin_type_is_derived: bool = False
    contract_size: Decimal | None = None
    """US dollars in one contract of an inverse position; None for a linear one, and while it is not known."""
    price_step: Decimal | None = None
    """Smallest step of a price of an inverse position's contract."""
    is_inverse: bool = False
    """Whether the amount counts contracts and PNL is in the coin (COIN-M)."""
    max_quantity: Decimal | None = None
    """COIN-M: the largest amount of the base asset at this leverage."""
    max_notional_value: Decimal | None = None
    """Portfolio Margin: the largest notional at this leverage."""
    is_auto_add_margin: bool | None = None
    funding_rate: Decimal | None = None
    """A fraction of the notional, paid by longs when positive."""
    next_funding_time_ms: int | None = None
    update_time_ms: int | None = None
    """When size or entry last changed, by the exchange; 0 in a row of open orders alone."""
    confirmed_ms: int = 0
    """Exchange time of the last word on size and entry."""
    snapshot_ms: int | None = None
    """Exchange time of the snapshot that gave liquidation price and margins; None when none has described this size."""

    @property
    def is_open(self) -> bool:
        """False for a row that exists only because of open orders."""
        return self.position_amount != 0

    @property
    def is_long(self) -> bool:
        """The side: by position side in hedge mode, by the sign in one-way mode."""
        if self.key.position_side == "BOTH":
            return self.position_amount >= 0
        return self.key.position_side == "LONG"
