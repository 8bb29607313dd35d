"""The judge of a simulation: compares what is shown with the truth, frame by frame, and remembers every lie."""

from collections import deque
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from tests.virtual.world import VirtualWorld
from tui.book.health import MARK_LIMIT_MS, Transport, Word
from tui.book.position import Key, Position
from tui.live import Live
from tui.sim.events import Event

Side = tuple[str, str]
"""(symbol, position side)."""
Value = tuple[Decimal, str]
"""Size and entry price; the latter in as many digits as a snapshot's doubles hold."""

UNDELIVERED = 11.0
"""Seconds for which a dead line may hide a change: pings and the age of mark prices find it by then."""
AT_ONCE = 1.0
"""Seconds within which the loss of a line has to be said."""
SILENT = 15.0 + 3.0 + 2.5
"""Seconds for which a change may stay unseen whose event was lost without a trace: an audit, the lag of its answer,
and the way there and back."""
AGE_SLACK_MS = 1_000
CLOCK_SLACK = 20.0
"""Seconds after a step of the exchange's clock in which ages may be off: the next audit finds it."""
ROTATION = 10.0
"""Seconds for which two connections of one kind may stand side by side."""
OPENING = 1.5
"""Seconds for which a position may be without a price after it was opened, also one that was held before."""
MARK_FRAMES = 4
"""Every so many frames the mark prices are looked at: they come once a second."""
MARKS = 9
"""Mark prices of so many seconds count as shown in time."""


def value_of(amount: Decimal, entry_price: Decimal | None) -> Value:
    """Make a size and an entry price comparable; the latter is empty when it could not be read."""
    return amount, "" if entry_price is None else f"{float(entry_price):.12g}"


def sides_of(event: Event) -> set[Side]:
    """Return the positions that an ACCOUNT_UPDATE tells of."""
    change: Any = event["a"]
    return {(row["s"], row["ps"]) for row in change["P"]}


