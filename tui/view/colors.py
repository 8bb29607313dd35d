"""Colours: which theme suits the terminal, and what gain and loss look like in it.

Colour never speaks alone: gains and losses carry their sign, sides their word, a sorted head its arrow.
"""

from collections.abc import Mapping
from typing import Literal

from textual.theme import Theme

Colors = Literal["theme", "blind"]

BLIND = {
    (True, False): ("#6cb6ff", "#ffa657"),
    (False, False): ("#0550ae", "#bc4c00"),
    (True, True): ("ansi_bright_cyan", "ansi_bright_yellow"),
    (False, True): ("ansi_blue", "ansi_red"),
}
"""Gain and loss by (dark, of 16 colours): blue and orange, or what comes nearest; told apart by every kind of eye."""


OF_16 = {"textual-dark": "ansi-dark", "textual-light": "ansi-light"}
"""Where a terminal has 16 colours its own serve better than the nearest ones to millions."""
WITHOUT = {ansi: theme for theme, ansi in OF_16.items()}
"""Under NO_COLOR Textual 8.2.8 draws ansi themes black on black."""


def suited_theme(name: str, *, has_16: bool, has_none: bool) -> str:
    """The theme to take in the place of the one that was asked for."""
    if has_none:
        return WITHOUT.get(name, name)
    return OF_16.get(name, name) if has_16 else name


def style_variables(
    theme: Theme, variables: Mapping[str, str], colors: Colors, is_red_up: bool
) -> dict[str, str]:
    """The variables of the style sheet that themes do not have.

    Args:
        theme: the theme that holds.
        variables: the theme's own.
        colors: whose colours to take.
        is_red_up: whether gains take the colour of losses, as in East Asia.
    """
    gain, loss = variables["text-success"], variables["text-error"]
    if colors == "blind":
        gain, loss = BLIND[theme.dark, theme.ansi]
    live = gain
    if is_red_up:
        gain, loss = loss, gain
    look = {"gain": gain, "loss": loss, "live": live}
    if theme.ansi:  # no ground suits both green and red, and Textual's own notice is yellow on yellow
        return look | {"row-ground": "ansi_default", "row-style": "bold reverse", "notice": "ansi_black"}
    return look | {
        "row-ground": f"{variables['primary']} 30%",
        "row-style": "bold",
        "notice": variables["text-warning"],
    }
