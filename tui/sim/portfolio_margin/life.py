"""The life of an account under Portfolio Margin, beside what its two books do."""

from __future__ import annotations

from decimal import Decimal

from tui.sim.portfolio_margin.happenings import HAPPENINGS, bring_to, tell_risk
from tui.sim.world import World

EVENTS = {"pm-liability": 30, "pm-transfer": 30, "pm-open-order-loss": 20, "pm-conditional-order": 10}
"""What happens to it, and how often."""
LOWEST, HIGHEST = Decimal("1.25"), Decimal(6)
"""uniMMR at which its owner adds to it or takes from it."""
AIM = Decimal("2.4")
"""What it is then brought to."""


class PortfolioLife:
    """Puts the doings of the account on the agenda of its world, if it is under Portfolio Margin."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.plan()

    def plan(self) -> None:
        """Put the next happening on the agenda, if the scenario has such."""
        pause = self.world.portfolio.setup.happening_pause_ms
        if pause is not None:
            self.world.agenda.at(
                self.world.wall_ms + self.world.portfolio.random.randrange(*pause), self.happen
            )

    def happen(self) -> None:
        """Let something happen."""
        name = self.world.portfolio.random.choices(list(EVENTS), list(EVENTS.values()))[0]
        HAPPENINGS[name](self.world)
        self.plan()

    def tick(self) -> None:
        """Once a second: tell the risk level, and keep the account alive while nobody drives it down."""
        world = self.world
        if world.scenario.is_static or "pm" not in world.scenario.kinds:
            return
        standing = tell_risk(world)
        is_left_alone = world.faults.is_on("uni-mmr-PERCENT") or not standing.maintenance_margin
        if not is_left_alone and not LOWEST < standing.uni_mmr < HIGHEST:
            bring_to(world, AIM)
