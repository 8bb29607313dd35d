"""What can go wrong in a simulation, how often, and for how long."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.virtual.simulation import Simulation

FEEDS = ("api", "private", "market", "http")
Act = Callable[["Simulation", float], None]
"""What is done, with the seconds that the fault lasts."""


class Fault(NamedTuple):
    """One thing that goes wrong."""

    name: str
    seconds: tuple[float, float]
    """How long it lasts, at least and at most; (0, 0) for what is over at once."""
    begin: Act
    end: Act


def _nothing(simulation: "Simulation", seconds: float) -> None:
    pass


def of_exchange(name: str, shortest: float = 0.0, longest: float = 0.0, *, cut: bool = False) -> Fault:
    """A fault of the simulated exchange; `cut` cuts all connections at its beginning, so that it is met."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.strike(name, seconds)
        if cut:
            simulation.strike("reset")

    return Fault(name, (shortest, longest), begin, _nothing)


def of_network(
    name: str, shortest: float, longest: float, begin: Act, end: Act, *, cut: bool = False
) -> Fault:
    """A fault of the lines."""

    def strike(simulation: "Simulation", seconds: float) -> None:
        begin(simulation, seconds)
        if cut:
            simulation.strike("reset")

    return Fault(name, (shortest, longest), strike, end)


def black_hole(*feeds: str) -> Fault:
    """Nothing comes through, in either direction, and nobody says so."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.update(feeds)
        simulation.world.network.mute.update(feeds)

    def end(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.deaf.difference_update(feeds)
        simulation.world.network.mute.difference_update(feeds)

    name = "black hole" if len(feeds) > 1 else f"black hole {feeds[0]}"
    return of_network(name, 2, 90, begin, end)


def one_way(feed: str) -> Fault:
    """What the exchange says is lost, what the worker says arrives."""
    return of_network(
        f"one way {feed}",
        2,
        60,
        lambda simulation, seconds: simulation.world.network.deaf.add(feed),
        lambda simulation, seconds: simulation.world.network.deaf.discard(feed),
    )


def slow(shortest: float, longest: float) -> Fault:
    """Every frame takes its time."""

    def begin(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.latency = (shortest, longest)

    def end(simulation: "Simulation", seconds: float) -> None:
        simulation.world.network.latency = simulation.latency

    return of_network(f"latency {shortest}-{longest} s", 20, 120, begin, end)


def _set_nameless(simulation: "Simulation", is_nameless: bool) -> None:
    simulation.world.network.is_nameless = is_nameless


FAULTS: tuple[Fault, ...] = (
    *(of_exchange(f"reset{feed}") for feed in ("", ":api", ":private", ":market")),
    *(of_exchange(f"close-{code}") for code in (1000, 1001, 1008, 1011, 1012, 1013)),
    *(of_exchange(f"close-1001:{feed}") for feed in ("api", "private", "market")),
    of_exchange("accept-then-close", 5, 120, cut=True),
    of_exchange("refuse-connections", 5, 300, cut=True),
    *(of_exchange(f"handshake-{status}", 5, 60, cut=True) for status in (418, 429, 503, 520)),
    *(of_exchange(f"handshake-{status}-retry-after", 5, 60, cut=True) for status in (403, 418, 429)),
    of_exchange("handshake-429-retry-after:private", 5, 60, cut=True),
    of_exchange("portal-200", 5, 60, cut=True),
    of_exchange("redirect-302", 5, 60, cut=True),
    *(of_exchange(f"silence{feed}", 2, 60) for feed in ("", ":api", ":private", ":market")),
    of_exchange("no-answers", 5, 60),
    of_exchange("slow-answers", 10, 60),
    of_exchange("no-marks", 2, 60),
    of_exchange("no-marks-BTCUSDT", 2, 60),
    of_exchange("private-silent", 5, 60),
    *(of_exchange(f"form-silent-{form}", 20, 120) for form in ("query", "path")),
    *(of_exchange("listen-key-" + what) for what in ("expired", "deleted", "expired", "deleted")),
    of_exchange("listen-key-fails", 10, 120, cut=True),
    *(of_exchange(name) for name in ("drop-event", "drop-fill", "duplicate-event", "late-duplicate") * 2),
    *(of_exchange(f"unknown-{what}") for what in ("event", "reason")),
    of_exchange("unknown-fields", 30, 60),
    of_exchange("snapshot-lag", 60, 200),
    of_exchange("snapshot-lag", 60, 200),
    of_exchange("request-429", 5, 40),
    of_exchange("request-418", 30, 200),
    *(of_exchange(f"other-clients-weight-{percent}", 30, 150) for percent in (80, 95, 100)),
    *(of_exchange(f"clock{sign}{seconds}s", 30, 300) for sign in "+-" for seconds in (3, 40)),
    *(of_exchange(f"error-{code}") for code in (1000, 1001, 1007, 1008)),
    of_exchange("error-1008", 5, 60),
    *(
        of_exchange(name)
        for name in (
            "html",
            "truncated-json",
            "malformed-json",
            "binary",
            "wrong-types",
            "200-with-error",
            "wrong-id",
            "duplicate-answer",
        )
    ),
    of_exchange("wrong-types", 10, 60),
    *(of_exchange(f"{kind}-numbers", 20, 40) for kind in ("null", "nan", "bare")),
    of_exchange("empty-strings", 20, 40),
    of_exchange("thousands-separators", 20, 40),
    of_exchange("hostile-strings", 20, 60),
    of_exchange("key-revoked", 10, 90),
    of_exchange("ip-not-allowed", 10, 90),
    of_exchange("method-retired", 10, 60),
    *(of_exchange("rotate") for _ in range(3)),
    black_hole(*FEEDS),
    black_hole(*FEEDS),
    *(black_hole(feed) for feed in ("api", "private", "market")),
    *(one_way(feed) for feed in ("api", "private", "market")),
    slow(0.3, 1.5),
    slow(1.0, 5.0),
    of_network(
        "no DNS",
        5,
        60,
        lambda simulation, seconds: _set_nameless(simulation, True),
        lambda simulation, seconds: _set_nameless(simulation, False),
        cut=True,
    ),
    of_network(
        "refused",
        5,
        60,
        lambda simulation, seconds: simulation.world.network.refusing.update(FEEDS),
        lambda simulation, seconds: simulation.world.network.refusing.clear(),
        cut=True,
    ),
    of_network(
        "refused streams",
        5,
        600,
        lambda simulation, seconds: simulation.world.network.refusing.update(("private", "market")),
        lambda simulation, seconds: simulation.world.network.refusing.clear(),
        cut=True,
    ),
    of_network(
        "untrusted",
        5,
        60,
        lambda simulation, seconds: simulation.world.network.untrusted.update(FEEDS),
        lambda simulation, seconds: simulation.world.network.untrusted.clear(),
        cut=True,
    ),
    Fault("local clock steps", (0, 0), lambda simulation, seconds: simulation.step_clock(), _nothing),
    Fault("asleep", (0, 0), lambda simulation, seconds: simulation.fall_asleep(), _nothing),
    Fault("stalled", (0, 0), lambda simulation, seconds: simulation.stall(), _nothing),
    Fault("restart", (0, 0), lambda simulation, seconds: simulation.restart(), _nothing),
)
