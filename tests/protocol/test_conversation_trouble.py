"""The conversation on the WebSocket API when something is wrong: each fault has one way to go on, or to end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.line import HMAC, SESSION, Line, Request, ready_line
from tests.protocol.wire import API_KEY, brief
from tui.credentials import Credential
from tui.protocol.conversation import (
    MEASURE_SPACING,
    SILENCE,
    SLOW,
    TIMEOUT,
    AccountAnswer,
    Failed,
    ListenKeyAnswer,
    News,
    PositionsAnswer,
    Ready,
    State,
    TimeWanted,
)
from tui.protocol.requests import ACCOUNT, LOG_ON, PING_STREAM, POSITIONS, START_STREAM, TIME
from tui.protocol.talk import Garbled
from tui.protocol.verdicts import Verdict

BOTH = pytest.mark.parametrize("credential", [HMAC, SESSION], ids=["hmac", "ed25519"])


def asking(method: str = POSITIONS, credential: Credential = HMAC) -> tuple[Line, Request]:
    """A line with one question under way."""
    line = ready_line(credential)
    assert line.talk.ask(method, line.now)
    return line, line.one()


def verdict_of(news: list[News]) -> tuple[str, Verdict]:
    """What one failure is about."""
    (failed,) = news
    assert isinstance(failed, Failed)
    return failed.method, failed.trouble.verdict


def test_late_question_is_given_up() -> None:
    """A question without an answer for five seconds has failed; it can be asked again, and one alone ends nothing."""
    line, _ = asking()
    assert line.passes(TIMEOUT - 0.01) == []
    assert verdict_of(line.passes(0.01)) == (POSITIONS, Verdict.RETRY)

    assert line.talk.ending is None
    assert line.talk.ask(POSITIONS, line.now)


def test_two_late_questions_in_a_row_end_it() -> None:
    """A line on which nothing at all comes any more is given up."""
    line, _ = asking()
    line.passes(TIMEOUT)
    line.talk.ask(ACCOUNT, line.now)

    assert verdict_of(line.passes(TIMEOUT)) == (ACCOUNT, Verdict.RETRY)
    assert line.talk.ending is not None
    assert "the connection is silent" in line.talk.ending.sentence
    assert not line.talk.ending.is_refused


def test_two_late_questions_at_once_end_it() -> None:
    """Two questions that were asked together and stay without an answer end it as well."""
    line, _ = asking()
    line.talk.ask(ACCOUNT, line.now)

    assert len(line.passes(TIMEOUT)) == SILENCE
    assert line.talk.ending is not None


def test_answers_between_late_questions_keep_it() -> None:
    """A server that answers one question and never another is not silent."""
    line = ready_line()
    for _ in range(5):
        line.talk.ask(POSITIONS, line.now)
        line.talk.ask(ACCOUNT, line.now)
        _, account = line.sent()
        line.now += 0.1
        line.answers(account, {"assets": []})
        assert verdict_of(line.passes(TIMEOUT)) == (POSITIONS, Verdict.RETRY)
    assert line.talk.ending is None


def test_answer_between_two_late_questions_keeps_it() -> None:
    """Two late questions count only when they are in a row: an answer between them shows that the server is there."""
    line, _ = asking()
    line.passes(TIMEOUT)
    line.talk.ask(ACCOUNT, line.now)
    line.answers(line.one(), {"assets": []})
    line.now += 1
    line.talk.ask(POSITIONS, line.now)

    assert verdict_of(line.passes(TIMEOUT)) == (POSITIONS, Verdict.RETRY)
    assert line.talk.ending is None


@pytest.mark.parametrize(
    "frame",
    [
        b"<html><head><title>502 Bad Gateway</title></head></html>",
        b'{"id":"r6","status":200,"result":[{"symbol":"AD',
        b"\x00\x01\xff",
        b"",
        b'{"e":"ACCOUNT_UPDATE"}',
        b'{"id":"unknown","status":200,"result":[]}',
    ],
    ids=brief,
)
def test_rubbish_is_told_and_ends_nothing(frame: bytes) -> None:
    """What cannot be read is told, the questions fail in time, and a line on which something comes is not silent."""
    line = ready_line()
    for _ in range(4):
        line.talk.ask(POSITIONS, line.now)
        line.talk.ask(ACCOUNT, line.now)
        line.now += 0.1
        (news,) = line.hears(frame)
        assert isinstance(news, Garbled)
        assert len(line.passes(TIMEOUT)) == 2
    assert line.talk.ending is None


@pytest.mark.parametrize(
    "result", [None, {}, "text", [5], [{"symbol": "A"}], [{"positionSide": "BOTH"}]], ids=brief
)
def test_unreadable_snapshot_fails_at_once(result: object) -> None:
    """A snapshot that is none is told, and its question has failed; it is never read as "no positions"."""
    line, request = asking()
    garbled, failed = line.answers(request, result)

    assert isinstance(garbled, Garbled)
    assert verdict_of([failed]) == (POSITIONS, Verdict.RETRY)
    assert line.talk.ending is None


@pytest.mark.parametrize("method", [POSITIONS, ACCOUNT, START_STREAM, PING_STREAM])
@pytest.mark.parametrize("more", [{}, {"result": []}, {"result": {"listenKey": "abc"}}], ids=brief)
def test_status_without_an_error_is_an_error(method: str, more: dict[str, object]) -> None:
    """An answer with a status of failure has failed, whatever else it holds."""
    line, request = asking(method)

    assert verdict_of(line.hears({"id": request.identity, "status": 503, **more})) == (method, Verdict.RETRY)


@pytest.mark.parametrize("status", [200, 201, 400, 503])
def test_error_counts_whatever_the_status(status: int) -> None:
    """An answer with an error has failed, also with status 200."""
    line, request = asking()

    assert verdict_of(line.fails(request, status, -1001, "Internal error.", result=[])) == (
        POSITIONS,
        Verdict.RETRY,
    )
    assert line.talk.ending is None


@BOTH
def test_wrong_clock_is_measured_and_the_question_asked_once_more(credential: Credential) -> None:
    """After -1021 the clock is measured anew, and the question is asked again with the right time."""
    line, first = asking(POSITIONS, credential)
    line.ahead_ms = -8_000
    assert line.fails(first, 400, -1021, "Timestamp for this request is outside of the recvWindow.") == []
    assert not line.talk.is_ready
    assert line.measures() == [Ready()]

    again = line.one()
    assert (again.method, line.clock.skew_ms) == (POSITIONS, 8_000)
    assert abs(again.params["timestamp"] - (line.wall_ms - 8_000)) < 500
    assert isinstance(line.answers(again, [])[0], PositionsAnswer)


@BOTH
def test_wrong_clock_twice_is_a_failure(credential: Credential) -> None:
    """A question that is refused for its time again is not repeated for ever: it has failed."""
    line, first = asking(POSITIONS, credential)
    line.fails(first, 400, -1021)
    line.measures()

    assert verdict_of(line.fails(line.one(), 400, -1021)) == (POSITIONS, Verdict.CLOCK)
    assert (line.sent(), line.talk.is_ready, line.talk.ending) == ([], True, None)


def test_question_is_repeated_once_for_each_wrong_clock() -> None:
    """A question that was asked again is not asked a third time when another finds the clock wrong."""
    line, positions = asking()
    line.fails(positions, 400, -1021)
    line.measures()
    line.answers(line.one(), [])
    line.now += MEASURE_SPACING
    line.talk.ask(ACCOUNT, line.now)
    line.fails(line.one(), 400, -1021)
    line.measures()

    assert [request.method for request in line.sent()] == [ACCOUNT]


def test_clock_is_not_measured_for_ever() -> None:
    """A server that goes on calling the clock wrong is not asked for the time again and again: the question has failed."""
    line, positions = asking()
    line.fails(positions, 400, -1021)
    line.measures()
    line.answers(line.one(), [])
    line.talk.ask(ACCOUNT, line.now)

    assert verdict_of(line.fails(line.one(), 400, -1021)) == (ACCOUNT, Verdict.CLOCK)
    assert (line.sent(), line.talk.is_ready) == ([], True)


def test_wrong_clock_of_two_questions_is_measured_once() -> None:
    """Two questions refused for their time share one measurement, and both are asked again."""
    line, positions = asking()
    line.talk.ask(ACCOUNT, line.now)
    account = line.one()
    line.fails(positions, 400, -1021)
    line.fails(account, 400, -5028)

    assert line.measures() == [Ready()]
    assert [request.method for request in line.sent()] == [POSITIONS, ACCOUNT]


def test_wrong_clock_at_the_log_on() -> None:
    """A log-on refused for its time is repeated once after a measurement, and then given up."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    line.measures()
    assert line.fails(line.one(), 400, -1021) == []
    assert line.measures() == []
    again = line.one()
    assert (again.method, line.talk.state) == (LOG_ON, State.LOGGING_ON)

    assert verdict_of(line.fails(again, 400, -1021)) == (LOG_ON, Verdict.CLOCK)
    assert line.talk.ending is not None


