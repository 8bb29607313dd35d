"""The account as Binance answers it: rows of positions, balances and totals (binance "V2"/"V3" account endpoints)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tui.sim.account import Account, Book, Key, Position
from tui.sim.amounts import ZERO, doubled, eight, eight_or_zero, stepped, trimmed
from tui.sim.formulas import Leg, initial_margin, liquidation_price, maintenance_margin
from tui.sim.market import Market

USD_PRICES = {
    "USDT": Decimal("0.99985"),
    "USDC": Decimal("0.99992"),
    "BNFCR": Decimal(1),
    "BNB": Decimal("860.13"),
    "BTC": Decimal("87248.47"),
    "ETH": Decimal("2967.99"),
}
"""What a unit of an asset counts in multi-assets mode (`GET /fapi/v1/assetIndex`, bid side); others count 1."""

Row = dict[str, object]

ACCOUNT_POSITION_NAMES = (
    "symbol",
    "positionSide",
    "positionAmt",
    "unRealizedProfit",
    "isolatedMargin",
    "notional",
    "isolatedWallet",
    "initialMargin",
    "maintMargin",
    "updateTime",
)
"""What `positions` of `v2/account.status` has of a row of `v2/account.position`; one name is spelled otherwise."""
BALANCE_NAMES = ("crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount", "updateTime")
"""What `v2/account.balance` has of a row of `assets`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The derived figures of one position, in its margin asset."""

    notional: Decimal
    profit: Decimal
    position_margin: Decimal
    order_margin: Decimal
    maintenance: Decimal


class Snapshot:
    """One look at a book with one set of prices; everything in an answer comes from the same look."""

    def __init__(self, account: Account, market: Market, book: Book) -> None:
        self.account = account
        self.market = market
        self.book = book

    @cached_property
    def figures(self) -> dict[Key, Figures]:
        """Figures of every position in the book."""
        return {position.key: self.figures_of(position) for position in self.book.positions.values()}

    def figures_of(self, position: Position) -> Figures:
        """Notional, profit and margins of a position at its mark price."""
        mark_price = self.market.mark_price(position.symbol)
        notional = position.amount * mark_price
        leverage = self.account.setting(position.symbol).leverage
        return Figures(
            notional,
            position.profit(mark_price),
            initial_margin(notional, leverage),
            initial_margin(max(position.bid_notional, position.ask_notional), leverage),
            maintenance_margin(notional, self.account.contracts[position.symbol].brackets),
        )

    def asset_of(self, position: Position) -> str:
        return self.account.contracts[position.symbol].margin_asset

    def is_isolated(self, position: Position) -> bool:
        return self.account.setting(position.symbol).is_isolated

    def pool_of(self, position: Position) -> str:
        """Name of the margin that stands behind a cross position: its asset, or all assets together."""
        return "USD" if self.account.multi_assets else self.asset_of(position)

    @cached_property
    def pools(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Maintenance margin and profit of all cross positions, a pool."""
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for position in self.book.positions.values():
            if not self.is_isolated(position):
                maintenance, profit = sums.get(self.pool_of(position), (ZERO, ZERO))
                figures = self.figures[position.key]
                sums[self.pool_of(position)] = (maintenance + figures.maintenance, profit + figures.profit)
        return sums

    def siblings(self, position: Position) -> list[Position]:
        """All positions of the same symbol, this one among them."""
        keys = ((position.symbol, side) for side in ("BOTH", "LONG", "SHORT"))
        return [self.book.positions[key] for key in keys if key in self.book.positions]

    def cross_wallet(self, asset: str) -> Decimal:
        """Cross wallet of an asset; in multi-assets mode the USD value of all of them."""
        contracts = self.account.contracts
        if not self.account.multi_assets:
            return self.book.cross_wallet(asset, contracts)
        return sum((self.book.cross_wallet(one, contracts) * usd(one) for one in self.book.wallets), ZERO)

    def liquidation_price(self, position: Position) -> Decimal:
        """Liquidation price of a position; LONG and SHORT of a symbol in cross margin share one."""
        if not position.amount:
            return ZERO
        table = self.account.contracts[position.symbol].brackets
        if self.is_isolated(position):
            leg = Leg(position.amount, position.entry_price)
            return liquidation_price(position.isolated_wallet, [leg], table)
        together = self.siblings(position)
        own = [self.figures[one.key] for one in together]
        maintenance, profit = self.pools[self.pool_of(position)]
        return liquidation_price(
            self.cross_wallet(self.asset_of(position)),
            [Leg(one.amount, one.entry_price) for one in together],
            table,
            others_maintenance=maintenance - sum((one.maintenance for one in own), ZERO),
            others_profit=profit - sum((one.profit for one in own), ZERO),
        )

    def position_rows(self, symbol: str | None = None) -> list[Row]:
        """Rows of `v2/account.position` and `GET /fapi/v3/positionRisk`, of all symbols or of one."""
        return [
            self.position_row(position)
            for position in self.book.positions.values()
            if symbol is None or position.symbol == symbol
        ]

    def position_row(self, position: Position) -> Row:
        """One row, in the order of keys and with the dress of numbers of the Chinese page of 2026."""
        figures = self.figures[position.key]
        isolated = position.isolated_wallet + figures.profit if self.is_isolated(position) else ZERO
        return {
            "symbol": position.symbol,
            "positionSide": position.position_side,
            "positionAmt": stepped(position.amount, self.account.contracts[position.symbol].step_size),
            "entryPrice": doubled(position.entry_price),
            "breakEvenPrice": doubled(position.break_even_price),
            "markPrice": eight(self.market.mark_price(position.symbol)),
            "unRealizedProfit": eight(figures.profit),
            "liquidationPrice": eight_or_zero(self.liquidation_price(position)),
            "isolatedMargin": eight_or_zero(isolated),
            "notional": eight_or_zero(figures.notional),
            "marginAsset": self.asset_of(position),
            "isolatedWallet": eight_or_zero(position.isolated_wallet),
            "initialMargin": eight_or_zero(figures.position_margin + figures.order_margin),
            "maintMargin": eight_or_zero(figures.maintenance),
            "positionInitialMargin": eight_or_zero(figures.position_margin),
            "openOrderInitialMargin": eight_or_zero(figures.order_margin),
            "adl": self.adl_quantile(position),
            "bidNotional": trimmed(position.bid_notional),
            "askNotional": trimmed(position.ask_notional),
            "updateTime": position.update_time_ms,
        }

    def adl_quantile(self, position: Position) -> int:
        """Place in the auto-deleveraging queue, 0 to 4: the more profit on the margin, the higher."""
        figures = self.figures[position.key]
        if not position.amount:
            return 0
        gain = figures.profit / figures.position_margin if figures.position_margin else ZERO
        return min(4, max(0, int(gain * 10) + 1))

    def account_positions(self) -> list[Row]:
        """Rows of `positions` in `v2/account.status`: no entry, mark or liquidation price there."""
        return [
            {
                ("unrealizedProfit" if name == "unRealizedProfit" else name): row[name]
                for name in ACCOUNT_POSITION_NAMES
            }
            for row in self.position_rows()
        ]

    def asset_row(self, asset: str) -> Row:
        """Row of `assets` in `v2/account.status`."""
        wallet = self.book.wallets[asset]
        sums = self.sums(
            position for position in self.book.positions.values() if self.asset_of(position) == asset
        )
        cross_wallet = self.book.cross_wallet(asset, self.account.contracts)
        available = self.available_balance(asset)
        return {
            "asset": asset,
            "walletBalance": eight(wallet.balance),
            "unrealizedProfit": eight(sums.profit),
            "marginBalance": eight(wallet.balance + sums.profit),
            "maintMargin": eight(sums.maintenance),
            "initialMargin": eight(sums.position_margin + sums.order_margin),
            "positionInitialMargin": eight(sums.position_margin),
            "openOrderInitialMargin": eight(sums.order_margin),
            "crossWalletBalance": eight(cross_wallet),
            "crossUnPnl": eight(sums.cross_profit),
            "availableBalance": eight(available),
            "maxWithdrawAmount": eight(max(ZERO, min(available, cross_wallet))),
            "updateTime": wallet.update_time_ms,
        }

    def sums(self, positions: Iterable[Position]) -> Sums:
        """Add up the figures of positions, plainly."""
        total = Sums()
        for position in positions:
            total.add(self.figures[position.key], is_isolated=self.is_isolated(position))
        return total

    def sums_in_usd(self) -> Sums:
        """Add up all positions as USD, as the totals of multi-assets mode do."""
        total = Sums()
        for asset in self.book.wallets:
            part = self.sums(one for one in self.book.positions.values() if self.asset_of(one) == asset)
            total.add_scaled(part, usd(asset))
        return total

    def available_balance(self, asset: str) -> Decimal:
        """What an asset can still open with: cross wallet + cross profit - initial margin of cross, not below 0."""
        if self.account.multi_assets:
            sums = self.sums_in_usd()
            return max(ZERO, self.cross_wallet(asset) + sums.cross_profit - sums.cross_margin) / usd(asset)
        sums = self.sums(one for one in self.book.positions.values() if self.asset_of(one) == asset)
        return max(ZERO, self.cross_wallet(asset) + sums.cross_profit - sums.cross_margin)

    def account_status(self) -> Row:
        """Result of `v2/account.status` and `GET /fapi/v3/account`: totals of USDT alone in single-asset mode,
        of everything in USD in multi-assets mode."""
        if self.account.multi_assets:
            sums = self.sums_in_usd()
            wallet = sum((one.balance * usd(asset) for asset, one in self.book.wallets.items()), ZERO)
            available = self.available_balance("USDT") * usd("USDT")
        else:
            sums = self.sums(one for one in self.book.positions.values() if self.asset_of(one) == "USDT")
            wallet = self.book.wallets["USDT"].balance
            available = self.available_balance("USDT")
        cross_wallet = self.cross_wallet("USDT")
        return {
            "totalInitialMargin": eight(sums.position_margin + sums.order_margin),
            "totalMaintMargin": eight(sums.maintenance),
            "totalWalletBalance": eight(wallet),
            "totalUnrealizedProfit": eight(sums.profit),
            "totalMarginBalance": eight(wallet + sums.profit),
            "totalPositionInitialMargin": eight(sums.position_margin),
            "totalOpenOrderInitialMargin": eight(sums.order_margin),
            "totalCrossWalletBalance": eight(cross_wallet),
            "totalCrossUnPnl": eight(sums.cross_profit),
            "availableBalance": eight(available),
            "maxWithdrawAmount": eight(max(ZERO, min(available, cross_wallet))),
            "assets": [self.asset_row(asset) for asset in self.book.wallets],
            "positions": self.account_positions(),
        }

    def balance_rows(self) -> list[Row]:
        """Result of `v2/account.balance` and `GET /fapi/v3/balance`."""
        rows: list[Row] = []
        for asset in self.book.wallets:
            row = self.asset_row(asset)
            head: Row = {"accountAlias": "SgsRmSimuSim", "asset": asset, "balance": row["walletBalance"]}
            rows.append(head | {name: row[name] for name in BALANCE_NAMES} | {"marginAvailable": True})
        return rows


class Sums:
    """Figures added up over positions."""

    def __init__(self) -> None:
        self.profit = ZERO
        self.cross_profit = ZERO
        self.position_margin = ZERO
        self.order_margin = ZERO
        self.cross_margin = ZERO
        self.maintenance = ZERO

    def add(self, figures: Figures, *, is_isolated: bool) -> None:
        """Count one position in; an isolated one is not part of the cross figures, but for its orders."""
        self.profit += figures.profit
        self.position_margin += figures.position_margin
        self.order_margin += figures.order_margin
        self.maintenance += figures.maintenance
        self.cross_margin += figures.order_margin
        if not is_isolated:
            self.cross_profit += figures.profit
            self.cross_margin += figures.position_margin

    def add_scaled(self, other: Sums, factor: Decimal) -> None:
        """Count other sums in, each times a factor."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value * factor)


def usd(asset: str) -> Decimal:
    """What a unit of an asset counts in multi-assets mode, in USD."""
    return USD_PRICES.get(asset, Decimal(1))
