"""Runs every fault of the catalogue at once, each on a bench of its own, and keeps what was measured."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.faults.catalogue import TRUST, Case
from tests.faults.lab import Lag, Missed, NamingLoop, Outcome, bench

STAGGER = 0.15
"""Seconds between two benches: fewer handshakes at one time."""


async def measured(case: Case, folder: Path, lag: Lag) -> Outcome:
    """Run one fault."""
    began = time.monotonic()
    outcome = Outcome()
    try:
        async with bench(case.setup, folder, lag) as made:
            outcome = made.outcome
            await case.act(made)
    except Missed as missed:
        outcome.problems.append(str(missed))
    outcome.slack = lag.since(began)
    judge(case, outcome)
    return outcome


def judge(case: Case, outcome: Outcome) -> None:
    """Compare what was measured with the goals."""
    for what, seconds, goal in (("said", outcome.said, case.say), ("healed", outcome.recovered, case.heal)):
        if goal is None or (seconds is None and what == "said" and case.say is None):
            continue
        if seconds is not None and seconds > goal + outcome.slack:
            outcome.problems.append(f"{what} after {seconds:.1f} s, goal {goal:g} s")


async def run_all(cases: Iterable[Case], folder: Path) -> dict[str, Outcome]:
    """Run them all: the ones that keep this machine busy one after the other, after the rest."""
    cases = list(cases)
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    outcomes: dict[str, Outcome] = {}

    async def run(case: Case, delay: float) -> None:
        await asyncio.sleep(delay)
        outcomes[case.name] = await measured(case, folder / str(len(outcomes)) / case.fault, lag)

    try:
        async with asyncio.TaskGroup() as group:
            for number, case in enumerate(case for case in cases if not case.is_heavy):
                group.create_task(run(case, number * STAGGER), name=case.name)
        for case in cases:
            if case.is_heavy:
                await run(case, 0.0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left
    return outcomes


def run_catalogue(cases: Iterable[Case]) -> dict[str, Outcome]:
    """Run faults in a loop of their own, on a machine that trusts the authority of the good certificates."""
    before = os.environ.get("SSL_CERT_FILE")
    with tempfile.TemporaryDirectory() as folder:
        TRUST.authority.cert_pem.write_to_path(os.path.join(folder, "trusted.pem"))
        os.environ["SSL_CERT_FILE"] = os.path.join(folder, "trusted.pem")
        try:
            with asyncio.Runner(loop_factory=NamingLoop) as runner:
                return runner.run(run_all(cases, Path(folder)))
        finally:
            if before is None:
                del os.environ["SSL_CERT_FILE"]
            else:
                os.environ["SSL_CERT_FILE"] = before
