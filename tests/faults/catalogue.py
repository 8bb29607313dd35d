"""The faults: what is done, what has to be said, and how soon all has to be right again (issue 3)."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.lab import BLIND, EMPTY, ONE_WAY, RESOLVER, SILENT, UNSEEN, Bench, Setup
from tests.faults.proxy import BLANK, HALF, MASKED, NO_SUCH_VERSION, RESERVED, page, proxied
from tests.faults.trust import TRUST
from tui.protocol.rights import UNKNOWN

Act = Callable[[Bench], Awaitable[None]]
Line = dict[str, Any]
"""What a worker in a process of its own shows."""
ROOT = Path(__file__).parents[2]

LAG = 3.0
"""L: a snapshot may be so old. After a cut of the private stream one asked for L after it opened closes the gap."""
CUT = 3.0
PRIVATE = LAG + 1.5
ALL = PRIVATE + 2.0
"""Three connections at one a second, the private one among them."""
LONG = 33.0
AUDIT = 15.0 + LAG


@dataclass(frozen=True)
class Case:
    """One fault, or one of its kinds."""

    fault: str
    title: str
    kind: str
    act: Act
    say: float | None
    """Seconds within which it has to be said; None: nothing is to be said, or nothing in particular."""
    heal: float | None
    """Seconds within which all is right again after the fault; None: it is never wrong."""
    setup: Setup
    is_heavy: bool

    @property
    def name(self) -> str:
        """What it is called in a list of tests."""
        return f"{self.fault} {self.title}{f', {self.kind}' if self.kind else ''}"

    @property
    def row(self) -> str:
        """What it is called in the table; kinds of one fault share a row."""
        return f"{self.fault} {self.title}"


CASES: list[Case] = []


def case(
    fault: str,
    title: str,
    kind: str = "",
    *,
    say: float | None = None,
    heal: float | None = None,
    setup: Setup | None = None,
    is_heavy: bool = False,
) -> Callable[[Act], Act]:
    """Put a fault into the catalogue."""

    def add(act: Act) -> Act:
        CASES.append(Case(fault, title, kind, act, say, heal, setup or Setup(), is_heavy))
        return act

    return add


def strike(
    fault: str,
    title: str,
    names: dict[str, str],
    *,
    lasts: float | None = None,
    says: str = "",
    say: float = 1.0,
    heal: float = CUT,
) -> None:
    """Put faults of the exchange into the catalogue, by kind, that a worker meets while all is LIVE."""
    for kind, name in names.items():

        async def act(bench: Bench, name: str = name) -> None:
            bench.unseen = UNSEEN if lasts is None else BLIND
            bench.begin()
            for each in name.split():
                bench.strike(each, None if each.startswith(("reset", "close")) else lasts)
            await bench.said(says, say)
            if lasts is not None:
                await bench.until("over", lambda: not bench.exchange.world.faults.on, lasts)
                bench.over()
            await bench.healed(heal)

        case(fault, title, kind, say=say, heal=heal)(act)


def harmless(fault: str, title: str, names: dict[str, str], *, setup: Setup | None = None) -> None:
    """Put into the catalogue what must never take LIVE or a true row away."""
    for kind, name in names.items():

        async def act(bench: Bench, name: str = name) -> None:
            connects = bench.connects()
            bench.begin()
            for each in name.split():
                bench.strike(each)
            bench.live.refresh()
            await bench.stays_live(3.0)
            bench.check("true", bench.is_true)
            bench.check("no reconnect", bench.connects() == connects)

        case(fault, title, kind, setup=setup)(act)


# The wire

for feed, heal in (("api", CUT), ("private", PRIVATE), ("market", CUT), ("", ALL)):

    async def reset(bench: Bench, feed: str = feed, heal: float = heal) -> None:
        """A reset by the network."""
        bench.begin()
        bench.proxy.reset(feed)
        bench.strike("add")
        await bench.said("", 1.0)
        await bench.healed(heal)

    case("F1", f"reset: {feed or 'all three'}", say=1.0, heal=heal)(reset)

strike(
    "F2",
    "closed by the server",
    {code: f"close-{code}:api" for code in ("1000", "1001", "1006", "1008", "1011", "1012", "1013")},
    heal=CUT,
)
strike("F3", "accepted and closed at once, 12 s", {"": "accept-then-close reset"}, lasts=12, heal=30)


@case("F4", "black hole both ways, 15 s", say=11.0, heal=LONG)
async def black_hole(bench: Bench) -> None:
    """Nothing comes through and nobody says so: prices are stale after 5 s, the connection is lost after 10."""
    bench.unseen = BLIND
    bench.begin()
    bench.proxy.hole(True)
    bench.strike("add")
    await bench.until("STALE", lambda: bench.word == "STALE", 6.0)
    await bench.said("LOST", 11.0)
    await bench.watch(4.0)
    bench.proxy.hole(False)
    bench.over()
    await bench.healed(LONG)


@case("F5", "pongs, but no mark prices, 12 s", say=5.0, heal=CUT)
async def no_marks(bench: Bench) -> None:
    """Prices are stale after 5 s, and after 10 another connection is tried."""
    bench.begin()
    bench.strike("no-marks", 12)
    await bench.said("STALE", 6.2)
    await bench.until("recycled", lambda: bench.connects("market") == 2, 7.0)
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 5.0)
    bench.over()
    await bench.healed(CUT)


@case("F5", "pongs, but no answers to what is asked, 12 s", say=6.0, heal=LONG)
async def no_answers(bench: Bench) -> None:
    """A request that is not answered for 5 s is said, whatever pings say."""
    bench.unseen = SILENT
    bench.begin()
    bench.strike("no-answers:api", 12)
    bench.live.refresh()
    await bench.said("", 6.0)
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 12.0)
    bench.over()
    await bench.healed(LONG)


@case("F6", "one-way loss, only the client is heard, 13 s", say=11.0, heal=LONG)
async def one_way(bench: Bench) -> None:
    """What the server says is lost: found as a black hole is."""
    bench.unseen = BLIND
    bench.begin()
    bench.proxy.is_mute = True
    bench.strike("reduce")
    await bench.said("LOST", 11.0)
    await bench.watch(2.0)
    bench.proxy.is_mute = False
    bench.over()
    await bench.healed(LONG)


@case("F7", "slow line: 0.5 to 2 s each way, 8 kB/s", heal=AUDIT)
async def slow_line(bench: Bench) -> None:
    """Ages are true, nothing is taken for new, and a line on which data flows is kept."""
    bench.unseen = 5.0 + AUDIT
    connects = bench.connects()
    bench.begin()
    bench.proxy.latency, bench.proxy.second_a_byte = (0.5, 2.0), 1 / 8_000
    bench.strike("add")
    await bench.watch(14.0)
    bench.check("no storm of reconnects", bench.connects() <= connects + 1)
    bench.outcome.says = bench.told_as("")
    bench.proxy.latency, bench.proxy.second_a_byte = (0.0, 0.0), 0.0
    bench.over()
    bench.unseen = 20.0
    await bench.healed(AUDIT)


@case("F7", "sliced into 1 to 10 bytes")
async def sliced(bench: Bench) -> None:
    """Nothing is to be seen of it."""
    bench.unseen = BLIND
    bench.begin()
    bench.proxy.is_slicing = True
    bench.strike("add")
    bench.live.refresh()
    await bench.stays_live(4.0)


def names(kind: str, said: str | OSError | float) -> Setup:
    """A worker that begins while the resolver says this of its host."""
    name = f"{kind}.test"
    return Setup(name=name, names={name: said}, is_awaited=False)


def answers(bench: Bench, said: str | OSError | float) -> None:
    """Let the resolver say this of the bench's host."""
    RESOLVER.names[bench.host.partition(":")[0]] = said


