"""The life of the simulated account: when it trades, pays funding, and is liquidated."""

from __future__ import annotations

from decimal import Decimal

from tui.sim.account import Position
from tui.sim.formulas import maintenance_margin
from tui.sim.happenings import HAPPENINGS, close_position
from tui.sim.world import World

TRADES = {"add": 30, "reduce": 28, "close": 12, "open": 16, "flip": 6, "order": 8}
"""What the account does when it trades, and how often."""
EVENTS = {
    "deposit": 20,
    "withdraw": 20,
    "leverage": 20,
    "margin-call": 15,
    "margin-transfer": 15,
    "algo-order": 10,
}
"""What else happens to it, and how often."""
FEWEST, MOST = 9, 18
"""Positions it wants to hold."""


class Life:
    """Puts the account's doings on the agenda of its world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.balance = self.balance_now()
        self.plan_trade()
        self.plan_event()

    def plan_trade(self) -> None:
        """Put the next trade on the agenda, if the scenario trades."""
        pause = self.world.scenario.trade_pause_ms
        if pause is not None:
            self.world.agenda.at(self.world.wall_ms + self.world.random.randrange(*pause), self.trade)

    def plan_event(self) -> None:
        """Put the next thing that is no trade on the agenda, if the scenario has such."""
        pause = self.world.scenario.happening_pause_ms
        if pause is not None:
            self.world.agenda.at(self.world.wall_ms + self.world.random.randrange(*pause), self.happen)

    def trade(self) -> None:
        """Trade once: open when there are few positions, close when there are many."""
        held = len(self.world.account.open_positions())
        name = "open" if held < FEWEST else "close" if held > MOST else self.choose(TRADES)
        HAPPENINGS[name](self.world)
        self.plan_trade()

    def happen(self) -> None:
        """Let something happen that is no trade. Transfers keep the balance near where it began."""
        drift = (self.balance_now() - self.balance).quantize(Decimal(1))
        if abs(drift) > self.balance / 20:
            self.world.change_balance("DEPOSIT" if drift < 0 else "WITHDRAW", "USDT", -drift)
        else:
            HAPPENINGS[self.choose(EVENTS)](self.world)
        self.plan_event()

    def balance_now(self) -> Decimal:
        """The wallet balance of USDT; 0 for an account without."""
        wallet = self.world.account.book.wallets.get("USDT")
        return wallet.balance if wallet else Decimal(0)

    def choose(self, weights: dict[str, int]) -> str:
        """Choose a name by its weight."""
        return self.world.random.choices(list(weights), list(weights.values()))[0]

    def tick(self) -> None:
        """Once a second: funding when it is due, liquidation of what has reached its price."""
        world = self.world
        if world.scenario.is_static:
            return
        while world.market.next_funding_ms <= world.wall_ms:
            world.market.next_funding_ms += world.market.funding_interval_ms
            HAPPENINGS["funding"](world)
        for position in world.account.open_positions():
            if world.account.setting(position.symbol).is_isolated and self.is_lost(position):
                close_position(world, position, prefix="autoclose-", calculated=True)

    def is_lost(self, position: Position) -> bool:
        """Whether an isolated position's margin is down to its maintenance margin."""
        if position.symbol in self.world.market.settled:
            return False
        mark_price = self.world.market.mark_price(position.symbol)
        brackets = self.world.account.contracts[position.symbol].brackets
        maintenance = maintenance_margin(position.amount * mark_price, brackets)
        return position.isolated_wallet + position.profit(mark_price) <= maintenance
