"""Answers of the WebSocket API as structs; the wire's spelling stands here once.

Amounts are `Decimal`, times integer milliseconds. `None` means that Binance did not say: never 0, never "".
"""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec.structs import force_setattr

from tui.protocol.text import clean

TimeMs = Annotated[int, msgspec.Meta(ge=0, le=32_503_680_000_000)]
"""Unix milliseconds up to the year 3000: what lies outside is not a time, and could not be shown as one."""

MOST_DIGITS = 40
"""Digits before and after the point beyond which an amount is rubbish: they would fill a screen and overflow sums."""


def plausible(amount: Decimal) -> Decimal | None:
    """Return the amount, a zero without its sign; None for what no account can hold (NaN, infinities, 10^40)."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, str) or exponent < -MOST_DIGITS or amount.adjusted() >= MOST_DIGITS:
        return None
    return amount if amount else abs(amount)


class Row(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A struct from outside: after decoding its texts are clean and its amounts plausible.

    One with an amount that is not fails to decode; the second, slower reading makes that amount None and says so.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if type(value) is str:
                cleaned = clean(value)
                if cleaned is not value:
                    force_setattr(self, name, cleaned)
            elif type(value) is Decimal:
                amount = plausible(value)
                if amount is None:
                    raise ValueError(f"{name} is no amount")
                if amount is not value:
                    force_setattr(self, name, amount)


class PositionRisk(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "position_side": "positionSide",
        "position_amount": "positionAmt",
        "entry_price": "entryPrice",
        "break_even_price": "breakEvenPrice",
        "mark_price": "markPrice",
        "position_unrealized_pnl": "unRealizedProfit",
        "account_unrealized_pnl": "unrealizedProfit",
        "liquidation_price": "liquidationPrice",
        "isolated_margin": "isolatedMargin",
        "margin_asset": "marginAsset",
        "isolated_wallet": "isolatedWallet",
        "initial_margin": "initialMargin",
        "maintenance_margin": "maintMargin",
        "position_initial_margin": "positionInitialMargin",
        "open_order_initial_margin": "openOrderInitialMargin",
        "adl_quantile": "adl",
        "bid_notional": "bidNotional",
        "ask_notional": "askNotional",
        "update_time_ms": "updateTime",
        "margin_type": "marginType",
        "is_auto_add_margin": "isAutoAddMargin",
        "notional_value": "notionalValue",
        "max_quantity": "maxQty",
        "max_notional_value": "maxNotionalValue",
    },
):
    """One row of any position endpoint; each page gives a part of the fields.

    USD-M: `v2/account.position` (page "Position Information V2", WebSocket API). COIN-M: `GET /dapi/v1/positionRisk`
    (amounts count contracts, PNL and `notional_value` are in the coin). Portfolio Margin: `GET
    /papi/v1/um/positionRisk` and `/papi/v1/cm/positionRisk`. Amounts are signed, negative for a short.
    """

    symbol: str
    position_side: str
    position_amount: Decimal | None = None
    entry_price: Decimal | None = None
    break_even_price: Decimal | None = None
    mark_price: Decimal | None = None
    position_unrealized_pnl: Decimal | None = None
    account_unrealized_pnl: Decimal | None = None
    liquidation_price: Decimal | None = None
    isolated_margin: Decimal | None = None
    notional: Decimal | None = None
    margin_asset: str | None = None
    isolated_wallet: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    position_initial_margin: Decimal | None = None
    open_order_initial_margin: Decimal | None = None
    adl_quantile: int | None = None
    bid_notional: Decimal | None = None
    ask_notional: Decimal | None = None
    leverage: Decimal | None = None
    margin_type: str | None = None
    is_auto_add_margin: bool | None = None
    notional_value: Decimal | None = None
    max_quantity: Decimal | None = None
    max_notional_value: Decimal | None = None
    update_time_ms: TimeMs | None = None

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """Unrealized PNL in the margin asset, from whichever spelling the page's edition uses."""
        pnl = self.position_unrealized_pnl
        return self.account_unrealized_pnl if pnl is None else pnl


class AssetBalance(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "wallet_balance": "walletBalance",
        "unrealized_pnl": "unrealizedProfit",
        "margin_balance": "marginBalance",
        "maintenance_margin": "maintMargin",
        "initial_margin": "initialMargin",
        "position_initial_margin": "positionInitialMargin",
        "open_order_initial_margin": "openOrderInitialMargin",
        "cross_wallet_balance": "crossWalletBalance",
        "cross_unrealized_pnl": "crossUnPnl",
        "available_balance": "availableBalance",
        "max_withdraw_amount": "maxWithdrawAmount",
        "update_time_ms": "updateTime",
    },
):
    """One entry of `assets` in `v2/account.status`; amounts are in that asset."""

    asset: str
    wallet_balance: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    margin_balance: Decimal | None = None
    maintenance_margin: Decimal | None = None
    initial_margin: Decimal | None = None
    position_initial_margin: Decimal | None = None
    open_order_initial_margin: Decimal | None = None
    cross_wallet_balance: Decimal | None = None
    cross_unrealized_pnl: Decimal | None = None
    available_balance: Decimal | None = None
    max_withdraw_amount: Decimal | None = None
    update_time_ms: TimeMs | None = None


