"""What a row shows while it holds, when it is stale, and in private."""

from decimal import Decimal

import pytest

from tests.view.hand import NOW, HandSource, position
from tui.book.position import Position
from tui.view.columns import COLUMNS, look

LIVE_FIGURES = ("mark_price", "liquidation_distance", "roe", "funding_rate")


def texts(row: Position, time_ms: int = NOW, gap_ms: int = 0, is_private: bool = False) -> dict[str, str]:
    """The cells of a row by column."""
    source = HandSource(row)
    source.book.health.gap_ms = gap_ms
    seen = look(source.book, row, time_ms)
    return {column.name: column.show(seen, is_private).text for column in COLUMNS}


def tones(row: Position, time_ms: int = NOW) -> dict[str, str]:
    """The tones of a row by column."""
    seen = look(HandSource(row).book, row, time_ms)
    return {column.name: column.show(seen, False).tone for column in COLUMNS}


def test_live_row_shows_everything() -> None:
    """A row whose inputs hold shows each figure, signed and grouped."""
    assert texts(position("BTCUSDT")) == {
        "symbol": "BTCUSDT",
        "book": "",
        "position_side": "LONG",
        "leverage": "10× C",
        "position_amount": "2",
        "entry_price": "100.00",
        "break_even_price": "100.05",
        "mark_price": "110.00",
        "liquidation_price": "88.00",
        "liquidation_distance": "−20.0 %",
        "initial_margin": "22.00",
        "unrealized_pnl": "+20.00",
        "unrealized_pnl_usd": "",
        "roe": "+90.9 %",
        "funding_rate": "+0.0100 %  2h",
        "adl_quantile": "▮▮▯▯",
    }


def test_silent_mark_price_takes_its_figures_away() -> None:
    """After 5 s without a mark price every figure made from it is —, and the age stands where PNL stood."""
    shown = texts(position("BTCUSDT"), NOW + 5_001)

    assert [shown[name] for name in LIVE_FIGURES] == ["—"] * 4
    assert shown["unrealized_pnl"] == "STALE 0:05"
    assert shown["liquidation_price"] == "88.00"


def test_unconfirmed_row_keeps_dimmed_facts() -> None:
    """What nothing has confirmed for 20 s keeps size and entry, dimmed; snapshot figures are —."""
    row = position("BTCUSDT")
    shown, looks = texts(row, NOW + 42_000), tones(row, NOW + 42_000)

    assert (shown["position_amount"], shown["liquidation_price"], shown["unrealized_pnl"]) == (
        "2",
        "—",
        "STALE 0:42",
    )
    assert (looks["position_amount"], looks["symbol"]) == ("dim", "dim")


def test_gap_makes_older_rows_stale_at_once() -> None:
    """What was told before the present epoch is not shown as live, however young it is."""
    assert texts(position("BTCUSDT"), NOW + 100, gap_ms=NOW + 50)["unrealized_pnl"] == "STALE 0:00"


def test_row_without_any_price_says_so() -> None:
    """A position whose symbol has no mark price yet has no PNL and no age."""
    assert texts(position("NEWUSDT", mark_time_ms=None))["unrealized_pnl"] == "NO PRICE"


def test_figures_of_another_size_are_not_shown() -> None:
    """Liquidation price and margin wait for the first snapshot of this size."""
    shown = texts(position("BTCUSDT", snapshot_ms=None))

    assert (shown["liquidation_price"], shown["initial_margin"], shown["roe"]) == ("—", "—", "—")
    assert shown["unrealized_pnl"] == "+20.00"


def test_private_row_keeps_percentages() -> None:
    """In private nobody reads how much money there is; shares and prices stay."""
    shown = texts(position("BTCUSDT"), is_private=True)

    hidden = [name for name, text in shown.items() if text == "•••"]
    assert hidden == ["position_amount", "initial_margin", "unrealized_pnl"]
    assert shown["roe"] == "+90.9 %"


@pytest.mark.parametrize(
    ("liquidation_price", "tone"),
    [("88", "plain"), ("101", "warn"), ("106", "alarm"), ("111", "alarm"), (None, "dim")],
)
def test_liquidation_distance_warns(liquidation_price: str | None, tone: str) -> None:
    """Less than 10 % of room warns, less than 5 % alarms, none at all too."""
    price = None if liquidation_price is None else Decimal(liquidation_price)

    assert (
        tones(position("A", liquidation_price=price, margin_type="ISOLATED"))["liquidation_distance"] == tone
    )


def test_short_is_signed_and_derived_leverage_is_marked() -> None:
    """A short has a negative size and a positive distance; a computed leverage is about."""
    row = position("A", "SHORT", "-1.100", liquidation_price=Decimal("121.00"), leverage_is_derived=True)
    shown = texts(row)

    assert (shown["position_side"], shown["position_amount"]) == ("SHORT", "−1.100")
    assert (shown["liquidation_distance"], shown["leverage"]) == ("+10.0 %", "≈10× C")


def test_row_of_open_orders_has_no_side() -> None:
    """In one-way mode a row without a position is neither long nor short."""
    assert texts(position("A", "BOTH", "0"))["position_side"] == "—"
