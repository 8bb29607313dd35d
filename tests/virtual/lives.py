"""Lives of the worker in processes of their own, as many at a time as there are processors."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
Life = dict[str, Any]
"""The fields of a Report."""


def live(seed: int, days: float) -> Life:
    """Run one life; the same seed gives the same life, on any machine."""
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.virtual", str(seed), str(days)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"seed {seed}: the life ended with {done.returncode}\n{done.stderr[-4000:]}")
    life: Life = json.loads(done.stdout)
    return life


def lives(seeds: Sequence[int], days: float) -> Iterator[Life]:
    """Run several, and give each as soon as it is over."""
    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        running = [pool.submit(live, seed, days) for seed in seeds]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            for waiting in running:
                waiting.cancel()


def faults_of(life: Life) -> list[str]:
    """Return what is wrong with a life: wrong figures shown as LIVE, bad manners, what took too long, what grew."""
    wrong = [*life["lies"][:20], *life["sins"][:20], *life["misses"][:20]]
    fewest, most = life["tasks"]
    if not 0 < fewest <= most <= MOST_TASKS:
        wrong.append(f"{fewest} to {most} tasks")
    if life["most_weight"] > MOST_WEIGHT:
        wrong.append(f"a weight of {life['most_weight']} in one minute")
    if life["most_quiet_weight"] > QUIET_WEIGHT:
        wrong.append(f"a weight of {life['most_quiet_weight']} in a quiet minute")
    if life["most_connects"] > MOST_CONNECTS:
        wrong.append(f"{life['most_connects']} connects in five minutes")
    if life["quiet_share"] < QUIET_SHARE:
        wrong.append(f"LIVE only {life['quiet_share']:.4%} of the quiet time")
    return [f"seed {life['seed']}: {each}" for each in wrong]


MOST_WEIGHT, QUIET_WEIGHT, MOST_CONNECTS = 120, 100, 20
"""An account that rests costs 40 a minute; these trade every few seconds, and each change asks for snapshots."""
MOST_TASKS = 16
"""The worker's and the simulation's own together: three connections have three each."""
QUIET_SHARE = 0.999
