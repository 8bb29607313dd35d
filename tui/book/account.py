"""The account: totals as the exchange gives them, and its assets."""

from decimal import Decimal

import msgspec


class Asset(msgspec.Struct, kw_only=True, eq=False):
    """One margin asset of the account; amounts are in that asset."""

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
    update_time_ms: int | None = None


class Account(msgspec.Struct, kw_only=True, eq=False):
    """Totals of one book of one account, as its last snapshot told them.

    In single-asset mode the totals count USDT only, in multi-assets mode they are USD values of everything.
    """

    account: str
    book: str
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
    """Portfolio Margin: adjusted equity ÷ maintenance margin; larger is safer, at 1.05 the account is liquidated."""
    account_equity: Decimal | None = None
    """Portfolio Margin: in USD, collateral counted at its rate."""
    actual_equity: Decimal | None = None
    """Portfolio Margin: in USD, collateral counted in full."""
    account_status: str | None = None
    """Portfolio Margin: `NORMAL`, `MARGIN_CALL`, `REDUCE_ONLY`, `FORCE_LIQUIDATION` and others."""
    assets: tuple[Asset, ...] = ()
    multi_assets_mode: bool | None = None
    """None until a message says it; see `counts_usdt_only`."""
    snapshot_ms: int = 0
    """Exchange time of the snapshot."""
    has_margins: bool = True
    """Whether margins and what is available are those of the positions and balances of now."""

    def asset(self, name: str) -> Asset | None:
        """Return the asset of that name, or None."""
        return next((asset for asset in self.assets if asset.asset == name), None)

    @property
    def counts_usdt_only(self) -> bool:
        """Whether the totals are USDT's own: said by the exchange, or seen by their being USDT's figures."""
        if self.multi_assets_mode is not None:
            return not self.multi_assets_mode
        usdt = self.asset("USDT")
        return (
            usdt is not None
            and usdt.wallet_balance is not None
            and usdt.wallet_balance == self.wallet_balance
        )
