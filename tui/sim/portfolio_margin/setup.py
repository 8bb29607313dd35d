"""What a scenario says about an account under Portfolio Margin, beside its USD-M and COIN-M books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.sim.portfolio_margin.documents import Documents


@dataclass(frozen=True, slots=True)
class PortfolioSetup:
    """The cross margin wallet that stands behind both books."""

    free: Mapping[str, str] = field(default_factory=dict)
    """Free balance by asset."""
    borrowed: Mapping[str, str] = field(default_factory=dict)
    """Principal of loans by asset."""
    documents: Documents | None = None
    """Results by path that are answered as they are."""
    happening_pause_ms: tuple[int, int] | None = None
    """Shortest and longest pause between loans, transfers and the like; None: there are none."""
