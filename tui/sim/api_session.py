"""The WebSocket API: requests with an id, answers with the same id (page "WebSocket API General Info")."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tui.sim.access import check_kind, check_signature, check_symbol, check_time, find_key
from tui.sim.errors import Rejected, rejected
from tui.sim.keys import ApiKey
from tui.sim.session import Session
from tui.sim.signatures import payload_of
from tui.sim.spoiling import HOSTILE, spoil_answer
from tui.sim.world import World

Security = Literal["none", "key", "signed"]
Params = dict[str, Any]
SLOW_MS = 4_000
COMMON_PARAMS = frozenset({"apiKey", "signature", "timestamp", "recvWindow", "returnRateLimits"})


class ApiSession(Session):
    """A connection to `/ws-fapi/v1`."""

    frame_limit = None
    feed_name = "api"
    stream_name = "private"
    """The user stream whose listen key it makes and keeps."""

    def __init__(
        self, world: World, number: int, path: str, address: str, *, rate_limits: bool = True
    ) -> None:
        super().__init__(world, number, self.feed_name, path, address)
        self.rate_limits = rate_limits
        """Whether answers carry `rateLimits` when the request does not say."""
        self.key: ApiKey | None = None
        self.authorized_ms: int | None = None
        self.connected_ms = world.now_ms

    @property
    def methods(self) -> Mapping[str, Method]:
        """What can be asked here."""
        return METHODS

    def understand(self, frame: str | bytes) -> None:
        """Answer a request."""
        request: dict[str, Any] = {}
        status, weight = 200, 0
        answer: dict[str, Any]
        try:
            request = parse(frame)
            method = self.methods.get(request["method"])
            weight = method.weight if method else 1
            self.world.limits.charge(self.address, weight, self.world.now_ms)
            self.spoil_request()
            answer = {"status": 200, "result": self.result_of(method, request.get("params", {}))}
        except Rejected as refusal:
            status = refusal.status
            weight = 0 if status in (418, 429) else weight
            answer = {"status": status, "error": refusal.error()}
        self.note("request", method=str(request.get("method", "")), weight=weight, status=status)
        self.answer(request, answer)

    def answer(self, request: dict[str, Any], answer: dict[str, Any]) -> None:
        """Send an answer with the id of its request; a revoked key's has none."""
        faults = self.world.faults
        params = request.get("params", {})
        if faults.is_on("hostile-strings") and "error" in answer:
            answer["error"]["msg"] = HOSTILE
        revoked = faults.is_on("key-revoked") and answer.get("error", {}).get("code") == -2015
        answer = {"id": None if revoked else request.get("id")} | answer
        if params.get("returnRateLimits", self.rate_limits) and not revoked:
            answer["rateLimits"] = self.world.limits.rate_limits(self.address, self.world.now_ms)
        if faults.is_on("unknown-fields"):
            answer["newField"] = {"deep": [1, None]}
        if faults.is_on("no-answers", self.feed):
            return
        frames = spoil_answer(answer, faults, self.feed)
        if faults.is_on("slow-answers", self.feed):
            self.world.agenda.at(self.world.wall_ms + SLOW_MS, lambda: self.send_all(frames))
        else:
            self.send_all(frames)

    def spoil_request(self) -> None:
        """Refuse a request for a fault that is on."""
        faults = self.world.faults
        if one := faults.take("error-CODE", self.feed):
            raise rejected(-int(one.order.value))

    def result_of(self, method: Method | None, params: Params) -> object:
        """Check a request and work its result out."""
        if method is None:
            raise rejected(-1020)
        if method.params is not None and (unknown := set(params) - method.params - COMMON_PARAMS):
            raise rejected(-1104, len(params) - len(unknown), len(params))
        if method.security != "none":
            self.authenticate(method.security, params)
            check_kind(self.world, "classic")
        return method.result(self, params)

    def authenticate(self, security: Security, params: Params) -> ApiKey:
        """Check key, time and signature; a session that is logged on needs neither key nor signature."""
        if self.world.faults.is_on("key-revoked"):
            raise rejected(-2015)
        if self.key is not None and "apiKey" not in params and "signature" not in params:
            key = self.key
            find_key(self.world, key.api_key)
            if security == "signed":
                check_time(self.world, params)
            return key
        if "apiKey" not in params:
            raise rejected(-1102, "apiKey")
        key = find_key(self.world, params["apiKey"])
        if security == "signed":
            check_time(self.world, params)
            check_signature(key, payload_of(params), params.get("signature"))
        return key

    def status(self) -> dict[str, object]:
        """Result of the three `session.` methods."""
        return {
            "apiKey": self.key.api_key if self.key else None,
            "authorizedSince": self.authorized_ms,
            "connectedSince": self.connected_ms,
            "returnRateLimits": self.rate_limits,
            "serverTime": self.world.now_ms,
        }

    def log_on(self, params: Params) -> object:
        """`session.logon`: Ed25519 keys only."""
        key = self.authenticate("signed", {"apiKey": None} | params)
        if key.kind != "ed25519":
            raise rejected(-4056, {"hmac": "HMAC_SHA256", "rsa": "RSA"}[key.kind])
        self.key, self.authorized_ms = key, self.world.now_ms
        return self.status()

    def log_out(self, params: Params) -> object:
        """`session.logout`: the connection stays open."""
        self.key = self.authorized_ms = None
        return self.status()

    def positions(self, params: Params) -> object:
        """`v2/account.position`."""
        if self.world.faults.is_on("method-retired"):
            raise rejected(-1020)
        return self.world.position_rows(check_symbol(self.world, params.get("symbol")))

    def start_stream(self, params: Params) -> object:
        """`userDataStream.start`."""
        return {"listenKey": self.world.start_listen_key(self.stream_name)}

    def ping_stream(self, params: Params) -> object:
        """`userDataStream.ping`."""
        return {"listenKey": self.world.ping_listen_key(self.stream_name)}

    def stop_stream(self, params: Params) -> object:
        """`userDataStream.stop`: ends the key for all clients of the account; no viewer sends it."""
        self.world.keys_of(self.stream_name)[0].delete()
        return {}

    def refuse_order(self, params: Params) -> object:
        """`order.*`: the keys of this exchange may only read."""
        raise rejected(-2015)


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its weight, who may call it, its own parameters, and what works its result out."""

    weight: int
    security: Security
    result: Callable[[ApiSession, Params], object]
    params: frozenset[str] | None = frozenset()
    """Parameters beside those of every method; None: whatever comes."""


METHODS: dict[str, Method] = {
    "ping": Method(1, "none", lambda session, params: {}),
    "time": Method(1, "none", lambda session, params: {"serverTime": session.world.now_ms}),
    "session.logon": Method(2, "none", ApiSession.log_on),
    "session.status": Method(2, "none", lambda session, params: session.status()),
    "session.logout": Method(2, "none", ApiSession.log_out),
    "v2/account.position": Method(5, "signed", ApiSession.positions, frozenset({"symbol"})),
    "v2/account.status": Method(5, "signed", lambda session, params: session.world.account_status()),
    "v2/account.balance": Method(5, "signed", lambda session, params: session.world.balance_rows()),
    "userDataStream.start": Method(1, "key", ApiSession.start_stream),
    "userDataStream.ping": Method(1, "key", ApiSession.ping_stream),
    "userDataStream.stop": Method(1, "key", ApiSession.stop_stream),
    **{
        name: Method(1, "signed", ApiSession.refuse_order, None)
        for name in (
            "order.place",
            "order.modify",
            "order.cancel",
            "order.status",
            "algoOrder.place",
            "algoOrder.cancel",
        )
    },
}


def parse(frame: str | bytes) -> dict[str, Any]:
    """Read a request.

    Raises:
        Rejected: -1135 for what is no request: no JSON, no object, an id that is neither text, integer nor null.
    """
    if isinstance(frame, bytes):
        raise rejected(-1135, "expected a text frame.")
    try:
        request = json.loads(frame)
    except (ValueError, RecursionError):
        raise rejected(-1135, "not valid JSON.") from None
    if not isinstance(request, dict):
        raise rejected(-1135, "expected an object.")
    identity = request.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int | None):
        raise rejected(-1135, "'id' is a string, an integer or null.")
    if not isinstance(request.get("method"), str):
        raise rejected(-1135, "'method' is a string.")
    if not isinstance(request.get("params", {}), dict):
        raise rejected(-1135, "'params' is an object.")
    return request