for kind, said, words in (
    ("no such name", socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "DNS cannot resolve"),
    ("server failure", socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "DNS cannot resolve"),
    ("hangs", 12.0, "DNS cannot resolve"),
    ("wrong address", "127.0.0.66", "refuses the connection"),
    ("dead IPv6 only", "::1", "the host"),
):

    async def unresolved(bench: Bench, words: str = words) -> None:
        """It is said in words, and the right answer is used as soon as it is there."""
        bench.begin()
        await bench.said(words, 6.0)
        bench.check("nothing is claimed", bench.word == "CONNECTING")
        answers(bench, "127.0.0.1")
        bench.over()
        await bench.healed(LONG)

    setup = names(f"f8-{kind.replace(' ', '-').lower()}", said)
    case("F8", "DNS", kind, say=6.0, heal=LONG, setup=setup)(unresolved)


@case(
    "F8",
    "DNS fails after it has worked",
    say=1.0,
    heal=ALL,
    setup=Setup(name="f8.test", names={"f8.test": "127.0.0.1"}),
)
async def forgotten(bench: Bench) -> None:
    """The last good address is used."""
    answers(bench, socket.gaierror(socket.EAI_AGAIN, "Temporary failure"))
    bench.begin()
    bench.proxy.reset()
    await bench.said("", 1.0)
    await bench.healed(ALL)


for status, words in (
    ("200 OK", "answers with a page: not a Binance endpoint"),
    ("302 Found", "not a Binance endpoint; redirects are not followed"),
    ("407 Proxy Authentication Required", "wants a log-in"),
):

    async def portal(bench: Bench, status: str = status, words: str = words) -> None:
        """It is told apart in words, and no key goes anywhere else."""
        async with proxied(bench.proxy.port_behind) as trap:
            bench.unseen = BLIND
            bench.begin()
            bench.proxy.page = page(status, "<html/>", f"Location: http://127.0.0.1:{trap.port}/login")
            bench.proxy.reset()
            await bench.said(words, 4.0)
            await bench.watch(4.0)
            bench.proxy.page = None
            bench.over()
            await bench.healed(LONG)
            bench.check("nothing followed", not trap.heard.total())

    case("F10", "captive portal or proxy", status.partition(" ")[0], say=2.0, heal=LONG)(portal)


for status in ("403", "418", "429"):

    async def turned_away(bench: Bench, status: str = status) -> None:
        """Every connection keeps silent until the server may be asked, and a little longer."""
        bench.unseen = BLIND
        bench.begin()
        bench.strike(f"handshake-{status}-retry-after", 10)
        bench.strike("reset")
        await bench.said(f"(HTTP {status})", 3.0)
        bench.check("BANNED", bench.word == "BANNED")
        connects = bench.connects()
        await bench.until("over", lambda: not bench.exchange.world.faults.on, 11.0)
        bench.over()
        bench.check("silence", bench.connects() == connects)
        await bench.healed(ALL + 2.0)

    case("F11", "handshake refused with Retry-After 10", status, say=3.0, heal=ALL + 2.0)(turned_away)

