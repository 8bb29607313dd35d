"""A conversation on the WebSocket API, and the other end of its line as plain methods."""

from typing import Any, NamedTuple

import msgspec

from tests.protocol.wire import API_KEY, WALL_MS, encoded, hmac_credential, identities
from tui.credentials import Credential, Secret
from tui.protocol.clock import SAMPLES, ExchangeClock
from tui.protocol.conversation import ApiConversation, AskOptions, News
from tui.protocol.requests import LOG_ON, TIME

HMAC = hmac_credential()
SESSION = Credential(Secret(API_KEY), "ED25519", lambda payload: f"<{payload.decode()}>")
"""A key that logs on; its signature shows what was signed."""


class Request(NamedTuple):
    """What the conversation has sent."""

    identity: str
    method: str
    params: dict[str, Any]


class Line:
    """Feeds a conversation with values; `now` moves only when a test says so. The exchange is 30 s ahead."""

    def __init__(
        self,
        credential: Credential = HMAC,
        options: AskOptions | None = None,
        clock: ExchangeClock | None = None,
    ) -> None:
        self.now = 100.0
        self.ahead_ms = 30_000
        self.clock = clock or ExchangeClock(self.now, WALL_MS)
        self.talk = ApiConversation(credential, self.clock, options or AskOptions(), identities())

    @property
    def wall_ms(self) -> int:
        """This machine's clock."""
        return WALL_MS + round((self.now - 100.0) * 1000)

    def sent(self) -> list[Request]:
        """Take what was sent since the last call."""
        frames = [msgspec.json.decode(frame) for frame in self.talk.take_outgoing()]
        return [Request(frame["id"], frame["method"], frame["params"]) for frame in frames]

    def one(self) -> Request:
        """Take the one request that was sent."""
        (request,) = self.sent()
        return request

    def hears(self, message: object) -> list[News]:
        """Let a frame come."""
        raw = message if isinstance(message, bytes | str) else encoded(message)
        return self.talk.receive(raw, self.now, self.wall_ms)

    def answers(self, request: Request, result: object, **more: object) -> list[News]:
        """Answer a request with a result."""
        return self.hears({"id": request.identity, "status": 200, "result": result, **more})

    def fails(
        self, request: Request, status: int, code: int, message: str = "No.", **more: object
    ) -> list[News]:
        """Answer a request with an error."""
        return self.hears(
            {"id": request.identity, "status": status, "error": {"code": code, "msg": message, **more}}
        )

    def tells_time(self, request: Request) -> list[News]:
        """Answer a request for the time, a tenth of a second later."""
        assert request.method == TIME
        self.now += 0.1
        return self.answers(request, {"serverTime": self.wall_ms - 50 + self.ahead_ms})

    def measures(self) -> list[News]:
        """Answer all requests for the time that make a measurement; returns the last answer's news."""
        news: list[News] = []
        for _ in range(SAMPLES):
            assert news == []
            news = self.tells_time(self.one())
        return news

    def becomes_ready(self) -> list[News]:
        """Open, measure, and log on where the key does that."""
        assert self.talk.opened(self.now) == []
        news = self.measures()
        for request in self.sent():
            assert request.method == LOG_ON
            news = self.answers(request, {"serverTime": 1, "authorizedSince": 1})
        return news

    def passes(self, seconds: float) -> list[News]:
        """Let time pass."""
        self.now += seconds
        return self.talk.tick(self.now)


def ready_line(credential: Credential = HMAC, options: AskOptions | None = None) -> Line:
    """A line on which requests may be asked."""
    line = Line(credential, options)
    line.becomes_ready()
    assert line.talk.is_ready
    assert line.sent() == []
    return line
