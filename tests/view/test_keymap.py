"""Other keys for actions: what the settings may say, and where it shows."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.view.hand import MANY, HandSource, pane
from tui.app import PositionsApp
from tui.cli import main
from tui.errors import SettingsError
from tui.view.keymap import ACTIONS, EVERYWHERE, TOGETHER, Keys, check_keys, is_key, key_name, keys_of
from tui.view.keys import DETAIL_KEYS, POSITIONS_KEYS, SHEET_KEYS, TABLE_KEYS, bindings_of


def app_with(source: HandSource, **keys: str) -> PositionsApp:
    """The app with other keys."""
    return PositionsApp(source, keys=keys)


async def shown(pilot: Pilot[None]) -> list[str]:
    """The pane once what was asked for is on it."""
    app = pilot.app
    assert isinstance(app, PositionsApp)
    await pilot.pause()
    app.paint()
    await pilot.pause()
    return pane(app)


def test_usual_keys_go_together() -> None:
    """Nothing is refused without a table; every key of the screen but digits, ^c and ^q has a name to change it by."""
    check_keys({}, "config.toml")
    nameless = {one.key for one in bindings_of(TABLE_KEYS, POSITIONS_KEYS, SHEET_KEYS, DETAIL_KEYS, EVERYWHERE)
                if one.id is None}  # fmt: skip

    assert nameless == {*"0123456789", "ctrl+c", "ctrl+q"}
    assert len(set(ACTIONS)) == len(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_takes_another_key(action: str) -> None:
    """Each name of an action can be given a free key, and keeps what it had when that is said again."""
    usual = next(one.key for one in bindings_of(*TOGETHER) if one.id == action)
    check_keys({action: "F9"}, "config.toml")
    check_keys({action: usual}, "config.toml")

    assert Keys({action: "f9"}).name(action) == "F9"


@pytest.mark.parametrize(
    ("rebound", "message"),
    [
        ({"freez": "F"}, r"keys\.freez: there is no such action; did you mean freeze\?"),
        ({"xyzzy": "F"}, r"keys\.xyzzy: there is no such action; known are "),
        ({"freeze": "r"}, r"keys\.freeze: the key r is taken by refresh; one key can do one thing only"),
        ({"freeze": "F,slash"}, r"keys\.freeze: the key / is taken by filter"),
        ({"freeze": "k"}, r"keys\.freeze: the key k is taken by up"),
        ({"freeze": "1"}, r"keys\.freeze: the key 1 is taken by preset\(1\)"),
        ({"freeze": "ctrl+c"}, r"keys\.freeze: the key \^c is taken by quit"),
        ({"freeze": "z", "refresh": "z"}, r"keys\.(freeze|refresh): the key z is taken by"),
        ({"close": "left"}, r"keys\.close: the key ← is taken by before"),
        ({"freeze": "contrl+x"}, r"keys\.freeze: there is no key 'contrl\+x'"),
        ({"freeze": "foo"}, r"keys\.freeze: there is no key 'foo'"),
    ],
)
def test_what_cannot_hold_is_refused(rebound: dict[str, str], message: str) -> None:
    """A sentence names the file and the key."""
    with pytest.raises(SettingsError, match=rf"^/home/me/config\.toml: {message}"):
        check_keys(rebound, "/home/me/config.toml")


def test_keys_may_change_places() -> None:
    """A key that its action gives up is free; what listens at another time takes none away."""
    check_keys({"freeze": "r", "refresh": "f"}, "config.toml")
    check_keys({"before": "p", "close": "f"}, "config.toml")


@pytest.mark.parametrize(
    ("text", "keys", "names"),
    [
        ("F, f5", ["F", "f5"], ["F", "F5"]),
        ("?", ["question_mark"], ["?"]),
        ("ctrl+r", ["ctrl+r"], ["^r"]),
        ("comma,pagedown", ["comma", "pagedown"], [",", "PgDn"]),
        ("alt+x", ["alt+x"], ["alt+x"]),
    ],
)
def test_keys_are_read_and_named(text: str, keys: list[str], names: list[str]) -> None:
    """A character or a name becomes Textual's key, and is shown as it stands on a keyboard."""
    assert all(is_key(key) for key in keys)
    assert (keys_of(text), [key_name(key) for key in keys]) == (keys, names)