strike(
    "F11",
    "handshake refused, 8 s",
    {status: f"handshake-{status} reset" for status in ("503", "520")},
    lasts=8,
    says="is not available (HTTP",
    say=2.5,
    heal=LONG,
)

# What the account's events can suffer

for kind in ("open", "add", "close"):

    async def dropped(bench: Bench, kind: str = kind) -> None:
        """An audit corrects it, counts it, tells it, and the stream is recycled."""
        bench.unseen = SILENT + 1.0
        private = bench.connects("private")
        bench.begin()
        bench.strike("drop-fill")
        bench.strike(kind)
        await bench.until("corrected", lambda: bench.is_true, AUDIT)
        await bench.said("An audit corrected", AUDIT)
        bench.check("one is counted", bench.live.book.health.missed_events == 1)
        await bench.until("recycled", lambda: bench.connects("private") > private, 20.0)
        bench.over()
        await bench.healed(PRIVATE)

    case("F12", "event lost", kind, say=AUDIT, heal=PRIVATE)(dropped)

for kind, names_ in (("at once", ("duplicate-event",)), ("5 s later, closed", ("late-duplicate",))):

    async def duplicated(bench: Bench, names_: tuple[str, ...] = names_) -> None:
        """It changes nothing: what is closed stays closed."""
        bench.begin()
        for name in names_:
            bench.strike(name)
        bench.strike("close")
        await bench.watch(7.0)
        bench.check("true", bench.is_true)
        bench.check("nothing is counted as missed", not bench.live.book.health.missed_events)
        bench.outcome.says = str(bench.word)

    case("F13", "event twice", kind)(duplicated)


@case("F13", "event twice", "after a resync")
async def duplicated_late(bench: Bench) -> None:
    """A duplicate on the next connection does not open again what is closed."""
    bench.strike("late-duplicate")
    bench.strike("close")
    await bench.watch(0.3)
    bench.begin()
    bench.strike("reset:private")
    await bench.said("", 1.0)
    await bench.healed(PRIVATE)
    await bench.watch(3.0)
    bench.check("true", bench.is_true)
    bench.outcome.said = bench.outcome.recovered = None
    bench.outcome.says = str(bench.word)


@case("F14", "an older event after a newer one, over two sockets")
async def reordered(bench: Bench) -> None:
    """The newest holds, key by key."""
    bench.begin()
    for pipe in bench.proxy.of("private"):
        pipe.is_slow = True
    private = bench.connects("private")
    bench.strike("rotate")
    await bench.until("two streams", lambda: bench.connects("private") > private, 8.0)
    for _ in range(4):
        await bench.watch(0.5)
        bench.strike("add")
    await bench.watch(4.0)
    bench.check("true", bench.is_true)
    bench.outcome.says = str(bench.word)


@case("F15", "snapshots 2.5 s old while the account trades")
async def raced(bench: Bench) -> None:
    """No frame goes back to an older value."""
    bench.begin()
    bench.strike("snapshot-lag", 14)
    for kind in ("add", "close", "reduce", "open", "flip", "close", "open"):
        bench.strike(kind)
        bench.live.refresh()
        await bench.watch(1.5)
    bench.outcome.says = str(bench.word)
    await bench.until("true", lambda: bench.is_true, 5.0)


harmless(
    "F16", "answer to no question, or twice", {"wrong id": "wrong-id:api", "twice": "duplicate-answer:api"}
)


@case("F16", "answer of before the gap")
async def late_answer(bench: Bench) -> None:
    """An answer that was asked for before a gap does not close it."""
    bench.strike("slow-answers:api", 5)
    bench.live.refresh()
    await bench.watch(0.3)
    bench.begin()
    bench.strike("close")
    bench.strike("reset:private")
    await bench.said("", 1.0)
    await bench.watch(5.0)
    await bench.healed(AUDIT)
    bench.outcome.said = bench.outcome.recovered = None


@case("F17", "serverShutdown, then every connection closes")
async def rotated(bench: Bench) -> None:
    """Others are open before these are closed: no gap, and no alarm."""
    bench.begin()
    bench.strike("rotate")
    for _ in range(4):
        await bench.stays_live(3.0)
        bench.strike("add")
    bench.outcome.says = "LIVE"


@case("F17", "cut at the end of a connection's day", heal=ALL, say=1.0)
async def cut_daily(bench: Bench) -> None:
    """A close without a warning is an ordinary loss."""
    bench.begin()
    bench.strike("close-1001")
    await bench.said("", 1.0)
    await bench.healed(ALL)


@case("F18", "listenKeyExpired", say=1.0, heal=PRIVATE)
async def expired(bench: Bench) -> None:
    """The stream is said to be gone at once, and another key is asked for."""
    bench.begin()
    bench.strike("listen-key-expired")
    bench.strike("add")
    await bench.said("", 1.0)
    await bench.healed(PRIVATE)
    bench.check("a new key", bench.asked("userDataStream.start") == 2)


