"""Pushed messages: every documented event, mark prices, and the answers to control messages."""

import json
from decimal import Decimal

import pytest

from tests.protocol.wire import brief, encoded, fixture, names
from tui.errors import ProtocolError
from tui.protocol.codec import Control, decode_pushed
from tui.protocol.events import (
    AccountConfigUpdate,
    AccountUpdate,
    AlgoUpdate,
    Event,
    ListenKeyExpired,
    MarginCall,
    MarkPriceUpdate,
    OrderTradeUpdate,
    ServerShutdown,
    TradeLite,
    UnknownEvent,
)

KINDS: dict[str, type] = {
    "account_update": AccountUpdate,
    "account_config": AccountConfigUpdate,
    "margin_call": MarginCall,
    "order": OrderTradeUpdate,
    "trade_lite": TradeLite,
    "algo": AlgoUpdate,
    "listen_key_expired": ListenKeyExpired,
    "server_shutdown": ServerShutdown,
    "mark_price": MarkPriceUpdate,
    "unknown": UnknownEvent,
}


def events_of(name: str) -> tuple[Event, ...]:
    pushed = decode_pushed(fixture("pushed", name).strip())
    assert isinstance(pushed, tuple)
    return pushed


def account_update(name: str) -> AccountUpdate:
    (event,) = events_of(name)
    assert isinstance(event, AccountUpdate)
    return event


def order_update(name: str) -> OrderTradeUpdate:
    (event,) = events_of(name)
    assert isinstance(event, OrderTradeUpdate)
    return event


@pytest.mark.parametrize("name", [name for name in names("pushed") if not name.startswith("control")])
def test_every_documented_event_decodes(name: str) -> None:
    """Every documented event decodes to its own kind, whichever way it is wrapped."""
    (kind,) = [kind for prefix, kind in KINDS.items() if name.startswith(prefix)]

    assert {type(event) for event in events_of(name)} == {kind}


@pytest.mark.parametrize("name", [name for name in names("pushed") if name.startswith("control")])
def test_every_control_answer_decodes(name: str) -> None:
    """Answers to control messages are told from events; only errors are trouble."""
    control = decode_pushed(fixture("pushed", name))

    assert isinstance(control, Control)
    assert bool(control.trouble) == ("error" in name)


def test_account_update_of_a_fill() -> None:
    """A fill's ACCOUNT_UPDATE tells the balance and the position after it, to the digit."""
    event = account_update("account_update_order")
    (balance,), (position,) = event.change.balances, event.change.positions

    assert (event.transaction_time_ms, event.event_time_ms) == (1790000000444, 1790000000449)
    assert (event.change.reason, balance.asset, str(balance.wallet_balance)) == ("ORDER", "USDT", "650.25")
    assert (position.symbol, position.position_side, position.margin_type) == ("BTCUSDT", "BOTH", "cross")
    assert (str(position.position_amount), str(position.entry_price)) == ("0.003", "91000.5")
    assert str(position.unrealized_pnl) == "-0.04100000"


def test_account_update_of_a_close() -> None:
    """A closed position comes with amount 0."""
    assert account_update("account_update_closed").change.positions[0].position_amount == 0


def test_account_update_in_hedge_mode() -> None:
    """In hedge mode a BOTH row of 0 comes along with the sides."""
    positions = account_update("account_update_hedge").change.positions

    assert [(row.position_side, str(row.position_amount)) for row in positions] == [
        ("BOTH", "0"),
        ("LONG", "2700"),
        ("SHORT", "-10"),
    ]


@pytest.mark.parametrize(
    ("name", "reason", "positions"),
    [
        ("account_update_funding_cross", "FUNDING_FEE", 0),
        ("account_update_funding_isolated", "FUNDING_FEE", 1),
        ("account_update_deposit", "DEPOSIT", 0),
        ("account_update_withdraw", "WITHDRAW", 0),
        ("account_update_margin_transfer", "MARGIN_TRANSFER", 1),
        ("account_update_margin_type", "MARGIN_TYPE_CHANGE", 1),
        ("account_update_of_an_unknown_reason", "STOLEN_BY_MARTIANS", 0),
    ],
)
def test_reasons_of_account_updates(name: str, reason: str, positions: int) -> None:
    """The reason is an open set, and `P` holds what changed and may be empty."""
    change = account_update(name).change

    assert (change.reason, len(change.positions)) == (reason, positions)


