"""What is on the screen at which size. Pure."""

from typing import NamedTuple

SMALLEST_WIDTH = 20
SMALLEST_HEIGHT = 3
COMPACT_WIDTH = 40
COMPACT_HEIGHT = 8
PLOT_WIDTH = 120
PLOT_HEIGHT = 36


class Chrome(NamedTuple):
    """What surrounds the rows."""

    is_tiny: bool = False
    """Too small for rows: only the word is shown."""
    is_compact: bool = False
    """One line an item, worst first, below the word."""
    has_banner: bool = True
    account_rows: int = 0
    asset_rows: int = 0
    book_rows: int = 0
    """Lines for the accounts of further books."""
    banner_rows: int = 1
    has_risk: bool = False
    has_plot: bool = False
    """Whether the account's session is plotted."""
    has_presets: bool = False
    has_head: bool = False
    has_total: bool = False
    has_keys: bool = False


def chrome(width: int, height: int) -> Chrome:
    """Say what fits around the rows, so that most of the screen is left to them."""
    if width < SMALLEST_WIDTH or height < SMALLEST_HEIGHT:
        return Chrome(is_tiny=True, has_banner=False)
    if width <= COMPACT_WIDTH or height <= COMPACT_HEIGHT:
        return Chrome(is_compact=True, has_banner=height >= 5)
    return Chrome(
        account_rows=2 if height >= 18 else 1,
        asset_rows=max(0, (height - 24) // 3),
        book_rows=2 if height >= 20 else 1 if height >= 14 else 0,
        banner_rows=3 if height >= 14 else 1,
        has_risk=height >= 30,
        has_plot=width >= PLOT_WIDTH and height >= PLOT_HEIGHT,
        has_presets=height >= 11,
        has_head=True,
        has_total=height >= 10,
        has_keys=height >= 12,
    )
