"""A link keeps one connection open: what it tells, when it dials, how it hands over, and that it ends cleanly."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.feed.stage import HANG, Play, Stage
from tests.virtual.loop import virtual
from tui.feed.link import (
    AGAIN_SECONDS,
    OVERLAP_SECONDS,
    ROTATE_AFTER,
    ROTATE_SPREAD,
    SUCCESSOR_SECONDS,
    USELESS_AFTER,
    LinkState,
)
from tui.feed.world import DialFailed
from tui.protocol.redial import CAP, LOW, REFUSED_FIRST, USEFUL_AFTER

DAY = 86_400.0
S = LinkState


@virtual
async def test_link_tells_each_failure_and_goes_on() -> None:
    """Attempts that fail each in their own way are told one by one, with the time of the next."""
    failures = [
        DialFailed("refused"),
        DialFailed("unavailable"),
        DialFailed("limited", silent=30.0),
        DialFailed("certificate", is_untrusted=True),
        DialFailed("no such address", is_missing=True),
        DialFailed("portal"),
    ]
    play = Play(Stage(failures, chance=0.0))
    await asyncio.sleep(300)
    waits = [later - earlier for earlier, later in pairwise(play.stage.dials)]
    await play.stop()

    told = [(change.state, change.sentence) for change in play.changes if change.sentence]
    assert told == [
        (S.DOWN, "refused"),
        (S.DOWN, "unavailable"),
        (S.SILENCED, "limited"),
        (S.REFUSED, "certificate"),
        (S.MISSING, "no such address"),
        (S.DOWN, "portal"),
    ]
    assert waits == pytest.approx([1.0, 1.0, 30.3, REFUSED_FIRST, 2 * REFUSED_FIRST, LOW], abs=0.01)
    assert play.states[-1] is S.OPEN


@virtual
async def test_retry_time_is_the_time_of_the_next_dial() -> None:
    """What is told as the next attempt's time is when it is made."""
    play = Play(Stage([DialFailed("no")] * 6))
    await asyncio.sleep(100)
    await play.stop()

    told = [change.retry_at for change in play.changes if change.state is S.DOWN]
    assert told[2:] == pytest.approx(play.stage.dials[3:], abs=0.001)


@virtual
async def test_time_of_a_dial_counts_into_the_pause() -> None:
    """A dial that takes ten seconds to fail is followed by the next as soon as one that fails at once."""
    play = Play()

    async def slow(url: str) -> Any:
        play.stage.dials.append(play.stage.now())
        await asyncio.sleep(10)
        raise DialFailed("timed out")

    play.stage.connect = slow  # type: ignore[method-assign]
    await asyncio.sleep(300)
    await play.stop()

    waits = [later - earlier for earlier, later in pairwise(play.stage.dials)]
    assert max(waits) <= CAP + 0.01


@virtual
async def test_accepting_and_closing_is_no_success() -> None:
    """A server that accepts and closes at once is dialled ever more seldom, not in a loop."""
    play = Play()

    async def slam() -> None:
        while True:
            await asyncio.sleep(0.01)
            for socket in list(play.stage.open):
                socket.cut("1008")

    slamming = asyncio.create_task(slam())
    await asyncio.sleep(300)
    slamming.cancel()
    await play.stop()

    assert len(play.stage.dials) <= 20


@virtual
async def test_backoff_is_forgotten_after_a_useful_minute() -> None:
    """The delays begin anew once a connection has been useful for a minute, and not before."""
    play = Play(Stage([DialFailed("no")] * 8))
    await asyncio.sleep(200)
    for useful_for in (USEFUL_AFTER - 1, USEFUL_AFTER + 1):
        await play.until(lambda: bool(play.stage.open))
        play.link.useful()
        await asyncio.sleep(useful_for)
        play.link.useful()
        play.socket.cut()
    await asyncio.sleep(CAP + 1)
    await play.stop()

    slow, quick = [later - earlier for earlier, later in pairwise(play.stage.dials)][-2:]
    assert slow - (USEFUL_AFTER - 1) >= LOW
    assert quick - (USEFUL_AFTER + 1) <= 1.0