def test_answers_are_taken_while_the_clock_is_measured() -> None:
    """A snapshot that was under way when the clock turned out wrong is taken still."""
    line, positions = asking()
    line.talk.ask(ACCOUNT, line.now)
    line.fails(line.one(), 400, -1021)

    assert isinstance(line.answers(positions, [])[0], PositionsAnswer)
    assert line.measures() == [Ready()]


@BOTH
@pytest.mark.parametrize("code", [-1022, -2014, -2015, -2017, -1002, -4109, -1011])
def test_refused_key_ends_it(code: int, credential: Credential) -> None:
    """A key that is refused ends the conversation, with a sentence on what to check."""
    line, request = asking(POSITIONS, credential)
    assert verdict_of(line.fails(request, 401, code)) == (POSITIONS, Verdict.REFUSED)

    assert line.talk.ending is not None
    assert line.talk.ending.is_refused
    assert line.talk.ending.sentence.startswith("Binance refuses the key")


def test_refused_log_on_ends_it() -> None:
    """A key that may not log on is refused."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    line.measures()
    line.fails(line.one(), 401, -2015)

    assert line.talk.ending is not None
    assert line.talk.ending.is_refused


def test_key_revoked_during_a_session() -> None:
    """A revoked key is told in an answer without an id: it ends the conversation as refused."""
    line, _ = asking(POSITIONS, SESSION)
    message = {
        "id": None,
        "status": 401,
        "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions."},
    }

    assert verdict_of(line.hears(message)) == ("", Verdict.REFUSED)
    assert line.talk.ending is not None
    assert line.talk.ending.is_refused


def test_error_to_nothing_that_was_asked() -> None:
    """An error without a question, say on a frame that the server could not read, is told and ends nothing."""
    line = ready_line()
    (news,) = line.hears({"id": None, "status": 400, "error": {"code": -1135, "msg": "Invalid JSON."}})

    assert news == Garbled("Binance answers -1135 Invalid JSON.")
    assert line.talk.ending is None


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("status", [418, 429])
def test_limit_is_told_with_its_time(status: int, is_known: bool) -> None:
    """A limit is told with the time of its end, also when it comes without an id; the connection stays."""
    line, request = asking()
    error = {"code": -1003, "msg": "Too many.", "data": {"retryAfter": 1_790_000_060_000}}
    identity = request.identity if is_known else None
    (failed,) = line.hears({"id": identity, "status": status, "error": error})

    assert verdict_of([failed]) == (POSITIONS if is_known else "", Verdict.LIMITED)
    assert isinstance(failed, Failed)
    assert (failed.trouble.retry_at_ms, failed.trouble.is_ban) == (1_790_000_060_000, status == 418)
    assert line.talk.ending is None


def test_ban_until_a_time_in_words() -> None:
    """A ban may tell its end in words."""
    line, request = asking()
    words = "Way too many requests; IP(1.2.3.4) banned until 1790000600000. Please use the websocket."
    (failed,) = line.fails(request, 418, -1003, words)

    assert isinstance(failed, Failed)
    assert (failed.trouble.retry_at_ms, failed.trouble.is_ban) == (1_790_000_600_000, True)


@pytest.mark.parametrize("step", ["time", "log on"])
def test_limit_before_ready_ends_it(step: str) -> None:
    """A limit during measurement or log-on ends the conversation: it would have to go on asking."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    if step == "log on":
        line.measures()
    news = line.fails(line.one(), 429, -1003)

    assert verdict_of(news)[1] is Verdict.LIMITED
    assert line.talk.ending is not None
    assert not line.talk.ending.is_refused


