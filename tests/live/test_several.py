"""Several books at once, in virtual time: one that fails does so alone."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from tests.virtual.loop import virtual
from tests.virtual.stage import credential_of
from tests.virtual.world import BEGIN_MS, ENDPOINT, VirtualWorld
from tui.book.health import Word
from tui.errors import Unavailable
from tui.feed.world import HttpAnswer
from tui.live import Live, LiveOptions, Lives, snapshots
from tui.protocol.endpoints import at
from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario

OPTIONS = LiveOptions()


class Listener(VirtualWorld):
    """Keeps every question over HTTP."""

    def __init__(self, exchange: Exchange, dice: random.Random) -> None:
        super().__init__(exchange, dice)
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Keep it."""
        parts = urlsplit(url)
        self.asked.append((parts.path, dict(parse_qsl(parts.query))))
        return await super().ask(verb, url, headers)


class House:
    """An exchange and the workers of some of its books."""

    def __init__(
        self,
        name: str,
        books: Sequence[str],
        *,
        is_auto: bool = False,
        options: LiveOptions = OPTIONS,
        state_folder: Path | None = None,
    ) -> None:
        self.state_folder = state_folder
        self.exchange = Exchange(scenario(name), seed=1, wall_ms=BEGIN_MS)
        self.world = Listener(self.exchange, random.Random(1))
        first = self.live(books[0], None, options)
        self.lives = Lives(
            [first, *(self.live(book, first, options) for book in books[1:])],
            (lambda: self.live("pm", first, options)) if is_auto else None,
        )

    def live(self, book: str, beside: Live | None, options: LiveOptions) -> Live:
        """Make the worker of a book."""
        chosen = msgspec.structs.replace(options, book=book)
        credential = credential_of(self.exchange)
        return Live(
            at(ENDPOINT),
            credential,
            options=chosen,
            world=self.world,
            state_folder=self.state_folder,
            beside=beside,
        )

    def words(self) -> dict[str, Word]:
        """The word of each book."""
        return {book.book: book.word(self.lives.time_ms()) for book in self.lives.book.all}

    def strike(self, fault: str, seconds: float) -> None:
        """Have a fault begin now."""
        self.exchange.fault(fault, self.world.true_ms(), int(seconds * 1000))


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[House]:
    """Run the workers for half a minute, then while the test looks at them."""
    task = asyncio.create_task(house.lives.run())
    try:
        await asyncio.sleep(30)
        yield house
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        house.world.stop()


@virtual
async def test_classic_books_are_live_side_by_side() -> None:
    """USD-M and COIN-M share clock, manners and journal, and keep their rows apart."""
    async with at_work(House("demo", ["usdm", "coinm"])) as house:
        assert set(house.words().values()) == {Word.LIVE}
        assert {key.book for key in house.lives.book.positions} == {"usdm", "coinm"}
        assert house.lives.book.health.protocol_errors == 0


@pytest.mark.parametrize(
    ("fault", "word"),
    [("http-502:dapi", Word.LOST), ("http-400:dapi", Word.LOST), ("http-401:dapi", Word.REFUSED)],
)
def test_other_books_stay_live_while_one_fails(fault: str, word: Word) -> None:
    """A book that Binance does not answer shows its own state while the others tick."""

    @virtual
    async def story() -> None:
        async with at_work(House("demo", ["usdm", "coinm"])) as house:
            house.strike(fault, 60)
            await asyncio.sleep(45)
            assert house.words() == {"usdm": Word.LIVE, "coinm": word}
            assert house.lives.book.word(house.lives.time_ms()) is word

            await asyncio.sleep(15 + 120)
            house.lives.refresh()
            await asyncio.sleep(30)
            assert set(house.words().values()) == {Word.LIVE}

    story()


@virtual
async def test_failing_path_is_asked_seldom_and_starves_nobody() -> None:
    """A path that fails backs off although its sister answers, and the audits of the other book go on."""
    async with at_work(House("demo", ["usdm", "coinm"])) as house:
        house.strike("http-503:/dapi/v1/positionRisk", 300)
        before = house.world.true_ms()
        await asyncio.sleep(120)
        since = [entry for entry in house.exchange.ledger if entry.wall_ms > before]

        assert sum(entry.path == "/dapi/v1/positionRisk" for entry in since) <= 8
        assert house.words()["usdm"] is Word.LIVE
        assert sum(entry.weight for entry in since) <= 2 * 120