def test_account_update_of_an_older_shape() -> None:
    """What older messages lack is unknown."""
    change = account_update("account_update_of_2021").change

    assert change.balances[0].balance_change is None
    assert change.positions[0].margin_asset is None
    assert change.positions[0].break_even_price is None


def test_symbol_of_a_funding_fee() -> None:
    """Since 2026-08 a funding fee names its symbol."""
    assert account_update("account_update_funding_with_symbol").change.symbol == "ETHUSDT"


def test_account_update_of_another_book() -> None:
    """COIN-M's events carry the account's alias; Portfolio Margin's rows lack margin type and asset."""
    portfolio = account_update("account_update_portfolio_margin")

    assert account_update("account_update_coin_m").alias == "ALIAS"
    assert portfolio.alias == ""
    assert portfolio.change.positions[0].margin_type is None


def test_account_config_tells_one_of_two() -> None:
    """ACCOUNT_CONFIG_UPDATE tells either a leverage or the asset mode."""
    (leverage,) = events_of("account_config_leverage")
    (mode,) = events_of("account_config_asset_mode")

    assert isinstance(leverage, AccountConfigUpdate)
    assert leverage.leverage_change is not None
    assert (leverage.leverage_change.leverage, leverage.asset_mode_change) == (Decimal(25), None)
    assert isinstance(mode, AccountConfigUpdate)
    assert mode.asset_mode_change is not None
    assert (mode.asset_mode_change.multi_assets_mode, mode.leverage_change) == (True, None)


def test_margin_call() -> None:
    """A margin call tells positions; the cross balance comes for cross positions only."""
    (cross,), (isolated,) = events_of("margin_call"), events_of("margin_call_isolated")

    assert isinstance(cross, MarginCall)
    assert isinstance(isolated, MarginCall)
    assert (str(cross.cross_wallet_balance), isolated.cross_wallet_balance) == ("3.16812045", None)
    assert (cross.positions[0].margin_type, str(cross.positions[0].maintenance_margin)) == (
        "CROSSED",
        "1.614445",
    )


def test_order_without_commission() -> None:
    """Commission is absent or null where there is none."""
    for name in ("order_new", "order_filled_short_in_hedge"):
        order = order_update(name).order
        assert (order.commission, order.commission_asset) == (None, None)


def test_order_that_was_filled() -> None:
    """A fill tells price, size, fee and realised profit."""
    order = order_update("order_filled").order

    assert (order.execution_type, order.status, order.side) == ("TRADE", "FILLED", "BUY")
    assert (str(order.last_price), str(order.last_quantity)) == ("2400.10", "0.050")
    assert (str(order.commission), str(order.realized_pnl)) == ("0.02400100", "12.34500000")


def test_order_of_unknown_kinds() -> None:
    """New values of open sets are kept as text."""
    order = order_update("order_of_unknown_kinds").order

    assert (order.execution_type, order.status, order.order_type) == ("TELEPORTED", "NEW_ADL", "QUANTUM")


def test_order_with_a_large_id() -> None:
    """An order id may exceed what a floating point number holds."""
    assert order_update("order_with_a_large_id").order.order_id == 9223372036854775807


def test_algo_update_with_and_without_what_a_trigger_adds() -> None:
    """An untriggered ALGO_UPDATE lacks fields, and a finished one has new ones: both are read."""
    (waiting,), (finished,) = events_of("algo_untriggered"), events_of("algo_finished")

    assert isinstance(waiting, AlgoUpdate)
    assert isinstance(finished, AlgoUpdate)
    assert waiting.order is not None
    assert finished.order is not None
    assert (waiting.order.status, finished.order.status) == ("NEW", "FINISHED")
    assert waiting.order.trigger_price == Decimal(750)


