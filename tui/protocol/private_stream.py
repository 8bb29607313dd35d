"""The private stream: what the account tells by itself (page "User Data Streams", USD-M)."""

import enum

import msgspec

from tui.credentials import Secret
from tui.errors import ProtocolError
from tui.protocol.codec import Control, decode_pushed
from tui.protocol.events import Event, ListenKeyExpired, ServerShutdown
from tui.protocol.talk import Ending, Garbled

EVENTS = (
    "ACCOUNT_UPDATE",
    "ACCOUNT_CONFIG_UPDATE",
    "MARGIN_CALL",
    "ORDER_TRADE_UPDATE",
    "TRADE_LITE",
    "ALGO_UPDATE",
    "listenKeyExpired",
)
"""What is asked for; Binance does not check the spelling, and sends nothing for a wrong one."""


_encoder = msgspec.json.Encoder()


class Form(enum.Enum):
    """How the listen key is given; which of them delivers has changed before."""

    QUERY = "query"
    PATH = "path"
    SUBSCRIBE = "subscribe"

    @property
    def following(self) -> "Form":
        """The form to try when this one stays silent."""
        return {Form.QUERY: Form.PATH, Form.PATH: Form.SUBSCRIBE, Form.SUBSCRIBE: Form.QUERY}[self]


def private_target(listen_key: Secret, form: Form) -> str:
    """Return what follows the base URL of the private streams; it holds the listen key."""
    if form is Form.QUERY:
        return f"/ws?listenKey={listen_key.reveal()}&events={'/'.join(EVENTS)}"
    return f"/ws/{listen_key.reveal()}" if form is Form.PATH else "/ws"


class PrivateConversation:
    """One private stream: it only listens, but for one question at its beginning."""

    def __init__(self, listen_key: Secret, form: Form) -> None:
        self.listen_key = listen_key
        self.form = form
        self.ending: Ending | None = None
        self.is_ready = False
        self._outgoing: list[bytes] = []

    def opened(self, now: float) -> list[Event | Garbled]:
        """Begin: subscribe where the address did not, and ask what is subscribed."""
        if self.form is Form.SUBSCRIBE:
            self._outgoing.append(_control("SUBSCRIBE", 1, [self.listen_key.reveal()]))
        else:
            self._outgoing.append(_control("LIST_SUBSCRIPTIONS", 1))
            self.is_ready = True
        return []

    def receive(self, raw: bytes | str, now: float, wall_ms: int) -> list[Event | Garbled]:
        """Take one frame."""
        try:
            pushed = decode_pushed(raw)
        except ProtocolError as problem:
            return [Garbled(str(problem))]
        if isinstance(pushed, Control):
            return self._answered(pushed)
        for event in pushed:
            if isinstance(event, ListenKeyExpired):
                self.ending = Ending("The listen key has expired: asking for a new one.")
            elif isinstance(event, ServerShutdown):
                self.ending = Ending("This server goes away: moving to another.", is_planned=True)
        return list(pushed)

    def _answered(self, control: Control) -> list[Event | Garbled]:
        if not control.trouble:
            self.is_ready = True
            return []
        if not self.is_ready:
            self.ending = Ending("The user stream refuses the subscription.")
        return [Garbled(f"The user stream answers: {control.trouble}")]

    def tick(self, now: float) -> list[Event | Garbled]:
        """Nothing is due: silence is normal while nobody trades. The audit watches over this stream."""
        return []

    def due_at(self) -> float | None:
        """Return None: nothing is planned."""
        return None

    def take_outgoing(self) -> list[bytes]:
        """Return the frames to send now."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing


def _control(method: str, identity: int, params: list[str] | None = None) -> bytes:
    message: dict[str, object] = {"method": method, "id": identity}
    if params is not None:
        message["params"] = params
    return _encoder.encode(message)
