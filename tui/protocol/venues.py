"""Binance's books: what each is asked, where, and at what weight. A further venue is one more row."""

import enum
from typing import NamedTuple

from tui.protocol.endpoints import Endpoints
from tui.protocol.requests import ACCOUNT, PING_STREAM, POSITIONS, START_STREAM, Security


class HttpRequest(NamedTuple):
    """One question over HTTP."""

    verb: str
    path: str
    weight: int
    security: Security


class Venue(NamedTuple):
    """A book that answers over HTTP."""

    book: str
    name: str
    """What a person calls it."""
    asks: dict[str, tuple[HttpRequest, ...]]
    """What answers each of the WebSocket API's methods here; several answers together make one snapshot."""
    contracts: HttpRequest | None
    """What tells the size of its contracts."""
    weight_limit: int
    """Request weight a minute that one IP address has there."""


def _signed(path: str, weight: int) -> HttpRequest:
    return HttpRequest("GET", path, weight, Security.SIGNED)


def _listen_key(path: str) -> dict[str, tuple[HttpRequest, ...]]:
    return {
        START_STREAM: (HttpRequest("POST", path, 1, Security.KEY),),
        PING_STREAM: (HttpRequest("PUT", path, 1, Security.KEY),),
    }


CLOCK = HttpRequest("GET", "/fapi/v1/time", 1, Security.NONE)
RIGHTS = _signed("/sapi/v1/account/apiRestrictions", 1)
SYMBOL_CONFIG = _signed("/fapi/v1/symbolConfig", 5)
ACCOUNT_CONFIG = _signed("/fapi/v1/accountConfig", 5)
OTHER_REQUESTS = (CLOCK, RIGHTS, SYMBOL_CONFIG, ACCOUNT_CONFIG)
"""What no snapshot needs, and the WebSocket API does not answer."""

CONTRACTS = HttpRequest("GET", "/dapi/v1/exchangeInfo", 1, Security.NONE)
PORTFOLIO_ACCOUNT = _signed("/papi/v1/account", 20)

COIN_M = Venue(
    book="coinm",
    name="COIN-M",
    asks={
        POSITIONS: (_signed("/dapi/v1/positionRisk", 1),),
        ACCOUNT: (_signed("/dapi/v1/account", 5),),
        **_listen_key("/dapi/v1/listenKey"),
    },
    contracts=CONTRACTS,
    weight_limit=2400,
)

PORTFOLIO_MARGIN = Venue(
    book="pm",
    name="Portfolio Margin",
    asks={
        POSITIONS: (_signed("/papi/v1/um/positionRisk", 5), _signed("/papi/v1/cm/positionRisk", 1)),
        ACCOUNT: (PORTFOLIO_ACCOUNT, _signed("/papi/v1/balance", 20)),
        **_listen_key("/papi/v1/listenKey"),
    },
    contracts=CONTRACTS,
    weight_limit=6000,
)

VENUES = {venue.book: venue for venue in (COIN_M, PORTFOLIO_MARGIN)}
BOOK_NAMES = {"usdm": "USD-M", **{venue.book: venue.name for venue in VENUES.values()}}
"""Every book, in the order in which they are named, and what a person calls it."""


def all_requests() -> tuple[HttpRequest, ...]:
    """Everything that perptop can say over HTTP."""
    asked = [request for venue in VENUES.values() for requests in venue.asks.values() for request in requests]
    contracts = [venue.contracts for venue in VENUES.values() if venue.contracts is not None]
    return tuple(dict.fromkeys([*OTHER_REQUESTS, *asked, *contracts]))


HTTP_REQUESTS = frozenset((request.verb, request.path) for request in all_requests())
"""The same as (verb, path). A GET reads; POST and PUT make and keep the key of a user stream, and nothing else."""


class Market(enum.Enum):
    """Where mark prices come from."""

    USD_M = "usdm"
    COIN_M = "coinm"


MARKETS = {"usdm": (Market.USD_M,), "coinm": (Market.COIN_M,), "pm": (Market.USD_M, Market.COIN_M)}
"""The market streams that each book needs."""


def rest_base(endpoints: Endpoints, book: str) -> str:
    """Return the base of a book's HTTP addresses."""
    return endpoints.coin_rest_url if book == "coinm" else endpoints.pm_rest_url or endpoints.rest_url


def private_base(endpoints: Endpoints, book: str) -> str:
    """Return the base of a book's private stream."""
    if book == "usdm":
        return endpoints.private_url
    return endpoints.coin_stream_url if book == "coinm" else endpoints.pm_stream_url or endpoints.private_url


def market_base(endpoints: Endpoints, market: Market) -> str:
    """Return the base of a market's streams."""
    return endpoints.market_url if market is Market.USD_M else endpoints.coin_stream_url