async def test_new_key_works_and_the_old_one_rests() -> None:
    """The key of the settings does it, each of them; the usual one does nothing."""
    app = app_with(HandSource(*MANY), freeze="F,f5", up="i")
    async with app.run_test(size=(120, 30)) as pilot:
        frozen = []
        for key in ("f", "F", "f5"):
            await pilot.press(key)
            frozen.append(app.positions.listing.is_frozen)
        await pilot.press("down", "down", "i")

        assert frozen == [False, True, False]
        assert app.positions.table.place == 1


async def test_swapped_keys_swap() -> None:
    """Two actions that change keys do each other's key."""
    source = HandSource(*MANY)
    app = app_with(source, freeze="r", refresh="f")
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("f")
        asked, is_frozen = source.refreshed, app.positions.listing.is_frozen
        await pilot.press("r")

        assert (asked, is_frozen, app.positions.listing.is_frozen) == (1, False, True)


async def test_help_footer_and_palette_show_the_new_key() -> None:
    """The foot, the notes, the help and the command palette name the key that works."""
    app = app_with(HandSource(*MANY), freeze="F,f5", filter="ctrl+f", help="h", clear="space")
    async with app.run_test(size=(160, 130)) as pilot:
        lines = await shown(pilot)
        commands = {one.title: one.help for one in app.get_system_commands(app.screen)}
        await pilot.press("F")
        note = (await shown(pilot))[-1]
        await pilot.press("h")
        text = "\n".join(await shown(pilot))

        assert "F F5 freeze" in lines[-1]
        assert "^f filter" in lines[-1]
        assert "^f filter" in "\n".join(lines[:8])
        assert "F lets it go" in note
        assert "(F F5)" in str(commands["Freeze"])
        assert any(line.split()[:3] == ["F", "F5", "Hold"] for line in text.splitlines())
        assert any(line.split()[:2] == ["h", "List"] for line in text.splitlines())


async def test_sheets_listen_to_the_new_keys() -> None:
    """What closes a sheet, walks the rows and scrolls follows the settings as well."""
    app = app_with(HandSource(*MANY), close="x", next="n", details="o")
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot)
        await pilot.press("o")
        first = (await shown(pilot))[1]
        await pilot.press("n")
        second = (await shown(pilot))[1]
        await pilot.press("x")
        await pilot.pause()

        assert first != second
        assert app.screen is app.positions


async def test_ctrl_c_always_leaves() -> None:
    """Whatever key leaves by the settings, ^c does too."""
    app = app_with(HandSource(*MANY), quit="Q")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        is_still_there = app.is_running and not app._exit
        app.post_message(events.Key("ctrl+c", None))
        await pilot.pause()

    assert (is_still_there, app._exit) == (True, True)


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ('freeze = "F,f5"', 0, 'freeze = "F,f5"'),
        ('freez = "F"', 78, "config.toml: keys.freez: there is no such action"),
        ('freeze = "q"', 78, "config.toml: keys.freeze: the key q is taken by quit"),
        ("freeze = 1", 78, "config.toml: keys.freeze: expected keys parted by commas"),
        ('freeze = "f,"', 78, "config.toml: keys.freeze: expected keys parted by commas"),
    ],
)
def test_settings_file_is_shown_and_refused(
    table: str,
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`config show` prints the table, and like the screen refuses one that cannot hold with 78."""
    folder = tmp_path / "perptop"
    folder.mkdir()
    (folder / "config.toml").write_text(f"[keys]\n{table}\n")
    (folder / "config.toml").chmod(0o600)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    assert main(["config", "show"]) == code
    printed = capsys.readouterr()
    assert words in (printed.out if code == 0 else printed.err)
