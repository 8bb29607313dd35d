"""The book at one moment, as the words and plain values that every output format shares.

Amounts are strings in the exchange's exact digits, ratios are fractions as strings with 8 places, times and counts are
numbers, and None is unknown. A figure whose input is stale is None; facts (size, entry) stay, beside their age.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from tui.book import figures, risk
from tui.book.account import Account, Asset
from tui.book.book import Book
from tui.book.filter import matcher
from tui.book.health import ACCOUNT_LIMIT_MS, Feed, Freshness
from tui.book.portfolio import Portfolio
from tui.book.position import Position
from tui.report.text import digits, fraction

Value = str | int | bool | None
Record = dict[str, Value]

SCHEMA = 1

IDENTITY = ("account", "book", "symbol", "position_side")
FACTS = (
    "position_amount", "entry_price", "break_even_price", "leverage", "isolated_wallet", "contract_size", "price_step",
    "max_quantity",
    "max_notional_value",
)  # fmt: skip
OF_SNAPSHOT = ("liquidation_price", "open_order_initial_margin", "bid_notional", "ask_notional")
"""Figures that hold while the row is confirmed."""
OF_MARK = (
    "mark_price", "notional", "unrealized_pnl", "isolated_margin", "initial_margin", "maintenance_margin",
    "position_initial_margin", "funding_rate",
)  # fmt: skip
"""Figures that move with the mark price."""
OF_SIZE = tuple(name for name in OF_MARK if name not in ("mark_price", "funding_rate"))
"""Those that are 0 without a position."""
OF_NOTHING = (*OF_SIZE, "mark_price")
"""The same with the price of a contract that has none: Binance says 0."""

POSITION_FIELDS = (
    *IDENTITY, "position_amount", "entry_price", "break_even_price", "mark_price", "liquidation_price",
    "liquidation_distance", "notional", "unrealized_pnl", "unrealized_pnl_usd", "roe", "leverage",
    "leverage_is_derived", "margin_type", "margin_type_is_derived", "margin_asset", "contract_size", "price_step",
    "max_quantity",
    "max_notional_value", "is_auto_add_margin", "initial_margin", "maintenance_margin", "maintenance_margin_share",
    "position_initial_margin", "open_order_initial_margin", "isolated_wallet", "isolated_margin", "bid_notional", "ask_notional", "adl_quantile",
    "funding_rate", "next_funding_time_ms", "update_time_ms", "is_live", "position_age_ms", "mark_age_ms",
)  # fmt: skip
"""Every field of a position, in the order of the output."""

ACCOUNT_FACTS = ("wallet_balance", "cross_wallet_balance")
ACCOUNT_FIGURES = (
    "margin_balance", "unrealized_pnl", "cross_unrealized_pnl", "available_balance", "max_withdraw_amount",
    "initial_margin", "maintenance_margin", "position_initial_margin", "open_order_initial_margin",
)  # fmt: skip
ACCOUNT_OF_PORTFOLIO_MARGIN = ("uni_mmr", "account_equity", "actual_equity")
"""Of the account as a whole, not of an asset."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows and fields a report shows."""

    filter: str = ""
    show_zero_rows: bool = False
    fields: tuple[str, ...] = ()
    """Fields of the positions; empty: all of them (in a table: its usual columns)."""
    show_total: bool = False


