"""The virtual loop itself: time passes as it should, and nothing waits for real."""

import asyncio
import time

import pytest

from tests.virtual.loop import Stuck, VirtualLoop, run


def test_sleep_takes_no_real_time() -> None:
    """A week of sleep is over at once, and the clock shows it."""

    async def work() -> float:
        await asyncio.sleep(7 * 86_400)
        return asyncio.get_running_loop().time()

    begun = time.monotonic()
    assert run(work) == pytest.approx(7 * 86_400)
    assert time.monotonic() - begun < 1


def test_timers_fire_in_their_order() -> None:
    """Tasks wake in the order of their times, also when they are longer than asyncio's longest wait."""

    async def work() -> list[float]:
        woken: list[float] = []

        async def sleeper(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(seconds)

        await asyncio.gather(*(sleeper(seconds) for seconds in (300_000.0, 0.25, 86_400.5, 0.0)))
        return woken

    assert run(work) == [0.0, 0.25, 86_400.5, 300_000.0]


def test_timeout_is_virtual() -> None:
    """`asyncio.timeout` ends a wait at its virtual time."""

    async def work() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(12.5):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(work) == pytest.approx(12.5)


def test_small_steps_arrive_after_a_month() -> None:
    """The clock does not stand still where its steps are finer than its digits."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.stall(1e9)
        for _ in range(1_000):
            await asyncio.sleep(1e-9)

    run(work)


def test_wait_without_timer_is_an_error() -> None:
    """A wait that nothing can end is reported in place of hanging."""

    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        run(work)


def test_running_in_a_circle_is_an_error() -> None:
    """Work that goes on for ever in one moment is reported in place of hanging."""

    async def work() -> None:
        while True:  # noqa: ASYNC110 - that is the point
            await asyncio.sleep(0)

    with pytest.raises(Stuck):
        run(work)


def test_stall_makes_timers_late() -> None:
    """After a stall every timer that it swallowed fires at once."""

    async def work() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.call_later(1.0, loop.stall, 10.0)
        await asyncio.sleep(2.0)
        return loop.time()

    assert run(work) == pytest.approx(11.0)


def test_threads_are_refused() -> None:
    """Work for a thread is refused: it would live in real time."""

    async def work() -> None:
        await asyncio.to_thread(time.time)

    with pytest.raises(AssertionError):
        run(work)
