"""Makes one moving picture of many: an SVG that plays by CSS alone, as README pages show it."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

LINE_CLIP = re.compile(r' clip-path="url\(#[^"]*-line-\d+\)"')
LINE_CLIPS = re.compile(r'\s*<clipPath id="[^"]*-line-\d+">.*?</clipPath>', re.S)
GROUND = re.compile(
    r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" shape-rendering="crispEdges"/>'
)
UNIQUE = re.compile(r"terminal-\d+-")
STYLE = re.compile(r"\.(r\d+) \{ ([^}]*) \}")
PANE = re.compile(r'(?:<rect [^>]*crispEdges[^>]*/>\s*)*<g class="matrix">.*?</g>', re.S)
SHAPE = re.compile(r"<rect [^>]*/>|<text [^>]*>.*?</text>", re.S)
PLACE = re.compile(r' y="([^"]*)"')
CLASS = re.compile(r'class="(r\d+)"')


class Frame(NamedTuple):
    """One picture and how long it is seen."""

    svg: str
    """A whole picture, made compact."""
    seconds: float


def compact(svg: str) -> str:
    """The same picture without what a browser does not need."""
    svg = UNIQUE.sub("", LINE_CLIPS.sub("", LINE_CLIP.sub("", svg)))
    grounds = list(GROUND.finditer(svg))
    if grounds:
        svg = svg[: grounds[0].start()] + _joined(grounds) + svg[grounds[-1].end() :]
    # Some renderers drop leading spaces, which is where numbers are aligned.
    return svg.replace("<text ", '<text xml:space="preserve" ')


def _joined(grounds: Iterable[re.Match[str]]) -> str:
    """The same grounds, with those of one colour beside each other as one."""
    parts = []
    for (fill, y, height), beside in groupby(grounds, key=lambda ground: ground.group(1, 3, 5)):
        run = list(beside)
        x, end = float(run[0][2]), float(run[-1][2]) + float(run[-1][4])
        parts.append(
            f'<rect fill="{fill}" x="{x:g}" y="{y}" width="{end - x:.5g}" height="{height}" shape-rendering="crispEdges"/>'
        )
    return "".join(parts)


def moving(frames: Sequence[Frame]) -> str:
    """One picture that shows the frames in turn, for ever; a line that stands in several of them is in it once."""
    styles: dict[str, str] = {}
    lines: dict[tuple[bool, float, str], list[int]] = {}
    for number, frame in enumerate(frames):
        own = dict(STYLE.findall(frame.svg))
        for is_text, place, shapes in _lines(frame.svg):
            text = CLASS.sub(lambda found: f'class="{_shared(styles, own[found[1]])}"', shapes)  # noqa: B023
            lines.setdefault((is_text, place, text), []).append(number)
    times = [sum(frame.seconds for frame in frames[:number]) for number in range(len(frames) + 1)]
    shows: dict[tuple[int, ...], str] = {}
    parts = []
    for (_, _, text), numbers in sorted(lines.items(), key=lambda item: item[0][:2]):
        seen = tuple(numbers)
        name = "" if len(seen) == len(frames) else shows.setdefault(seen, f"f{len(shows)}")
        parts.append(f'<g class="{name}">{text}</g>' if name else text)
    rules = [f".{name} {{ {style} }}" for style, name in styles.items()]
    rules += [_keyframes(name, seen, times) for seen, name in shows.items()]
    whole = STYLE.sub("", frames[0].svg)
    whole = whole.replace("</style>", "\n".join((*rules, "</style>")), 1)
    return PANE.sub(lambda _: f'<g class="matrix">{"".join(parts)}</g>', whole, count=1)


def _shared(styles: dict[str, str], style: str) -> str:
    return styles.setdefault(style, f"s{len(styles)}")


def _lines(svg: str) -> Iterable[tuple[bool, float, str]]:
    """The grounds and the texts of each line: whether it is text, its place, and its shapes."""
    found = PANE.search(svg)
    groups: dict[tuple[bool, float], list[str]] = {}
    for shape in SHAPE.findall(found[0] if found else ""):
        place = PLACE.search(shape)
        groups.setdefault((shape.startswith("<text"), float(place[1]) if place else 0.0), []).append(shape)
    return [(is_text, place, "".join(shapes)) for (is_text, place), shapes in groups.items()]


def _keyframes(name: str, seen: Sequence[int], times: Sequence[float]) -> str:
    """Visible in these frames, hidden in all others."""
    steps = []
    for number in range(len(times) - 1):
        if number == 0 or (number in seen) != (number - 1 in seen):
            state = "visible" if number in seen else "hidden"
            steps.append(f"{100 * times[number] / times[-1]:.2f}%{{visibility:{state}}}")
    return (
        f"@keyframes {name}{{{''.join(steps)}}} .{name}{{animation:{name} {times[-1]:g}s step-end infinite}}"
    )
