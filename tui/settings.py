"""Settings: typed, frozen, with the defaults that a newcomer needs; the settings file and its errors."""

import difflib
import os
import re
import shlex
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import platformdirs

from tui.errors import SettingsError

Presets = dict[str, str]
Table = TypeVar("Table", bound=msgspec.Struct)
RecvWindow = Annotated[int, msgspec.Meta(ge=1, le=60_000)]
PollSeconds = Annotated[float, msgspec.Meta(ge=1, le=3600)]
Frames = Annotated[float, msgspec.Meta(ge=1, le=30)]
Command = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
Books = Annotated[tuple[Literal["usdm", "coinm", "pm"], ...], msgspec.Meta(min_length=1)]
MASK = "••••"


class ScreenSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the screen looks; the table `[screen]` of the settings file."""

    presets: Presets = msgspec.field(default_factory=lambda: {"BTC": "btc", "ETH": "eth"})
    """Filters on the number keys after `All`: name to filter expression. Longs and Shorts follow them."""
    sort: str = "liquidation_distance"
    """The column to sort by, and perhaps behind a comma one for equal rows; a minus in front reverses it."""
    filter: str = ""
    """The filter at the start."""
    show_zero_rows: bool = False
    """Whether rows of open orders alone are shown."""
    columns: tuple[str, ...] = ()
    """The columns of the table in their order; none: all that find room. What is chosen with `c` goes before it."""
    theme: str = "textual-dark"
    colors: Literal["theme", "blind"] = "theme"
    """Of gains and losses: the theme's green and red, or blue and orange."""
    red_up: bool = False
    """Whether gains take the colour of losses, and the other way round."""
    ascii: bool | None = None
    """Whether signs are drawn in ASCII; None: where the terminal lacks their glyphs."""
    mouse: bool = True
    """Whether the mouse belongs to perptop; else to the terminal, which selects text with it."""
    inline: bool = False
    """Whether the screen stands below the prompt and stays there, in place of a screen of its own."""
    title: bool = False
    """Whether the window's title tells the word and how many positions there are."""
    frames_per_second: Frames = 5.0
    """How often the screen is painted at most."""
    flash: bool = False
    """Whether a figure that has just changed is reversed for a moment."""
    whole_lines: bool = False
    """Whether lines are written whole, in place of the characters that differ."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account and where its key is; a table `[profiles.NAME]` of the settings file."""

    account: str | None = None
    """What the screen calls the account; None: the name of the profile."""
    testnet: bool = False
    endpoint: str | None = None
    """One host that serves everything, in place of Binance's own."""
    allow_host: bool = False
    """Whether that host may be one that is not Binance's."""
    api_key: str | None = None
    private_key_file: str | None = None
    """An Ed25519 or RSA key, PEM (PKCS#8), readable by its owner only."""
    passphrase_command: Command | None = None
    """Prints the passphrase of that file; started without a shell."""
    secret_command: Command | None = None
    """Prints the secret of the API key; started without a shell."""
    secret_file: str | None = None
    """Holds the secret of the API key, readable by its owner only."""
    books: Books | None = None
    """Which of the account's books to watch; None: USD-M and COIN-M, or Portfolio Margin where the account is that."""
    recv_window_ms: RecvWindow | None = None
    """None: as at the top of the file."""
    poll_seconds: PollSeconds | None = None
    """None: as at the top of the file."""

    def __repr__(self) -> str:
        return f"Profile({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        shown = {name: getattr(self, name) for name in self.__struct_fields__}
        return list((shown | {"api_key": self.api_key and MASK}).items())


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole settings file."""

    profile: str | None = None
    """The profile to use when none is named; None: the only one, or the one called `main`."""
    recv_window_ms: RecvWindow = 5_000
    """How old a request may be when it reaches Binance."""
    poll_seconds: PollSeconds = 5.0
    """Time from one snapshot to the next while no stream delivers."""
    screen: ScreenSettings = ScreenSettings()
    keys: dict[str, str] = msgspec.field(default_factory=dict)
    """Other keys for actions: the action's name to keys, parted by commas. The screen checks them: it knows both."""
    profiles: dict[str, Profile] = msgspec.field(default_factory=dict)


def settings_path() -> Path:
    """Return where the settings file is, whether it exists or not."""
    return platformdirs.user_config_path("perptop", appauthor=False) / "config.toml"


