"""The help: everything in it, and finding something in it."""

import pytest
from textual import events
from textual.pilot import Pilot

from tests.view.hand import MANY, HandSource, app_of, is_whole, pane
from tui.app import PositionsApp
from tui.book.health import Word
from tui.view.keymap import Keys
from tui.view.screens.help_screen import HelpScreen, all_entries


async def help_of(pilot: Pilot[None]) -> PositionsApp:
    """The app with the help open."""
    app = pilot.app
    assert isinstance(app, PositionsApp)
    await pilot.pause()
    await pilot.press("question_mark")
    await pilot.pause()
    return app


def heads(app: PositionsApp) -> list[str]:
    """The lines of the help, without the bars around it."""
    assert isinstance(app.screen, HelpScreen)
    return ["".join(text for text, _ in line).strip() for line in app.screen._sheet.lines]


@pytest.mark.parametrize("word", [*Word, "ROE", "Liq. dist", "Margin ratio", "uniMMR"])
def test_word_or_figure_is_explained(word: str) -> None:
    """Each of the words of health and the figures with their formulas has an entry."""
    assert word in {entry.head for entry in all_entries(Keys())}


@pytest.mark.parametrize("begin", [("slash",), ()])
async def test_search_by_key_and_text(begin: tuple[str, ...]) -> None:
    """`/`, or a letter by itself, searches keys and texts; only what matches stays, below its group."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 30)) as pilot:
        app = await help_of(pilot)
        await pilot.press(*begin, *"funding", "space", *"fills")
        await pilot.pause()
        found = heads(app)
        await pilot.press("enter", "escape", "slash", *"pgup")
        await pilot.pause()

        assert found == ["Screen", "e" + found[1][1:]]
        assert "What happened" in found[1]
        assert heads(app)[1].split() == ["PgUp", "Page", "up"]


async def test_escape_clears_then_closes() -> None:
    """Esc takes the search away first, while typing and after Enter; the next one goes back."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 30)) as pilot:
        app = await help_of(pilot)
        whole = heads(app)
        for presses in (("slash", *"roe"), ("slash", *"roe", "enter")):
            await pilot.press(*presses)
            await pilot.pause()
            assert len(heads(app)) < len(whole)
            await pilot.press("escape")
            await pilot.pause()
            assert heads(app) == whole
        await pilot.press("escape")
        await pilot.pause()

        assert app.screen is app.positions


async def test_nothing_found_is_said() -> None:
    """A search without a match says so, and how to clear it."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 30)) as pilot:
        app = await help_of(pilot)
        await pilot.press("slash", *"xyzzy")
        await pilot.pause()

        assert heads(app)[1] == "Nothing matches “xyzzy”. Esc clears the search."


async def test_letters_typed_at_once_are_searched() -> None:
    """A word pasted with its `/` loses no letter and triggers nothing else."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 30)) as pilot:
        app = await help_of(pilot)
        for name, character in (("slash", "/"), *((letter, letter) for letter in "quit")):
            app.post_message(events.Key(name, character))
        await pilot.pause()
        await pilot.pause()

        assert isinstance(app.screen, HelpScreen)
        assert app.screen._search.value == "quit"


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (60, 15), (40, 8)])
async def test_search_fits_every_size(size: tuple[int, int]) -> None:
    """While one searches every line is as wide as the pane, and the word is there."""
    async with app_of(HandSource(*MANY)).run_test(size=size) as pilot:
        app = await help_of(pilot)
        await pilot.press("slash", *"margin")
        await pilot.pause()
        lines = pane(app)

        assert "LIVE" in lines[0]
        assert all(is_whole(line, size[0]) for line in lines)
