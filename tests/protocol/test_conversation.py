"""The conversation on the WebSocket API when all goes well: measuring, logging on, asking, and matching answers."""

import json

import pytest

from tests.protocol.line import HMAC, SESSION, Line, ready_line
from tests.protocol.wire import API_KEY, WALL_MS, fixture
from tui.credentials import Credential, Secret
from tui.errors import RequestForbidden
from tui.protocol.clock import SAFETY_MS
from tui.protocol.conversation import (
    AccountAnswer,
    AskOptions,
    ListenKeyAnswer,
    ListenKeyKept,
    PositionsAnswer,
    Ready,
    State,
    WeightUsed,
)
from tui.protocol.requests import ACCOUNT, LOG_ON, PING_STREAM, POSITIONS, START_STREAM, TIME
from tui.protocol.talk import Garbled

POSITIONS_RESULT = json.loads(fixture("answers", "positions_hedge"))["result"]
ACCOUNT_RESULT = json.loads(fixture("answers", "account_single_asset"))["result"]
LISTEN_KEY = "Ab3dEf6hIj9lMn2pQr5tUv8x"


def asked(line: Line, method: str) -> None:
    assert line.talk.ask(method, line.now)


def test_clock_is_measured_first() -> None:
    """The first question is the time, several times in a row, one at a time."""
    line = Line()
    assert line.talk.opened(line.now) == []
    assert line.talk.state is State.MEASURING

    assert line.measures() == [Ready()]
    assert line.talk.is_ready
    assert line.clock.skew_ms == -30_000


def test_hmac_key_signs_every_request() -> None:
    """With an HMAC key a request carries key, signature, and the exchange's time, a little in the past."""
    line = ready_line()
    asked(line, POSITIONS)
    request = line.one()

    assert request.params["apiKey"] == API_KEY
    assert len(request.params["signature"]) == 64
    assert abs(request.params["timestamp"] - (line.wall_ms + 30_000 - SAFETY_MS)) <= 1
    assert request.params["recvWindow"] == 5000


def test_ed25519_key_logs_on_once() -> None:
    """An Ed25519 key logs on after the clock is measured, and then sends neither key nor signature."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    assert line.measures() == []
    log_on = line.one()
    assert (log_on.method, line.talk.state) == (LOG_ON, State.LOGGING_ON)
    assert log_on.params["signature"] == (
        f"<apiKey={API_KEY}&recvWindow=5000&timestamp={log_on.params['timestamp']}>"
    )

    assert line.answers(log_on, {"authorizedSince": 1}) == [Ready()]
    asked(line, POSITIONS)
    asked(line, START_STREAM)
    assert [set(request.params) for request in line.sent()] == [{"timestamp", "recvWindow"}, set()]


def test_rsa_key_does_not_log_on() -> None:
    """Only Ed25519 keys can log on: an RSA key signs each request."""
    line = ready_line(Credential(Secret(API_KEY), "RSA", lambda payload: "base64"))
    asked(line, ACCOUNT)

    assert line.one().params["signature"] == "base64"


def test_options_go_with_the_requests() -> None:
    """The window is a setting, and a one-symbol watch asks for that symbol only."""
    line = ready_line(HMAC, AskOptions(recv_window_ms=250, symbol="ADAUSDT"))
    asked(line, POSITIONS)
    asked(line, ACCOUNT)
    positions, account = line.sent()

    assert (positions.params["recvWindow"], positions.params["symbol"]) == (250, "ADAUSDT")
    assert "symbol" not in account.params


def test_positions_come_with_the_time_at_which_they_were_asked() -> None:
    """A snapshot is told with the exchange's time of its question, not of its answer."""
    line = ready_line()
    asked(line, POSITIONS)
    asked_ms = line.wall_ms + 30_000
    line.now += 2
    (answer,) = line.answers(line.one(), POSITIONS_RESULT)

    assert isinstance(answer, PositionsAnswer)
    assert [row.symbol for row in answer.rows] == ["ADAUSDT", "COMPUSDT"]
    assert abs(answer.asked_ms - asked_ms) <= 1


def test_answers_in_any_order() -> None:
    """Answers are matched by their ids, whatever order they come in."""
    line = ready_line()
    for method in (POSITIONS, ACCOUNT, START_STREAM):
        asked(line, method)
    positions, account, start = line.sent()

    assert line.answers(start, {"listenKey": LISTEN_KEY}) == [ListenKeyAnswer(Secret(LISTEN_KEY))]
    (answer,) = line.answers(account, ACCOUNT_RESULT)
    assert isinstance(answer, AccountAnswer)
    (answer,) = line.answers(positions, [])
    assert isinstance(answer, PositionsAnswer)
    assert answer.rows == ()


def test_ids_are_never_used_twice() -> None:
    """Every request has an id of its own, also over several conversations that share them."""
    line = ready_line()
    seen = []
    for _ in range(3):
        asked(line, POSITIONS)
        request = line.one()
        seen.append(request.identity)
        line.answers(request, [])

    assert len(set(seen)) == 3


@pytest.mark.parametrize("result", [{}, {"listenKey": LISTEN_KEY}])
def test_listen_key_is_kept(result: object) -> None:
    """A ping is answered with the key, or with nothing."""
    line = ready_line()
    asked(line, PING_STREAM)

    assert line.answers(line.one(), result) == [ListenKeyKept()]


@pytest.mark.parametrize("key", ["", "a b", "a/b", "a\r\nHost: evil", "a?b", "ключ", "x" * 600, None, 5])
def test_listen_key_that_could_be_no_address_is_refused(key: object) -> None:
    """A listen key becomes a part of an address: what could change that address is garbled."""
    line = ready_line()
    asked(line, START_STREAM)
    garbled, failed = line.answers(line.one(), {"listenKey": key})

    assert isinstance(garbled, Garbled)
    assert "could not be read" in garbled.sentence or "no listen key" in garbled.sentence
    assert "Failed" in type(failed).__name__


