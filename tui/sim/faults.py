"""Every fault the exchange can have: one table, and which of them are on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FEEDS = (
    "api",
    "private",
    "market",
    "public",
    "http",
    "fapi",
    "dapi",
    "papi",
    "coinm-api",
    "coinm-private",
    "coinm-market",
    "pm-private",
)
"""Feeds of USD-M, plain HTTP as a whole and a host at a time, the sockets of COIN-M and of Portfolio Margin."""
SECOND_MS = 1000
FOREVER_MS = 1 << 62

Way = Literal["now", "next", "while", "happens"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the catalogue.

    `now` happens at once, and to every new connection for as long as a duration says; `next` spoils the next message
    it fits, or all of them for a duration; `while` lasts for its duration; `happens` is something the account goes
    through, no fault of the wire.
    """

    name: str
    way: Way
    summary: str
    duration_ms: int | None = None
    """Duration when none is given; None: `now` and `next` strike once, `while` never ends by itself."""


def table(*faults: Fault) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults}


FAULTS = table(
    Fault("reset", "now", "the connection is cut without a closing handshake"),
    Fault(
        "close-CODE",
        "now",
        "the connection is closed with this code: 1000, 1001, 1008, 1011, 1012, 1013; 1006 resets",
    ),
    Fault(
        "accept-then-close",
        "while",
        "every connection is accepted and closed at once with 1008",
        30 * SECOND_MS,
    ),
    Fault(
        "refuse-connections",
        "while",
        "nothing answers: connections are dropped before the handshake",
        30 * SECOND_MS,
    ),
    Fault(
        "handshake-STATUS", "while", "the handshake is refused with 403, 418, 429, 503 or 520", 30 * SECOND_MS
    ),
    Fault(
        "handshake-STATUS-retry-after",
        "while",
        "the same with Retry-After until the fault ends",
        30 * SECOND_MS,
    ),
    Fault("portal-200", "while", "a captive portal answers everything with a page of HTML", 30 * SECOND_MS),
    Fault("redirect-302", "while", "a captive portal redirects everything", 30 * SECOND_MS),
    Fault(
        "silence",
        "while",
        "sockets stay open and nothing comes: no data, no pongs, no answers",
        60 * SECOND_MS,
    ),
    Fault("no-answers", "while", "pings are answered, requests are not", 60 * SECOND_MS),
    Fault("slow-answers", "while", "answers come four seconds late", 30 * SECOND_MS),
    Fault("no-marks", "while", "the market stream is open and carries no prices", 60 * SECOND_MS),
    Fault("no-marks-SYMBOL", "while", "the prices of one symbol stop", 60 * SECOND_MS),
    Fault("flood", "while", "two thousand mark prices a second on every market stream", 10 * SECOND_MS),
    Fault("private-silent", "while", "user events are lost, the socket stays open", 60 * SECOND_MS),
    Fault(
        "form-silent-FORM",
        "while",
        "private streams opened by `query`, `path` or `subscribe` deliver nothing",
    ),
    Fault("listen-key-expired", "now", "listenKeyExpired arrives, then nothing more on that key"),
    Fault("listen-key-deleted", "now", "another client closes the listen key: silence with the socket open"),
    Fault("listen-key-fails", "while", "listen keys can be neither made nor kept", 60 * SECOND_MS),
    Fault("drop-event", "next", "an ACCOUNT_UPDATE is lost"),
    Fault("drop-fill", "next", "all events of one fill are lost"),
    Fault("duplicate-event", "next", "an ACCOUNT_UPDATE arrives twice"),
    Fault("late-duplicate", "next", "an ACCOUNT_UPDATE arrives again five seconds later"),
    Fault("unknown-event", "now", "an event of a kind nobody has heard of arrives"),
    Fault("unknown-reason", "next", "an ACCOUNT_UPDATE has a reason nobody has heard of"),
    Fault("unknown-fields", "while", "answers and events have fields nobody has heard of", 60 * SECOND_MS),
    Fault(
        "http-STATUS",
        "while",
        "HTTP is answered with 400, 401, 403, 418, 429, 500, 502, 503 or 504, as http-502:dapi or "
        "http-503:/dapi/v1/positionRisk",
        30 * SECOND_MS,
    ),
    Fault("http-STATUS-retry-after", "while", "the same with Retry-After until it ends", 30 * SECOND_MS),
    Fault("coinm-in-usdm", "while", "USD-M arrays have a row of COIN-M among them", 60 * SECOND_MS),
    Fault(
        "coinm-events-on-usdm", "while", "COIN-M events come on the USD-M private stream too", 60 * SECOND_MS
    ),
    Fault("symbol-missing-SYMBOL", "while", "exchangeInfo does not know a symbol", 60 * SECOND_MS),
    Fault("empty-totals", "while", "totals of accounts are empty texts", 60 * SECOND_MS),
    Fault(
        "leverage-as-number", "while", "leverage is a JSON number in rows where it is a text", 60 * SECOND_MS
    ),
    Fault("leverage-as-text", "while", "leverage is a text in rows where it is a number", 60 * SECOND_MS),
    Fault("auto-add-margin-true", "while", "isAutoAddMargin is true", 60 * SECOND_MS),
    Fault("auto-add-margin-text", "while", 'isAutoAddMargin is "true"', 60 * SECOND_MS),
    Fault(
        "margin-type-as-WORD",
        "while",
        "the margin type is spelled like crossed, CROSS, CROSSED or Cross",
        60 * SECOND_MS,
    ),
    Fault(
        "uni-mmr-PERCENT",
        "while",
        "so much leaves a Portfolio Margin account that its uniMMR is 140 %, say",
        120 * SECOND_MS,
    ),
    Fault("snapshot-lag", "while", "snapshots are up to two and a half seconds old", 60 * SECOND_MS),
    Fault("request-429", "while", "every request is answered 429 with Retry-After", 30 * SECOND_MS),
    Fault("request-418", "while", "the address is banned: 418 with the end of the ban", 60 * SECOND_MS),
    Fault(
        "other-clients-weight-PERCENT",
        "while",
        "other programs use 80, 95 or 100 % of the weight",
        60 * SECOND_MS,
    ),
    Fault("clock+SECONDS", "while", "the exchange's clock is ahead, as clock+40s"),
    Fault("clock-SECONDS", "while", "the exchange's clock is behind, as clock-40s"),
    Fault("error-CODE", "next", "a request is answered with -1000, -1001, -1007 or -1008"),
    Fault("html", "next", "an answer is a page of HTML"),
    Fault("truncated-json", "next", "an answer ends in the middle"),
    Fault("malformed-json", "next", "an answer lacks a comma"),
    Fault("binary", "next", "an answer is a binary frame of bytes"),
    Fault("wrong-types", "next", "an answer has lists for texts and texts for numbers"),
    Fault("200-with-error", "next", "an answer has status 200 and an error in place of its result"),
    Fault("empty-frame", "next", "an answer is a text frame of no bytes"),
    Fault("invalid-utf8", "next", "an answer is a text frame that is no UTF-8"),
    Fault("deep-json", "next", "an answer is nested a hundred thousand times"),
    Fault("big-frame", "next", "an answer carries a megabyte nobody asked for"),
    Fault("wrong-id", "next", "an answer has the id of no request"),
    Fault("duplicate-answer", "next", "an answer arrives twice"),
    Fault("empty-strings", "while", "numbers of snapshots are empty texts", 30 * SECOND_MS),
    Fault("null-numbers", "while", "numbers of snapshots are null", 30 * SECOND_MS),
    Fault("nan-numbers", "while", "numbers of snapshots are NaN", 30 * SECOND_MS),
    Fault(
        "thousands-separators", "while", "numbers of snapshots have commas between thousands", 30 * SECOND_MS
    ),
    Fault("scientific-numbers", "while", "numbers of snapshots have exponents, as 1.5E-7", 30 * SECOND_MS),
    Fault("renamed-fields", "while", "amount and profit of positions have other names", 30 * SECOND_MS),
    Fault("bare-numbers", "while", "numbers of snapshots are JSON numbers", 30 * SECOND_MS),
    Fault(
        "hostile-strings",
        "while",
        "symbols, assets and messages carry escapes, bidi marks and markup",
        60 * SECOND_MS,
    ),
    Fault("key-revoked", "while", "the API key was deleted: -2015 with id null", 60 * SECOND_MS),
    Fault("ip-not-allowed", "while", "the API key does not allow this address: -2015", 60 * SECOND_MS),
    Fault("key-can-trade", "while", "the API key has the right to trade"),
    Fault("method-retired", "while", "v2/account.position no longer exists", 60 * SECOND_MS),
    Fault(
        "rotate", "now", "serverShutdown is announced; five seconds later every connection closes with 1001"
    ),
    Fault("open", "happens", "a position is opened"),
    Fault("add", "happens", "a position grows"),
    Fault("reduce", "happens", "a position shrinks"),
    Fault("close", "happens", "a position is closed"),
    Fault("flip", "happens", "a position changes sides"),
    Fault("order", "happens", "a limit order is placed or taken back; no position changes"),
    Fault("algo-order", "happens", "a stop order is placed: ALGO_UPDATE"),
    Fault("funding", "happens", "funding is paid"),
    Fault("deposit", "happens", "a transfer comes in"),
    Fault("withdraw", "happens", "a transfer goes out"),
    Fault("leverage", "happens", "the leverage of a symbol changes"),
    Fault("margin-type", "happens", "a position goes from cross to isolated margin or back"),
    Fault("margin-transfer", "happens", "margin is added to an isolated position"),
    Fault("margin-call", "happens", "a margin call comes"),
    Fault("liquidation", "happens", "a position is liquidated"),
    Fault("adl", "happens", "a position is closed by auto-deleveraging"),
    Fault(
        "delist",
        "happens",
        "a symbol is settled: its price goes to 0, ten seconds later its position is closed",
    ),
    Fault("asset-mode", "happens", "multi-assets mode is switched"),
    Fault(
        "position-mode",
        "happens",
        "all positions are closed and the position mode is switched; no event tells it",
    ),
    Fault("coinm-open", "happens", "a COIN-M position is opened"),
    Fault("coinm-add", "happens", "a COIN-M position grows"),
    Fault("coinm-reduce", "happens", "a COIN-M position shrinks"),
    Fault("coinm-close", "happens", "a COIN-M position is closed"),
    Fault("coinm-flip", "happens", "a COIN-M position changes sides"),
    Fault("coinm-funding", "happens", "COIN-M funding is paid, in coin"),
    Fault("coinm-deposit", "happens", "coin comes in"),
    Fault("coinm-withdraw", "happens", "coin goes out"),
    Fault("coinm-leverage", "happens", "the leverage of a COIN-M symbol changes"),
    Fault("coinm-margin-type", "happens", "a COIN-M position goes from cross to isolated margin or back"),
    Fault("coinm-margin-transfer", "happens", "margin is added to an isolated COIN-M position"),
    Fault("coinm-margin-call", "happens", "a margin call comes for a COIN-M position"),
    Fault("coinm-liquidation", "happens", "a COIN-M position is liquidated"),
    Fault("pm-liability", "happens", "Portfolio Margin: a loan is taken or paid back"),
    Fault("pm-transfer", "happens", "Portfolio Margin: a transfer into or out of the margin wallet"),
    Fault("pm-open-order-loss", "happens", "Portfolio Margin: the loss of open orders is told"),
    Fault("pm-conditional-order", "happens", "Portfolio Margin: a conditional order is placed"),
)
PATTERNS = {
    name: re.compile(
        re.escape(name)
        .replace("CODE", r"(\d{4})")
        .replace("STATUS", r"(\d{3})")
        .replace("SYMBOL", r"([A-Z0-9\w]+)")
        .replace("PERCENT", r"(\d{1,3})")
        .replace("SECONDS", r"(\d+)s")
        .replace("FORM", "(query|path|subscribe)")
        .replace("WORD", "(crossed|CROSS|CROSSED|Cross)")
    )
    for name in FAULTS
}
HANDSHAKE_STATUSES = {"403", "418", "429", "503", "520"}
HTTP_STATUSES = {"400", "401", "403", "418", "429", "500", "502", "503", "504"}
STATUSES = {"handshake": HANDSHAKE_STATUSES, "http": HTTP_STATUSES}


