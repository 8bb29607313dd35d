"""The truth about a book, for tests to compare with what a client shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tui.sim.account import Account, Key
from tui.sim.market import Market
from tui.sim.world import World

BookKey = tuple[str, str, str]
"""(book, symbol, position side); the books are `usdm`, `coinm` and `pm`."""


@dataclass(frozen=True, slots=True)
class OraclePosition:
    """A position as it truly is."""

    symbol: str
    position_side: str
    position_amount: Decimal
    entry_price: Decimal
    break_even_price: Decimal
    isolated_wallet: Decimal
    is_isolated: bool
    leverage: int
    mark_price: Decimal
    update_time_ms: int


def truth_of(account: Account, market: Market) -> dict[Key, OraclePosition]:
    """Every position of an account with an amount."""
    book = {}
    for position in account.open_positions():
        setting = account.setting(position.symbol)
        book[position.symbol, str(position.position_side)] = OraclePosition(
            position.symbol,
            position.position_side,
            position.amount,
            position.entry_price,
            position.break_even_price,
            position.isolated_wallet,
            setting.is_isolated,
            setting.leverage,
            market.mark_price(position.symbol),
            position.update_time_ms,
        )
    return book


def documented(row: Mapping[str, object], leverage: int = 20) -> OraclePosition:
    """The truth of a documented row is the row; what it does not have is 0."""
    amounts = ("positionAmt", "entryPrice", "breakEvenPrice", "isolatedWallet")
    amount, entry, break_even, wallet = (Decimal(str(row.get(name, 0))) for name in amounts)
    return OraclePosition(
        str(row["symbol"]),
        str(row["positionSide"]),
        amount,
        entry,
        break_even,
        wallet,
        is_isolated=False,
        leverage=int(str(row.get("leverage", leverage))),
        mark_price=Decimal(str(row["markPrice"])),
        update_time_ms=int(str(row["updateTime"])),
    )


def linear_truth(world: World) -> dict[Key, OraclePosition]:
    """The USD-M book by (symbol, position side)."""
    document = world.scenario.position_document
    if document is None:
        return truth_of(world.account, world.market)
    return {(row["symbol"], row["positionSide"]): documented(row) for row in document}


def coin_truth(world: World) -> dict[Key, OraclePosition]:
    """The COIN-M book by (symbol, position side); documented rows without an amount are no positions."""
    document = world.coin_m.setup.position_document
    if document is None:
        return truth_of(world.coin_m.account, world.coin_m.market)
    return {
        (row["symbol"], row["positionSide"]): documented(row) for row in document if row["positionAmt"] != "0"
    }


def portfolio_truth(world: World) -> dict[Key, OraclePosition]:
    """The Portfolio Margin book: USD-M and COIN-M together."""
    documents = world.portfolio.setup.documents
    if documents is None:
        return linear_truth(world) | coin_truth(world)
    rows = [*documents["/papi/v1/um/positionRisk"], *documents["/papi/v1/cm/positionRisk"]]
    return {
        (row["symbol"], row["positionSide"]): documented(row) for row in rows if Decimal(row["positionAmt"])
    }


def whole_truth(world: World) -> dict[BookKey, OraclePosition]:
    """Every book that a client of this account can ask for."""
    truths: dict[str, dict[Key, OraclePosition]] = {}
    if "classic" in world.scenario.kinds:
        truths |= {"usdm": linear_truth(world), "coinm": coin_truth(world)}
    if "pm" in world.scenario.kinds:
        truths["pm"] = portfolio_truth(world)
    return {(book, *key): one for book, truth in truths.items() for key, one in truth.items()}