@pytest.mark.parametrize("code", [-1000, -1001, -1008])
def test_trouble_at_the_log_on_ends_it(code: int) -> None:
    """Passing trouble at the log-on ends the conversation; another connection tries again."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    line.measures()
    line.fails(line.one(), 503, code)

    assert line.talk.ending is not None
    assert not line.talk.ending.is_refused


def test_unanswered_log_on_ends_it() -> None:
    """A log-on without an answer ends the conversation."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    line.measures()

    assert verdict_of(line.passes(TIMEOUT)) == (LOG_ON, Verdict.RETRY)
    assert line.talk.ending is not None
    assert line.talk.ending.sentence == "No answer to session.logon within 5 s."


def test_server_that_does_not_tell_the_time() -> None:
    """Where the method is unknown the time is wanted from elsewhere, and the conversation goes on with it."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    assert line.fails(line.one(), 400, -1020) == [TimeWanted()]
    assert line.sent() == []
    line.clock.sample(line.now, line.now + 0.1, line.wall_ms + 50 + 7_000, line.wall_ms + 100)

    assert line.talk.time_is_measured(line.now) == []
    assert line.one().method == LOG_ON
    assert line.clock.skew_ms == -7_000


def test_time_is_wanted_once() -> None:
    """While the time is looked for elsewhere, another failure to tell it here is no news."""
    line, time = asking(TIME)
    assert line.fails(time, 400, -1020) == [TimeWanted()]
    line.talk.ask(TIME, line.now)

    assert line.fails(line.one(), 400, -1020) == []


def test_server_that_does_not_answer_the_time() -> None:
    """Where the question stays unanswered the time is wanted from elsewhere as well."""
    line = Line()
    line.talk.opened(line.now)

    assert line.passes(TIMEOUT) == [TimeWanted()]
    assert line.talk.time_is_measured(line.now) == [Ready()]


def test_time_that_cannot_be_had_at_all() -> None:
    """Without any measurement the conversation goes on with this machine's clock."""
    line = Line()
    line.talk.opened(line.now)
    line.fails(line.one(), 404, 0)

    assert line.talk.time_is_measured(line.now) == [Ready()]
    line.talk.ask(POSITIONS, line.now)
    assert line.one().params["timestamp"] == line.wall_ms


