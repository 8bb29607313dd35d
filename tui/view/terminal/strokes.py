"""Strokes: the shortest bytes that write runs of characters at their places. Pure functions; every terminal has them."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

Run = tuple[int, int, int, str, str]
"""Row, first column, the column behind the last, style (the parameters of SGR; "" is the default) and text."""

OFF = "\x1b[m"
DEAREST_MOVE = 8
"""What a cursor move costs at most on a screen of less than 1,000 rows, nearly always."""
NOWHERE = -1
"""The column when it is not known: behind the last one."""


class Pen(NamedTuple):
    """A style in its parts."""

    attributes: frozenset[str]
    color: str
    background: str


DEFAULT = Pen(frozenset(), "", "")


def at(y: int, x: int) -> str:
    """Put the cursor there from anywhere."""
    if x:
        return f"\x1b[{y + 1};{x + 1}H"
    return f"\x1b[{y + 1}H" if y else "\x1b[H"


@lru_cache(maxsize=256)
def right(columns: int) -> str:
    """Move the cursor to the right."""
    return f"\x1b[{columns}C" if columns > 1 else "\x1b[C"


@lru_cache(maxsize=1 << 15)
def move(y: int, x: int, to_y: int, to_x: int) -> str:
    """Return the shortest way from a place to another; `x` may be NOWHERE."""
    if y == to_y and 0 <= x <= to_x:
        return right(to_x - x) if to_x > x else ""
    ways = [at(to_y, to_x)]
    if to_y >= y:
        down = "\x1bD" if to_y == y + 1 else f"\x1b[{to_y - y}B" if to_y > y else ""
        ways.append(down + "\r" + (right(to_x) if to_x else ""))
        if x != NOWHERE:
            ways.append(down + _sideways(to_x - x))
    return min(ways, key=len)


def _sideways(columns: int) -> str:
    if columns >= 0:
        return right(columns) if columns else ""
    return "\b" * -columns if columns >= -4 else f"\x1b[{-columns}D"


@lru_cache(maxsize=1024)
def pen(style: str) -> Pen:
    """Take a style apart."""
    attributes: set[str] = set()
    color = background = ""
    codes = iter(style.split(";") if style else ())
    for code in codes:
        whole = code
        if code in ("38", "48"):
            kind = next(codes)
            whole = ";".join((code, kind, *(next(codes) for _ in range(3 if kind == "2" else 1))))
        if code == "39":
            color = ""
        elif code == "49":
            background = ""
        elif code == "38" or 30 <= int(code) < 38 or 90 <= int(code) < 98:
            color = whole
        elif code == "48" or 40 <= int(code) < 48 or 100 <= int(code) < 108:
            background = whole
        else:
            attributes.add(code)
    return Pen(frozenset(attributes), color, background)


@lru_cache(maxsize=4096)
def switch(before: str, style: str) -> str:
    """Return the shortest bytes from one style to another."""
    old, new = pen(before), pen(style)
    if not style:
        return OFF if old != new else ""
    whole = f"\x1b[{style}m" if old == DEFAULT else f"\x1b[0;{style}m"
    added = sorted(new.attributes - old.attributes)
    if not (old.attributes <= new.attributes and _covers(new, old)):
        return whole
    added += [new.color] if new.color != old.color else []
    added += [new.background] if new.background != old.background else []
    part = f"\x1b[{';'.join(added)}m" if added else ""
    return min(whole, part, key=len)


def _covers(new: Pen, old: Pen) -> bool:
    """Whether every colour of the old pen is replaced by one of the new, so that nothing has to be turned off."""
    return bool(new.color or not old.color) and bool(new.background or not old.background)


@lru_cache(maxsize=512)
def pens(styles: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Order styles so that the switches between them are short: each with the bytes that switch to it."""
    left = sorted(styles)
    ordered: list[tuple[str, str]] = []
    before = ""
    while left:
        style = min(left, key=lambda style: len(switch(before, style)))
        ordered.append((style, switch(before, style)))
        left.remove(style)
        before = style
    return tuple(ordered)


def draw(runs: list[Run], width: int) -> str:
    """Write runs, which come row by row, and leave the default style behind.

    Either row by row or style by style, whichever is shorter: a style of many colours costs more than a move.
    """
    if not runs:
        return ""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        group = groups.get(run[3])
        if group is None:
            groups[run[3]] = [run]
        else:
            group.append(run)
    plan = pens(tuple(groups))
    if len(plan) == 1:
        return _write(plan, groups, width)
    switches = [switch(one[3], other[3]) for one, other in pairwise(runs) if one[3] != other[3]]
    saved = sum(map(len, switches)) - sum(len(bytes_) for _, bytes_ in plan[1:])
    if saved <= 0:
        return _write_rows(runs, width)
    by_style = _write(plan, groups, width)
    if saved > DEAREST_MOVE * len(switches):
        return by_style
    return min(by_style, _write_rows(runs, width), key=len)


def _write(plan: Iterable[tuple[str, str]], groups: dict[str, list[Run]], width: int) -> str:
    parts: list[str] = []
    append = parts.append
    row = column = NOWHERE
    for style, bytes_ in plan:
        append(bytes_)
        for y, x, end, _, text in groups[style]:
            append(move(row, column, y, x) if row >= 0 else at(y, x))
            append(text)
            row, column = y, end if end < width else NOWHERE
    append(OFF)
    return "".join(parts)


def _write_rows(runs: list[Run], width: int) -> str:
    parts: list[str] = []
    append = parts.append
    row = column = NOWHERE
    before = ""
    for y, x, end, style, text in runs:
        append(move(row, column, y, x) if row >= 0 else at(y, x))
        if style != before:
            append(switch(before, style))
            before = style
        append(text)
        row, column = y, end if end < width else NOWHERE
    append(OFF)
    return "".join(parts)
