"""Every fault over real sockets: what is said, how soon, and how soon all is right again."""

import os
from collections.abc import Mapping

import pytest

from tests.faults import render
from tests.faults.catalogue import CASES, Case
from tests.faults.lab import Outcome
from tests.faults.run import STAGGER, UNHURRIED, run_catalogue
from tests.readme import read_part

IS_WRITING = os.environ.get("PERPTOP_WRITE_RESULTS") == "1"


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Mapping[str, Outcome]:
    """What was measured of the faults that are asked for, all at the same time."""
    wanted = [item.callspec.params.get("case") for item in request.session.items if hasattr(item, "callspec")]
    cases = [case for case in CASES if case in wanted]
    measured = run_catalogue(cases, UNHURRIED if IS_WRITING else STAGGER)
    if IS_WRITING and len(cases) == len(CASES):
        render.write(CASES, measured)
    return measured


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fault(case: Case, outcomes: Mapping[str, Outcome]) -> None:
    """It is said in time, nothing wrong is ever shown as LIVE, manners are kept, and all is right again in time."""
    assert outcomes[case.name].problems == []
    assert outcomes[case.name].late == []


def test_readme_has_every_fault() -> None:
    """The table in README.md has a row for each fault that is tested, and no other."""
    table = read_part("faults")
    told = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| F")]
    named = {name: Outcome() for name in (case.name for case in CASES)}
    tested = [line.split(" | ")[0].removeprefix("| ") for line in render.rows(CASES, named)]
    assert told == tested


def test_names_are_different() -> None:
    """No fault hides another of the same name."""
    assert len({case.name for case in CASES}) == len(CASES)
