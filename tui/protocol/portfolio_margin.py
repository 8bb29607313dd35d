"""Portfolio Margin answers and events (pages "Account Information", "Account Balance" and "User Data Streams", PM)."""

from decimal import Decimal

from tui.protocol.replies import AccountInformation, AssetBalance, Row, TimeMs


class PortfolioAccount(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "uni_mmr": "uniMMR",
        "account_equity": "accountEquity",
        "actual_equity": "actualEquity",
        "initial_margin": "accountInitialMargin",
        "maintenance_margin": "accountMaintMargin",
        "account_status": "accountStatus",
        "virtual_max_withdraw_amount": "virtualMaxWithdrawAmount",
        "available_balance": "totalAvailableBalance",
        "update_time_ms": "updateTime",
    },
):
    """`GET /papi/v1/account`; amounts are in USD.

    `uni_mmr` is adjusted equity ÷ maintenance margin: larger is safer, at 1.05 the account is liquidated.
    """

    uni_mmr: Decimal | None = None
    account_equity: Decimal | None = None
    actual_equity: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    account_status: str | None = None
    virtual_max_withdraw_amount: Decimal | None = None
    available_balance: Decimal | None = None
    update_time_ms: TimeMs | None = None


class PortfolioBalance(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "wallet_balance": "totalWalletBalance",
        "cross_wallet_balance": "crossMarginAsset",
        "um_unrealized_pnl": "umUnrealizedPNL",
        "cm_unrealized_pnl": "cmUnrealizedPNL",
        "available_balance": "crossMarginFree",
        "update_time_ms": "updateTime",
    },
):
    """One entry of `GET /papi/v1/balance`; amounts are in that asset, and may be negative or ""."""

    asset: str
    wallet_balance: Decimal | None = None
    cross_wallet_balance: Decimal | None = None
    um_unrealized_pnl: Decimal | None = None
    cm_unrealized_pnl: Decimal | None = None
    available_balance: Decimal | None = None
    update_time_ms: TimeMs | None = None

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """Of both books together; None when Binance says neither."""
        known = [pnl for pnl in (self.um_unrealized_pnl, self.cm_unrealized_pnl) if pnl is not None]
        return sum(known, Decimal(0)) if known else None


def account_information(
    account: PortfolioAccount, balances: tuple[PortfolioBalance, ...]
) -> AccountInformation:
    """Put both answers into the one form that a book reads."""
    assets = tuple(
        AssetBalance(
            asset=balance.asset,
            wallet_balance=balance.wallet_balance,
            cross_wallet_balance=balance.cross_wallet_balance,
            unrealized_pnl=balance.unrealized_pnl,
            available_balance=balance.available_balance,
            update_time_ms=balance.update_time_ms,
        )
        for balance in balances
    )
    return AccountInformation(
        assets=assets,
        uni_mmr=account.uni_mmr,
        account_equity=account.account_equity,
        actual_equity=account.actual_equity,
        initial_margin=account.initial_margin,
        maintenance_margin=account.maintenance_margin,
        account_status=account.account_status,
        available_balance=account.available_balance,
        max_withdraw_amount=account.virtual_max_withdraw_amount,
    )
