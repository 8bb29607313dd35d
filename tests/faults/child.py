"""A worker in a process of its own, which can be stopped and starved; it prints what it shows, line by line."""

import asyncio
import json
import sys
import time

from tui.book.health import Word
from tui.credentials import Credential, Secret
from tui.live import Live
from tui.protocol.endpoints import at


async def main(endpoint: str, api_key: str, secret: str) -> None:
    """Watch an account, and say so twenty times a second until killed."""
    live = Live(at(endpoint), Credential.hmac(Secret(api_key), secret))
    worker = asyncio.create_task(live.run())
    while not worker.done():
        time_ms, book = live.time_ms(), live.book
        marks = [row.mark_time_ms or 0 for row in book.positions.values() if row.is_open]
        said = {
            "at": time.monotonic(),
            "word": book.word(time_ms),
            "is_live": book.word(time_ms) is Word.LIVE,
            "oldest_ms": time_ms - min(marks, default=time_ms),
            "rows": sorted(
                f"{row.key.symbol} {row.position_amount}" for row in book.positions.values() if row.is_open
            ),
        }
        print(json.dumps(said), flush=True)  # noqa: T201
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.stdin.readline().strip(), sys.stdin.readline().strip()))
