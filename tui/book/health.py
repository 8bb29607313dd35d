"""How far the picture can be trusted: the state of each feed, the age of each figure, and one word that sums it up."""

import enum
from typing import NamedTuple

import msgspec

from tui.book.position import Position

MARK_LIMIT_MS = 5_000
"""A mark price older than this is stale, and every figure made from it."""

POSITION_LIMIT_MS = 20_000
"""Size and entry that nothing has confirmed for this long are stale."""

ACCOUNT_LIMIT_MS = 35_000
"""Account totals older than this are stale: two audits have failed."""


class Word(enum.StrEnum):
    """The one word that is on every screen and in every output."""

    LIVE = "LIVE"
    SYNCING = "SYNCING"
    STALE = "STALE"
    LOST = "LOST"
    REFUSED = "REFUSED"
    BANNED = "BANNED"
    CONNECTING = "CONNECTING"


class Transport(enum.Enum):
    """The state of one connection."""

    OFF = "off"
    """Not wanted: this feed is not used, and its absence takes nothing away."""
    CONNECTING = "connecting"
    OPEN = "open"
    DOWN = "down"
    REFUSED = "refused"
    """Binance does not accept the key, its rights, or this program's certificate check."""
    BANNED = "banned"
    """This IP address has to be silent until `retry_ms`."""


class Feed(msgspec.Struct, kw_only=True, eq=False):
    """One way in which data arrives."""

    name: str
    """`api` (snapshots), `user` (account events) or `mark` (mark prices)."""
    transport: Transport = Transport.CONNECTING
    reason: str = ""
    """A sentence on why it is not open; empty when it is."""
    since_ms: int = 0
    """When the transport took its present state."""
    retry_ms: int | None = None
    """When the next attempt is due; None when none is planned or it is under way."""
    data_ms: int | None = None
    """Exchange time of the newest data from here; None when there has been none."""

    def age_ms(self, time_ms: int) -> int | None:
        """Age of the newest data, never negative; None when there has been none."""
        return None if self.data_ms is None else max(0, time_ms - self.data_ms)


class Freshness(NamedTuple):
    """How old the inputs of one row are."""

    position_age_ms: int
    mark_age_ms: int | None
    is_confirmed: bool
    """Whether size and entry hold: confirmed since the last gap, and within POSITION_LIMIT_MS."""
    is_marked: bool
    """Whether figures made from the mark hold as well."""

    @property
    def is_live(self) -> bool:
        """Whether every figure of the row holds."""
        return self.is_confirmed and self.is_marked

    @property
    def stale_ms(self) -> int | None:
        """Age of what is stale, or None while the row is live."""
        if not self.is_confirmed:
            return self.position_age_ms
        return None if self.is_marked else self.mark_age_ms


def freshness(position: Position, time_ms: int, gap_ms: int) -> Freshness:
    """Return how old the inputs of `position` are at `time_ms`.

    `gap_ms` is when the current epoch began: what was confirmed before it may have changed unseen since.
    """
    position_age_ms = max(0, time_ms - position.confirmed_ms)
    mark_age_ms = None if position.mark_time_ms is None else max(0, time_ms - position.mark_time_ms)
    is_confirmed = position.confirmed_ms >= gap_ms and position_age_ms <= POSITION_LIMIT_MS
    is_marked = is_confirmed and mark_age_ms is not None and mark_age_ms <= MARK_LIMIT_MS
    return Freshness(position_age_ms, mark_age_ms, is_confirmed, is_marked)


class Health(msgspec.Struct, kw_only=True, eq=False):
    """The state of all feeds, and whether the picture is whole."""

    api: Feed = msgspec.field(default_factory=lambda: Feed(name="api"))
    user: Feed = msgspec.field(default_factory=lambda: Feed(name="user", transport=Transport.OFF))
    mark: Feed = msgspec.field(default_factory=lambda: Feed(name="mark", transport=Transport.OFF))
    epoch: int = 0
    """Counts the gaps: each begins a new epoch, which is not LIVE until a snapshot asked for after it has landed."""
    gap_ms: int = 0
    """When the current epoch began: what was confirmed before it may have changed unseen."""
    opened_ms: int = 0
    """When the user stream of this epoch was opened."""
    away_since_ms: int | None = None
    """When the gap began that is not closed yet; None while there is none."""
    is_synced: bool = False
    """Whether such a snapshot has landed in the current epoch."""
    is_mute: bool = False
    """Whether the user stream is open and tells nothing: what it does not tell is known only by asking."""
    audited_ms: int | None = None
    """Exchange time of the newest snapshot of the positions; None before the first."""
    missed_events: int = 0
    """Changes that an audit found and no event had told."""
    protocol_errors: int = 0
    unknown_events: int = 0
    last_protocol_error: str = ""
    skew_ms: int | None = None
    """This machine's clock minus the exchange's; None until measured."""

    @property
    def feeds(self) -> tuple[Feed, Feed, Feed]:
        """The three feeds in the order in which the screen names them."""
        return self.mark, self.user, self.api

    def is_audited(self, time_ms: int) -> bool:
        """Whether the known rows are all that there are: a snapshot has told them since the last gap, and lately."""
        audited_ms = self.audited_ms
        return (
            audited_ms is not None and audited_ms >= self.gap_ms and time_ms - audited_ms <= POSITION_LIMIT_MS
        )

    def word(self, time_ms: int, oldest: Freshness | None, account_ms: int | None) -> Word:
        """Sum it up.

        Args:
            time_ms: now, by the exchange's clock.
            oldest: freshness of the worst open position; None when there is none.
            account_ms: exchange time of the account totals; None before the first.
        """
        transport = self.api.transport
        if transport is Transport.BANNED:
            return Word.BANNED
        if transport is Transport.REFUSED:
            return Word.REFUSED
        if self.audited_ms is None or account_ms is None:
            return Word.CONNECTING
        if transport is not Transport.OPEN:
            return Word.LOST
        if not self.is_synced or self.is_mute or account_ms < self.gap_ms:
            return Word.SYNCING
        is_audited = (
            time_ms - self.audited_ms <= POSITION_LIMIT_MS and time_ms - account_ms <= ACCOUNT_LIMIT_MS
        )
        return Word.LIVE if is_audited and (oldest is None or oldest.is_live) else Word.STALE