@case("F19", "no listen key to be had, 12 s", say=1.0, heal=5.0 + PRIVATE)
async def keyless(bench: Bench) -> None:
    """Snapshots every 5 s carry the picture; the private stream's absence is said."""
    bench.unseen = 7.5
    bench.begin()
    bench.strike("listen-key-fails", 12)
    bench.strike("reset:private")
    await bench.said("", 1.0)
    bench.strike("add")
    asked = bench.asked("v2/account.position")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 13.0)
    bench.check("polled", bench.asked("v2/account.position") >= asked + 2)
    bench.over()
    await bench.healed(5.0 + PRIVATE)


for kind, name in (
    ("another client deletes the key", "listen-key-deleted"),
    ("the address's form is silent", "form-silent-query"),
):

    async def silenced(bench: Bench, name: str = name) -> None:
        """An audit finds the change behind it, and the stream is opened anew, in another form if need be."""
        bench.unseen = SILENT + 1.0
        private = bench.connects("private")
        bench.strike(name)
        bench.begin()
        bench.strike("add")
        await bench.until("corrected", lambda: bench.is_true, AUDIT)
        await bench.said("An audit corrected", AUDIT)
        await bench.until("recycled", lambda: bench.connects("private") > private, 20.0)
        bench.over()
        await bench.healed(PRIVATE)
        bench.unseen = 1.0
        bench.strike("add")
        await bench.until("events come again", lambda: bench.is_true, 1.0)

    number = "F20" if name == "listen-key-deleted" else "F21"
    case(number, f"silent user stream: {kind}", say=AUDIT, heal=PRIVATE)(silenced)

# Limits


@case("F22", "429 with Retry-After 10", say=1.0, heal=3.0)
async def limited(bench: Bench) -> None:
    """No request before the time it names."""
    bench.unseen = BLIND
    bench.begin()
    bench.strike("request-429", 10)
    bench.live.refresh()
    await bench.said("BANNED", 1.0)
    asked, connects = bench.asked(), bench.connects()
    bench.strike("add")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 11.0)
    bench.over()
    bench.check("silence", (bench.asked(), bench.connects()) == (asked, connects))
    await bench.healed(3.0)


for percent in ("80", "95"):

    async def crowded(bench: Bench, percent: str = percent) -> None:
        """Events ask for no snapshots any more; the picture stays true by the stream."""
        bench.begin()
        bench.strike(f"other-clients-weight-{percent}")
        bench.live.refresh()
        used = int(percent) * 24
        await bench.until("said", lambda: (bench.live.book.weight_used or 0) >= used, 2.0)
        asked = bench.asked("v2/account.position")
        bench.strike("add")
        await bench.stays_live(4.0)
        bench.check("nothing optional is asked", bench.asked("v2/account.position") == asked)
        bench.outcome.says = f"LIVE, weight {bench.live.book.weight_used}/2400"

    case("F22", "others use up the limit", f"{percent} %")(crowded)


@case("F23", "banned (418) for 14 s, restarted meanwhile", say=1.0, heal=ALL + 2.0)
async def banned(bench: Bench) -> None:
    """Not one request before the ban ends, also after a restart."""
    bench.begin()
    bench.strike("request-418", 14)
    bench.live.refresh()
    await bench.said("BANNED", 1.0)
    asked, connects = bench.asked(), bench.connects()
    await bench.watch(4.0)
    await bench.stop()
    bench.restart()
    await bench.until("BANNED", lambda: bench.word == "BANNED", 2.0)
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 14.0)
    bench.over()
    bench.check("silence", (bench.asked(), bench.connects()) == (asked, connects))
    await bench.healed(ALL + 2.0)


# Clocks

for kind in ("clock+5s", "clock-5s", "clock+40s"):

    async def shifted(bench: Bench, kind: str = kind) -> None:
        """It is measured anew within two requests, with no -1021 repeated."""
        bench.is_clock_trusted = False
        bench.unseen = BLIND
        bench.begin()
        bench.strike(kind)
        bench.live.refresh()
        await bench.until(
            "measured",
            lambda: abs(bench.live.time_ms() - bench.server.clock() - bench.exchange.world.skew_ms) < 500,
            20.0,
        )
        bench.outcome.said = None
        bench.outcome.says = f"{bench.word}, clock measured anew"
        await bench.healed(10.0)
        refused = [entry for entry in bench.exchange.ledger.of("request") if entry.status == 400]
        bench.check("not refused again and again", len(refused) <= 2)

    case("F24", "the exchange's clock steps", kind.removeprefix("clock"), heal=10.0)(shifted)


@case("F24", "this machine's clock is set, 60 s back")
async def set_back(bench: Bench) -> None:
    """Only seconds that grow are trusted."""
    bench.begin()
    bench.world.skew_ms = -60_000
    await bench.stays_live(3.0)


@case("F24", "answers 4 s late")
async def slow_time(bench: Bench) -> None:
    """They do not spoil the clock."""
    bench.begin()
    bench.strike("slow-answers:api", 9)
    bench.live.refresh()
    await bench.stays_live(9.0)


# Answers that cannot be used

UNUSABLE = {
    **{f"-{code}": f"error-{code}:api" for code in ("1000", "1001", "1007", "1008")},
    **{
        name: f"{name}:api"
        for name in (
            "html",
            "truncated-json",
            "malformed-json",
            "binary",
            "wrong-types",
            "200-with-error",
            "empty-frame",
        )
    },
}

