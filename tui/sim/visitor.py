"""A client in memory: it asks the exchange in plain values, without sockets and without waiting. Tests use it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tui.sim.exchange import Exchange
from tui.sim.keys import ApiKey, Kind
from tui.sim.outgoing import Answer, Refusal, Text
from tui.sim.session import Session

STEP_MS = 1_000
"""How far the exchange is moved at a time."""


class Visitor:
    """A client with one of the account's keys. Its clock is the exchange's, and stands still unless it waits."""

    def __init__(self, exchange: Exchange, kind: Kind = "hmac") -> None:
        self.exchange = exchange
        self.key = exchange.keys[kind]
        self.wall_ms = exchange.world.wall_ms
        self.sessions: list[Session] = []
        self.session = self.open("/ws-fapi/v1")

    def open(self, target: str) -> Session:
        """Open a connection that must not be refused."""
        opened = self.exchange.open(target, self.wall_ms)
        assert not isinstance(opened, Refusal), opened
        self.sessions.append(opened)
        return opened

    def wait(self, seconds: float) -> None:
        """Let time pass, and answer the exchange's pings meanwhile."""
        end_ms = self.wall_ms + round(seconds * 1000)
        while self.wall_ms < end_ms:
            self.wall_ms = min(end_ms, self.wall_ms + STEP_MS)
            self.exchange.advance(self.wall_ms)
            for session in self.sessions:
                if session.unanswered:
                    session.pong(session.unanswered[1], self.wall_ms)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request of the WebSocket API and return its answer."""
        answers = self.send({"id": 1, "method": method, "params": params})
        assert len(answers) == 1, answers
        return answers[0]

    def ask_signed(self, method: str, **params: Any) -> dict[str, Any]:
        """The same, signed with the key."""
        return self.ask(method, **self.signed(params))

    def ask_lost(self, method: str, **params: Any) -> None:
        """Send a signed request whose answer may be anything, or nothing."""
        request = {"id": 1, "method": method, "params": self.signed(params)}
        self.session.receive(json.dumps(request), self.wall_ms)

    def signed(self, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters with key, time and signature."""
        named = {"apiKey": self.key.api_key, "timestamp": self.exchange.world.now_ms} | params
        payload = "&".join(f"{name}={value}" for name, value in sorted(named.items()))
        return named | {"signature": signature(self.key, payload)}

    def send(self, request: object) -> list[dict[str, Any]]:
        """Send a value as JSON, or a text as it is, and return what comes back."""
        text = request if isinstance(request, str) else json.dumps(request)
        self.session.receive(text, self.wall_ms)
        return said(self.session)

    def call(self, method: str, path: str) -> Any:
        """Send a request that needs the key alone, as those for listen keys, and return the JSON of its answer."""
        headers = {"X-MBX-APIKEY": self.key.api_key}
        return json.loads(self.exchange.http(method, path, headers, b"", self.wall_ms).body)

    def fetch(self, path: str, **params: Any) -> Any:
        """Send a signed GET and return the JSON of its answer."""
        return json.loads(self.get(path, **params).body)

    def get(self, path: str, **params: Any) -> Answer:
        """Send a signed GET."""
        query = urlencode({"timestamp": self.exchange.world.now_ms} | params)
        signed = f"{query}&{urlencode({'signature': signature(self.key, query)})}"
        headers = {"X-MBX-APIKEY": self.key.api_key}
        return self.exchange.http("GET", f"{path}?{signed}", headers, b"", self.wall_ms)

    def listen(self, events: str = "") -> Session:
        """Start a listen key and open a private stream on it."""
        key = self.ask("userDataStream.start", apiKey=self.key.api_key)["result"]["listenKey"]
        return self.open(f"/private/ws?listenKey={key}" + (f"&events={events}" if events else ""))

    def listen_to(self, book: str) -> Session:
        """Start the listen key of `dapi` or `papi` and open its stream."""
        key = self.call("POST", f"/{book}/v1/listenKey")["listenKey"]
        return self.open(f"/ws/{key}" if book == "dapi" else f"/pm/ws/{key}")


def said(session: Session) -> list[dict[str, Any]]:
    """What a connection has said since it was last looked at, as JSON."""
    return [json.loads(frame.data) for frame in session.take() if isinstance(frame, Text)]


def signature(key: ApiKey, payload: str) -> str:
    """Sign a payload with a key of any kind."""
    if key.kind == "hmac":
        return hmac.new(key.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    private_key = load_pem_private_key(key.private_key, None)
    if isinstance(private_key, Ed25519PrivateKey):
        raw = private_key.sign(payload.encode())
    else:
        assert isinstance(private_key, RSAPrivateKey)
        raw = private_key.sign(payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(raw).decode()
