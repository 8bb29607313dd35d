"""The ledger: what it remembers, what it never holds, and the questions it answers."""

import pytest

from tui.sim.exchange import Exchange
from tui.sim.ledger import Entry, Ledger, most_within
from tui.sim.limits import Limits
from tui.sim.scenarios import scenario
from tui.sim.visitor import Visitor

START_MS = 1_770_000_000_250


def test_everything_a_client_does_is_written_down() -> None:
    """Connections, requests, control messages, HTTP and closes stand in the ledger in their order."""
    client = Visitor(Exchange(scenario("quiet"), wall_ms=START_MS))
    client.ask_signed("v2/account.position")
    stream = client.open("/market/ws")
    stream.receive('{"method":"LIST_SUBSCRIPTIONS","id":1}', client.wall_ms)
    client.get("/fapi/v1/accountConfig")
    stream.closed(client.wall_ms)
    entries = [(one.connection, one.kind, one.path, one.method, one.weight) for one in client.exchange.ledger]
    assert entries == [
        (1, "connect", "/ws-fapi/v1", "", 5),
        (1, "request", "/ws-fapi/v1", "v2/account.position", 5),
        (2, "connect", "/market/ws", "", 0),
        (2, "control", "/market/ws", "LIST_SUBSCRIPTIONS", 0),
        (0, "http", "/fapi/v1/accountConfig", "GET", 5),
        (2, "close", "/market/ws", "", 0),
    ]


def test_ledger_holds_no_keys_and_no_signatures() -> None:
    """Neither API keys, nor signatures, nor listen keys get into the ledger."""
    client = Visitor(Exchange(scenario("quiet"), wall_ms=START_MS))
    client.ask_signed("v2/account.position")
    client.get("/fapi/v3/account")
    stream = client.listen()
    key = client.exchange.world.listen_keys.active or ""
    path = client.open(f"/private/ws/{key}")
    for one in (stream, path):
        one.closed(client.wall_ms)
    written = repr(list(client.exchange.ledger))
    assert not any(secret in written for secret in (client.key.api_key, client.key.secret, key, "signature"))


def test_weight_by_minute() -> None:
    """The weight of each minute is that of its connections and requests; what was refused counts nothing."""
    client = Visitor(Exchange(scenario("quiet"), wall_ms=START_MS))
    client.ask_signed("v2/account.position")
    client.wait(60)
    client.ask("time")
    client.exchange.fault("request-429", client.wall_ms)
    client.ask("time")
    assert list(client.exchange.ledger.weight_by_minute().values()) == [10, 1]


def test_most_connects_looks_at_every_window() -> None:
    """The busiest window counts, wherever it begins; refused attempts count too."""
    ledger = Ledger()
    for time_ms, kind in (
        (0, "connect"),
        (900, "refused"),
        (1800, "connect"),
        (1850, "connect"),
        (1899, "connect"),
    ):
        ledger.add(Entry(time_ms, 1, kind, "/ws"))  # type: ignore[arg-type]
    assert ledger.most_connects(1000) == 4


@pytest.mark.parametrize(("times", "most"), [([], 0), ([5], 1), ([0, 10], 1), ([0, 9], 2), ([0, 0, 0], 3)])
def test_most_within_has_half_open_windows(times: list[int], most: int) -> None:
    """Two times exactly one window apart are not within it."""
    assert most_within(times, 10) == most


def test_bans_grow() -> None:
    """Every further ban of an address is twice as long, and other addresses are free."""
    limits = Limits(weight_limit=10)
    lengths = []
    now_ms = START_MS
    for _ in range(3):
        limits.ban("a", now_ms, limits.ban_ms << limits.meter("a", now_ms).bans)
        lengths.append(limits.meter("a", now_ms).banned_until_ms - now_ms)
        now_ms += lengths[-1]
    limits.charge("b", 1, START_MS)
    assert lengths == [120_000, 240_000, 480_000]
