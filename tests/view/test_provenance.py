"""Where the figures of the details come from."""

import msgspec
import pytest

from tests.view.hand import NOW, position
from tui.view.columns import Needs
from tui.view.provenance import sources_of


@pytest.mark.parametrize(
    ("fields", "needs", "is_computed", "texts"),
    [
        ({}, Needs.FACT, False, ("snapshot <2s", "snapshot <2s")),
        ({"snapshot_ms": NOW - 9_000}, Needs.FACT, False, ("user stream <2s", "user <2s")),
        ({"snapshot_ms": None}, Needs.FACT, False, ("user stream <2s", "user <2s")),
        ({"snapshot_ms": None}, Needs.SNAPSHOT, False, ("no snapshot", "no snapshot")),
        ({}, Needs.MARK, True, ("computed: snapshot <2s", "snapshot <2s")),
        ({"mark_time_ms": None}, Needs.MARK, False, ("no mark stream", "no mark")),
        ({"snapshot_ms": NOW - 9_000}, Needs.BOTH, True,
         ("computed: mark stream <2s, snapshot <20s", "mark <2s, snapshot <20s")),
        ({"mark_time_ms": NOW - 7_000}, Needs.MARK, False, ("mark stream 0:07!", "mark 0:07!")),
    ],
)  # fmt: skip
def test_source_is_named_with_its_age(
    fields: dict[str, object], needs: Needs, is_computed: bool, texts: tuple[str, str]
) -> None:
    """Snapshot, user stream, mark stream or computed from these; an age past its limit is marked."""
    row = msgspec.structs.replace(position("A"), **fields)

    assert sources_of(row, needs, is_computed, NOW) == texts
