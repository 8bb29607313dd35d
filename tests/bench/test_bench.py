"""The bench runs; what it finds is never a test."""

import pytest

from tests.bench import pane
from tests.bench.minimum import Glass, minimum

QUICK = ("--rows=12", "--hz=20", "--ticks=3", "--warm-up=0.5")


@pytest.mark.parametrize("program", ["screen", "datatable", "raw"])
def test_program_shows_every_tick(program: str) -> None:
    """Each program moves its rows, and every tick comes out at the other end of the pty."""
    run = pane.run(program, *QUICK, width=100, height=24)

    assert len(run.delays) == len(run.notes["ticks"]) == 3
    assert sum(map(len, run.frames)) == len(run.output) > 0
    assert run.notes["cpu"] > 0


def test_lines_are_written_whole_when_that_is_wanted() -> None:
    """Without the painter the same ticks take many times the bytes, and every row that moved is written to its end."""
    differing, whole = (
        pane.run("screen", *QUICK, *options, width=100, height=24) for options in ((), ("--no-paint",))
    )

    assert len(whole.output) > 5 * len(differing.output)


def test_start_is_told() -> None:
    """A start says when its first frame was written."""
    run = pane.run("bare", "--start")

    assert run.notes["frames"][0][0] > run.began


def test_fewest_bytes() -> None:
    """The fewest bytes between two pictures are those of the characters that differ, with one move."""
    glass = Glass(20, 4)
    glass.feed(b"\x1b[2;3H1,204.31")
    before = glass.picture
    glass.feed(b"\x1b[2;9H45")

    assert minimum(before, glass.picture) == len("\x1b[2;9H45")
