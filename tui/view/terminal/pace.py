"""When the screen is painted: soon after news, never more often than it may be, and now and then for the clock."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from math import inf

GATHER = 0.03
"""Seconds for which news wait for more: what an exchange tells at once comes in many messages."""
WATCH = 1.0
"""Seconds after which the clock is looked at though nothing was told: ages go on."""


class Pace:
    """Calls `paint`; sleeps while there is nothing to do."""

    def __init__(
        self,
        paint: Callable[[], bool],
        spacing: float,
        fail: Callable[[Exception], object],
        due: Callable[[], float] = lambda: inf,
    ) -> None:
        """Do nothing until it is started.

        Args:
            paint: brings the screen up to date; returns whether there was anything to do.
            spacing: the least seconds from one call to the next.
            fail: is told what went wrong in it.
            due: returns the seconds after which what it painted holds no more though nothing is told.
        """
        self._paint, self._fail, self._due = paint, fail, due
        self._spacing = spacing
        self._gather = min(GATHER, spacing)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._is_asked = False
        self._last = -inf

    def start(self) -> None:
        """Begin, in the context of the caller."""
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self._set(self._loop.time())

    def ask(self) -> None:
        """Paint soon: something was told."""
        if self._is_asked or self._loop is None:
            return
        self._is_asked = True
        self._set(max(self._loop.time() + self._gather, self._last + self._spacing))

    def hurry(self) -> None:
        """Paint in a moment, however lately that was done: something has to be said at once."""
        if self._loop is not None:
            self._is_asked = True
            self._set(self._loop.time())

    def stop(self) -> None:
        """Do nothing any more."""
        self._loop = None
        if self._handle is not None:
            self._handle.cancel()

    def _set(self, when: float) -> None:
        """Paint at that time, if it is not due before."""
        assert self._loop is not None
        if self._handle is not None:
            if self._handle.when() <= when:
                return
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._run, context=self._context)

    def _run(self) -> None:
        if self._loop is None:
            return
        self._handle, self._is_asked = None, False
        now = self._loop.time()
        try:
            if self._paint():
                self._last = now
        except Exception as error:  # there is nobody above who could tell of it
            self._fail(error)
            return
        if self._loop is not None and not self._is_asked:
            self._set(now + max(self._spacing, min(WATCH, self._due())))
