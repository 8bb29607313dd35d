"""The true COIN-M book of the account: positions in contracts, wallets in coin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from tui.sim.account import Account, Fill, Position, PositionSide
from tui.sim.amounts import ZERO
from tui.sim.catalogue import Contract
from tui.sim.coin_m import formulas
from tui.sim.coin_m.catalogue import CoinContract


@dataclass(frozen=True, slots=True)
class CoinPosition(Position):
    """One position in contracts; cost, wallet and profit are in coin."""

    contract_size: Decimal = Decimal(10)

    @property
    def break_even_price(self) -> Decimal:
        return formulas.break_even_price(self.amount, self.contract_size, self.cost)

    def profit(self, mark_price: Decimal) -> Decimal:
        return formulas.unrealized_profit(self.amount, self.contract_size, self.entry_price, mark_price)


class CoinAccount(Account):
    """The COIN-M side of the account and its history. Each coin stands for itself: there is no multi-assets mode."""

    def __init__(self, contracts: dict[str, CoinContract], *, dual_side: bool) -> None:
        super().__init__(dict[str, Contract](contracts), dual_side=dual_side, multi_assets=False)
        self.coin_contracts = contracts

    def position(self, symbol: str, position_side: PositionSide) -> Position:
        """The position of a key; a flat one when there is none."""
        return self.book.positions.get((symbol, position_side)) or CoinPosition(
            symbol, position_side, contract_size=self.coin_contracts[symbol].contract_size
        )

    def sides(self, symbol: str) -> list[Position]:
        """What an ACCOUNT_UPDATE tells of a symbol beside its BOTH row: in hedge mode LONG and SHORT."""
        if not self.dual_side:
            return [self.position(symbol, "BOTH")]
        return [self.position(symbol, "LONG"), self.position(symbol, "SHORT")]

    def trade(self, fill: Fill) -> Fill:
        """Apply a trade of whole contracts; returns it with its realised profit in coin and whether it reduced."""
        size = self.coin_contracts[fill.symbol].contract_size
        before = self.position(fill.symbol, fill.position_side)
        quantity = fill.quantity if fill.side == "BUY" else -fill.quantity
        after_amount = before.amount + quantity
        closed = min(abs(quantity), abs(before.amount)) if before.amount * quantity < 0 else ZERO
        signed = closed if before.amount > 0 else -closed
        realized = formulas.unrealized_profit(signed, size, before.entry_price, fill.price)
        after = replace(
            before,
            amount=after_amount,
            entry_price=formulas.entry_price_after(before.amount, before.entry_price, quantity, fill.price),
            cost=formulas.cost_after(before.cost, before.amount, quantity, size, fill.price, fill.fee),
            isolated_wallet=self.isolated_wallet_after(before, after_amount, fill.price),
            update_time_ms=fill.time_ms,
        )
        self.realized[before.key] = self.realized.get(before.key, ZERO) + realized
        asset = self.contracts[fill.symbol].margin_asset
        balance = self.book.wallets[asset].balance + realized - fill.fee
        self.put(fill.time_ms, after, wallets={asset: balance})
        return replace(fill, realized=realized, reduces=bool(closed))

    def isolated_wallet_after(self, before: Position, after_amount: Decimal, price: Decimal) -> Decimal:
        """Isolated wallet in coin once the contracts have changed; 0 in cross margin."""
        setting = self.setting(before.symbol)
        if not setting.is_isolated:
            return ZERO
        size = self.coin_contracts[before.symbol].contract_size
        if before.amount * after_amount <= 0:
            return abs(formulas.coins(after_amount, size, price)) / setting.leverage
        grown = abs(after_amount) - abs(before.amount)
        if grown >= 0:
            return before.isolated_wallet + formulas.coins(grown, size, price) / setting.leverage
        return before.isolated_wallet * after_amount / before.amount
