"""Where requests may go: Binance, this machine, or a host that was allowed by name."""

import pytest

from tui.errors import SettingsError
from tui.protocol.endpoints import MAINNET, TESTNET, at


def test_loopback_takes_everything_in_plain_text() -> None:
    """One loopback host serves every path of Binance's over plain http and ws."""
    endpoints = at("http://127.0.0.1:8123", False)
    assert endpoints.api_url == "ws://127.0.0.1:8123/ws-fapi/v1"
    assert endpoints.private_url == "ws://127.0.0.1:8123/private"
    assert endpoints.market_url == "ws://127.0.0.1:8123/market"
    assert endpoints.rest_url == endpoints.account_rest_url == "http://127.0.0.1:8123"
    assert endpoints.host == "127.0.0.1:8123"
    assert endpoints.is_loopback
    assert not endpoints.is_binance


def test_ipv6_loopback_keeps_its_brackets() -> None:
    """An IPv6 address stands in brackets in every URL."""
    endpoints = at("http://[::1]:9000", False)
    assert endpoints.api_url == "ws://[::1]:9000/ws-fapi/v1"
    assert endpoints.is_loopback


@pytest.mark.parametrize(
    "endpoint", ["ws://localhost:1", "http://127.9.9.9/", "https://LOCALHOST", "wss://[::1]"]
)
def test_loopback_in_all_its_spellings(endpoint: str) -> None:
    """Any address of this machine is loopback, in any scheme and letter case."""
    assert at(endpoint, False).is_loopback


@pytest.mark.parametrize(
    "endpoint", ["https://fapi.binance.com", "wss://ws-fapi.binance.com:443/", "https://FSTREAM.binance.com"]
)
def test_a_host_of_mainnet_means_mainnet(endpoint: str) -> None:
    """Naming one of the hosts of a service means the service."""
    assert at(endpoint, False) is MAINNET


def test_a_host_of_the_testnet_means_the_testnet() -> None:
    """The testnet has no service that tells what a key may do."""
    assert at("https://testnet.binancefuture.com", False) is TESTNET
    assert TESTNET.account_rest_url is None


def test_a_foreign_host_needs_leave() -> None:
    """A host that is not Binance's is refused by name, and accepted when allowed."""
    with pytest.raises(SettingsError, match=r"endpoint: proxy\.example\.org .*--allow-host"):
        at("https://proxy.example.org", False)
    endpoints = at("https://proxy.example.org:8443", True)
    assert endpoints.api_url == "wss://proxy.example.org:8443/ws-fapi/v1"
    assert not endpoints.is_binance


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fapi.binance.com.evil.org",
        "https://notbinance.com",
        "https://binance.com.",
        "https://127.0.0.1.nip.io",
    ],
)
def test_a_host_that_only_looks_like_one_is_foreign(endpoint: str) -> None:
    """A name that holds Binance's, or an address of this machine, is not one of them."""
    with pytest.raises(SettingsError, match="endpoint"):
        at(endpoint, False)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fapi.binance.com",
        "ws://10.0.0.1",
        "http://0x7f.1",
        "http://0.0.0.0:80",
        "http://127.0.0.1@evil.org",
        "https://user:word@fapi.binance.com",
        "http://127.0.0.1/path",
        "http://127.0.0.1?a=b",
        "http://127.0.0.1?",
        "http://127.0.0.1#x",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://[::1",
        "http://",
        "",
        "127.0.0.1:80",
        "ftp://127.0.0.1",
        "http://127.0.0.1\n",
        "http://127.0.0.1 ",
        "http://\u0131localhost",
        "http://a\\b",
    ],
)
@pytest.mark.parametrize("allow_host", [False, True])
def test_everything_else_is_refused(endpoint: str, allow_host: bool) -> None:
    """Plain text to another machine, user info, paths and other forms are refused, leave or not."""
    with pytest.raises(SettingsError, match=r"^endpoint: ") as refusal:
        at(endpoint, allow_host)
    assert "word" not in str(refusal.value).removesuffix("password")
