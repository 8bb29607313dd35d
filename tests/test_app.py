"""The app: its worker, its tick, and what happens when it meets a bug of its own."""

import pytest
from textual import constants, events
from textual._callback import invoke
from textual.driver import Driver

from tests.view.hand import MANY, HandSource, app_of, key, pane, position
from tui.app import PositionsApp, report
from tui.book.health import Transport
from tui.errors import SettingsError, UsageError
from tui.settings import ScreenSettings
from tui.view.columns import COLUMNS
from tui.view.keys import HELP_KEYS, POSITIONS_KEYS, PROGRAM_KEYS, TABLE_KEYS, bindings_of
from tui.view.screens.palette import Palette
from tui.view.screens.positions_screen import PositionsScreen

SECRET = "canary-secret-0123456789abcdef"


def redact(text: str) -> str:
    """Take the canary out."""
    return text.replace(SECRET, "••••")


class Broken(HandSource):
    """A source with a bug."""

    async def run(self) -> None:
        """Fail with a secret in a local variable and in the message."""
        secret = SECRET
        raise RuntimeError(f"[bold]cannot sign with {secret}\x1b[2J")


async def test_worker_runs_and_changes_are_painted_at_once() -> None:
    """The app starts the source, and a change of state is on the screen without waiting for a tick."""
    source = HandSource(*MANY)
    async with app_of(source, frames_per_second=0.01).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        source.book.health.api.transport = Transport.DOWN
        assert source.on_change is not None
        source.on_change()
        await pilot.pause()
        app = pilot.app
        assert isinstance(app, PositionsApp)
        names = [worker.name for worker in app.workers]
        line = pane(app)[0]

    assert names == ["source"]
    assert "LOST" in line


async def test_tick_reads_the_changes_even_under_another_screen() -> None:
    """What changes while the help is open is there when it closes."""
    source = HandSource(position("A"))
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        await pilot.press("question_mark")
        source.hand.put(position("B"))
        app.paint()
        await pilot.press("escape")
        await pilot.pause()
        app.paint()
        order = app.positions.listing.order

    assert set(order) == {key("A"), key("B")}


async def test_bug_in_the_worker_ends_with_a_redacted_report(capfd: pytest.CaptureFixture[str]) -> None:
    """The process exits with 70; the report has no local variable, no secret, no markup and no escape sequence."""
    app = PositionsApp(Broken(*MANY), redact=redact)
    with pytest.raises(Exception, match="cannot sign"):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
    printed = capfd.readouterr().err

    assert app.return_code == 70
    assert "perptop met a bug of its own" in printed
    assert "[bold]cannot sign with ••••�[2J" in printed
    assert SECRET not in printed
    assert "secret = " not in printed.replace("secret = SECRET", "")


async def test_bug_in_the_view_ends_the_same_way(capfd: pytest.CaptureFixture[str]) -> None:
    """A failing paint is not hidden: one report, exit 70."""
    source = HandSource(*MANY)
    app = PositionsApp(source, redact=redact)
    source.hand.positions[key("BTCUSDT")] = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()

    assert app.return_code == 70
    assert capfd.readouterr().err.count("perptop met a bug") == 1


def test_report_is_short() -> None:
    """A report shows the last frames only."""

    def dive(depth: int) -> None:
        if depth == 0:
            raise ValueError("deep")
        dive(depth - 1)

    try:
        dive(60)
    except ValueError as error:
        text = report(error, str)

    assert len(text.splitlines()) < 45


def test_report_looks_into_groups() -> None:
    """What a group of tasks raised is told as the one error that it is."""
    text = report(ExceptionGroup("tasks", [ExceptionGroup("inner", [ValueError("the cause")])]), str)

    assert text.splitlines()[2:] == ["ValueError: the cause"]


def test_browser_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Textual's web driver every visitor would see the account: perptop does not start."""
    monkeypatch.setattr(constants, "DRIVER", "textual.drivers.web_driver:WebDriver")

    with pytest.raises(UsageError):
        PositionsApp(HandSource())


def test_textual_leaves_no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's log file, screenshot timer and console are off, whatever the environment says."""
    monkeypatch.setattr(constants, "LOG_FILE", "/tmp/never.log")
    monkeypatch.setattr(constants, "SCREENSHOT_DELAY", 5)
    monkeypatch.setenv("TEXTUAL", "devtools,debug")
    app = PositionsApp(HandSource())

    assert (constants.LOG_FILE, constants.SCREENSHOT_DELAY, app.devtools, app.features) == (
        None,
        -1,
        None,
        frozenset(),
    )


