"""The command line: commands and options, what is to be watched, exit codes.

    0     done, and what was shown is fresh
    3     no fresh snapshot could be had in time, or Binance refuses
    64    the command line asks for something that does not fit
    70    a bug of ours
    78    a setting, a profile or a key is unusable, or there is none
    130   interrupted

Each command imports what it needs when it runs: only the screen loads Textual.
"""

import asyncio
import gc
import logging
import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from tui import __version__, credentials, settings
from tui.cli.options import (
    Connection,
    Look,
    Once,
    Seconds,
    Simulation,
    connection_options,
    filter_option,
    given,
    look_options,
    part,
)
from tui.cli.place import Plan, open_live, plan, state_folder
from tui.credentials import RedactingFormatter, redact
from tui.errors import PerptopError, SettingsError, Unavailable, UsageError
from tui.protocol.text import clean
from tui.report.formats import FORMATS, fields_of, render
from tui.report.picture import Caption, Picture, Wanted, take
from tui.settings import ScreenSettings

LONGEST_MESSAGE = 2_000
INTERRUPTED_CODE = 130
SIGPIPE_CODE = 141
"""As the shell says it of a program whose reader has gone."""

EPILOG = """\
\b
Exit codes: 0 done and fresh, 3 nothing fresh in time or refused, 64 usage,
70 a bug of ours, 78 configuration, 130 interrupted.

API keys never come from the command line: see `perptop config init`.
"""


