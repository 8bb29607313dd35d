"""Mark prices that move every second: one seeded, mean-reverting walk a contract."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from tui.sim.amounts import ONE, ZERO
from tui.sim.catalogue import Contract

RETURN_S = 21_600.0
"""Time in which a price comes back to its centre: it wanders for hours and stays plausible for months."""
UNITS = 10**8
"""Prices are counted in hundred-millionths: integers are exact, and fast to write."""


class Walk:
    """The mark price of one contract. The log of price/centre is an Ornstein-Uhlenbeck process, stepped exactly."""

    def __init__(self, contract: Contract, seed: str) -> None:
        self.swing = contract.swing
        self.random = random.Random(seed)
        self.centre = float(contract.price * UNITS)
        self.deviation = 0.0
        self.units = int(contract.price * UNITS)
        """The mark price in hundred-millionths."""

    def step(self, seconds: int) -> None:
        """Move the price by so many seconds; the result is the same in law for one long step and many short."""
        if not self.swing:
            return
        keep, spread = step_of(seconds)
        self.deviation = self.deviation * keep + self.swing * spread * self.random.gauss(0.0, 1.0)
        units = int(self.centre * math.exp(self.deviation))
        self.units = units if units != self.units else units + 1

    def move(self, price: Decimal) -> None:
        """Put the price somewhere; the walk goes on from there."""
        self.units = int(price * UNITS)
        self.deviation = math.log(self.units / self.centre)


@cache
def step_of(seconds: int) -> tuple[float, float]:
    """What is left of a deviation after so many seconds, and the spread of what comes to it, for a swing of 1."""
    keep = math.exp(-seconds / RETURN_S)
    return keep, math.sqrt(RETURN_S / 2 * (1 - keep * keep))


class Market:
    """All mark prices, funding rates and the time of the next funding."""

    def __init__(
        self, contracts: Iterable[Contract], *, seed: int, wall_ms: int, funding_interval_ms: int
    ) -> None:
        self.contracts = {contract.symbol: contract for contract in contracts}
        self.walks = {symbol: Walk(one, f"{seed} {symbol}") for symbol, one in self.contracts.items()}
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
        return ZERO if symbol in self.settled else Decimal(self.walks[symbol].units).scaleb(-8)

    def move(self, symbol: str, price: Decimal) -> None:
        """Put a symbol's mark price somewhere at once; its walk goes on from there."""
        self.walks[symbol].move(price)

    def mark_price_update(self, symbol: str, event_ms: int) -> str:
        """JSON of the event of `<symbol>@markPrice@1s` (page "Mark Price Stream", with `ap` and `st` of 2026)."""
        mark = self.walks[symbol].units
        rate = self.rate_units(symbol)
        return (
            f'{{"e":"markPriceUpdate","E":{event_ms},"s":"{symbol}","p":"{text(mark)}",'
            f'"ap":"{text(mark * 99_998 // 100_000)}","P":"{text(mark * 100_012 // 100_000)}",'
            f'"i":"{text(mark * (UNITS - rate) // UNITS)}","r":"{text(rate)}","T":{self.next_funding_ms},"st":1}}'
        )

    def index_price(self, symbol: str) -> Decimal:
        """Index price: the mark without the premium."""
        return self.mark_price(symbol) * (ONE - self.funding_rate(symbol))

    def funding_rate(self, symbol: str) -> Decimal:
        """Rate of the running funding interval: the contract's own, leaning with its price."""
        return Decimal(self.rate_units(symbol)).scaleb(-8)

    def rate_units(self, symbol: str) -> int:
        """The funding rate in hundred-millionths."""
        return int(self.contracts[symbol].funding_rate * UNITS) + round(
            self.walks[symbol].deviation * 100_000
        )


def text(units: int) -> str:
    """Hundred-millionths with eight decimals."""
    sign, size = ("-", -units) if units < 0 else ("", units)
    return f"{sign}{size // UNITS}.{size % UNITS:08d}"
