"""What the simulated account holds and how its exchange behaves, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tui.sim.catalogue import CONTRACTS, Contract, contract, numbered
from tui.sim.coin_m import documents as coin_m_documents
from tui.sim.coin_m.setup import CoinSetup
from tui.sim.documents import ACCOUNTS, POSITIONS, Row
from tui.sim.formulas import brackets
from tui.sim.holdings import Holding as Holding
from tui.sim.holdings import in_margin, in_mode
from tui.sim.portfolio_margin import documents as portfolio_documents
from tui.sim.portfolio_margin.setup import PortfolioSetup

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of world. Durations are milliseconds of exchange time."""

    name: str = "demo"
    holdings: tuple[Holding, ...] = ()
    contracts: Mapping[str, Contract] = field(default_factory=lambda: CONTRACTS)
    wallets: Mapping[str, str] = field(default_factory=lambda: {"USDT": "61240.11853200"})
    dual_side: bool = True
    """Hedge mode: LONG and SHORT in place of BOTH."""
    multi_assets: bool = False
    position_document: list[Row] | None = None
    """Rows that `v2/account.position` answers as they are; nothing moves then."""
    account_document: Row | None = None
    kinds: frozenset[str] = frozenset({"classic"})
    """`classic`, `pm` for Portfolio Margin; a documented account answers as both."""
    coin_m: CoinSetup = field(default_factory=CoinSetup)
    portfolio: PortfolioSetup = field(default_factory=PortfolioSetup)
    trade_pause_ms: tuple[int, int] | None = None
    """Shortest and longest pause between two trades of the account; None: it never trades."""
    happening_pause_ms: tuple[int, int] | None = None
    """The same for transfers, changes of leverage and other things that are no trades."""
    funding_interval_ms: int = 8 * HOUR_MS
    snapshot_lag_ms: int = 0
    """Snapshots show the account as it was up to so long ago."""
    clock_skew_ms: int = 0
    """How far the exchange's clock is ahead of the one that drives it."""
    weight_limit: int = 2400
    ping_interval_ms: int = 3 * MINUTE_MS
    pong_limit_ms: int = 10 * MINUTE_MS
    lifetime_ms: int = DAY_MS
    listen_key_ms: int = HOUR_MS
    listen_key_lifetime_ms: int | None = None
    """End of a listen key in spite of keep-alives; None: only silence ends it."""
    silent_forms: frozenset[str] = frozenset()
    """Ways to connect a private stream that deliver nothing: `path`, `query`, `subscribe`, `no-events`."""

    @property
    def is_static(self) -> bool:
        return self.position_document is not None


