"""An event loop that never waits: when nothing can be done now, its clock jumps to the next timer."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

LOOK_EVERY = 1_000
"""Rounds of the loop between looks for signals."""

MOST_ROUNDS = 100_000
"""Rounds of the loop in one moment, above which something runs in a circle."""

RESOLUTION = 1e-6
"""Timers this close count as due: after a month, the clock's own steps are larger than the usual nanosecond."""


class Stuck(Exception):
    """Time does not go on: there is no timer left, or something runs in a circle."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which begins at 0.

    Threads and sockets live in real time, so work handed to them would find the clock days ahead: it is refused.
    """

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jumping(self._jump))
        self._clock_resolution = RESOLUTION

    def time(self) -> float:
        """Return the virtual seconds."""
        return self._virtual

    def stall(self, seconds: float) -> None:
        """Let time pass in which this program did nothing at all, as after a SIGSTOP."""
        self._virtual += seconds

    def _jump(self, seconds: float | None) -> None:
        if seconds is None:
            raise Stuck
        self._virtual += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Refuse: a thread knows nothing of virtual time."""
        raise AssertionError(f"{func} would run in a thread")


class _Jumping(selectors.DefaultSelector):
    """A selector that jumps in place of waiting. There is nothing to select: only a signal is looked for, now and then."""

    def __init__(self, jump: Callable[[float | None], None]) -> None:
        super().__init__()
        self._jump = jump
        self._rounds = self._rounds_now = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._rounds += 1
        if self._rounds % LOOK_EVERY == 0 and (ready := super().select(0)):
            return ready
        self._rounds_now += 1
        if timeout is None or timeout > 0:
            self._jump(timeout)
            self._rounds_now = 0
        elif self._rounds_now > MOST_ROUNDS:
            raise Stuck
        return []


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work())


def virtual(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in virtual time; no task may be left at its end."""

    @functools.wraps(test)
    def runs(*args: P.args, **named: P.kwargs) -> None:
        async def work() -> None:
            await test(*args, **named)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left

        run(work)

    return runs
