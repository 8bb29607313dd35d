"""What faults do at the moment they begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tui.sim import events
from tui.sim.api_session import ApiSession
from tui.sim.coin_m import happenings as coin_m
from tui.sim.coin_m.streams import CoinMarks, CoinSession
from tui.sim.faults import Order
from tui.sim.happenings import HAPPENINGS
from tui.sim.outgoing import Abort, Close
from tui.sim.portfolio_margin import happenings as portfolio_margin
from tui.sim.session import Session
from tui.sim.streams import MarketSession, Marks
from tui.sim.world import World

SHUTDOWN_MS = 5_000
FLOOD_STEP_MS = 50
FLOOD_FRAMES = 100
"""Frames of each step: two thousand a second."""

Sessions = Sequence[Session]
EVERYTHING = HAPPENINGS | coin_m.HAPPENINGS | portfolio_margin.HAPPENINGS


def strike(world: World, sessions: Sessions, asked: Order) -> None:
    """Do what a fault does when it begins; most only change what comes later."""
    name = asked.fault.name
    if asked.fault.way == "happens":
        EVERYTHING[name](world)
        if name == "position-mode":
            coin_m.switch_position_mode(world)
    elif name in KEY_STRIKES:
        KEY_STRIKES[name](world, asked.feed)
    elif name in STRIKES:
        STRIKES[name](world, [one for one in sessions if asked.feed in ("", one.feed)], asked.value)


def cut(session: Session, value: str) -> None:
    """End a connection with a close code, or without a word."""
    code = int(value or 1006)
    session.end(
        Abort() if code == 1006 else Close(code, {1001: "Going away", 1008: "Policy violation"}.get(code, ""))
    )


def cut_all(world: World, sessions: Sessions, value: str) -> None:
    """End all connections."""
    for session in sessions:
        cut(session, value)


def expire_key(world: World, feed: str) -> None:
    """End the listen key of a feed now, or every book's, with its event."""
    for keys in world.keys_of(feed):
        keys.expires_ms = world.now_ms
    world.expire_listen_key()


def delete_key(world: World, feed: str) -> None:
    """End the listen key of a feed, or every book's, without a word."""
    for keys in world.keys_of(feed):
        keys.delete()


def drive_down(world: World, sessions: Sessions, value: str) -> None:
    """Bring the uniMMR of a Portfolio Margin account to so many per cent; nobody tops it up while the fault is on."""
    if "pm" in world.scenario.kinds and not world.scenario.is_static:
        portfolio_margin.bring_to(world, Decimal(value) / 100)


def tell_unknown(world: World, sessions: Sessions, value: str) -> None:
    """Send an event of a kind that does not exist."""
    world.tell({"e": "ORACLE_UPDATE", "E": world.now_ms, "T": world.now_ms, "o": {"x": [1, 2, {"y": None}]}})


def rotate(world: World, sessions: Sessions, value: str) -> None:
    """Announce a shutdown, and five seconds later close what was open then."""
    for session in sessions:
        event: events.Event = {"e": "serverShutdown", "E": world.now_ms}
        session.say({"event": event} if isinstance(session, ApiSession) else event)
    world.agenda.at(world.wall_ms + SHUTDOWN_MS, lambda: cut_all(world, sessions, "1001"))


def flood(world: World, sessions: Sessions, value: str) -> None:
    """Push marks much faster than any market moves, as long as the fault is on."""
    if not world.faults.is_on("flood"):
        return
    marks, coin_marks = Marks(world), CoinMarks(world)
    for session in sessions:
        if isinstance(session, MarketSession) and session.is_open:
            session.flood(coin_marks if isinstance(session, CoinSession) else marks, FLOOD_FRAMES)
    world.agenda.at(world.wall_ms + FLOOD_STEP_MS, lambda: flood(world, sessions, value))


KEY_STRIKES: dict[str, Callable[[World, str], None]] = {
    "listen-key-expired": expire_key,
    "listen-key-deleted": delete_key,
}
STRIKES: dict[str, Callable[[World, Sessions, str], None]] = {
    "reset": cut_all,
    "close-CODE": cut_all,
    "uni-mmr-PERCENT": drive_down,
    "unknown-event": tell_unknown,
    "rotate": rotate,
    "flood": flood,
}
