"""One line an asset: those that USD-M's totals leave out, and the coins of COIN-M."""

from collections.abc import Sequence

from tui.book.account import Asset
from tui.view import formats
from tui.view.account_now import AccountNow, AssetNow, account_now, asset_now
from tui.view.books import name_of
from tui.view.moment import BookNow
from tui.view.panels.figure_grid import Figure, View, aligned, ratio_tone
from tui.view.terminal.lines import Line, Part, Piece, fitting, side_by_side


def has_money(asset: Asset) -> bool:
    """Whether an asset is worth a line."""
    return any((asset.wallet_balance, asset.unrealized_pnl, asset.initial_margin, asset.margin_balance))


def asset_lines(book: BookNow, now: AccountNow, is_private: bool, width: int, room: int) -> list[Line]:
    """One line an asset that the totals leave out or hide."""
    account = now.account
    assets = [asset for asset in account.assets if has_money(asset)]
    if account.counts_usdt_only:
        assets = [asset for asset in assets if asset.asset != "USDT"]
    elif len(assets) < 2:
        return []
    if not assets or room < 1:
        return []
    shown = assets if len(assets) <= room else assets[: room - 1]
    rows = [asset_figures(asset_now(book, now, asset), now, is_private) for asset in shown]
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


def asset_figures(one: AssetNow, now: AccountNow, is_private: bool) -> list[Figure]:
    """What is told of one asset."""
    asset, pnl, used = one.asset, one.unrealized_pnl, one.margin_ratio
    view = View(now.is_fresh, is_private, asset.asset)
    held = view._replace(is_fresh=now.has_margins)
    return [
        Figure(1, asset.asset, "", "", "strong"),
        Figure(2, "Balance", "", view.money(one.margin_balance), view.tone()),
        Figure(5, "Wallet", "", view.money(asset.wallet_balance, is_live=False), view.tone()),
        Figure(3, "PNL", "", view.money(pnl, is_signed=True), view.tone(pnl)),
        Figure(6, "Available", "", held.money(asset.available_balance), held.tone()),
        Figure(7, "Maint.", "", held.money(asset.maintenance_margin), held.tone()),
        Figure(4, "Ratio", "", formats.percent(used, 2), ratio_tone(used)),
    ]


def coin_lines(
    book: BookNow, is_private: bool, width: int, room: int, *, is_named: bool = False
) -> list[Line]:
    """COIN-M's account: one line a coin where there is room, else what matters of all on one line."""
    now = account_now(book)
    if now is None or room < 1:
        return []
    assets = [asset for asset in now.account.assets if has_money(asset)]
    name = f"{name_of(book.book)} " if is_named else ""
    if not assets:
        return [((f" {name_of(book.book)} account", "strong"), ("  no balances", "dim"))]
    coins = [asset_now(book, now, asset) for asset in assets]
    age = formats.clock(book.time_ms - now.account.snapshot_ms)
    if len(assets) > room:
        return _all_coins(name, coins, now, is_private, width, room, age)
    rows = []
    for coin in coins:
        label, *figures = asset_figures(coin, now, is_private)
        figures[-1] = figures[-1]._replace(label="Margin ratio")
        rows.append([label._replace(label=name + coin.asset.asset), *figures])
    if not now.is_fresh:
        rows = [[*row[:1], Figure(2, "", "", f"STALE {age}", "warn"), *row[1:]] for row in rows]
    return aligned(rows, width)


def _all_coins(
    name: str,
    coins: Sequence[AssetNow],
    now: AccountNow,
    is_private: bool,
    width: int,
    room: int,
    age: str,
) -> list[Line]:
    """Every coin side by side: balances and margin ratios, where there is one line those ratios alone."""
    ratios = [coin.margin_ratio for coin in coins]
    worst_first = sorted(range(len(coins)), key=lambda place: -(ratios[place] or 0))
    balances, used = [Piece(-1, ((f"{name}Balance", "dim"),))], [Piece(-1, ((f"{name}Margin ratio", "dim"),))]
    for place, coin in enumerate(coins):
        view, rank = View(now.is_fresh, is_private, coin.asset.asset), worst_first.index(place)
        label: Part = (f"{coin.asset.asset} ", "strong")
        balance = view.money(coin.margin_balance)
        balances.append(Piece(rank, (label, (balance, view.tone()))))
        used.append(Piece(rank, (label, (formats.percent(ratios[place], 2), ratio_tone(ratios[place])))))
    shown = [used] if room < 2 else [balances, used]
    if not now.is_fresh:
        shown[0].insert(1, Piece(-1, ((f"STALE {age}", "warn"),)))
    return [((" ", "plain"), *side_by_side(fitting(pieces, width - 2, 3), 3)) for pieces in shown]
