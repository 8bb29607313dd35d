"""Odd values are mended or unknown; the row they stand in stays."""

from decimal import Decimal

import pytest

from tests.protocol.wire import brief, encoded, result_of
from tui.errors import ProtocolError
from tui.protocol.codec import decode_account, decode_positions, decode_pushed
from tui.protocol.events import (
    AccountChange,
    AccountConfigUpdate,
    AccountUpdate,
    LeverageChange,
    MarkPriceUpdate,
)
from tui.protocol.replies import PositionRisk

LONG = "x" * 1_000_000


def row_with(**fields: object) -> PositionRisk:
    (row,) = decode_positions(encoded([{"symbol": "A", "positionSide": "BOTH", "entryPrice": "7", **fields}]))
    assert row.entry_price == Decimal(7)
    return row


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        ("1.50", "1.50"),
        ("0.00000001", "1E-8"),
        ("1000000000000", "1000000000000"),
        ("1E-7", "1E-7"),
        ("2.8e-4", "0.00028"),
        ("5E+2", "5E+2"),
        ("0.1234567890123456789012345678901234567", "0.1234567890123456789012345678901234567"),
        ("-0.000", "0.000"),
        ("-0", "0"),
        ("-0E-8", "0E-8"),
        ("1,234,567.89", "1234567.89"),
        (" 5.0 ", "5.0"),
        (5, "5"),
        (0.1, "0.1"),
        (-1, "-1"),
    ],
)
def test_amounts_are_exact(wire: object, text: str) -> None:
    """An amount is the exchange's own number, whatever dress it comes in; a zero has no sign."""
    amount = row_with(positionAmt=wire).position_amount

    assert amount is not None
    assert str(amount) == text


def test_number_with_many_digits_beside_an_odd_one() -> None:
    """A JSON number keeps all its digits, also where the message has to be mended."""
    raw = b'[{"symbol":"A","positionSide":"BOTH","markPrice":12345678901234567890.123456789,"notional":""}]'

    assert str(decode_positions(raw)[0].mark_price) == "12345678901234567890.123456789"


@pytest.mark.parametrize(
    "wire",
    [
        "",
        None,
        "NaN",
        "sNaN",
        "nan",
        "Infinity",
        "-Infinity",
        "abc",
        "1.2.3",
        "--1",
        True,
        [],
        {},
        ["1"],
        "0x10",
        LONG,
    ],
    ids=brief,
)
def test_unreadable_amounts_are_unknown(wire: object) -> None:
    """What is no number is unknown: never 0, and the row stays."""
    assert row_with(positionAmt=wire).position_amount is None


@pytest.mark.parametrize(
    "wire",
    ["1E+40", "-1E+999999", "1E-41", "1E+99999999999999999999", "9" * 41, "0E-1000"],
    ids=brief,
)
def test_amounts_that_no_account_can_hold_are_unknown(wire: str) -> None:
    """Numbers that would overflow a sum or fill a screen are rubbish, as text and as a JSON number."""
    raw = '[{"symbol":"A","positionSide":"BOTH","positionAmt":%s,"entryPrice":7}]'

    assert row_with(positionAmt=wire).position_amount is None
    assert decode_positions((raw % wire).encode())[0].position_amount is None


@pytest.mark.parametrize(
    ("wire", "value"), [("2", 2), (2.0, 2), ("", None), (None, None), ("high", None), (1.5, None)]
)
def test_odd_integers(wire: object, value: int | None) -> None:
    """An integer may come as text; what is none is unknown."""
    assert row_with(adl=wire).adl_quantile == value


@pytest.mark.parametrize(
    ("wire", "value"), [("1720736417660", 1720736417660), ("", None), (-5, None), (10**15, None), ("?", None)]
)
def test_odd_times(wire: object, value: int | None) -> None:
    """A time outside of what can be shown counts as not told."""
    assert row_with(updateTime=wire).update_time_ms == value


@pytest.mark.parametrize("wire", ["", None, 5, {}, []])
def test_odd_texts(wire: object) -> None:
    """A text that is none is unknown; an empty one stays empty where it stands for itself."""
    assert row_with(marginAsset=wire).margin_asset in (None, "")


def test_one_odd_field_leaves_all_others() -> None:
    """Mending one field of one row changes nothing else in the message."""
    good = decode_positions(result_of("positions_hedge"))
    odd = result_of("positions_hedge").replace(b'"49.72023376"', b'"49,72023376 or so"')

    ada, comp = decode_positions(odd)
    assert ada == good[0]
    assert comp.mark_price is None
    assert [comp.notional, comp.adl_quantile, comp.symbol] == [good[1].notional, 2, "COMPUSDT"]