class HeldAmount(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "position_side": "positionSide",
        "position_amount": "positionAmt",
        "update_time_ms": "updateTime",
    },
):
    """One entry of `positions` in an answer about the account: which position its margins are those of."""

    symbol: str
    position_side: str
    position_amount: Decimal | None = None
    update_time_ms: TimeMs = 0


class AccountInformation(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "initial_margin": "totalInitialMargin",
        "maintenance_margin": "totalMaintMargin",
        "wallet_balance": "totalWalletBalance",
        "unrealized_pnl": "totalUnrealizedProfit",
        "margin_balance": "totalMarginBalance",
        "position_initial_margin": "totalPositionInitialMargin",
        "open_order_initial_margin": "totalOpenOrderInitialMargin",
        "cross_wallet_balance": "totalCrossWalletBalance",
        "cross_unrealized_pnl": "totalCrossUnPnl",
        "available_balance": "availableBalance",
        "max_withdraw_amount": "maxWithdrawAmount",
    },
):
    """The result of `v2/account.status` (page "Account Information V2", USD-M WebSocket API).

    In single-asset mode the totals count USDT only; in multi-assets mode they are USD values of everything. The
    answer does not say which. Its `positions` repeat less than `v2/account.position` tells; they only show whether
    the margins are those of the positions that are known.
    """

    assets: tuple[AssetBalance, ...]
    positions: tuple[HeldAmount, ...] | None = None
    """None where the answer has none (Portfolio Margin), or none that can be read."""
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    wallet_balance: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    margin_balance: Decimal | None = None
    position_initial_margin: Decimal | None = None
    open_order_initial_margin: Decimal | None = None
    cross_wallet_balance: Decimal | None = None
    cross_unrealized_pnl: Decimal | None = None
    available_balance: Decimal | None = None
    max_withdraw_amount: Decimal | None = None
    uni_mmr: Decimal | None = None
    """Portfolio Margin only, with the three below; see `tui.protocol.portfolio_margin`."""
    account_equity: Decimal | None = None
    actual_equity: Decimal | None = None
    account_status: str | None = None


class SymbolConfig(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"margin_type": "marginType", "is_auto_add_margin": "isAutoAddMargin"},
):
    """One entry of `GET /fapi/v1/symbolConfig`: what the position endpoints no longer tell."""

    symbol: str
    leverage: Decimal | None = None
    margin_type: str | None = None
    is_auto_add_margin: bool | None = None


class AccountConfig(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"dual_side_position": "dualSidePosition", "multi_assets_mode": "multiAssetsMargin"},
):
    """`GET /fapi/v1/accountConfig`: the modes of the account; the rest of the answer is not read."""

    dual_side_position: bool | None = None
    multi_assets_mode: bool | None = None


class SessionInformation(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"server_time_ms": "serverTime", "authorized_since_ms": "authorizedSince"},
):
    """The result of `session.logon`; the key it repeats is not read."""

    server_time_ms: TimeMs | None = None
    authorized_since_ms: TimeMs | None = None


class ServerTime(Row, frozen=True, gc=False, kw_only=True, rename={"server_time_ms": "serverTime"}):
    """The result of `time` and the body of `GET /fapi/v1/time`: Unix time in milliseconds."""

    server_time_ms: TimeMs


class ListenKey(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename={"listen_key": "listenKey"}):
    """The result of `userDataStream.start` and `.ping`; a secret: it opens the account's event stream."""

    listen_key: str | None = None

    def __repr__(self) -> str:
        return "ListenKey(…)"


class RateLimit(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"rate_limit_type": "rateLimitType", "interval_count": "intervalNum"},
):
    """One entry of `rateLimits`: what this IP address has used of one limit."""

    rate_limit_type: str
    interval: str = "MINUTE"
    interval_count: int = 1
    limit: int = 0
    count: int = 0


class ErrorData(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"server_time_ms": "serverTime", "retry_after_ms": "retryAfter"},
):
    """`error.data` of a 418 or 429: when the server will listen again, in Unix milliseconds."""

    server_time_ms: TimeMs | None = None
    retry_after_ms: TimeMs | None = None


class ErrorReply(Row, frozen=True, gc=False, kw_only=True, rename={"message": "msg"}):
    """The `error` of an answer: Binance's code and words."""

    code: int = 0
    message: str = ""
    data: ErrorData | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "message", clean(self.message, 200))


class Answer(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename={"rate_limits": "rateLimits"}):
    """The envelope of every answer; the result is decoded once it is known which request it answers."""

    id: str | int | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorReply | None = None
    rate_limits: tuple[RateLimit, ...] = ()
    event: msgspec.Raw = msgspec.Raw(b"")