def test_time_that_stops_being_told() -> None:
    """A measurement that breaks off counts with the round trips that it has."""
    line = Line()
    line.talk.opened(line.now)
    line.tells_time(line.one())
    line.sent()

    assert line.passes(TIMEOUT) == [Ready()]
    assert line.clock.skew_ms == -30_000


@pytest.mark.parametrize("result", [None, {}, {"serverTime": "soon"}, {"serverTime": -1}, []], ids=brief)
def test_unreadable_time_is_no_time(result: object) -> None:
    """A time that cannot be read is told, and the conversation finds another way."""
    line = Line()
    line.talk.opened(line.now)
    garbled, wanted = line.answers(line.one(), result)

    assert isinstance(garbled, Garbled)
    assert wanted == TimeWanted()


def test_unreadable_log_on_ends_it() -> None:
    """A log-on whose answer cannot be read is over: another connection tries again."""
    line = Line(SESSION)
    line.talk.opened(line.now)
    line.measures()
    garbled, failed = line.answers(line.one(), [])

    assert isinstance(garbled, Garbled)
    assert verdict_of([failed]) == (LOG_ON, Verdict.RETRY)
    assert line.talk.ending is not None


@pytest.mark.parametrize("fault", ["error", "unreadable", "late"])
def test_trouble_of_a_question_while_the_clock_is_measured(fault: str) -> None:
    """A question that fails while the clock is measured anew has failed alone: the conversation goes on."""
    line, positions = asking()
    line.talk.ask(ACCOUNT, line.now)
    account = line.one()
    line.fails(positions, 400, -1021)
    if fault == "late":
        assert verdict_of(line.passes(TIMEOUT)[:1]) == (ACCOUNT, Verdict.RETRY)
    else:
        news = line.fails(account, 503, -1008) if fault == "error" else line.answers(account, "?")
        assert verdict_of(news[-1:]) == (ACCOUNT, Verdict.RETRY)

    assert line.talk.ending is None


