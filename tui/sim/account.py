"""The true book of one account: wallets, positions and settings, and what trades do to them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from tui.sim.amounts import ZERO
from tui.sim.catalogue import Contract
from tui.sim.formulas import break_even_price, entry_price_after, unrealized_profit

PositionSide = Literal["BOTH", "LONG", "SHORT"]
OrderSide = Literal["BUY", "SELL"]
Key = tuple[str, str]
"""(symbol, position side)."""


@dataclass(frozen=True, slots=True)
class Position:
    """One position; amount 0 with order notionals is a symbol that has only open orders."""

    symbol: str
    position_side: PositionSide
    amount: Decimal = ZERO
    """Signed: a short is negative."""
    entry_price: Decimal = ZERO
    cost: Decimal = ZERO
    """What was paid for the amount held, fees included and realised profit taken off; signed as the amount."""
    isolated_wallet: Decimal = ZERO
    bid_notional: Decimal = ZERO
    ask_notional: Decimal = ZERO
    update_time_ms: int = 0

    @property
    def key(self) -> Key:
        return self.symbol, self.position_side

    @property
    def break_even_price(self) -> Decimal:
        return break_even_price(self.cost, self.amount)

    @property
    def order_notional(self) -> Decimal:
        return self.bid_notional + self.ask_notional

    def profit(self, mark_price: Decimal) -> Decimal:
        return unrealized_profit(self.amount, self.entry_price, mark_price)


@dataclass(frozen=True, slots=True)
class Wallet:
    """The balance of one asset."""

    balance: Decimal
    update_time_ms: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What the account chose for one symbol (`GET /fapi/v1/symbolConfig`)."""

    leverage: int = 20
    is_isolated: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of the account, as its events tell it."""

    symbol: str
    position_side: PositionSide
    side: OrderSide
    quantity: Decimal
    price: Decimal
    realized: Decimal
    fee: Decimal
    reduces: bool
    order_id: int
    trade_id: int
    client_order_id: str
    time_ms: int
    order_notional: Decimal = ZERO


@dataclass(frozen=True)
class Book:
    """The account at one moment; never changed, so that a snapshot may answer with an older one."""

    wall_ms: int
    positions: dict[Key, Position] = field(default_factory=dict)
    wallets: dict[str, Wallet] = field(default_factory=dict)

    def cross_wallet(self, asset: str, contracts: dict[str, Contract]) -> Decimal:
        """Wallet balance of an asset without what isolated positions hold of it."""
        held = (
            position.isolated_wallet
            for position in self.positions.values()
            if contracts[position.symbol].margin_asset == asset
        )
        return self.wallets[asset].balance - sum(held, ZERO)


class Account:
    """An account and its history; every change makes a new `Book`.

    The time of a change, in the exchange's clock, is at once `updateTime` of the row and `T` of the event, and no two
    changes share one. History is kept in the time that drives the world, which never goes back.
    """

    def __init__(self, contracts: dict[str, Contract], *, dual_side: bool, multi_assets: bool) -> None:
        self.contracts = contracts
        self.dual_side = dual_side
        self.multi_assets = multi_assets
        self.settings: dict[str, Setting] = {}
        self.realized: dict[Key, Decimal] = {}
        """Profit realised on a key so far, before fees (`cr` of ACCOUNT_UPDATE); outlives the position."""
        self.wall_ms = 0
        """When the next change happens."""
        self.books: deque[Book] = deque([Book(0)])

    @property
    def book(self) -> Book:
        """The account now."""
        return self.books[-1]

    def book_at(self, wall_ms: int) -> Book:
        """The account as it was at that time; the oldest one remembered when it is before all."""
        for book in reversed(self.books):
            if book.wall_ms <= wall_ms:
                return book
        return self.books[0]

    def forget(self, before_ms: int) -> None:
        """Drop books that no snapshot asks for any more."""
        while len(self.books) > 1 and self.books[1].wall_ms <= before_ms:
            self.books.popleft()

    def setting(self, symbol: str) -> Setting:
        """Leverage and margin type of a symbol; cross at 20x unless chosen."""
        return self.settings.get(symbol, Setting())

    def position(self, symbol: str, position_side: PositionSide) -> Position:
        """The position of a key; a flat one when there is none."""
        return self.book.positions.get((symbol, position_side), Position(symbol, position_side))

    def open_positions(self) -> list[Position]:
        """Positions with an amount, in the order they were opened."""
        return [position for position in self.book.positions.values() if position.amount]

    def put(self, time_ms: int, *positions: Position, wallets: dict[str, Decimal] | None = None) -> None:
        """Replace positions and wallet balances. A key without amount and without orders leaves the book;
        wallets that are named get the time of the change, positions carry their own."""
        kept = dict(self.book.positions)
        for position in positions:
            if position.amount or position.order_notional:
                kept[position.key] = position
            else:
                kept.pop(position.key, None)
        balances = dict(self.book.wallets)
        for asset, balance in (wallets or {}).items():
            balances[asset] = Wallet(balance, time_ms)
        self.books.append(Book(self.wall_ms, kept, balances))

    def trade(self, fill: Fill) -> Fill:
        """Apply a trade; returns it with its realised profit and whether it reduced the position.

        In an isolated position the initial margin of what is added moves into its wallet, and its part of the wallet
        moves back with what is closed.
        """
        before = self.position(fill.symbol, fill.position_side)
        quantity = fill.quantity if fill.side == "BUY" else -fill.quantity
        after_amount = before.amount + quantity
        closed = min(abs(quantity), abs(before.amount)) if before.amount * quantity < 0 else ZERO
        realized = (fill.price - before.entry_price) * closed * (1 if before.amount > 0 else -1)
        after = replace(
            before,
            amount=after_amount,
            entry_price=entry_price_after(before.amount, before.entry_price, quantity, fill.price),
            cost=cost_after(before, quantity, fill.price, fill.fee),
            isolated_wallet=self.isolated_wallet_after(before, after_amount, fill.price),
            update_time_ms=fill.time_ms,
        )
        self.realized[before.key] = self.realized.get(before.key, ZERO) + realized
        asset = self.contracts[fill.symbol].margin_asset
        balance = self.book.wallets[asset].balance + realized - fill.fee
        self.put(fill.time_ms, after, wallets={asset: balance})
        return replace(fill, realized=realized, reduces=bool(closed))

    def isolated_wallet_after(self, before: Position, after_amount: Decimal, price: Decimal) -> Decimal:
        """Isolated wallet once the amount has changed; 0 in cross margin."""
        setting = self.setting(before.symbol)
        if not setting.is_isolated:
            return ZERO
        if before.amount * after_amount <= 0:
            return abs(after_amount) * price / setting.leverage
        grown = abs(after_amount) - abs(before.amount)
        if grown >= 0:
            return before.isolated_wallet + grown * price / setting.leverage
        return before.isolated_wallet * after_amount / before.amount


def cost_after(before: Position, quantity: Decimal, price: Decimal, fee: Decimal) -> Decimal:
    """Cost of a position once a signed quantity was traded; a flip starts anew with its part of the fee."""
    after = before.amount + quantity
    if after == 0:
        return ZERO
    if before.amount * after < 0:
        return after * price + fee * abs(after / quantity)
    return before.cost + quantity * price + fee
