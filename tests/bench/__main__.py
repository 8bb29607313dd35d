"""The bench: `python -m tests.bench` runs everything and writes the table into README.md; `--quick` only looks."""

import argparse
import json
import math
import shutil
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import pane
from tests.bench.minimum import Glass, minimum
from tests.bench.pane import Run
from tests.readme import write_part

PANES = ((160, 50), (80, 24))
ROWS = (10, 100, 600, 5_000)
SLOW = 50_000
"""Bytes a second."""
NEIGHBOURS = (("htop", ("htop", "-d", "10"), "≤ 1.5"), ("btop", ("btop",), "≤ 0.125"))
"""What sits in a pane like it, how it is called, and how many of its bytes perptop may send."""
COUNTED_TICKS = 4, 24
"""Two runs of so many ticks, under a tool that takes fifty times as long."""
PICTURES = 12
"""Frames of a run that are turned into pictures, to learn the fewest bytes."""

Figures = dict[str, float]


class Program(NamedTuple):
    """One way to show the rows."""

    name: str
    module: str
    options: tuple[str, ...] = ()


PERPTOP = Program("perptop", "screen")
RAW = Program("raw limit", "raw")
PROGRAMS = (
    PERPTOP,
    Program("without the painter", "screen", ("--no-paint",)),
    Program("DataTable", "datatable"),
    RAW,
)


class Rate(NamedTuple):
    """How often which rows move."""

    name: str
    hz: int
    ticks: int
    options: tuple[str, ...]


RATES = (Rate("1 Hz, all rows", 1, 8, ()), Rate("10 Hz, rows in sight", 10, 100, ("--in-sight",)))


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(text + "\n")


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so large a share of them does not exceed; nan of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else math.nan


def figures_of(run: Run) -> Figures:
    """What a run that ticked tells."""
    ticks = len(run.notes["ticks"])
    delays = [delay * 1000 for delay in run.delays]
    return {
        "cpu_ms": run.notes["cpu"] * 1000 / ticks,
        "bytes": len(run.output) / ticks,
        "p50_ms": percentile(delays, 0.5),
        "p99_ms": percentile(delays, 0.99),
        "rss_mb": run.notes["rss_kb"] / 1024,
    }


def least_bytes(run: Run, width: int, height: int) -> tuple[float, float]:
    """The fewest bytes a tick of the pictures that a run showed, and what it wrote for the same."""
    glass = Glass(width, height)
    glass.feed(run.before)
    before, least, written = glass.picture, 0, 0
    frames = run.frames[:PICTURES]
    for frame in frames:
        glass.feed(frame)
        after = glass.picture
        least += minimum(before, after)
        written += len(frame)
        before = after
    return least / len(frames), written / len(frames)


def medians(all_figures: Iterable[Figures]) -> Figures:
    """The median of each figure."""
    listed = list(all_figures)
    return {name: statistics.median(figures[name] for figures in listed) for name in listed[0]}


def tick_figures(repeats: int, rows: Sequence[int], ticks: int) -> list[dict[str, Any]]:
    """Every program at every size and rate, in alternating runs."""
    found: list[dict[str, Any]] = []
    for width, height in PANES:
        for count in rows:
            for rate in RATES:
                where = {"pane": f"{width}×{height}", "rows": count, "rate": rate.name}
                say(f"{where['pane']}, {count} rows, {rate.name}")
                runs: dict[str, list[Figures]] = {program.name: [] for program in PROGRAMS}
                for _ in range(repeats):
                    for program in PROGRAMS:
                        run = pane.run(
                            program.module, *program.options, *rate.options, f"--rows={count}", f"--hz={rate.hz}",
                            f"--ticks={ticks or rate.ticks}", width=width, height=height,
                        )  # fmt: skip
                        figures = figures_of(run)
                        if program is PERPTOP:
                            figures["least_bytes"], figures["frame_bytes"] = least_bytes(run, width, height)
                        runs[program.name].append(figures)
                found += [{**where, "program": name, **medians(figures)} for name, figures in runs.items()]
    return found


