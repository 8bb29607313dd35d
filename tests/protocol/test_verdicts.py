"""What an error means: one table for answers, one for handshakes."""

import pytest

from tests.protocol.wire import fixture
from tui.protocol.codec import decode_answer
from tui.protocol.replies import ErrorData, ErrorReply
from tui.protocol.rights import CAN_TRADE, CAN_WITHDRAW, READ_ONLY, UNKNOWN, rights
from tui.protocol.verdicts import HandshakeRefused, Trouble, Verdict, judge, judge_handshake


def judged(name: str) -> Trouble:
    """The judgement of an answer of `tests/fixtures`."""
    answer = decode_answer(fixture("answers", name))
    assert answer.error is not None
    return judge(answer.status, answer.error)


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, -1021, Verdict.CLOCK),
        (400, -5028, Verdict.CLOCK),
        (400, -1022, Verdict.REFUSED),
        (401, -1002, Verdict.REFUSED),
        (400, -1011, Verdict.REFUSED),
        (400, -1099, Verdict.REFUSED),
        (401, -2014, Verdict.REFUSED),
        (401, -2015, Verdict.REFUSED),
        (400, -2017, Verdict.REFUSED),
        (400, -4109, Verdict.REFUSED),
        (401, 0, Verdict.REFUSED),
        (401, -9999, Verdict.REFUSED),
        (400, -1125, Verdict.NO_LISTEN_KEY),
        (400, -1020, Verdict.UNKNOWN_METHOD),
        (404, 0, Verdict.UNKNOWN_METHOD),
        (410, 0, Verdict.UNKNOWN_METHOD),
        (429, -1003, Verdict.LIMITED),
        (429, 0, Verdict.LIMITED),
        (418, -2015, Verdict.LIMITED),
        (400, -1003, Verdict.LIMITED),
        (400, -1000, Verdict.RETRY),
        (400, -1001, Verdict.RETRY),
        (400, -1006, Verdict.RETRY),
        (408, -1007, Verdict.RETRY),
        (503, -1008, Verdict.RETRY),
        (503, -1016, Verdict.RETRY),
        (400, -1102, Verdict.RETRY),
        (400, -1121, Verdict.RETRY),
        (400, 239999, Verdict.RETRY),
        (500, 0, Verdict.RETRY),
    ],
)
def test_verdict_of_each_code(status: int, code: int, verdict: Verdict) -> None:
    """Each of Binance's codes has one reaction; an unknown one is Binance's passing trouble."""
    assert judge(status, ErrorReply(code=code, message="Words.")).verdict is verdict


@pytest.mark.parametrize("code", [-1011, -1022, -2014, -2015, -2017, -4109, -1002])
def test_refusal_says_what_to_check(code: int) -> None:
    """A refused key is one sentence with Binance's words and one with what to do."""
    sentence = judge(401, ErrorReply(code=code, message="Invalid.")).sentence

    assert sentence.startswith(f"Binance refuses the key ({code} Invalid). ")
    assert len(sentence.split("). ")[1]) > 20


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (400, ErrorReply(code=-1121, message="Invalid symbol."), "Binance answers -1121 Invalid symbol."),
        (503, ErrorReply(), "Binance answers status 503."),
        (503, ErrorReply(message="Service Unavailable."), "Binance answers status 503 Service Unavailable."),
        (500, ErrorReply(code=-1000), "Binance answers -1000."),
        (401, ErrorReply(code=-2015), "Binance refuses the key (-2015). Check that the key exists,"),
        (
            404,
            ErrorReply(),
            "Binance no longer knows this request (status 404): look for a newer version of perptop.",
        ),
    ],
)
def test_sentences(status: int, error: ErrorReply, sentence: str) -> None:
    """A sentence says what is known and invents nothing."""
    assert judge(status, error).sentence.startswith(sentence)


def test_limit_with_a_time() -> None:
    """A 429 that says when to come back is obeyed to the millisecond."""
    trouble = judged("error_limited")

    assert (trouble.verdict, trouble.retry_at_ms, trouble.is_ban) == (Verdict.LIMITED, 1659284460000, False)


def test_ban_with_a_time_in_its_words() -> None:
    """A ban may say its end in words only."""
    trouble = judged("error_banned")

    assert (trouble.verdict, trouble.retry_at_ms, trouble.is_ban) == (Verdict.LIMITED, 1659146400000, True)


