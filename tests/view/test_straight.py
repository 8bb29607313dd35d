"""Lines that Textual does not touch look as they would if it did."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tests.view.hand import MANY, HandSource, app_of
from tests.view.test_positions_screen import ready
from tui.view.terminal.compositor import uncovered
from tui.view.terminal.straight import Pattern, StraightStrip, StraightWidget

Cell = tuple[str, Style]


def cells(strips: Iterable[Strip]) -> list[list[Cell]]:
    """Every character with its style; what a style says of the meaning of a character is not seen."""
    return [[(character, seen(style)) for text, style, _ in strip for character in text] for strip in strips]


def seen(style: Style | None) -> Style:
    """What is seen of a style."""
    return (
        Style.null()
        if style is None
        else Style(**attributes(style), color=style.color, bgcolor=style.bgcolor)
    )


def attributes(style: Style) -> dict[str, Any]:
    """The attributes that a terminal shows."""
    return {
        name: getattr(style, name) or None
        for name in ("bold", "dim", "italic", "underline", "reverse", "strike")
    }


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord", "ansi-dark"])
@pytest.mark.parametrize("options", [{}, {"ascii": True}, {"red_up": True, "colors": "blind"}], ids=str)
async def test_lines_look_as_textual_would_draw_them(theme: str, options: dict[str, object]) -> None:
    """Text and style of every cell are those that come out of Textual's own layers."""
    async with app_of(HandSource(*MANY), theme=theme, **options).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        found = [widget for widget in app.screen.query(StraightWidget) if widget.display and widget.region]
        for widget in found:
            crop = widget.region.reset_offset
            ours = cells(widget.render_lines(crop))

            assert ours == cells(Widget.render_lines(widget, crop))
        assert len(found) > 5


texts = st.text(st.sampled_from("ab 1−.●币行\u0301"), min_size=1, max_size=6)
runs = st.lists(st.tuples(texts, st.sampled_from(["red", "green", "default"])), min_size=1, max_size=6)


@given(runs, st.integers(0, 20), st.integers(0, 20))
def test_strip_of_text_and_pattern_is_a_strip(parts: list[tuple[str, str]], start: int, length: int) -> None:
    """Whatever is asked of it, and in whatever order, it says what a strip of the same segments says."""
    segments = [Segment(text, Style(color=color)) for text, color in parts]
    line, pattern = (
        "".join(text for text, _ in parts),
        [(len(one.text), one.style or Style()) for one in segments],
    )
    cells_in_all = cell_len(line)
    start, end = min(start, cells_in_all), min(start + length, cells_in_all)
    asked: list[Callable[[Strip], object]] = [
        lambda strip: strip.crop(start, end).text,
        lambda strip: cells([strip.crop(start, end)]),
        lambda strip: strip.crop(start, end).cell_length,
        lambda strip: [part.text for part in strip.divide([cells_in_all // 2, cells_in_all])],
        lambda strip: cells([strip]),
        lambda strip: (strip.text, strip.cell_length, bool(strip)),
    ]
    for ask in asked:
        ours = StraightStrip(line, Pattern(pattern), cells_in_all)
        assert ask(ours) == ask(Strip(segments, cells_in_all))
        assert ours.line == line


def test_what_lies_over_a_widget_is_cut_off_or_spoils_it() -> None:
    """A bar at the right edge leaves what is left of it; anything else leaves nothing that is known to be free."""
    table = Region(2, 5, 40, 10)

    assert uncovered(table, []) == table
    assert uncovered(table, [Region(0, 0, 80, 5), Region(42, 5, 1, 10)]) == table
    assert uncovered(table, [Region(41, 5, 1, 10)]) == Region(2, 5, 39, 10)
    assert uncovered(table, [Region(41, 0, 9, 20), Region(30, 5, 11, 10)]) == Region(2, 5, 28, 10)
    for other in (Region(10, 6, 4, 2), Region(2, 5, 1, 10), Region(41, 5, 1, 9), Region(0, 0, 80, 24)):
        assert uncovered(table, [other]) is None


async def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that changes styles is asked."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_of(HandSource(*MANY)).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        crop = table.region.reset_offset

        assert cells(table.render_lines(crop)) == cells(Widget.render_lines(table, crop))
        assert all(
            style.color is None or style.color.triplet is None or len(set(style.color.triplet)) == 1
            for line in cells(table.render_lines(crop))
            for _, style in line
        )
