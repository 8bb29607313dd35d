"""The account of COIN-M, coin by coin, and that of Portfolio Margin with its uniMMR."""

from collections.abc import Sequence
from decimal import Decimal

from tui.book.account import Asset
from tui.book.figures import ratio
from tui.view import formats
from tui.view.account_now import AccountNow, account_now
from tui.view.books import name_of
from tui.view.figure_grid import Figure, View, aligned, ratio_tone
from tui.view.formats import UNKNOWN
from tui.view.lines import Line, Part, Piece, fitting, side_by_side
from tui.view.moment import BookNow

LIQUIDATES = Decimal("1.05")
BANDS = ((LIQUIDATES, "liquidation", "alarm"), (Decimal("1.2"), "reduce-only", "alarm"), (Decimal("1.5"), "warning", "warn"))
"""Binance's bands of uniMMR: up to which value, what it means, how it looks. Larger is safer."""
DIRECTION = f"(≤ {LIQUIDATES} liquidates)"
EXACT_BELOW = 2
"""A uniMMR below this is shown with four decimals: its bands are near."""


# COIN-M


class Coin(tuple[Asset, Decimal | None, Decimal | None]):
    """One coin of the account."""
