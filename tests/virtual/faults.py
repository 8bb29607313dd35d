"""What can go wrong in a simulation: how long it lasts, how soon it has to be said and to be over."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.virtual.simulation import Simulation

FEEDS = ("api", "private", "market", "http")
Act = Callable[["Simulation", float], None]
"""What is done, with the seconds that the fault lasts."""

AT_ONCE = 1.0
DEAD = 11.0
"""Two pings and a moment: until a dead line is known."""
MARKS = 6.0
"""Until mark prices that have stopped are stale."""
AUDITED = 21.0
"""Until an audit and its repetition have failed, or have found what no event told."""

CUT = 3.0
PRIVATE = 5.0
"""The lag of a snapshot, 3 s, and the ways there and back: one asked for so long after the stream opened is whole."""
ALL = 7.0
"""Three connections at one a second, the private one among them."""
LONG = 33.0
HUSHED = 14.0
"""A tenth of the longest Retry-After, and three connections."""
UNSAID_429, UNSAID_418, UNSAID_KEY = 75.0, 140.0, 70.0
"""Where no Retry-After is sent: 60 s and 120 s, and 60 s for a key that is refused."""


class Fault(NamedTuple):
    """One thing that goes wrong."""

    name: str
    seconds: tuple[float, float]
    """How long it lasts, at least and at most; (0, 0) for what is over at once."""
    begin: Act
    end: Act
    say: float | None = None
    """Seconds after its beginning within which LIVE has to be gone; None where it need not go."""
    heal: float | None = None
    """Seconds after its end within which all has to be LIVE again; None where its end is not when it is met."""


def _nothing(simulation: "Simulation", seconds: float) -> None:
    pass


def of_exchange(
    name: str,
    shortest: float = 0.0,
    longest: float = 0.0,
    *,
    cut: bool = False,
    say: float | None = None,
    heal: float | None = None,
) -> Fault:
    """A fault of the simulated exchange; `cut` cuts all connections at its beginning, so that it is met."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.strike(name, seconds)
        if cut:
            simulation.strike("reset")

    return Fault(name, (shortest, longest), begin, _nothing, AT_ONCE if cut else say, heal)


def on_lines(
    name: str, longest: float, begin: Act, end: Act, *, say: float | None = None, heal: float = LONG
) -> Fault:
    """A fault of the lines; one without a time to be said in cuts all connections, so that it is met."""

    def strike(simulation: "Simulation", seconds: float) -> None:
        begin(simulation, seconds)
        if say is None:
            simulation.strike("reset")

    return Fault(name, (2, longest), strike, end, AT_ONCE if say is None else say, heal)