@pytest.mark.parametrize("retry_after", [None, 30, 0, 1659284460])
def test_limit_without_a_moment(retry_after: int | None) -> None:
    """A number that is no moment in milliseconds is none: the usual silence is kept."""
    error = ErrorReply(code=-1003, message="Too many requests.", data=ErrorData(retry_after_ms=retry_after))

    assert judge(429, error).retry_at_ms is None


def test_hostile_words_are_clean() -> None:
    """Binance's words are shown without what steers a terminal."""
    answer = decode_answer(
        b'{"id":1,"status":400,"error":{"code":-1,"msg":"\\u001b[2J\\u202e' + b"x" * 10_000 + b'"}}'
    )
    assert answer.error is not None

    assert judge(400, answer.error).sentence.isprintable()
    assert len(judge(400, answer.error).sentence) < 250


@pytest.mark.parametrize(
    ("status", "retry_after", "silent", "words"),
    [
        (418, None, 120.0, "has banned this IP address for a while (HTTP 418)"),
        (418, 3600.0, 3600.0, "has banned"),
        (429, None, 60.0, "has been asked too often from this IP address (HTTP 429)"),
        (429, 30.0, 30.0, "has been asked too often"),
        (403, None, 300.0, "'s firewall turns this IP address away (HTTP 403)"),
        (403, 10.0, 10.0, "'s firewall"),
        (301, None, None, "redirects are not followed"),
        (302, None, None, "redirects are not followed"),
        (308, None, None, "redirects are not followed"),
        (200, None, None, "perhaps a captive portal"),
        (407, None, None, "A proxy in front of"),
        (500, None, None, "is not available (HTTP 500)"),
        (503, None, None, "is not available (HTTP 503)"),
        (520, None, None, "is not available (HTTP 520)"),
        (404, None, None, "does not offer this connection (HTTP 404)"),
        (410, None, None, "does not offer this connection (HTTP 410)"),
        (400, None, None, "does not offer this connection (HTTP 400)"),
    ],
)
def test_refused_handshakes(status: int, retry_after: float | None, silent: float | None, words: str) -> None:
    """Each refused handshake is told apart in words; limits and firewalls silence every connection."""
    sentence, seconds = judge_handshake(HandshakeRefused(status, retry_after), "example.org")

    assert words in sentence
    assert "example.org" in sentence
    assert sentence.endswith(".")
    assert seconds == silent


def test_redirect_names_where_it_leads() -> None:
    """A redirect's target is named, clean."""
    refusal = HandshakeRefused(302, None, "https://portal.example/\x1b[2J" + "x" * 999)
    sentence, _ = judge_handshake(refusal, "example.org")

    assert "https://portal.example/�[2J" in sentence
    assert sentence.isprintable()
    assert len(sentence) < 200


READ = {"ipRestrict": True, "enableReading": True, "enableFixReadOnly": True}


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ({}, UNKNOWN),
        ({"enableReading": False}, UNKNOWN),
        ({"ipRestrict": True}, UNKNOWN),
        ({"enableReading": True}, READ_ONLY),
        (READ, READ_ONLY),
        ({**READ, "enableFutures": False, "enableWithdrawals": False}, READ_ONLY),
        ({**READ, "enableFutures": True}, CAN_TRADE),
        ({**READ, "enableSpotAndMarginTrading": True}, CAN_TRADE),
        ({**READ, "enableFixApiTrade": True}, CAN_TRADE),
        ({**READ, "enableTeleportation": True}, CAN_TRADE),
        ({**READ, "enablereading": True}, CAN_TRADE),
        ({**READ, "enableWithdrawals": True}, CAN_WITHDRAW),
        ({**READ, "enableInternalTransfer": True}, CAN_WITHDRAW),
        ({**READ, "permitsUniversalTransfer": True, "enableFutures": True}, CAN_WITHDRAW),
        ({"enableWithdrawals": True}, CAN_WITHDRAW),
        ({"enableFutures": True}, CAN_TRADE),
    ],
)
def test_rights(allowed: dict[str, bool], says: str) -> None:
    """Only a key that may do nothing but read is called read-only; every right not known to be harmless is dangerous."""
    assert rights(allowed) == says
