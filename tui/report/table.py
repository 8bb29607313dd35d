"""A picture as plain text: a line of state, the accounts, the positions; no colours."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from tui.report.picture import Picture, Record
from tui.report.text import UNKNOWN, moment, padded, percent, width

GAP = "  "


class Column(NamedTuple):
    """One column of the table."""

    label: str
    text: Callable[[Record], str]
    priority: int = 0
    """Columns with a higher number go first when the terminal is narrow; 0 stays."""
    is_left: bool = False


def _plain(name: str) -> Callable[[Record], str]:
    return lambda row: _text(row[name])


def _price(name: str) -> Callable[[Record], str]:
    """A price of 0 or less says that there is none."""
    return lambda row: UNKNOWN if Decimal(row[name] or 0) <= 0 else str(row[name])


def _ratio(name: str) -> Callable[[Record], str]:
    return lambda row: UNKNOWN if row[name] is None else percent(str(row[name]))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return UNKNOWN if value is None else str(value)


def _side(row: Record) -> str:
    side, amount = str(row["position_side"]), str(row["position_amount"])
    if side != "BOTH":
        return side
    if not amount.strip("-0."):
        return UNKNOWN
    return "SHORT" if amount.startswith("-") else "LONG"


def _leverage(row: Record) -> str:
    return UNKNOWN if row["leverage"] is None else f"{row['leverage']}x"


def _age(row: Record) -> str:
    if row["is_live"]:
        return "live"
    oldest = max(int(row[name] or 0) for name in ("position_age_ms", "mark_age_ms"))
    return f"stale {oldest / 1000:.0f} s"


COLUMNS = (
    Column("Book", _plain("book"), 10, is_left=True),
    Column("Symbol", _plain("symbol"), is_left=True),
    Column("Side", _side, is_left=True),
    Column("Lev", _leverage, 4),
    Column("Type", _plain("margin_type"), 8, is_left=True),
    Column("Size", _plain("position_amount"), 1),
    Column("Entry", _plain("entry_price"), 5),
    Column("Break-even", _plain("break_even_price"), 9),
    Column("Mark", _plain("mark_price"), 3),
    Column("Liq. price", _price("liquidation_price"), 6),
    Column("Liq. dist", _ratio("liquidation_distance")),
    Column("Margin", _plain("position_initial_margin"), 7),
    Column("PNL", _plain("unrealized_pnl")),
    Column("ROE", _ratio("roe"), 2),
    Column("Age", _age, 0, is_left=True),
)


def as_table(picture: Picture, columns: int | None = None) -> str:
    """Return the text; `columns` is the width of the terminal, None when nothing limits it."""
    lines = [_headline(picture), *_notices(picture)]
    for account, assets in zip(picture.accounts, picture.assets, strict=True):
        if (
            account["wallet_balance"] is None and account["uni_mmr"] is None and assets
        ):  # COIN-M has no totals
            held = [asset for asset in assets if _has_money(asset)]
            lines += [line for asset in held for line in _flow(_asset_parts(account, asset), columns)]
        else:
            lines += _flow(_account_parts(account), columns)
    lines.append("")
    usual = COLUMNS if len(picture.books) > 1 else COLUMNS[1:]
    chosen = tuple(Column(name, _plain(name)) for name in picture.wanted.fields) or usual
    lines += _grid(picture.positions, chosen, columns) if picture.positions else ["No positions."]
    lines += ["", *(_total_line(total) for total in picture.totals)] if picture.totals else []
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _has_money(asset: Record) -> bool:
    """Whether a coin is worth a line."""
    return any(Decimal(asset[name] or 0) != 0 for name in ("wallet_balance", "margin_balance"))


def _headline(picture: Picture) -> str:
    books = [f"{book} {word}" for book, word in picture.books.items()] if len(picture.books) > 1 else []
    parts = [
        picture.word,
        *books,
        picture.health["label"],
        picture.health["position_mode"],
        moment(picture.time_ms),
    ]
    return " · ".join(str(part) for part in parts if part is not None)


def _notices(picture: Picture) -> list[str]:
    return [line for line in (picture.caption.notice, picture.caption.rights) if line]


def _asset_parts(account: Record, asset: Record) -> list[str]:
    named = {
        "Margin balance": asset["margin_balance"],
        "Wallet": asset["wallet_balance"],
        "Unrealized": asset["unrealized_pnl"],
        "Available": asset["available_balance"],
        "Maint. margin": asset["maintenance_margin"],
    }
    parts = [f"{label} {_text(value)}" for label, value in named.items()]
    return [f"{account['book']} {asset['asset']}", *parts, *_stale(account)]


def _stale(account: Record) -> list[str]:
    return [] if account["is_live"] else [f"stale {int(account['age_ms'] or 0) / 1000:.0f} s"]


def _account_parts(account: Record) -> list[str]:
    named = {
        "Margin balance": account["margin_balance"],
        "Wallet": account["wallet_balance"],
        "Unrealized": account["unrealized_pnl"],
        "Available": account["available_balance"],
        "Init. margin": account["initial_margin"],
        "Maint. margin": account["maintenance_margin"],
    }
    if account["uni_mmr"] is not None:
        named |= {
            "uniMMR (liquidation at 1.05 and below)": account["uni_mmr"],
            "Equity": account["account_equity"],
            "Status": account["account_status"],
        }
    ratio = account["margin_ratio"]
    shown = UNKNOWN if ratio is None else percent(str(ratio), is_signed=False)
    parts = [f"{label} {_text(value)}" for label, value in named.items()]
    return [str(account["book"]), *parts, f"Margin ratio {shown}", *_stale(account)]


def _total_line(total: Record) -> str:
    words: tuple[str, ...] = (
        f"Total {total['book']} {_text(total['margin_asset'])}",
        f"positions {total['positions']}",
        f"long {_text(total['notional_long'])}",
        f"short {_text(total['notional_short'])}",
        f"PNL {_text(total['unrealized_pnl'])}",
    )
    if total["unrealized_pnl_usd"] != total["unrealized_pnl"]:
        words += (f"in USD {_text(total['unrealized_pnl_usd'])}",)
    return GAP.join(words)


def _flow(parts: list[str], columns: int | None) -> list[str]:
    """Join parts into lines no wider than the terminal."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{GAP}{part}"
        if columns is None or width(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(GAP + part)
    return lines


def _grid(rows: list[Record], columns: tuple[Column, ...], limit: int | None) -> list[str]:
    cells = {column.label: [column.text(row) for row in rows] for column in columns}
    widths = {label: max(width(text) for text in [label, *texts]) for label, texts in cells.items()}
    kept = _fitting(columns, widths, limit)
    return [
        GAP.join(padded(text, widths[column.label], is_left=column.is_left) for column, text in line)
        for line in [
            [(column, column.label) for column in kept],
            *([(column, cells[column.label][index]) for column in kept] for index in range(len(rows))),
        ]
    ]


def _fitting(columns: tuple[Column, ...], widths: dict[str, int], limit: int | None) -> list[Column]:
    kept = list(columns)
    while limit is not None and sum(widths[c.label] + len(GAP) for c in kept) - len(GAP) > limit:
        least = max(kept, key=lambda column: column.priority)
        if least.priority == 0:
            break
        kept.remove(least)
    return kept
