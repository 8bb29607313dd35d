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
from tui.book.portfolio import Portfolio
from tui.book.position import Key, Position
from tui.settings import ScreenSettings

NOW = 1_720_736_420_000


def key(symbol: str, position_side: str = "LONG", book: str = "usdm") -> Key:
    """The key of a row."""
    return Key("main", book, symbol, position_side)


def position(
    symbol: str, position_side: str = "LONG", amount: str = "2", book: str = "usdm", **fields: object
) -> Position:
    """An open position, told a moment ago: 100 in, 110 now, liquidated at 88."""
    row = Position(
        key=key(symbol, position_side, book),
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


COINS = (
    position("BTCUSD_PERP", amount="420", book="coinm", unrealized_pnl=Decimal("0.00520739"), margin_asset="BTC",
             contract_size=Decimal(100), is_inverse=True, mark_price=Decimal("91770.84"), notional=Decimal("0.45766172"),
             liquidation_price=Decimal("53916.24"), initial_margin=None, position_initial_margin=None,
             leverage=Decimal(20), entry_price=Decimal("90738.4"), max_quantity=Decimal(50)),
    position("ETHUSD_PERP", "SHORT", "-1800", "coinm", unrealized_pnl=Decimal("-0.06480052"), margin_asset="ETH",
             contract_size=Decimal(10), is_inverse=True, mark_price=Decimal("3123.31"), notional=Decimal("-5.76311669"),
             liquidation_price=Decimal("5588.07"), initial_margin=None, position_initial_margin=None),
)  # fmt: skip
"""Rows of COIN-M: contracts and coins."""

PM_ROWS = (
    position("BTCUSDT", amount="0.001", book="pm", margin_asset=None, margin_type=None, break_even_price=None,
             initial_margin=None, position_initial_margin=None, unrealized_pnl=Decimal("-1.06"),
             max_notional_value=Decimal(1000000)),
    position("BTCUSD_PERP", amount="1", book="pm", margin_asset="BTC", margin_type=None, break_even_price=None,
             is_inverse=True, contract_size=Decimal(100), unrealized_pnl=Decimal("0.00005866"),
             mark_price=Decimal("11788.67"), initial_margin=None, position_initial_margin=None),
)  # fmt: skip
"""Rows of Portfolio Margin, which tell less."""


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
        self.book: Book | Portfolio = HandBook("main")
        self.label = "main"
        self.notice = ""
        self.rights = "read-only ✓"
        self.on_news: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        self.now = NOW
        self.refreshed = 0
        self.hand.put(*rows)
        self.hand.balances.account = account()
        make_live(self.hand)

    def add(self, name: str, told: Account, *rows: Position) -> HandBook:
        """Put a further book beside the first one."""
        book = HandBook("main", name, self.hand.journal)
        book.put(*rows)
        book.balances.account = told
        make_live(book)
        known = self.book.all if isinstance(self.book, Portfolio) else (self.hand,)
        self.book = Portfolio((*known, book))
        return book

    @property
    def hand(self) -> HandBook:
        """The first book, to write in."""
        book = self.book.all[0] if isinstance(self.book, Portfolio) else self.book
        assert isinstance(book, HandBook)
        return book

    def time_ms(self) -> int:
        """The time that the test has set."""
        return self.now

    async def run(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    def refresh(self) -> bool:
        """Count."""
        self.refreshed += 1
        return self.refreshed < 4

    def confirm(self) -> None:
        """Tell everything again now."""
        for row in self.book.positions.values():
            row.confirmed_ms = row.mark_time_ms = row.snapshot_ms = self.now
        self.book.health.audited_ms = self.now
        for one in self.book.accounts:
            one.snapshot_ms = self.now
        self.hand._changed.update(self.book.positions)


def make_live(book: Book) -> None:
    """Every connection is open, and everything was told a moment ago."""
    health = book.health
    health.api.transport = health.user.transport = health.mark.transport = Transport.OPEN
    health.api.data_ms = health.user.data_ms = health.mark.data_ms = health.audited_ms = NOW
    health.is_synced = True
    book.weight_used, book.weight_limit = 45, 2400


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


def coin_account() -> Account:
    """The account of COIN-M: coins, and no totals."""
    btc = Asset(asset="BTC", wallet_balance=Decimal("0.31842600"), maintenance_margin=Decimal("0.00247522"))
    eth = Asset(asset="ETH", wallet_balance=Decimal("3.10720719"), maintenance_margin=Decimal("0.03572874"))
    return Account(account="main", book="coinm", assets=(btc, eth, Asset(asset="SOL")), snapshot_ms=NOW)


def pm_account(**fields: object) -> Account:
    """The account of Portfolio Margin."""
    made = Account(
        account="main",
        book="pm",
        uni_mmr=Decimal("2.53123456"),
        account_equity=Decimal("4868.46721667"),
        actual_equity=Decimal("5187.62742018"),
        account_status="NORMAL",
        initial_margin=Decimal("6429.27"),
        maintenance_margin=Decimal("1804.12"),
        snapshot_ms=NOW,
    )
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def three_books() -> HandSource:
    """USD-M, COIN-M and Portfolio Margin side by side."""
    source = HandSource(*MANY)
    source.add("coinm", coin_account(), *COINS)
    source.add("pm", pm_account(), *PM_ROWS)
    return source


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
