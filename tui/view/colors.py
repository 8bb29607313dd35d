"""What gain and loss look like: the theme's green and red, blue and orange for the colour-blind, or the other way round.

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


def money_variables(
    theme: Theme, variables: Mapping[str, str], colors: Colors, is_red_up: bool
) -> dict[str, str]:
    """The variables of the style sheet that depend on how gains are to look.

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
    return {"gain": gain, "loss": loss, "live": live}