for kind, name in UNUSABLE.items():

    async def unusable(bench: Bench, name: str = name) -> None:
        """What is known stays, the answer is named, and the same connection is asked again."""
        connects, count = bench.connects("api"), bench.live.book.journal.count
        bench.begin()
        bench.strike(name)
        bench.live.refresh()
        await bench.told(count)
        await bench.healed(10.0)
        bench.check("no reconnect", bench.connects("api") == connects)

    number = "F33" if kind in ("binary", "empty-frame") else "F25"
    case(number, "an answer that cannot be used", kind, say=1.0, heal=10.0)(unusable)


@case("F25", "-1008 for 10 s", say=1.0, heal=30.0)
async def overloaded(bench: Bench) -> None:
    """Asked again after 2 s, doubling; the connection is kept."""
    connects, count = bench.connects("api"), bench.live.book.journal.count
    bench.begin()
    bench.strike("error-1008:api", 10)
    bench.live.refresh()
    await bench.told(count)
    asked = bench.asked("v2/account.position")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 11.0)
    bench.over()
    bench.check("backs off", bench.asked("v2/account.position") - asked <= 4)
    await bench.healed(30.0)
    bench.check("no reconnect", bench.connects("api") == connects)


# Keys

for number, kind, name in (
    ("F26", "revoked", "key-revoked"),
    ("F49", "IP address no longer allowed", "ip-not-allowed"),
):

    async def refused(bench: Bench, name: str = name) -> None:
        """REFUSED with what to check; asked again after a minute, or when a person wants it."""
        bench.unseen = 120.0
        bench.begin()
        bench.strike(name, 8)
        bench.live.refresh()
        await bench.said("REFUSED", 2.0)
        asked, connects = bench.asked(), bench.connects("api")
        await bench.until("over", lambda: not bench.exchange.world.faults.on, 9.0)
        bench.check("left alone", (bench.asked(), bench.connects("api")) == (asked, connects))
        bench.check("what to check", "Check that" in bench.shown)
        bench.over()
        bench.live.refresh()
        await bench.healed(ALL)

    case(number, f"key {kind}", say=2.0, heal=ALL)(refused)

# One feed alone


@case("F27", "user stream refused, mark prices come, 8 s", say=1.0, heal=LONG)
async def no_user(bench: Bench) -> None:
    """Only what needs the stream is in doubt; snapshots every 5 s carry it."""
    bench.unseen = 7.5
    bench.begin()
    bench.strike("refuse-connections:private", 8)
    bench.strike("reset:private")
    await bench.said("", 1.0)
    bench.strike("add")
    market = bench.connects("market")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 9.0)
    bench.over()
    bench.check("mark prices untouched", bench.connects("market") == market)
    await bench.healed(LONG)


@case("F27", "mark prices refused, user stream comes, 10 s", say=1.0, heal=LONG)
async def no_market(bench: Bench) -> None:
    """Only the figures made from prices are in doubt."""
    bench.begin()
    bench.strike("refuse-connections:market", 10)
    bench.strike("reset:market")
    await bench.said("No mark prices", 1.0)
    await bench.watch(6.0)
    bench.check(
        "sizes are confirmed",
        all(bench.live.book.freshness(row, bench.live.time_ms()).is_confirmed for row in bench.open_rows),
    )
    private = bench.connects("private")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 9.0)
    bench.over()
    bench.check("user stream untouched", bench.connects("private") == private)
    await bench.healed(LONG)


@case("F28", "the prices of one symbol stop, 14 s", say=5.0, heal=CUT)
async def one_silent(bench: Bench) -> None:
    """Its row is stale after 5 s, and its stream is subscribed anew after 10; the others go on."""
    bench.begin()
    bench.strike("no-marks-ETHUSDT", 14)
    await bench.said("STALE", 6.2)
    stale = [
        row.key.symbol
        for row in bench.open_rows
        if not bench.live.book.freshness(row, bench.live.time_ms()).is_live
    ]
    bench.check("that row alone", stale == ["ETHUSDT"])
    controls = bench.controls()
    await bench.until("subscribed anew", lambda: bench.controls() > controls, 7.0)
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 6.0)
    bench.over()
    await bench.healed(CUT)


@case("F29", "a position on a symbol that had none", say=1.0, heal=3.0, setup=Setup(scenario=EMPTY))
async def opened(bench: Bench) -> None:
    """Its size is there at once, its price within 3 s; until then there is no profit."""
    bench.begin()
    bench.strike("open")
    bench.outcome.said = await bench.until("size", lambda: bench.is_true and bool(bench.rows), 1.0)
    bench.outcome.says = bench.told_as("")
    bench.check(
        "no profit without a price", all(row.mark_time_ms or bench.word != "LIVE" for row in bench.open_rows)
    )
    await bench.healed(3.0)


# What an account goes through