async def test_palette_has_every_action_and_no_screenshot() -> None:
    """The command palette offers actions, presets, sorts and themes, and no picture of the account."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]

    assert "Screenshot" not in titles
    assert {"Theme", "Filter", "Sort", "Refresh", "Quit", "Preset: Longs", "Sort by PNL"} <= set(titles)
    assert len(set(titles)) == len(titles)


async def test_palette_has_what_every_key_does() -> None:
    """Each action of the positions, and of the sheets over them, is in the palette by name and key."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        await pilot.pause()
        texts = [command.help for command in app.get_system_commands(app.screen)]
        for tables in (HELP_KEYS, PROGRAM_KEYS, POSITIONS_KEYS, TABLE_KEYS):
            for one in bindings_of(tables):
                assert one.id in (None, "palette") or any(text.startswith(one.tooltip) for text in texts)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {f"Sort by {column.label}" for column in COLUMNS} <= titles
        assert {"Book", "Events", "Sort to the left", "Next preset", "Last"} <= titles
        await pilot.press("enter")
        await pilot.pause()
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Before", "Next", "Refresh", "Back", "Help", "Quit", "Theme"} <= titles


async def test_commands_of_the_palette_do_it() -> None:
    """What the palette runs is what the key does, in the table and on the screen."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        await pilot.pause()
        for title in ("Last", "Refresh"):
            command = next(one for one in app.get_system_commands(app.screen) if one.title == title)
            await invoke(command.callback)
        await pilot.pause()

        assert app.positions.table.place == len(app.positions.listing.order) - 1
        assert source.refreshed == 1


@pytest.mark.parametrize("opener", ["ctrl+p", "theme"])
@pytest.mark.parametrize(
    "presses",
    [("pageup",), ("pagedown",), ("down", "down", "pageup"), ("up", "pagedown"), ("ctrl+end", "pageup")],
)
async def test_palette_is_paged_before_it_is_laid_out(presses: tuple[str, ...], opener: str) -> None:
    """Keys that arrive with the one that opens the palette find its list empty, and do no harm."""
    app = app_of(HandSource(*MANY))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        if opener == "theme":
            app.action_change_theme()
        for press in ((opener,) if opener != "theme" else ()) + presses:
            app.post_message(events.Key(press, None))
        for _ in range(10):
            await pilot.pause()

        assert isinstance(app.screen, Palette)
        assert app.return_code is None


@pytest.mark.parametrize(
    "presses",
    [
        ("question_mark", "escape"),
        ("question_mark", "slash", "a", "escape", "escape"),
        ("enter", "right", "escape"),
        ("enter", "enter"),
        ("e", "q"),
        ("s", "escape"),
        ("s", "p"),
        ("ctrl+p", "escape"),
        ("slash", "b", "enter"),
        ("slash", "b", "escape"),
        ("enter", "question_mark", "escape", "escape"),
        ("slash", "z", "z", "escape"),
    ],
    ids=" ".join,
)
async def test_table_has_the_focus_when_a_sheet_has_gone(presses: tuple[str, ...]) -> None:
    """After every sheet, menu, palette and filter the cursor keys move in the table at once."""
    app = app_of(HandSource(*MANY))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        for press in presses:
            await pilot.press(press)
            await pilot.pause()
        app.paint()

        assert app.screen is app.positions
        assert app.focused is app.positions.table


@pytest.mark.parametrize("press", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting(press: str) -> None:
    """q, ^c and ^q leave with 0."""
    app = app_of(HandSource(*MANY))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(press)
        await pilot.pause()

    assert (app.return_code, app._exit) == (0, True)


async def test_late_tick_does_nothing() -> None:
    """A tick that was due while the app closed is no bug."""
    app = app_of(HandSource(*MANY))
    async with app.run_test(size=(80, 24)):
        pass
    app.paint()

    assert app.screen_stack == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (ScreenSettings(theme="nonsense"), "theme: there is no"),
        (ScreenSettings(sort="-nonsense"), "sort: there is no"),
        (ScreenSettings(sort="roe,-nonsense"), "sort: there is no"),
        (ScreenSettings(sort="roe,,symbol"), "sort: there is no"),
        (ScreenSettings(columns=("symbol", "nonsense")), "columns: there is no column 'nonsense'"),
        (ScreenSettings(sort="roe,book,symbol"), "sort: names 3 columns"),
    ],
)
def test_names_that_there_are_not_are_refused(settings: ScreenSettings, message: str) -> None:
    """An unknown theme or column is told before the screen begins, with the names that there are."""
    with pytest.raises(SettingsError, match=message):
        PositionsApp(HandSource(), settings)


@pytest.mark.parametrize("theme", ["textual-light", "nord", "ansi-dark"])
async def test_theme_of_the_settings(theme: str) -> None:
    """The theme of the settings is taken."""
    app = app_of(HandSource(*MANY), theme=theme)
    async with app.run_test(size=(80, 24)):
        assert app.theme == theme


async def test_no_color_never_meets_an_ansi_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual draws its ansi themes black on black under NO_COLOR: they are not offered then."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_of(HandSource(*MANY), theme="ansi-dark")
    async with app.run_test(size=(80, 24)):
        assert app.theme == "textual-dark"
        assert isinstance(app.screen, PositionsScreen)
        assert issubclass(app.driver_class, Driver)
