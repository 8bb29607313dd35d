"""The contracts of the simulated exchange: names, steps, where their prices live and how far they swing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui.sim.formulas import Bracket, brackets

MAJOR = brackets(
    (300_000, 125, "0.004"),
    (800_000, 100, "0.005"),
    (3_000_000, 75, "0.0065"),
    (12_000_000, 50, "0.01"),
    (70_000_000, 25, "0.02"),
    (100_000_000, 20, "0.025"),
    (230_000_000, 10, "0.05"),
    (1_200_000_000, 4, "0.125"),
)
MIDDLE = brackets(
    (10_000, 75, "0.0065"),
    (80_000, 50, "0.01"),
    (500_000, 25, "0.02"),
    (1_500_000, 20, "0.025"),
    (3_000_000, 10, "0.05"),
    (30_000_000, 2, "0.25"),
)
SMALL = brackets(
    (5_000, 50, "0.01"),
    (25_000, 25, "0.02"),
    (125_000, 20, "0.025"),
    (600_000, 10, "0.05"),
    (3_000_000, 2, "0.25"),
)


@dataclass(frozen=True, slots=True)
class Contract:
    """One perpetual contract."""

    symbol: str
    base_asset: str
    margin_asset: str
    price: Decimal
    """The price its walk swings around."""
    tick_size: Decimal
    step_size: Decimal
    swing: float
    """Standard deviation of one second's relative move."""
    brackets: tuple[Bracket, ...]
    funding_rate: Decimal
    """Rate of one funding interval; positive when longs pay."""


def contract(
    symbol: str,
    price: str,
    tick_size: str,
    step_size: str,
    table: tuple[Bracket, ...],
    funding_rate: str = "0.0001",
) -> Contract:
    """Describe a contract; its margin asset is the end of its name, its swing follows from its size class.
    A table of none of the classes makes a price that stands still."""
    margin_asset = symbol[-4:]
    swing = {MAJOR: 0.00009, MIDDLE: 0.00016, SMALL: 0.00024}.get(table, 0.0)
    return Contract(
        symbol,
        symbol.removesuffix(margin_asset),
        margin_asset,
        Decimal(price),
        Decimal(tick_size),
        Decimal(step_size),
        swing,
        table,
        Decimal(funding_rate),
    )


CONTRACTS: dict[str, Contract] = {
    one.symbol: one
    for one in (
        contract("BTCUSDT", "91840.50", "0.10", "0.001", MAJOR, "0.00006210"),
        contract("ETHUSDT", "3124.20", "0.01", "0.001", MAJOR, "0.00004115"),
        contract("SOLUSDT", "142.60", "0.0100", "0.01", MAJOR, "0.00010000"),
        contract("BNBUSDT", "905.40", "0.010", "0.01", MAJOR, "0.00002870"),
        contract("XRPUSDT", "2.1480", "0.0001", "0.1", MAJOR, "0.00008730"),
        contract("ADAUSDT", "0.41050", "0.00010", "1", MIDDLE, "-0.00003420"),
        contract("DOGEUSDT", "0.142300", "0.000010", "1", MIDDLE, "0.00010000"),
        contract("LINKUSDT", "13.412", "0.001", "0.01", MIDDLE, "0.00005000"),
        contract("AVAXUSDT", "14.1080", "0.0010", "1", MIDDLE, "-0.00012900"),
        contract("LTCUSDT", "84.31", "0.01", "0.001", MIDDLE, "0.00007650"),
        contract("COMPUSDT", "49.72", "0.01", "0.001", SMALL, "0.00001250"),
        contract("1000SATSUSDT", "0.0002812", "0.0000001", "1", SMALL, "-0.00043100"),
        contract("币安人生USDT", "0.19820", "0.00001", "1", SMALL, "0.00031800"),
        contract("WIFUSDT", "0.3814", "0.0001", "0.1", SMALL, "0.00005000"),
        contract("SUIUSDT", "1.523600", "0.000100", "0.1", MIDDLE, "0.00009100"),
        contract("TRXUSDT", "0.27840", "0.00001", "1", MIDDLE, "0.00003300"),
        contract("BTCUSDC", "91835.0", "0.1", "0.001", MAJOR, "0.00004400"),
        contract("ETHUSDC", "3123.90", "0.01", "0.001", MAJOR, "0.00003870"),
    )
}


def numbered(count: int) -> dict[str, Contract]:
    """Make a large catalogue of invented contracts, `COIN001USDT` and on, for big accounts."""
    tables = (MAJOR, MIDDLE, SMALL)
    made = {}
    for number in range(1, count + 1):
        price = Decimal(1 + number * 7919 % 1900) / 10
        one = contract(f"COIN{number:03d}USDT", f"{price:.4f}", "0.0001", "0.01", tables[number % 3])
        made[one.symbol] = one
    return made
