"""Numbers and times as text: the exchange's digits, grouped, signed with −, and — for what is unknown."""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal

UNKNOWN = "—"
HIDDEN = "•••"
MINUS = "−"
USD_LIKE = frozenset({"USDT", "USDC", "USD", "BUSD", "FDUSD", "TUSD", "USDP", "BFUSD", "LDUSDT", "BNFCR"})
"""Margin assets that count as dollars: two decimals, and their notionals may be added."""

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

CALM_STEPS = ((2_000, "<2s"), (5_000, "<5s"), (20_000, "<20s"), (MINUTE_MS, "<1m"))
"""An age that nobody needs to watch is shown as the step it is in, so that the screen does not tick."""


def _signed(digits: str, is_signed: bool) -> str:
    """Digits with the sign that a reader sees: none where they are all 0."""
    is_negative = digits[0] == "-"
    bare = digits[1:] if is_negative else digits
    if not bare.strip("0.,"):
        return bare
    if is_negative:
        return MINUS + bare
    return "+" + bare if is_signed else bare


def exact(value: Decimal | None, *, is_signed: bool = False) -> str:
    """Every digit that the exchange sent, grouped, never in scientific notation and never -0."""
    return UNKNOWN if value is None else _signed(f"{value:,f}", is_signed)


def rounded(value: Decimal | None, decimals: int, *, is_signed: bool = False) -> str:
    """The value with that many decimals."""
    return UNKNOWN if value is None else _signed(f"{value:,.{decimals}f}", is_signed)


def own_decimals(value: Decimal) -> int:
    """How many decimals the exchange's text has."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price_decimals(value: Decimal) -> int:
    """Decimals worth showing of a price of that size: at least five significant digits."""
    magnitude = value.adjusted()
    if magnitude >= 3:
        return 2
    return 4 - magnitude if magnitude < 0 else 5 - magnitude


def price(value: Decimal | None) -> str:
    """A price: the exchange's own decimals, but no more than its size makes meaningful."""
    text, most = exact(value), 0 if value is None else price_decimals(value)
    return rounded(value, most) if len(text.partition(".")[2]) > most else text


def money_decimals(value: Decimal, asset: str | None) -> int:
    """Two decimals of a dollar, eight of a coin; more for dust, so that it is not shown as zero."""
    if asset is not None and asset not in USD_LIKE:
        return min(8, own_decimals(value))
    if not value or value.adjusted() >= -2:
        return 2
    return min(8, max(2, 1 - value.adjusted()))


def money(value: Decimal | None, asset: str | None = "USDT", *, is_signed: bool = False) -> str:
    """An amount of a margin asset."""
    if value is None:
        return UNKNOWN
    return rounded(value, money_decimals(value, asset), is_signed=is_signed)


def percent(fraction: Decimal | None, decimals: int = 1, *, is_signed: bool = False) -> str:
    """A fraction as per cent: 0.218 becomes `21.8 %`."""
    if fraction is None:
        return UNKNOWN
    return rounded(fraction * 100, decimals, is_signed=is_signed) + " %"


def clock(age_ms: int) -> str:
    """A span that has to be watched, in whole seconds: `0:42`, `1:02:03`, `3 d`."""
    seconds = max(0, age_ms) // SECOND_MS
    if seconds >= 86_400:
        return f"{seconds // 86_400} d"
    hours, rest = divmod(seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def calm_age(age_ms: int) -> str:
    """An age within its limit, as the step it is in: `<2s`, `<20s`, `3m`, `2h`."""
    for limit_ms, text in CALM_STEPS:
        if age_ms < limit_ms:
            return text
    if age_ms < HOUR_MS:
        return f"{age_ms // MINUTE_MS}m"
    return f"{age_ms // HOUR_MS}h" if age_ms < DAY_MS else f"{age_ms // DAY_MS}d"


def until(span_ms: int) -> str:
    """A time to wait, coarse until the last hour: `7h`, `42m`, `<1m`."""
    if span_ms >= HOUR_MS:
        return f"{span_ms // HOUR_MS}h"
    return f"{span_ms // MINUTE_MS}m" if span_ms >= MINUTE_MS else "<1m"


def local_time(time_ms: int, zone: tzinfo | None = None) -> str:
    """The time of day where the reader is."""
    return f"{datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone(zone):%H:%M:%S}"


def utc_time(time_ms: int) -> str:
    """The time of day in UTC, marked as such."""
    return local_time(time_ms, UTC) + "Z"


def both_times(time_ms: int, zone: tzinfo | None = None) -> str:
    """Local time and UTC, so that a log line elsewhere can be matched."""
    return f"{local_time(time_ms, zone)} ({utc_time(time_ms)})"


def date_time(time_ms: int) -> str:
    """Date and time in UTC."""
    return f"{datetime.fromtimestamp(time_ms / 1000, tz=UTC):%Y-%m-%d %H:%M:%S}Z"