def test_mark_price() -> None:
    """A mark price tells price, funding and its time."""
    (mark,) = events_of("mark_price")

    assert isinstance(mark, MarkPriceUpdate)
    assert (mark.symbol, str(mark.mark_price), str(mark.funding_rate)) == (
        "BTCUSDT",
        "11794.15000000",
        "0.00038167",
    )
    assert (mark.event_time_ms, mark.next_funding_time_ms, mark.symbol_type) == (
        1562305380000,
        1562306400000,
        1,
    )


def test_mark_price_of_a_delivery_contract() -> None:
    """A delivery contract has no funding."""
    (mark,) = events_of("mark_price_of_a_delivery_contract")

    assert isinstance(mark, MarkPriceUpdate)
    assert (mark.funding_rate, mark.next_funding_time_ms) == (None, 0)


@pytest.mark.parametrize("kind", ["", "x", "ACCOUNT_UPDATE_2", "币"])
def test_unknown_events_are_named(kind: str) -> None:
    """An event of a kind that this program does not know is told by its name, whatever else it holds."""
    assert decode_pushed(encoded({"x": [{}], "e": kind, "data": 5})) == (UnknownEvent(kind),)


@pytest.mark.parametrize("name", ["account_update_hedge", "mark_price", "mark_prices_of_all"])
@pytest.mark.parametrize(
    "form", ['{"stream":"s","data":%s}', '{"data":%s,"stream":"s"}', ' \n{ "data" : %s }', "\n %s"]
)
def test_frames_in_any_dress(name: str, form: str) -> None:
    """An event is the same raw or combined, in any order of keys and with any white space."""
    raw = fixture("pushed", name).decode().strip()

    assert decode_pushed(form % raw) == decode_pushed(raw)


def test_order_of_keys_does_not_matter() -> None:
    """The wire's order of keys differs from the documents'."""
    message = json.loads(fixture("pushed", "account_update_order"))

    turned = encoded(dict(reversed(message.items())))
    assert decode_pushed(turned) == events_of("account_update_order")


def test_one_odd_entry_of_all_mark_prices_is_left_out() -> None:
    """In an array of mark prices an unreadable symbol costs no other symbol its price."""
    good = json.loads(fixture("pushed", "mark_price"))
    for odd in (None, 5, {}, {**good, "s": None}, {**good, "E": "x"}, {**good, "e": "other"}):
        assert decode_pushed(encoded([good, odd])) == decode_pushed(encoded([good]))


def test_no_mark_prices_are_none() -> None:
    """An empty array is no trouble."""
    assert decode_pushed(b"[]") == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"null",
        b"5",
        b'"text"',
        b"[5]",
        b"[[]]",
        b"\xff\xfe\x00",
        b"<html></html>",
        b'{"e":"ACCOUNT_UPDATE","T":1',
        b'{"e":"ACCOUNT_UPDATE","E":1,"T":1}',
        b'{"e":"ACCOUNT_UPDATE","E":1,"T":1,"a":[]}',
        b'{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{}}',
        b'{"e":"markPriceUpdate","E":1}',
        b'{"e":"markPriceUpdate","s":"A","E":40000000000000}',
        b'{"e":5}',
        b'{"e":null,"E":1}',
        b'{"stream":"x"}',
        b'{"stream":"x","data":null}',
        b'{"stream":"x","data":{}}',
        b'{"stream":"x","data":[5]}',
        b'{"id":1}',
        b'{"id":1,"foo":"bar"}',
        b"[" * 100_000,
        b'{"data":' * 100_000,
        "\ud800",
    ],
    ids=brief,
)
def test_what_is_no_event(raw: bytes | str) -> None:
    """Everything else is refused in a sentence that is safe to show."""
    with pytest.raises(ProtocolError, match=r"^an event could not be read") as refusal:
        decode_pushed(raw)
    assert str(refusal.value).isprintable()
