"""The life of the COIN-M side of the account: now and then a trade, funding, and the end of isolated positions."""

from __future__ import annotations

from collections.abc import Callable

from tui.sim.account import Position
from tui.sim.coin_m.happenings import HAPPENINGS, fund
from tui.sim.coin_m.trading import close
from tui.sim.world import World

TRADES = {"coinm-add": 30, "coinm-reduce": 28, "coinm-close": 8, "coinm-open": 10, "coinm-flip": 4}
"""What it does when it trades, and how often."""
EVENTS = {
    "coinm-deposit": 20,
    "coinm-withdraw": 20,
    "coinm-leverage": 20,
    "coinm-margin-transfer": 10,
    "coinm-margin-call": 10,
}
"""What else happens to it, and how often."""
FEWEST, MOST = 3, 5
"""Positions it wants to hold."""


class CoinLife:
    """Puts the COIN-M doings of the account on the agenda of its world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.plan(world.coin_m.setup.trade_pause_ms, self.trade)
        self.plan(world.coin_m.setup.happening_pause_ms, self.happen)

    def plan(self, pause_ms: tuple[int, int] | None, action: Callable[[], None]) -> None:
        """Put the next action on the agenda, if the scenario has a pause for it."""
        if pause_ms is not None:
            self.world.agenda.at(self.world.wall_ms + self.world.coin_m.random.randrange(*pause_ms), action)

    def trade(self) -> None:
        """Trade once: open when there are few positions, close when there are many."""
        held = len(self.world.coin_m.account.open_positions())
        name = "coinm-open" if held < FEWEST else "coinm-close" if held > MOST else self.choose(TRADES)
        HAPPENINGS[name](self.world)
        self.plan(self.world.coin_m.setup.trade_pause_ms, self.trade)

    def happen(self) -> None:
        """Let something happen that is no trade."""
        HAPPENINGS[self.choose(EVENTS)](self.world)
        self.plan(self.world.coin_m.setup.happening_pause_ms, self.happen)

    def choose(self, weights: dict[str, int]) -> str:
        """Choose a name by its weight."""
        return self.world.coin_m.random.choices(list(weights), list(weights.values()))[0]

    def tick(self) -> None:
        """Once a second: prices, funding when it is due, deliveries, liquidation of what has reached its price."""
        world, coin_m = self.world, self.world.coin_m
        coin_m.market.step(world.wall_ms // 1000)
        if world.scenario.is_static:
            return
        while coin_m.market.next_funding_ms <= world.wall_ms:
            coin_m.market.next_funding_ms += coin_m.market.funding_interval_ms
            fund(world)
        for position in coin_m.account.open_positions():
            if world.now_ms >= coin_m.account.coin_contracts[position.symbol].delivery_ms:
                close(world, position, prefix="delivery_autoclose-")
            elif coin_m.account.setting(position.symbol).is_isolated and self.is_lost(position):
                close(world, position, prefix="autoclose-", calculated=True)

    def is_lost(self, position: Position) -> bool:
        """Whether an isolated position's margin is down to its maintenance margin."""
        figures = self.world.coin_m.snapshot().figures_of(position)
        return position.isolated_wallet + figures.profit <= figures.maintenance
