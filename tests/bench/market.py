"""A source made by hand: a book of many positions whose prices a program of the bench moves by itself."""

import random
import string
import time
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from tui.book.account import Account, Asset
from tui.book.book import Book
from tui.book.health import Transport
from tui.book.position import Key, Position

NOW_MS = 1_720_736_420_000
TOLD_MS = NOW_MS + 3_600_000
"""When everything is said to have been told: time goes on, and nothing grows stale while only painting is measured."""
STEPS = 32
"""Prices made beforehand for each position: moving must cost next to nothing."""


class Step(NamedTuple):
    """A mark price and what follows from it."""

    mark_price: Decimal
    unrealized_pnl: Decimal
    notional: Decimal


class Market:
    """Positions that move by small steps, and always the same way."""

    def __init__(self, count: int, steps: int = STEPS, *, is_still: bool = False) -> None:
        self.book = Book("main")
        self.label, self.notice, self.rights = "main", "", "read-only ✓"
        self.on_news: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        self.drive: Callable[[], Awaitable[None]] | None = None
        """What moves the prices."""
        self._steps: dict[Key, list[Step]] = {}
        self._turn = 0
        self._began = time.monotonic()
        self._is_still = is_still
        """Whether time stands still: for a tool under which a tick takes seconds."""
        self._count = steps
        self._fill(count)

    def _fill(self, count: int) -> None:
        dice = random.Random(count)
        letters = string.ascii_uppercase
        names = {
            "".join(dice.choices(letters, k=dice.choice((3, 3, 4, 4, 5)))) + "USDT"
            for _ in range(2 * count + 8)
        }
        for name in sorted(names)[:count]:
            position = _position(Key("main", "usdm", name, "BOTH"), dice)
            self._steps[position.key] = _steps(position, dice, self._count)
            self.book.positions[position.key] = position
        self.book._changed.update(self.book.positions)
        self.book.balances.account = _account()
        health = self.book.health
        health.api.transport = health.user.transport = health.mark.transport = Transport.OPEN
        health.api.data_ms = health.user.data_ms = health.mark.data_ms = health.audited_ms = TOLD_MS
        health.is_synced = True
        self.book.weight_used, self.book.weight_limit = 45, 2400

    @property
    def keys(self) -> list[Key]:
        """All rows by name: the order in which they stand on the screen."""
        return list(self._steps)

    def move(self, keys: Iterable[Key]) -> None:
        """Give these rows their next price, as a mark price event does."""
        self._turn += 1
        turn = self._turn % self._count
        positions, steps = self.book.positions, self._steps
        for key in keys:
            position = positions[key]
            position.mark_price, position.unrealized_pnl, position.notional = steps[key][turn]
            self.book._changed.add(key)

    def time_ms(self) -> int:
        """The exchange's time."""
        return NOW_MS if self._is_still else NOW_MS + int((time.monotonic() - self._began) * 1000)

    async def run(self) -> None:
        """Be moved."""
        if self.drive is not None:
            await self.drive()

    def refresh(self) -> bool:
        """Nobody is asked."""
        return False


def _position(key: Key, dice: random.Random) -> Position:
    magnitude = dice.choice((-3, -1, 0, 1, 2, 3, 4))
    entry = Decimal(dice.randrange(10_000, 99_999)).scaleb(magnitude - 4)
    is_long = dice.random() < 0.5
    amount = _decimal(dice.uniform(200, 40_000) / float(entry), max(0, 1 + magnitude)) * (
        1 if is_long else -1
    )
    margin = abs(amount * entry / 10).quantize(Decimal("0.00000001"))
    return Position(
        key=key,
        position_amount=amount or Decimal(1),
        entry_price=entry,
        break_even_price=(entry * Decimal("1.0005")).quantize(entry),
        liquidation_price=(entry * Decimal("0.7" if is_long else "1.3")).quantize(entry),
        mark_time_ms=TOLD_MS,
        margin_asset="USDT",
        initial_margin=margin,
        position_initial_margin=margin,
        maintenance_margin=margin / 10,
        adl_quantile=dice.randrange(5),
        leverage=Decimal(10),
        margin_type="CROSS",
        funding_rate=Decimal("0.0001"),
        next_funding_time_ms=NOW_MS + 7_300_000,
        confirmed_ms=TOLD_MS,
        snapshot_ms=TOLD_MS,
    )


def _steps(position: Position, dice: random.Random, count: int) -> list[Step]:
    entry = position.entry_price
    assert entry is not None
    tick = entry.scaleb(-1).quantize(entry) if entry.adjusted() < -2 else entry
    price, steps = entry * _decimal(dice.uniform(0.92, 1.08), 4), []
    for _ in range(count):
        price *= _decimal(1 + dice.gauss(0, 0.0003), 6)
        mark = price.quantize(tick)
        amount = position.position_amount
        steps.append(Step(mark, (mark - entry) * amount, mark * amount))
    position.mark_price, position.unrealized_pnl, position.notional = steps[0]
    return steps


def _decimal(value: float, decimals: int) -> Decimal:
    return Decimal(f"{value:.{decimals}f}")


def _account() -> Account:
    return Account(
        account="main",
        book="usdm",
        wallet_balance=Decimal("1000000.00000000"),
        unrealized_pnl=Decimal("20.00000000"),
        margin_balance=Decimal("1000020.00000000"),
        initial_margin=Decimal("22000.00"),
        maintenance_margin=Decimal("10200.00"),
        available_balance=Decimal("980000.00"),
        max_withdraw_amount=Decimal("970000.00"),
        assets=(
            Asset(asset="USDT", wallet_balance=Decimal("1000000.00"), margin_balance=Decimal("1000020.00")),
        ),
        snapshot_ms=TOLD_MS,
    )
