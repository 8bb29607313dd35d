"""COIN-M mark prices: they walk with the USDT contract of the coin, deliveries a little above their perpetual."""

from __future__ import annotations

from decimal import Decimal

from tui.sim.catalogue import Contract
from tui.sim.coin_m.catalogue import CoinContract
from tui.sim.market import UNITS, Market, Walk, text


class CoinMarket(Market):
    """All COIN-M mark prices, funding rates and deliveries."""

    def __init__(
        self, contracts: dict[str, CoinContract], *, seed: int, wall_ms: int, funding_interval_ms: int
    ) -> None:
        super().__init__(
            list[Contract](contracts.values()),
            seed=seed,
            wall_ms=wall_ms,
            funding_interval_ms=funding_interval_ms,
        )
        self.coin_contracts = contracts
        self.walks = {symbol: Walk(one, f"{seed} {one.pair}T") for symbol, one in contracts.items()}
        self.pairs: dict[str, list[str]] = {}
        """Symbols by pair."""
        for symbol, one in contracts.items():
            self.pairs.setdefault(one.pair, []).append(symbol)

    def index_units(self, pair: str) -> int:
        """Index price of a pair in hundred-millionths: its perpetual without the premium; the mark itself where there
        is no perpetual."""
        symbol = next((one for one in self.pairs[pair] if self.coin_contracts[one].is_perpetual), "")
        if not symbol:
            return self.walks[self.pairs[pair][0]].units
        return self.walks[symbol].units * (UNITS - self.rate_units(symbol)) // UNITS

    def index_price(self, symbol: str) -> Decimal:
        """Index price of the pair of a symbol."""
        return Decimal(self.index_units(self.coin_contracts[symbol].pair)).scaleb(-8)

    def coin_price(self, asset: str) -> Decimal:
        """USD a coin, by the index of its pair; 0 for what has none."""
        pair = f"{asset}USD"
        return Decimal(self.index_units(pair)).scaleb(-8) if pair in self.pairs else Decimal(0)

    def rate_units(self, symbol: str) -> int:
        """The funding rate in hundred-millionths; 0 for a delivery."""
        return super().rate_units(symbol) if self.coin_contracts[symbol].is_perpetual else 0

    def mark_price_update(self, symbol: str, event_ms: int) -> str:
        """JSON of the event of `<symbol>@markPrice@1s` (page "Mark Price Stream" of COIN-M, with `st` of 2026): a
        delivery has no funding rate and no time of it."""
        contract = self.coin_contracts[symbol]
        index = text(self.index_units(contract.pair))
        rate = text(self.rate_units(symbol)) if contract.is_perpetual else ""
        funding_ms = self.next_funding_ms if contract.is_perpetual else 0
        return (
            f'{{"e":"markPriceUpdate","E":{event_ms},"s":"{symbol}","p":"{text(self.walks[symbol].units)}",'
            f'"P":"{index}","i":"{index}","r":"{rate}","T":{funding_ms},"st":2}}'
        )

    def index_price_update(self, pair: str, event_ms: int) -> str:
        """JSON of the event of `<pair>@indexPrice@1s`: here `i` is the pair, and `p` its price."""
        price = text(self.index_units(pair))
        return f'{{"e":"indexPriceUpdate","E":{event_ms},"i":"{pair}","p":"{price}"}}'
