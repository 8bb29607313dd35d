"""What is to be watched: which account, where, with which key."""

import difflib
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import platformdirs

from tui import credentials, settings
from tui.cli.options import Connection
from tui.credentials import Credential, Secret
from tui.errors import SettingsError, UsageError
from tui.protocol import endpoints
from tui.protocol.endpoints import Endpoints
from tui.protocol.text import clean
from tui.protocol.venues import BOOK_NAMES
from tui.settings import Profile, Settings

if TYPE_CHECKING:
    from tui.live import Live, LiveOptions, Lives

DEMO = "DEMO · a simulated exchange: no real account, no money"
NO_KEY = """\
no API key was found. Try `perptop --demo`: a simulated account, no key and no network needed.
To watch your own: on binance.com under API Management make a key with "Enable Reading" alone (best: Ed25519).
Then run `perptop config init` and put it into {path}, or set BINANCE_API_KEY and BINANCE_PRIVATE_KEY_FILE."""


class Place(NamedTuple):
    """An account, and where and with which key it is watched."""

    endpoints: Endpoints
    credential: Credential
    account: str
    notice: str


class Plan(NamedTuple):
    """Everything that is decided before a socket opens."""

    place: Place | None
    """None: the demo, which is a place only once it runs."""
    options: "LiveOptions"
    demo_faults: tuple[str, ...] = ()
    books: tuple[str, ...] = ("usdm", "coinm")
    is_auto: bool = False
    """Whether Portfolio Margin takes over where the account turns out to be of that kind."""


def plan(wanted: Connection, stored: Settings, *, streams: bool) -> Plan:
    """Decide what is to be watched, and read its key.

    Raises:
        UsageError: options exclude each other.
        SettingsError: there is no usable key or endpoint.
    """
    # Taken out first: nothing that is started from here on inherits them.
    variables = credentials.take_variables(os.environ)
    _refuse_contradictions(wanted)
    if wanted.demo:
        books, is_auto = _books(wanted, Profile())
        options = _live_options(wanted, Profile(), stored, streams)
        return Plan(None, options, wanted.demo_faults, books, is_auto)
    where = _named_endpoints(wanted)
    name, profile = _profile(wanted.profile, stored, is_elsewhere=where is not None)
    where = where or _profile_endpoints(profile, f"profiles.{name}", wanted.allow_host)
    books, is_auto = _books(wanted, profile)
    options = _live_options(wanted, profile, stored, streams)
    credential = credentials.from_profile(profile, f"profiles.{name}") or credentials.from_variables(
        variables
    )
    if credential is None:
        raise SettingsError(NO_KEY.format(path=settings.settings_path()))
    account = clean(wanted.account or profile.account or name)
    return Plan(Place(where, credential, account, _notice(where)), options, (), books, is_auto)


def _refuse_contradictions(wanted: Connection) -> None:
    chosen = [f"--{name}" for name in ("demo", "testnet", "endpoint") if getattr(wanted, name)]
    if wanted.demo and wanted.profile is not None:
        chosen.append("--profile")
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude each other")
    if wanted.demo_faults and not wanted.demo:
        raise UsageError("--fault strikes the simulated exchange: it needs --demo")


def _profile(name: str | None, stored: Settings, *, is_elsewhere: bool) -> tuple[str, Profile]:
    if name is not None and name not in stored.profiles:
        near = difflib.get_close_matches(name, stored.profiles, 1)
        advice = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f"--profile: there is no table [profiles.{name}]{advice}")
    if name is None and is_elsewhere:
        # A stored key goes nowhere but to the endpoint it was stored for, unless its profile is named.
        return "main", Profile()
    name = name or stored.profile or (next(iter(stored.profiles)) if len(stored.profiles) == 1 else "main")
    return name, stored.profiles.get(name, Profile())


def _named_endpoints(wanted: Connection) -> Endpoints | None:
    """The place that an option or the environment names; None: neither does."""
    if wanted.testnet:
        return endpoints.TESTNET
    if wanted.endpoint is not None:
        return _at(wanted.endpoint, wanted.allow_host, "--")
    variable = os.environ.get("PERPTOP_ENDPOINT")
    return _at(variable, wanted.allow_host, "PERPTOP_ENDPOINT: ") if variable else None


def _profile_endpoints(profile: Profile, where: str, allow_host: bool) -> Endpoints:
    if profile.endpoint is None:
        return endpoints.TESTNET if profile.testnet else endpoints.MAINNET
    if profile.testnet:
        raise SettingsError(f"{where}: testnet and endpoint exclude each other")
    return _at(profile.endpoint, profile.allow_host or allow_host, f"{where}.")


def _at(endpoint: str, allow_host: bool, prefix: str) -> Endpoints:
    try:
        return endpoints.at(endpoint, allow_host)
    except SettingsError as error:
        raise SettingsError(f"{prefix}{error}") from None