@virtual
async def test_hurry_ends_a_pause() -> None:
    """Someone who wants it can have the next attempt at once, a second after the last at the earliest."""
    play = Play(Stage([DialFailed("certificate", is_untrusted=True)]))
    await asyncio.sleep(5)
    play.link.hurry()
    await asyncio.sleep(0.1)
    await play.stop()

    assert play.stage.dials == pytest.approx([0.0, 5.0])


@virtual
async def test_hurry_does_not_break_a_silence() -> None:
    """Nobody can hurry a link that has to be silent."""
    play = Play(Stage([DialFailed("limited", silent=60.0)]))
    await asyncio.sleep(5)
    play.link.hurry()
    await asyncio.sleep(50)
    dials = len(play.stage.dials)
    await play.stop()

    assert dials == 1


@virtual
async def test_recycle_ends_this_connection_only() -> None:
    """A connection that is given up is told with the reason; the next one is not touched by it."""
    play = Play()
    await asyncio.sleep(5)
    play.link.recycle("an audit found a difference")
    play.link.recycle("and another")
    await asyncio.sleep(60)
    await play.stop()

    assert play.states == [S.DIALLING, S.OPEN, S.DOWN, S.DIALLING, S.OPEN]
    assert play.changes[2].sentence == "and another"


@virtual
async def test_recycle_of_a_dead_connection_does_not_reach_the_next() -> None:
    """A connection that is lost while it is given up leaves nothing behind."""
    play = Play()
    await asyncio.sleep(5)
    play.socket.cut("reset")
    play.link.recycle("too late")
    await asyncio.sleep(60)
    await play.stop()

    assert play.states.count(S.OPEN) == 2
    assert play.states[-1] is S.OPEN


@virtual
async def test_refused_key_is_left_alone_for_a_minute() -> None:
    """A conversation that ends because the key was refused is begun again after 60 s."""
    play = Play()
    await asyncio.sleep(1)
    play.socket.say(b"refuse")
    await asyncio.sleep(REFUSED_FIRST + 5)
    await play.stop()

    assert S.REFUSED in play.states
    assert play.stage.dials[1] - 1 == pytest.approx(REFUSED_FIRST, abs=0.1)


@virtual
async def test_useless_connection_is_given_up() -> None:
    """A connection on which the conversation never gets to its work is not kept."""
    play = Play(are_ready=False)
    await asyncio.sleep(USELESS_AFTER + 1)
    await play.stop()

    assert S.OPEN not in play.states
    assert "does not do its work" in play.changes[-2 if play.states[-1] is S.DIALLING else -1].sentence


@virtual
async def test_error_of_the_program_is_not_swallowed() -> None:
    """A bug in a conversation ends the link with its own error."""
    play = Play()
    await asyncio.sleep(1)
    play.socket.say(b"bug")

    with pytest.raises(ZeroDivisionError):
        await play.task


# Handing over from an old connection to a new one


@virtual
async def test_old_connection_is_replaced_before_its_day_is_over() -> None:
    """After 23 hours ± 30 minutes a successor is opened first; the old one is heard until both have overlapped."""
    play = Play()
    await asyncio.sleep(ROTATE_AFTER - ROTATE_SPREAD - 1)
    assert len(play.stage.dials) == 1
    await play.until(lambda: len(play.stage.sockets) == 2)
    old, new = play.stage.sockets
    for number in range(100):
        for socket in (old, new):
            if socket in play.stage.open:
                socket.say(f"event {number}".encode())
        await asyncio.sleep(OVERLAP_SECONDS / 50)
    await play.stop()

    heard = {str(news).partition(" ")[2] for news in play.heard}
    assert {f"event {number}" for number in range(100)} <= heard
    assert play.states == [S.DIALLING, S.OPEN, S.ROTATING, S.OPEN]
    assert play.stage.most_open == 2
    assert ROTATE_AFTER - ROTATE_SPREAD <= play.stage.dials[1] <= ROTATE_AFTER + ROTATE_SPREAD


@virtual
async def test_two_connections_stand_side_by_side_for_less_than_ten_seconds() -> None:
    """However long the successor takes, the old connection is gone ten seconds after the new one was opened."""
    play = Play()
    await asyncio.sleep(1)
    play.are_ready = False
    play.socket.say(b"leave")
    await asyncio.sleep(SUCCESSOR_SECONDS - 2)
    play.socket.say(b"ready")
    two_at = play.stage.now()
    await play.until(lambda: len(play.stage.open) == 1)
    assert play.stage.now() - two_at + SUCCESSOR_SECONDS - 2 < 10
    assert play.states[-1] is S.OPEN
    await play.stop()


