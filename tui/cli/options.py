"""Options: what a command line says, as typed values."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from tui.settings import ScreenSettings

Part = TypeVar("Part", bound=msgspec.Struct)
Decorator = Callable[[Callable[..., object]], Callable[..., object]]


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say about the account to watch and the way to it."""

    demo: bool = False
    testnet: bool = False
    profile: str | None = None
    endpoint: str | None = None
    allow_host: bool = False
    book: str | None = None
    margin_asset: str | None = None
    pair: str | None = None
    symbol: str | None = None
    recv_window_ms: int | None = None
    poll: float | None = None
    no_streams: bool = False
    account: str | None = None
    demo_faults: tuple[str, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say about the screen."""

    filter: str | None = None
    sort: str | None = None
    theme: str | None = None
    colors: str | None = None
    red_up: bool | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    inline: bool | None = None
    title: bool | None = None
    frames_per_second: float | None = None
    flash: bool | None = None
    whole_lines: bool | None = None

    def over(self, screen: ScreenSettings) -> ScreenSettings:
        """Return the settings with what was given in place of what was stored."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(screen, **given)


class Once(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say about one snapshot."""

    form: str = "table"
    fields: str = ""
    filter: str | None = None
    zero: bool = False
    total: bool = False
    timeout: float = 10.0


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say about a simulated exchange."""

    port: int
    scenario: str
    assets: str | None
    hedge: bool | None
    seed: int
    faults: tuple[str, ...]


class Seconds(click.FloatRange):
    """A span of time: a number, and within reason."""

    def __init__(self, least: float, *, is_open: bool = False) -> None:
        super().__init__(least, 3600, min_open=is_open)

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:
        """Read it; `nan` is no number."""
        seconds = float(super().convert(value, param, context))
        if math.isnan(seconds):
            self.fail("nan is not a number of seconds", param, context)
        return seconds


def _options(*options: Decorator) -> Decorator:
    def decorate(command: Callable[..., object]) -> Callable[..., object]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


connection_options = _options(
    click.option("--demo", is_flag=True, help="Watch a simulated account: no key, no network."),
    click.option(
        "--fault",
        "demo_faults",
        multiple=True,
        metavar="NAME@SECONDS[+DURATION]",
        help="With --demo: strike the simulated exchange, as reset@20 or silence@60+15.",
    ),
    click.option("--testnet", is_flag=True, help="Watch an account of Binance's testnet."),
    click.option("--profile", metavar="NAME", help="Use [profiles.NAME] of the settings file."),
    click.option(
        "--endpoint",
        metavar="URL",
        help="Send everything to this one host, with Binance's own paths. Also: PERPTOP_ENDPOINT.",
    ),
    click.option("--allow-host", is_flag=True, help="Accept an endpoint that is not Binance's."),
    click.option(
        "--book", metavar="NAMES", help="usdm, coinm, pm, parted by commas. Default: auto, as the account is."
    ),
    click.option("--margin-asset", metavar="A", help="COIN-M: ask for the contracts of this coin only."),
    click.option("--pair", metavar="P", help="COIN-M: ask for this pair only, such as BTCUSD."),
    click.option("--symbol", metavar="S", help="USD-M: ask for this one symbol and nothing else."),
    click.option("--recv-window-ms", type=click.IntRange(1, 60_000), metavar="MS", help="Default: 5000."),
    click.option(
        "--poll",
        type=Seconds(1),
        metavar="SECONDS",
        help="From one snapshot to the next while no stream delivers. Default: 5.",
    ),
    click.option("--no-streams", is_flag=True, help="Snapshots only."),
    click.option("--account", metavar="NAME", help="What to call the account."),
)
look_options = _options(
    click.option(
        "--sort",
        metavar="COLUMN",
        help="Column to sort by; a minus in front reverses it. A second one for equal rows: book,-roe.",
    ),
    click.option("--theme", metavar="NAME", help="Colours of the screen; ansi-dark: the terminal's own 16."),
    click.option("--colors", type=click.Choice(("theme", "blind")), help="blind: gains blue, losses orange."),
    click.option("--red-up/--green-up", default=None, help="Gains red and losses green, or as usual."),
    click.option("--ascii/--no-ascii", default=None, help="Nothing but ASCII. Default: as the terminal can."),
    click.option("--mouse/--no-mouse", default=None, help="Without: the terminal selects text, as usual."),
    click.option("--inline/--full", default=None, help="Below the prompt, in place of a screen of its own."),
    click.option("--title/--no-title", default=None, help="Word and counts in the window's title."),
    click.option(
        "--fps",
        "frames_per_second",
        type=click.IntRange(1, 30),
        metavar="N",
        help="Paint at most N times a second, 1 to 30. Default: 5.",
    ),
    click.option(
        "--flash/--no-flash", default=None, help="Reverse a figure for a moment when it changes. Default: no."
    ),
    click.option(
        "--whole-lines/--changes-only",
        default=None,
        help="Write lines whole, for a terminal on which something is left over; or only what differs, as usual.",
    ),
)
filter_option = click.option(
    "--filter", metavar="EXPR", help="Rows to show: btc  !btc  btc,eth  =btcusdt  side:long"
)


def given(context: click.Context) -> dict[str, object]:
    """Return the options of a command; those before it hold unless they are given again behind it."""
    values: dict[str, object] = {}
    for level in (context.parent, context):
        if level is None:
            continue
        for name, value in level.params.items():
            if name not in values or level.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                values[name] = value
    return values


def part(values: dict[str, object], wanted: type[Part]) -> Part:
    """Return those options that make up one struct."""
    return msgspec.convert(
        {name: values[name] for name in wanted.__struct_fields__ if name in values}, wanted
    )
