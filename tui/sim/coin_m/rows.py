"""The COIN-M account as Binance answers it: every symbol, flat ones too, and a balance a coin."""

from __future__ import annotations

from decimal import Decimal

from tui.sim.account import Book, Position, PositionSide
from tui.sim.amounts import ZERO, doubled, eight, eight_or_zero
from tui.sim.coin_m import formulas
from tui.sim.coin_m.account import CoinAccount
from tui.sim.coin_m.catalogue import CoinContract
from tui.sim.coin_m.market import CoinMarket
from tui.sim.formulas import Leg, initial_margin, maintenance_margin
from tui.sim.rows import Figures, Row, Snapshot

ALIAS = "SgsRmSimuCoin"
"""`accountAlias`, and `i` of events."""
HEDGE_SIDES: tuple[PositionSide, ...] = ("BOTH", "LONG", "SHORT")

ASSET_NAMES = (
    "asset",
    "walletBalance",
    "unrealizedProfit",
    "marginBalance",
    "maintMargin",
    "initialMargin",
    "positionInitialMargin",
    "openOrderInitialMargin",
    "maxWithdrawAmount",
    "crossWalletBalance",
    "crossUnPnl",
    "availableBalance",
    "updateTime",
)
"""Keys of `assets` in their order on the page of `GET /dapi/v1/account`."""


