"""What is copied and how a terminal is asked to keep it."""

import pytest

from tests.view.hand import MANY, HandSource, app_of, pane
from tui.app import PositionsApp
from tui.view.table.clipboard import MOST, Clip, keep, row_clip, table_clip


def test_terminal_is_asked_directly() -> None:
    """Without tmux it is one OSC 52."""
    assert keep("a\tb", is_tmux=False) == "\x1b]52;c;YQli\x07"


def test_tmux_is_asked_to_take_it_and_to_pass_it_on() -> None:
    """Inside tmux the same comes a second time, wrapped and with its escapes doubled."""
    plain = keep("x", is_tmux=False)

    assert keep("x", is_tmux=True) == f"{plain}\x1bPtmux;\x1b{plain}\x1b\\"


@pytest.mark.parametrize(("size", "is_too_large"), [(MOST // 4 * 3, False), (MOST // 4 * 3 + 1, True)])
def test_too_much_is_refused_in_words(size: int, is_too_large: bool) -> None:
    """What is more than terminals take is not sent, and the note says so."""
    clip = Clip("x" * size, "1 row of 1 fields")

    assert clip.is_too_large is is_too_large
    assert clip.told.startswith("Not copied: " if is_too_large else "Copied 1 row of 1 fields, ")


async def test_rows_are_copied_as_shown() -> None:
    """A row has the cells of its columns, the table a head and every row; hidden money stays hidden."""
    async with app_of(HandSource(*MANY)).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app = pilot.app
        assert isinstance(app, PositionsApp)
        table = app.positions.table
        row, whole = row_clip(table), table_clip(table)
        await pilot.press("p", "Y")
        hidden = app.clipboard
        foot = pane(app)[-1]
    assert row is not None
    assert whole is not None
    lines = whole.text.splitlines()

    assert row.text == lines[1]
    assert lines[0].split("\t")[:3] == ["Symbol", "Side", "Lev"]
    assert "币安人生USDT\tSHORT\t10x I\t-12,000\t" in whole.text
    assert len(lines) == len(table.order) + 1
    assert "币安人生USDT\tSHORT\t10x I\t***\t" in hidden
    assert "34.80" not in hidden
    assert "Copied 5 rows of " in foot


async def test_nothing_to_copy_is_told() -> None:
    """Without rows the clipboard stays as it is."""
    async with app_of(HandSource()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert "There is no row to copy." in pane(pilot.app)[-1]  # type: ignore[arg-type]
        assert pilot.app.clipboard == ""
