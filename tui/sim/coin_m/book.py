"""The COIN-M half of the simulated exchange: its market, the account's side of it, its listen key."""

from __future__ import annotations

import random
from decimal import Decimal

from tui.sim.account import Setting
from tui.sim.amounts import ZERO
from tui.sim.coin_m import formulas
from tui.sim.coin_m.account import CoinAccount, CoinPosition
from tui.sim.coin_m.catalogue import coin_contracts, margin_assets, symbol_of
from tui.sim.coin_m.market import CoinMarket
from tui.sim.coin_m.rows import CoinSnapshot
from tui.sim.coin_m.setup import CoinSetup
from tui.sim.holdings import Holding
from tui.sim.listen_keys import ListenKeys

FEE = Decimal("0.0005")
"""Taker fee, in coin."""


class CoinM:
    """Everything COIN-M behind the sockets. Chance has dice of its own here, so that USD-M goes the same way with
    COIN-M beside it and without."""

    def __init__(
        self, setup: CoinSetup, *, dual_side: bool, seed: int, wall_ms: int, funding_interval_ms: int
    ) -> None:
        self.setup = setup
        self.random = random.Random(f"{seed} coin-m")
        contracts = dict(coin_contracts(wall_ms) if setup.contracts is None else setup.contracts)
        self.market = CoinMarket(
            contracts, seed=seed, wall_ms=wall_ms, funding_interval_ms=funding_interval_ms
        )
        self.account = CoinAccount(contracts, dual_side=dual_side)
        self.listen_keys: ListenKeys
        self.next_id = self.random.randrange(10**9, 2 * 10**9)

    def start(self, now_ms: int) -> None:
        """Fill wallets and open the scenario's positions, some time ago and without events."""
        account = self.account
        coins = margin_assets(account.coin_contracts.values())
        account.put(0, wallets=dict.fromkeys(coins, ZERO))
        balances = {asset: Decimal(balance) for asset, balance in self.setup.wallets.items()}
        account.put(now_ms - 3_600_000, wallets=balances)
        for age, holding in enumerate(self.setup.holdings):
            position = self.held(holding, now_ms - 3_450_000 + 83_017 * age)
            account.put(now_ms - 3_600_000, position)

    def held(self, holding: Holding, time_ms: int) -> CoinPosition:
        """A position of the scenario, bought at its entry price with a taker's fee."""
        symbol = symbol_of(holding.symbol, self.account.coin_contracts)
        self.account.settings[symbol] = Setting(holding.leverage, holding.is_isolated)
        contract = self.account.coin_contracts[symbol]
        amount = Decimal(holding.amount)
        entry = (contract.price * Decimal(holding.entry)).quantize(contract.tick_size)
        worth = abs(formulas.coins(amount, contract.contract_size, entry))
        return CoinPosition(
            symbol,
            holding.position_side,
            amount,
            entry,
            formulas.coins(amount, contract.contract_size, entry) - worth * FEE,
            isolated_wallet=worth / holding.leverage if holding.is_isolated else ZERO,
            update_time_ms=time_ms,
            contract_size=contract.contract_size,
        )

    def new_id(self) -> int:
        """A number for an order or a trade."""
        self.next_id += self.random.randrange(1, 40)
        return self.next_id

    def snapshot(self, seen_ms: int | None = None) -> CoinSnapshot:
        """The account now, or as it was at a time."""
        book = self.account.book if seen_ms is None else self.account.book_at(seen_ms)
        return CoinSnapshot(self.account, self.market, book)