def _notice(where: Endpoints) -> str:
    if where.is_testnet:
        return "TESTNET · no real money"
    if where.is_binance:
        return ""
    if where.is_loopback:
        return f"LOCAL · {where.host} on this machine, not Binance"
    return f"NOT BINANCE · {where.host}"


def _books(wanted: Connection, profile: Profile) -> tuple[tuple[str, ...], bool]:
    """Return which books to watch, and whether Binance decides."""
    if wanted.margin_asset is not None and wanted.pair is not None:
        raise UsageError("--margin-asset and --pair exclude each other: Binance takes one of them")
    names = _named_books(wanted.book) or tuple(dict.fromkeys(profile.books or ()))
    is_of_coin = wanted.margin_asset is not None or wanted.pair is not None
    if not names:
        if wanted.symbol is not None and not is_of_coin:
            return ("usdm",), False
        return (("coinm",), False) if is_of_coin and wanted.symbol is None else (("usdm", "coinm"), True)
    if wanted.symbol is not None and "usdm" not in names:
        raise UsageError("--symbol is USD-M's; COIN-M has --pair and --margin-asset")
    if is_of_coin and "coinm" not in names:
        raise UsageError("--margin-asset and --pair are COIN-M's: --book coinm")
    return names, False


def _named_books(text: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lower() for name in (text or "auto").split(",") if name.strip()))
    if names in ((), ("auto",)):
        return ()
    for name in names:
        if name not in BOOK_NAMES:
            raise UsageError(
                f"--book: there is no book of that name; known are auto, {', '.join(BOOK_NAMES)}"
            )
    return tuple(name for name in BOOK_NAMES if name in names)


def _live_options(wanted: Connection, profile: Profile, stored: Settings, streams: bool) -> "LiveOptions":
    from tui.live import LiveOptions

    symbol = None if wanted.symbol is None else wanted.symbol.upper()
    for option, example, text in (
        ("--symbol", "BTCUSDT", symbol),
        ("--margin-asset", "BTC", wanted.margin_asset),
        ("--pair", "BTCUSD", wanted.pair),
    ):
        if text is not None and (clean(text) != text or not text.replace("_", "").isalnum()):
            raise UsageError(f"{option}: must be letters and digits, such as {example}")
    return LiveOptions(
        recv_window_ms=wanted.recv_window_ms or profile.recv_window_ms or stored.recv_window_ms,
        symbol=symbol,
        margin_asset=None if wanted.margin_asset is None else wanted.margin_asset.upper(),
        pair=None if wanted.pair is None else wanted.pair.upper(),
        poll_seconds=wanted.poll or profile.poll_seconds or stored.poll_seconds,
        streams=streams and not wanted.no_streams,
    )


def state_folder(planned: Plan) -> Path | None:
    """Return where things are kept from one run to the next; None: nothing is kept of a demo, and nothing touched."""
    return None if planned.place is None else platformdirs.user_state_path("perptop", appauthor=False)


async def open_live(stack: AsyncExitStack, planned: Plan) -> "Live | Lives":
    """Return a worker for the plan, or several as one; a demo's exchange runs until the stack closes."""
    from tui.live import Live, Lives

    place = planned.place or await _demo(stack, planned.demo_faults)
    folder = state_folder(planned)

    def live_of(book: str, beside: Live | None) -> Live:
        options = _of_book(planned.options, book)
        live = Live(
            place.endpoints,
            place.credential,
            account=place.account,
            options=options,
            state_folder=folder,
            beside=beside,
        )
        live.notice = place.notice
        return live

    first = live_of(planned.books[0], None)
    lives = [first, *(live_of(book, first) for book in planned.books[1:])]
    if len(lives) == 1:
        return first
    return Lives(lives, (lambda: live_of("pm", first)) if planned.is_auto else None)


def _of_book(options: "LiveOptions", book: str) -> "LiveOptions":
    """Return the options of one book: what one alone can be asked for is not sent to the others."""
    changes: dict[str, str | None] = {"book": book}
    if book != "usdm":
        changes["symbol"] = None
    if book != "coinm":
        changes |= {"margin_asset": None, "pair": None}
    return msgspec.structs.replace(options, **changes)


async def _demo(stack: AsyncExitStack, faults: tuple[str, ...]) -> Place:
    """Start a simulated exchange inside this program, to be watched over real sockets."""
    from tui.sim.command import plan as plan_faults
    from tui.sim.command import planned_fault
    from tui.sim.exchange import Exchange
    from tui.sim.scenarios import scenario
    from tui.sim.server import serve, wall_clock

    clock = wall_clock()
    exchange = Exchange(scenario("demo"), seed=0, wall_ms=clock())
    try:
        plan_faults(exchange, [planned_fault(text) for text in faults])
    except ValueError as error:
        raise UsageError(f"--fault: {error}") from None
    server = await stack.enter_async_context(serve(exchange, clock=clock))
    key = server.keys.hmac
    credential = Credential.hmac(Secret(key.api_key), key.secret)
    return Place(endpoints.at(server.endpoint), credential, "demo", DEMO)
