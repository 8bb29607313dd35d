"""The account panel: totals in a grid that fits, and one line an asset where there are several."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.book.account import Asset
from tui.book.figures import ratio
from tui.view import bars, formats
from tui.view.account_now import AccountNow, account_now
from tui.view.formats import HIDDEN, UNKNOWN
from tui.view.lines import Line, Part, Piece, fitting, line_width, side_by_side
from tui.view.moment import Moment, Rows

GAUGE = 10
HIGH = Decimal("0.5")
"""A margin ratio that warns."""
ONE_LINE = {"Balance": 0, "PNL": 1, "Ratio": 2}
"""What is kept when there is one line for everything."""
ALARMING = Decimal("0.8")


class Figure(NamedTuple):
    """One figure of the panel."""

    rank: int
    """Its place when all do not fit: 1 is kept longest."""
    label: str
    short: str
    text: str
    tone: str = "plain"
    tail: str = ""
    """Stands behind the figure: unit, per cent, gauge."""

    @property
    def brief(self) -> Line:
        """The figure by itself, with its unit but without what only supports it."""
        unit = "" if self.tail.startswith("  ") else self.tail
        return (self.short, "dim"), (f" {self.text}", self.tone), (unit, "dim")


class View(NamedTuple):
    """How the figures are to be shown."""

    is_fresh: bool
    is_private: bool
    unit: str

    def money(self, value: Decimal | None, *, is_live: bool = True, is_signed: bool = False) -> str:
        """An amount, unless it does not hold or must not be seen."""
        if value is None or (is_live and not self.is_fresh):
            return UNKNOWN
        return HIDDEN if self.is_private else formats.money(value, self.unit, is_signed=is_signed)

    def tone(self, value: Decimal | None = None) -> str:
        """The tone of a figure that is good when positive."""
        if not self.is_fresh:
            return "dim"
        return "plain" if not value else "gain" if value > 0 else "loss"


def figures_of(now: AccountNow, view: View, stale_text: str, age_text: str = "") -> list[Figure]:
    """All figures of the totals, in the order in which they fill the grid column by column."""
    account, pnl, used = now.account, now.unrealized_pnl, now.margin_ratio
    share = ratio(pnl, account.wallet_balance)
    unit = f" {view.unit}"
    held = view._replace(is_fresh=now.has_margins)
    return [
        Figure(1, "Margin balance", "Balance", stale_text or view.money(now.margin_balance),
               "warn" if stale_text else "dim" if now.is_aged else "strong", "" if stale_text else unit),
        Figure(6, "Wallet balance", "Wallet", view.money(account.wallet_balance, is_live=False), view.tone(), unit),
        Figure(2, "Unrealized PNL", "PNL", view.money(pnl, is_signed=True), "dim" if now.is_aged else view.tone(pnl),
               age_text if now.is_aged else "" if share is None else "  " + formats.percent(share, 2, is_signed=True)),
        Figure(4, "Available", "Avail.", held.money(account.available_balance), held.tone()),
        Figure(7, "Initial margin", "Init.", held.money(account.initial_margin), held.tone()),
        Figure(5, "Maint. margin", "Maint.", held.money(account.maintenance_margin), held.tone()),
        Figure(3, "Margin ratio", "Ratio", formats.percent(used, 2), ratio_tone(used), ratio_gauge(used)),
        Figure(8, "Max. withdrawal", "Withdr.", held.money(account.max_withdraw_amount), held.tone()),
    ]  # fmt: skip


def ratio_tone(used: Decimal | None) -> str:
    """How bad a margin ratio is."""
    if used is None:
        return "dim"
    return "alarm" if used >= ALARMING or used < 0 else "warn" if used >= HIGH else "plain"


def ratio_gauge(used: Decimal | None) -> str:
    """The margin ratio as a bar that is full when the account is liquidated."""
    return "" if used is None else "  " + bars.gauge(used, GAUGE)


def grid(figures: Sequence[Figure], width: int, rows: int) -> list[Line]:
    """Lay figures into `rows` lines, column by column; the least needed leave until it fits."""
    if rows == 1:
        pieces = [Piece(ONE_LINE.get(figure.short, figure.rank + 3), figure.brief) for figure in figures]
        return [((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2))]
    for columns in range((len(figures) + rows - 1) // rows, 0, -1):
        kept = [figure for figure in figures if figure.rank <= columns * rows]
        for is_short, has_gauge, gap in (
            (False, True, 4),
            (False, True, 2),
            (True, True, 2),
            (True, False, 2),
        ):
            shown = [figure if has_gauge else _without_gauge(figure) for figure in kept]
            lines = _grid(shown, rows, is_short, gap)
            if max(map(line_width, lines)) < width:
                return lines
    return [()] * rows


def _without_gauge(figure: Figure) -> Figure:
    return figure._replace(tail="") if "▕" in figure.tail else figure


def _grid(figures: Sequence[Figure], rows: int, is_short: bool, gap: int) -> list[Line]:
    lines: list[list[Part]] = [[(" ", "plain")] for _ in range(rows)]
    for start in range(0, len(figures), rows):
        column = figures[start : start + rows]
        labels = [figure.short if is_short else figure.label for figure in column]
        wide_label = max(map(len, labels))
        wide_text = max(len(figure.text) for figure in column)
        wide_tail = max(len(figure.tail) for figure in column)
        for line, figure, label in zip(lines, column, labels, strict=False):
            line += [
                (" " * (gap if len(line) > 1 else 0) + label.ljust(wide_label), "dim"),
                (" " + figure.text.rjust(wide_text), figure.tone),
                (figure.tail.ljust(wide_tail), figure.tone if figure.tail.startswith("  ") else "dim"),
            ]
    return [tuple(line) for line in lines]


def has_money(asset: Asset) -> bool:
    """Whether an asset is worth a line."""
    return any((asset.wallet_balance, asset.unrealized_pnl, asset.initial_margin, asset.margin_balance))


def asset_lines(now: AccountNow, totals: Rows | None, is_private: bool, width: int, room: int) -> list[Line]:
    """One line an asset that the totals leave out or hide; its PNL is the sum of its rows, when all are known."""
    account = now.account
    assets = [asset for asset in account.assets if has_money(asset)]
    if account.counts_usdt_only:
        assets = [asset for asset in assets if asset.asset != "USDT"]
    elif len(assets) < 2:
        return []
    if not assets or room < 1:
        return []
    shown = assets if len(assets) <= room else assets[: room - 1]
    rows = [
        _asset_figures(asset, None if totals is None else totals.pnl(asset.asset), now, is_private)
        for asset in shown
    ]
    lines = _aligned(rows, width)
    if len(shown) < len(assets):
        lines.append(_brief_assets(assets[len(shown) :], is_private, width))
    return lines


def _brief_assets(assets: Sequence[Asset], is_private: bool, width: int) -> Line:
    """What is left, each with its wallet balance, on one line."""
    pieces = [Piece(-1, (("and", "dim"),))]
    for rank, asset in enumerate(assets):
        view = View(True, is_private, asset.asset)
        money = view.money(asset.wallet_balance, is_live=False)
        pieces.append(Piece(rank, ((asset.asset, "strong"), (f" {money}", "dim"))))
    return ((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2))


def _asset_figures(asset: Asset, pnl: Decimal | None, now: AccountNow, is_private: bool) -> list[Figure]:
    view = View(now.is_fresh, is_private, asset.asset)
    held = view._replace(is_fresh=now.has_margins)
    wallet = asset.wallet_balance
    balance = None if wallet is None or pnl is None else wallet + pnl
    used = ratio(asset.maintenance_margin, balance) if now.has_margins else None
    return [
        Figure(1, asset.asset, "", "", "strong"),
        Figure(2, "Balance", "", view.money(balance), view.tone()),
        Figure(5, "Wallet", "", view.money(wallet, is_live=False), view.tone()),
        Figure(3, "PNL", "", view.money(pnl, is_signed=True), view.tone(pnl)),
        Figure(6, "Available", "", held.money(asset.available_balance), held.tone()),
        Figure(7, "Maint.", "", held.money(asset.maintenance_margin), held.tone()),
        Figure(4, "Ratio", "", formats.percent(used, 2), ratio_tone(used)),
    ]


def _aligned(rows: Sequence[Sequence[Figure]], width: int) -> list[Line]:
    columns = list(zip(*rows, strict=True))
    wide_label = [max(len(figure.label) for figure in column) for column in columns]
    wide_text = [max(len(figure.text) for figure in column) for column in columns]
    lines: list[Line] = []
    for row in rows:
        pieces = [
            Piece(
                figure.rank,
                (
                    (figure.label.ljust(label), figure.tone if rank == 0 else "dim"),
                    (" " + figure.text.rjust(text), figure.tone),
                ),
            )
            for rank, (figure, label, text) in enumerate(zip(row, wide_label, wide_text, strict=True))
        ]
        lines.append(((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 2), 2)))
    return lines


def account_lines(moment: Moment, is_private: bool, width: int, rows: int, room: int) -> list[Line]:
    """The panel: `rows` lines of totals and up to `room` lines of assets."""
    now = account_now(moment)
    if now is None or rows < 1:
        return []
    account, is_fresh = now.account, now.is_fresh
    view = View(is_fresh, is_private, "USDT" if account.counts_usdt_only else "USD")
    stale_text = "" if is_fresh else f"STALE {formats.clock(moment.time_ms - account.snapshot_ms)}"
    age_text = f"  {formats.clock(moment.time_ms - account.snapshot_ms)} ago"
    lines = grid(figures_of(now, view, stale_text, age_text), width, rows)
    totals = None if moment.book.only_symbol else moment.rows
    return lines + asset_lines(now, totals, is_private, width, room)
