"""The account panel: totals in a grid that fits, one line an asset where there are several, and the other books."""

from collections.abc import Sequence
from decimal import Decimal

from tui.book.account import Asset
from tui.book.figures import ratio
from tui.view import formats
from tui.view.account_now import AccountNow, account_now
from tui.view.book_lines import coin_lines, portfolio_margin_figures, portfolio_margin_line
from tui.view.figure_grid import Figure, View, aligned, grid, ratio_gauge, ratio_tone
from tui.view.lines import Line, Piece, fitting, side_by_side
from tui.view.moment import BookNow, Moment, Rows


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
    lines = aligned(rows, width)
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


def account_lines(
    moment: Moment, is_private: bool, width: int, rows: int, room: int, book_rows: int = 0
) -> list[Line]:
    """The panel of the books that are looked at.

    Args:
        moment: what is known.
        is_private: whether money is hidden.
        width: cells of the pane.
        rows: lines for the totals of the first book.
        room: lines for assets, of all books.
        book_rows: lines for the further books, whatever the room for assets.
    """
    if rows < 1:
        return []
    first, *others = [book for book in moment.books if is_worth_room(book)] or [moment.first]
    lines = _book_lines(first, is_private, width, rows, room)
    room = max(0, room - max(0, len(lines) - rows))
    for place, book in enumerate(others):
        own = min(1, max(0, book_rows - place))
        if book.book.book == "pm":
            lines += [portfolio_margin_line(book, is_private, width)][:own]
            continue
        more = coin_lines(book, is_private, width, own + room, is_named=True)
        room -= max(0, len(more) - own)
        lines += more
    return lines


def is_worth_room(book: BookNow) -> bool:
    """Whether a book has a balance or a position, or is the main one."""
    account = book.book.account
    if account is None or book.book.book != "coinm":
        return account is not None
    return book.rows.open_rows > 0 or any(has_money(asset) for asset in account.assets)


def _book_lines(book: BookNow, is_private: bool, width: int, rows: int, room: int) -> list[Line]:
    """One book's totals in `rows` lines, and up to `room` lines of its assets."""
    now = account_now(book)
    if now is None:
        return []
    if book.book.book == "coinm":
        return coin_lines(book, is_private, width, rows + room)
    account, is_fresh = now.account, now.is_fresh
    age = formats.clock(book.time_ms - account.snapshot_ms)
    stale_text = "" if is_fresh else f"STALE {age}"
    if book.book.book == "pm":
        return grid(portfolio_margin_figures(book, now, is_private, stale_text), width, rows)
    view = View(is_fresh, is_private, "USDT" if account.counts_usdt_only else "USD")
    lines = grid(figures_of(now, view, stale_text, f"  {age} ago"), width, rows)
    totals = None if book.book.only_symbol else book.rows
    return lines + asset_lines(now, totals, is_private, width, room)
