"""What perptop may ask, and how it signs: Binance's own vectors, and nothing that trades."""

import ast
import base64
import itertools
import re
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.wire import API_KEY, SECRET, hmac_credential
from tui.credentials import Credential, Secret
from tui.errors import RequestForbidden
from tui.protocol.requests import (
    ACCOUNT,
    LOG_ON,
    METHODS,
    PING_STREAM,
    POSITIONS,
    START_STREAM,
    TIME,
    Params,
    allowed,
    payload,
    request,
)
from tui.protocol.venues import HTTP_REQUESTS, VENUES

SOURCES = Path(__file__).parent.parent.parent / "tui"


def sent(raw: bytes) -> tuple[str, str, Params]:
    """What a request says."""
    message = msgspec.json.decode(raw)
    assert set(message) == {"id", "method", "params"}
    return message["id"], message["method"], message["params"]


def pem_of(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_vector_of_the_documents() -> None:
    """The WebSocket API's sample: sorted parameters, the key among them, sign to this digest."""
    params: Params = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01000000",
        "price": "52000.00",
        "newOrderRespType": "ACK",
        "recvWindow": 100,
        "timestamp": 1645423376532,
        "apiKey": API_KEY,
    }

    assert payload(params).startswith(
        f"apiKey={API_KEY}&newOrderRespType=ACK&price=52000.00&quantity=0.01000000&"
    )
    assert (
        hmac_credential().sign(payload(params))
        == "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a"
    )


def test_vector_of_a_snapshot() -> None:
    """A snapshot's request with a timestamp alone carries exactly this signature."""
    identity, method, params = sent(
        request("a", POSITIONS, {"timestamp": 1702920680303}, hmac_credential(), False)
    )

    assert (identity, method) == ("a", "v2/account.position")
    assert params == {
        "apiKey": API_KEY,
        "timestamp": 1702920680303,
        "signature": "1c194fce63748bbe1006e83f88a9937b3aa7a02a101e022db8ae87f4fd482799",
    }


def test_values_are_signed_raw() -> None:
    """A Chinese symbol is signed as it is, not percent-encoded."""
    params: Params = {"timestamp": 1, "symbol": "币安人生USDT", "recvWindow": 5000}
    text = f"apiKey={API_KEY}&recvWindow=5000&symbol=币安人生USDT&timestamp=1"

    assert sent(request("a", POSITIONS, params, hmac_credential(), False))[2][
        "signature"
    ] == hmac_credential().sign(text)


@given(st.permutations(["timestamp", "recvWindow", "symbol", "apiKey", "Zeta"]))
@settings(derandomize=True)
def test_payload_does_not_depend_on_the_order(names: list[str]) -> None:
    """Whatever order the parameters stand in, they are signed by name."""
    assert payload(dict.fromkeys(names, 1)) == "Zeta=1&apiKey=1&recvWindow=1&symbol=1&timestamp=1"


def test_numbers_are_numbers_on_the_wire() -> None:
    """Times are JSON integers, as the page demands."""
    raw = request("a", ACCOUNT, {"timestamp": 17, "recvWindow": 5000}, hmac_credential(), False)

    assert b'"timestamp":17,' in raw
    assert b'"recvWindow":5000,' in raw


@pytest.mark.parametrize("method", [START_STREAM, PING_STREAM])
def test_listen_key_is_asked_for_with_the_key_alone(method: str) -> None:
    """Listen keys take the API key and no signature."""
    assert sent(request("a", method, {}, hmac_credential(), False))[2] == {"apiKey": API_KEY}


def test_time_is_asked_for_without_a_key() -> None:
    """The time takes nothing."""
    assert sent(request("a", TIME, {}, hmac_credential(), False))[2] == {}


def test_ed25519_signature_holds() -> None:
    """An Ed25519 key signs the same text, in base64."""
    key = ed25519.Ed25519PrivateKey.generate()
    credential = Credential.private_key(Secret(API_KEY), pem_of(key), "here")

    params = sent(request("a", LOG_ON, {"timestamp": 5}, credential, True))[2]
    signature = base64.b64decode(str(params.pop("signature")))
    key.public_key().verify(signature, f"apiKey={API_KEY}&timestamp=5".encode())
    assert params == {"apiKey": API_KEY, "timestamp": 5}


