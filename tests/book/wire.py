"""Messages of an exchange, made by hand and decoded as real ones are; times are seconds since BASE_MS."""

import json
from decimal import Decimal
from typing import Any

from tui.book.book import Book
from tui.book.health import Transport
from tui.book.position import Key, Position
from tui.protocol.codec import decode_account, decode_positions, decode_pushed
from tui.protocol.events import Event
from tui.protocol.replies import PositionRisk

BASE_MS = 1_790_000_000_000


def ms(seconds: float) -> int:
    """Return an exchange time."""
    return BASE_MS + round(seconds * 1000)


def key(symbol: str = "ADAUSDT", position_side: str = "BOTH") -> Key:
    """Return the key of a row."""
    return Key("main", "usdm", symbol, position_side)


def rows(*wires: dict[str, Any]) -> tuple[PositionRisk, ...]:
    """Return the rows of a snapshot, through the decoder."""
    return decode_positions(json.dumps(wires).encode())


def row(
    amount: str, entry: str = "0.4", *, at: float = 0, symbol: str = "ADAUSDT", **more: Any
) -> dict[str, Any]:
    """Return one row of `v2/account.position`: mark 0.5, leverage 10, cross."""
    notional = Decimal(amount) * Decimal("0.5")
    return {
        "symbol": symbol,
        "positionSide": "BOTH",
        "positionAmt": amount,
        "entryPrice": entry,
        "breakEvenPrice": entry,
        "markPrice": "0.5",
        "unRealizedProfit": str(Decimal(amount) * (Decimal("0.5") - Decimal(entry))),
        "liquidationPrice": "0.1",
        "isolatedMargin": "0",
        "notional": str(notional),
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": str(abs(notional) / 10),
        "maintMargin": str(abs(notional) / 100),
        "positionInitialMargin": str(abs(notional) / 10),
        "openOrderInitialMargin": "0",
        "adl": 1,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": ms(at),
        **more,
    }


def order_row(symbol: str = "ADAUSDT") -> dict[str, Any]:
    """Return a row that exists for open orders alone."""
    return row("0.000", "0.0", symbol=symbol, updateTime=0, openOrderInitialMargin="23.75", bidNotional="190")


def change(
    amount: str, entry: str = "0.4", *, symbol: str = "ADAUSDT", side: str = "BOTH", **more: Any
) -> dict[str, Any]:
    """Return one entry of `P` of an ACCOUNT_UPDATE."""
    flat = {"s": symbol, "pa": amount, "ep": entry, "bep": entry, "cr": "0", "up": "0"}
    return {**flat, "mt": "cross", "iw": "0", "ps": side, "ma": "USDT", **more}


def balance(asset: str, wallet: str, moved: str = "0") -> dict[str, str]:
    """Return one entry of `B` of an ACCOUNT_UPDATE."""
    return {"a": asset, "wb": wallet, "cw": wallet, "bc": moved}


def event(message: dict[str, Any]) -> Event:
    """Return an event, through the decoder."""
    pushed = decode_pushed(json.dumps(message).encode())
    assert isinstance(pushed, tuple)
    return pushed[0]


def update(
    *changes: dict[str, Any], at: float, reason: str = "ORDER", balances: Any = (), **more: Any
) -> Event:
    """Return an ACCOUNT_UPDATE."""
    body = {"m": reason, "B": list(balances), "P": list(changes)}
    return event({"e": "ACCOUNT_UPDATE", "T": ms(at), "E": ms(at) + 5, "a": body, **more})


def leverage(value: int, *, symbol: str = "ADAUSDT", at: float = 0) -> Event:
    """Return an ACCOUNT_CONFIG_UPDATE that tells a leverage."""
    return event({"e": "ACCOUNT_CONFIG_UPDATE", "T": ms(at), "E": ms(at), "ac": {"s": symbol, "l": value}})


def mark(price: str, *, at: float, symbol: str = "ADAUSDT", rate: str = "0.0001") -> Event:
    """Return a markPriceUpdate."""
    return event({"e": "markPriceUpdate", "E": ms(at), "s": symbol, "p": price, "r": rate, "T": ms(3600)})


def take(book: Book, *wires: dict[str, Any], asked: float, now: float | None = None) -> list[Key]:
    """Let a snapshot of the positions come, a fifth of a second after it was asked for."""
    return book.take_positions(rows(*wires), ms(asked), ms(asked + 0.2 if now is None else now))


def tell(book: Book, told: Event, now: float) -> None:
    """Let an event come."""
    book.apply(told, ms(now))


def take_account(book: Book, *, asked: float, wallet: str = "100", assets: Any = None, **more: Any) -> None:
    """Let a snapshot of the account come."""
    if assets is None:
        assets = [{"asset": "USDT", "walletBalance": wallet, "crossWalletBalance": wallet, "updateTime": 0}]
    body = {"totalWalletBalance": wallet, "totalCrossWalletBalance": wallet, "assets": assets, **more}
    book.take_account(decode_account(json.dumps(body).encode()), ms(asked), ms(asked + 0.2))


def opened_book(at: float = 0) -> Book:
    """Return a book whose connections have just been opened, and that knows nothing yet."""
    book = Book()
    book.health.api.transport = Transport.OPEN
    book.health.user.transport = Transport.OPEN
    book.stream_opened(ms(at))
    return book


def live_book(*wires: dict[str, Any]) -> Book:
    """Return a book that became live at second 10."""
    book = opened_book(5)
    take(book, *wires, asked=10)
    take_account(book, asked=10)
    assert book.health.is_synced
    return book


def lost(book: Book, at: float) -> None:
    """Let the user stream be lost."""
    book.health.user.transport = Transport.DOWN
    book.begin_epoch(ms(at))


def reopened(book: Book, at: float) -> None:
    """Let the user stream be opened anew."""
    book.health.user.transport = Transport.OPEN
    book.stream_opened(ms(at))


def sizes(book: Book) -> dict[tuple[str, str], str]:
    """Return the size of every row."""
    return {
        (row.symbol, row.position_side): f"{book.positions[row].position_amount:f}" for row in book.positions
    }


def ada(book: Book) -> Position:
    """Return the row of ADAUSDT in one-way mode."""
    return book.positions[key()]
