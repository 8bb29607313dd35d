"""Seven days of the worker's life with twenty faults an hour, and a month of twenty lives on demand."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.readme import read_part, write_part
from tests.virtual.lives import Life, faults_of, lives
from tests.virtual.simulation import simulate

WEEK_SEEDS = (7, 8)
RESULT = Path(__file__).parent / "soak_result.json"
# Read here: each test runs without this machine's own settings.
SOAK_DAYS = float(os.environ.get("PERPTOP_SOAK_DAYS", "30"))
SOAK_SEEDS = int(os.environ.get("PERPTOP_SOAK_SEEDS", "20"))


def test_week_shows_no_wrong_figure_as_live() -> None:
    """In 7 virtual days, lived as two halves side by side, nothing wrong is LIVE and no manners are broken."""
    halves = list(lives(WEEK_SEEDS, days=7 / len(WEEK_SEEDS)))

    assert [fault for half in halves for fault in faults_of(half)] == []
    assert sum(half["days"] for half in halves) == pytest.approx(7)
    assert sum(sum(half["faults"].values()) for half in halves) > 7 * 24 * 15
    assert sum(half["missed_events"] for half in halves) > 0


def test_same_seed_is_the_same_life(tmp_path: Path) -> None:
    """A failure can be repeated from its seed."""
    assert simulate(3, tmp_path / "a", days=0.05) == simulate(3, tmp_path / "b", days=0.05)


@pytest.mark.soak
def test_month_of_many_lives() -> None:
    """30 virtual days × 20 seeds; `PERPTOP_SOAK_DAYS` and `PERPTOP_SOAK_SEEDS` make it shorter. Writes the result down."""
    done: list[Life] = []
    for life in lives(range(1, 1 + SOAK_SEEDS), SOAK_DAYS):
        done.append(life)
        RESULT.write_text(json.dumps(summary(done), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    write_part("soak", sentences(summary(done)))
    assert [fault for life in done for fault in faults_of(life)] == []


def test_readme_tells_the_last_soak() -> None:
    """What the README says of the long run is what its result says."""
    assert read_part("soak").strip() == sentences(json.loads(RESULT.read_text(encoding="utf-8")))


def sentences(result: Mapping[str, Any]) -> str:
    """What README.md says of it."""
    first, last = min(result["seeds"]), max(result["seeds"])
    return "\n".join(
        (
            f"The last long run: {len(result['seeds'])} lives (seeds {first} to {last}) of {result['days_each']:g} virtual days,",
            f"{result['faults']:,} faults of {result['kinds_of_fault']} kinds, {result['connects']:,} connects,",
            f"{result['frames']:,} frames looked at. Frames with a wrong figure shown as LIVE:",
            f"**{result['wrong_frames_shown_as_live']}**; breaches of manners: {result['broken_manners']}; "
            f"faults said or healed too late: {result['too_slow']}.",
            f"{result['events_lost_without_a_trace']} events were lost without a trace: an audit found each within "
            f"15 s and the lag of its answer.",
            f"Most weight in a minute: {result['most_weight_in_a_minute']} of 2400, while nothing was wrong "
            f"{result['most_weight_in_a_quiet_minute']}; LIVE for {result['live_share_without_faults']:.3%}",
            f"of the time without faults, for {result['live_share']:.1%} with about twenty an hour.",
        )
    )


def summary(done: list[Life]) -> dict[str, Any]:
    """Sum up the lives that are over, for the README."""
    done = sorted(done, key=lambda life: int(life["seed"]))
    faults: Counter[str] = Counter()
    for life in done:
        faults.update(life["faults"])
    frames = sum(life["frames"] for life in done)
    return {
        "seeds": [life["seed"] for life in done],
        "days_each": done[0]["days"],
        "days": round(sum(life["days"] for life in done), 2),
        "frames": frames,
        "faults": sum(faults.values()),
        "kinds_of_fault": len(faults),
        "connects": sum(life["reconnects"] for life in done),
        "wrong_frames_shown_as_live": sum(len(life["lies"]) for life in done),
        "broken_manners": sum(len(life["sins"]) for life in done),
        "too_slow": sum(len(life["misses"]) for life in done),
        "events_lost_without_a_trace": sum(life["lost_changes"] for life in done),
        "frames_before_an_audit_found_them": sum(life["late_frames"] for life in done),
        "missed_events_counted": sum(life["missed_events"] for life in done),
        "most_weight_in_a_minute": max(life["most_weight"] for life in done),
        "most_weight_in_a_quiet_minute": max(life["most_quiet_weight"] for life in done),
        "most_connects_in_five_minutes": max(life["most_connects"] for life in done),
        "live_share": round(sum(life["live_share"] * life["frames"] for life in done) / frames, 4),
        "live_share_without_faults": round(min(life["quiet_share"] for life in done), 6),
        "processor_seconds": round(sum(life["processor_seconds"] for life in done)),
        "recovery_seconds": recoveries(done),
    }


def recoveries(done: list[Life]) -> dict[str, dict[str, float]]:
    """Median and 99th percentile of the seconds from the end of a single fault until LIVE, by fault."""
    seconds: dict[str, list[float]] = {}
    for life in done:
        for name, some in life["healed"].items():
            seconds.setdefault(name, []).extend(some)
    return {
        name: {
            "n": len(some),
            "p50": sorted(some)[len(some) // 2],
            "p99": sorted(some)[min(len(some) - 1, int(len(some) * 0.99))],
        }
        for name, some in sorted(seconds.items())
    }
