"""What stands between a client and the exchange when the network is bad: refusals before any of it is reached."""

from __future__ import annotations

from tui.sim.errors import BANNED, ERRORS, Rejected
from tui.sim.faults import FOREVER_MS, On
from tui.sim.outgoing import CUT, NO_ANSWER, Answer
from tui.sim.spoiling import HTML, dumps
from tui.sim.world import World

LOGIN_PAGE = (
    "<html><head><title>Welcome to the guest network</title></head><body>Please sign in.</body></html>"
)
HTTP_FEEDS = frozenset({"http", "fapi", "dapi", "papi", "sapi"})
LONGEST_BAN_MS = 3 * 86_400_000
REASONS = {
    403: "Forbidden",
    418: "I'm a teapot",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    520: "Unknown",
}
CODES = {400: -1100, 401: -2015, 429: -1003, 503: -1008}
"""Codes of the statuses that come as JSON; the others are pages of HTML."""


def before_all(world: World, feed: str) -> Answer | None:
    """The answer of a bad network to anything: none at all, a captive portal's page or its redirect."""
    faults = world.faults
    if not faults.on:
        return None
    if faults.is_on("silence", feed) or (feed in HTTP_FEEDS and faults.is_on("no-answers", feed)):
        return Answer(NO_ANSWER)
    if faults.is_on("refuse-connections", feed):
        return Answer(CUT)
    if faults.is_on("portal-200"):
        return page(200, LOGIN_PAGE)
    if faults.is_on("redirect-302"):
        return Answer(302, {"Location": "http://portal.invalid/login"})
    return None


def before_handshake(world: World, feed: str) -> Answer | None:
    """The refusal of a handshake."""
    faults = world.faults
    if one := faults.find("handshake-STATUS-retry-after", feed):
        return refusal(one, {"Retry-After": str(-((world.wall_ms - one.until_ms) // 1000))})
    if one := faults.find("handshake-STATUS", feed):
        return refusal(one, {})
    return None


def http_refusal(world: World, host: str, path: str) -> Answer | None:
    """The refusal of any request to one path, to one host, or to all of them: JSON where Binance itself refuses, HTML where its
    front does."""
    faults = world.faults
    headers: dict[str, str] = {}
    places = "http", host, path
    found = (faults.find("http-STATUS-retry-after", place) for place in places)
    one = next(filter(None, found), None)
    if one and one.until_ms < FOREVER_MS:
        headers["Retry-After"] = str(-((world.wall_ms - one.until_ms) // 1000))
    one = one or next(filter(None, (faults.find("http-STATUS", place) for place in places)), None)
    if one is None:
        return None
    status = int(one.order.value)
    if status == 418:
        until_ms = min(one.until_ms, world.wall_ms + LONGEST_BAN_MS) + world.skew_ms
        return rejection(Rejected(-1003, BANNED.format(until_ms), 418, headers))
    if status in CODES:
        text = ERRORS[CODES[status]][1].format(world.limits.weight_limit)
        return rejection(Rejected(CODES[status], text, status, headers))
    return page(status, HTML.replace("502 Bad Gateway", f"{status} {REASONS[status]}"), headers)


def refusal(one: On, headers: dict[str, str]) -> Answer:
    """The refusal a fault asks for, as Binance's front sends it: a page of HTML."""
    if one.until_ms == FOREVER_MS:
        headers = {}
    status = int(one.order.value)
    return page(status, HTML.replace("502 Bad Gateway", f"{status} {REASONS[status]}"), headers)


def page(status: int, html: str, headers: dict[str, str] | None = None) -> Answer:
    """An answer with a page of HTML."""
    return Answer(status, {"Content-Type": "text/html"} | (headers or {}), html.encode())


def rejection(refused: Rejected) -> Answer:
    """A refusal of the exchange itself, as JSON."""
    body = dumps({"code": refused.code, "msg": refused.message})
    return Answer(refused.status, {"Content-Type": "application/json"} | refused.headers, body.encode())
