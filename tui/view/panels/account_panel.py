"""The account panel: totals in a grid that fits, one line an asset where there are several, and the other books."""

from tui.book.figures import ratio
from tui.view import formats
from tui.view.account_now import AccountNow, account_now
from tui.view.moment import BookNow, Moment
from tui.view.panels.asset_lines import asset_lines, coin_lines, has_money
from tui.view.panels.figure_grid import Figure, Steady, View, ratio_gauge, ratio_tone, ratio_word
from tui.view.panels.portfolio_margin import portfolio_margin_figures, portfolio_margin_line
from tui.view.terminal.lines import Line


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
        Figure(3, "Margin ratio", "Ratio", formats.percent(used, 2), ratio_tone(used),
               gauge=ratio_gauge(used), word=ratio_word(used)),
        Figure(8, "Max. withdrawal", "Withdr.", held.money(account.max_withdraw_amount), held.tone()),
    ]  # fmt: skip


def account_lines(
    moment: Moment,
    is_private: bool,
    width: int,
    rows: int,
    room: int,
    book_rows: int = 0,
    steady: Steady | None = None,
) -> list[Line]:
    """The panel of the books that are looked at.

    Args:
        moment: what is known.
        is_private: whether money is hidden.
        width: cells of the pane.
        rows: lines for the totals of the first book.
        room: lines for assets, of all books.
        book_rows: lines for the further books, whatever the room for assets.
        steady: how much room figures have taken before.
    """
    if rows < 1:
        return []
    first, *others = [book for book in moment.books if is_worth_room(book)] or [moment.first]
    lines = _book_lines(first, is_private, width, rows, room, steady or Steady())
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


def _book_lines(
    book: BookNow, is_private: bool, width: int, rows: int, room: int, steady: Steady
) -> list[Line]:
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
        return steady.grid(portfolio_margin_figures(book, now, is_private, stale_text), width, rows)
    view = View(is_fresh, is_private, "USDT" if account.counts_usdt_only else "USD")
    lines = steady.grid(figures_of(now, view, stale_text, f"  {age} ago"), width, rows)
    return lines + asset_lines(book, now, is_private, width, room)
