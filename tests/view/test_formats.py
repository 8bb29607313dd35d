"""Numbers and times as text."""

from datetime import timedelta, timezone
from decimal import Decimal

import pytest

from tui.view import bars, formats


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("2.8E-4", "0.00028"),
        ("1E+3", "1,000"),
        ("-12000", "−12,000"),
        ("-0.000", "0.000"),
        ("25000000", "25,000,000"),
        ("0.512", "0.512"),
        ("1E-8", "0.00000001"),
    ],
)
def test_exact_keeps_every_digit(digits: str, text: str) -> None:
    """An amount has the exchange's digits, grouped, never in scientific notation and never -0."""
    assert formats.exact(Decimal(digits)) == text


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("61880.00000000", "61,880.00"),
        ("61204.1", "61,204.1"),
        ("6679.50671178", "6,679.51"),
        ("0.40445", "0.40445"),
        ("0.00028", "0.00028"),
        ("0.0000089053", "0.0000089053"),
        ("0.00000890534", "0.0000089053"),
        ("142.3100", "142.310"),
        ("1.23456789", "1.23457"),
        ("0", "0"),
    ],
)
def test_price_has_meaningful_decimals(digits: str, text: str) -> None:
    """A price has the exchange's own decimals, but no more than five significant ones or cents of thousands."""
    assert formats.price(Decimal(digits)) == text


@pytest.mark.parametrize(
    ("digits", "asset", "text"),
    [
        ("346.0200", "USDT", "+346.02"),
        ("-273.954", "USDT", "−273.95"),
        ("0", "USDT", "0.00"),
        ("0.00412", "USDT", "+0.0041"),
        ("-0.000000004", "USDT", "0.00000000"),
        ("0.00005866", "BTC", "+0.00005866"),
        ("1E+3", "BTC", "+1,000"),
    ],
)
def test_money_has_its_sign_and_no_false_zero(digits: str, asset: str, text: str) -> None:
    """Dollars have two decimals, dust has more, coins have all; zero has no sign."""
    assert formats.money(Decimal(digits), asset, is_signed=True) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [("0.218", "+21.8 %"), ("-0.0771", "−7.7 %"), ("-0.0004", "0.0 %"), ("12.5", "+1,250.0 %")],
)
def test_percent_is_signed(fraction: str, text: str) -> None:
    """A fraction becomes per cent with its sign; what rounds to zero has none."""
    assert formats.percent(Decimal(fraction), is_signed=True) == text


@pytest.mark.parametrize("show", [formats.exact, formats.price, formats.money, formats.percent])
def test_unknown_is_a_dash(show: object) -> None:
    """Unknown is never zero and never empty."""
    assert callable(show)
    assert show(None) == "—"


@pytest.mark.parametrize(
    ("age_ms", "text"), [(42_999, "0:42"), (3_723_000, "1:02:03"), (3 * 86_400_000, "3 d"), (-5, "0:00")]
)
def test_clock_counts_whole_seconds(age_ms: int, text: str) -> None:
    """A watched age is shown in whole seconds and never negative."""
    assert formats.clock(age_ms) == text


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [
        (0, "<2s"),
        (1_999, "<2s"),
        (2_000, "<5s"),
        (15_000, "<20s"),
        (59_000, "<1m"),
        (185_000, "3m"),
        (7_200_000, "2h"),
    ],
)
def test_calm_age_moves_in_steps(age_ms: int, text: str) -> None:
    """An age within its limit is shown as the step it is in: the screen does not tick."""
    assert formats.calm_age(age_ms) == text


def test_times_are_local_and_utc() -> None:
    """A time of day is given where the reader is and in UTC."""
    zone = timezone(timedelta(hours=2))

    assert formats.both_times(1_720_736_420_000, zone) == "00:20:20 (22:20:20Z)"


@pytest.mark.parametrize(("fraction", "text"), [(0, "    "), (0.001, "▏   "), (0.5, "██  "), (2, "████")])
def test_bar_is_always_as_wide(fraction: float, text: str) -> None:
    """A bar shows at least a sliver of anything, and never grows over its width."""
    assert bars.bar(fraction, 4) == text


def test_danger_grows_as_room_shrinks() -> None:
    """The bar of the liquidation distance is full when the price is there, half at 5 %."""
    rooms = (None, Decimal("0.5"), Decimal("0.05"), Decimal("0"), Decimal("-0.1"))
    values = [bars.danger(room) for room in rooms]

    assert values == [0.0, pytest.approx(1 / 11), 0.5, 1.0, 1.0]


def test_lights_are_four() -> None:
    """The auto-deleveraging queue is shown as Binance's four lights."""
    assert [bars.lights(quantile) for quantile in (0, 2, 4, 9)] == ["▯▯▯▯", "▮▮▯▯", "▮▮▮▮", "▮▮▮▮"]


def test_gauge_keeps_its_width() -> None:
    """The gauge of the margin ratio never leaves its edges."""
    assert [bars.gauge(Decimal(text), 4) for text in ("0", "0.01", "0.5", "7")] == [
        "▕░░░░▏", "▕█░░░▏", "▕██░░▏", "▕████▏",
    ]  # fmt: skip
