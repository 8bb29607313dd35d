"""The COIN-M contracts of the simulated exchange: inverse perpetuals, and the deliveries of the next two quarters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tui.sim.catalogue import CONTRACTS, Contract
from tui.sim.formulas import Bracket, brackets

FAR_MS = 4_133_404_800_000
"""`deliveryDate` of a contract that is never delivered."""
ONBOARD_MS = 1_597_042_800_000
DELIVERY_HOUR = 8

BITCOIN = brackets(
    (5, 125, "0.004"),
    (10, 100, "0.005"),
    (20, 50, "0.01"),
    (50, 20, "0.025"),
    (100, 10, "0.05"),
    (200, 5, "0.10"),
    (400, 4, "0.125"),
    (1000, 3, "0.15"),
)
ETHER = brackets(
    (15, 100, "0.005"), (40, 75, "0.0065"), (100, 50, "0.01"), (500, 20, "0.025"), (5000, 5, "0.10")
)
OTHERS = brackets((15_000, 50, "0.01"), (80_000, 25, "0.02"), (400_000, 10, "0.05"), (4_000_000, 4, "0.125"))


@dataclass(frozen=True, slots=True)
class CoinContract(Contract):
    """One inverse contract. Its margin asset is the coin itself; quantities are whole contracts, brackets are by
    quantity of the coin."""

    pair: str = ""
    contract_size: Decimal = Decimal(10)
    """USD a contract."""
    contract_type: str = "PERPETUAL"
    """Or CURRENT_QUARTER, NEXT_QUARTER."""
    delivery_ms: int = FAR_MS

    @property
    def is_perpetual(self) -> bool:
        return self.contract_type == "PERPETUAL"


PERPETUALS: tuple[tuple[str, str, str, tuple[Bracket, ...], str], ...] = (
    ("BTC", "100", "0.1", BITCOIN, "0.0001"),
    ("ETH", "10", "0.01", ETHER, "0.00008640"),
    ("SOL", "10", "0.001", OTHERS, "-0.00004310"),
    ("BNB", "10", "0.01", OTHERS, "0.00003070"),
    ("XRP", "10", "0.0001", OTHERS, "0.0001"),
    ("ADA", "10", "0.00001", OTHERS, "0.00002450"),
    ("DOGE", "10", "0.000001", OTHERS, "0.00006900"),
    ("LINK", "10", "0.001", OTHERS, "0.00005000"),
    ("LTC", "10", "0.01", OTHERS, "0.00004200"),
)
"""Coin, USD a contract, tick size, brackets, funding rate."""
DELIVERED = ("BTC", "ETH")
"""Coins that also have quarterly contracts."""
BASIS = {"CURRENT_QUARTER": Decimal("1.0041"), "NEXT_QUARTER": Decimal("1.0128")}
"""How far a quarterly contract is above its perpetual."""


def coin_contracts(wall_ms: int) -> dict[str, CoinContract]:
    """The contracts that are listed at a time."""
    perpetuals = [perpetual(*one) for one in PERPETUALS]
    listed: list[CoinContract] = []
    for one in perpetuals:
        listed.append(one)
        if one.base_asset in DELIVERED:
            listed += quarters(one, wall_ms)
    return {one.symbol: one for one in listed}


def perpetual(
    coin: str, size: str, tick_size: str, table: tuple[Bracket, ...], funding_rate: str
) -> CoinContract:
    """Describe a perpetual; its price is that of the USDT contract of the coin."""
    linear = CONTRACTS[f"{coin}USDT"]
    return CoinContract(
        f"{coin}USD_PERP",
        coin,
        coin,
        linear.price,
        Decimal(tick_size),
        Decimal(1),
        linear.swing,
        table,
        Decimal(funding_rate),
        pair=f"{coin}USD",
        contract_size=Decimal(size),
    )


def quarters(one: CoinContract, wall_ms: int) -> list[CoinContract]:
    """The deliveries of a perpetual: this quarter's and the next one's, named by their day, as BTCUSD_260626."""
    made = []
    after_ms = wall_ms
    for contract_type, basis in BASIS.items():
        after_ms = delivery_after(after_ms)
        day = datetime.fromtimestamp(after_ms / 1000, UTC)
        made.append(
            CoinContract(
                f"{one.pair}_{day:%y%m%d}",
                one.base_asset,
                one.margin_asset,
                (one.price * basis).quantize(one.tick_size),
                one.tick_size,
                one.step_size,
                one.swing,
                one.brackets,
                Decimal(0),
                pair=one.pair,
                contract_size=one.contract_size,
                contract_type=contract_type,
                delivery_ms=after_ms,
            )
        )
    return made


def delivery_after(wall_ms: int) -> int:
    """The next quarterly delivery: the last Friday of March, June, September or December, 08:00 UTC."""
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    year, month = moment.year, (moment.month + 2) // 3 * 3
    while True:
        first = datetime(year + month // 12, month % 12 + 1, 1, DELIVERY_HOUR, tzinfo=UTC)
        last_day = first - timedelta(days=1)
        friday = last_day - timedelta(days=(last_day.weekday() - 4) % 7)
        if friday > moment:
            return int(friday.timestamp()) * 1000
        year, month = (year, month + 3) if month < 12 else (year + 1, 3)


def symbol_of(name: str, contracts: Mapping[str, CoinContract]) -> str:
    """The symbol a scenario means: `BTCUSD_QUARTER` is the contract of the next quarter, whatever its day is."""
    pair, _, rest = name.partition("_")
    if rest != "QUARTER":
        return name
    return next(
        one.symbol for one in contracts.values() if one.pair == pair and one.contract_type == "NEXT_QUARTER"
    )


def margin_assets(contracts: Iterable[CoinContract]) -> list[str]:
    """The coins that back contracts, each once."""
    return list(dict.fromkeys(one.margin_asset for one in contracts))
