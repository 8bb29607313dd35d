"""What only an account under Portfolio Margin goes through: loans, transfers, and risk levels."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_UP, Decimal

from tui.sim.amounts import ZERO, stepped
from tui.sim.portfolio_margin import events
from tui.sim.portfolio_margin.portfolio import Books, Standing
from tui.sim.rows import Snapshot
from tui.sim.world import World

CENT = Decimal("0.01")
LOAN_ASSET = "USDT"


def books_of(world: World, seen_ms: int | None = None) -> Books:
    """Everything as it is now, or as it was at a time."""
    account = world.account
    book = account.book if seen_ms is None else account.book_at(seen_ms)
    return Books(Snapshot(account, world.market, book), world.coin_m.snapshot(seen_ms), world.portfolio)


def change_loan(world: World, change: Decimal, *, withdrawn: bool = False) -> None:
    """Borrow, or pay back with a negative change.

    Args:
        world: the world.
        change: what comes to the loan.
        withdrawn: the money leaves the account or comes from outside, so that its equity changes.
    """
    portfolio = world.portfolio
    wallet = portfolio.wallet(LOAN_ASSET)
    wallet.borrowed = max(ZERO, wallet.borrowed + change)
    wallet.free += ZERO if withdrawn else change
    wallet.update_time_ms = world.stamp()
    kind = "BORROW" if change > 0 else "REPAY"
    number = portfolio.new_id()
    world.tell_portfolio(events.liability_change(LOAN_ASSET, wallet, kind, number, wallet.update_time_ms))


def lend(world: World) -> None:
    """Take a small loan, or pay a part of a large one back."""
    wallet = world.portfolio.wallet(LOAN_ASSET)
    amount = Decimal(world.portfolio.random.randrange(20, 200))
    change_loan(world, -min(amount, wallet.borrowed) if wallet.borrowed > 1_000 else amount)


def transfer(world: World) -> None:
    """Transfer some of the cross margin wallet in or out."""
    portfolio = world.portfolio
    if not portfolio.wallets:
        return
    asset = portfolio.random.choice(list(portfolio.wallets))
    wallet = portfolio.wallet(asset)
    change = (wallet.free / 100 + CENT) * portfolio.random.choice((1, -1))
    move(world, asset, change.quantize(CENT, rounding=ROUND_UP))


def move(world: World, asset: str, change: Decimal) -> None:
    """Change the free balance of an asset in the cross margin wallet and tell it."""
    wallet = world.portfolio.wallet(asset)
    wallet.free += change
    wallet.update_time_ms = time_ms = world.stamp()
    number = world.portfolio.new_id()
    world.tell_portfolio(events.balance_update(asset, change, number, time_ms))
    world.tell_portfolio(events.outbound_account_position(asset, wallet, number, time_ms))


def lose_on_orders(world: World) -> None:
    """Tell what open orders of cross margin may lose."""
    losses = {"USDT": -Decimal(world.portfolio.random.randrange(100, 9_000)) / 100}
    world.tell_portfolio(events.open_order_loss(losses, world.stamp()))


def place_conditional_order(world: World) -> None:
    """Place a stop under a USD-M position, the old way."""
    positions = world.account.open_positions()
    if not positions:
        return
    position = world.portfolio.random.choice(positions)
    falls = position.amount > 0
    price = world.market.mark_price(position.symbol) * (Decimal("0.97") if falls else Decimal("1.03"))
    tick_size = world.market.contracts[position.symbol].tick_size
    world.tell_portfolio(
        events.conditional_order(
            position.symbol,
            position.position_side,
            "SELL" if falls else "BUY",
            stepped(price, tick_size),
            world.new_id(),
            world.stamp(),
        )
    )


def bring_to(world: World, uni_mmr: Decimal) -> None:
    """Take just so much out of the account, or put in, that its uniMMR is this."""
    books = books_of(world)
    standing = books.standing
    surplus = standing.equity - standing.maintenance_margin * uni_mmr
    amount = (surplus / books.usd(LOAN_ASSET)).quantize(CENT)
    borrowed = world.portfolio.wallet(LOAN_ASSET).borrowed
    if amount > 0:
        change_loan(world, amount, withdrawn=True)
    elif amount < 0:
        back = min(borrowed, -amount)
        if back:
            change_loan(world, -back, withdrawn=True)
        if -amount > back:
            move(world, LOAN_ASSET, -amount - back)
    tell_risk(world)


def tell_risk(world: World) -> Standing:
    """Tell a risk level that is another than before. Being safe again is not told."""
    portfolio = world.portfolio
    standing = books_of(world).standing
    if standing.status != portfolio.status:
        portfolio.status = standing.status
        if standing.status != "NORMAL":
            world.tell_portfolio(events.risk_level_change(standing, world.now_ms))
    return standing


HAPPENINGS: dict[str, Callable[[World], None]] = {
    "pm-liability": lend,
    "pm-transfer": transfer,
    "pm-open-order-loss": lose_on_orders,
    "pm-conditional-order": place_conditional_order,
}
"""By the names of the faults that make them happen."""