def start_figures(repeats: int) -> dict[str, Figures]:
    """From nothing to the first frame, and to the rows on the screen: CPU and memory."""
    found: dict[str, list[Figures]] = {}
    for _ in range(repeats):
        for name, module, rows in (
            ("bare", "bare", 0),
            ("perptop", "screen", 600),
            ("DataTable", "datatable", 600),
        ):
            run = pane.run(module, "--start", f"--rows={rows}")
            first, last = run.notes["frames"][0], run.notes["frames"][-1]
            found.setdefault(name, []).append(
                {
                    "first_frame_cpu_ms": first[1] * 1000,
                    "first_frame_s": first[0] - run.began,
                    "settled_cpu_ms": last[1] * 1000,
                    "settled_s": last[0] - run.began,
                    "rss_mb": run.notes["rss_kb"] / 1024,
                }
            )
    return {name: medians(figures) for name, figures in found.items()}


def instruction_figures() -> Figures:
    """Millions of instructions that a tick takes, from the difference of two runs; nothing without valgrind."""
    if not shutil.which("valgrind"):
        return {}
    few, many = COUNTED_TICKS
    options = "--in-sight", "--rows=600", "--hz=2", "--still"
    found: Figures = {}
    for program in (PERPTOP, RAW):
        say(f"instructions of {program.name}")
        counts = [pane.instructions(program.module, *options, f"--ticks={ticks}") for ticks in (few, many)]
        found[program.name] = (counts[1] - counts[0]) / (many - few) / 1e6
    return found


def idle_figures(seconds: float) -> dict[str, Figures]:
    """Some time in which nothing changes."""
    found: dict[str, Figures] = {}
    for name, module in (("perptop", "screen"), ("bare", "bare")):
        run = pane.run(module, f"--idle={seconds}", "--rows=600", "--warm-up=4")
        found[name] = {"cpu_percent": run.notes["cpu"] / seconds * 100, "bytes": len(run.output)}
    return found


def slow_figures(ticks: int) -> dict[str, Figures]:
    """A terminal that takes 50 KB a second, 10 ticks a second."""
    found: dict[str, Figures] = {}
    for program in PROGRAMS:
        has_loop = program.module != "raw"
        run = pane.run(
            program.module, *program.options, "--rows=600", "--hz=10", f"--ticks={ticks}", "--in-sight",
            *(("--beats",) if has_loop else ()), rate=SLOW,
        )  # fmt: skip
        delays = [delay * 1000 for delay in run.delays]
        lags = [lag * 1000 for lag in run.notes["lags"]]
        found[program.name] = {
            "age_p50_ms": percentile(delays, 0.5),
            "age_p99_ms": percentile(delays, 0.99),
            "loop_lag_p99_ms": percentile(lags, 0.99),
        }
    return found


def neighbour_figures(seconds: int) -> dict[str, Figures]:
    """Twenty positions at 1 Hz, beside what sits in a pane like it, as far as that is on this machine."""
    run = pane.run("screen", "--rows=20", "--hz=1", f"--ticks={seconds}")
    found = {"perptop": pane.Neighbour(len(run.output) / seconds, run.notes["cpu"] / seconds * 100)}
    for name, command, _ in NEIGHBOURS:
        if shutil.which(command[0]):
            found[name] = pane.watch(command, seconds)
    return {name: one._asdict() for name, one in found.items()}


# What is written about it.


