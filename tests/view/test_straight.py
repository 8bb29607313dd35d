"""Lines that Textual does not touch look as they would if it did."""

from collections.abc import Iterable
from typing import Any

import pytest
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tests.view.hand import MANY, HandSource, app_of
from tests.view.test_positions_screen import ready
from tui.view.straight import StraightWidget

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