for number, title, kinds in (
    ("F34", "events without positions", ("funding", "deposit", "withdraw")),
    (
        "F35",
        "events of every reason, and unknown ones",
        (
            "margin-transfer",
            "margin-call",
            "algo-order",
            "order",
            "unknown-event",
            "unknown-reason add",
            "unknown-fields add",
        ),
    ),
    ("F36", "two sides of a symbol, and other positions", ("add", "flip", "open open close")),
    (
        "F37",
        "what changes a position",
        ("leverage", "margin-type", "margin-transfer", "liquidation", "adl", "asset-mode"),
    ),
):
    for kind in kinds:

        async def lived(bench: Bench, kind: str = kind) -> None:
            """The rows are right within a second, and the rest of them never go away."""
            bench.begin()
            for name in kind.split():
                bench.strike(name)
            bench.outcome.recovered = await bench.until("true", lambda: bench.is_true, 1.0)
            await bench.watch(6.0)
            bench.check("true", bench.is_true)
            bench.check("nothing missed", not bench.live.book.health.missed_events)
            bench.check("nothing unreadable", not bench.live.book.health.protocol_errors)
            await bench.healed(CUT)
            bench.outcome.recovered = None
            bench.outcome.says = str(bench.word)

        case(number, title, kind)(lived)


@case("F36", "flip through zero in one-way mode", heal=1.0, setup=Setup(scenario=ONE_WAY))
async def flipped(bench: Bench) -> None:
    """One row changes sides."""
    bench.begin()
    bench.strike("flip")
    await bench.until("true", lambda: bench.is_true, 1.0)
    bench.outcome.says = str(bench.word)
    await bench.healed(1.0)


@case("F36", "position mode switched while rows are open", heal=AUDIT)
async def switched(bench: Bench) -> None:
    """All sides go, others come; no event tells the switch itself."""
    bench.begin()
    bench.strike("position-mode")
    bench.outcome.says = bench.told_as("")
    await bench.until("true", lambda: bench.is_true, AUDIT)
    await bench.healed(AUDIT)


@case("F37", "leverage changed", heal=1.0)
async def levered(bench: Bench) -> None:
    """The event tells it within a second."""
    bench.begin()
    bench.strike("leverage")

    def is_told() -> bool:
        settings = bench.exchange.world.account.settings
        return all(row.leverage == settings[row.key.symbol].leverage for row in bench.open_rows)

    bench.outcome.recovered = await bench.until("told", is_told, 1.0)
    bench.outcome.says = str(bench.word)


@case("F38", "a symbol is delisted: no price, then settled", say=6.0, heal=AUDIT)
async def delisted(bench: Bench) -> None:
    """Its row stays, with no price and no profit, until it is settled."""
    rows = len(bench.rows)
    bench.begin()
    bench.strike("delist")
    await bench.said("STALE", 6.2)
    bench.check("the row stays", len(bench.rows) == rows)
    bench.check("a price of 0 is no price", all(row.mark_price for row in bench.open_rows))
    await bench.until("settled", lambda: len(bench.rows) < rows, 8.0)
    bench.over()
    await bench.healed(AUDIT)


for kind in ("hmac", "ed25519"):

    async def chinese(bench: Bench) -> None:
        """A symbol that is not ASCII is subscribed, signed and shown like any other."""
        bench.begin()
        row = next(row for row in bench.open_rows if row.key.symbol == "币安人生USDT")
        bench.outcome.says = str(bench.word)
        bench.check("it has a price", row.mark_price is not None)
        bench.strike("reset:market")
        await bench.healed(CUT)
        bench.outcome.recovered = None
        await bench.watch(2.0)

    case("F39", "symbols that are not ASCII", kind, setup=Setup(kind=kind))(chinese)

harmless("F40", "numbers spelled otherwise", {name: f"{name}-numbers" for name in ("scientific", "bare")})


for kind in ("empty-strings", "null-numbers", "nan-numbers", "thousands-separators"):

    async def unreadable(bench: Bench, kind: str = kind) -> None:
        """A figure that cannot be read is unknown: rows stay, and none of them is 0 for it."""
        rows = set(bench.rows)
        bench.begin()
        bench.strike(kind, 6)
        bench.live.refresh()
        await bench.watch(3.0)
        bench.check("the rows stay", set(bench.rows) == rows)
        bench.check("no entry price of 0", all(row.entry_price != 0 for row in bench.open_rows))
        bench.outcome.says = bench.told_as("")
        await bench.until("over", lambda: not bench.exchange.world.faults.on, 7.0)
        bench.over()
        bench.live.refresh()
        await bench.healed(AUDIT)

    case("F41", "numbers that cannot be read, 6 s", kind, heal=AUDIT)(unreadable)


for kind, words in (("method-retired", "look for a newer version"), ("renamed-fields", "could not be read")):

    async def retired(bench: Bench, kind: str = kind, words: str = words) -> None:
        """It is named, and a missing list is not an empty one."""
        rows = set(bench.rows)
        bench.begin()
        bench.strike(kind, 6)
        bench.live.refresh()
        await bench.until("named", lambda: words in bench.said_somewhere, 2.0)
        bench.outcome.says = next(line for line in bench.said_somewhere.split("\n") if words in line)
        bench.check("the rows stay", set(bench.rows) == rows)
        bench.check("prices go on", bench.live.book.health.mark.age_ms(bench.live.time_ms()) is not None)
        await bench.until("over", lambda: not bench.exchange.world.faults.on, 7.0)
        bench.over()
        bench.live.refresh()
        await bench.healed(AUDIT)

    case("F42", "the API has changed, 6 s", kind, heal=AUDIT)(retired)


