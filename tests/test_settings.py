"""The settings file: typed, forgiving when absent, exact about what is wrong."""

import os
import pickle
from pathlib import Path

import pytest

from tui.errors import SettingsError
from tui.settings import (
    TEMPLATE,
    ScreenSettings,
    Settings,
    as_toml,
    decode,
    load,
    settings_path,
    write_template,
)

WHOLE = b"""
profile = "hedge"
recv_window_ms = 2000
poll_seconds = 3

[screen]
sort = "-roe"
[screen.presets]
SOL = "sol"

[profiles.hedge]
api_key = "KEYKEYKEY"
secret_command = ["pass", "show", "binance"]
testnet = true
[profiles."two words"]
account = "second"
"""


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    """Without a file everything has a default."""
    settings = load(tmp_path / "config.toml")
    assert settings == Settings()
    assert (settings.recv_window_ms, settings.poll_seconds) == (5000, 5.0)


def test_every_table_is_read() -> None:
    """Top level, screen and profiles arrive in typed structs."""
    settings = decode(WHOLE)
    assert settings.poll_seconds == 3.0
    assert settings.screen == ScreenSettings(sort="-roe", presets={"SOL": "sol"})
    assert settings.profiles["hedge"].secret_command == ("pass", "show", "binance")
    assert settings.profiles["two words"].account == "second"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recv_window_ms = 0", r"recv_window_ms: expected `int` >= 1"),
        ("recv_window_ms = 60001", r"recv_window_ms: expected `int` <= 60000"),
        ("poll_seconds = 0.5", r"poll_seconds: expected `float` >= 1"),
        ("recv_window = 1", r"recv_window: unknown; did you mean recv_window_ms\?"),
        ("xyzzy = 1", r"xyzzy: unknown; known are profile, "),
        ("[screen]\nsrot = 'x'", r"screen.srot: unknown; did you mean sort\?"),
        ("[screen]\ntheme = 1", r"screen.theme: expected `str`, got `int`"),
        ("[profiles.a]\ntestnet = 'yes'", r"profiles.a.testnet: expected `bool`, got `str`"),
        ("[profiles.a]\nsecret_command = 'pass'", r"profiles.a.secret_command: expected `array"),
        ("[profiles.a]\nsecret_command = []", r"profiles.a.secret_command: expected `array` of length >= 1"),
        ("[profiles.a]\nsecret_fil = 'x'", r"profiles.a.secret_fil: unknown; did you mean secret_file\?"),
        ("[profiles.a]\napi_secret = 'hush'", r"profiles.a.api_secret: a secret does not belong here"),
        ("profiles = 1", r"profiles: must be tables"),
        ("[profiles]\na = 1", r"profiles.a: must be a table"),
        ("screen = 1", r"screen: must be a table"),
        ("profile = 'b'", r"profile: there is no table \[profiles.b\]"),
        ("profile = hush", r"is not TOML: .*line 1"),
    ],
)
def test_a_wrong_setting_is_named(text: str, message: str) -> None:
    """An error names the file and the key, suggests the nearest one, and never shows a value."""
    with pytest.raises(SettingsError, match=rf"^here\.toml: {message}") as refusal:
        decode(text.encode(), "here.toml")
    assert "hush" not in str(refusal.value)


def test_text_that_is_not_utf8_is_refused() -> None:
    """Bytes that are no text are an error of the file."""
    with pytest.raises(SettingsError, match="not UTF-8"):
        decode(b"\xff\xfe")


@pytest.mark.parametrize(
    ("mode", "is_accepted"), [(0o600, True), (0o400, True), (0o640, False), (0o644, False)]
)
def test_a_file_with_an_api_key_is_for_its_owner(tmp_path: Path, mode: int, is_accepted: bool) -> None:
    """A settings file that holds an API key may be read by its owner only."""
    path = tmp_path / "config.toml"
    path.write_bytes(WHOLE)
    path.chmod(mode)
    if is_accepted:
        assert load(path).profile == "hedge"
    else:
        with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
            load(path)


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    """Nobody else may say where the key goes, even in a file without a key."""
    path = tmp_path / "config.toml"
    path.write_text("poll_seconds = 2\n")
    path.chmod(0o644)
    assert load(path).poll_seconds == 2.0
    path.chmod(0o664)
    with pytest.raises(SettingsError, match="others can write"):
        load(path)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    """What is not a file is an error, not an empty file."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_an_api_key_shows_nowhere() -> None:
    """Neither repr nor the printed settings hold an API key."""
    settings = decode(WHOLE)
    assert "KEYKEYKEY" not in repr(settings)
    assert "KEYKEYKEY" not in str(list(settings.profiles["hedge"].__rich_repr__()))
    assert "KEYKEYKEY" not in as_toml(settings)
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_printed_settings_read_back_the_same() -> None:
    """What `as_toml` writes is TOML and means the same, but for the mask."""
    settings = decode(WHOLE)
    again = decode(as_toml(settings).encode())
    assert again.profiles["hedge"].api_key == "••••"
    assert as_toml(again) == as_toml(settings)


def test_the_template_is_valid_and_changes_nothing() -> None:
    """The file that `config init` writes means the defaults, also with its lines switched on."""
    assert decode(TEMPLATE.encode()) == Settings()
    lines = [line.removeprefix("# ") for line in TEMPLATE.splitlines() if " = " in line or "[" in line]
    wanted = [line for line in lines if not line.startswith(("endpoint", "testnet"))]
    settings = decode("\n".join(wanted).encode())
    assert settings.screen == ScreenSettings()
    assert settings.profiles["main"].secret_file == "~/.config/perptop/secret"


def test_the_template_is_written_once_for_its_owner(tmp_path: Path) -> None:
    """A new file has mode 600 whatever the umask; an existing one is left alone."""
    path = tmp_path / "a" / "b" / "config.toml"
    before = os.umask(0)
    try:
        write_template(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    path.write_text("# mine\n")
    with pytest.raises(SettingsError, match="exists already"):
        write_template(path)
    assert path.read_text() == "# mine\n"


def test_the_file_is_in_the_platforms_config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux XDG_CONFIG_HOME says where settings are."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "perptop" / "config.toml"


@pytest.mark.parametrize("value", ["0", "0.5", "inf", "nan", "1000000"])
def test_a_rate_that_no_screen_can_paint_is_refused(value: str) -> None:
    """Frames a second are from 1 to 30: slower would stand still under LIVE, faster would only burn a core."""
    with pytest.raises(SettingsError, match=r"screen\.frames_per_second"):
        decode(f"[screen]\nframes_per_second = {value}".encode())