def test_time_is_measured_from_elsewhere_only_when_it_is_wanted() -> None:
    """A measurement from elsewhere that comes too late changes nothing."""
    line = ready_line()

    assert line.talk.time_is_measured(line.now) == []
    assert line.talk.is_ready


def test_slow_answer_does_not_correct_a_clock_that_is_known() -> None:
    """While requests go on, a time that was long under way is not believed."""
    line, time = asking(TIME)
    line.now += SLOW + 0.1

    assert line.answers(time, {"serverTime": line.wall_ms - 60_000}) == []
    assert line.clock.skew_ms == -30_000
    assert line.sent() == []


@pytest.mark.parametrize("code", [-1000, -2015, -1020])
def test_time_that_is_refused_later_is_wanted_from_elsewhere(code: int) -> None:
    """A repeated measurement that fails is no trouble for the requests."""
    line, time = asking(TIME)

    assert line.fails(time, 400, code) == [TimeWanted()]
    assert line.talk.is_ready
    assert line.talk.ending is None


@pytest.mark.parametrize("method", [START_STREAM, PING_STREAM])
@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, -1125, Verdict.NO_LISTEN_KEY),
        (401, -2015, Verdict.REFUSED),
        (503, -1008, Verdict.RETRY),
        (429, -1003, Verdict.LIMITED),
        (404, 0, Verdict.UNKNOWN_METHOD),
    ],
)
def test_listen_key_trouble_is_told_and_ends_nothing(
    method: str, status: int, code: int, verdict: Verdict
) -> None:
    """Without a listen key snapshots go on."""
    line, request = asking(method)

    assert verdict_of(line.fails(request, status, code)) == (method, verdict)
    assert line.talk.ending is None


def test_session_may_not_be_enough_for_a_listen_key() -> None:
    """A session whose listen key is refused sends the API key with it once more, and from then on."""
    line, request = asking(START_STREAM, SESSION)
    assert request.params == {}
    assert line.fails(request, 401, -2015) == []
    again = line.one()
    assert again.params == {"apiKey": API_KEY}

    assert isinstance(line.answers(again, {"listenKey": "abc"})[0], ListenKeyAnswer)
    line.talk.ask(PING_STREAM, line.now)
    line.talk.ask(POSITIONS, line.now)
    assert ["apiKey" in request.params for request in line.sent()] == [True, False]


def test_listen_key_that_is_refused_with_the_key_as_well() -> None:
    """A second refusal is told; nothing is tried a third time."""
    line, request = asking(START_STREAM, SESSION)
    line.fails(request, 401, -2015)

    assert verdict_of(line.fails(line.one(), 401, -2015)) == (START_STREAM, Verdict.REFUSED)
    assert line.sent() == []
    assert line.talk.ending is None


def test_late_answer_to_a_question_that_was_given_up() -> None:
    """What comes after its time is over answers nothing."""
    line, request = asking()
    line.passes(TIMEOUT)

    assert line.answers(request, []) == [Garbled("An answer came to nothing that was asked.")]


