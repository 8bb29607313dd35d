"""The account of Portfolio Margin: its uniMMR, which runs the other way than a margin ratio."""

from decimal import Decimal

from tui.view import formats
from tui.view.account_now import AccountNow, account_now
from tui.view.formats import UNKNOWN
from tui.view.moment import BookNow
from tui.view.panels.figure_grid import Figure, View
from tui.view.terminal.lines import Line, Piece, fitting, side_by_side

BANDS = (
    (Decimal("1.05"), "liquidation", "alarm"),
    (Decimal("1.2"), "reduce-only", "alarm"),
    (Decimal("1.5"), "margin call", "warn"),
)
"""Binance's bands of uniMMR: up to which value, what happens there, how it looks. Larger is safer."""
EXACT_BELOW = 2
"""A smaller uniMMR is shown with all its decimals: a band may be near."""


def uni_mmr(now: AccountNow) -> Decimal | None:
    """Adjusted equity ÷ maintenance margin; None when it does not hold."""
    return now.account.uni_mmr if now.is_fresh else None


def uni_mmr_text(value: Decimal | None) -> str:
    """With two decimals, or four near its bands."""
    return UNKNOWN if value is None else formats.rounded(value, 4 if value < EXACT_BELOW else 2)


def uni_mmr_tone(value: Decimal | None) -> str:
    """How bad a uniMMR is."""
    if value is None:
        return "dim"
    return next((tone for limit, _, tone in BANDS if value <= limit), "strong")


def direction(value: Decimal | None) -> str:
    """The band in a word, and which way liquidation lies."""
    band = "" if value is None else next((f"{what}; " for limit, what, _ in BANDS if value <= limit), "")
    return f"({band}≤ {BANDS[0][0]} liquidates)"


def pnl_line(book: BookNow, view: View) -> Line:
    """The PNL of all rows in dollars: linear and inverse ones are added at the mark."""
    pnl = book.pnl_usd
    return ("PNL ≈ ", "dim"), (view.money(pnl, is_signed=True), view.tone(pnl)), (" USD", "dim")


def portfolio_margin_line(book: BookNow, is_private: bool, width: int) -> Line:
    """The account on one line, the least needed figures leave first."""
    now = account_now(book)
    if now is None:
        return ()
    account, value = now.account, uni_mmr(now)
    view = View(now.is_fresh, is_private, "USD")
    held = view._replace(is_fresh=now.has_margins)
    stale = "" if now.is_fresh else f"STALE {formats.clock(book.time_ms - account.snapshot_ms)}"
    is_normal = account.account_status in (None, "NORMAL")
    pieces = [
        Piece(0, (("PM", "strong"),)),
        Piece(1, ((stale, "warn"),) if stale else ()),
        Piece(
            2,
            (("uniMMR ", "dim"), (uni_mmr_text(value), uni_mmr_tone(value)), (f" {direction(value)}", "dim")),
        ),
        Piece(3, ((account.account_status or UNKNOWN, "plain" if is_normal else "alarm"),)),
        Piece(4, (("Equity ", "dim"), (view.money(account.account_equity), view.tone()), (" USD", "dim"))),
        Piece(5, pnl_line(book, view)),
        Piece(6, (("Maint. ", "dim"), (held.money(account.maintenance_margin), held.tone()))),
        Piece(7, (("Init. ", "dim"), (held.money(account.initial_margin), held.tone()))),
    ]
    return ((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 3), 3))


def portfolio_margin_figures(
    book: BookNow, now: AccountNow, is_private: bool, stale_text: str
) -> list[Figure]:
    """All figures of the account, in the order in which they fill the grid column by column."""
    account, value, pnl = now.account, uni_mmr(now), book.pnl_usd
    view = View(now.is_fresh, is_private, "USD")
    held = view._replace(is_fresh=now.has_margins)
    is_normal = account.account_status in (None, "NORMAL")
    return [
        Figure(1, "uniMMR", "uniMMR", stale_text or uni_mmr_text(value), "warn" if stale_text else uni_mmr_tone(value),
               f" {direction(value)}"),
        Figure(2, "Status", "Status", account.account_status or UNKNOWN, "plain" if is_normal else "alarm"),
        Figure(3, "Equity", "Equity", view.money(account.account_equity), view.tone(), " USD"),
        Figure(4, "Unrealized PNL ≈", "PNL ≈", view.money(pnl, is_signed=True), view.tone(pnl), " USD"),
        Figure(5, "Maint. margin", "Maint.", held.money(account.maintenance_margin), held.tone()),
        Figure(7, "Initial margin", "Init.", held.money(account.initial_margin), held.tone()),
        Figure(6, "Actual equity", "Actual", view.money(account.actual_equity), view.tone()),
        Figure(8, "Max. withdrawal", "Withdr.", held.money(account.max_withdraw_amount), held.tone()),
    ]  # fmt: skip
