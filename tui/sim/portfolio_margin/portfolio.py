"""The account under Portfolio Margin: one equity behind the USD-M book, the COIN-M book and a cross margin wallet."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tui.sim.account import Position
from tui.sim.amounts import ONE, ZERO
from tui.sim.coin_m.rows import CoinSnapshot
from tui.sim.listen_keys import ListenKeys
from tui.sim.portfolio_margin.setup import PortfolioSetup
from tui.sim.rows import USD_PRICES, Snapshot

COLLATERAL_RATES = {
    "USDT": ONE,
    "USDC": ONE,
    "BTC": Decimal("0.95"),
    "ETH": Decimal("0.95"),
    "BNB": Decimal("0.95"),
}
"""Part of an asset's worth that counts as equity; any other counts nine tenths. What is owed counts in full."""
OTHER_RATE = Decimal("0.9")
NO_MAINTENANCE = Decimal(99_999_999)
"""`uniMMR` of an account that needs no maintenance margin: larger is safer. The pages do not say what Binance sends."""
BANDS = (
    (Decimal("1.05"), "FORCE_LIQUIDATION"),
    (Decimal("1.2"), "REDUCE_ONLY"),
    (Decimal("1.5"), "MARGIN_CALL"),
)
"""`accountStatus` at and below a uniMMR."""


@dataclass(slots=True)
class MarginWallet:
    """The cross margin wallet of one asset."""

    free: Decimal = ZERO
    locked: Decimal = ZERO
    borrowed: Decimal = ZERO
    interest: Decimal = ZERO
    update_time_ms: int = 0

    @property
    def net(self) -> Decimal:
        """What is left of it when loans are paid back."""
        return self.free + self.locked - self.borrowed - self.interest


@dataclass(frozen=True, slots=True)
class Standing:
    """The account as a whole, in USD (page "Account Information" of Portfolio Margin)."""

    equity: Decimal
    """Each asset times its collateral rate."""
    actual_equity: Decimal
    """The same without collateral rates."""
    initial_margin: Decimal
    maintenance_margin: Decimal

    @property
    def uni_mmr(self) -> Decimal:
        """Equity / maintenance margin."""
        return self.equity / self.maintenance_margin if self.maintenance_margin else NO_MAINTENANCE

    @property
    def status(self) -> str:
        """`accountStatus`."""
        return next((name for most, name in BANDS if self.uni_mmr <= most), "NORMAL")


class Portfolio:
    """What only an account under Portfolio Margin has."""

    def __init__(self, setup: PortfolioSetup, *, seed: int) -> None:
        self.setup = setup
        self.random = random.Random(f"{seed} portfolio margin")
        self.listen_keys: ListenKeys
        self.wallets = {asset: MarginWallet(free=Decimal(free)) for asset, free in setup.free.items()}
        for asset, borrowed in setup.borrowed.items():
            self.wallet(asset).borrowed = Decimal(borrowed)
        self.status = "NORMAL"
        """The status that was told last."""
        self.transaction = self.random.randrange(10**18, 2 * 10**18)

    def wallet(self, asset: str) -> MarginWallet:
        """The cross margin wallet of an asset, to be changed."""
        return self.wallets.setdefault(asset, MarginWallet())

    def look(self, asset: str) -> MarginWallet:
        """The cross margin wallet of an asset, to be read; an empty one of what there is none of."""
        return self.wallets.get(asset) or MarginWallet()

    def new_id(self) -> int:
        """A number for a transaction, 19 digits long."""
        self.transaction += self.random.randrange(1, 10**9)
        return self.transaction


class Books:
    """One look at everything: USD-M, COIN-M and the cross margin wallet."""

    def __init__(self, linear: Snapshot, coin: CoinSnapshot, portfolio: Portfolio) -> None:
        self.linear = linear
        self.coin = coin
        self.portfolio = portfolio

    def usd(self, asset: str) -> Decimal:
        """USD a unit of an asset, by index price."""
        if price := self.coin.coin_market.coin_price(asset):
            return price
        if asset in USD_PRICES:
            return USD_PRICES[asset]
        symbol = f"{asset}USDT"
        return self.linear.market.index_price(symbol) if symbol in self.linear.market.contracts else ONE

    def assets(self) -> list[str]:
        """Every asset that any of the three has something of."""
        coins = [asset for asset, wallet in self.coin.book.wallets.items() if wallet.balance]
        return list(dict.fromkeys([*self.linear.book.wallets, *coins, *self.portfolio.wallets]))

    @cached_property
    def standing(self) -> Standing:
        """Equity and margins of the account."""
        equity = actual = initial = maintenance = ZERO
        for asset in self.assets():
            price = self.usd(asset)
            value = self.portfolio.look(asset).net * price
            for snapshot in (self.linear, self.coin):
                if asset in snapshot.book.wallets:
                    sums = snapshot.sums(positions_of(snapshot, asset))
                    value += (snapshot.book.wallets[asset].balance + sums.profit) * price
                    initial += (sums.position_margin + sums.order_margin) * price
                    maintenance += sums.maintenance * price
            actual += value
            equity += value * COLLATERAL_RATES.get(asset, OTHER_RATE) if value > 0 else value
        return Standing(equity, actual, initial, maintenance)


def positions_of(snapshot: Snapshot, asset: str) -> Iterable[Position]:
    """The positions of a book that settle in an asset."""
    return [position for position in snapshot.book.positions.values() if snapshot.asset_of(position) == asset]
