"""Signatures, against the published vector, and of keys of all three kinds."""

import pytest

from tui.sim.keys import KINDS, ApiKey, KeyFiles, Keys, Kind
from tui.sim.signatures import is_valid, payload_of
from tui.sim.visitor import signature

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"


def test_payload_is_sorted_and_holds_the_key_but_not_the_signature() -> None:
    """The payload is every parameter but the signature, sorted by name, with raw values."""
    params = {
        "timestamp": 1,
        "symbol": "币安人生USDT",
        "apiKey": "k",
        "returnRateLimits": False,
        "signature": "s",
    }
    assert payload_of(params) == "apiKey=k&returnRateLimits=false&symbol=币安人生USDT&timestamp=1"


def test_hmac_vector_of_the_pages() -> None:
    """The documented HMAC example of the WebSocket API verifies, in either case."""
    payload = (
        f"apiKey={API_KEY}&newOrderRespType=ACK&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL"
        "&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT"
    )
    wanted = "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a"
    key = ApiKey("hmac", API_KEY, secret=SECRET)
    assert is_valid(key, payload, wanted)
    assert is_valid(key, payload, wanted.upper())
    assert not is_valid(key, payload + " ", wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_all_kinds_verify_their_own_signatures_only(kind: Kind) -> None:
    """A signature belongs to one key and one payload."""
    key = Keys(5)[kind]
    made = signature(key, "timestamp=1")
    assert is_valid(key, "timestamp=1", made)
    assert not is_valid(key, "timestamp=2", made)
    assert not is_valid(key, "timestamp=1", "no base64, no hex é")


def test_keys_follow_from_the_seed() -> None:
    """A restarted exchange has the same keys; another seed has others."""
    first, again, other = Keys(5), Keys(5), Keys(6)
    assert [first[kind].private_key for kind in KINDS] == [again[kind].private_key for kind in KINDS]
    assert first.hmac == again.hmac != other.hmac


def test_key_files_are_private_and_go_away() -> None:
    """Private keys are written for their owner only, and deleted at the end."""
    with KeyFiles(Keys(5)) as files:
        path = files.path("ed25519")
        assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not path.parent.exists()


def test_secrets_stay_out_of_reprs() -> None:
    """The repr of a key shows neither its secret nor its private half."""
    keys = Keys(5)
    assert keys.hmac.secret not in repr(keys.hmac)
    assert "PRIVATE" not in repr(keys.ed25519)
