"""What gains and losses look like, and that their sign says the same."""

import re
from decimal import Decimal

import pytest
from rich.segment import Segment
from textual.theme import BUILTIN_THEMES

from tests.view.hand import MANY, HandSource, app_of
from tui.view.colors import style_variables, suited_theme
from tui.view.columns import toned

THEMES = BUILTIN_THEMES


def look_of(theme: str, *, colors: str = "theme", is_red_up: bool = False) -> tuple[str, str]:
    """Gain and loss in a theme."""
    one = THEMES[theme]
    variables = style_variables(one, one.to_color_system().generate(), colors, is_red_up)  # type: ignore[arg-type]
    return variables["gain"], variables["loss"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colors", ["theme", "blind"])
def test_red_up_changes_gain_and_loss(theme: str, colors: str) -> None:
    """In every theme the two differ, and red-up takes one for the other."""
    gain, loss = look_of(theme, colors=colors)

    assert gain != loss
    assert look_of(theme, colors=colors, is_red_up=True) == (loss, gain)


@pytest.mark.parametrize("settings", [{}, {"colors": "blind"}, {"red_up": True}])
async def test_setting_reaches_the_screen(settings: dict[str, object]) -> None:
    """Signed figures in the rows are drawn in the colours that the settings ask for."""
    async with app_of(HandSource(*MANY), **settings).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app = pilot.app
        variables = app.get_css_variables()
        gain, loss = variables["gain"], variables["loss"]
        seen = {
            (segment.text.strip()[:1], str(segment.style.color.name))
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if is_pnl(segment) and segment.style is not None and segment.style.color is not None
        }

    gain, loss = gain.lower(), loss.lower()
    assert seen >= {("+", gain), ("−", loss)}
    assert not seen & {("+", loss), ("−", gain)}
    assert (gain == look_of("textual-dark")[0].lower()) is (not settings)


def is_pnl(segment: Segment) -> bool:
    """Whether it is a signed amount alone: the PNL of a row."""
    return bool(re.fullmatch(r" *[+−]\d[\d,]*\.\d\d *", segment.text))


@pytest.mark.parametrize(("text", "tone"), [("+0.1 %", "gain"), ("−0.1 %", "loss"), ("0.0 %", "plain")])
def test_color_never_speaks_alone(text: str, tone: str) -> None:
    """A figure that is rounded to nothing has no sign, and therefore no colour."""
    assert toned(text, Decimal("-0.0001" if tone == "loss" else "0.0001")).tone == tone


@pytest.mark.parametrize(
    ("name", "has_16", "has_none", "suited"),
    [
        ("textual-dark", False, False, "textual-dark"),
        ("textual-dark", True, False, "ansi-dark"),
        ("textual-light", True, False, "ansi-light"),
        ("nord", True, False, "nord"),
        ("ansi-light", False, True, "textual-light"),
        ("textual-dark", True, True, "textual-dark"),
    ],
)
def test_theme_suits_the_terminal(name: str, has_16: bool, has_none: bool, suited: str) -> None:
    """16 colours are the terminal's own; without colour there is no ansi theme."""
    assert suited_theme(name, has_16=has_16, has_none=has_none) == suited