DEMO = (
    Holding("BTCUSDT", "LONG", "1.512", "0.989", 20),
    Holding("BTCUSDT", "SHORT", "-0.300", "1.006", 20),
    Holding("ETHUSDT", "LONG", "34.400", "0.992", 25),
    Holding("SOLUSDT", "SHORT", "-410.00", "1.013", 10),
    Holding("BNBUSDT", "LONG", "9.10", "0.971", 10),
    Holding("XRPUSDT", "LONG", "5210.0", "1.004", 20, True),
    Holding("ADAUSDT", "LONG", "31400", "1.021", 20),
    Holding("DOGEUSDT", "SHORT", "-60000", "1.018", 10, True),
    Holding("LINKUSDT", "LONG", "412.50", "1.006", 25, True),
    Holding("AVAXUSDT", "SHORT", "-380", "0.994", 5, True),
    Holding("COMPUSDT", "SHORT", "-31.000", "1.426", 20),
    Holding("1000SATSUSDT", "LONG", "9120000", "0.99573", 5),
    Holding("币安人生USDT", "SHORT", "-12000", "1.0146", 10, True),
    Holding("ETHUSDC", "LONG", "4.200", "0.985", 15),
    Holding("LTCUSDT", "LONG", "0", "1", 8, False, "190"),
)
BOTH = (
    Holding("BTCUSDT", "BOTH", "0.512", "0.989", 20),
    Holding("ETHUSDT", "BOTH", "-12.400", "1.008", 25),
    Holding("SOLUSDT", "BOTH", "140.00", "1.013", 10),
    Holding("XRPUSDT", "BOTH", "5210.0", "0.996", 20, True),
    Holding("1000SATSUSDT", "BOTH", "-9120000", "0.99573", 5),
    Holding("币安人生USDT", "BOTH", "-12000", "1.0146", 10, True),
    Holding("ETHUSDC", "BOTH", "4.200", "0.985", 15),
)
WALLETS = {"USDT": "61240.11853200", "USDC": "18310.50220000", "BNB": "4.20113000"}
COIN_DEMO = CoinSetup(
    (
        Holding("BTCUSD_PERP", "LONG", "420", "0.988", 20),
        Holding("BTCUSD_QUARTER", "SHORT", "-150", "1.009", 10),
        Holding("ETHUSD_PERP", "SHORT", "-1800", "1.011", 15),
        Holding("XRPUSD_PERP", "LONG", "640", "0.9935", 5, True),
    ),
    wallets={"BTC": "0.31842600", "ETH": "3.10740000", "XRP": "1480.25000000"},
    trade_pause_ms=(25_000, 70_000),
    happening_pause_ms=(80_000, 200_000),
)
COIN_BOTH = replace(
    COIN_DEMO,
    holdings=(
        Holding("BTCUSD_PERP", "BOTH", "420", "0.988", 20),
        Holding("BTCUSD_QUARTER", "BOTH", "-150", "1.009", 10),
        Holding("ETHUSD_PERP", "BOTH", "-1800", "1.011", 15),
        Holding("XRPUSD_PERP", "BOTH", "640", "0.9935", 5, True),
    ),
)
COIN_QUIET = replace(COIN_DEMO, trade_pause_ms=None, happening_pause_ms=None)
DEMO_SCENARIO = Scenario(
    "demo",
    DEMO,
    wallets=WALLETS,
    coin_m=COIN_DEMO,
    trade_pause_ms=(6_000, 20_000),
    happening_pause_ms=(40_000, 110_000),
    funding_interval_ms=90_000,
)
DOCUMENT_BRACKETS = brackets((50_000, 75, "0.0065"))
DOCUMENT_CONTRACTS = {
    "ADAUSDT": contract("ADAUSDT", "0.41047590", "0.00010", "1", DOCUMENT_BRACKETS),
    "COMPUSDT": contract("COMPUSDT", "49.72023376", "0.01", "0.001", brackets((50_000, 75, "0.01"))),
    "BTCUSDT": contract("BTCUSDT", "6679.50671178", "0.10", "0.001", DOCUMENT_BRACKETS),
}

PORTFOLIO = (
    Holding("BTCUSDT", "LONG", "1.512", "0.989", 75),
    Holding("BTCUSDT", "SHORT", "-0.300", "1.006", 75),
    Holding("ETHUSDT", "LONG", "34.400", "0.992", 75),
    Holding("SOLUSDT", "SHORT", "-410.00", "1.013", 50),
    Holding("ADAUSDT", "LONG", "31400", "1.021", 50),
)
COIN_PORTFOLIO = (
    Holding("BTCUSD_PERP", "LONG", "420", "0.988", 75),
    Holding("BTCUSD_QUARTER", "SHORT", "-150", "1.009", 50),
    Holding("ETHUSD_PERP", "SHORT", "-1800", "1.011", 75),
    Holding("XRPUSD_PERP", "LONG", "640", "0.9935", 25),
)
CROSS = in_margin(DEMO, isolated=False)
CREDITS = {
    symbol: replace(one, margin_asset="BNFCR") for symbol, one in CONTRACTS.items() if symbol.endswith("USDT")
}
"""USDT contracts as an account in credits trading mode sees them: they settle in BNFCR."""

BOOKS = {
    "pm": replace(
        DEMO_SCENARIO,
        name="pm",
        holdings=PORTFOLIO,
        wallets={"USDT": "320.40330000"},
        coin_m=replace(
            COIN_DEMO,
            holdings=COIN_PORTFOLIO,
            wallets={"BTC": "0.01120000", "ETH": "0.10440000", "XRP": "24.80000000"},
            happening_pause_ms=None,
        ),
        kinds=frozenset({"pm"}),
        portfolio=PortfolioSetup(
            free={"USDT": "1240.77120000", "BTC": "0.02510000", "BNB": "1.90040000"},
            borrowed={"USDT": "5750.00000000"},
            happening_pause_ms=(40_000, 110_000),
        ),
        happening_pause_ms=None,
    ),
    "coinm": replace(DEMO_SCENARIO, name="coinm", holdings=(), trade_pause_ms=None, happening_pause_ms=None),
    "multi-assets": replace(DEMO_SCENARIO, name="multi-assets", holdings=CROSS, multi_assets=True),
    "negative-balance": replace(
        DEMO_SCENARIO,
        name="negative-balance",
        holdings=CROSS,
        multi_assets=True,
        wallets={"USDT": "-1840.22610000", "USDC": "58310.50220000", "BTC": "0.41000000"},
        happening_pause_ms=None,
    ),
    "bnfcr": replace(
        DEMO_SCENARIO,
        name="bnfcr",
        holdings=tuple(one for one in CROSS if one.symbol in CREDITS),
        contracts=CREDITS,
        wallets={
            "BNFCR": "-912.40810000",
            "USDC": "42310.50220000",
            "BTC": "0.28110000",
            "BNB": "4.20113000",
        },
        multi_assets=True,
        happening_pause_ms=None,
    ),
    "isolated": replace(
        DEMO_SCENARIO,
        name="isolated",
        holdings=in_margin(DEMO, isolated=True),
        coin_m=COIN_DEMO.in_margin(isolated=True),
    ),
}