class Caption(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says beside the figures."""

    label: str = ""
    notice: str = ""
    rights: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report can show."""

    time_ms: int
    word: str
    health: Record
    books: dict[str, str]
    """The word of each book."""
    feeds: dict[str, Record]
    accounts: list[Record]
    assets: list[list[Record]]
    """The margin assets of each account."""
    positions: list[Record]
    totals: list[Record]
    wanted: Wanted
    caption: Caption


def take(book: Book | Portfolio, time_ms: int, wanted: Wanted, caption: Caption) -> Picture:
    """Return what is known at `time_ms`, by the exchange's clock."""
    matches = matcher(wanted.filter)
    chosen = [
        position
        for position in book.positions.values()
        if matches(position) and (position.is_open or wanted.show_zero_rows)
    ]
    places = {one.book: place for place, one in enumerate(_books(book))}
    chosen.sort(
        key=lambda position: (places.get(position.key.book, 0), position.key[2:], position.key.account)
    )
    fresh = [book.freshness(position, time_ms) for position in chosen]
    rows = [_position(position, age) for position, age in zip(chosen, fresh, strict=True)]
    for row, position, age in zip(rows, chosen, fresh, strict=True):
        share = risk.maintenance_share(position, book.positions.values()) if age.is_marked else None
        row["maintenance_margin_share"] = fraction(share)
    accounts = book.accounts
    gaps = {one.book: one.health.gap_ms for one in _books(book)}
    return Picture(
        time_ms=time_ms,
        word=str(book.word(time_ms)),
        health=_health(book, caption),
        books={one.book: str(one.word(time_ms)) for one in _books(book)},
        feeds={feed.name: _feed(feed, time_ms) for feed in book.health.feeds},
        accounts=[
            _account(account, time_ms, gaps[account.book]) | _risk(account, book, time_ms)
            for account in accounts
        ],
        assets=[_assets(account, time_ms, gaps[account.book]) for account in accounts],
        positions=[_only(row, wanted.fields) for row in rows],
        totals=_totals(zip(chosen, fresh, strict=True)) if wanted.show_total else [],
        wanted=wanted,
        caption=caption,
    )


def _books(book: Book | Portfolio) -> tuple[Book, ...]:
    return book.books if isinstance(book, Portfolio) else (book,)


def _only(row: Record, fields: tuple[str, ...]) -> Record:
    return {name: row[name] for name in fields or POSITION_FIELDS}


def _position(position: Position, age: Freshness) -> Record:
    row: Record = dict(zip(IDENTITY, position.key, strict=True))
    row |= {name: digits(getattr(position, name)) for name in FACTS}
    row |= {name: digits(getattr(position, name)) if age.is_confirmed else None for name in OF_SNAPSHOT}
    is_flat = age.is_confirmed and not position.is_open  # no price moves what is nothing
    flat = () if not is_flat else OF_SIZE if position.mark_price else OF_NOTHING
    row |= {
        name: digits(getattr(position, name)) if age.is_marked or name in flat else None for name in OF_MARK
    }
    pnl_usd = _pnl_usd(position, age)
    return row | {
        "unrealized_pnl_usd": digits(pnl_usd),
        "is_auto_add_margin": position.is_auto_add_margin,
        "liquidation_distance": fraction(figures.liquidation_distance(position)) if age.is_marked else None,
        "roe": fraction(figures.roe(position)) if age.is_marked else None,
        "leverage_is_derived": position.leverage_is_derived,
        "margin_type": position.margin_type,
        "margin_type_is_derived": position.margin_type_is_derived,
        "margin_asset": position.margin_asset,
        "adl_quantile": position.adl_quantile if age.is_confirmed else None,
        "next_funding_time_ms": position.next_funding_time_ms,
        "update_time_ms": position.update_time_ms,
        "is_live": age.is_live,
        "position_age_ms": age.position_age_ms,
        "mark_age_ms": age.mark_age_ms,
    }


def _account(account: Account, time_ms: int, gap_ms: int) -> Record:
    is_live = _is_live(account, time_ms, gap_ms)
    row: Record = {"account": account.account, "book": account.book}
    row |= {name: digits(getattr(account, name)) for name in ACCOUNT_FACTS}
    are_figures_live = is_live and account.has_margins
    row |= {name: digits(getattr(account, name)) if are_figures_live else None for name in ACCOUNT_FIGURES}
    row |= {name: digits(getattr(account, name)) if is_live else None for name in ACCOUNT_OF_PORTFOLIO_MARGIN}
    return row | {
        "account_status": account.account_status if is_live else None,
        "margin_ratio": fraction(figures.margin_ratio(account)) if are_figures_live else None,
        "multi_assets_mode": account.multi_assets_mode,
        "is_live": is_live,
        "age_ms": max(0, time_ms - account.snapshot_ms),
    }


def _risk(account: Account, book: Book | Portfolio, time_ms: int) -> Record:
    """What the account may bear: unknown when one row of it is not known, stale, or later than the totals."""
    own = next(one for one in _books(book) if one.book == account.book)
    rows = [row for row in own.positions.values() if row.is_open]
    is_known = own.health.is_audited(time_ms) and not own.is_narrowed
    is_whole = is_known and account.has_margins and all(own.freshness(row, time_ms).is_live for row in rows)
    sides = risk.exposure(rows) if is_whole else risk.Exposure(None, None)
    stakes = risk.staked(rows)
    balance = risk.margin_behind(account, stakes, account.margin_balance)
    return {
        "account_liquidation_distance": fraction(
            risk.account_distance(account, stakes) if is_whole else None
        ),
        "effective_leverage": fraction(risk.effective_leverage(sides.gross, balance)),
        "notional_long_usd": digits(_rounded(sides.long)),
        "notional_short_usd": digits(_rounded(sides.short)),
    }


def _rounded(amount: Decimal | None) -> Decimal | None:
    if amount is None or amount.adjusted() >= figures.MOST_COINS:
        return None
    return amount.quantize(figures.COIN_DIGITS)


def _is_live(account: Account, time_ms: int, gap_ms: int) -> bool:
    return account.snapshot_ms >= gap_ms and time_ms - account.snapshot_ms <= ACCOUNT_LIMIT_MS


def _assets(account: Account, time_ms: int, gap_ms: int) -> list[Record]:
    is_live = _is_live(account, time_ms, gap_ms) and account.has_margins
    return [_asset(asset, is_live) for asset in account.assets]


def _asset(asset: Asset, is_live: bool) -> Record:
    row: Record = {"asset": asset.asset}
    row |= {name: digits(getattr(asset, name)) for name in ACCOUNT_FACTS}
    row |= {name: digits(getattr(asset, name)) if is_live else None for name in ACCOUNT_FIGURES}
    return row | {"update_time_ms": asset.update_time_ms}


def _health(book: Book | Portfolio, caption: Caption) -> Record:
    health = book.health
    return {
        "is_synced": health.is_synced,
        "audited_ms": health.audited_ms,
        "missed_events": health.missed_events,
        "protocol_errors": health.protocol_errors,
        "skew_ms": health.skew_ms,
        "weight_used": book.weight_used,
        "weight_limit": book.weight_limit,
        "position_mode": book.position_mode,
        "label": caption.label or book.name,
        "notice": caption.notice or None,
        "rights": caption.rights or None,
    }


def _feed(feed: Feed, time_ms: int) -> Record:
    return {"transport": feed.transport.value, "reason": feed.reason or None, "age_ms": feed.age_ms(time_ms)}


def _totals(rows: Iterable[tuple[Position, Freshness]]) -> list[Record]:
    """Sums by book and margin asset; one stale or unknown addend makes a sum unknown."""
    groups: dict[tuple[str, str | None], list[tuple[Position, Freshness]]] = {}
    for position, age in rows:
        if position.is_open:
            groups.setdefault((position.key.book, position.margin_asset), []).append((position, age))
    return [
        {
            "book": book,
            "margin_asset": asset,
            "positions": len(group),
            "notional_long": _sum(p.notional if age.is_marked else None for p, age in group if p.is_long),
            "notional_short": _sum(
                p.notional if age.is_marked else None for p, age in group if not p.is_long
            ),
            "unrealized_pnl": _sum(p.unrealized_pnl if age.is_marked else None for p, age in group),
            "unrealized_pnl_usd": _sum(_pnl_usd(p, age) for p, age in group),
        }
        for (book, asset), group in groups.items()
    ]


def _pnl_usd(position: Position, age: Freshness) -> Decimal | None:
    """The PNL in US dollars, a coin's at the mark price and rounded as Binance rounds amounts."""
    value = figures.usd_value(position, position.unrealized_pnl) if age.is_marked else None
    if value is None or not position.is_inverse or value.adjusted() >= figures.MOST_COINS:
        return None if position.is_inverse else value
    return value.quantize(figures.COIN_DIGITS)


def _sum(amounts: Iterable[Decimal | None]) -> str | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return digits(total)
