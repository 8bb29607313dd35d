"""The Portfolio Margin user data stream: `/pm/ws/<listenKey>`."""

from __future__ import annotations

from tui.sim.events import Event
from tui.sim.spoiling import dumps
from tui.sim.streams import StreamSession
from tui.sim.world import World


class PortfolioSession(StreamSession):
    """A connection to `/pm`: events for those who know the listen key of `POST /papi/v1/listenKey`."""

    def __init__(self, world: World, number: int, path: str, address: str, names: list[str]) -> None:
        super().__init__(world, number, "pm-private", path, address)
        self.subscribe(names)

    def deliver(self, listen_key: str, event: Event) -> None:
        """Push an event of the account, if this connection listens on its key. The end of a key comes without it."""
        if stream := self.names.get(listen_key):
            if event["e"] == "listenKeyExpired":
                event = {name: value for name, value in event.items() if name != "listenKey"}
            self.push(stream, dumps(event))
