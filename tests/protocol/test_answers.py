"""Answers of the WebSocket API: every documented shape, to the digit."""

import json
from decimal import Decimal

import pytest

from tests.protocol.wire import brief, encoded, fixture, names, result_of
from tui.errors import ProtocolError
from tui.protocol.codec import (
    decode_account,
    decode_answer,
    decode_listen_key,
    decode_positions,
    decode_server_time,
    decode_session,
)
from tui.protocol.replies import ErrorData, ListenKey, PositionRisk, RateLimit, SessionInformation


@pytest.mark.parametrize("name", names("answers"))
def test_every_answer_has_an_envelope(name: str) -> None:
    """Every documented answer decodes, and its id and status are what the wire says."""
    raw = fixture("answers", name)
    answer = decode_answer(raw)

    wire = json.loads(raw)
    assert (answer.id, answer.status) == (wire.get("id"), wire.get("status", 0))
    assert (answer.error is not None, bool(answer.event)) == ("error" in wire, "event" in wire)


@pytest.mark.parametrize(
    "name", [name for name in names("answers") if name.startswith(("positions", "account"))]
)
def test_every_documented_figure_is_read_to_the_digit(name: str) -> None:
    """Every amount keeps the exchange's own text, trailing zeros and all."""
    raw = result_of(name)
    rows = [*decode_positions(raw)] if name.startswith("positions") else [decode_account(raw)]
    wires = json.loads(raw) if name.startswith("positions") else [json.loads(raw)]

    for row, wire in zip(rows, wires, strict=True):
        for field, wire_name in zip(row.__struct_fields__, row.__struct_encode_fields__, strict=True):
            if type(getattr(row, field)) is Decimal:
                assert str(getattr(row, field)) == str(Decimal(wire[wire_name]))


def test_one_way_example() -> None:
    """The Chinese page's one-way example holds ADAUSDT with these figures."""
    (ada,) = decode_positions(result_of("positions_one_way"))

    assert (ada.symbol, ada.position_side, ada.margin_asset) == ("ADAUSDT", "BOTH", "USDT")
    assert (ada.position_amount, ada.entry_price) == (Decimal(30), Decimal("0.385"))
    assert str(ada.unrealized_pnl) == "0.76427700"
    assert (ada.adl_quantile, ada.update_time_ms) == (2, 1720736417660)


def test_hedge_example() -> None:
    """The Chinese page's hedge example holds a long and a short, whose amount is negative."""
    ada, comp = decode_positions(result_of("positions_hedge"))

    assert (ada.position_side, comp.position_side) == ("LONG", "SHORT")
    assert str(comp.position_amount) == "-1.000"
    assert str(comp.liquidation_price) == "2260.56757210"
    assert str(comp.unrealized_pnl) == "21.20817624"


@pytest.mark.parametrize("spelling", ["unRealizedProfit", "unrealizedProfit"])
def test_both_spellings_of_the_pnl(spelling: str) -> None:
    """The PNL is read from whichever spelling an edition of the page uses."""
    raw = encoded([{"symbol": "A", "positionSide": "BOTH", spelling: "-1.50"}])

    assert str(decode_positions(raw)[0].unrealized_pnl) == "-1.50"


def test_position_of_both_spellings_holds_the_position_endpoints_one() -> None:
    """Where both spellings come, the one of the position endpoints holds, zero as well."""
    raw = encoded([{"symbol": "A", "positionSide": "BOTH", "unRealizedProfit": "0", "unrealizedProfit": "7"}])

    assert decode_positions(raw)[0].unrealized_pnl == 0


def test_row_of_orders_only() -> None:
    """A row that exists for open orders alone has amount 0 and no time."""
    (row,) = decode_positions(result_of("positions_of_orders_only"))

    assert (row.position_amount, row.update_time_ms) == (Decimal(0), 0)
    assert row.open_order_initial_margin == row.initial_margin == Decimal("23.75000000")


def test_scientific_notation_and_texts_for_integers() -> None:
    """Exponents are exact, and integers may come as text."""
    (row,) = decode_positions(result_of("positions_scientific"))

    assert (row.entry_price, row.position_amount) == (Decimal("0.00031"), Decimal(500))
    assert (row.adl_quantile, row.update_time_ms) == (3, 1723854821593)


def test_symbols_of_all_kinds() -> None:
    """Chinese and delivery symbols come through as they are."""
    rows = decode_positions(result_of("positions_chinese_symbol"))

    assert [row.symbol for row in rows] == ["测试USDT", "BTCUSDT_260626"]


def test_unknown_fields_are_read_past() -> None:
    """Fields that Binance adds change nothing."""
    known = decode_positions(result_of("positions_one_way"))

    assert decode_positions(result_of("positions_with_unknown_fields")) == known


def test_missing_fields_are_unknown() -> None:
    """What Binance does not say is None, never 0."""
    (row,) = decode_positions(b'[{"symbol":"A","positionSide":"BOTH"}]')

    assert row == PositionRisk(symbol="A", position_side="BOTH")
    assert row.position_amount is None
    assert row.unrealized_pnl is None


def test_account_example() -> None:
    """The page's account example: totals and two assets."""
    account = decode_account(result_of("account_single_asset"))

    assert str(account.wallet_balance) == "103.12345678"
    assert [asset.asset for asset in account.assets] == ["USDT", "USDC"]
    assert str(account.assets[1].available_balance) == "126.72469206"


def test_negative_and_empty_balances() -> None:
    """A wallet may be negative; an empty amount and what is not sent are unknown."""
    account = decode_account(result_of("account_negative_balance"))

    assert account.max_withdraw_amount is None
    assert account.assets[0].wallet_balance == Decimal("-1.25000000")
    assert account.assets[0].margin_balance is None