@pytest.mark.parametrize("method", [POSITIONS, ACCOUNT, START_STREAM, PING_STREAM, TIME])
def test_nothing_is_asked_before_ready(method: str) -> None:
    """Before the clock is measured, and before the log-on, nothing can be asked."""
    line = Line(SESSION)
    assert not line.talk.ask(method, line.now)
    line.talk.opened(line.now)
    assert not line.talk.ask(method, line.now)
    line.measures()

    assert not line.talk.ask(method, line.now)
    assert [request.method for request in line.sent()] == [LOG_ON]


@pytest.mark.parametrize("method", [POSITIONS, ACCOUNT, START_STREAM, PING_STREAM, TIME])
def test_a_question_never_overlaps_itself(method: str) -> None:
    """While a question is unanswered the same one is not sent again; another one is."""
    line = ready_line()
    asked(line, method)
    assert not line.talk.ask(method, line.now)

    assert line.talk.ask(ACCOUNT if method != ACCOUNT else POSITIONS, line.now)
    assert len(line.sent()) == 2


def test_nothing_is_asked_after_the_end() -> None:
    """A conversation that is over asks nothing."""
    line = ready_line()
    line.hears({"event": {"e": "serverShutdown", "E": 1}})

    assert not line.talk.ask(POSITIONS, line.now)


@pytest.mark.parametrize("method", ["order.place", "userDataStream.stop", "session.logout"])
def test_what_is_not_on_the_list_is_not_asked(method: str) -> None:
    """A method outside the allow-list is a mistake of ours, and nothing is sent."""
    line = ready_line()
    with pytest.raises(RequestForbidden):
        line.talk.ask(method, line.now)

    assert line.sent() == []


def test_weight_is_told_with_every_answer() -> None:
    """What this address has used of its limit is told before anything else, with errors too; orders' limits are not."""
    line = ready_line()
    asked(line, POSITIONS)
    request = line.one()
    limits = [
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300, "count": 7},
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": 2400,
            "count": 65,
        },
    ]
    assert line.answers(request, [], rateLimits=limits)[0] == WeightUsed(65, 2400)

    asked(line, POSITIONS)
    message = {"id": line.one().identity, "status": 400, "error": {"code": -1}, "rateLimits": limits}
    assert line.hears(message)[0] == WeightUsed(65, 2400)


def test_numbers_and_texts_as_identities() -> None:
    """An id that comes back as a number or as nothing is no crash, and answers nothing."""
    line = ready_line()
    for identity in (7, None, "", "r999", -1):
        (news,) = line.hears({"id": identity, "status": 200, "result": []})
        assert news == Garbled("An answer came to nothing that was asked.")
    assert line.talk.ending is None


def test_answer_that_comes_twice_counts_once() -> None:
    """The second of two equal answers is told as garbled."""
    line = ready_line()
    asked(line, POSITIONS)
    request = line.one()

    assert isinstance(line.answers(request, [])[0], PositionsAnswer)
    assert line.answers(request, []) == [Garbled("An answer came to nothing that was asked.")]


def test_clock_is_measured_anew_while_requests_go_on() -> None:
    """The time may be asked for at any moment: one round trip corrects the clock, and nothing has to wait."""
    line = ready_line()
    line.ahead_ms = -5_000
    asked(line, TIME)
    assert line.talk.ask(POSITIONS, line.now)
    time, positions = line.sent()

    assert line.tells_time(time) == []
    assert line.sent() == []
    assert line.clock.skew_ms == 5_000
    assert isinstance(line.answers(positions, [])[0], PositionsAnswer)


def test_connection_with_a_known_clock_is_ready_after_one_answer() -> None:
    """A clock that was measured a moment ago is not measured again: one answer shows that the server is there."""
    line = Line(clock=ready_line().clock)
    line.talk.opened(line.now)

    assert line.tells_time(line.one()) == [Ready()]
    assert line.sent() == []


def test_server_that_speaks_is_alive() -> None:
    """An open socket is no sign of life, nor is what cannot be read: only an answer is."""
    line = Line()
    line.talk.opened(line.now)
    line.talk.receive(b"\x00rubbish", line.now, 0)
    assert line.talk.answered_at < 0
    line.tells_time(line.one())

    assert line.talk.answered_at == line.now


def test_planned_end() -> None:
    """A server that goes away says so: the end is planned, and another connection can be opened before it."""
    line = ready_line()
    assert line.hears({"event": {"e": "serverShutdown", "E": 1}}) == []

    assert line.talk.ending is not None
    assert line.talk.ending.is_planned
    assert not line.talk.ending.is_refused


def test_other_events_do_not_belong_here() -> None:
    """Events never come on this connection: one that does is told."""
    line = ready_line()
    assert line.hears('{"event":{"e":"ACCOUNT_UPDATE"}}') == [
        Garbled("An event came on the connection of the answers.")
    ]
    assert line.talk.ending is None


def test_frames_are_taken_once() -> None:
    """What was taken to be sent is not offered again."""
    line = ready_line()
    asked(line, POSITIONS)

    assert len(line.talk.take_outgoing()) == 1
    assert line.talk.take_outgoing() == []


def test_wall_clock_is_no_matter() -> None:
    """Whatever this machine's clock says, requests carry the exchange's time."""
    line = Line()
    line.ahead_ms = -86_400_000
    line.becomes_ready()
    asked(line, ACCOUNT)

    assert abs(line.one().params["timestamp"] - (WALL_MS + 500 - 86_400_000 - SAFETY_MS)) <= 1
