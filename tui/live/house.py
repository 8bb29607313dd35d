"""What the workers of one IP address share: clocks, manners, weight, and the silence that Binance asks for."""

import itertools
from collections.abc import Callable
from pathlib import Path

from tui.book.journal import Journal
from tui.credentials import Credential
from tui.feed.http import HttpFailed, Means
from tui.feed.memory import BanMemory
from tui.feed.world import World
from tui.protocol.budget import LIMIT, Budget
from tui.protocol.clock import ExchangeClock
from tui.protocol.redial import LONGEST_BAN, Manners
from tui.protocol.requests import ACCOUNT, METHODS, POSITIONS
from tui.protocol.schedule import Schedule
from tui.protocol.venues import VENUES
from tui.protocol.verdicts import Trouble

USUAL_SILENCE, USUAL_BAN = 60.0, 120.0
"""Seconds of silence where a 429 or a 418 does not say how long."""


class House:
    """The common ground of several workers, so that together they are as polite as one."""

    def __init__(self, world: World, state_folder: Path | None) -> None:
        self.world = world
        self.clock = ExchangeClock(world.now(), world.wall_ms())
        self.manners = Manners()
        self.journal = Journal()
        self.identities = (f"p{number}" for number in itertools.count(1))
        self.silence = ""
        """Why this IP address has to be silent, as a sentence."""
        self._bans = BanMemory(None if state_folder is None else state_folder / "bans.json")
        self._budgets: dict[int, Budget] = {}
        self._hushed: list[Callable[[], None]] = []

    def time_ms(self) -> int:
        """Return the exchange's time, Unix milliseconds."""
        return self.clock.time_ms(self.world.now())

    def on_silence(self, hushed: Callable[[], None]) -> None:
        """Have this called when all have to be silent."""
        self._hushed.append(hushed)

    def budget(self, book: str) -> Budget:
        """Return what a book may spend: USD-M and COIN-M share one limit, Portfolio Margin has its own."""
        limit = VENUES[book].weight_limit if book in VENUES else LIMIT
        return self._budgets.setdefault(limit, Budget(limit))

    def means(self, book: str, credential: Credential) -> Means:
        """Return what is needed to ask for a book over HTTP."""
        return Means(self.world, self.manners, self.clock, credential, self.budget(book))

    def schedule(self, book: str) -> Schedule:
        """Return a plan for the snapshots of a book."""
        costs = {method: METHODS[method].weight for method in (POSITIONS, ACCOUNT)}
        if book in VENUES:
            asks = VENUES[book].asks
            costs = {method: sum(request.weight for request in asks[method]) for method in costs}
        return Schedule(self.budget(book), costs)

    @property
    def is_silent(self) -> bool:
        """Whether no request may be sent now."""
        return self.world.now() < self.manners.silent_until

    def limited(self, trouble: Trouble, host: str) -> None:
        """Obey a refused request: no request and no connect before the time it names, and a little longer."""
        seconds = USUAL_BAN if trouble.is_ban else USUAL_SILENCE
        if trouble.retry_at_ms is not None:
            seconds = max(1.0, (trouble.retry_at_ms - (trouble.told_at_ms or self.time_ms())) / 1000)
        self._silent_for(seconds)
        self.be_silent(trouble.sentence, host)

    def failed(self, problem: HttpFailed, host: str) -> None:
        """Obey an answer over HTTP that asks for silence; any other failure is no reason for it."""
        if problem.silent is not None:
            self._silent_for(problem.silent)
            self.be_silent(problem.sentence, host)

    def _silent_for(self, seconds: float) -> None:
        self.manners.obey(seconds, self.world.now(), self.world.random())

    def be_silent(self, sentence: str, host: str) -> None:
        """Say why all is silent, and write down until when: a restart must not break it."""
        self.silence = sentence or self.silence
        for hushed in self._hushed:
            hushed()
        wall_ms = self.world.wall_ms()
        left_ms = int((self.manners.silent_until - self.world.now()) * 1000)
        self._bans.remember(host, wall_ms + left_ms, wall_ms)

    def remember_silence(self, host: str) -> None:
        """Go on with a silence that an earlier run of the program was asked for."""
        left_ms = self._bans.until_ms(host) - self.world.wall_ms()
        if left_ms > 0:
            self.manners.be_silent(self.world.now() + min(left_ms / 1000, LONGEST_BAN))
            self.silence = "This IP address had to be silent when perptop last ran, and still has to."
