"""Where a figure of a position comes from, and how old that is."""

from tui.book.health import MARK_LIMIT_MS, POSITION_LIMIT_MS
from tui.book.position import Position
from tui.view import formats
from tui.view.columns import Needs

SHORT = (("computed: ", ""), ("mark stream", "mark"), ("user stream", "user"))


def sources_of(position: Position, needs: Needs, is_computed: bool, time_ms: int) -> tuple[str, str]:
    """Where a figure comes from with the age of each input: in full, and for narrow panes."""
    parts = []
    if needs in (Needs.MARK, Needs.BOTH):
        is_snapshot = position.mark_time_ms is not None and not is_marked_by_stream(position)
        name = "snapshot" if is_snapshot else "mark stream"
        parts.append(_aged(name, position.mark_time_ms, time_ms, MARK_LIMIT_MS))
    if needs in (Needs.SNAPSHOT, Needs.BOTH):
        parts.append(_aged("snapshot", position.snapshot_ms, time_ms, POSITION_LIMIT_MS))
    if needs is Needs.FACT:
        name = "user stream" if position.confirmed_ms > (position.snapshot_ms or 0) else "snapshot"
        parts.append(_aged(name, position.confirmed_ms, time_ms, POSITION_LIMIT_MS))
    text = ("computed: " if is_computed else "") + ", ".join(dict.fromkeys(parts))
    short = text
    for long, brief in SHORT:
        short = short.replace(long, brief)
    return text, short


def is_marked_by_stream(position: Position) -> bool:
    """Whether the mark price, and what is made from it, is newer than the snapshot."""
    return position.mark_time_ms is not None and position.mark_time_ms != position.snapshot_ms


def _aged(name: str, at_ms: int | None, time_ms: int, limit_ms: int) -> str:
    if not at_ms:
        return f"no {name}"
    age_ms = max(0, time_ms - at_ms)
    return f"{name} {formats.calm_age(age_ms) if age_ms <= limit_ms else formats.clock(age_ms) + '!'}"
