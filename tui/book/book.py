"""The book: everything that is known of an account, changed by events and snapshots, read by a screen or a report."""

from collections.abc import Iterable

from tui.book.account import Account
from tui.book.health import Freshness, Health, Word, freshness
from tui.book.journal import Journal
from tui.book.position import Key, Position


class Book:
    """What is known of one account: one writer (the worker), any number of readers on the same loop."""

    def __init__(self, account: str = "main") -> None:
        self.name = account
        """What the person calls this account."""
        self.positions: dict[Key, Position] = {}
        """Every known row, those of open orders alone (amount 0) among them."""
        self.accounts: dict[tuple[str, str], Account] = {}
        """Totals by (account, book)."""
        self.health = Health()
        self.journal = Journal()
        self.weight_used: int | None = None
        """Request weight that this IP address has used in the running minute; None before the first answer."""
        self.weight_limit: int | None = None
        self._changed: set[Key] = set()

    @property
    def account(self) -> Account | None:
        """The USD-M totals; None before the first snapshot."""
        return self.accounts.get((self.name, "usdm"))

    @property
    def position_mode(self) -> str | None:
        """`hedge` or `one-way`, as the rows show it; None while no row does."""
        if not self.positions:
            return None
        return "one-way" if any(key.position_side == "BOTH" for key in self.positions) else "hedge"

    def freshness(self, position: Position, time_ms: int) -> Freshness:
        """Return how old the inputs of a row are."""
        return freshness(position, time_ms, self.health.gap_ms)

    def word(self, time_ms: int) -> Word:
        """Sum up how far the picture can be trusted, in one word."""
        ages = [self.freshness(position, time_ms) for position in self.positions.values() if position.is_open]
        worst = max(ages, key=lambda age: (not age.is_live, age.position_age_ms), default=None)
        account = self.account
        return self.health.word(time_ms, worst, None if account is None else account.snapshot_ms)

    def take_changed(self) -> set[Key]:
        """Return the keys whose rows changed, came or went since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def mark_changed(self, keys: Iterable[Key]) -> None:
        """Note rows that a reader has to look at again."""
        self._changed.update(keys)
