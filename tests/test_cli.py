"""The command line: what is watched, what is printed, which exit code, and that no secret shows."""

import json
import os
import pty
import re
import secrets
import select
import signal
import socket
import string
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs
import pytest

from tui import cli, credentials
from tui.cli.options import Connection, Look
from tui.cli.place import Place, plan, state_folder
from tui.credentials import Credential, Secret
from tui.errors import SettingsError, UsageError
from tui.protocol import endpoints
from tui.settings import Profile, ScreenSettings, Settings

PYTHON = (sys.executable, "-W", "error", "-m", "tui")
SECONDS = 30

ADA: dict[str, object] = {
    "symbol": "ADAUSDT",
    "position_side": "LONG",
    "position_amount": "30",
    "entry_price": "0.385",
    "break_even_price": "0.385077",
    "mark_price": "0.41047590",
    "unrealized_pnl": "0.76427700",
    "liquidation_price": "0",
    "isolated_margin": "0",
    "notional": "12.31427700",
    "margin_asset": "USDT",
    "isolated_wallet": "0",
    "initial_margin": "0.61571385",
    "maintenance_margin": "0.08004280",
    "position_initial_margin": "0.61571385",
    "open_order_initial_margin": "0",
    "adl_quantile": 2,
    "bid_notional": "0",
    "ask_notional": "0",
    "update_time_ms": 1720736417660,
}
"""The hedge example of the Chinese page of `v2/account.position`, in our words."""
COMP: dict[str, object] = {
    "symbol": "COMPUSDT",
    "position_side": "SHORT",
    "position_amount": "-1.000",
    "entry_price": "70.92841",
    "break_even_price": "70.900038636",
    "mark_price": "49.72023376",
    "unrealized_pnl": "21.20817624",
    "liquidation_price": "2260.56757210",
    "isolated_margin": "0",
    "notional": "-49.72023376",
    "margin_asset": "USDT",
    "isolated_wallet": "0",
    "initial_margin": "2.48601168",
    "maintenance_margin": "0.49720233",
    "position_initial_margin": "2.48601168",
    "open_order_initial_margin": "0",
    "adl_quantile": 2,
    "bid_notional": "0",
    "ask_notional": "0",
    "update_time_ms": 1708943511656,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home without keys; returns where the settings file belongs."""
    for name in (*credentials.VARIABLES, "PERPTOP_ENDPOINT", "TEXTUAL_DRIVER", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path / "perptop" / "config.toml"


@pytest.fixture
def in_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with a `main` that leaves the limits, logs and streams of this process alone."""
    monkeypatch.setattr(cli, "_prepare", lambda: None)
    return home


@pytest.fixture(scope="module")
def documented() -> Iterator[dict[str, dict[str, str]]]:
    """A simulated exchange that answers with the documented examples; gives what it introduces itself with."""
    command = (*PYTHON, "simulate", "--scenario", "docs", "--assets", "single")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0


def perptop(*arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run perptop as a program."""
    environment = {**os.environ, **(variables or {})}
    return subprocess.run(
        (*PYTHON, *arguments), env=environment, capture_output=True, text=True, timeout=SECONDS
    )


def settings_file(path: Path, text: str) -> None:
    """Write a settings file as its owner should."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


def variables_of(key: Mapping[str, str]) -> dict[str, str]:
    """The environment that hands over one of the exchange's keys."""
    names = {"api_key": "BINANCE_API_KEY", "api_secret": "BINANCE_API_SECRET"}
    names["private_key_file"] = "BINANCE_PRIVATE_KEY_FILE"
    return {names[name]: value for name, value in key.items()}


# Without a socket


@pytest.mark.parametrize("arguments", [["--help"], ["once", "--help"], ["--version"], ["config", "path"]])
def test_what_needs_no_screen_loads_no_textual(home: Path, arguments: list[str]) -> None:
    """Help, version and the settings commands work without Textual, sockets and cryptography."""
    heavy = ("textual", "rich", "websockets", "cryptography", "httpx2")
    code = (
        "import sys; from tui.cli import main; code = main(sys.argv[1:]);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        (sys.executable, "-c", code, *arguments), capture_output=True, text=True, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_without_a_key_three_lines_help(home: Path) -> None:
    """No key anywhere: the demo, how to make a key, where to put it; exit 78."""
    done = perptop("once")
    assert (done.returncode, done.stdout) == (78, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert "perptop --demo" in lines[0]
    assert "Enable Reading" in lines[1]
    assert str(home) in lines[2]


def test_the_screen_needs_a_terminal(home: Path) -> None:
    """In a pipe the screen is refused, and `once` is brought to mind."""
    done = perptop("--demo")
    assert done.returncode == 64
    assert "perptop once" in done.stderr


def test_a_web_driver_is_refused(home: Path) -> None:
    """Textual's web driver would show the account to every visitor."""
    done = perptop("--demo", variables={"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"})
    assert done.returncode == 64
    assert "ssh" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["A1b2" * 16],
        ["--endpoint=" + "A1b2" * 16],
        ["once", "--api-secret", "hush-hush"],
        ["--api-key=hush-hush"],
        ["--secret", "hush-hush"],
        ["--private-key", "hush-hush"],
        ["-----BEGIN PRIVATE KEY-----hush-hush"],
    ],
)
def test_secrets_are_refused_as_arguments(
    in_process: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What looks like a key among the arguments is refused without being shown."""
    assert cli.main(arguments) == 64
    output = capsys.readouterr()
    assert "other users can see arguments" in output.err
    assert "A1b2" not in output.err
    assert "hush" not in output.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--no-such-option"], "No such option"),
        (["once", "--format", "xml"], "'xml' is not one of"),
        (["once", "--recv-window-ms", "60001"], "60001 is not in the range"),
        (["once", "--poll", "0.5"], "0.5 is not in the range"),
        (["once", "--timeout", "0"], "range"),
        (["once", "--fields", "mark_prize", "--demo"], "did you mean mark_price"),
        (["once", "--demo", "--symbol", "../x"], "--symbol"),
        (["once", "--demo", "--testnet"], "--demo and --testnet exclude each other"),
        (["--demo", "once", "--endpoint", "http://127.0.0.1:1"], "--demo and --endpoint exclude"),
        (["once", "--demo", "--profile", "a"], "--demo and --profile exclude"),
        (["--sort", "roe", "once"], "--sort belongs to the screen"),
        (["--fps", "10", "once"], "--fps belongs to the screen"),
        (["--flash", "once"], "--flash belongs to the screen"),
        (["--fps", "31"], "31 is not in the range"),
        (["--fps", "nan"], "'nan' is not a valid integer"),
        (["simulate", "--scenario", "nope"], "nope"),
        (["simulate", "--fault", "reset"], "NAME@SECONDS"),
        (["nope"], "No such command"),
    ],
)
def test_bad_usage_is_explained(
    in_process: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that do not exist or do not fit end with exit 64 and one line on stderr."""
    assert cli.main(arguments) == 64
    output = capsys.readouterr()
    assert output.out == ""
    assert message in output.err
    assert output.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("= broken", [], "config.toml: is not TOML"),
        ("[profiles.a]\nkey = 'x'", [], "profiles.a.key: unknown"),
        ("", ["--endpoint", "http://192.0.2.1"], "--endpoint: plain http"),
        ("", ["--endpoint", "https://example.org"], "--endpoint: example.org is not a host of Binance's"),
        ("", ["--profile", "\x1b[31m"], "--profile: there is no table [profiles.�[31m]"),
        ("", ["--profile", "mian"], "--profile: there is no table [profiles.mian]"),
        ("[profiles.main]", ["--profile", "mian"], "did you mean main?"),
        ("[profiles.main]\nendpoint = 'http://192.0.2.1'", [], "profiles.main.endpoint: plain http"),
        (
            "[profiles.main]\nendpoint = 'http://127.0.0.1'\ntestnet = true",
            [],
            "profiles.main: testnet and endpoint",
        ),
        (
            "[profiles.main]\napi_key = 'k'\nprivate_key_file = '/no/such'",
            [],
            "profiles.main.private_key_file: /no/such cannot be read",
        ),
    ],
)
def test_bad_configuration_is_named(
    in_process: Path, text: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unusable setting is refused before any socket opens: exit 78, with its name."""
    settings_file(in_process, text)
    assert cli.main(["once", *arguments]) == 78
    output = capsys.readouterr()
    assert output.out == ""
    assert message in output.err


def test_a_bad_endpoint_in_the_environment_is_named(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """PERPTOP_ENDPOINT is named when it is what is wrong."""
    monkeypatch.setenv("PERPTOP_ENDPOINT", "ftp://x")
    assert cli.main(["once"]) == 78
    assert "PERPTOP_ENDPOINT" in capsys.readouterr().err


def test_a_bug_of_ours_is_one_short_report(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug ends with exit 70: what, where and which versions, no local variables, no secrets."""
    secret = "canary-canary-canary"
    credentials.remember(secret)

    def broken(*_: object, **__: object) -> None:
        raise ExceptionGroup("several", [ZeroDivisionError(f"with {secret}")])

    monkeypatch.setattr(cli, "plan", broken)
    assert cli.main(["once", "--demo"]) == 70
    output = capsys.readouterr().err
    assert output.startswith("perptop: a bug of ours, sorry: ZeroDivisionError: with [redacted]\n")
    assert secret not in output
    assert "Traceback" not in output
    assert re.search(r"perptop \S+, Python 3\.", output)


def test_config_commands(in_process: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`path` says where, `init` writes once, `show` prints what holds."""
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{in_process}\n"
    assert cli.main(["config", "show"]) == 0
    assert "(absent: these are the defaults)" in capsys.readouterr().out
    assert cli.main(["config", "init"]) == 0
    assert in_process.stat().st_mode & 0o777 == 0o600
    assert cli.main(["config", "init"]) == 78
    assert "exists already" in capsys.readouterr().err


def test_config_show_masks(
    in_process: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An API key in the file and secrets in the environment are told of, not shown."""
    settings_file(in_process, "[profiles.main]\napi_key = 'hush-hush'\nsecret_file = '/x'")
    monkeypatch.setenv("BINANCE_API_SECRET", "hush-hush")
    assert cli.main(["config", "show"]) == 0
    output = capsys.readouterr().out
    assert "hush" not in output
    assert 'secret_file = "/x"' in output
    assert "# BINANCE_API_SECRET is set" in output


# What is watched


@pytest.fixture
def keyed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment."""
    monkeypatch.setenv("BINANCE_API_KEY", "environment-key")
    monkeypatch.setenv("BINANCE_API_SECRET", "environment-secret")


def stored_key(name: str) -> dict[str, object]:
    """The fields of a profile with a key of that name."""
    return {"api_key": name, "secret_command": (sys.executable, "-c", "print('stored-secret')")}


def key_and_host(stored: Settings, **wanted: object) -> tuple[str, str, str]:
    """Which key goes to which host under which name."""
    place = plan(Connection(**wanted), stored, streams=True).place  # type: ignore[arg-type]
    assert place is not None
    return place.credential.api_key.reveal(), place.endpoints.host, place.account


@pytest.mark.usefixtures("keyed")
def test_the_environment_alone_is_enough() -> None:
    """Without a settings file the environment's key watches mainnet, and is gone from the environment."""
    assert key_and_host(Settings()) == ("environment-key", "fapi.binance.com", "main")
    assert not set(credentials.VARIABLES) & set(os.environ)


@pytest.mark.usefixtures("keyed")
def test_a_stored_profile_wins_over_the_environment() -> None:
    """The only profile is used unasked; among several the chosen one, or `main`."""
    one = Profile(**stored_key("one"), testnet=True)  # type: ignore[arg-type]
    two = Profile(**stored_key("two"), account="second")  # type: ignore[arg-type]
    assert key_and_host(Settings(profiles={"a": one})) == ("one", "testnet.binancefuture.com", "a")
    both = {"a": one, "main": two}
    assert key_and_host(Settings(profiles=both)) == ("two", "fapi.binance.com", "second")
    assert key_and_host(Settings(profiles=both, profile="a"))[0] == "one"
    assert key_and_host(Settings(profiles=both), profile="a", account="mine")[::2] == ("one", "mine")


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("is_in_environment", [False, True])
def test_a_stored_key_goes_nowhere_else_unasked(
    is_in_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an endpoint of its own, a stored key is used only when its profile is named."""
    wanted: dict[str, object] = {}
    if is_in_environment:
        monkeypatch.setenv("PERPTOP_ENDPOINT", "http://127.0.0.1:9")
    else:
        wanted["endpoint"] = "http://127.0.0.1:9"
    stored = Settings(profiles={"main": Profile(**stored_key("stored"))})  # type: ignore[arg-type]
    assert key_and_host(stored, **wanted) == ("environment-key", "127.0.0.1:9", "main")
    assert key_and_host(stored, profile="main", **wanted) == ("stored", "127.0.0.1:9", "main")


@pytest.mark.usefixtures("keyed")
def test_the_testnet_needs_a_key_of_its_own() -> None:
    """`--testnet` does not take mainnet's stored key, and wins over PERPTOP_ENDPOINT."""
    stored = Settings(profiles={"main": Profile(**stored_key("stored"))})  # type: ignore[arg-type]
    place = plan(Connection(testnet=True), stored, streams=True).place
    assert place is not None
    assert place.endpoints is endpoints.TESTNET
    assert place.credential.api_key.reveal() == "environment-key"
    assert place.notice.startswith("TESTNET")


@pytest.mark.usefixtures("keyed")
def test_a_foreign_host_is_said_to_be_one() -> None:
    """What is not Binance gets a banner."""
    place = plan(Connection(endpoint="https://example.org", allow_host=True), Settings(), streams=True).place
    assert place is not None
    assert place.notice == "NOT BINANCE · example.org"


@pytest.mark.usefixtures("keyed")
def test_options_win_over_the_profile_and_that_over_the_file() -> None:
    """Each option has one value: the nearest to the person counts."""
    profile = Profile(recv_window_ms=2000, poll_seconds=2.0)
    stored = Settings(recv_window_ms=1000, poll_seconds=9.0, profiles={"main": profile})
    options = plan(Connection(recv_window_ms=3000, symbol="btcusdt"), stored, streams=True).options
    assert (options.recv_window_ms, options.poll_seconds) == (3000, 2.0)
    assert (options.symbol, options.streams) == ("BTCUSDT", True)
    assert plan(Connection(demo=True, no_streams=True), stored, streams=True).options.streams is False


@pytest.mark.usefixtures("home")
def test_no_key_for_the_named_profile() -> None:
    """A profile without a key, and no key in the environment: the three lines."""
    with pytest.raises(SettingsError, match="no API key was found"):
        plan(Connection(), Settings(profiles={"main": Profile()}), streams=True)


@pytest.mark.usefixtures("home")
def test_a_contradiction_is_found_before_a_key_is_read() -> None:
    """Options that exclude each other start no command."""
    stored = Settings(profiles={"main": Profile(api_key="k", secret_command=("/no/such",))})
    with pytest.raises(UsageError, match="exclude"):
        plan(Connection(testnet=True, endpoint="http://127.0.0.1"), stored, streams=True)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Connection(demo=True, margin_asset="BTC", pair="BTCUSD"), "--margin-asset and --pair exclude"),
        (Connection(demo=True, book="usdm", pair="BTCUSD"), "are COIN-M's"),
        (Connection(demo=True, book="coinm", symbol="BTCUSDT"), "--symbol is USD-M's"),
        (Connection(demo=True, book="spot"), "there is no book of that name"),
        (Connection(demo=True, pair="B&A"), "--pair: must be letters and digits"),
    ],
)
def test_books_that_do_not_fit_are_refused_before_anything_is_sent(wanted: Connection, words: str) -> None:
    """What Binance would refuse, or what belongs to another book, never leaves this machine."""
    with pytest.raises(UsageError, match=words):
        plan(wanted, Settings(), streams=False)


@pytest.mark.parametrize(
    ("wanted", "books", "is_auto"),
    [
        (Connection(demo=True), ("usdm", "coinm"), True),
        (Connection(demo=True, book="auto"), ("usdm", "coinm"), True),
        (Connection(demo=True, book="pm, USDM"), ("usdm", "pm"), False),
        (Connection(demo=True, symbol="BTCUSDT"), ("usdm",), False),
        (Connection(demo=True, pair="BTCUSD"), ("coinm",), False),
    ],
)
def test_books_are_chosen_by_name_or_by_the_account(
    wanted: Connection, books: tuple[str, ...], is_auto: bool
) -> None:
    """Without a name Binance decides; a narrower question is for the one book that can answer it."""
    planned = plan(wanted, Settings(), streams=False)

    assert (planned.books, planned.is_auto) == (books, is_auto)


# Against an exchange


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
def test_once_gives_every_documented_figure(
    home: Path, documented: dict[str, dict[str, str]], kind: str
) -> None:
    """With a key of each kind the documented example arrives to the digit, and is fresh."""
    done = perptop(
        "once",
        "--format",
        "json",
        "--endpoint",
        str(documented["endpoint"]),
        variables=variables_of(documented[kind]),
    )
    assert (done.returncode, done.stderr) == (0, "")
    whole = json.loads(done.stdout)
    assert whole["health"]["word"] == "LIVE"
    assert whole["health"]["position_mode"] == "hedge"
    assert whole["health"]["books"] == {"usdm": "LIVE", "coinm": "LIVE"}
    linear = [row for row in whole["positions"] if row["book"] == "usdm"]
    for row, wanted in zip(linear, (ADA, COMP), strict=True):
        assert {name: row[name] for name in wanted} == wanted
        assert row["is_live"] is True
    assert [row["roe"] for row in linear] == ["1.24128603", "8.53100426"]
    account = whole["accounts"][0]
    assert (account["wallet_balance"], account["margin_balance"]) == ("103.12345678", "103.12345678")


def test_options_stand_before_or_behind_the_command(
    home: Path, documented: dict[str, dict[str, str]]
) -> None:
    """Where an option stands does not matter; behind the command it wins."""
    variables = variables_of(documented["hmac"])
    endpoint = str(documented["endpoint"])
    arguments = ("--format", "csv", "--fields", "symbol")
    before = perptop("--endpoint", endpoint, "--filter", "ada", "once", *arguments, variables=variables)
    behind = perptop(
        "--filter",
        "x",
        "once",
        *arguments,
        "--filter",
        "ada",
        variables={**variables, "PERPTOP_ENDPOINT": endpoint},
    )
    for done in (before, behind):
        assert [line.split(",")[2:] for line in done.stdout.splitlines()] == [["symbol"], ["ADAUSDT"]]


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
def test_the_demo_needs_no_key_and_no_network(home: Path, form: str) -> None:
    """`once --demo` watches an exchange inside the program, in every format, and says that it is one."""
    done = perptop(
        "once", "--demo", "--total", "--format", form, variables={"PERPTOP_ENDPOINT": "http://127.0.0.1:9"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "币安人生USDT" in done.stdout
    assert "LIVE" in done.stdout
    assert "\x1b" not in done.stdout
    assert form == "csv" or "DEMO" in done.stdout


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    """When the pipe is closed perptop ends quietly, as the shell expects it."""
    with subprocess.Popen(
        (*PYTHON, "once", "--demo"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_an_output_that_cannot_be_written(home: Path) -> None:
    """A full disk is a sentence, not a traceback."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            (*PYTHON, "once", "--demo"), stdout=full, stderr=subprocess.PIPE, text=True, timeout=SECONDS
        )
    assert done.returncode == 70
    assert done.stderr == "perptop: the output cannot be written: No space left on device\n"


def test_nothing_fresh_in_time(home: Path) -> None:
    """When nothing listens, `once` gives up in time with exit 3 and says why."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        key = {"BINANCE_API_KEY": "k" * 20, "BINANCE_API_SECRET": "s" * 20}
        done = perptop("once", "--timeout", "0.5", "--endpoint", endpoint, variables=key)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"perptop: USD-M: No fresh snapshot within 0\.5 s\. .+\n", done.stderr)


def test_book_that_fails_is_named_and_the_others_are_printed(home: Path) -> None:
    """Exit 3 names the book; what the others say is printed, with the word of each."""
    simulate = (*PYTHON, "simulate", "--scenario", "docs", "--fault", "http-502:dapi@0+600")
    with subprocess.Popen(simulate, stdout=subprocess.PIPE, text=True) as exchange:
        try:
            assert exchange.stdout is not None
            place = json.loads(exchange.stdout.readline())
            command = ("once", "--format", "json", "--timeout", "8", "--endpoint", place["endpoint"])
            done = perptop(*command, variables=variables_of(place["hmac"]))
        finally:
            exchange.terminate()
    assert done.returncode == 3
    assert done.stderr.startswith("perptop: not every book is here. COIN-M: ")
    whole = json.loads(done.stdout)
    assert whole["health"]["books"]["usdm"] == "LIVE"
    assert whole["health"]["books"]["coinm"] != "LIVE"
    assert whole["health"]["word"] != "LIVE"
    assert {row["book"] for row in whole["positions"]} == {"usdm"}


def test_an_interrupt_is_quiet(home: Path) -> None:
    """Ctrl-C while waiting ends with exit 130 and no traceback."""
    key = {"BINANCE_API_KEY": "k" * 20, "BINANCE_API_SECRET": "s" * 20}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = (*PYTHON, "once", "--endpoint", endpoint)
        with subprocess.Popen(command, env={**os.environ, **key}, stderr=subprocess.PIPE) as process:
            assert process.stderr is not None
            silent.settimeout(SECONDS)
            with silent.accept()[0]:
                process.send_signal(signal.SIGINT)
                assert process.stderr.read().strip() == b""
        assert process.returncode == 130


def read_from(terminal: int) -> bytes:
    """What comes next from the other side of a terminal; nothing when it has gone or stays silent."""
    if not select.select([terminal], [], [], SECONDS)[0]:
        return b""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_demo_leaves_the_state_folder_alone(home: Path) -> None:
    """What a person has chosen is neither read nor written by a demo; an account of one's own has a place for it."""
    demo = plan(Connection(demo=True), Settings(), streams=True)
    place = Place(endpoints.TESTNET, Credential.hmac(Secret("key"), "a secret of nobody"), "main", "")

    assert state_folder(demo) is None
    assert state_folder(demo._replace(place=place)) == platformdirs.user_state_path(
        "perptop", appauthor=False
    )


def test_options_of_the_screen_go_over_its_settings() -> None:
    """What is given holds, what is not stays as it is stored."""
    stored = ScreenSettings(sort="roe", flash=True, frames_per_second=2)

    assert Look(frames_per_second=12, flash=False).over(stored) == ScreenSettings(
        sort="roe", frames_per_second=12
    )
    assert Look().over(stored) == stored


@pytest.mark.parametrize(("ending", "code"), [("q", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_screen_leaves_the_terminal_in_order(home: Path, ending: str | signal.Signals, code: int) -> None:
    """The screen shows positions in a terminal, and restores it when it is quit or told to end."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    environment = {**os.environ, "TERM": "xterm-256color"}
    command = (*PYTHON, "--demo")
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        output = b""
        is_ending = False
        while piece := read_from(ours):
            output += piece
            if b"BTCUSDT" in output and not is_ending:
                is_ending = True
                if isinstance(ending, str):
                    os.write(ours, ending.encode())
                else:
                    process.send_signal(ending)
        if not is_ending:
            process.kill()
    os.close(ours)
    assert process.returncode == code
    assert output.rindex(b"\x1b[?1049l") > output.rindex(b"\x1b[?1049h")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--theme", "nope"), "--theme: there is no theme 'nope'"),
        (("--sort", "nope"), "--sort: there is no column 'nope'"),
        (("--filter", "side:up"), "the sides are side:long and side:short"),
    ],
)
def test_names_that_there_are_not_are_refused_before_the_screen(
    home: Path, options: tuple[str, str], words: str
) -> None:
    """A wrong option ends with the exit code of a wrong option, and never with a screen that shows less."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    command = (*PYTHON, "--demo", *options)
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        output = b"".join(iter(lambda: read_from(ours), b""))
    os.close(ours)

    assert process.returncode == 64
    assert words in " ".join(output.decode().split())
    assert b"\x1b[?1049h" not in output


# No secret shows


@pytest.fixture
def canary() -> str:
    """A secret of the usual shape that exists in this run only."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64))


def traces(secret: str, done: subprocess.CompletedProcess[str]) -> list[str]:
    """Pieces of a secret that a run has shown."""
    output = done.stdout + done.stderr
    return [secret[at : at + 8] for at in range(len(secret) - 7) if secret[at : at + 8] in output]


def test_a_refused_key_shows_nothing(home: Path, documented: dict[str, dict[str, str]], canary: str) -> None:
    """A wrong secret or key ends with exit 3, one sentence, and not a piece of either."""
    right = variables_of(documented["hmac"])
    for name in ("BINANCE_API_SECRET", "BINANCE_API_KEY"):
        done = perptop("once", "--endpoint", str(documented["endpoint"]), variables={**right, name: canary})
        assert (done.returncode, done.stdout) == (3, "")
        assert re.fullmatch(r"perptop: [^\n]+ \(-\d+ [^\n]+\n", done.stderr)
        assert traces(canary, done) == []
        assert traces(right["BINANCE_API_KEY"], done) == []


def test_unusable_secrets_in_the_environment_show_nothing(home: Path, canary: str) -> None:
    """Half a credential, a broken one and one that is no key are refused unshown."""
    for variables in (
        {"BINANCE_API_KEY": canary},
        {"BINANCE_API_SECRET": canary},
        {"BINANCE_API_KEY": f"{canary} {canary}", "BINANCE_API_SECRET": "x"},
        {"BINANCE_API_KEY": "k", "BINANCE_API_SECRET": f"{canary}\n{canary}"},
        {"BINANCE_API_KEY": "k", "BINANCE_API_SECRET": f"-----BEGIN PRIVATE KEY-----\n{canary}"},
    ):
        done = perptop("once", variables=variables)
        assert (done.returncode, done.stdout) == (78, "")
        assert traces(canary, done) == []


def test_unusable_secrets_of_a_profile_show_nothing(home: Path, canary: str) -> None:
    """Whatever is wrong with a file, a command or the settings, their secret does not show."""
    place = home.parent
    place.mkdir(parents=True, exist_ok=True)
    for name, text, mode in (
        ("open", canary, 0o644),
        ("pem", f"-----BEGIN PRIVATE KEY-----\n{canary}", 0o600),
    ):
        (place / name).write_text(text)
        (place / name).chmod(mode)
    print_it = f"import sys; print('{canary} {canary}'); print('{canary}', file=sys.stderr)"
    for lines in (
        f"api_key = '{canary}'\nsecret_file = '{place}/open'",
        f"api_key = '{canary}'\nprivate_key_file = '{place}/pem'",
        f"api_key = '{canary}'\nsecret_command = ['{sys.executable}', '-c', \"{print_it}\"]",
        f"api_key = '{canary}'\nsecret_command = ['{sys.executable}', '-c', \"{print_it}; sys.exit(1)\"]",
        f"api_secret = '{canary}'",
        f"api_key = ['{canary}']",
        f"api_key = '{canary}",
    ):
        settings_file(home, f"[profiles.main]\n{lines}\n")
        done = perptop("once")
        assert (done.returncode, done.stdout) == (78, "")
        assert traces(canary, done) == []


def test_a_running_perptop_leaves_no_core_and_no_key_log(home: Path) -> None:
    """At the start core dumps and reading by other processes are switched off, and TLS key logs are not kept."""
    code = (
        "import os, resource, ctypes; from tui.credentials import harden; harden();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3), 'SSLKEYLOGFILE' in os.environ)"
    )
    done = subprocess.run(
        (sys.executable, "-c", code),
        env={**os.environ, "SSLKEYLOGFILE": "/x"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "(0, 0) 0 False\n"
