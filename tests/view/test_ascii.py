"""Signs in ASCII: every one that the screen draws, as wide as before."""

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.view.hand import MANY, app_of, pane, three_books
from tui.view.bars import bar, gauge, lights
from tui.view.terminal.ascii import OURS, ascii_text, lacks_glyphs

VIEW = Path(__file__).parents[2] / "tui" / "view"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("−12,000.50", "-12,000.50"),
        ("≈+42.08  — 20×", "~+42.08  - 20x"),
        ("● LIVE  ▲ STALE  ✕ LOST", "* LIVE  ^ STALE  x LOST"),
        ("币安人生USDT", "币安人生USDT"),
        ("⚡🔎", "????"),
        (gauge(None, 3), "|...|"),
        (bar(0.6, 4), "##: "),
        (lights(2), "##.."),
    ],
)
def test_signs_become_ascii(text: str, shown: str) -> None:
    """Signs are translated cell for cell, words in other scripts stay."""
    assert ascii_text(text) == shown
    assert cell_len(ascii_text(text)) == cell_len(text)


def test_every_sign_in_the_source_has_its_own() -> None:
    """No sign that the screen's source names becomes a question mark."""
    sources = [path.read_text() for path in VIEW.glob("*.py") if path.name not in ("glyphs.py", "ascii.py")]
    signs = {sign for text in sources for sign in re.findall(r"[^\x00-\x7f\w]", text)}

    assert {sign for sign in signs if "?" in ascii_text(sign)} == set()
    assert all(cell_len(chr(sign)) == len(shown) for sign, shown in OURS.items() if isinstance(shown, str))


@pytest.mark.parametrize("press", ["", "question_mark", "enter", "e", "s", "ctrl+p"])
async def test_screens_are_ascii_but_for_names(press: str) -> None:
    """On every screen nothing but letters of other scripts is outside ASCII, and no line changes its width."""
    source = three_books()
    async with app_of(source, ascii=True).run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        if press:
            await pilot.press(press)
            await pilot.pause()
        app = pilot.app
        app.paint()  # type: ignore[attr-defined]
        await pilot.pause()
        lines = pane(app)  # type: ignore[arg-type]

    assert {sign for line in lines for sign in line if not sign.isascii()} <= set(MANY[1].key.symbol)
    assert {cell_len(line) for line in lines} == {160}


@pytest.mark.parametrize(
    ("terminal", "encoding", "lacks"),
    [
        ("linux", "utf-8", True),
        ("vt100", "utf-8", True),
        ("xterm", "ISO-8859-1", True),
        ("xterm", "UTF-8", False),
        ("tmux-256color", "utf8", False),
    ],
)
def test_terminals_without_glyphs_are_known(terminal: str, encoding: str, lacks: bool) -> None:
    """The console of Linux, old terminals and locales that are not UTF-8 get ASCII unasked."""
    assert lacks_glyphs(terminal, encoding) is lacks