@dataclass(frozen=True, slots=True)
class Order:
    """A fault that was asked for, as `no-marks-BTCUSDT` or `reset:market`."""

    fault: Fault
    value: str = ""
    """What stands in place of the capitals of the fault's name."""
    feed: str = ""
    """The one feed it is meant for; empty: all."""


def order(text: str) -> Order:
    """Read the name of a fault.

    Raises:
        ValueError: no such fault or feed.
    """
    name, _, feed = text.partition(":")
    if feed and feed not in FEEDS and not feed.startswith("/"):
        raise ValueError(f"unknown feed {feed!r}: one of {', '.join(FEEDS)}")
    for known, pattern in PATTERNS.items():
        if found := pattern.fullmatch(name):
            value = found[1] if found.lastindex else ""
            if "STATUS" in known and value not in STATUSES[known.partition("-")[0]]:
                break
            return Order(FAULTS[known], value, feed)
    raise ValueError(f"unknown fault {text!r}")


@dataclass(slots=True)
class On:
    """A fault that is on."""

    order: Order
    until_ms: int
    once: bool


class Faults:
    """Which faults are on. Times are of the clock that drives the exchange."""

    def __init__(self) -> None:
        self.on: dict[tuple[str, str, str], On] = {}

    def start(self, asked: Order, wall_ms: int, duration_ms: int | None) -> None:
        """Switch a fault on; without a duration for as long as its table says."""
        duration_ms = asked.fault.duration_ms if duration_ms is None else duration_ms
        once = duration_ms is None and asked.fault.way == "next"
        until_ms = FOREVER_MS if duration_ms is None else wall_ms + duration_ms
        self.on[asked.fault.name, asked.value, asked.feed] = On(asked, until_ms, once)

    def stop(self, name: str) -> None:
        """Switch a fault off, whatever its duration."""
        asked = order(name)
        self.on.pop((asked.fault.name, asked.value, asked.feed), None)

    def expire(self, wall_ms: int) -> None:
        """Switch off what is over."""
        for key in [key for key, one in self.on.items() if one.until_ms <= wall_ms]:
            del self.on[key]

    def next_end_ms(self) -> int | None:
        """When the next fault ends by itself."""
        ends = [one.until_ms for one in self.on.values() if one.until_ms < FOREVER_MS]
        return min(ends, default=None)

    def find(self, name: str, feed: str = "", value: str | None = None) -> On | None:
        """The fault of a name that is on for a feed, or for one value of its capitals."""
        if not self.on:
            return None
        for one in self.on.values():
            asked = one.order
            if asked.fault.name == name and asked.feed in ("", feed) and value in (None, asked.value):
                return one
        return None

    def is_on(self, name: str, feed: str = "", value: str | None = None) -> bool:
        """Whether a fault is on for a feed."""
        return self.find(name, feed, value) is not None

    def take(self, name: str, feed: str = "", *, named: bool = False) -> On | None:
        """The fault of a name for one message: one that strikes once is over with it.

        Args:
            name: its name in the table.
            feed: where the message goes.
            named: only when it was asked for this very feed, as `html:market`.
        """
        one = self.find(name, feed)
        if one is None or (named and not one.order.feed):
            return None
        if one.once:
            self.on.pop((one.order.fault.name, one.order.value, one.order.feed))
        return one
