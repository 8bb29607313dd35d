"""What a scenario says about the COIN-M side of its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tui.sim.coin_m.catalogue import CoinContract
from tui.sim.coin_m.documents import Row
from tui.sim.holdings import Holding, in_margin, in_mode


@dataclass(frozen=True, slots=True)
class CoinSetup:
    """COIN-M of one scenario. The contracts are always there, an account may hold nothing of them."""

    holdings: tuple[Holding, ...] = ()
    """`BTCUSD_QUARTER` stands for the delivery of the next quarter."""
    wallets: Mapping[str, str] = field(default_factory=dict)
    """Balances of the coins; the others are 0."""
    contracts: Mapping[str, CoinContract] | None = None
    """None: what is listed at the time."""
    position_document: list[Row] | None = None
    """Rows that `GET /dapi/v1/positionRisk` answers as they are."""
    account_document: Row | None = None
    trade_pause_ms: tuple[int, int] | None = None
    """Shortest and longest pause between two trades; None: it never trades."""
    happening_pause_ms: tuple[int, int] | None = None

    def in_mode(self, *, hedge: bool) -> CoinSetup:
        """The same in another position mode; USD-M and COIN-M share it."""
        return replace(self, holdings=in_mode(self.holdings, hedge=hedge))

    def in_margin(self, *, isolated: bool) -> CoinSetup:
        """The same with all positions isolated, or all cross."""
        return replace(self, holdings=in_margin(self.holdings, isolated=isolated))
