"""Which rows an expression lets pass."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.book.wire import key
from tui.book.filter import matcher
from tui.book.position import Position

ROWS = {
    "BTCUSDT": Position(key=key("BTCUSDT"), position_amount=Decimal(1)),
    "ETHUSDT": Position(key=key("ETHUSDT"), position_amount=Decimal(-1)),
    "ETHBTC": Position(key=key("ETHBTC", "LONG"), position_amount=Decimal(1)),
    "币安人生USDT": Position(key=key("币安人生USDT", "SHORT"), position_amount=Decimal(-5)),
}


@pytest.mark.parametrize(
    ("expression", "passing"),
    [
        ("", ["BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("   ", ["BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("btc", ["BTCUSDT", "ETHBTC"]),
        ("BtC", ["BTCUSDT", "ETHBTC"]),
        ("!btc", ["ETHUSDT", "币安人生USDT"]),
        ("!!btc", ["BTCUSDT", "ETHBTC"]),
        ("!!!btc", ["ETHUSDT", "币安人生USDT"]),
        ("btc !eth", ["BTCUSDT"]),
        ("btc,币安", ["BTCUSDT", "ETHBTC", "币安人生USDT"]),
        ("=btcusdt", ["BTCUSDT"]),
        ("=btc", []),
        ("!=btcusdt", ["ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("=btcusdt,=ethbtc", ["BTCUSDT", "ETHBTC"]),
        ("side:long", ["BTCUSDT", "ETHBTC"]),
        ("side:short", ["ETHUSDT", "币安人生USDT"]),
        ("side:s", ["ETHUSDT", "币安人生USDT"]),
        ("!side:short", ["BTCUSDT", "ETHBTC"]),
        ("side:", ["BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("side:up", []),
        ("eth side:short", ["ETHUSDT"]),
        (",", ["BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("!", []),
        ("!!", ["BTCUSDT", "ETHUSDT", "ETHBTC", "币安人生USDT"]),
        ("=", []),
        ("xrp", []),
        (".*", []),
    ],
)
def test_expressions(expression: str, passing: list[str]) -> None:
    """Words must all hold; a comma is "or", `!` is "not", `=` is "exactly", `side:` is the side."""
    test = matcher(expression)

    assert [symbol for symbol, row in ROWS.items() if test(row)] == passing


@given(st.text(max_size=60))
@settings(derandomize=True)
def test_every_text_is_an_expression(expression: str) -> None:
    """Whatever is typed, rows pass or do not."""
    test = matcher(expression)

    assert {test(row) for row in ROWS.values()} <= {True, False}


def test_very_long_expression() -> None:
    """Length is no trouble."""
    assert not matcher("!" * 100_001 + "btc")(ROWS["BTCUSDT"])
    assert matcher("btc " * 10_000)(ROWS["BTCUSDT"])
