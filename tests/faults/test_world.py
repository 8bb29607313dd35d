"""The real world's questions over HTTP."""

import ssl

import pytest

from tui.feed.real_world import RealWorld
from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario
from tui.sim.server import serve, wall_clock


async def test_questions_share_one_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates are read once: reading them takes long, and nothing else happens meanwhile."""
    made = []
    make = ssl.create_default_context

    def counted() -> ssl.SSLContext:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counted)
    world, clock = RealWorld(), wall_clock()
    async with serve(Exchange(scenario("empty"), wall_ms=clock()), clock=clock) as server:
        for _ in range(3):
            answer = await world.ask("GET", f"{server.endpoint}/fapi/v1/time", {})
            assert answer.status == 200

    assert len(made) == 1