def black_hole(*feeds: str, say: float = DEAD) -> Fault:
    """Nothing comes through, in either direction, and nobody says so."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.update(feeds)
        simulation.world.network.mute.update(feeds)

    def end(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.difference_update(feeds)
        simulation.world.network.mute.difference_update(feeds)

    name = "black hole" if len(feeds) > 1 else f"black hole {feeds[0]}"
    return on_lines(name, 90, begin, end, say=say)


def one_way(feed: str, say: float = DEAD) -> Fault:
    """What the exchange says is lost, what the worker says arrives."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.add(feed)

    def end(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.discard(feed)

    return on_lines(f"one way {feed}", 60, begin, end, say=say)


def slow(shortest: float, longest: float, heal: float) -> Fault:
    """Every frame takes its time."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.latency = (shortest, longest)

    def end(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.latency = simulation.latency

    return Fault(f"latency {shortest}-{longest} s", (20, 120), begin, end, heal=heal)


def _no_names(simulation: "Simulation", seconds: float) -> None:
    simulation.world.network.is_nameless = True


def _names(simulation: "Simulation", seconds: float) -> None:
    simulation.world.network.is_nameless = False


def refusing(*feeds: str) -> Act:
    """Have nothing listen there."""
    return lambda simulation, seconds: simulation.world.network.refusing.update(feeds)


def _all_listen(simulation: "Simulation", seconds: float) -> None:
    simulation.world.network.refusing.clear()


def _untrusted(simulation: "Simulation", seconds: float) -> None:
    simulation.world.network.untrusted.update(FEEDS)


def _trusted(simulation: "Simulation", seconds: float) -> None:
    simulation.world.network.untrusted.clear()


CUTS = (
    *(
        of_exchange(name, say=AT_ONCE, heal=ALL)
        for name in ("reset", "close-1000", "close-1001", "close-1008")
    ),
    *(of_exchange(name, say=AT_ONCE, heal=ALL) for name in ("close-1011", "close-1012", "close-1013")),
    *(of_exchange(name, say=AT_ONCE, heal=CUT) for name in ("reset:api", "close-1001:api")),
    *(of_exchange(name, say=AT_ONCE, heal=PRIVATE) for name in ("reset:private", "close-1001:private")),
    *(of_exchange(name, heal=CUT) for name in ("reset:market", "close-1001:market")),
    *(of_exchange("rotate") for _ in range(3)),
)
REFUSALS = (
    of_exchange("accept-then-close", 5, 120, cut=True, heal=LONG),
    of_exchange("refuse-connections", 5, 300, cut=True, heal=LONG),
    *(of_exchange(f"handshake-{status}", 5, 60, cut=True, heal=LONG) for status in (503, 520)),
    of_exchange("handshake-429", 5, 60, cut=True, heal=UNSAID_429),
    of_exchange("handshake-418", 5, 60, cut=True, heal=UNSAID_418),
    *(
        of_exchange(f"handshake-{status}-retry-after", 5, 60, cut=True, heal=HUSHED)
        for status in (403, 418, 429)
    ),
    of_exchange("handshake-429-retry-after:private", 5, 60, cut=True, heal=HUSHED),
    of_exchange("portal-200", 5, 60, cut=True, heal=LONG),
    of_exchange("redirect-302", 5, 60, cut=True, heal=LONG),
)
SILENCES = (
    of_exchange("silence", 2, 60, say=DEAD, heal=LONG),
    of_exchange("silence:api", 2, 60, say=DEAD, heal=LONG),
    of_exchange("silence:private", 2, 60, say=DEAD, heal=LONG),
    of_exchange("silence:market", 2, 60, say=MARKS, heal=LONG),
    of_exchange("no-answers", 5, 60, say=AUDITED, heal=LONG),
    of_exchange("slow-answers", 10, 60, heal=LONG),
    of_exchange("no-marks", 2, 60, say=MARKS, heal=LONG),
    of_exchange("no-marks-BTCUSDT", 2, 60, heal=CUT),
)
STREAMS = (
    of_exchange("private-silent", 5, 60),
    *(of_exchange(f"form-silent-{form}", 20, 120) for form in ("query", "path")),
    *(of_exchange("listen-key-expired", say=AT_ONCE, heal=PRIVATE) for _ in range(2)),
    *(of_exchange("listen-key-deleted") for _ in range(2)),
    of_exchange("listen-key-fails", 10, 120, cut=True, heal=10.0),
    *(of_exchange(name) for name in ("drop-event", "drop-fill", "duplicate-event", "late-duplicate") * 2),
    *(of_exchange(f"unknown-{what}") for what in ("event", "reason")),
    of_exchange("unknown-fields", 30, 60, heal=CUT),
    *(of_exchange("snapshot-lag", 60, 200) for _ in range(3)),
)
LIMITS = (
    of_exchange("request-429", 5, 40, say=AUDITED, heal=HUSHED),
    of_exchange("request-418", 30, 200, say=AUDITED, heal=30.0),
    of_exchange("other-clients-weight-80", 30, 150, heal=CUT),
    *(of_exchange(f"other-clients-weight-{percent}", 30, 150, heal=UNSAID_429) for percent in (95, 100)),
)
CLOCKS = tuple(
    of_exchange(f"clock{sign}{seconds}s", 30, 300, heal=AUDITED) for sign in "+-" for seconds in (3, 40)
)
BAD_ANSWERS = (
    *(of_exchange(f"error-{code}") for code in (1000, 1001, 1007, 1008)),
    *(of_exchange(name) for name in ("html", "truncated-json", "malformed-json", "binary")),
    *(of_exchange(name) for name in ("wrong-types", "200-with-error", "wrong-id", "duplicate-answer")),
    of_exchange("error-1008", 5, 60, heal=31.0),
    of_exchange("wrong-types", 10, 60, heal=31.0),
    *(of_exchange(f"{kind}-numbers", 20, 40, heal=CUT) for kind in ("null", "nan", "bare")),
    of_exchange("empty-strings", 20, 40, heal=CUT),
    of_exchange("thousands-separators", 20, 40, heal=CUT),
    of_exchange("hostile-strings", 20, 60, heal=AUDITED),
    of_exchange("key-revoked", 10, 90, say=AUDITED, heal=2 * UNSAID_KEY),
    of_exchange("ip-not-allowed", 10, 90, say=AUDITED, heal=2 * UNSAID_KEY),
    of_exchange("method-retired", 10, 60, heal=31.0),
)
LINES = (
    *(black_hole(*FEEDS) for _ in range(2)),
    black_hole("api"),
    black_hole("private"),
    black_hole("market", say=MARKS),
    one_way("api"),
    one_way("private"),
    one_way("market", say=MARKS),
    slow(0.3, 1.5, AUDITED),
    slow(1.0, 5.0, LONG),
    on_lines("no DNS", 60, _no_names, _names),
    on_lines("refused", 60, refusing(*FEEDS), _all_listen),
    on_lines("refused streams", 600, refusing("private", "market"), _all_listen),
    on_lines("untrusted", 60, _untrusted, _trusted, heal=2 * UNSAID_KEY),
)
HERE = (
    Fault("local clock steps", (0, 0), lambda simulation, seconds: simulation.step_clock(), _nothing),
    Fault("asleep", (0, 0), lambda simulation, seconds: simulation.fall_asleep(), _nothing, heal=ALL + CUT),
    Fault("stalled", (0, 0), lambda simulation, seconds: simulation.stall(), _nothing, heal=ALL + CUT),
    Fault("restart", (0, 0), lambda simulation, seconds: simulation.restart(), _nothing, heal=ALL + CUT),
)
FAULTS: tuple[Fault, ...] = (
    *CUTS,
    *REFUSALS,
    *SILENCES,
    *STREAMS,
    *LIMITS,
    *CLOCKS,
    *BAD_ANSWERS,
    *LINES,
    *HERE,
)
"""Each is as likely as any other; some stand here twice."""
