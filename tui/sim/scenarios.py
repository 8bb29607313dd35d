"""What the simulated account holds and how its exchange behaves, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tui.sim.account import PositionSide
from tui.sim.catalogue import CONTRACTS, Contract, contract, numbered
from tui.sim.documents import ACCOUNTS, POSITIONS, Row
from tui.sim.formulas import brackets

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Holding:
    """One position the account starts with."""

    symbol: str
    position_side: PositionSide
    amount: str
    """Signed; `"0"` with a bid is a symbol with nothing but an open order."""
    entry: str
    """Entry price as a multiple of the contract's price."""
    leverage: int = 20
    is_isolated: bool = False
    bid_notional: str = "0"


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
DEMO_SCENARIO = Scenario(
    "demo",
    DEMO,
    wallets=WALLETS,
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

SCENARIOS: dict[str, Scenario] = {
    "demo": DEMO_SCENARIO,
    "quiet": replace(
        DEMO_SCENARIO,
        name="quiet",
        trade_pause_ms=None,
        happening_pause_ms=None,
        funding_interval_ms=8 * HOUR_MS,
    ),
    "empty": Scenario("empty"),
    "one-way": replace(DEMO_SCENARIO, name="one-way", holdings=BOTH, dual_side=False),
} | {
    name: Scenario(
        name,
        contracts=DOCUMENT_CONTRACTS,
        wallets={"USDT": "23.72469206", "USDC": "103.12345678"},
        dual_side=name in ("docs", "docs-en-hedge"),
        position_document=rows,
        account_document=ACCOUNTS["single"],
    )
    for name, rows in POSITIONS.items()
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
        found = replace(found, dual_side=hedge, holdings=in_mode(found.holdings, hedge=hedge))
    return found


def in_mode(holdings: tuple[Holding, ...], *, hedge: bool) -> tuple[Holding, ...]:
    """The same holdings in another position mode; in one-way mode a symbol has one position, the first."""
    if hedge:
        return tuple(
            replace(one, position_side="SHORT" if one.amount.startswith("-") else "LONG") for one in holdings
        )
    return tuple({one.symbol: replace(one, position_side="BOTH") for one in reversed(holdings)}.values())[
        ::-1
    ]


def named(name: str) -> Scenario:
    """Find a scenario as it stands in the table."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    if found := re.fullmatch(r"many(?:-(\d{1,5}))?", name):
        return many(int(found[1] or 600))
    raise ValueError(f"unknown scenario {name!r}: one of {', '.join(NAMES)}, many-N")
