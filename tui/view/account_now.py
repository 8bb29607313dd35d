"""The account's totals at this moment: those of the snapshot, with PNL moved on by the marks where that is exact."""

from decimal import Decimal

import msgspec

from tui.book.account import Account
from tui.book.health import MARK_LIMIT_MS, Transport
from tui.view.moment import Moment


class AccountNow(msgspec.Struct, frozen=True):
    """What may be shown of the totals."""

    account: Account
    is_fresh: bool
    """Whether the snapshot holds: told since the last gap, and not too long ago."""
    unrealized_pnl: Decimal | None
    margin_balance: Decimal | None

    @property
    def margin_ratio(self) -> Decimal | None:
        """maintenance margin ÷ margin balance; None when it does not hold."""
        maintenance_margin = self.account.maintenance_margin
        if not self.is_fresh or maintenance_margin is None or not self.margin_balance:
            return None
        return maintenance_margin / self.margin_balance


def account_now(moment: Moment) -> AccountNow | None:
    """Say what holds of the totals now; None before the first snapshot.

    In single-asset mode PNL is the sum over the rows, so that panel and table agree between two snapshots; while a row
    has no mark price the snapshot's own PNL stands for as long as a mark price would. In multi-assets mode the rates
    of the assets are Binance's own, so the snapshot stands.
    """
    account = moment.book.account
    if account is None:
        return None
    if not moment.is_account_fresh:
        return AccountNow(account, False, None, None)
    wallet_balance, pnl = account.wallet_balance, _live_pnl(moment)
    if pnl is not None and wallet_balance is not None:
        return AccountNow(account, True, pnl, wallet_balance + pnl)
    if _is_polled(moment) or moment.time_ms - account.snapshot_ms <= MARK_LIMIT_MS:
        return AccountNow(account, True, account.unrealized_pnl, account.margin_balance)
    return AccountNow(account, True, None, None)


def _is_polled(moment: Moment) -> bool:
    """Whether the snapshot's own figures stand: nothing moves them, or only Binance knows the rates."""
    account, mark = moment.book.account, moment.book.health.mark
    has_marks = mark.transport is Transport.OPEN and mark.data_ms is not None
    return not has_marks or account is None or not account.counts_usdt_only


def _live_pnl(moment: Moment) -> Decimal | None:
    if _is_polled(moment) or moment.book.only_symbol is not None:
        return None
    return moment.rows.usdt_pnl
