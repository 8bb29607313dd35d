"""Mark prices that move every second: one seeded, mean-reverting walk a contract."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from decimal import Decimal

from tui.sim.amounts import HUNDRED_MILLIONTH, ONE, eight
from tui.sim.catalogue import Contract

RETURN_S = 21_600.0
"""Time in which a price comes back to its centre: it wanders for hours and stays plausible for months."""


class Walk:
    """The mark price of one contract. The log of price/centre is an Ornstein-Uhlenbeck process, stepped exactly."""

    def __init__(self, contract: Contract, seed: str) -> None:
        self.contract = contract
        self.random = random.Random(seed)
        self.deviation = 0.0
        self.mark_price = contract.price.quantize(HUNDRED_MILLIONTH)

    def step(self, seconds: int) -> None:
        """Move the price by so many seconds; the result is the same in law for one long step and many short."""
        keep = math.exp(-seconds / RETURN_S)
        spread = self.contract.swing * math.sqrt(RETURN_S / 2 * (1 - keep * keep))
        self.deviation = self.deviation * keep + spread * self.random.gauss(0.0, 1.0)
        factor = Decimal(round(math.exp(self.deviation) * 10**10)).scaleb(-10)
        price = (self.contract.price * factor).quantize(HUNDRED_MILLIONTH)
        self.mark_price = price if price != self.mark_price else price + HUNDRED_MILLIONTH


class Market:
    """All mark prices, funding rates and the time of the next funding."""

    def __init__(
        self, contracts: Iterable[Contract], *, seed: int, wall_ms: int, funding_interval_ms: int
    ) -> None:
        self.contracts = {contract.symbol: contract for contract in contracts}
        self.walks = {symbol: Walk(one, f"{seed} {symbol}") for symbol, one in self.contracts.items()}
        self.seed = seed
        self.second = wall_ms // 1000
        self.funding_interval_ms = funding_interval_ms
        self.next_funding_ms = (wall_ms // funding_interval_ms + 1) * funding_interval_ms
        self.settled: set[str] = set()
        """Symbols that were delisted: their mark price is 0 and no stream carries them."""

    def step(self, second: int) -> None:
        """Move every price to this second of exchange time; going back does nothing."""
        seconds = second - self.second
        if seconds <= 0:
            return
        self.second = second
        for walk in self.walks.values():
            walk.step(seconds)

    def mark_price(self, symbol: str) -> Decimal:
        """Mark price of a symbol, eight decimals; 0 after its settlement."""
        if symbol in self.settled:
            return Decimal(0)
        return self.walks[symbol].mark_price

    def move(self, symbol: str, price: Decimal) -> None:
        """Put a symbol's mark price somewhere at once; its walk goes on from there."""
        walk = self.walks[symbol]
        walk.mark_price = price.quantize(HUNDRED_MILLIONTH)
        walk.deviation = math.log(float(price / walk.contract.price))

    def mark_price_update(self, symbol: str, event_ms: int) -> dict[str, object]:
        """The event of `<symbol>@markPrice@1s` (page "Mark Price Stream", with `ap` and `st` of 2026)."""
        mark = self.mark_price(symbol)
        return {
            "e": "markPriceUpdate",
            "E": event_ms,
            "s": symbol,
            "p": eight(mark),
            "ap": eight(mark * Decimal("0.99998")),
            "P": eight(mark * Decimal("1.00012")),
            "i": eight(self.index_price(symbol)),
            "r": f"{self.funding_rate(symbol):.8f}",
            "T": self.next_funding_ms,
            "st": 1,
        }

    def index_price(self, symbol: str) -> Decimal:
        """Index price: the mark without the premium."""
        return self.mark_price(symbol) * (ONE - self.funding_rate(symbol))

    def funding_rate(self, symbol: str) -> Decimal:
        """Rate of the running funding interval: the contract's own, leaning with its price."""
        lean = Decimal(round(self.walks[symbol].deviation * 10**4)).scaleb(-7)
        return self.contracts[symbol].funding_rate + lean