def load(path: Path) -> Settings:
    """Read the settings file; the defaults when there is none.

    Raises:
        SettingsError: the file is broken or others may write (or, if it holds an API key, read) it.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            raw = file.read()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    _check_mode(path, status, 0o022, "others can write to it")
    settings = decode(raw, str(path))
    if any(profile.api_key for profile in settings.profiles.values()):
        _check_mode(path, status, 0o077, "it holds an API key and others can read it")
    return settings


def _check_mode(path: Path, status: os.stat_result, forbidden: int, reason: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(f"{path}: is not a regular file")
    if os.name == "posix" and status.st_mode & forbidden:
        raise SettingsError(f"{path}: {reason}; run: chmod 600 {shlex.quote(str(path))}")


def decode(raw: bytes, name: str = "config.toml") -> Settings:
    """Return the settings that a TOML text holds; errors name the file and the key, never a value."""
    try:
        tables = tomllib.loads(raw.decode())
    except UnicodeDecodeError:
        raise SettingsError(f"{name}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: is not TOML: {error}") from None
    profiles = tables.pop("profiles", {})
    if not isinstance(profiles, dict):
        raise SettingsError(f"{name}: profiles: must be tables [profiles.NAME]")
    # One table at a time: msgspec's path of an error does not tell the key inside a dict.
    decoded = {key: _convert(table, Profile, name, f"profiles.{key}.") for key, table in profiles.items()}
    screen = _convert(tables.pop("screen", {}), ScreenSettings, name, "screen.")
    keys = _keys(tables.pop("keys", {}), name)
    whole = _convert(tables, Settings, name, "")
    settings = msgspec.structs.replace(whole, screen=screen, keys=keys, profiles=decoded)
    if settings.profile is not None and settings.profile not in decoded:
        raise SettingsError(f"{name}: profile: there is no table [profiles.{settings.profile}]")
    return settings


def _keys(table: object, name: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise SettingsError(f"{name}: keys: must be a table")
    for action, keys in table.items():
        if not isinstance(keys, str) or not all(key.strip() for key in keys.split(",")):
            raise SettingsError(
                f'{name}: keys.{action}: expected keys parted by commas, as "F,f5"; a comma itself is "comma"'
            )
    return table


def _convert(table: object, wanted: type[Table], name: str, where: str) -> Table:
    if not isinstance(table, dict):
        raise SettingsError(f"{name}: {where.rstrip('.')}: must be a table")
    for key in table:
        if key not in wanted.__struct_fields__:
            raise SettingsError(f"{name}: {where}{key}: {_advice(key, wanted)}")
    try:
        return msgspec.convert(table, wanted)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        key = place.rstrip("`")
        raise SettingsError(f"{name}: {where}{key}: {problem[:1].lower()}{problem[1:]}") from None


def _advice(key: str, wanted: type[msgspec.Struct]) -> str:
    if re.search(r"secret|private_key|passphrase|password", key) and wanted is Profile:
        near = difflib.get_close_matches(key, ("secret_file", "secret_command", "private_key_file"), 1, 0.8)
        if not near:
            return "a secret does not belong here: use private_key_file, secret_command or secret_file"
    names = wanted.__struct_fields__
    near = difflib.get_close_matches(key, names, 1)
    return f"unknown; did you mean {near[0]}?" if near else f"unknown; known are {', '.join(names)}"


def as_toml(settings: Settings) -> str:
    """Write settings as TOML, with every API key masked."""
    builtins = msgspec.to_builtins(settings)
    profiles = builtins.pop("profiles")
    keys = builtins.pop("keys")
    screen = builtins.pop("screen")
    presets = screen.pop("presets")
    parts = [
        _lines(builtins),
        "[screen]",
        _lines(screen),
        "[screen.presets]",
        _lines(presets),
        "[keys]",
        _lines(keys),
    ]
    for name, profile in profiles.items():
        if profile["api_key"] is not None:
            profile["api_key"] = MASK
        parts += [f"[profiles.{_key(name)}]", _lines(profile)]
    return "\n".join(parts)


def _lines(table: dict[str, object]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    # JSON writes strings, numbers, booleans and flat lists as TOML reads them.
    return msgspec.json.encode(value).decode()


TEMPLATE = """\
# perptop settings. Every line is optional; a line that starts with # is off.

# profile = "main"          # the profile to use when --profile is not given
# recv_window_ms = 5000     # how old a request may be when it reaches Binance, 1 to 60000
# poll_seconds = 5          # from one snapshot to the next while no stream delivers, at least 1

[screen]
# sort = "liquidation_distance"    # a minus in front reverses it; a second one for equal rows: "book,-roe"
# filter = ""
# show_zero_rows = false           # rows of open orders alone
# columns = []                     # such as ["symbol", "unrealized_pnl", "roe"]; what is chosen with c goes before it
# theme = "textual-dark"           # also textual-light; ansi-dark and ansi-light: the terminal's own 16 colours
# colors = "theme"                 # or "blind": gains blue, losses orange
# red_up = false                   # gains red, losses green
# ascii: true or false            # whether signs are ASCII; by default only where the terminal lacks glyphs
# mouse = true                     # false leaves selecting to the terminal
# inline = false                   # below the prompt, in place of a screen of its own
# title = false                    # word and counts in the window's title
# frames_per_second = 5.0
# flash = false                    # reverse a figure for a moment when it changes
# whole_lines = false              # write lines whole, for a terminal on which something is left over

# Filters on the number keys after "All".
# [screen.presets]
# BTC = "btc"
# ETH = "eth"

# Other keys for actions, by the names that ? shows; several are parted by commas.
# [keys]
# freeze = "f"
# refresh = "r"

# One table per account. Make the key at Binance under API Management with "Enable Reading" alone.
# [profiles.main]
# api_key = "…"
# Then one of these three; no secret is ever written into this file:
# private_key_file = "~/.config/perptop/ed25519.pem"          # Ed25519 or RSA, PEM (PKCS#8), chmod 600
# passphrase_command = ["pass", "show", "binance/passphrase"] # when that file has one
# secret_command = ["pass", "show", "binance/read-only"]      # prints the secret of an HMAC key
# secret_file = "~/.config/perptop/secret"                    # holds it, chmod 600
# Further:
# account = "main"          # what the screen calls it
# books = ["usdm", "coinm"] # or "pm"; by default Binance is asked of which kind the account is
# testnet = true
# endpoint = "https://…"    # one host that serves everything; allow_host = true if it is not Binance's
"""


def write_template(path: Path) -> None:
    """Create the settings file, commented, for its owner only; never over an existing one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(f"{path}: exists already and stays as it is") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(TEMPLATE)