def test_rsa_signature_holds() -> None:
    """An RSA key signs with PKCS#1 v1.5 and SHA-256, in base64 that goes in raw."""
    key = rsa.generate_private_key(65537, 2048)
    credential = Credential.private_key(Secret(API_KEY), pem_of(key), "here")

    params = sent(request("a", POSITIONS, {"timestamp": 5}, credential, False))[2]
    signature = base64.b64decode(str(params["signature"]))
    text = f"apiKey={API_KEY}&timestamp=5".encode()
    key.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())
    assert credential.key_type == "RSA"


@pytest.mark.parametrize("method", [name for name in METHODS if name != LOG_ON])
def test_session_sends_neither_key_nor_signature(method: str) -> None:
    """After the log-on nothing but the parameters is sent; only a log-on signs again."""
    assert sent(request("a", method, {"timestamp": 5}, hmac_credential(), True))[2] == {"timestamp": 5}


def test_parameters_of_the_caller_stay() -> None:
    """Signing changes nothing in what it is given."""
    params: Params = {"timestamp": 5}
    request("a", POSITIONS, params, hmac_credential(), False)

    assert params == {"timestamp": 5}


@pytest.mark.parametrize(
    "method",
    [
        "order.place",
        "order.cancel",
        "order.modify",
        "algoOrder.place",
        "userDataStream.stop",
        "session.logout",
        "account.position",
        "V2/ACCOUNT.POSITION",
        "v2/account.position ",
        "",
    ],
)
def test_everything_else_is_forbidden(method: str) -> None:
    """What is not on the list is refused before it is signed."""
    calls: list[bytes] = []
    credential = Credential(Secret(API_KEY), "HMAC", lambda text: calls.append(text) or "")  # type: ignore[func-returns-value]

    with pytest.raises(RequestForbidden):
        request("a", method, {}, credential, False)
    with pytest.raises(RequestForbidden):
        allowed(method)
    assert calls == []


def test_list_holds_only_what_reads() -> None:
    """The allow-list is these six methods and, over HTTP, GET alone but for making and keeping a listen key."""
    assert set(METHODS) == {LOG_ON, POSITIONS, ACCOUNT, START_STREAM, PING_STREAM, TIME}
    assert {path for verb, path in HTTP_REQUESTS if verb != "GET"} == {
        "/dapi/v1/listenKey",
        "/papi/v1/listenKey",
    }
    assert {verb for verb, _ in HTTP_REQUESTS} == {"GET", "POST", "PUT"}


def test_weights_are_the_documents() -> None:
    """Each method weighs what its page says."""
    assert {name: method.weight for name, method in METHODS.items()} == {
        LOG_ON: 2,
        POSITIONS: 5,
        ACCOUNT: 5,
        START_STREAM: 1,
        PING_STREAM: 1,
        TIME: 1,
    }


def test_no_text_in_the_client_trades_or_closes() -> None:
    """No text in the client's source names an order's method, a stop, or a verb that changes anything."""
    forbidden = re.compile(
        r"\border\.\w|\w\.stop\b|\b(DELETE|PATCH)\b|/(fapi|dapi|papi)/v\d/(um/|cm/)?(order|algo|leverage|margin)"
    )
    client = [path for path in SOURCES.rglob("*.py") if "sim" not in path.relative_to(SOURCES).parts]
    texts = itertools.chain.from_iterable(ast.walk(ast.parse(path.read_text("utf-8"))) for path in client)
    found = [text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)]

    assert [text for text in found if forbidden.search(text)] == []
    assert POSITIONS in found


def test_only_a_listen_key_is_asked_for_by_more_than_get() -> None:
    """Over HTTP everything is GET, but for the asking for a listen key and its keeping."""
    asks = {ask for venue in VENUES.values() for some in venue.asks.values() for ask in some}

    assert {ask.path for ask in asks if ask.verb != "GET"} == {"/dapi/v1/listenKey", "/papi/v1/listenKey"}
    assert {ask.verb for ask in asks} == {"GET", "POST", "PUT"}


def test_key_and_secret_are_in_no_frame_but_where_they_belong() -> None:
    """The secret is in no request, and the key in no request of a session."""
    for method, is_session in itertools.product(METHODS, (False, True)):
        raw = request("a", method, {"timestamp": 5}, hmac_credential(), is_session).decode()
        assert SECRET not in raw
        assert (API_KEY in raw) == (method == LOG_ON or (method != TIME and not is_session))
