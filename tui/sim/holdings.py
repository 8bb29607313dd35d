"""What a simulated account starts with: one entry a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.sim.account import PositionSide


@dataclass(frozen=True, slots=True)
class Holding:
    """One position the account starts with."""

    symbol: str
    position_side: PositionSide
    amount: str
    """Signed; `"0"` with a bid is a symbol with nothing but an open order. COIN-M: contracts."""
    entry: str
    """Entry price as a multiple of the contract's price."""
    leverage: int = 20
    is_isolated: bool = False
    bid_notional: str = "0"


def in_mode(holdings: Sequence[Holding], *, hedge: bool) -> tuple[Holding, ...]:
    """The same holdings in another position mode; in one-way mode a symbol has one position, the first."""
    if hedge:
        return tuple(
            replace(one, position_side="SHORT" if one.amount.startswith("-") else "LONG") for one in holdings
        )
    return tuple({one.symbol: replace(one, position_side="BOTH") for one in reversed(holdings)}.values())[
        ::-1
    ]


def in_margin(holdings: Sequence[Holding], *, isolated: bool) -> tuple[Holding, ...]:
    """The same holdings, all isolated or all cross; open orders without a position stay as they are."""
    return tuple(replace(one, is_isolated=isolated) if one.amount != "0" else one for one in holdings)
