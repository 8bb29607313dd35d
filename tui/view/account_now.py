"""The account's totals at this moment: those of the snapshot, with PNL moved on by the marks where that is exact."""

from decimal import Decimal

import msgspec

from tui.book.account import Account
from tui.book.figures import ratio
from tui.book.health import MARK_LIMIT_MS
from tui.view.moment import BookNow


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
    has no mark price the snapshot's own PNL stands for as long as a mark price would. In multi-assets mode the rates
    of the assets are Binance's own, so the snapshot stands, with its age once that is more than a mark price's.
    """
    account = now.book.account
    if account is None:
        return None
    if not now.is_account_fresh:
        return AccountNow(account, False, None, None)
    wallet_balance = account.wallet_balance
    is_sum = account.counts_usdt_only and now.book.only_symbol is None
    pnl = now.rows.pnl("USDT") if is_sum else None
    if pnl is not None and wallet_balance is not None:
        return AccountNow(account, True, pnl, wallet_balance + pnl)
    is_aged = now.time_ms - account.snapshot_ms > MARK_LIMIT_MS
    if is_aged and account.counts_usdt_only:
        return AccountNow(account, True, None, None)
    return AccountNow(account, True, account.unrealized_pnl, account.margin_balance, is_aged)