@virtual
async def test_remembered_silence_is_told_at_once(tmp_path: Path) -> None:
    """A snapshot of any book says within a second that this IP address has to be silent, and until when."""
    for books in (["usdm"], ["coinm"], ["usdm", "coinm"], ["pm"]):
        (tmp_path / "bans.json").write_text(json.dumps({at(ENDPOINT).host: BEGIN_MS + 90_000}))
        house = House("demo", books, state_folder=tmp_path)
        begun = house.world.now()
        with pytest.raises(
            Unavailable, match=r"had to be silent when perptop last ran.* asks again in 0:01:"
        ):
            await snapshots(house.lives, 20)
        assert house.world.now() - begun < 1.0
        assert list(house.exchange.ledger) == []
        house.world.stop()


@pytest.mark.parametrize("fault", ["coinm-in-usdm", "coinm-events-on-usdm", "thousands-separators:dapi"])
def test_rows_and_events_of_another_book_do_no_harm(fault: str) -> None:
    """What comes on the wrong stream, or oddly written, changes no other book."""

    @virtual
    async def story() -> None:
        async with at_work(House("demo", ["usdm", "coinm"])) as house:
            house.strike(fault, 120)
            await asyncio.sleep(100)
            assert set(house.words().values()) == {Word.LIVE}
            assert all(("USD_" in key.symbol) is (key.book == "coinm") for key in house.lives.book.positions)
            assert house.lives.book.health.missed_events == 0

    story()


@virtual
async def test_portfolio_margin_is_found_by_asking_once() -> None:
    """When the classic books are refused, /papi is asked once, and its book takes over."""
    async with at_work(House("pm", ["usdm", "coinm"], is_auto=True)) as house:
        await asyncio.sleep(60)
        assert house.words() == {"pm": Word.LIVE}
        account = house.lives.book.account
        assert account is not None
        assert account.account_status == "NORMAL"
        assert house.lives.is_decided
        assert house.lives.book.health.unknown_events == 0


@virtual
async def test_refused_key_is_no_portfolio_margin() -> None:
    """A key that is refused everywhere leaves USD-M, and its state."""
    house = House("demo", ["usdm", "coinm"], is_auto=True)
    house.strike("key-revoked", 3600)
    async with at_work(house):
        assert house.words() == {"usdm": Word.REFUSED}
        assert [path for path, _ in house.world.asked].count("/papi/v1/account") == 1


@pytest.mark.parametrize(
    ("options", "wire", "value"),
    [(LiveOptions(margin_asset="ETH"), "marginAsset", "ETH"), (LiveOptions(pair="ETHUSD"), "pair", "ETHUSD")],
)
def test_coin_or_pair_is_sent_under_its_documented_name(options: LiveOptions, wire: str, value: str) -> None:
    """`--margin-asset` and `--pair` reach Binance as `marginAsset` and `pair`, and narrow rows and events."""

    @virtual
    async def story() -> None:
        async with at_work(House("demo", ["coinm"], options=options)) as house:
            sent = [params for path, params in house.world.asked if path == "/dapi/v1/positionRisk"]
            assert {params.get(wire) for params in sent} == {value}
            house.strike("coinm-open", 1)
            await asyncio.sleep(60)
            assert {key.symbol.partition("_")[0] for key in house.lives.book.positions} == {"ETHUSD"}
            assert house.lives.book.health.missed_events == 0

    story()


@virtual
async def test_empty_coin_book_takes_no_room() -> None:
    """Without a contract and a coin, COIN-M is watched and not shown."""
    async with at_work(House("empty", ["usdm", "coinm"])) as house:
        assert [book.book for book in house.lives.book.books] == ["usdm"]
        assert set(house.words().values()) == {Word.LIVE}


@virtual
async def test_snapshot_names_the_book_that_failed() -> None:
    """One snapshot of several books: what is told is kept, and the sentence names what is not."""
    house = House("demo", ["usdm", "coinm"])
    house.strike("http-502:dapi", 600)

    sentence = await snapshots(house.lives, 8.0)

    assert sentence.startswith("COIN-M: No fresh snapshot within 8 s.")
    assert house.words()["usdm"] is Word.LIVE
    house.world.stop()


@virtual
async def test_snapshot_of_nothing_is_an_error() -> None:
    """When no book is told there is nothing to print."""
    house = House("pm", ["usdm", "coinm"])

    with pytest.raises(Unavailable, match=r"USD-M: Binance refuses the key .* COIN-M: Binance refuses"):
        await snapshots(house.lives, 5.0)
    house.world.stop()
