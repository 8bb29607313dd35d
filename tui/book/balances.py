"""What is known of the account: its totals and assets, merged from snapshots and from events that are newer."""

from collections.abc import Iterable
from decimal import Decimal

from tui.book import margins
from tui.book.account import Account, Asset
from tui.book.merge import LAG_MS
from tui.book.position import Position
from tui.protocol.events import BalanceChange, RiskLevelChange
from tui.protocol.replies import AccountInformation

RISK_FIGURES = ("uni_mmr", "account_status", "account_equity", "actual_equity", "maintenance_margin")
TOTALS = (
    "initial_margin", "maintenance_margin", "wallet_balance", "unrealized_pnl", "margin_balance",
    "position_initial_margin", "open_order_initial_margin", "cross_wallet_balance", "cross_unrealized_pnl",
    "available_balance", "max_withdraw_amount",
)  # fmt: skip
"""What counts USDT alone or all assets, as the asset mode has it."""


class Balances:
    """The account of one book, and when each part of it was last told."""

    def __init__(self, account: str, book: str) -> None:
        self._name, self._book = account, book
        self.account: Account | None = None
        """None before the first snapshot."""
        self._told: margins.Told | None = None
        self._balance_times: dict[str, int] = {}
        self._risk_ms = 0
        self._mode_ms = 0
        self._held_ms = 0
        """When a position or a balance last changed."""
        self._leverage_ms = 0

    def begin_epoch(self) -> None:
        """Forget when it was told: a change may have been told to nobody."""
        self._balance_times.clear()
        self._risk_ms = 0
        if self.account is not None:
            self.account.multi_assets_mode = None

    def forget_future(self, time_ms: int) -> None:
        """After a clock was corrected: nothing has happened later than now."""
        if self.account is not None:
            self.account.snapshot_ms = min(self.account.snapshot_ms, time_ms - 1)
        self._held_ms, self._leverage_ms = min(self._held_ms, time_ms), min(self._leverage_ms, time_ms)
        self._mode_ms = min(self._mode_ms, time_ms)

    def note_change(self, time_ms: int) -> None:
        """Note that a position or a balance has changed, and with it every margin."""
        self._held_ms = max(self._held_ms, time_ms)

    def note_leverage(self, time_ms: int) -> None:
        """Note that a leverage has changed."""
        self._leverage_ms = time_ms

    def take(self, information: AccountInformation, asked_ms: int) -> None:
        """Take a snapshot; balances that an event told later than it stay."""
        known = self.account
        assets = tuple(
            Asset(**{name: getattr(asset, name) for name in Asset.__struct_fields__})
            for asset in information.assets
        )
        totals = {
            name: getattr(information, name)
            for name in information.__struct_fields__
            if name not in ("assets", "positions")
        }
        account = Account(
            account=self._name,
            book=self._book,
            **totals,
            assets=assets,
            multi_assets_mode=None if known is None else known.multi_assets_mode,
            snapshot_ms=asked_ms,
        )
        if known is not None:
            self._keep_newer(account, known, asked_ms - LAG_MS)
        self.account = account
        self._told = margins.told_by(information, asked_ms)
        if not margins.is_late_enough(self._told, self._mode_ms):
            _forget_totals(account)

    def _keep_newer(self, account: Account, known: Account, oldest_ms: int) -> None:
        """Keep what was told later than a snapshot that may be as old as this."""
        for asset in account.assets:
            told = known.asset(asset.asset)
            if told is not None and self._balance_times.get(asset.asset, 0) > oldest_ms:
                _set_balances(account, asset, told.wallet_balance, told.cross_wallet_balance)
        if self._risk_ms > oldest_ms:
            for name in RISK_FIGURES:
                setattr(account, name, getattr(known, name))

    def apply_balance(self, change: BalanceChange, time_ms: int) -> None:
        """Take an asset's balances from an event; Portfolio Margin's tells one of the wallets that its total has."""
        asset = None if self.account is None or self._book == "pm" else self.account.asset(change.asset)
        if self.account is None or asset is None or time_ms < self._balance_times.get(change.asset, 0):
            return
        self._balance_times[change.asset] = time_ms
        _set_balances(self.account, asset, change.wallet_balance, change.cross_wallet_balance)

    def apply_risk_level(self, event: RiskLevelChange) -> None:
        """Take uniMMR and equity from an event, unless they are older than what is known."""
        account = self.account
        if account is None or event.event_time_ms < max(self._risk_ms, account.snapshot_ms):
            return
        self._risk_ms = event.event_time_ms
        for name in RISK_FIGURES:
            told = getattr(event, name)
            if told not in (None, ""):
                setattr(account, name, told)

    def apply_asset_mode(self, multi_assets_mode: bool | None, time_ms: int) -> None:
        """Take the asset mode from an event: what the totals count is another now."""
        if self.account is not None:
            self._mode_ms = time_ms
            self.account.multi_assets_mode = multi_assets_mode
            _forget_totals(self.account)

    def take_asset_mode(self, multi_assets_mode: bool | None, asked_ms: int) -> bool:
        """Take the asset mode from an answer; return False when a later event has told it."""
        if asked_ms < self._mode_ms:
            return False
        if self.account is not None and multi_assets_mode is not None:
            self.account.multi_assets_mode = multi_assets_mode
        return True

    def judge_margins(self, positions: Iterable[Position], *, is_narrowed: bool) -> None:
        """Say whether the margins are those of the positions and balances that are known by now.

        `is_narrowed`: only a part of the account's positions is known.
        """
        account, told = self.account, self._told
        if account is None or told is None:
            return
        settings_ms = max(self._leverage_ms, self._mode_ms)
        account.has_margins = margins.is_late_enough(told, max(self._held_ms, settings_ms)) or (
            margins.is_late_enough(told, settings_ms)
            and not is_narrowed
            and margins.agrees(
                told, positions, {asset.asset: asset.wallet_balance for asset in account.assets}
            )
        )


def _forget_totals(account: Account) -> None:
    """The asset mode has changed, and with it what the totals count."""
    for name in TOTALS:
        setattr(account, name, None)


def _set_balances(
    account: Account, asset: Asset, wallet: Decimal | None, cross_wallet: Decimal | None
) -> None:
    """Write an asset's balances, and the totals too where they are this asset's own."""
    if asset.asset == "USDT" and account.counts_usdt_only:
        account.wallet_balance, account.cross_wallet_balance = wallet, cross_wallet
    asset.wallet_balance, asset.cross_wallet_balance = wallet, cross_wallet