@virtual
async def test_server_that_goes_away_is_heard_to_its_end() -> None:
    """After `serverShutdown` everything that the old connection still says is told, and there is no gap."""
    play = Play()
    await asyncio.sleep(1)
    old = play.socket
    old.say(b"leave")
    await asyncio.sleep(0.01)
    old.say(b"last words")
    await asyncio.sleep(3)
    await play.stop()

    assert "1 last words" in play.heard
    assert S.DOWN not in play.states
    assert play.states[-1] is S.OPEN


@virtual
async def test_successor_that_fails_leaves_the_old_connection_alone() -> None:
    """While no successor can be had, the old connection is relied on, and another is tried a minute later."""
    play = Play()
    play.stage.script.extend(["open", DialFailed("refused"), HANG])
    await asyncio.sleep(ROTATE_AFTER + ROTATE_SPREAD + 3 * AGAIN_SECONDS)
    await play.stop()

    assert S.DOWN not in play.states
    assert play.states.count(S.ROTATING) == 3
    assert play.states[-1] is S.OPEN
    waits = [
        later - earlier for earlier, later in zip(play.stage.dials[1:], play.stage.dials[2:], strict=False)
    ]
    assert waits == pytest.approx([AGAIN_SECONDS, AGAIN_SECONDS + SUCCESSOR_SECONDS], abs=0.1)


@virtual
async def test_successor_that_is_told_to_be_silent_silences_all() -> None:
    """A 429 in answer to a successor's handshake is obeyed as any other."""
    play = Play()
    play.stage.script.extend(["open", DialFailed("limited", silent=500.0)])
    await asyncio.sleep(ROTATE_AFTER + ROTATE_SPREAD + 200)
    silent_until = play.manners.silent_until
    await play.stop()

    assert silent_until > play.stage.dials[1] + 500
    assert S.SILENCED in play.states
    assert play.stage.dials[2] >= silent_until


@virtual
async def test_loss_during_a_hand_over_is_a_loss() -> None:
    """When the old connection goes while the successor hangs, the link says so and dials anew."""
    play = Play()
    await asyncio.sleep(1)
    play.stage.script.append(HANG)
    play.socket.say(b"leave")
    await asyncio.sleep(1)
    play.socket.cut("gone")
    await asyncio.sleep(SUCCESSOR_SECONDS + 2)
    await play.stop()

    assert S.DOWN in play.states
    assert play.states[-1] is S.OPEN


# Ending


@pytest.mark.parametrize(
    "state", ["dialling", "hanging", "pausing", "silenced", "open", "not ready", "rotating", "overlapping"]
)
def test_link_ends_within_two_seconds(state: str) -> None:
    """Whatever a link is doing, it ends at once and leaves no task and no socket."""

    @virtual
    async def test() -> None:
        script: dict[str, list[Any]] = {
            "hanging": [HANG],
            "pausing": [DialFailed("no")] * 9,
            "silenced": [DialFailed("limited", silent=900.0)],
        }
        play = Play(Stage(script.get(state, [])), are_ready=state != "not ready")
        if state == "rotating":
            play.stage.script.extend(["open", HANG])
        await asyncio.sleep(0.0 if state == "dialling" else 5.0)
        if state in ("rotating", "overlapping"):
            play.socket.say(b"leave")
            await asyncio.sleep(1.0)
            assert len(play.stage.open) == (1 if state == "rotating" else 2)
        begun = play.stage.now()
        await play.stop()

        assert play.stage.now() - begun <= 2.0
        assert not play.stage.open

    test()


@virtual
async def test_a_thousand_reconnects_leave_nothing_behind() -> None:
    """Tasks and sockets after a thousand reconnects are those after the first."""
    play = Play()
    await asyncio.sleep(2)
    tasks = len(asyncio.all_tasks())
    for _ in range(1_000):
        play.link.useful()
        await asyncio.sleep(USEFUL_AFTER + 1)
        play.link.useful()
        play.socket.cut()
        await asyncio.sleep(5)

    assert len(play.stage.dials) == 1_001
    assert len(asyncio.all_tasks()) == tasks
    assert len(play.stage.open) == 1
    await play.stop()
