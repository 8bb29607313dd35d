"""A source made by hand: rows, an account, and a time that moves only when a test says so."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import msgspec
from rich.cells import cell_len

from tui.app import PositionsApp
from tui.book.account import Account, Asset
from tui.book.book import Book
from tui.book.health import Transport
from tui.book.position import Key, Position
from tui.settings import ScreenSettings

NOW = 1_720_736_420_000


def key(symbol: str, position_side: str = "LONG") -> Key:
    """The key of a row."""
    return Key("main", "usdm", symbol, position_side)


def position(symbol: str, position_side: str = "LONG", amount: str = "2", **fields: object) -> Position:
    """An open position, told a moment ago: 100 in, 110 now, liquidated at 88."""
    row = Position(
        key=key(symbol, position_side),
        position_amount=Decimal(amount),
        entry_price=Decimal("100.00"),
        break_even_price=Decimal("100.05"),
        mark_price=Decimal("110.00"),
        mark_time_ms=NOW,
        unrealized_pnl=Decimal("20.00"),
        notional=Decimal("220.00"),
        liquidation_price=Decimal("88.00"),
        margin_asset="USDT",
        initial_margin=Decimal("22.00"),
        position_initial_margin=Decimal("22.00"),
        maintenance_margin=Decimal("2.20"),
        adl_quantile=2,
        leverage=Decimal(10),
        margin_type="CROSS",
        funding_rate=Decimal("0.0001"),
        next_funding_time_ms=NOW + 7_300_000,
        confirmed_ms=NOW,
        snapshot_ms=NOW,
    )
    for name, value in fields.items():
        setattr(row, name, value)
    return row


MANY = (
    position("BTCUSDT", amount="0.512", entry_price=Decimal("61204.10"), break_even_price=Decimal("61240.82"),
             mark_price=Decimal("61880.00"), liquidation_price=Decimal("57110.30"), unrealized_pnl=Decimal("346.02"),
             initial_margin=Decimal("1584.13"), notional=Decimal("31682.56")),
    position("币安人生USDT", "SHORT", "-12000", entry_price=Decimal("0.20110"), break_even_price=Decimal("0.20094"),
             mark_price=Decimal("0.19820"), liquidation_price=Decimal("0.21880"), unrealized_pnl=Decimal("34.80"),
             margin_type="ISOLATED", notional=Decimal("-2378.40"), next_funding_time_ms=None),
    position("1000SHIBUSDT", amount="1234000", entry_price=Decimal("0.0112340"), mark_price=Decimal("0.0110120"),
             break_even_price=Decimal("0.0112407"), liquidation_price=Decimal("0.0084000"),
             unrealized_pnl=Decimal("-273.95"), initial_margin=Decimal("2717.76"), leverage_is_derived=True),
    position("ETHUSDT", amount="4.200", liquidation_price=None, funding_rate=None, adl_quantile=None),
    position("ETHUSDT", "SHORT", "-1.100", unrealized_pnl=Decimal("-8.91"), liquidation_price=Decimal("113.00")),
    position("DOGEUSDT", "BOTH", "0", unrealized_pnl=Decimal(0), liquidation_price=None, leverage=None),
)  # fmt: skip
"""Every shape of number: long and short, large and tiny, unknown, Chinese, and a row of open orders."""


class HandBook(Book):
    """A book that a test writes."""

    def put(self, *rows: Position) -> None:
        """Add copies of rows, or replace them."""
        for row in rows:
            self.positions[row.key] = msgspec.structs.replace(row)
            self._changed.add(row.key)

    def drop(self, *keys: Key) -> None:
        """Take rows away."""
        for one in keys:
            del self.positions[one]
            self._changed.add(one)

    def change(self, one: Key, **fields: object) -> None:
        """Change fields of a row."""
        for name, value in fields.items():
            setattr(self.positions[one], name, value)
        self._changed.add(one)


class HandSource:
    """A source whose worker does nothing."""

    def __init__(self, *rows: Position) -> None:
        self.book: Book = HandBook("main")
        self.label = "main"
        self.notice = ""
        self.rights = "read-only ✓"
        self.on_change: Callable[[], None] | None = None
        self.now = NOW
        self.refreshed = 0
        self.hand.put(*rows)
        self.book.accounts["main", "usdm"] = account()
        health = self.book.health
        health.api.transport = health.user.transport = health.mark.transport = Transport.OPEN
        health.api.data_ms = health.user.data_ms = health.mark.data_ms = health.audited_ms = NOW
        health.is_synced = True
        self.book.weight_used, self.book.weight_limit = 45, 2400

    @property
    def hand(self) -> HandBook:
        """The same book, to write in."""
        assert isinstance(self.book, HandBook)
        return self.book

    def time_ms(self) -> int:
        """The time that the test has set."""
        return self.now

    async def run(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    def refresh(self) -> None:
        """Count."""
        self.refreshed += 1

    def confirm(self) -> None:
        """Tell everything again now."""
        for row in self.book.positions.values():
            row.confirmed_ms = row.mark_time_ms = row.snapshot_ms = self.now
        self.book.health.audited_ms = self.now
        for one in self.book.accounts.values():
            one.snapshot_ms = self.now
        self.hand._changed.update(self.book.positions)


def account(**fields: object) -> Account:
    """The totals of a single-asset account, told a moment ago."""
    usdt = Asset(asset="USDT", wallet_balance=Decimal("1000.00000000"), margin_balance=Decimal("1020.00"))
    made = Account(
        account="main",
        book="usdm",
        wallet_balance=Decimal("1000.00000000"),
        unrealized_pnl=Decimal("20.00000000"),
        margin_balance=Decimal("1020.00000000"),
        initial_margin=Decimal("22.00"),
        maintenance_margin=Decimal("102.00"),
        available_balance=Decimal("980.00"),
        max_withdraw_amount=Decimal("970.00"),
        assets=(usdt,),
        snapshot_ms=NOW,
    )
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def app_of(source: HandSource, **settings: object) -> PositionsApp:
    """The app on a source."""
    return PositionsApp(source, ScreenSettings(**settings))  # type: ignore[arg-type]


def pane(app: PositionsApp) -> list[str]:
    """The lines of the pane, as a terminal shows them."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def row_of(app: PositionsApp, text: str) -> str:
    """The first line that holds a text."""
    return next(line for line in pane(app) if text in line)


def symbols(app: PositionsApp) -> list[str]:
    """Symbol and side of the rows, from top to bottom."""
    return [f"{one.symbol} {one.position_side}" for one in app.positions.listing.order]


def is_whole(line: str, width: int) -> bool:
    """Whether a line is exactly as wide as the pane."""
    return cell_len(line) == width
