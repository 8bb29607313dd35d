"""Runs every fault of the catalogue at once, each on a bench of its own, and keeps what was measured."""

import asyncio
import os
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from tests.faults.catalogue import Case
from tests.faults.lab import RESOLVER, Lag, Missed, Outcome, bench
from tests.faults.trust import TRUST

STAGGER = 0.15
UNHURRIED = 0.4
"""Seconds between the beginnings of two benches; the longer, the less do they disturb each other."""


async def measured(case: Case, folder: Path, lag: Lag) -> Outcome:
    """Run one fault."""
    began = time.monotonic()
    outcome = Outcome()
    try:
        async with bench(case.setup, folder, lag) as made:
            outcome = made.outcome
            await case.act(made)
    except Missed as missed:
        outcome.late.append(str(missed))
    except Exception as bug:  # of one fault's: the others are measured all the same
        outcome.problems.append("".join(traceback.format_exception(bug)))
    outcome.slack = lag.since(began)
    judge(case, outcome)
    return outcome


def judge(case: Case, outcome: Outcome) -> None:
    """Compare what was measured with the goals."""
    for what, seconds, goal in (("said", outcome.said, case.say), ("healed", outcome.recovered, case.heal)):
        if goal is None or outcome.late:
            continue
        if seconds is None:
            outcome.problems.append(f"{what} was not measured")
        elif seconds > goal + outcome.slack:
            outcome.late.append(f"{what} after {seconds:.1f} s, goal {goal:g} s")


async def run_all(cases: Iterable[Case], folder: Path, stagger: float) -> dict[str, Outcome]:
    """Run them all: the ones that keep this machine busy after the rest, and what was only late once more after them,
    with more time between two: a busy machine is late too."""
    cases = sorted(cases, key=lambda case: -(case.say or 0.0) - (case.heal or 0.0))
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    outcomes: dict[str, Outcome] = {}

    async def run(case: Case, delay: float) -> None:
        await asyncio.sleep(delay)
        outcomes[case.name] = await measured(case, Path(tempfile.mkdtemp(dir=folder)), lag)

    async def together(some: Iterable[Case], pause: float) -> None:
        async with asyncio.TaskGroup() as group:
            for number, case in enumerate(some):
                group.create_task(run(case, number * pause), name=case.name)

    try:
        await together([case for case in cases if not case.is_heavy], stagger)
        await together([case for case in cases if case.is_heavy], stagger)
        late = [case for case in cases if outcomes[case.name].late and not outcomes[case.name].problems]
        await together(late, UNHURRIED)
        await asyncio.sleep(1.0)  # handshakes that nobody waits for any more end by themselves
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left
    return outcomes


def run_catalogue(cases: Iterable[Case], stagger: float = STAGGER) -> dict[str, Outcome]:
    """Run faults in a loop of their own, on a machine that trusts the authority of the good certificates."""
    before = os.environ.get("SSL_CERT_FILE")
    with tempfile.TemporaryDirectory() as folder:
        TRUST.authority.cert_pem.write_to_path(os.path.join(folder, "trusted.pem"))
        os.environ["SSL_CERT_FILE"] = os.path.join(folder, "trusted.pem")
        try:
            with RESOLVER.installed():
                return asyncio.run(run_all(cases, Path(folder), stagger))
        finally:
            if before is None:
                del os.environ["SSL_CERT_FILE"]
            else:
                os.environ["SSL_CERT_FILE"] = before