def documented(name: str, rows: list[Row]) -> Scenario:
    """The examples of the pages, all at once: USD-M, COIN-M and, but for one, Portfolio Margin.

    In hedge mode the Portfolio Margin page has BTCUSDT at 21123.05052574 and the English USD-M page at 6679.50671178: the
    market streams of one exchange cannot say both.
    """
    hedge = name in ("docs", "docs-en-hedge")
    contracts = DOCUMENT_CONTRACTS
    if name == "docs":
        contracts = contracts | {"BTCUSDT": replace(contracts["BTCUSDT"], price=Decimal("21123.05052574"))}
    return Scenario(
        name,
        contracts=contracts,
        wallets={"USDT": "23.72469206", "USDC": "103.12345678"},
        dual_side=hedge,
        position_document=rows,
        account_document=ACCOUNTS["single"],
        kinds=frozenset({"classic"} if name == "docs-en-hedge" else {"classic", "pm"}),
        coin_m=CoinSetup(
            contracts=coin_m_documents.CONTRACTS,
            position_document=coin_m_documents.POSITIONS[hedge],
            account_document=coin_m_documents.account(hedge=hedge),
        ),
        portfolio=PortfolioSetup(documents=portfolio_documents.documents(hedge=hedge)),
    )


SCENARIOS: dict[str, Scenario] = {
    "demo": DEMO_SCENARIO,
    "quiet": replace(
        DEMO_SCENARIO,
        name="quiet",
        trade_pause_ms=None,
        happening_pause_ms=None,
        coin_m=COIN_QUIET,
        funding_interval_ms=8 * HOUR_MS,
    ),
    "empty": Scenario("empty"),
    "one-way": replace(DEMO_SCENARIO, name="one-way", holdings=BOTH, coin_m=COIN_BOTH, dual_side=False),
    **BOOKS,
    **{name: documented(name, rows) for name, rows in POSITIONS.items()},
}
NAMES = (*SCENARIOS, "many")


def many(count: int) -> Scenario:
    """An account with so many positions, LONG and SHORT in turn, that never trades."""
    contracts = numbered(count)
    holdings = tuple(
        Holding(
            symbol,
            "SHORT" if number % 2 else "LONG",
            "-120.00" if number % 2 else "120.00",
            f"0.{99 - number % 7}",
        )
        for number, symbol in enumerate(contracts)
    )
    return Scenario(f"many-{count}", holdings, contracts, wallets={"USDT": f"{count * 2000}.00000000"})


def scenario(name: str, *, assets: str | None = None, hedge: bool | None = None) -> Scenario:
    """Find a scenario by name: one of `NAMES`, or `many-N` for N positions (`many`: 600).

    Args:
        name: the scenario's name.
        assets: `single` or `multi` asset mode; None: as the scenario has it.
        hedge: position mode of an account that is not a documented one; None: as the scenario has it.

    Raises:
        ValueError: unknown name or mode.
    """
    found = named(name)
    if assets not in (None, "single", "multi"):
        raise ValueError(f"assets is 'single' or 'multi', not {assets!r}")
    if assets is not None:
        document = ACCOUNTS[assets] if found.account_document else None
        found = replace(found, multi_assets=assets == "multi", account_document=document)
    if hedge is not None and hedge != found.dual_side and not found.is_static:
        holdings = in_mode(found.holdings, hedge=hedge)
        found = replace(found, dual_side=hedge, holdings=holdings, coin_m=found.coin_m.in_mode(hedge=hedge))
    return found


def named(name: str) -> Scenario:
    """Find a scenario as it stands in the table."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    if found := re.fullmatch(r"many(?:-(\d{1,5}))?", name):
        return many(int(found[1] or 600))
    raise ValueError(f"unknown scenario {name!r}: one of {', '.join(NAMES)}, many-N")
