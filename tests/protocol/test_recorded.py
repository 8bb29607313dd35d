"""Real messages: all of them decode. They lie beside a working copy of the project, and these tests skip without them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protocol.wire import RECORDED
from tui.protocol.codec import Control, decode_positions, decode_pushed
from tui.protocol.events import UnknownEvent

STREAMED = sorted(RECORDED.glob("*.jsonl"))
ASKED = sorted(RECORDED.glob("*positionrisk*.json"))

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="there are no recorded messages beside this copy"
)


def amounts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("pa", "ep", "wb", "cw", "bc", "rp"):
                yield str(inner)
            yield from amounts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from amounts(inner)


@pytest.mark.parametrize("path", STREAMED, ids=lambda path: path.stem)
def test_every_recorded_push_is_known(path: Path) -> None:
    """Every recorded message decodes, and only a listing is of an unknown kind."""
    for line in path.read_bytes().splitlines():
        pushed = decode_pushed(line)
        if isinstance(pushed, Control):
            assert path.stem.startswith("user_stream_control")
        else:
            assert [event for event in pushed if isinstance(event, UnknownEvent)] in (
                [],
                [UnknownEvent("contractInfo")],
            )


@pytest.mark.parametrize("path", STREAMED, ids=lambda path: path.stem)
def test_no_recorded_amount_is_lost(path: Path) -> None:
    """Every amount of a recorded message stands in what it decodes to, digit for digit."""
    for line in path.read_bytes().splitlines():
        told = repr(decode_pushed(line))
        for amount in amounts(json.loads(line)):
            assert f"'{amount}'" in told


@pytest.mark.parametrize("path", ASKED, ids=lambda path: path.stem)
def test_every_recorded_row_decodes(path: Path) -> None:
    """Recorded answers of the REST twin decode, scientific notation and quoted integers included."""
    for row, wire in zip(decode_positions(path.read_bytes()), json.loads(path.read_bytes()), strict=True):
        assert (row.symbol, str(row.position_amount)) == (wire["symbol"], wire["positionAmt"])
        assert str(row.unrealized_pnl) == wire["unRealizedProfit"]
        assert row.update_time_ms == (int(wire["updateTime"]) if "updateTime" in wire else None)
