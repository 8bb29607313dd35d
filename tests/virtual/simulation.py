"""One simulated life of the worker: an exchange that trades, a mix of faults, and a judge of every frame."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.virtual.faults import FAULTS, Fault
from tests.virtual.loop import run
from tests.virtual.watcher import Watcher
from tests.virtual.world import BEGIN_MS, ENDPOINT, VirtualWorld
from tui.book.health import Word
from tui.credentials import Credential, Secret
from tui.live import Live
from tui.protocol.endpoints import at
from tui.sim.catalogue import CONTRACTS
from tui.sim.exchange import Exchange
from tui.sim.ledger import most_within
from tui.sim.scenarios import Holding, Scenario

HOUR, DAY = 3_600.0, 86_400.0
FRAME = 0.25
QUIET = 180.0
"""Seconds without a fault after which the worker is in its steady state."""
BEFORE, AFTER = 120.0, 180.0
"""Seconds of a life around a single fault."""
ALONE = 100.0
"""Seconds since the last fault after which one counts as single: back-off has been forgotten by then."""
QUIET_MS, MINUTE_MS = 180_000, 60_000
STOP_SECONDS = 2.0
SYMBOLS = ("BTCUSDT", "币安人生USDT")
SCENARIO = Scenario(
    "virtual",
    (
        Holding("BTCUSDT", "LONG", "1.512", "0.989", 20),
        Holding("币安人生USDT", "SHORT", "-12000", "1.01", 10),
    ),
    {symbol: CONTRACTS[symbol] for symbol in SYMBOLS},
    wallets={"USDT": "9000000"},
)
TRADES = ("add", "reduce", "open", "open", "close", "close", "flip")
OTHERS = (
    "order",
    "algo-order",
    "funding",
    "deposit",
    "withdraw",
    "leverage",
    "margin-type",
    "margin-transfer",
)
RARE = ("margin-call", "liquidation", "adl", "asset-mode", "position-mode")


@dataclass
class Report:
    """What came of it."""

    seed: int
    days: float
    faults: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    live_share: float = 0.0
    quiet_share: float = 0.0
    """Part of the frames that were LIVE when no fault had been on for three minutes."""
    lies: list[str] = field(default_factory=list)
    sins: list[str] = field(default_factory=list)
    lost_changes: int = 0
    late_frames: int = 0
    missed_events: int = 0
    most_weight: int = 0
    most_quiet_weight: int = 0
    most_connects: int = 0
    reconnects: int = 0
    tasks: tuple[int, int] = (0, 0)
    """Fewest and most tasks in quiet hours."""
    said: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from the beginning of a fault that met no other until LIVE was gone, by fault."""
    healed: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from the end of such a fault until LIVE, where it was gone."""
    misses: list[str] = field(default_factory=list)
    """Faults that met no other and took longer than they may."""


@dataclass
class Episode:
    """A fault under observation."""

    fault: Fault
    seconds: float
    begun: float
    gone: float | None = None
    """When LIVE was gone."""
    is_mixed: bool = False

    @property
    def over(self) -> float:
        return self.begun + self.seconds


class Simulation:
    """Runs a worker against an exchange for some virtual days."""

    def __init__(self, seed: int, folder: Path, scenario: Scenario = SCENARIO) -> None:
        self.dice = random.Random(f"{seed} simulation")
        self.folder = folder
        self.report = Report(seed, 0.0)
        exchange = Exchange(scenario, seed=seed, wall_ms=BEGIN_MS)
        self.world: VirtualWorld = VirtualWorld(exchange, random.Random(f"{seed} world"))
        self.latency = self.world.network.latency
        self.watcher = Watcher(self.world)
        self.live: Live
        self._worker: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._on = 0
        self._trouble_at = -QUIET
        self._episode: Episode | None = None
        self._quiet_frames = self._quiet_live = 0
        self._ledger_at = 0
        self._weights: Counter[int] = Counter()
        self._stretched: set[int] = set()
        """Minutes whose weight is not one worker's in one minute: the exchange's clock went back, or there were two."""
        self._told_ms = 0
        self._noisy_minutes: set[int] = set()
        self._controls: defaultdict[int, list[int]] = defaultdict(list)
        self._dials = 0

    # What faults do

    def strike(self, name: str, seconds: float = 0.0) -> None:
        """Begin a fault of the exchange, which ends by itself after so many seconds; 0 for what is over at once."""
        if name.startswith("clock"):
            self.watcher.clock_steps(seconds)
        self.world.exchange.fault(name, self.world.true_ms(), int(seconds * 1000) or None)
        self.world.arm()

    def step_clock(self) -> None:
        """Set this machine's wall clock to another time."""
        self.world.skew_ms = self.dice.randrange(-60_000, 60_000)

    def fall_asleep(self) -> None:
        """Suspend this machine."""
        self.world.asleep += self.dice.choice((3.0, 12.0, 45.0, 600.0, 7_200.0))
        self.watcher.lose_sight()
        self.world.advance()

    def stall(self) -> None:
        """Stop this program for some seconds."""
        self.world.loop.stall(self.dice.uniform(3.0, 20.0))
        self.watcher.lose_sight()

    def restart(self) -> None:
        """Stop the worker and begin another, which does not know what the first one has spent of this minute."""
        self._stretched.add(self.world.true_ms() // MINUTE_MS)
        self._errand(self._restart())

    async def _restart(self) -> None:
        if self._worker is None:
            return
        await self.stop_worker()
        self.begin_worker()

    # The life

    def begin_worker(self) -> None:
        """Start a worker with an empty book and the memory of the one before."""
        key = self.world.exchange.keys.hmac
        self.live = Live(
            at(ENDPOINT),
            Credential.hmac(Secret(key.api_key), key.secret),
            world=self.world,
            state_folder=self.folder,
        )
        self.watcher.live = self.live
        self.watcher.word = Word.CONNECTING
        self._worker = asyncio.create_task(self.live.run())

    async def stop_worker(self) -> None:
        """Stop the worker; it has to be quick and leave nothing behind."""
        worker, self._worker = self._worker, None
        assert worker is not None
        self.watcher.live = None
        begun = self.world.loop.time()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        self.report.missed_events += self.live.book.health.missed_events
        took = self.world.loop.time() - begun
        if took > STOP_SECONDS:
            self.watcher.lies.append(f"{self.world.now():.3f}: stopping took {took:.1f} s")
        if self.world.sockets:
            self.watcher.lies.append(f"{self.world.now():.3f}: left open: {len(self.world.sockets)} sockets")
        self._count_dials()

    async def live_through(self, seconds: float, faults_an_hour: float) -> None:
        """Live for so long."""
        self.begin_worker()
        self.report.days = seconds / DAY
        self._errand(self._frames())
        self._errand(self._trades())
        if faults_an_hour:
            self._errand(self._troubles(HOUR / faults_an_hour))
        hours, rest = divmod(seconds, HOUR)
        for part in [HOUR] * int(hours) + [rest]:
            await asyncio.sleep(part)
            self._read_ledger()
            self._look_at_tasks()
            self._raise_bugs()
        errands = list(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)
        if self._worker is not None:
            await self.stop_worker()
        self.world.stop()
        self._conclude()

    def _raise_bugs(self) -> None:
        for task in (self._worker, *self._errands):
            if task is not None and task.done() and not task.cancelled():
                task.result()

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)

    def _errand_done(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._errands.discard(task)

    async def _frames(self) -> None:
        watcher, loop = self.watcher, self.world.loop
        while True:
            before = loop.time()
            await asyncio.sleep(FRAME)
            if (
                loop.time() - before > 2 * FRAME
            ):  # after a stall, what has arrived is read before the picture is taken
                for _ in range(3):
                    await asyncio.sleep(0)
            watcher.look()
            self._note_frame(watcher.word is Word.LIVE or watcher.is_opening)

    def _note_frame(self, is_live: bool) -> None:
        if not is_live:
            self._noisy_minutes.add(self.world.true_ms() // MINUTE_MS)
        if not self._on and self.world.now() - self._trouble_at > QUIET:
            self._quiet_frames += 1
            self._quiet_live += is_live
        if self._episode is not None:
            self._follow(self._episode, is_live)

    def _follow(self, episode: Episode, is_live: bool) -> None:
        """Measure how soon a fault is said, and how soon after its end all is well."""
        now, fault = self.world.now(), episode.fault
        if not is_live:
            if episode.gone is None:
                episode.gone = now
                if now <= episode.over + FRAME:
                    self._measured(episode, self.report.said, now - episode.begun, fault.say)
            return
        if episode.gone is None:
            if fault.say is not None and episode.seconds > fault.say and now > episode.begun + fault.say:
                self._measured(episode, self.report.said, now - episode.begun, fault.say)
                self._episode = None
            elif now > episode.over + 30:
                self._episode = None
        elif now >= episode.over:
            self._measured(episode, self.report.healed, now - episode.over, fault.heal)
            self._episode = None

    def _measured(
        self, episode: Episode, where: dict[str, list[float]], seconds: float, limit: float | None
    ) -> None:
        if episode.is_mixed:
            return
        where.setdefault(episode.fault.name, []).append(round(seconds, 2))
        if limit is not None and seconds > limit + FRAME:
            what = "said" if where is self.report.said else "healed"
            self.report.misses.append(
                f"{episode.begun:.3f}: {episode.fault.name} {what} after {seconds:.2f} s, not {limit:g}"
            )

    async def _trades(self) -> None:
        world = self.world.exchange.world
        while True:
            await asyncio.sleep(self.dice.uniform(3, 45))
            held = len(world.account.open_positions())
            kind = self.dice.random()
            if kind < 0.7:
                name = "close" if held > 4 else self.dice.choice(TRADES)
            else:
                name = self.dice.choice(OTHERS if kind < 0.95 else RARE)
            self.strike(name)

    async def _troubles(self, pause: float) -> None:
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / pause))
            self.meet(self.dice.choice(FAULTS))

    def meet(self, fault: Fault) -> None:
        """Have one fault happen now."""
        self._errand(self._trouble(fault))

    async def _trouble(self, fault: Fault) -> None:
        self.report.faults[fault.name] += 1
        begun = self.world.now()
        is_alone = self._episode is None and not self._on and begun - self._trouble_at > ALONE
        if self._episode is not None:
            self._episode.is_mixed = True
        seconds = self.dice.uniform(*fault.seconds)
        self._on += 1
        fault.begin(self, seconds)
        # A machine that slept or stood still could not say anything: what counts begins when it can.
        self._episode = Episode(fault, seconds, max(begun, self.world.now()), is_mixed=not is_alone)
        await asyncio.sleep(seconds)
        fault.end(self, seconds)
        self._on -= 1
        self._trouble_at = self.world.now()
        from_minute = self.world.true_ms() - int(seconds * 1000)
        self._noisy_minutes.update(
            range(from_minute // MINUTE_MS, (self.world.true_ms() + QUIET_MS) // MINUTE_MS + 1)
        )

    # The books of a life

    def _look_at_tasks(self) -> None:
        if self.watcher.word is not Word.LIVE or self._on or self.world.now() - self._trouble_at < 60:
            return
        count = len(asyncio.all_tasks())
        fewest, most = self.report.tasks
        self.report.tasks = (min(fewest or count, count), max(most, count))

    def _read_ledger(self) -> None:
        ledger = self.world.exchange.ledger
        for entry in list(ledger.entries)[self._ledger_at :]:
            if (
                entry.wall_ms < self._told_ms - 1_000
            ):  # its clock went back: these minutes are longer than one
                self._stretched.update(range(entry.wall_ms // MINUTE_MS, self._told_ms // MINUTE_MS + 1))
            self._told_ms = entry.wall_ms
            self._weights[entry.wall_ms // MINUTE_MS] += entry.weight
            if entry.kind == "control":
                self._controls[entry.connection].append(entry.wall_ms)
        self._ledger_at = len(ledger)
        if any(most_within(times, 1000) > 5 for times in self._controls.values()):
            self.world.sins.append("more than 5 control messages a second")
        self._controls.clear()
        self.world.sins += [f"{entry.method} is not allowed" for entry in ledger.violations()]

    def _count_dials(self) -> None:
        dials = [int(at * 1000) for at in self.world.dials]
        self.report.reconnects += len(dials)
        self.report.most_connects = max(
            self.report.most_connects, most_within(dials, 300_000) if dials else 0
        )
        if dials and most_within(dials, 995) > 1:
            self.world.sins.append("more than one dial a second")
        self.world.dials.clear()

    def _conclude(self) -> None:
        report, watcher = self.report, self.watcher
        report.frames = watcher.frames
        report.live_share = watcher.live_frames / max(1, watcher.frames)
        report.quiet_share = self._quiet_live / max(1, self._quiet_frames)
        report.lies, report.sins = watcher.lies, self.world.sins
        report.lost_changes, report.late_frames = watcher.lost_changes, watcher.late_frames
        self._noisy_minutes.update(range(BEGIN_MS // MINUTE_MS, (BEGIN_MS + QUIET_MS) // MINUTE_MS))
        for minute in self._stretched:
            self._weights.pop(minute, None)
        report.most_weight = max(self._weights.values(), default=0)
        report.most_quiet_weight = max(
            (weight for minute, weight in self._weights.items() if minute not in self._noisy_minutes),
            default=0,
        )


def simulate(seed: int, folder: Path, *, days: float, faults_an_hour: float = 20.0) -> Report:
    """Live for so many virtual days; the same seed gives the same life."""

    async def work() -> Report:
        simulation = Simulation(seed, folder)
        await simulation.live_through(days * DAY, faults_an_hour)
        return simulation.report

    return run(work)


def simulate_one(seed: int, folder: Path, fault: Fault) -> Report:
    """Live for a few minutes and meet one fault while all is well."""

    async def work() -> Report:
        simulation = Simulation(seed, folder)
        seconds = BEFORE + fault.seconds[1] + AFTER
        simulation.world.loop.call_later(BEFORE, simulation.meet, fault)
        await simulation.live_through(seconds, 0.0)
        return simulation.report

    return run(work)