def test_time_session_and_listen_key() -> None:
    """The small results decode; a listen key shows itself in no repr."""
    listen_key = decode_listen_key(result_of("listen_key"))

    assert decode_server_time(result_of("time")).server_time_ms == 1499827319559
    assert decode_session(result_of("session")) == SessionInformation(
        server_time_ms=1649729878630, authorized_since_ms=1649729878532
    )
    assert str(listen_key.listen_key).startswith("Ab3d")
    assert repr(listen_key) == "ListenKey(…)"


def test_listen_key_that_is_kept_without_a_word() -> None:
    """A ping may be answered with an empty object."""
    assert decode_listen_key(result_of("listen_key_kept_without_a_word")) == ListenKey()


def test_limits_of_an_answer() -> None:
    """The limits that an answer reports are read, orders' among them."""
    limits = decode_answer(fixture("answers", "order_limits_too")).rate_limits

    assert [limit.rate_limit_type for limit in limits] == ["ORDERS", "REQUEST_WEIGHT"]
    assert limits[1] == RateLimit(rate_limit_type="REQUEST_WEIGHT", limit=2400, count=20)


def test_error_with_the_time_of_its_end() -> None:
    """A 429 may say in `data` when to come back."""
    error = decode_answer(fixture("answers", "error_limited")).error

    assert error is not None
    assert error.data == ErrorData(server_time_ms=1659284400000, retry_after_ms=1659284460000)


@pytest.mark.parametrize("identity", ["text", 7, None])
def test_identity_of_any_kind(identity: str | int | None) -> None:
    """An id is a text, a number or nothing."""
    assert decode_answer(encoded({"id": identity, "status": 200, "result": []})).id == identity


@pytest.mark.parametrize("limits", [None, "", [{}], [5], {"limit": 1}])
def test_odd_limits_do_not_hide_the_result(limits: object) -> None:
    """An answer counts even when the limits beside it cannot be read."""
    answer = decode_answer(encoded({"id": "a", "status": 200, "result": [], "rateLimits": limits}))

    assert (answer.id, decode_positions(answer.result), answer.rate_limits) == ("a", (), ())


@pytest.mark.parametrize("error", ["boom", [], 5, {"code": "x"}, {"code": None, "msg": 7, "data": "soon"}])
def test_odd_error_is_an_error_still(error: object) -> None:
    """An answer with an unreadable error has failed, and says what it answers."""
    answer = decode_answer(encoded({"id": "a", "status": 400, "error": error}))

    assert answer.id == "a"
    assert answer.error is not None
    assert answer.error.code == 0


def test_odd_data_of_an_error_leaves_its_code() -> None:
    """An unreadable time of return does not hide the error's code."""
    answer = decode_answer(
        encoded({"id": 1, "status": 429, "error": {"code": -1003, "data": {"retryAfter": "?"}}})
    )

    assert answer.error is not None
    assert (answer.error.code, answer.error.data) == (-1003, ErrorData())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"<html><body>Forbidden</body></html>",
        b'{"id":"x","status":200,"result":[{"symbol":',
        b'{"id":[1],"status":200}',
        b'{"id":"x","status":"fine"}',
        b'{"e":"ACCOUNT_UPDATE"}',
        b"[" * 100_000,
        "\ud800",
    ],
    ids=brief,
)
def test_what_is_no_answer(raw: bytes | str) -> None:
    """Everything else is refused in a sentence that is safe to show."""
    with pytest.raises(ProtocolError, match=r"^an answer could not be read") as refusal:
        decode_answer(raw)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"{}",
        b'"[]"',
        b"[5]",
        b"[[]]",
        b'[{"symbol":"A"}]',
        b'[{"symbol":null,"positionSide":"BOTH"}]',
    ],
)
def test_what_is_no_list_of_positions(raw: bytes) -> None:
    """A missing list, and a row without its key, is never read as "no positions"."""
    with pytest.raises(ProtocolError, match=r"^positions could not be read"):
        decode_positions(raw)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"assets":null}', b'{"assets":[{}]}'])
def test_what_is_no_account(raw: bytes) -> None:
    """An account without its assets is refused."""
    with pytest.raises(ProtocolError, match=r"^account information could not be read"):
        decode_account(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b'{"serverTime":"soon"}', b'{"serverTime":-1}', b'{"serverTime":1e18}']
)
def test_what_is_no_time(raw: bytes) -> None:
    """A time that cannot be one is refused."""
    with pytest.raises(ProtocolError, match=r"^server time could not be read"):
        decode_server_time(raw)


def test_refusal_repeats_nothing_that_is_as_long_as_a_key() -> None:
    """Keys and signatures in what could not be read are not repeated."""
    with pytest.raises(ProtocolError) as refusal:
        decode_answer(b'{"apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"')
    assert "vmPUZE" not in str(refusal.value)


@pytest.mark.parametrize(
    ("amount", "is_odd"),
    [
        ('"NaN"', True),
        ('"abc"', True),
        ("true", True),
        ("[1]", True),
        ('""', False),
        ("null", False),
        ('"1,5"', False),
    ],
)
def test_amounts_that_are_no_numbers_are_told(amount: str, is_odd: bool) -> None:
    """The row stays, the field is unknown, and a sentence names it; nothing said is nothing odd."""
    raw = f'[{{"symbol":"BTCUSDT","positionSide":"BOTH","positionAmt":"2","liquidationPrice":{amount}}}]'.encode()
    [row], sentence = decode_positions.read(raw)

    assert row.position_amount == 2
    assert ("liquidationPrice" in sentence) == is_odd
    assert row.liquidation_price == (Decimal(15) if amount == '"1,5"' else None)
