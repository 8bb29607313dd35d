"""Plots of a figure over the session, from block characters.

Textual's Sparkline knows no gaps, and draws a widget of its own where a line of a panel is wanted.
"""

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache

LEVELS = "▁▂▃▄▅▆▇█"
BLANK = " "


def spark(points: Sequence[float], width: int) -> str:
    """One line of `width` cells from the first to the newest point; NaN leaves a gap, and so does a cell with one."""
    return _spark(array("d", points).tobytes(), width)


@lru_cache(maxsize=16)
def _spark(content: bytes, width: int) -> str:
    points = memoryview(content).cast("d")
    if not points or width < 1:
        return BLANK * max(0, width)
    count = len(points)
    ends = [
        (cell * count // width, max(cell * count // width + 1, (cell + 1) * count // width))
        for cell in range(width)
    ]
    cells = [_last(points[start:end]) for start, end in ends]
    known = [value for value in cells if math.isfinite(value)]
    if not known:
        return BLANK * width
    low, high = min(known), max(known)
    return "".join(BLANK if not math.isfinite(value) else LEVELS[_level(value, low, high)] for value in cells)


def _last(points: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, points)) else points[-1]


def _level(value: float, low: float, high: float) -> int:
    """0 at the lowest, 7 at the highest, 3 where nothing has moved."""
    return 3 if high <= low else min(7, int((value - low) / (high - low) * 8))
