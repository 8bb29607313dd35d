"""Bars of block characters, each one cell wide."""

from decimal import Decimal

EIGHTHS = " ▏▎▍▌▋▊▉█"
LIGHTS = 4
HALF_DANGER = 0.05
"""Room to liquidation at which the danger bar is half full."""


def bar(fraction: float, width: int) -> str:
    """A bar of `width` cells that is full at 1; anything above 0 shows at least a sliver."""
    if fraction <= 0:
        return " " * width
    eighths = max(1, min(width * 8, round(fraction * width * 8)))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(width)


def gauge(fraction: Decimal | None, width: int) -> str:
    """A bar between two edges, on a ground that shows how long it can grow."""
    filled = 0 if fraction is None or fraction <= 0 else max(1, min(width, round(float(fraction) * width)))
    return "▕" + "█" * filled + "░" * (width - filled) + "▏"


def danger(room: Decimal | None) -> float:
    """How near liquidation is, 0 (far) to 1 (there), from the room that is left as a fraction of the mark."""
    if room is None:
        return 0.0
    left = float(room)
    return 1.0 if left <= 0 else HALF_DANGER / (HALF_DANGER + left)


def lights(quantile: int) -> str:
    """Binance's lights for the place in the auto-deleveraging queue."""
    lit = max(0, min(LIGHTS, quantile))
    return "▮" * lit + "▯" * (LIGHTS - lit)
