"""The private stream: it listens, and says when there is nothing more to hear."""

import json

import pytest

from tests.protocol.wire import encoded, fixture
from tui.credentials import Secret
from tui.protocol.events import AccountUpdate, ListenKeyExpired, ServerShutdown, UnknownEvent
from tui.protocol.private_stream import Form, PrivateConversation
from tui.protocol.talk import Garbled

KEY = Secret("Ab3dEf6hIj9lMn2pQr5tUv8x")


def opened(form: Form = Form.QUERY) -> PrivateConversation:
    talk = PrivateConversation(KEY, form)
    assert talk.opened(0.0) == []
    return talk


@pytest.mark.parametrize("form", [Form.QUERY, Form.PATH])
def test_address_that_names_the_key_listens_at_once(form: Form) -> None:
    """Where the address names the key, the stream listens from the start; one question asks what is subscribed."""
    talk = opened(form)

    assert talk.is_ready
    assert [json.loads(frame) for frame in talk.take_outgoing()] == [
        {"method": "LIST_SUBSCRIPTIONS", "id": 1}
    ]
    assert talk.take_outgoing() == []


def test_address_without_the_key_subscribes() -> None:
    """Where the address does not name the key, the stream listens once the subscription is acknowledged."""
    talk = opened(Form.SUBSCRIBE)
    (frame,) = talk.take_outgoing()
    assert json.loads(frame) == {"method": "SUBSCRIBE", "id": 1, "params": [KEY.reveal()]}
    assert not talk.is_ready

    assert talk.receive(b'{"result":null,"id":1}', 0.1, 0) == []
    assert talk.is_ready


def test_refused_subscription_is_no_stream() -> None:
    """A subscription that is refused ends the stream: it would never speak."""
    talk = opened(Form.SUBSCRIBE)
    (news,) = talk.receive(fixture("pushed", "control_error"), 0.1, 0)

    assert isinstance(news, Garbled)
    assert "request ID must be an unsigned integer" in news.sentence
    assert not talk.is_ready
    assert talk.ending is not None


def test_refused_question_is_only_told() -> None:
    """That the question for subscriptions is not answered takes nothing away from a stream that listens."""
    talk = opened()
    (news,) = talk.receive(fixture("pushed", "control_error_wrapped"), 0.1, 0)

    assert isinstance(news, Garbled)
    assert "3 Invalid JSON" in news.sentence
    assert talk.is_ready
    assert talk.ending is None


def test_list_of_subscriptions_is_no_news() -> None:
    """The answer to the question is not told."""
    assert opened().receive(fixture("pushed", "control_subscriptions"), 0.1, 0) == []


@pytest.mark.parametrize("name", ["account_update_hedge", "account_update_combined"])
def test_events_are_told(name: str) -> None:
    """Events are told as they come, raw or combined."""
    (event,) = opened().receive(fixture("pushed", name), 0.1, 0)

    assert isinstance(event, AccountUpdate)


def test_expired_key_ends_the_stream() -> None:
    """After `listenKeyExpired` nothing more will come, although the socket stays open."""
    talk = opened()
    (event,) = talk.receive(fixture("pushed", "listen_key_expired"), 0.1, 0)

    assert isinstance(event, ListenKeyExpired)
    assert talk.ending is not None
    assert not talk.ending.is_planned


@pytest.mark.parametrize("name", ["server_shutdown", "server_shutdown_wrapped"])
def test_shutdown_is_planned(name: str) -> None:
    """A server that goes away says so before: another connection is opened first."""
    talk = opened()
    (event,) = talk.receive(fixture("pushed", name), 0.1, 0)

    assert isinstance(event, ServerShutdown)
    assert talk.ending is not None
    assert talk.ending.is_planned


def test_unknown_event_is_named() -> None:
    """An event of an unknown kind is told by its name."""
    assert opened().receive(encoded({"e": "STRATEGY_UPDATE"}), 0.1, 0) == [UnknownEvent("STRATEGY_UPDATE")]


@pytest.mark.parametrize("frame", [b"", b"\xff", b"<html>", b"{}", b'{"e":"ACCOUNT_UPDATE"}'])
def test_rubbish_is_told_and_ends_nothing(frame: bytes) -> None:
    """What cannot be read is told, and the stream goes on."""
    talk = opened()
    (news,) = talk.receive(frame, 0.1, 0)

    assert isinstance(news, Garbled)
    assert talk.ending is None


def test_silence_is_normal() -> None:
    """An account that does nothing says nothing: nothing is due, ever."""
    talk = opened()

    assert talk.due_at() is None
    assert talk.tick(86_400.0) == []
    assert talk.ending is None