@click.group(
    invoke_without_command=True, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@connection_options
@filter_option
@look_options
@click.version_option(__version__, prog_name="perptop")
@click.pass_context
def cli(context: click.Context, /, **_: object) -> None:
    """Every Binance Futures position of an account, live, in a terminal. Reads, never trades.

    Without a command: the screen.
    """
    if context.invoked_subcommand is None:
        values = given(context)
        _show_screen(part(values, Connection), part(values, Look))
        return
    for option in context.command.params:
        name = option.name or ""
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_given and name != "filter" and name in Look.__struct_fields__:
            raise UsageError(f"{option.opts[0]} belongs to the screen, not to a command")


@cli.command()
@connection_options
@filter_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--fields", metavar="NAMES", default="", help="Fields of the positions, parted by commas.")
@click.option("--zero", "--all", is_flag=True, help="Also rows that exist only because of open orders.")
@click.option("--total", is_flag=True, help="Also sums by margin asset.")
@click.option("--timeout", type=Seconds(0, is_open=True), metavar="SECONDS", default=10.0, show_default=True)
@click.pass_context
def once(context: click.Context, /, **_: object) -> None:
    """Print one truthful snapshot, then exit."""
    values = given(context)
    wanted = part(values, Once)
    _check_filter(wanted.filter or "")
    rows = Wanted(
        filter=wanted.filter or "",
        show_zero_rows=wanted.zero,
        fields=fields_of(wanted.fields),
        show_total=wanted.total,
    )
    planned = plan(part(values, Connection), settings.load(settings.settings_path()), streams=False)
    picture, failed = asyncio.run(_take_one(planned, rows, wanted.timeout))
    _print(render(picture, wanted.form, _columns()), as_bytes=wanted.form != "table")
    if failed:
        raise Unavailable(f"not every book is here. {failed}")
    if picture.word != "LIVE":
        raise Unavailable(
            "the snapshot is fresh, but Binance did not say every figure in it: what is missing is unknown"
        )


def _check_filter(expression: str) -> None:
    """Refuse a side that does not exist: a script would read its empty answer as "no positions"."""
    for word in expression.casefold().split():
        side = word.lstrip("!").removeprefix("side:")
        if word.lstrip("!").startswith("side:") and not ("long".startswith(side) or "short".startswith(side)):
            raise UsageError(f"--filter: {clean(word)}: the sides are side:long and side:short")


async def _take_one(planned: Plan, rows: Wanted, seconds: float) -> tuple[Picture, str]:
    """Return what is known once it is fresh, and which books are not."""
    from tui.live import Live, snapshot, snapshots

    async with AsyncExitStack() as stack:
        live = await open_live(stack, planned)
        failed = ""
        if isinstance(live, Live):
            await snapshot(live, seconds)
        else:
            failed = await snapshots(live, seconds)
        caption = Caption(label=live.label, notice=live.notice, rights=live.rights)
        return take(live.book, live.time_ms(), rows, caption), failed


@cli.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0, the default: any free one.")
@click.option(
    "--scenario", metavar="NAME", default="demo", show_default=True, help="demo, docs, many-N and others."
)
@click.option("--assets", type=click.Choice(("single", "multi")), help="Default: as the scenario has it.")
@click.option("--hedge/--one-way", default=None, help="Position mode. Default: as the scenario has it.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Everything left to chance follows from it."
)
@click.option("--fault", "faults", multiple=True, metavar="NAME@SECONDS[+DURATION]", help="A fault to come.")
def simulate(**values: object) -> None:
    """Run the simulated exchange as a server of its own, on this machine only.

    Prints its endpoint and its three keys as one line of JSON, then serves until it is interrupted.
    """
    from tui.sim.command import simulate as run

    wanted = part(values, Simulation)
    try:
        run(wanted.port, wanted.scenario, wanted.assets, wanted.seed, wanted.faults, wanted.hedge)
    except (ValueError, OSError) as error:
        raise UsageError(f"simulate: {error}") from None


@cli.group()
def config() -> None:
    """The settings file: where it is, what holds, a first one."""


@config.command("path")
def config_path() -> None:
    """Print where the settings file is, or would be."""
    _print(f"{settings.settings_path()}\n")


@config.command("show")
def config_show() -> None:
    """Print the settings that hold, defaults among them; API keys are masked."""
    path = settings.settings_path()
    stored = settings.load(path)
    _check_keys(path, stored)
    names = (*credentials.VARIABLES, "PERPTOP_ENDPOINT")
    lines = [f"# {name} is {'set' if os.environ.get(name) else 'not set'}" for name in names]
    absent = "" if path.exists() else " (absent: these are the defaults)"
    _print("\n".join([f"# {path}{absent}", *lines, "", settings.as_toml(stored)]))


@config.command("init")
def config_init() -> None:
    """Write a first settings file, all in comments; never over an existing one."""
    path = settings.settings_path()
    settings.write_template(path)
    _print(f"{path}\n")


def _check_keys(path: Path, stored: settings.Settings) -> None:
    """Refuse keys that cannot hold; only the screen knows, and it is loaded only when there are any."""
    if stored.keys:
        from tui.app import PositionsApp

        PositionsApp.check_keys(stored.keys, str(path))


def _show_screen(wanted: Connection, look: Look) -> None:
    if "web" in os.environ.get("TEXTUAL_DRIVER", ""):
        raise UsageError("a web driver shows this account to every visitor; use ssh")
    # Textual draws on the standard error stream.
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UsageError("the screen needs a terminal; for a pipe or a script there is `perptop once`")
    path = settings.settings_path()
    stored = settings.load(path)
    _check_keys(path, stored)
    screen = look.over(stored.screen)
    _check_filter(screen.filter)
    planned = plan(wanted, stored, streams=True)
    gc.disable()  # until everything is there: `tui.app.settle`
    try:
        asyncio.run(_run_screen(planned, screen, stored.keys))
    except SettingsError as error:
        name = str(error).partition(":")[0]
        if getattr(look, name, None) is None:
            raise
        raise UsageError(f"--{error}") from None  # the option was wrong, not the settings file


async def _run_screen(planned: Plan, screen: ScreenSettings, keys: dict[str, str]) -> None:
    from tui.app import PositionsApp
    from tui.cli.export import export

    logging.getLogger().handlers = [logging.NullHandler()]
    async with AsyncExitStack() as stack:
        live = await open_live(stack, planned)
        app = PositionsApp(
            live,
            screen,
            keys=keys,
            redact=redact,
            state_folder=state_folder(planned),
            export=partial(export, live),
        )
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Leave in good order: the terminal has to be restored.
            asyncio.get_running_loop().add_signal_handler(number, app.exit, None, 128 + number)
        await app.run_async(mouse=screen.mouse, inline=screen.inline, inline_no_clear=True)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def _columns() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _print(text: str, *, as_bytes: bool = False) -> None:
    """Print a result; what programs read is UTF-8 whatever the locale says."""
    try:
        click.echo(text.encode() if as_bytes else text, nl=False)
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(SIGPIPE_CODE) from None
    except OSError as error:
        raise PerptopError(f"the output cannot be written: {error.strerror}") from None


def _say(text: str) -> None:
    lines = redact(text).splitlines()
    click.echo("\n".join(clean(line, LONGEST_MESSAGE) for line in lines), err=True)


def _refuse_secrets(arguments: Sequence[str]) -> None:
    for argument in arguments:
        named = re.match(r"--?[a-z-]*(secret|api-?key|private-?key|passw|passphrase)", argument.lower())
        if named or re.search(r"[A-Za-z0-9]{64}|PRIVATE KEY", argument):
            raise UsageError(
                "an argument looks like a key or a secret, and other users can see arguments: "
                "see `perptop config init`"
            )


def _report_bug(error: BaseException) -> None:
    """Say what broke, where, in which versions: no local variables, no secrets."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    _say(f"perptop: a bug of ours, sorry: {type(error).__name__}: {error}")
    for frame in frames[-12:]:
        _say(f"  {os.path.relpath(frame.filename)}:{frame.lineno} in {frame.name}")
    python = ".".join(str(part) for part in sys.version_info[:3])
    _say(f"perptop {__version__}, Python {python}, {sys.platform}")


def _prepare() -> None:
    credentials.harden()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.unraisablehook = _log_unraisable


def _log_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    kind = unraisable.exc_type.__name__
    logging.getLogger("perptop").warning("%s, ignored: %s", kind, unraisable.exc_value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    _prepare()
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        _refuse_secrets(given)
        code = cli.main(given, prog_name="perptop", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except PerptopError as error:
        _say(f"perptop: {error}")
        return error.exit_code
    except click.ClickException as error:
        _say(f"perptop: {error.format_message()} See `perptop --help`.")
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED_CODE
    except Exception as error:
        _report_bug(error)
        return PerptopError.exit_code