def row(cells: Iterable[object]) -> str:
    """A line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def pick(
    ticks: Sequence[dict[str, Any]], program: str, rate: Rate, rows: int, place: str = "160×50"
) -> dict[str, Any]:
    """The figures of one program."""
    return next(
        one
        for one in ticks
        if (one["program"], one["rate"], one["rows"], one["pane"]) == (program, rate.name, rows, place)
    )


def goals(result: dict[str, Any]) -> list[str]:
    """The figures to reach, and what they are."""
    ticks, start, idle, slow, beside = (result[name] for name in ("ticks", "start", "idle", "slow", "beside"))
    many, few, middle = max(one["rows"] for one in ticks), 100, 600
    ours, table, raw = (pick(ticks, name, RATES[1], middle) for name in ("perptop", "DataTable", "raw limit"))
    most, least = (pick(ticks, "perptop", RATES[1], count) for count in (many, few))
    counts = result["instructions"]
    lines = [
        (
            "bytes a tick ÷ the fewest possible, row by row",
            ours["frame_bytes"] / ours["least_bytes"],
            "≤ 1.05",
        ),
        ("CPU a tick ÷ raw limit", ours["cpu_ms"] / raw["cpu_ms"], "≤ 3"),
        *(
            [
                (
                    "the same in instructions, as Callgrind counts them",
                    counts[PERPTOP.name] / counts[RAW.name],
                    "≤ 3",
                ),
                ("millions of instructions a tick", counts[PERPTOP.name], ""),
            ]
            if counts
            else []
        ),
        ("CPU a tick ÷ DataTable", ours["cpu_ms"] / table["cpu_ms"], "≤ 0.067"),
        ("tick to last byte, p99, ms", ours["p99_ms"], "≤ 5"),
        ("the same ÷ DataTable", ours["p99_ms"] / table["p99_ms"], "≤ 0.05"),
        (f"CPU a tick, {many} rows ÷ {few} rows", most["cpu_ms"] / least["cpu_ms"], "≤ 1.5"),
        ("CPU to the first frame ÷ bare Textual", _to_bare(start, "first_frame_cpu_ms"), "≤ 1.15"),
        ("memory with 600 positions ÷ bare Textual", _to_bare(start, "rss_mb"), "≤ 1.25"),
        ("50 KB/s: age of the picture, p99, ms", slow["perptop"]["age_p99_ms"], "≤ 100"),
        ("50 KB/s: event loop late by, p99, ms", slow["perptop"]["loop_lag_p99_ms"], "as on a fast link"),
        ("nothing changes: bytes", idle["perptop"]["bytes"], "0"),
        ("nothing changes: % of a core", idle["perptop"]["cpu_percent"], "≤ 0.15"),
    ]
    for name, _, goal in NEIGHBOURS:
        if name in beside:
            what = f"20 positions at 1 Hz ÷ `{name}`"
            lines.append((f"{what}: bytes", _share(beside, name, "bytes_a_second"), goal))
            lines.append((f"{what}: CPU", _share(beside, name, "cpu_percent"), "< 1"))
    return [row(["", "measured", "goal"]), row(["---"] * 3)] + [
        row([name, f"{value:,.3g}", goal]) for name, value, goal in lines
    ]


def _to_bare(start: dict[str, Figures], name: str) -> float:
    return start["perptop"][name] / start["bare"][name]


def _share(beside: dict[str, Figures], name: str, figure: str) -> float:
    return beside["perptop"][figure] / beside[name][figure]


def tick_table(ticks: Sequence[dict[str, Any]]) -> list[str]:
    """Every size and rate."""
    heads = ["pane", "rows", "rate", "program", "CPU ms", "bytes", "p50 ms", "p99 ms", "RSS MB"]
    lines = [row(heads), row(["---"] * len(heads))]
    for one in ticks:
        figures = (f"{one[name]:,.1f}" for name in ("p50_ms", "p99_ms", "rss_mb"))
        cells = (
            one["pane"],
            one["rows"],
            one["rate"],
            one["program"],
            f"{one['cpu_ms']:.2f}",
            f"{one['bytes']:,.0f}",
        )
        lines.append(row([*cells, *figures]))
    return lines


def markdown(result: dict[str, Any]) -> str:
    """Everything, for the README."""
    return "\n".join(
        [
            f"600 rows at 160×50, ten ticks a second, unless it says otherwise; {result['repeats']} alternating run(s) of each "
            "program in one session, medians where there are several. `htop` and `btop` sat in the same pane of the same "
            "machine, which ran little else. CPU of a bare Textual app that does nothing: "
            f"{result['idle']['bare']['cpu_percent']:.2g} % of a core.",
            "",
            *goals(result),
            "",
            "<details><summary>Every size and rate, a tick</summary>",
            "",
            *tick_table(result["ticks"]),
            "",
            "</details>",
        ]
    )


def main() -> None:
    """Measure, then write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few sizes, short runs, nothing written to README.md"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    arguments = parser.parse_args()
    is_quick = arguments.quick
    result = {
        "repeats": 1 if is_quick else arguments.repeats,
        "ticks": tick_figures(1, (100, 600), 5) if is_quick else tick_figures(arguments.repeats, ROWS, 0),
        "start": start_figures(1 if is_quick else 5),
        "idle": idle_figures(2 if is_quick else 60),
        "instructions": {} if is_quick else instruction_figures(),
        "slow": slow_figures(10 if is_quick else 200),
        "beside": neighbour_figures(5 if is_quick else 30),
    }
    text = markdown(result)
    sys.stdout.write(text + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1, ensure_ascii=False))
    if not is_quick:
        write_part("bench", text)


if __name__ == "__main__":
    main()
