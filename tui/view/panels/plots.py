"""The plots of the session: a position's in its details, the account's in its panel."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from tui.book.position import Position
from tui.view import formats
from tui.view.formats import HIDDEN, UNKNOWN
from tui.view.moment import BookNow, Moment
from tui.view.panels.sparks import spark
from tui.view.session import (
    ACCOUNT_PNL,
    DISTANCE,
    EQUITY,
    MARK,
    PNL,
    account_figures,
    account_name,
    position_figures,
)
from tui.view.terminal.lines import Line

Text = Callable[[Decimal | None], str]
LABEL_WIDTH = 28
NARROW_LABEL = 15
WIDE = 60
WIDEST = 110
LEAST_PLOT = 8
ACCOUNT_RANGE = 27
"""Cells for lowest and highest of an account's figure, so that nothing moves when they grow."""


def plot_lines(moment: Moment, position: Position, is_private: bool, width: int) -> list[Line]:
    """PNL, mark price and liquidation distance since the program began; a gap where a figure did not hold."""
    history, width = moment.history, min(width, WIDEST)
    trace = history.trace(position.key)
    figures: tuple[tuple[str, int, Text], ...] = (
        ("Unrealized PNL", PNL, lambda value: _money(value, position.margin_asset, is_private)),
        ("Mark price", MARK, formats.price),
        ("Liquidation distance", DISTANCE, lambda value: formats.percent(value, 1, is_signed=True)),
    )
    ranges = [
        UNKNOWN if trace is None else _range(trace.low[figure], trace.high[figure], now, text)
        for (_, figure, text), now in zip(figures, position_figures(moment, position), strict=True)
    ]
    label_width, wide = LABEL_WIDTH if width >= WIDE else NARROW_LABEL, max(map(len, ranges))
    room = width - label_width - wide - 6
    if room < LEAST_PLOT:
        room, ranges = width - label_width - 4, [""] * len(figures)
    span = formats.clock(history.span_ms)
    lines: list[Line] = [((" This session", "title"), (f"   {span} so far, lowest … highest", "dim"))]
    for (label, figure, _), text in zip(figures, ranges, strict=True):
        plot = spark(history.points(position.key, figure), room)
        lines.append(
            (
                (f"   {label[: label_width - 1].ljust(label_width)}", "dim"),
                (plot, "plain"),
                (f"  {text.rjust(wide)}" if text else "", "dim"),
            )
        )
    return lines


def account_plot(moment: Moment, is_private: bool, width: int) -> Line:
    """Margin balance and PNL of the first account since the program began, on one line that never moves."""
    now = moment.first
    trace, name = moment.history.trace(account_name(now)), account_name(now)
    room = max(LEAST_PLOT, (width - 2 * ACCOUNT_RANGE - 24) // 2)
    line: Line = ((" ", "plain"),)
    present = account_figures(now)
    for label, figure in ((_equity(now), EQUITY), ("PNL", ACCOUNT_PNL)):
        money = partial(_money, asset="USD", is_private=is_private, is_signed=figure == ACCOUNT_PNL)
        text = (
            UNKNOWN
            if trace is None
            else _range(trace.low[figure], trace.high[figure], present[figure], money)
        )
        plot = spark(moment.history.points(name, figure), room)
        line += ((f"{label} ", "dim"), (plot, "plain"), (f" {text.ljust(ACCOUNT_RANGE)}", "dim"))
    return line


def _equity(now: BookNow) -> str:
    return "Account equity" if now.book.book == "pm" else "Margin balance"


def _range(low: Decimal | None, high: Decimal | None, now: Decimal | None, text: Text) -> str:
    """Lowest and highest of the notes and of now: what stands on the screen is never outside."""
    known = [value for value in (low, high, now) if value is not None]
    if not known:
        return UNKNOWN
    texts = text(min(known)), text(max(known))
    return texts[0] if texts[0] == texts[1] else " … ".join(texts)


def _money(value: Decimal | None, asset: str | None, is_private: bool, *, is_signed: bool = True) -> str:
    return HIDDEN if is_private else formats.money(value, asset, is_signed=is_signed)
