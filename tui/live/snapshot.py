"""Snapshots: run a worker until its book is fresh, and say why it is not."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from tui.book.book import Book
from tui.book.health import Word
from tui.errors import Unavailable
from tui.live.several import Lives
from tui.live.worker import Live
from tui.protocol.venues import BOOK_NAMES

HOPELESS = frozenset({Word.REFUSED, Word.BANNED})


class Watch(Protocol):
    """A worker of one book, or of several as one."""

    on_change: Callable[[], None] | None

    async def run(self) -> None:
        """Work until cancelled."""


async def wait_for(live: Watch, is_over: Callable[[], bool], seconds: float) -> bool:
    """Run the worker until `is_over`, then stop it; return whether that was within `seconds`."""
    changed = asyncio.Event()
    live.on_change = changed.set
    worker = asyncio.create_task(live.run())
    try:
        async with asyncio.timeout(seconds):
            while not is_over():
                if worker.done():
                    worker.result()
                changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await changed.wait()
    except TimeoutError:
        return False
    else:
        return True
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def is_hopeless(book: Book, time_ms: int) -> bool:
    """Whether waiting a few seconds longer will not give this book's snapshot."""
    return book.word(time_ms) in HOPELESS


def why_not(book: Book, seconds: float, time_ms: int) -> str:
    """Return why there is no fresh snapshot of a book, as a sentence."""
    health = book.health
    if is_hopeless(book, time_ms):
        left_ms = None if health.api.retry_ms is None else health.api.retry_ms - time_ms
        until = (
            ""
            if left_ms is None or left_ms <= 0
            else f" It asks again in {timedelta(seconds=left_ms // 1000)}."
        )
        return health.api.reason + until
    unreadable = health.last_protocol_error if health.protocol_errors else ""
    reason = unreadable or health.api.reason or "Binance has not answered."
    return f"No fresh snapshot within {seconds:g} s. {reason}"


CONFIRM_SECONDS = 1.5
"""How long to wait for leverage and margin type to be confirmed: the snapshot grows old meanwhile."""


async def snapshot(live: Live, seconds: float) -> None:
    """Run the worker until its book is fresh, then stop it, and have the leverage confirmed.

    Raises:
        Unavailable: it was not, within `seconds` or because the key is refused; the message says why.
    """

    def is_over() -> bool:
        return live.book.is_told(live.time_ms()) or is_hopeless(live.book, live.time_ms())

    if not await wait_for(live, is_over, seconds) or not live.book.is_told(live.time_ms()):
        raise Unavailable(why_not(live.book, seconds, live.time_ms()))
    await live.questions.confirm(CONFIRM_SECONDS)


async def snapshots(lives: Lives, seconds: float) -> str:
    """Run the workers until every book is fresh or known not to be, then stop them, and have the leverage confirmed.

    Returns:
        Which books are not, and why; empty when all are.

    Raises:
        Unavailable: none is.
    """

    told: set[str] = set()

    def is_over() -> bool:
        time_ms = lives.time_ms()
        told.update(book.book for book in lives.book.all if book.is_told(time_ms))
        failed = [book.word(time_ms) for book in lives.book.all if book.book not in told]
        is_known = lives.is_decided or Word.BANNED in failed
        return not failed or (is_known and set(failed) <= HOPELESS)

    await wait_for(lives, is_over, seconds)
    time_ms = lives.time_ms()
    failed = [book for book in lives.book.all if book.book not in told]
    sentences = [f"{_name(book)}: {why_not(book, seconds, time_ms)}" for book in failed]
    if len(failed) == len(lives.book.all):
        raise Unavailable(" ".join(dict.fromkeys(sentences)))
    await lives.confirm(CONFIRM_SECONDS)
    return " ".join(sentences)


def _name(book: Book) -> str:
    return BOOK_NAMES.get(book.book, book.book)
