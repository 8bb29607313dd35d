"""The worker as a whole, in virtual time against the simulated exchange: one behaviour a test."""

import asyncio
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.virtual.loop import virtual
from tests.virtual.stage import Stage, stage
from tui.book.health import Transport, Word
from tui.book.journal import Kind
from tui.errors import Unavailable
from tui.live import LiveOptions, snapshot
from tui.protocol.budget import AUDIT_SECONDS
from tui.protocol.conversation import ApiConversation, State
from tui.protocol.requests import ACCOUNT, LOG_ON, METHODS, PING_STREAM, POSITIONS, START_STREAM, TIME
from tui.sim import api_session
from tui.sim.keys import KINDS
from tui.sim.keys import Kind as KeyKind
from tui.sim.scenarios import scenario

QUIET = scenario("quiet")


@pytest.mark.parametrize("kind", KINDS)
@virtual
async def test_every_kind_of_key_shows_the_true_book(kind: KeyKind) -> None:
    """HMAC and RSA sign each request, Ed25519 logs on once and then sends neither key nor signature."""
    async with stage(QUIET, kind=kind) as on:
        assert on.is_true()
        asked = [params for method in (POSITIONS, ACCOUNT) for params in on.world.asked(method)]

        assert len(on.world.asked(LOG_ON)) == (1 if kind == "ed25519" else 0)
        assert {"signature" in params and "apiKey" in params for params in asked} == {kind != "ed25519"}


@virtual
async def test_worker_is_live_five_seconds_after_its_start() -> None:
    """Three connections at one a second, and a snapshot asked for three seconds after the user stream opened."""
    on = Stage(QUIET)
    on.start()
    assert await on.until_word(Word.LIVE, 5) > 3.0
    assert [len(on.sockets(feed)) for feed in ("api", "private", "market")] == [1, 1, 1]
    await on.stop()


@virtual
async def test_words_before_the_first_data() -> None:
    """It is CONNECTING until both snapshots are there, then SYNCING until nothing can have been missed, then LIVE."""
    on = Stage(QUIET)
    words = [on.word]
    on.start()
    while words[-1] is not Word.LIVE:
        await asyncio.sleep(0.01)
        if on.word is not words[-1]:
            words.append(on.word)
    await on.stop()

    assert words == [Word.CONNECTING, Word.SYNCING, Word.LIVE]


@virtual
async def test_snapshot_needs_no_streams() -> None:
    """One truthful picture is had over the one connection in less than a second."""
    on = Stage(QUIET, options=LiveOptions(streams=False))
    begun = on.world.now()
    await snapshot(on.live, 10)

    assert on.world.now() - begun < 1.0
    assert on.is_true()
    assert {entry.path for entry in on.exchange.ledger.of("connect")} == {"/ws-fapi/v1"}
    assert not on.world.sockets


@virtual
async def test_snapshot_has_the_leverage_confirmed() -> None:
    """What the snapshots leave out is asked for behind them."""
    on = Stage(QUIET, options=LiveOptions(streams=False))
    await snapshot(on.live, 10)
    held = [row for row in on.live.book.positions.values() if row.is_open]

    assert [row.key.symbol for row in held if row.leverage_is_derived or row.margin_type_is_derived] == []
    assert on.live.book.account is not None
    assert on.live.book.account.multi_assets_mode is False


@virtual
async def test_snapshot_without_a_confirmation_is_marked_as_derived() -> None:
    """Where HTTP does not answer, a snapshot comes in time all the same, and says what is derived."""
    on = Stage(QUIET, options=LiveOptions(streams=False))
    on.world.network.deaf.add("http")
    begun = on.world.now()
    await snapshot(on.live, 10)
    held = [row for row in on.live.book.positions.values() if row.is_open]

    assert on.world.now() - begun < 2.5
    assert held
    assert all(row.leverage_is_derived for row in held)


@virtual
async def test_snapshot_says_why_there_is_none() -> None:
    """A refused key is told at once, silence when the time is over."""
    for fault, seconds, words in (("ip-not-allowed", 1.0, "-2015"), ("no-answers", 3.0, "No fresh snapshot")):
        on = Stage(QUIET, options=LiveOptions(streams=False))
        on.strike(fault, 60)
        begun = on.world.now()
        with pytest.raises(Unavailable, match=words):
            await snapshot(on.live, seconds)
        assert on.world.now() - begun <= seconds + 1.0


