"""The account's totals at this moment: those of the snapshot, with PNL moved on by the marks where that is exact."""

from decimal import Decimal

import msgspec

from tui.book.account import Account, Asset
from tui.book.figures import ratio
from tui.book.health import MARK_LIMIT_MS
from tui.view.moment import BookNow, plus


class AccountNow(msgspec.Struct, frozen=True):
    """What may be shown of the totals."""

    account: Account
    is_fresh: bool
    """Whether the snapshot holds: told since the last gap, and not too long ago."""
    unrealized_pnl: Decimal | None
    margin_balance: Decimal | None
    is_aged: bool = False
    """Whether PNL and margin balance are the snapshot's own, and older than a mark price may be."""

    @property
    def has_margins(self) -> bool:
        """Whether margins and what is available hold: no event has changed what they are made from."""
        return self.is_fresh and self.account.has_margins

    @property
    def margin_ratio(self) -> Decimal | None:
        """maintenance margin ÷ margin balance; None when it does not hold."""
        return ratio(self.account.maintenance_margin, self.margin_balance) if self.has_margins else None


def account_now(now: BookNow) -> AccountNow | None:
    """Say what holds of the totals now; None before the first snapshot.

    In single-asset mode PNL is the sum over the rows, so that panel and table agree between two snapshots; while a row
    has no mark price, or not every row is known, the snapshot's own PNL stands for as long as a mark price would. In
    multi-assets mode the rates of the assets are Binance's own, so the snapshot stands, with its age once that is more
    than a mark price's. An event that came after the snapshot takes its figures away.
    """
    account = now.book.account
    if account is None:
        return None
    if not now.is_account_fresh:
        return AccountNow(account, False, None, None)
    wallet_balance = account.wallet_balance
    pnl = now.pnl("USDT") if account.counts_usdt_only else None
    if pnl is not None and wallet_balance is not None:
        return AccountNow(account, True, pnl, wallet_balance + pnl)
    is_aged = now.time_ms - account.snapshot_ms > MARK_LIMIT_MS
    if not account.has_margins or (is_aged and account.counts_usdt_only):
        return AccountNow(account, True, None, None)
    return AccountNow(account, True, account.unrealized_pnl, account.margin_balance, is_aged)


class AssetNow(msgspec.Struct, frozen=True):
    """What may be shown of one asset beside its wallet."""

    asset: Asset
    has_margins: bool
    unrealized_pnl: Decimal | None = None
    margin_balance: Decimal | None = None

    @property
    def margin_ratio(self) -> Decimal | None:
        """maintenance margin ÷ margin balance; None when it does not hold."""
        return ratio(self.asset.maintenance_margin, self.margin_balance) if self.has_margins else None


def asset_now(now: BookNow, told: AccountNow, asset: Asset) -> AssetNow:
    """Say what holds of an asset: the sum over its rows, or the snapshot's own PNL for as long as a mark price would."""
    pnl = now.pnl(asset.asset) if told.is_fresh else None
    if pnl is not None:
        return AssetNow(asset, told.has_margins, pnl, plus(asset.wallet_balance, pnl))
    if told.has_margins and now.time_ms - told.account.snapshot_ms <= MARK_LIMIT_MS:
        return AssetNow(asset, True, asset.unrealized_pnl, asset.margin_balance)
    return AssetNow(asset, told.has_margins)