@case("F43", "hostile texts everywhere, 6 s", heal=AUDIT)
async def hostile(bench: Bench) -> None:
    """No control character gets into a row or a sentence."""
    bench.begin()
    bench.strike("hostile-strings", 6)
    bench.strike("add")
    bench.live.refresh()
    await bench.watch(3.0)
    texts = [key.symbol for key in bench.live.book.positions] + [bench.said_somewhere.replace("\n", "")]
    bench.check("only printable", all(text.isprintable() for text in texts))
    bench.outcome.says = bench.told_as("")
    await bench.until("over", lambda: not bench.exchange.world.faults.on, 7.0)
    bench.over()
    bench.live.refresh()
    await bench.healed(AUDIT)


@case("F47", "no positions, then one, then none", setup=Setup(scenario=EMPTY, is_awaited=False))
async def emptied(bench: Bench) -> None:
    """None is said only after a snapshot that shows it: until then the picture is not LIVE."""
    bench.begin()
    await bench.until("LIVE", lambda: bench.word == "LIVE", 12.0)
    bench.check("audited", bench.live.book.health.audited_ms is not None)
    bench.strike("open")
    await bench.until("one", lambda: bench.is_whole and len(bench.rows) == 1, 4.0)
    bench.strike("close")
    await bench.until("none", lambda: bench.is_whole and not bench.rows, 4.0)
    await bench.watch(2.0)
    bench.check("LIVE", bench.word == "LIVE")
    bench.outcome.says = str(bench.word)


# Frames


for kind, frame in (("masked", MASKED), ("unknown opcode", RESERVED)):

    async def no_frame(bench: Bench, frame: bytes = frame) -> None:
        """What is no frame ends the connection, in words, and another is opened."""
        bench.begin()
        bench.proxy.inject("api", frame)
        await bench.said("what is no WebSocket frame", 1.5)
        await bench.healed(CUT)

    case("F33", "bytes that are no WebSocket frame", kind, say=1.0, heal=CUT)(no_frame)


for feed in ("api", "market"):

    async def odd_frame(bench: Bench, feed: str = feed) -> None:
        """A frame in parts, and one of no bytes, are counted as unreadable at most; the connection is kept."""
        connects = bench.connects()
        bench.begin()
        bench.proxy.inject(feed, HALF)
        bench.proxy.inject(feed, BLANK)
        await bench.stays_live(3.0)
        bench.check("counted", bench.live.book.health.protocol_errors > 0)
        bench.check("no reconnect", bench.connects() == connects)

    case("F33", "frames in parts and of no bytes", feed)(odd_frame)


@case("F33", "a text that is no UTF-8", say=1.0, heal=CUT)
async def no_utf8(bench: Bench) -> None:
    """It is told as unreadable."""
    count = bench.live.book.journal.count
    bench.begin()
    bench.strike("invalid-utf8:api")
    bench.live.refresh()
    await bench.told(count)
    await bench.healed(10.0)


@case("F27", "plain HTTP down, rights cannot be asked", setup=Setup(faults=("http-503",), has_rest=True))
async def no_rest(bench: Bench) -> None:
    """Only what comes from there is unknown."""
    bench.begin()
    await bench.stays_live(4.0)
    bench.check("asked", any(entry.status == 503 for entry in bench.exchange.ledger.of("http")))
    bench.check("no right is claimed", bench.live.rights == UNKNOWN)


# TLS

for kind, words in (
    ("unknown authority", "is not trusted"),
    ("expired", "is not trusted"),
    ("wrong host", "is not trusted"),
):

    async def untrusted(bench: Bench, words: str = words) -> None:
        """It is said in words, and not one byte of a request is sent."""
        bench.begin()
        await bench.said(words, 3.0)
        await bench.watch(3.0)
        bench.check("nothing sent", not bench.proxy.heard.total())
        assert bench.proxy.tls is not None  # the setup gives it
        TRUST.mend(bench.proxy.tls)
        bench.over()
        bench.live.refresh()
        await bench.healed(ALL)

    setup = Setup(tls=kind, is_awaited=False)
    case("F9", "TLS", kind, say=3.0, heal=ALL, setup=setup)(untrusted)


@case(
    "F9",
    "TLS",
    "certificate changes while running",
    say=3.0,
    heal=ALL,
    setup=Setup(tls="good"),
)
async def changed_certificate(bench: Bench) -> None:
    """What was trusted before counts for nothing."""
    assert bench.proxy.tls is not None  # the setup gives it
    bench.unseen = BLIND
    bench.begin()
    TRUST.spoil(bench.proxy.tls)
    bench.proxy.heard = Counter()
    bench.proxy.reset()
    await bench.said("is not trusted", 3.0)
    await bench.watch(3.0)
    bench.check("nothing sent", not bench.proxy.heard.total())
    TRUST.mend(bench.proxy.tls)
    bench.over()
    bench.live.refresh()
    await bench.healed(ALL)


@case(
    "F9",
    "TLS too old at the server",
    say=3.0,
    setup=Setup(page=NO_SUCH_VERSION, is_secure=True, is_awaited=False),
)
async def too_old(bench: Bench) -> None:
    """A server that has no version of TLS in common says so in an alert."""
    bench.begin()
    await bench.said("TLS: no secure connection", 3.0)