def test_odd_field_deep_in_an_account() -> None:
    """An odd field of one asset is unknown there, and nowhere else."""
    raw = encoded({"totalMaintMargin": "1", "assets": [{"asset": "A", "walletBalance": "x"}, {"asset": "B"}]})
    account = decode_account(raw)

    assert account.maintenance_margin == Decimal(1)
    assert [(asset.asset, asset.wallet_balance) for asset in account.assets] == [("A", None), ("B", None)]


def test_unreadable_size_in_an_event() -> None:
    """An event whose size cannot be read is an event still: something changed, and it is unknown what."""
    change = {"B": [], "P": [{"s": "A", "pa": "NaN"}, {"s": "B", "pa": "many"}, {"s": "C"}], "m": "ORDER"}
    pushed = decode_pushed(encoded({"e": "ACCOUNT_UPDATE", "E": 1, "T": 1, "a": change}))

    assert isinstance(pushed, tuple)
    assert isinstance(pushed[0], AccountUpdate)
    assert [row.position_amount for row in pushed[0].change.positions] == [None, None, None]


def test_odd_number_beside_a_time_written_as_a_fraction() -> None:
    """A time in the form 1.5E12 is read, also where the message has to be mended."""
    raw = b'{"e":"markPriceUpdate","E":1.5E12,"s":"A","p":"","r":"0.1"}'

    assert decode_pushed(raw) == (
        MarkPriceUpdate(event_time_ms=1_500_000_000_000, symbol="A", funding_rate=Decimal("0.1")),
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J",
        "\x1b]52;c;ZXZpbA==\x07",
        "\x9b31m",
        "\u202eTDSUCTB",
        "BTC\u200bUSDT",
        "BTC\nUSDT",
        "BTC\tUSDT",
        "\x7f",
        "B\u2066T\u2069C",
        "\ufeffBTC",
        "a" + "\u0301" * 500,
        LONG,
    ],
    ids=brief,
)
def test_hostile_text_reaches_nobody(hostile: str) -> None:
    """Nothing that steers a terminal, hides or overflows is left in any text of any row."""
    (row,) = decode_positions(encoded([{"symbol": hostile, "positionSide": hostile, "marginAsset": hostile}]))

    for text in (row.symbol, row.position_side, row.margin_asset or ""):
        assert text.isprintable()
        assert len(text) <= 64
        assert not any(mark in text for mark in "\x1b\x9b\u202e\u200b\u2066\ufeff")


@pytest.mark.parametrize("markup", ["[red]BTC[/red]", "[/", "[@click=app.quit]x[/]", "$var", "{x}"])
def test_markup_stays_text(markup: str) -> None:
    """What looks like markup is left as it is: nobody parses it."""
    assert row_with(symbol=markup).symbol == markup


def test_hostile_name_of_an_event() -> None:
    """The name of an unknown event is clean as well, and bounded."""
    (event,) = decode_pushed(encoded({"e": "\x1b[31m" + LONG}))  # type: ignore[misc]

    assert str(event.kind).isprintable()  # type: ignore[union-attr]
    assert len(event.kind) <= 64  # type: ignore[union-attr]


def test_hostile_message_in_a_refusal() -> None:
    """What could not be read is repeated in part, and clean."""
    with pytest.raises(ProtocolError) as refusal:
        decode_pushed(b'{"e":5,"x":"\x1b[2J' + b"y" * 1_000_000)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize(
    "change",
    [
        {"m": "ORDER", "B": [], "P": [{"s": "A", "pa": "1"}, {"s": None, "pa": "1"}]},
        {"m": "ORDER", "B": [], "P": [5]},
        {"m": "ORDER", "B": [], "P": "none"},
        {"m": "ORDER", "B": [{"wb": "1"}], "P": []},
    ],
    ids=brief,
)
def test_rows_of_an_event_are_never_dropped_in_silence(change: object) -> None:
    """An event with a row of nobody is refused whole: read without it, it would say that nothing changed."""
    with pytest.raises(ProtocolError):
        decode_pushed(encoded({"e": "ACCOUNT_UPDATE", "E": 1, "T": 1, "a": change}))


def test_missing_lists_of_an_event_are_empty() -> None:
    """Lists that are not sent, or null, hold nothing."""
    (event,) = decode_pushed(encoded({"e": "ACCOUNT_UPDATE", "E": 1, "T": 1, "a": {"B": None, "m": ""}}))  # type: ignore[misc]

    assert event == AccountUpdate(event_time_ms=1, transaction_time_ms=1, change=AccountChange())


def test_odd_leverage_is_refused_with_its_event() -> None:
    """A change of nobody's leverage is refused; one to no number is a change to something unknown."""
    for change in ({"l": 5}, {"s": 5, "l": 5}):
        with pytest.raises(ProtocolError):
            decode_pushed(encoded({"e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "ac": change}))
    (event,) = decode_pushed(encoded({"e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "ac": {"s": "A", "l": "max"}}))  # type: ignore[misc]

    assert event == AccountConfigUpdate(event_time_ms=1, leverage_change=LeverageChange(symbol="A"))
