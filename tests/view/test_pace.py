"""When the screen is painted, in a time that passes as fast as it is asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from math import inf

import pytest

from tests.virtual.loop import VirtualLoop
from tui.view.terminal.pace import GATHER, WATCH, Pace

SPACING = 0.2


class Painted:
    """Notes when it was painted."""

    def __init__(self, spacing: float = SPACING) -> None:
        self.times: list[float] = []
        self.errors: list[Exception] = []
        self.trouble: Exception | None = None
        self.is_idle = False
        self.due = inf
        self.pace = Pace(self.paint, spacing, self.errors.append, lambda: self.due)

    def paint(self) -> bool:
        """Note it, or fail."""
        self.times.append(round(asyncio.get_running_loop().time() - self.began, 6))
        if self.trouble:
            raise self.trouble
        return not self.is_idle

    def start(self) -> None:
        """Begin."""
        self.began = asyncio.get_running_loop().time()
        self.pace.start()


def live(story: Callable[[Painted], Awaitable[None]], spacing: float = SPACING) -> Painted:
    """Live through a story."""
    painted = Painted(spacing)

    async def whole() -> None:
        painted.start()
        await story(painted)
        painted.pace.stop()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(whole())
    return painted


def test_news_that_come_together_are_painted_together() -> None:
    """A burst of messages is one frame, a moment after the first of them."""

    async def story(painted: Painted) -> None:
        await asyncio.sleep(0.3)
        for _ in range(10):
            painted.pace.ask()
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.1)

    assert live(story).times == pytest.approx([0, 0.3 + GATHER], abs=1e-4)


def test_paints_no_more_often_than_the_rate() -> None:
    """Two thousand messages a second are five frames a second."""

    async def story(painted: Painted) -> None:
        for _ in range(4_000):
            painted.pace.ask()
            await asyncio.sleep(0.0005)

    times = live(story).times
    gaps = [after - before for before, after in pairwise(times)]

    assert min(gaps) >= SPACING - 1e-6
    assert len(times) == pytest.approx(10, abs=1)


def test_looks_at_the_clock_while_nothing_is_told() -> None:
    """Figures age though nothing comes; a look that found nothing to do does not keep news waiting."""

    async def story(painted: Painted) -> None:
        painted.is_idle = True
        await asyncio.sleep(2 * WATCH + 0.1)
        painted.pace.ask()
        await asyncio.sleep(WATCH + 0.2)

    news = 2 * WATCH + 0.1 + GATHER
    assert live(story).times == pytest.approx([0, WATCH, 2 * WATCH, news, news + WATCH], abs=1e-4)


def test_looks_when_a_figure_ages_past_its_limit() -> None:
    """What holds until a known moment is looked at in that moment, and no more often than the rate."""

    async def story(painted: Painted) -> None:
        painted.due = 0.7
        await asyncio.sleep(0.8)
        painted.due = 0.001
        await asyncio.sleep(0.9)

    assert live(story).times == pytest.approx([0, 0.7, 1.4, 1.6], abs=1e-4)


def test_slow_rate_is_kept_by_the_clock_too() -> None:
    """Whoever asks for a frame a minute gets no more."""

    async def story(painted: Painted) -> None:
        await asyncio.sleep(61)

    assert live(story, spacing=60).times == pytest.approx([0, 60], abs=1e-4)


def test_what_has_to_be_said_at_once_does_not_wait() -> None:
    """A connection that breaks is told in the same moment, however lately there was a frame, and once."""

    async def story(painted: Painted) -> None:
        painted.pace.ask()
        await asyncio.sleep(1)
        painted.pace.hurry()
        painted.pace.hurry()
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        painted.pace.hurry()
        await asyncio.sleep(0.01)

    assert live(story, spacing=60).times == pytest.approx([0, 1, 1.01], abs=1e-4)


def test_trouble_is_told_and_ends_it() -> None:
    """What goes wrong while painting is not lost, and does not come again and again."""

    async def story(painted: Painted) -> None:
        await asyncio.sleep(0.1)
        painted.trouble = ValueError("a bug")
        await asyncio.sleep(3)

    painted = live(story)
    assert painted.errors == [painted.trouble]
    assert painted.times == pytest.approx([0, WATCH], abs=1e-4)


def test_stopped_it_does_nothing() -> None:
    """News after the end are nobody's."""

    async def story(painted: Painted) -> None:
        await asyncio.sleep(0.1)
        painted.pace.ask()
        painted.pace.stop()
        painted.pace.ask()
        painted.pace.hurry()
        await asyncio.sleep(3)

    assert live(story).times == [0]
