"""COIN-M streams: on one host with USD-M they are what the bare paths `/ws` and `/stream` serve (pages "Websocket Market
Streams" and "User Data Streams" of COIN-M: dstream is not routed)."""

from __future__ import annotations

from tui.sim.events import Event
from tui.sim.spoiling import dumps
from tui.sim.streams import MarketSession, Marks
from tui.sim.world import World


class CoinSession(MarketSession):
    """A connection to a bare path: COIN-M mark prices and, on a listen key of COIN-M, its user events. The names of
    USD-M are acknowledged, and then nothing comes."""

    def __init__(
        self, world: World, number: int, feed: str, path: str, address: str, streams: list[str]
    ) -> None:
        super().__init__(world, number, path, address, streams, feed=feed)

    def deliver(self, listen_key: str, event: Event) -> None:
        """Push an event of the account, if this connection listens on its key."""
        if stream := self.names.get(listen_key):
            self.push(stream, dumps(event))


class CoinMarks(Marks):
    """The COIN-M prices of one second, each made when first asked for."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.market = world.coin_m.market
        self.symbols = {symbol.lower(): symbol for symbol in self.market.contracts}
        self.pairs = {pair.lower(): pair for pair in self.market.pairs}

    def make(self, stream: str) -> str | None:
        """Make the JSON of a stream: of a symbol one event, of a pair or of everything an array."""
        slow = stream.removesuffix("@1s")
        name, _, kind = slow.partition("@")
        if slow == stream and self.event_ms // 1000 % 3:
            return None
        if slow == "!markPrice@arr":
            return self.array(list(self.symbols.values()))
        if kind == "markPrice" and name in self.symbols:
            return self.event(self.symbols[name])
        if kind == "markPrice" and name in self.pairs:
            return self.array(self.market.pairs[self.pairs[name]])
        if kind == "indexPrice" and name in self.pairs:
            return self.market.index_price_update(self.pairs[name], self.event_ms)
        return None

    def array(self, symbols: list[str]) -> str:
        """JSON of the events of symbols."""
        made = (self.event(symbol) for symbol in symbols)
        return f"[{','.join(event for event in made if event is not None)}]"

    def event(self, symbol: str) -> str | None:
        """JSON of the markPriceUpdate of a symbol; none once it is delivered."""
        world = self.world
        if world.faults.is_on("no-marks-SYMBOL", "coinm-market", symbol):
            return None
        if self.event_ms >= self.market.coin_contracts[symbol].delivery_ms:
            return None
        event = self.market.mark_price_update(symbol, self.event_ms)
        return f'{event[:-1]},"newField":"1"}}' if world.faults.is_on("unknown-fields") else event
