"""The merge of snapshots and events: which word about a position holds.

Snapshots may be older than events, up to LAG_MS; events may come twice, or not at all. Each key keeps a watermark, the
exchange's time of the newest word about it, and what is older is ignored. Obvious other rules ("a snapshot replaces
all", "events always win", "the newest per key, forgetting its time when the key goes") show wrong positions within a
few steps; `tests/book/test_merge_search.py` searches the small scope of this one exhaustively.
"""

from typing import Generic, NamedTuple, TypeVar

LAG_MS = 3_000
"""A snapshot may show the account as it was this long before it was asked for."""

V = TypeVar("V")


class Entry(NamedTuple, Generic[V]):
    """What is known of one key in the current epoch."""

    watermark_ms: int | None
    """Exchange time of the newest word; None when none has come in this epoch."""
    value: V | None
    """The position; None when there is none."""


def _raised(watermark_ms: int | None, time_ms: int) -> int:
    return time_ms if watermark_ms is None else max(watermark_ms, time_ms)


def after_event(entry: Entry[V], time_ms: int, value: V | None) -> Entry[V]:
    """Take an event: it holds unless something newer is known. The same event twice changes nothing."""
    if entry.watermark_ms is not None and time_ms < entry.watermark_ms:
        return entry
    return Entry(time_ms, value)


def after_row(entry: Entry[V], update_time_ms: int, asked_ms: int, value: V | None) -> Entry[V]:
    """Take a snapshot's row, which tells when the position last changed.

    It holds when that is news, or when the snapshot speaks for a time after all that is known.
    """
    watermark_ms = entry.watermark_ms
    if watermark_ms is not None and update_time_ms <= watermark_ms and watermark_ms > asked_ms - LAG_MS:
        return entry
    return Entry(_raised(watermark_ms, update_time_ms), value)


def after_absence(entry: Entry[V], asked_ms: int, value: V | None = None) -> Entry[V]:
    """Take a snapshot in which the key has no row, or a row that does not tell its time.

    It speaks for the time LAG_MS before it was asked for, and no later.
    """
    speaks_for_ms = asked_ms - LAG_MS
    if entry.watermark_ms is not None and entry.watermark_ms > speaks_for_ms:
        return entry
    return Entry(_raised(entry.watermark_ms, speaks_for_ms), value)


def closes_gap(asked_ms: int, opened_ms: int) -> bool:
    """Whether a snapshot shows everything that happened before the stream was opened."""
    return asked_ms - LAG_MS >= opened_ms