@virtual
async def test_refresh_asks_at_once() -> None:
    """A person who wants news does not wait for the next audit."""
    async with stage(QUIET) as on:
        await asyncio.sleep(2)
        begun = on.world.now()
        on.live.refresh()
        await asyncio.sleep(0.5)

        assert [len(on.world.asked(method, begun)) for method in (POSITIONS, ACCOUNT)] == [1, 1]


@virtual
async def test_refresh_ends_a_pause_between_attempts() -> None:
    """When the network is back, a key press is enough."""
    async with stage(QUIET) as on:
        on.world.network.refusing.add("api")
        on.strike("reset:api")
        await asyncio.sleep(100)
        on.world.network.refusing.clear()
        on.live.refresh()

        assert await on.until(lambda: on.live.book.health.api.transport is Transport.OPEN, 3) < 2.0


@virtual
async def test_one_symbol_is_asked_for_by_its_name() -> None:
    """A one-symbol watch asks for no more than it shows, and listens to no other price."""
    async with stage(QUIET, options=LiveOptions(symbol="BTCUSDT")) as on:
        await asyncio.sleep(20)

        assert {params.get("symbol") for params in on.world.asked(POSITIONS)} == {"BTCUSDT"}
        assert {key.symbol for key in on.live.book.positions} == {"BTCUSDT"}
        assert {name for params in on.world.asked("SUBSCRIBE") for name in params} == {"btcusdt@markPrice@1s"}


@virtual
async def test_poll_never_overlaps_itself() -> None:
    """While answers take four seconds, no second request of the same method is on its way."""
    async with stage(QUIET, options=LiveOptions(poll_seconds=1.0, streams=False)) as on:
        on.strike("slow-answers", 60)
        begun = on.world.now()
        await asyncio.sleep(40)
        times = [when for when, _, said in on.world.said if said["method"] == POSITIONS and when > begun]

        assert len(times) >= 6
        assert min(later - earlier for earlier, later in pairwise(times)) > 3.5


@virtual
async def test_weight_is_the_exchange_s_own_count() -> None:
    """What is shown as used is what the exchange counted, other programs included."""
    async with stage(QUIET) as on:
        on.strike("other-clients-weight-80", 40)
        await asyncio.sleep(2 * AUDIT_SECONDS)
        used = on.exchange.world.limits.used("127.0.0.1", on.exchange.world.now_ms)

        assert on.live.book.weight_limit == 2400
        assert on.live.book.weight_used == used >= 1920


@virtual
async def test_optional_snapshots_stop_when_the_limit_is_nearly_used() -> None:
    """From 80 % on events ask for nothing, and only audits go on."""
    async with stage(QUIET) as on:
        on.strike("other-clients-weight-80", 120)
        await asyncio.sleep(AUDIT_SECONDS)
        begun = on.world.now()
        for _ in range(10):
            on.strike("add")
            await asyncio.sleep(3)

        assert len(on.world.asked(POSITIONS, begun)) <= 30 / AUDIT_SECONDS + 1


@pytest.mark.parametrize(("name", "usual", "most"), [("quiet", 43, 50), ("demo", 70, 100)])
@virtual
async def test_steady_weight_is_small(name: str, usual: float, most: int) -> None:
    """Audits cost 40 a minute of 2400; an account that trades every few seconds costs more, and never above 100."""
    async with stage(name) as on:
        await asyncio.sleep(1_200)
        minutes = [weight for _, weight in sorted(on.exchange.ledger.weight_by_minute().items())[1:-1]]

        assert max(minutes) <= most
        assert sum(minutes) / len(minutes) <= usual


@pytest.mark.parametrize("skew_ms", [-40_000, -5_000, 5_000, 40_000])
@virtual
async def test_wrong_local_clock_is_measured_and_shown(skew_ms: int) -> None:
    """A machine whose clock is off by 40 s gets no error for it: the offset is measured first."""
    async with stage(QUIET, skew_ms=skew_ms) as on:
        await asyncio.sleep(30)

        assert on.word is Word.LIVE
        assert on.live.book.health.skew_ms == pytest.approx(skew_ms, abs=100)
        assert on.live.time_ms() == pytest.approx(on.exchange_ms, abs=100)
        assert {entry.status for entry in on.exchange.ledger.of("request")} == {200}