@case("F9", "TLS handshake cut", say=3.0, setup=Setup(page=b"", is_secure=True, is_awaited=False))
async def cut_early(bench: Bench) -> None:
    """A server that goes away before the connection is open is told in words."""
    bench.begin()
    await bench.said("the host cuts the connection before it is open", 3.0)


@case("F9", "TLS handshake hangs", say=12.0, setup=Setup(is_hung=True, is_secure=True, is_awaited=False))
async def hung(bench: Bench) -> None:
    """A server that accepts and says nothing is given up after 10 s."""
    bench.begin()
    await bench.said("does not answer within 10 s", 12.0)


# This machine


@case("F30", "two thousand prices a second, 5 s", is_heavy=True)
async def flooded(bench: Bench) -> None:
    """Ages stay true and nothing is lost or queued without a bound."""
    bench.begin()
    bench.strike("flood", 5)
    bench.strike("add")
    await bench.stays_live(6.0)
    bench.check("true", bench.is_true)


for kind in ("deep-json", "big-frame"):

    async def swallowed(bench: Bench, kind: str = kind) -> None:
        """It is read or told as unreadable; the connection is kept."""
        connects = bench.connects()
        bench.begin()
        bench.strike(f"{kind}:api")
        bench.live.refresh()
        await bench.watch(2.0)
        bench.outcome.says = bench.told_as("")
        await bench.healed(10.0)
        bench.check("no reconnect", bench.connects() == connects)

    case("F30", "an answer much too deep or large", kind, heal=10.0)(swallowed)


@case("F46", "this machine sleeps for two hours", say=1.0, heal=LONG, is_heavy=True)
async def slept(bench: Bench) -> None:
    """Nothing is shown as live on waking until it is confirmed, and ages are right."""
    bench.is_clock_trusted = False
    bench.begin()
    bench.leap(7_200.0)
    await bench.said("", 1.0)
    await bench.healed(LONG)
    bench.is_clock_trusted = True
    await bench.watch(2.0)


@asynccontextmanager
async def process(*command: str, said: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program beside this one until the block ends."""
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=pipe, stdout=pipe, cwd=ROOT
    )
    assert running.stdin is not None  # it is a pipe
    try:
        running.stdin.write(said.encode())
        running.stdin.close()
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.communicate()


@asynccontextmanager
async def worker_apart(
    bench: Bench, *, is_nice: bool = False
) -> AsyncIterator[tuple[list[Line], asyncio.subprocess.Process]]:
    """Run a worker in a process of its own, and collect what it shows."""
    key = bench.exchange.keys.hmac
    lines: list[Line] = []
    bench.is_mannered = False  # the ledger does not tell two workers apart
    nice = [
        "-c",
        "import os, runpy; os.nice(19); runpy.run_module('tests.faults.child', run_name='__main__')",
    ]
    command = [*(nice if is_nice else ["-m", "tests.faults.child"]), bench.server.endpoint]
    async with process(*command, said=f"{key.api_key}\n{key.secret}\n") as running:

        async def listen() -> None:
            assert running.stdout is not None  # it is a pipe
            while line := await running.stdout.readline():
                lines.append(json.loads(line))

        listening = asyncio.create_task(listen())
        try:
            await bench.until("LIVE apart", lambda: bool(lines) and lines[-1]["is_live"], 30.0)
            yield lines, running
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@case("F31", "this program is stopped for 12 s", say=0.5, heal=ALL)
async def stopped(bench: Bench) -> None:
    """After it, nothing is shown as live until it is confirmed anew."""
    async with worker_apart(bench) as (lines, running):
        running.send_signal(signal.SIGSTOP)
        await bench.watch(0.5)
        bench.strike("close")
        await bench.watch(11.5)
        since = len(lines)
        at = time.monotonic()
        running.send_signal(signal.SIGCONT)
        await bench.until("said", lambda: any(line["at"] > at for line in lines[since:]), 2.0)
        first = next(line for line in lines[since:] if line["at"] > at)
        bench.check("not LIVE on waking", not first["is_live"])
        bench.outcome.said, bench.outcome.says = first["at"] - at, first["word"]
        bench.outcome.recovered = await bench.until("LIVE", lambda: bool(lines[-1]["is_live"]), ALL)
        rows = sorted(f"{symbol} {amount}" for (symbol, _), (amount, _) in bench.rows.items())
        bench.check("right", lines[-1]["rows"] == rows)
        bench.check(
            "never LIVE and wrong",
            all(line["rows"] == rows for line in lines[since:] if line["at"] > at and line["is_live"]),
        )


@case("F32", "hardly any processor time for 8 s", is_heavy=True)
async def starved(bench: Bench) -> None:
    """What is late is shown as late, and no connection is given up for it."""
    burn = "import os, time; os.nice(5); end = time.time() + 8\nwhile time.time() < end: pass"
    async with worker_apart(bench, is_nice=True) as (lines, _):
        connects = bench.connects()
        since = len(lines)
        async with AsyncExitStack() as stack:
            for _ in range(os.cpu_count() or 1):
                await stack.enter_async_context(process("-c", burn))
            await bench.watch(8.0)
        bench.check("no reconnect", bench.connects() == connects)
        bench.check(
            "ages are true", all(line["oldest_ms"] <= 5_000 for line in lines[since:] if line["is_live"])
        )
        bench.outcome.says = lines[-1]["word"]
