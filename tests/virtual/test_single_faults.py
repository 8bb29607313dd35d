"""Each fault of the simulation alone, met by a worker that is LIVE: it is said in time and over in time."""

from pathlib import Path

import pytest

from tests.virtual.faults import FAULTS, Fault
from tests.virtual.simulation import Simulation, simulate_one

FIRST_OF_ITS_NAME = tuple({fault.name: fault for fault in reversed(FAULTS)}.values())[::-1]
SEEDS = (1, 2, 3)


@pytest.mark.parametrize("fault", FIRST_OF_ITS_NAME, ids=lambda fault: fault.name)
def test_fault_is_said_and_healed_in_time(fault: Fault, tmp_path: Path) -> None:
    """No wrong figure is LIVE, no manners are broken, and the times of the fault's line are kept."""
    for seed in SEEDS:
        report = simulate_one(seed, tmp_path / str(seed), fault)

        assert (seed, report.lies, report.sins, report.misses) == (seed, [], [], [])


def test_judge_sees_a_book_that_forgets_its_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation is worth something: a worker that keeps its trust over a lost stream is caught."""
    monkeypatch.setattr("tui.book.book.Book.begin_epoch", lambda self, time_ms: None)

    assert any(simulate_one(seed, tmp_path / str(seed), cut_for_a_minute()).lies for seed in SEEDS)


def test_judge_sees_marks_that_never_grow_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes old prices for live ones is caught."""
    monkeypatch.setattr("tui.book.health.MARK_LIMIT_MS", 60_000)

    assert (
        simulate_one(1, tmp_path, named("no-marks")).misses
        or simulate_one(2, tmp_path, named("no-marks")).lies
    )


def test_judge_sees_bad_manners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not keep silent when it is told to is caught."""
    monkeypatch.setattr("tui.protocol.redial.Manners.be_silent", lambda self, until: None)

    assert simulate_one(1, tmp_path, named("request-429")).sins


def named(name: str) -> Fault:
    return next(fault for fault in FAULTS if fault.name == name)


def cut_for_a_minute() -> Fault:
    """The private stream is gone for a minute in which the account trades."""
    cut = named("refused streams")

    def begin(simulation: Simulation, seconds: float) -> None:
        cut.begin(simulation, seconds)
        for after in (5, 10, 20):
            simulation.world.loop.call_later(after, simulation.strike, "open")

    return cut._replace(seconds=(60, 60), begin=begin)