def test_silence_that_is_demanded_ends_what_has_not_begun() -> None:
    """When the address has to be silent, a conversation that still measures is over; one that is ready waits."""
    line = Line()
    line.talk.opened(line.now)
    line.talk.hush()
    assert line.talk.ending is not None

    ready = ready_line()
    ready.talk.hush()
    assert ready.talk.ending is None


def test_silence_stops_a_measurement() -> None:
    """When the address has to be silent, a measurement that goes on beside requests asks nothing more."""
    line, time = asking(TIME)
    line.talk.hush()

    assert line.tells_time(time) == []
    assert line.sent() == []


@given(
    st.floats(0, 1e9),
    st.lists(st.sampled_from([POSITIONS, ACCOUNT, PING_STREAM, TIME]), min_size=1, unique=True),
)
@settings(derandomize=True, deadline=None)
def test_every_tick_that_is_due_does_something(begun: float, methods: list[str]) -> None:
    """At the time that `due_at` names, `tick` gives something up: a loop that waits for it never spins."""
    line = ready_line()
    for number, method in enumerate(methods):
        line.talk.ask(method, begun + number * 0.1)
    while (due := line.talk.due_at()) is not None:
        line.talk.tick(due)
        assert line.talk.due_at() is None or line.talk.due_at() != due


STEPS = st.sampled_from(
    [
        "ask",
        "account",
        "start",
        "time",
        "answer",
        "error",
        "clock",
        "limit",
        "wrong",
        "rubbish",
        "pass",
        "revoke",
        "elsewhere",
    ]
)


@given(st.lists(STEPS, max_size=40), st.sampled_from([HMAC, SESSION]))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_no_order_of_events_breaks_it(steps: list[str], credential: Credential) -> None:
    """Whatever comes in whatever order, it never asks the same twice at once, tells only news, and never gets stuck."""
    line = Line(credential)
    line.talk.opened(line.now)
    open_requests: dict[str, str] = {}
    is_time_wanted = False
    for step in steps:
        for request in line.sent():
            assert (
                request.method not in (POSITIONS, ACCOUNT, LOG_ON)
                or request.method not in open_requests.values()
            )
            open_requests[request.identity] = request.method
        news = _do(line, step, open_requests)
        assert all(isinstance(item, News) for item in news)
        is_time_wanted = TimeWanted() in news or (is_time_wanted and step != "elsewhere")
        is_over = line.talk.ending is not None
        assert is_over or is_time_wanted or line.talk.is_ready or line.talk.due_at() is not None


def _do(line: Line, step: str, open_requests: dict[str, str]) -> list[News]:
    line.now += 0.01
    asks = {"ask": POSITIONS, "account": ACCOUNT, "start": START_STREAM, "time": TIME}
    if step in asks:
        line.talk.ask(asks[step], line.now)
        return []
    if step == "pass":
        open_requests.clear()
        return line.passes(TIMEOUT)
    if step == "elsewhere":
        return line.talk.time_is_measured(line.now)
    if step in ("rubbish", "revoke") or not open_requests:
        return line.hears(
            b"?" if step == "rubbish" else {"id": None, "status": 401, "error": {"code": -2015}}
        )
    identity, method = open_requests.popitem()
    request = Request(identity, method, {})
    codes = {"error": (503, -1001), "clock": (400, -1021), "limit": (429, -1003), "wrong": (400, -1020)}
    if step in codes:
        return line.fails(request, *codes[step])
    results: dict[str, object] = {POSITIONS: [], TIME: {"serverTime": line.wall_ms}}
    return line.answers(request, results.get(method, {"assets": [], "listenKey": "abc"}))


def test_account_answer_is_matched_after_trouble() -> None:
    """After failures of every kind the next good answer is an answer."""
    line = ready_line()
    for code in (-1001, -1121, -1008):
        line.talk.ask(ACCOUNT, line.now)
        line.fails(line.one(), 400, code)
    line.talk.ask(ACCOUNT, line.now)

    assert isinstance(line.answers(line.one(), {"assets": []})[0], AccountAnswer)
