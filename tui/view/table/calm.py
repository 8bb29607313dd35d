"""Rows that do not swap for a trifle: live figures that are nearly equal keep the places they have.

Of two rows one must stand above the other when its figure is better by more than BAND, a share of the larger of the
two. That is a partial order, so an order that keeps it for every pair exists, and of all of these the calmest is
taken: again and again, of the rows that nothing has to stand above any more, the one that stood highest. Whoever
calls this lets go of the calm order after a while, so that in the end the order is exact. Pure functions.
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import groupby

from tui.book.position import Key
from tui.view.columns import Column, Needs, Value

BAND = 0.01
"""Figures are nearly equal while they differ by at most this share of the larger one."""


def is_lively(column: Column) -> bool:
    """Whether its figures move with the mark price; all others are sorted exactly."""
    return column.needs in (Needs.MARK, Needs.BOTH)


def is_beyond(value: float, other: float) -> bool:
    """Whether two figures differ by more than the band."""
    return abs(value - other) > BAND * max(abs(value), abs(other))


def leads(best: Sequence[Key], values: Mapping[Key, Value | None]) -> list[int]:
    """How many rows of `best`, from its top, have to stand above each of them.

    Args:
        best: rows in the exact order of their values, unknown last.
        values: their numbers.
    """
    figures = [None if values[key] is None else float(values[key]) for key in best]  # type: ignore[arg-type]
    known = len(figures) - figures.count(None)
    counts: list[int] = []
    count = 0
    for figure in figures:
        if figure is None:
            counts.append(known)
            continue
        # What is beyond the band of a figure is beyond that of every worse one too.
        while (above := figures[count]) is not None and is_beyond(above, figure):
            count += 1
        counts.append(count)
    return counts


def leads_in_groups(
    best: Sequence[Key], firsts: Mapping[Key, Value | None], seconds: Mapping[Key, Value | None]
) -> list[int]:
    """The same where a first value holds exactly and the band is that of a second one."""
    counts: list[int] = []
    for _, members in groupby(best, key=firsts.__getitem__):
        start = len(counts)
        counts += [start + count for count in leads(list(members), seconds)]
    return counts


def calmed(order: Sequence[Key], best: Sequence[Key], counts: Sequence[int]) -> list[Key]:
    """The rows of `best` in an order that is as near to `order` as `counts` allows; new rows stand where they belong.

    Args:
        order: the order so far.
        best: the exact order.
        counts: how many rows of `best`, from its top, have to stand above each; never shrinks from row to row.
    """
    before = {key: place for place, key in enumerate(order)}
    places: list[tuple[int, int]] = []
    place = (-1, 0)
    for key in best:
        old = before.get(key)
        place = (place[0], place[1] + 1) if old is None else (old, 0)
        places.append(place)
    made: list[Key] = []
    is_out = [False] * len(best)
    free: list[tuple[tuple[int, int], int]] = []
    top = further = 0
    while len(made) < len(best):
        while further < len(best) and counts[further] <= top:
            heappush(free, (places[further], further))
            further += 1
        number = heappop(free)[1]
        made.append(best[number])
        is_out[number] = True
        while top < len(best) and is_out[top]:
            top += 1
    return made