class CoinSnapshot(Snapshot):
    """One look at the COIN-M book with one set of prices. All amounts are in coin."""

    def __init__(self, account: CoinAccount, market: CoinMarket, book: Book) -> None:
        super().__init__(account, market, book)
        self.contracts = account.coin_contracts
        self.coin_market = market

    def figures_of(self, position: Position) -> Figures:
        """Notional, profit and margins of a position at its mark price."""
        contract = self.contracts[position.symbol]
        mark_price = self.market.mark_price(position.symbol)
        notional = formulas.coins(position.amount, contract.contract_size, mark_price)
        leverage = self.account.setting(position.symbol).leverage
        return Figures(
            notional,
            position.profit(mark_price),
            initial_margin(notional, leverage),
            ZERO,
            maintenance_margin(notional, contract.brackets),
        )

    def liquidation_price(self, position: Position) -> Decimal:
        """Liquidation price of a position; LONG and SHORT of a symbol in cross margin share one."""
        contract = self.contracts[position.symbol]
        if not position.amount:
            return ZERO
        if self.is_isolated(position):
            leg = Leg(position.amount, position.entry_price)
            return formulas.liquidation_price(
                position.isolated_wallet, [leg], contract.contract_size, contract.brackets
            )
        together = self.siblings(position)
        own = [self.figures[one.key] for one in together]
        maintenance, profit = self.pools[self.pool_of(position)]
        return formulas.liquidation_price(
            self.cross_wallet(self.asset_of(position)),
            [Leg(one.amount, one.entry_price) for one in together],
            contract.contract_size,
            contract.brackets,
            others_maintenance=maintenance - sum((one.maintenance for one in own), ZERO),
            others_profit=profit - sum((one.profit for one in own), ZERO),
        )

    def all_positions(
        self,
        *,
        margin_asset: str | None = None,
        pair: str | None = None,
        sides: tuple[PositionSide, ...] = (),
    ) -> list[Position]:
        """Every position that a question means, flat ones too: of all symbols, of a margin asset's or of a pair's."""
        sides = sides or (HEDGE_SIDES if self.account.dual_side else ("BOTH",))
        return [
            self.book.positions.get((contract.symbol, side)) or Position(contract.symbol, side)
            for contract in self.contracts.values()
            for side in sides
            if margin_asset in (None, contract.margin_asset) and pair in (None, contract.pair)
        ]

    def rest_row(self, position: Position) -> Row:
        """Row of `GET /dapi/v1/positionRisk`: a flat one has no mark price."""
        mark_price = self.market.mark_price(position.symbol) if position.amount else ZERO
        return {
            "symbol": position.symbol,
            "positionAmt": f"{position.amount:f}",
            "entryPrice": doubled(position.entry_price),
            "breakEvenPrice": doubled(position.break_even_price),
            "markPrice": eight(mark_price),
            "unRealizedProfit": eight(position.profit(mark_price)),
            "liquidationPrice": eight_or_zero(self.liquidation_price(position)),
        } | self.settings_of(position)

    def settings_of(self, position: Position) -> Row:
        """The second half of a row: what the account chose for the symbol."""
        is_isolated = self.is_isolated(position)
        isolated = position.isolated_wallet + self.figures_of(position).profit if is_isolated else ZERO
        return {
            "leverage": str(self.account.setting(position.symbol).leverage),
            "maxQty": self.max_quantity(position.symbol),
            "marginType": "isolated" if is_isolated else "cross",
            "isolatedMargin": eight(isolated),
            "isAutoAddMargin": "false",
            "positionSide": position.position_side,
            "updateTime": position.update_time_ms,
        }

    def socket_row(self, position: Position) -> Row:
        """Row of `account.position` of the WebSocket API: eight decimals, the mark price of flat rows too, and
        `notionalValue` and `isolatedWallet` besides."""
        row = self.rest_row(position)
        return row | {
            "entryPrice": eight(position.entry_price),
            "breakEvenPrice": eight(position.break_even_price),
            "markPrice": eight(self.market.mark_price(position.symbol)),
            "notionalValue": eight_or_zero(self.figures_of(position).notional),
            "isolatedWallet": eight_or_zero(position.isolated_wallet),
        }

    def max_quantity(self, symbol: str) -> str:
        """`maxQty`: the quantity of the coin that the chosen leverage allows."""
        leverage = self.account.setting(symbol).leverage
        caps = [one.cap for one in self.contracts[symbol].brackets if one.leverage >= leverage]
        return f"{caps[-1]:f}" if caps else "0"

    def account_row(self, position: Position) -> Row:
        """Row of `positions` in `GET /dapi/v1/account` and `account.status`."""
        figures = self.figures_of(position)
        return {
            "symbol": position.symbol,
            "positionAmt": f"{position.amount:f}",
            "initialMargin": eight_or_zero(figures.position_margin),
            "maintMargin": eight_or_zero(figures.maintenance),
            "unrealizedProfit": eight(figures.profit),
            "positionInitialMargin": eight_or_zero(figures.position_margin),
            "openOrderInitialMargin": "0",
            "leverage": str(self.account.setting(position.symbol).leverage),
            "isolated": self.is_isolated(position),
            "positionSide": position.position_side,
            "entryPrice": doubled(position.entry_price),
            "breakEvenPrice": doubled(position.break_even_price),
            "maxQty": self.max_quantity(position.symbol),
            "notionalValue": eight_or_zero(figures.notional),
            "isolatedWallet": eight_or_zero(position.isolated_wallet),
            "updateTime": position.update_time_ms,
        }

    def coin_row(self, asset: str) -> Row:
        """Row of `assets`: one coin. There are no totals over coins."""
        row = self.asset_row(asset)
        return {name: row[name] for name in ASSET_NAMES}

    def coin_status(self) -> Row:
        """Result of `GET /dapi/v1/account` and of `account.status`."""
        return {
            "assets": [self.coin_row(asset) for asset in self.book.wallets],
            "positions": [self.account_row(position) for position in self.all_positions()],
            "canDeposit": True,
            "canTrade": True,
            "canWithdraw": True,
            "feeTier": 0,
            "updateTime": 0,
        }

    def coin_balances(self) -> list[Row]:
        """Result of `GET /dapi/v1/balance` and of `account.balance`."""
        rows: list[Row] = []
        for asset in self.book.wallets:
            row = self.asset_row(asset)
            rows.append(
                {
                    "accountAlias": ALIAS,
                    "asset": asset,
                    "balance": row["walletBalance"],
                    "withdrawAvailable": row["maxWithdrawAmount"],
                }
                | {
                    name: row[name]
                    for name in ("crossWalletBalance", "crossUnPnl", "availableBalance", "updateTime")
                }
            )
        return rows


def symbol_status(contract: CoinContract, now_ms: int) -> str:
    """`contractStatus` of `exchangeInfo`: from its delivery on a contract is no longer traded."""
    return "DELIVERING" if now_ms >= contract.delivery_ms else "TRADING"
