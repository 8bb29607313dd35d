"""The body of `perptop simulate`: the simulated exchange as a server of its own."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from tui.sim.exchange import Exchange
from tui.sim.faults import order
from tui.sim.keys import KeyFiles
from tui.sim.scenarios import scenario as scenario_of
from tui.sim.server import Server, serve, wall_clock

PlannedFault = tuple[str, int, int | None]
"""Name, milliseconds after the start, and duration in milliseconds or None."""


def planned_fault(text: str) -> PlannedFault:
    """Read `NAME@SECONDS` or `NAME@SECONDS+DURATION`, as `silence:market@20+30`.

    Raises:
        ValueError: it is not of this form, or there is no such fault.
    """
    found = re.fullmatch(r"(.+)@(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?", text)
    if found is None:
        raise ValueError(f"a fault is NAME@SECONDS or NAME@SECONDS+DURATION, not {text!r}")
    order(found[1])
    return (
        found[1],
        round(float(found[2]) * 1000),
        None if found[3] is None else round(float(found[3]) * 1000),
    )


def plan(exchange: Exchange, faults: Sequence[PlannedFault]) -> None:
    """Put faults on the agenda of an exchange, counted from its present time."""
    world = exchange.world
    start_ms = world.wall_ms
    for name, after_ms, duration_ms in faults:
        at_ms = start_ms + after_ms
        world.agenda.at(at_ms, partial(exchange.fault, name, at_ms, duration_ms))


def simulate(
    port: int = 0,
    scenario: str = "demo",
    assets: str | None = None,
    seed: int = 0,
    faults: Sequence[str] = (),
    hedge: bool | None = None,
) -> None:
    """Run a simulated exchange on loopback until SIGINT or SIGTERM.

    First prints one line of JSON: `endpoint`, and the three keys `hmac`, `ed25519` and `rsa`. The keys follow from the
    seed, so that clients of an exchange that is started again on the same port go on. Private keys stand in files that
    only their owner can read, in a directory that goes away with the exchange.

    Args:
        port: port to listen on; 0 for any free one.
        scenario: a name of `scenarios.NAMES`, or `many-N`.
        assets: `single` or `multi` asset mode; None: as the scenario has it.
        seed: everything that is left to chance follows from it.
        faults: faults to come, as `NAME@SECONDS` or `NAME@SECONDS+DURATION`.
        hedge: position mode; None: as the scenario has it.

    Raises:
        ValueError: unknown scenario, mode or fault.
        OSError: the port is taken.
    """
    chosen = scenario_of(scenario, assets=assets, hedge=hedge)
    planned = [planned_fault(text) for text in faults]
    clock = wall_clock()
    exchange = Exchange(chosen, seed=seed, wall_ms=clock())
    plan(exchange, planned)
    with KeyFiles(exchange.keys) as files, suppress(KeyboardInterrupt):
        asyncio.run(run(exchange, port, files))


async def run(exchange: Exchange, port: int, files: KeyFiles) -> None:
    """Serve until a signal."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serve(exchange, port=port) as server:
        sys.stdout.write(json.dumps(introduction(server, files)) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def introduction(server: Server, files: KeyFiles) -> dict[str, object]:
    """What a client has to know."""
    keys = server.keys
    return {
        "endpoint": server.endpoint,
        "hmac": {"api_key": keys.hmac.api_key, "api_secret": keys.hmac.secret},
        "ed25519": {"api_key": keys.name("ed25519"), "private_key_file": str(files.path("ed25519"))},
        "rsa": {"api_key": keys.name("rsa"), "private_key_file": str(files.path("rsa"))},
    }