class Watcher:
    """Looks at a worker's book as a screen does, knowing the truth."""

    def __init__(self, world: VirtualWorld) -> None:
        self.world = world
        self.live: Live | None = None
        self.lies: list[str] = []
        self.frames = 0
        self.live_frames = 0
        self.late_frames = 0
        """Frames with a change unseen because its event was lost without a trace, within the time that is allowed."""
        self.lost_changes = 0
        """Changes whose event the exchange did not put on an open line."""
        self.word = Word.CONNECTING
        self._clock_steps: deque[float] = deque([-CLOCK_SLACK], maxlen=20)
        """When the exchange's clock stepped, or will."""
        self._heard = 0
        self._book: object = None
        self._truth: dict[Side, Value] = {}
        self._past: dict[Side, deque[tuple[float, Value | None]]] = {}
        """What a position was before, with the time at which it ended."""
        self._silent: dict[Side, float] = {}
        """When the last change of a position was told to nobody."""
        self._marks: dict[str, deque[Decimal]] = {}
        self._values: dict[tuple[Decimal, Decimal | None], Value] = {}
        self._marked = 0
        self._unseen_until = 0.0
        self._crowded: dict[str, float] = {}
        self._opened_at: dict[Key, float] = {}
        self._coming_at = -AT_ONCE
        """When an event was last seen on its way."""
        exchange = world.exchange
        exchange.world.tell = self._tell
        self.note_truth()

    def _tell(self, event: Event) -> None:
        """Stand in for the exchange's own: see whether an event gets onto an open line."""
        before = self._taken()
        self.world.exchange.tell(event)
        if event["e"] == "ACCOUNT_UPDATE":
            self.note_truth(sides_of(event) if self._taken() > before else ())

    def _taken(self) -> int:
        return sum(socket.taken for socket in self.world.sockets if socket.feed == "private")

    def note_truth(self, told: Collection[Side] = ()) -> None:
        """Remember what has changed on the exchange, and when; of `told` an event is on its way."""
        account = self.world.exchange.world.account
        if account.book is self._book:
            return
        self._book = account.book
        now = self.world.now()
        truth = {
            position.key: value_of(position.amount, position.entry_price)
            for position in account.open_positions()
        }
        is_listening = any(socket.feed == "private" for socket in self.world.sockets)
        for side in truth.keys() | self._truth.keys():
            before = self._truth.get(side)
            if truth.get(side) == before:
                continue
            past = self._past.setdefault((side[0], str(side[1])), deque(maxlen=100))
            past.append((now, before))
            if is_listening and side not in told:
                self._silent[side] = now
                self.lost_changes += 1
        self._truth = {(symbol, str(side)): value for (symbol, side), value in truth.items()}

    def note_marks(self) -> None:
        """Remember the mark prices of this second."""
        market = self.world.exchange.world.market
        if market.second == self._marked:
            return
        self._marked = market.second
        for symbol in market.contracts:
            self._marks.setdefault(symbol, deque(maxlen=MARKS)).append(market.mark_price(symbol))

    def clock_steps(self, seconds: float) -> None:
        """Expect ages to be off for a while: the exchange's clock steps now, and back after so long."""
        self._clock_steps += (self.world.now(), self.world.now() + seconds)

    def lose_sight(self) -> None:
        """Expect mark prices of seconds in which this program stood still."""
        self._unseen_until = self.world.now() + MARKS

    def look(self) -> None:
        """Judge one frame."""
        live = self.live
        if live is None:
            return
        self.note_truth()
        self.note_marks()
        self.frames += 1
        self._note_opened(live)
        time_ms = live.time_ms()
        word = live.book.word(time_ms)
        if word is Word.LIVE:
            self.live_frames += 1
            if self.word is not Word.LIVE and self.world.heard == self._heard:
                self._lie("LIVE again, although nothing has come")
            self._compare(live)
            if self.frames % MARK_FRAMES == 0:
                self._look_at_ages(live, time_ms)
        self._look_at_sockets()
        self.word = word
        self._heard = self.world.heard

    @property
    def is_opening(self) -> bool:
        """Whether the picture is whole but for a position so new that it has no price yet."""
        live = self.live
        if self.word is not Word.STALE or live is None:
            return False
        time_ms = live.time_ms()
        stale = [
            position
            for position in live.book.positions.values()
            if position.is_open and not live.book.freshness(position, time_ms).is_live
        ]
        return bool(stale) and all(
            position.mark_time_ms is None or self.world.now() - self._opened_at[position.key] < OPENING
            for position in stale
        )

    def _note_opened(self, live: Live) -> None:
        open_now = {position.key for position in live.book.positions.values() if position.is_open}
        self._opened_at = {key: self._opened_at.get(key, self.world.now()) for key in open_now}

    def _compare(self, live: Live) -> None:
        shown: dict[Side, Value] = {}
        for key, position in live.book.positions.items():
            amount = position.position_amount
            if amount and "�" not in key.symbol:
                shown[key.symbol, key.position_side] = self._value(amount, position.entry_price)
        if shown == self._truth:
            return
        is_late = False
        for side in shown.keys() | self._truth.keys():
            value = shown.get(side)
            if value == self._truth.get(side) or (value is not None and not value[1]):
                continue
            if not self._is_excused(side, value):
                self._lie(f"{side} is {value} and should be {self._truth.get(side)}")
            is_late |= side in self._silent
        self.late_frames += is_late

    def _value(self, amount: Decimal, entry_price: Decimal | None) -> Value:
        """As `value_of`, which is slow, and most frames show what the frame before them did."""
        if len(self._values) > 100:
            self._values.clear()
        known = self._values.get((amount, entry_price))
        if known is None:
            known = self._values[amount, entry_price] = value_of(amount, entry_price)
        return known

    def _is_excused(self, side: Side, value: Value | None) -> bool:
        """Whether a wrong value was right a short while ago, and nothing that came since could have told."""
        now = self.world.now()
        ended = max((end for end, past in self._past.get(side, ()) if past == value), default=None)
        if ended is None:
            return False
        coming = [
            socket.oldest_coming
            for socket in self.world.sockets
            if socket.feed == "private" and socket.oldest_coming is not None
        ]
        if coming and self.world.loop.time() - min(coming) <= UNDELIVERED:
            self._coming_at = now
        if now - self._coming_at <= AT_ONCE:  # what was coming may have been lost with its line a moment ago
            return True
        return now - self._silent.get(side, -SILENT) <= SILENT

    def _look_at_ages(self, live: Live, time_ms: int) -> None:
        now = self.world.now()
        if any(0 <= now - step < CLOCK_SLACK for step in self._clock_steps):
            return
        mark = live.book.health.mark
        for position in live.book.positions.values():
            if (
                not position.is_open
                or "�" in position.key.symbol
                or not live.book.freshness(position, time_ms).is_marked
            ):
                continue
            # Prices of snapshots, which stand until a stream tells others, are as old as the question, whatever the
            # exchange's clock says.
            is_streamed = mark.transport is Transport.OPEN and (position.mark_time_ms or 0) >= mark.since_ms
            now_ms = self.world.exchange.world.now_ms if is_streamed else time_ms
            age_ms = now_ms - (position.mark_time_ms or 0)
            if age_ms > MARK_LIMIT_MS + AGE_SLACK_MS:
                self._lie(f"the mark price of {position.key.symbol} is {age_ms} ms old and shown as live")
            self._look_at_mark(position)

    def _look_at_mark(self, position: Position) -> None:
        marks = self._marks.get(position.key.symbol, ())
        if position.mark_price not in marks and self.world.now() > self._unseen_until:
            self._lie(f"the mark price of {position.key.symbol} was never {position.mark_price}")

    def _look_at_sockets(self) -> None:
        now = self.world.now()
        feeds = [socket.feed for socket in self.world.sockets]
        for feed in ("api", "private", "market"):
            if feeds.count(feed) < 2:
                self._crowded.pop(feed, None)
            elif now - self._crowded.setdefault(feed, now) > ROTATION:
                self._crowded[feed] = now
                self._lie(f"{feeds.count(feed)} connections of {feed} for {ROTATION:.0f} s")

    def _lie(self, what: str) -> None:
        self.lies.append(f"{self.world.now():.3f}: {what}")
