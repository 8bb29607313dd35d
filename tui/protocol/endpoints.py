"""Where Binance is: the addresses of mainnet and testnet, and of any one host that speaks Binance's own paths."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from tui.errors import SettingsError

BINANCE_DOMAINS = ("binance.com", "binancefuture.com")
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses that one account is watched through; none ends in a slash."""

    api_url: str
    """The WebSocket API: requests and answers."""
    private_url: str
    """Base of the private stream; `/ws?listenKey=…` follows."""
    market_url: str
    """Base of the market stream; `/ws/…` or `/stream?streams=…` follows."""
    rest_url: str
    """Base of `/fapi/…`."""
    account_rest_url: str | None
    """Base of `/sapi/…`, which tells what a key may do; None where there is no such service (testnet)."""
    coin_rest_url: str
    """Base of `/dapi/…`, COIN-M over HTTP."""
    coin_stream_url: str
    """Base of COIN-M's streams, private and market: `/ws/…` or `/stream` follows."""
    pm_rest_url: str | None
    """Base of `/papi/…`, Portfolio Margin over HTTP; None where there is no such service (testnet)."""
    pm_stream_url: str | None
    """Base of Portfolio Margin's private stream: `/ws/<listenKey>` follows."""
    host: str
    """What to call it on a screen: a host, with its port when that is not the usual one."""
    is_binance: bool
    """Whether the host is one of Binance's own."""
    is_loopback: bool
    """Whether it is this machine."""
    is_testnet: bool = False


MAINNET = Endpoints(
    api_url="wss://ws-fapi.binance.com/ws-fapi/v1",
    private_url="wss://fstream.binance.com/private",
    market_url="wss://fstream.binance.com/market",
    rest_url="https://fapi.binance.com",
    account_rest_url="https://api.binance.com",
    coin_rest_url="https://dapi.binance.com",
    coin_stream_url="wss://dstream.binance.com",
    pm_rest_url="https://papi.binance.com",
    pm_stream_url="wss://fstream.binance.com/pm",
    host="fapi.binance.com",
    is_binance=True,
    is_loopback=False,
)

TESTNET = Endpoints(
    api_url="wss://testnet.binancefuture.com/ws-fapi/v1",
    private_url="wss://fstream.binancefuture.com/private",
    market_url="wss://fstream.binancefuture.com/market",
    rest_url="https://demo-fapi.binance.com",
    account_rest_url=None,
    coin_rest_url="https://testnet.binancefuture.com",
    coin_stream_url="wss://dstream.binancefuture.com",
    pm_rest_url=None,
    pm_stream_url=None,
    host="testnet.binancefuture.com",
    is_binance=True,
    is_loopback=False,
    is_testnet=True,
)

_KNOWN = {
    "fapi.binance.com": MAINNET,
    "ws-fapi.binance.com": MAINNET,
    "fstream.binance.com": MAINNET,
    "testnet.binancefuture.com": TESTNET,
    "fstream.binancefuture.com": TESTNET,
    "demo-fapi.binance.com": TESTNET,
}
"""Binance spreads one service over several hosts: naming one of them means the service."""


def at(endpoint: str, allow_host: bool = False) -> Endpoints:
    """Return the addresses behind one setting: everything on that host, with Binance's own paths.

    Args:
        endpoint: `scheme://host[:port]`; http and ws mean the same, so do https and wss.
        allow_host: whether a host that is neither Binance's nor this machine is wanted.

    Raises:
        SettingsError: the endpoint is not of that form, not encrypted, or not allowed.
    """
    parts = _split(endpoint)
    is_secure = parts.scheme in ("https", "wss")
    host = (parts.hostname or "").lower()
    is_loopback = _is_loopback(host)
    is_binance = any(host == domain or host.endswith(f".{domain}") for domain in BINANCE_DOMAINS)
    port = _port(parts)
    if not is_secure and not is_loopback:
        raise SettingsError("endpoint: plain http and ws are for this machine only; use https")
    if not (is_binance or is_loopback or allow_host):
        raise SettingsError(f"endpoint: {host} is not a host of Binance's; --allow-host accepts it")
    if port is None and host in _KNOWN:
        return _KNOWN[host]
    return _on_one_host(host, port, is_secure=is_secure, is_binance=is_binance, is_loopback=is_loopback)


def _split(endpoint: str) -> SplitResult:
    form = "endpoint: must be scheme://host or scheme://host:port, with scheme http, https, ws or wss"
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or "\\" in endpoint:
        raise SettingsError(form)
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        raise SettingsError(form) from None
    if parts.scheme not in ("http", "https", "ws", "wss") or not _is_host(parts.hostname or ""):
        raise SettingsError(form)
    if "@" in parts.netloc:
        raise SettingsError("endpoint: must not hold a user name or password")
    if "?" in endpoint or "#" in endpoint:
        raise SettingsError("endpoint: must not hold a query or a fragment")
    if parts.path not in ("", "/"):
        raise SettingsError("endpoint: must not hold a path; Binance's own paths are added to the host")
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise SettingsError("endpoint: the port must be a number from 1 to 65535")
    usual = 443 if parts.scheme in ("https", "wss") else 80
    return None if port == usual else port


def _is_host(host: str) -> bool:
    return _address(host) is not None or _NAME.fullmatch(host.lower()) is not None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _on_one_host(
    host: str, port: int | None, *, is_secure: bool, is_binance: bool, is_loopback: bool
) -> Endpoints:
    written = f"[{host}]" if ":" in host else host
    place = written if port is None else f"{written}:{port}"
    ws, http = ("wss", "https") if is_secure else ("ws", "http")
    return Endpoints(
        api_url=f"{ws}://{place}/ws-fapi/v1",
        private_url=f"{ws}://{place}/private",
        market_url=f"{ws}://{place}/market",
        rest_url=f"{http}://{place}",
        account_rest_url=f"{http}://{place}",
        coin_rest_url=f"{http}://{place}",
        coin_stream_url=f"{ws}://{place}",
        pm_rest_url=f"{http}://{place}",
        pm_stream_url=f"{ws}://{place}/pm",
        host=place,
        is_binance=is_binance,
        is_loopback=is_loopback,
    )
