"""Writes what was measured into README.md."""

import re
from collections.abc import Mapping, Sequence

from tests.faults.catalogue import Case
from tests.faults.lab import Outcome
from tests.readme import write_part

HEAD = "| fault | what the screen says | seconds to say it | seconds to recover | goal |\n|---|---|---:|---:|---|\n"
NOTE = """
Real sockets on loopback; seconds are the worst of a row's kinds, and every pause was the longest that the dice can
throw. Twenty times a second what was shown as LIVE was compared with the exchange's own book. L = 3 s: a snapshot may be
so old, therefore LIVE waits after a cut of the private stream for one that was asked for L after it opened again. All
three connections together take two seconds more, for perptop opens one a second. After REFUSED `r` was pressed; without
it the next attempt comes within a minute.
"""
LONGEST = 110


def rows(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> list[str]:
    """One row a fault, the worst of its kinds in it."""
    kinds: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: int(case.fault[1:])):
        kinds.setdefault(case.row, []).append(case)
    return [row(name, group, [outcomes[case.name] for case in group]) for name, group in kinds.items()]


def row(name: str, cases: Sequence[Case], measured: Sequence[Outcome]) -> str:
    """One row."""
    named = ", ".join(case.kind for case in cases if case.kind)
    says = next((outcome.says for outcome in measured if outcome.says), "")
    cells = [
        f"{name}{f' ({named})' if named else ''}",
        says,
        seconds([outcome.said for outcome in measured]),
        seconds([outcome.recovered for outcome in measured]),
        goal(cases),
    ]
    return f"| {' | '.join(cell(text) for text in cells)} |"


def seconds(measured: Sequence[float | None]) -> str:
    """The largest."""
    known = [one for one in measured if one is not None]
    return f"{max(known):.1f}" if known else "—"


def goal(cases: Sequence[Case]) -> str:
    """What had to be reached."""
    say = max((case.say for case in cases if case.say is not None), default=None)
    heal = max((case.heal for case in cases if case.heal is not None), default=None)
    goals = [f"{what} ≤ {limit:g}" for what, limit in (("say", say), ("recover", heal)) if limit is not None]
    return ", ".join(goals) or "nothing wrong, ever"


def cell(text: str) -> str:
    """A text that stays within its cell."""
    text = re.sub(r"\d+\.\d+\.\d+\.\d+(:\d+)?", "the host", text)
    text = " ".join("".join(one if one.isprintable() and one != "�" else " " for one in text).split())
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def write(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> None:
    """Put the table into README.md."""
    write_part("faults", HEAD + "\n".join(rows(cases, outcomes)) + f"\n{NOTE}")