@pytest.mark.parametrize("fault", ["clock+40s", "clock-40s", "clock+3s", "clock-3s"])
@virtual
async def test_step_of_the_exchange_s_clock_is_found(fault: str) -> None:
    """A clock that steps while the worker runs is measured anew, before ages are believed for long."""
    async with stage(QUIET) as on:
        on.strike(fault, 300)
        await asyncio.sleep(2 * AUDIT_SECONDS)

        assert on.live.time_ms() == pytest.approx(on.exchange_ms, abs=200)
        assert on.word is Word.LIVE
        assert sum(entry.status != 200 for entry in on.exchange.ledger.of("request")) <= 2


@virtual
async def test_drift_of_the_local_clock_is_corrected() -> None:
    """The clock is measured again every few minutes: 200 ppm do not add up."""
    on = Stage(QUIET)
    on.world.drift = 200e-6
    on.start()
    await asyncio.sleep(1800)

    assert on.live.time_ms() == pytest.approx(on.world.true_ms(), abs=150)
    assert len(on.world.asked(TIME)) <= 6 + 5
    await on.stop()


@virtual
async def test_server_without_time_is_asked_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the WebSocket API does not know `time`, the clock is measured by GET /fapi/v1/time."""
    monkeypatch.delitem(api_session.METHODS, "time")
    async with stage(QUIET, skew_ms=40_000) as on:
        asked = Counter(entry.path for entry in on.exchange.ledger.of("http"))

        assert asked["/fapi/v1/time"] == 5
        assert on.live.book.health.skew_ms == pytest.approx(40_000, abs=100)


@pytest.mark.parametrize(("fault", "words"), [("", "read-only ✓"), ("key-can-trade", "KEY CAN TRADE")])
@virtual
async def test_rights_of_the_key_are_shown(fault: str, words: str) -> None:
    """What the key may do is asked once, after the first snapshot."""
    on = Stage(QUIET)
    if fault:
        on.strike(fault)
    on.start()
    await on.until_word(Word.LIVE, 10)
    await asyncio.sleep(60)
    asked = [entry for entry in on.exchange.ledger.of("http") if "apiRestrictions" in entry.path]
    await on.stop()

    assert on.live.rights == words
    assert len(asked) == 1


@virtual
async def test_only_allowed_requests_are_sent() -> None:
    """A life with every reason to ask sends nothing but what reads and listens."""
    async with stage("demo", kind="ed25519") as on:
        for fault in ("reset", "listen-key-deleted", "listen-key-expired", "rotate", "drop-event"):
            on.strike(fault)
            await asyncio.sleep(60)
        await asyncio.sleep(1_500)
        methods = {said["method"] for _, feed, said in on.world.said if feed == "api"}
        controls = {said["method"] for _, feed, said in on.world.said if feed != "api"}

        assert methods == {LOG_ON, POSITIONS, ACCOUNT, START_STREAM, PING_STREAM, TIME} == set(METHODS)
        assert controls <= {"SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS"}
        assert on.exchange.ledger.violations() == []


# Silence


@pytest.mark.parametrize("fault", ["request-418", "request-429"])
@virtual
async def test_nothing_is_sent_while_silence_is_due(fault: str) -> None:
    """From the answer on that asks for silence nothing is sent or dialled; the word and the countdown say so."""
    async with stage(QUIET) as on:
        on.strike(fault, 90)
        await on.until_word(Word.BANNED, AUDIT_SECONDS + 1)
        said, dials = len(on.world.said), len(on.world.dials)
        retry_ms = on.live.book.health.api.retry_ms
        await on.until_word(Word.LIVE, 110)

        assert on.world.sins == []
        assert retry_ms is not None
        assert on.world.said[said][0] >= on.world.hushed_until
        assert len(on.world.dials) == dials
        assert "request" in on.live.book.health.api.reason or on.live.book.health.api.reason == ""


@pytest.mark.parametrize(
    "fault", ["request-418", "handshake-418-retry-after", "handshake-429-retry-after:market"]
)
@virtual
async def test_silence_outlives_a_restart(fault: str, tmp_path: Path) -> None:
    """A program that is started again knows that it has to be silent, whoever was told so."""
    async with stage(QUIET, folder=tmp_path) as on:
        on.strike(fault, 120)
        if fault.startswith("handshake"):
            on.strike("reset")
        await on.until_word(Word.BANNED, AUDIT_SECONDS + 5)
        said, dials = len(on.world.said), len(on.world.dials)
        for _ in range(5):
            await on.restart()
            await asyncio.sleep(10)
            assert on.word is Word.BANNED
            assert on.live.book.health.api.reason
        assert (len(on.world.said), len(on.world.dials)) == (said, dials)
        await on.until_word(Word.LIVE, 120)

        assert on.world.sins == []


@virtual
async def test_silence_that_one_stream_is_told_holds_for_all() -> None:
    """A 429 at the handshake of a stream silences the snapshots too, and they go on afterwards by themselves."""
    async with stage(QUIET) as on:
        on.strike("handshake-429-retry-after:market", 30)
        on.strike("reset:market")
        await on.until_word(Word.BANNED, 5)
        said = len(on.world.said)
        await asyncio.sleep(25)
        assert len(on.world.said) == said
        await on.until_word(Word.LIVE, 15)

        assert on.world.sins == []


# Streams


@virtual
async def test_market_stream_follows_the_positions() -> None:
    """A position that comes is listened to within a second or two, one that goes no longer is."""
    async with stage("empty") as on:
        assert on.live.book.health.mark.transport is Transport.OFF
        on.strike("open")
        await on.until(lambda: bool(on.live.book.symbols), 1)
        (symbol,) = on.live.book.symbols
        await on.until_word(Word.LIVE, 3)
        on.strike("close")
        await asyncio.sleep(5)
        on.strike("open")
        await on.until(on.is_true, 1)

        assert {f"{symbol.lower()}@markPrice@1s"} <= {
            name for each in on.world.asked("SUBSCRIBE") for name in each
        }


@virtual
async def test_price_becomes_stale_five_seconds_after_the_last() -> None:
    """A figure made from a price that has stopped is no longer live, the size stays, and the word says STALE."""
    async with stage(QUIET) as on:
        on.strike("no-marks", 9)
        await on.until_word(Word.STALE, 6.1)
        book, time_ms = on.live.book, on.live.time_ms()
        ages = [book.freshness(position, time_ms) for position in book.positions.values() if position.is_open]

        assert all(age.is_confirmed and not age.is_marked for age in ages)
        assert await on.until_word(Word.LIVE, 6) > 0


@virtual
async def test_prices_are_polled_while_their_stream_is_down() -> None:
    """Without the market stream snapshots bring the prices, in time for them to stay live."""
    async with stage(QUIET) as on:
        on.world.network.refusing.add("market")
        on.strike("reset:market")
        await asyncio.sleep(10)
        words = set()
        for _ in range(100):
            await asyncio.sleep(0.25)
            words.add(on.word)

        assert words == {Word.LIVE}
        assert on.live.book.health.mark.transport is Transport.DOWN


@virtual
async def test_missed_event_is_found_counted_and_the_stream_replaced() -> None:
    """An audit finds what no event told: it is corrected within 15 s, told, and the user stream is not trusted on."""
    async with stage(QUIET) as on:
        await asyncio.sleep(20)
        connects = len(on.exchange.ledger.of("connect"))
        on.strike("drop-fill")
        on.strike("close")
        await on.until(on.is_true, AUDIT_SECONDS + 1)
        await on.until_word(Word.SYNCING, 4)
        await on.until_word(Word.LIVE, 6)

        assert on.live.book.health.missed_events == 1
        assert any(entry.kind is Kind.AUDIT for entry in on.live.book.journal)
        assert len(on.exchange.ledger.of("connect")) == connects + 1


@virtual
async def test_margins_are_never_those_of_the_book_before_an_event() -> None:
    """While snapshots lag by as much as they may, margins are unknown after a fill until one asked for later tells them."""
    async with stage(replace(QUIET, snapshot_lag_ms=2500)) as on:
        await asyncio.sleep(20)
        filled_ms = on.exchange_ms
        on.strike("close")
        await on.until(lambda: not has_margins(on), 1)
        before = len(on.world.asked(ACCOUNT))
        await on.until(lambda: has_margins(on), 7)

        assert on.live.book.account is not None
        assert on.live.book.account.snapshot_ms - 2500 >= filled_ms
        assert len(on.world.asked(ACCOUNT)) - before <= 2


@virtual
async def test_margins_are_asked_for_when_a_poll_finds_a_change() -> None:
    """Without events a snapshot of the positions shows that the margins are of an earlier book: they are asked for soon."""
    async with stage(QUIET, options=LiveOptions(streams=False)) as on:
        await asyncio.sleep(22)
        on.strike("close")
        await on.until(on.is_true, 6)
        assert not has_margins(on)
        assert await on.until(lambda: has_margins(on), 5.5) < AUDIT_SECONDS / 2


def has_margins(on: Stage) -> bool:
    """Whether the margins of the account hold."""
    account = on.live.book.account
    return account is not None and account.has_margins


@virtual
async def test_silent_address_is_replaced_by_another_form() -> None:
    """A private stream that never delivers is opened in another way after an audit has found it out."""
    async with stage(replace(QUIET, silent_forms=frozenset({"query", "path"}))) as on:
        for _ in range(2):
            on.strike("close")
            await asyncio.sleep(2 * AUDIT_SECONDS)
        missed = on.live.book.health.missed_events
        on.strike("close")
        await on.until(on.is_true, 1)

        assert missed == 2
        assert len(on.world.asked("SUBSCRIBE")) > 0


@virtual
async def test_listen_key_that_another_client_closed_is_replaced() -> None:
    """After its silence is found out, the stream listens on a new key, and is never closed from here."""
    async with stage(QUIET) as on:
        key = on.exchange.world.listen_keys.active
        on.strike("listen-key-deleted")
        on.strike("close")
        await asyncio.sleep(2 * AUDIT_SECONDS)
        on.strike("close")

        assert await on.until(on.is_true, 1) < 0.5
        assert on.exchange.world.listen_keys.active not in (None, key)
        assert "userDataStream.stop" not in on.exchange.ledger.methods()


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.4, 0.6])
def test_listen_key_that_comes_while_the_clock_is_measured_is_used(delay: float) -> None:
    """A key is not forgotten because the answers wait for the clock at the moment it arrives."""

    @virtual
    async def story() -> None:
        async with stage(QUIET) as on:
            await asyncio.sleep(5)
            on.strike("listen-key-expired")
            await asyncio.sleep(delay)
            talk = on.live._api.talk
            assert isinstance(talk, ApiConversation)
            talk.state = State.MEASURING
            await asyncio.sleep(0.5)
            for news in talk.time_is_measured(on.world.now()):
                on.live._hear(news)
            assert await on.until_word(Word.LIVE, 10) < 10

    story()


@virtual
async def test_listen_key_is_kept_alive() -> None:
    """It is pinged on connecting and every twenty minutes."""
    async with stage(QUIET) as on:
        key = on.exchange.world.listen_keys.active
        await asyncio.sleep(3600 + 600)

        assert on.exchange.world.listen_keys.active == key
        assert 4 <= len(on.world.asked(PING_STREAM)) <= 5


@virtual
async def test_snapshots_are_asked_more_often_while_the_user_stream_is_down() -> None:
    """Every five seconds, and never shown as LIVE: a change in between would not be told."""
    async with stage(QUIET) as on:
        on.world.network.refusing.add("private")
        on.strike("reset:private")
        await asyncio.sleep(5)
        begun = on.world.now()
        words = set()
        for _ in range(120):
            await asyncio.sleep(0.25)
            words.add(on.word)

        assert len(on.world.asked(POSITIONS, begun)) == pytest.approx(6, abs=1)
        assert words == {Word.SYNCING}


@virtual
async def test_venue_without_streams_is_polled_and_live() -> None:
    """Where the private stream does not exist, snapshots alone keep the book, and that is enough."""
    on = Stage(QUIET)
    opened = on.exchange.open
    on.exchange.open = lambda target, *rest: opened(  # type: ignore[method-assign]
        "/nowhere" if target.startswith("/private") else target, *rest
    )
    on.start()
    await on.until_word(Word.LIVE, 10)
    on.strike("close")
    await on.until(on.is_true, 6)
    await on.stop()

    assert on.live.book.health.user.transport is Transport.OFF


@virtual
async def test_gap_is_told_with_what_changed_in_it() -> None:
    """After an outage one line says how long it was, and what came of the positions meanwhile."""
    async with stage(QUIET) as on:
        on.world.network.refusing.update(("api", "private", "market"))
        on.strike("reset")
        await asyncio.sleep(1)
        on.strike("close")
        await asyncio.sleep(120)
        on.world.network.refusing.clear()
        await on.until_word(Word.LIVE, 34)
        gap = on.live.book.last_gap

        assert gap is not None
        assert gap.until_ms - gap.since_ms == pytest.approx(140_000, abs=20_000)
        assert len(gap.changes) == 1
        assert gap.changes[0].endswith("closed")
        assert any(text.startswith("Away 00:02") for text in on.journal)


@virtual
async def test_long_outage_is_a_few_lines() -> None:
    """The same failure again and again is one line: fills and fundings are not pushed out of the journal."""
    async with stage(QUIET) as on:
        on.world.network.refusing.update(("api", "private", "market"))
        on.strike("reset")
        lines = on.live.book.journal.count
        await asyncio.sleep(1_800)

        assert on.live.book.journal.count - lines <= 6


@virtual
async def test_no_positions_is_said_only_after_an_audit() -> None:
    """An empty book is empty when a snapshot has said so, and unknown before."""
    on = Stage(scenario("empty"))
    on.strike("method-retired", 20)
    on.start()
    await asyncio.sleep(15)
    assert (on.word, on.live.book.health.audited_ms) == (Word.CONNECTING, None)
    await on.until_word(Word.LIVE, 40)
    assert on.live.book.health.audited_ms is not None
    await on.stop()


@virtual
async def test_sleep_of_the_machine_is_noticed_at_once() -> None:
    """After a suspend nothing is live until it has been asked anew, and every connection is replaced."""
    async with stage(QUIET) as on:
        before = set(on.world.sockets)
        on.world.asleep += 7_200
        assert on.word is Word.STALE
        on.world.advance()
        await on.until(lambda: on.word is not Word.STALE, 2)
        await on.until_word(Word.LIVE, 10)

        assert not before & set(on.world.sockets)
        assert on.is_true()


@virtual
async def test_planned_rotation_leaves_no_gap() -> None:
    """When the server announces that it goes away, the picture stays LIVE and every event is told."""
    async with stage(QUIET) as on:
        await asyncio.sleep(30)
        on.strike("rotate")
        words: set[Any] = set()
        for _ in range(80):
            on.strike("add")
            await asyncio.sleep(0.25)
            words.add(on.word)
        await asyncio.sleep(2)

        assert words <= {Word.LIVE}
        assert on.live.book.health.missed_events == 0
        assert [len(on.sockets(feed)) for feed in ("api", "private", "market")] == [1, 1, 1]


@virtual
async def test_rotation_without_snapshots_waits() -> None:
    """When streams are announced to go away while no listen key can be had, they are used to their end."""
    async with stage(QUIET) as on:
        on.world.network.refusing.add("api")
        on.strike("reset:api")
        await asyncio.sleep(5)
        for feed in ("private", "market"):
            (socket,) = on.sockets(feed)
            socket.session.say({"e": "serverShutdown", "E": on.exchange_ms})
        await asyncio.sleep(60)
        assert [len(on.sockets(feed)) for feed in ("private", "market")] == [1, 1]
        on.world.network.refusing.clear()
        await on.until_word(Word.LIVE, 34)


@virtual
async def test_demo_lives_from_end_to_end() -> None:
    """Prices move every second, positions come, change and go, and every fill and every funding has its line."""
    async with stage("demo") as on:
        prices: set[Decimal | None] = set()
        sizes: set[frozenset[object]] = set()
        words: Counter[Word] = Counter()
        for _ in range(300):
            await asyncio.sleep(1)
            book = on.live.book
            words[on.word] += 1
            prices |= {row.mark_price for key, row in book.positions.items() if key.symbol == "BTCUSDT"}
            sizes.add(frozenset((key, row.position_amount) for key, row in book.positions.items()))
        await on.until(on.is_true, 1)
        kinds = Counter(entry.kind for entry in on.live.book.journal)

        assert len(prices) > 250
        assert len(sizes) > 10
        assert words[Word.LIVE] > 290
        assert kinds[Kind.FILL] >= 10
        assert kinds[Kind.FUNDING] >= 3
        assert on.live.book.health.protocol_errors == 0
        assert on.live.book.health.missed_events == 0


@virtual
async def test_worker_leaves_nothing_behind() -> None:
    """It stops within two seconds in the midst of anything, without a task or a socket left."""
    for fault in ("", "reset", "silence", "request-418", "refuse-connections", "rotate", "key-revoked"):
        async with stage("demo") as on:
            if fault:
                on.strike(fault)
                await asyncio.sleep(3)
            begun = on.world.now()
            await on.stop()

            assert on.world.now() - begun <= 2.0
            assert not on.world.sockets
            assert asyncio.all_tasks() == {asyncio.current_task()}
