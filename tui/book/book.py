"""The book: everything that is known of an account, changed by events and snapshots, read by a screen or a report."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from tui.book import telling
from tui.book.account import Account
from tui.book.balances import Balances
from tui.book.health import Freshness, Health, Transport, Word, freshness
from tui.book.journal import Journal, Kind
from tui.book.merge import LAG_MS, Entry, after_absence, after_event, after_row, closes_gap
from tui.book.position import Contract, Key, Position, is_inverse
from tui.book.rows import changed_position, margin_type_of, revalue, snapshot_position
from tui.protocol.events import (
    AccountConfigUpdate,
    AccountUpdate,
    Event,
    MarginCall,
    MarkPriceUpdate,
    OrderTradeUpdate,
    PositionChange,
    RiskLevelChange,
    UnknownEvent,
)
from tui.protocol.replies import AccountConfig, AccountInformation, PositionRisk, SymbolConfig

ZERO = Decimal(0)
_NONE: dict[Key, Position] = {}


def _badness(age: Freshness) -> tuple[bool, int]:
    return not age.is_live, age.position_age_ms


def _agree(known: Decimal | None, told: Decimal | None) -> bool:
    """Whether two words on a price agree; what could not be read contradicts nothing."""
    return known is None or told is None or known == told


class Gap(NamedTuple):
    """A time in which nothing was known for certain, and what had changed when it ended."""

    since_ms: int
    until_ms: int
    changes: tuple[str, ...]
    """One short text for each position that came, went or changed its size."""


class Book:
    """What is known of one account: one writer (the worker), any number of readers on the same loop."""

    dual_side_position: bool | None = None
    """Hedge mode, as the exchange says it; None until it does."""
    only_symbol: str | None = None
    """The one symbol that is asked for; None when all are."""
    only_margin_asset: str | None = None
    """COIN-M: the one coin that is asked for."""
    only_pair: str | None = None
    """COIN-M: the one pair that is asked for."""

    def __init__(self, account: str = "main", book: str = "usdm", journal: Journal | None = None) -> None:
        self.name = account
        """What the person calls this account."""
        self.book = book
        """Which of Binance's books this is: `usdm`, `coinm` or `pm`."""
        self.contracts: dict[str, Contract] = {}
        """The inverse contracts by symbol; a symbol that is not among them is linear, or not known yet."""
        self.positions: dict[Key, Position] = {}
        """Every known row, those of open orders alone (amount 0) among them."""
        self.balances = Balances(account, book)
        """What is known of the account."""
        self.health = Health()
        self.is_absent = False
        """Whether Binance says that there is no such book, or not for this key, and has never said otherwise."""
        self.journal = Journal() if journal is None else journal
        self.weight_used: int | None = None
        """Request weight that this IP address has used in the running minute; None before the first answer."""
        self.weight_limit: int | None = None
        self._changed: set[Key] = set()
        self._mode: str | None = None
        """The position mode as these rows show it; None when rows have come or gone since."""
        self._watermarks: dict[Key, int] = {}
        self._leverage_times: dict[str, int] = {}
        self._suspects: dict[Key, tuple[int, int]] = {}
        self._by_symbol: dict[str, dict[Key, Position]] = {}
        self._floor_ms: int | None = None
        self._before_gap: dict[Key, Decimal] | None = None
        self.last_gap: Gap | None = None
        """The newest gap that has been closed; None before the first."""

    @property
    def account(self) -> Account | None:
        """The totals of this book; None before the first snapshot."""
        return self.balances.account

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The same as one of several books has it: none or one."""
        return () if self.account is None else (self.account,)

    def key(self, symbol: str, position_side: str) -> Key:
        """Return the key of a row of this book."""
        return Key(self.name, self.book, symbol, position_side)

    def holds(self, symbol: str) -> bool:
        """Whether a symbol is of this book: since 2026-06 Binance mixes COIN-M rows and events into USD-M's."""
        return self.book == "pm" or is_inverse(symbol) is (self.book == "coinm")

    def is_wanted(self, symbol: str) -> bool:
        """Whether snapshots can have a row of this symbol: what is not asked for is not taken from events either."""
        if not self.holds(symbol) or self.only_symbol not in (None, symbol):
            return False
        pair, _, _ = symbol.partition("_")
        return self.only_pair in (None, pair) and self.only_margin_asset in (None, pair.removesuffix("USD"))

    @property
    def is_narrowed(self) -> bool:
        """Whether only a part of the account's rows is asked for: what holds of all of them is unknown then."""
        return any((self.only_symbol, self.only_margin_asset, self.only_pair))

    def tells_all_of(self, margin_asset: str) -> bool:
        """Whether every row of a margin asset is asked for."""
        only = self.only_margin_asset or (self.only_pair or "").removesuffix("USD")
        return self.only_symbol is None and only in ("", margin_asset)

    @property
    def position_mode(self) -> str | None:
        """`hedge` or `one-way`, as the rows show it; None while no row does."""
        if self._mode is None and self.positions:
            is_hedge = any(key.position_side != "BOTH" for key in self.positions)
            self._mode = "hedge" if is_hedge else "one-way"
        return self._mode

    @property
    def is_empty(self) -> bool:
        """Whether it is known to hold neither a row nor a balance."""
        account = self.account
        if account is None or not self.health.is_synced or self.health.api.transport is not Transport.OPEN:
            return False
        is_bare = not any(asset.wallet_balance or asset.margin_balance for asset in account.assets)
        return (
            is_bare and not account.wallet_balance and not any(row.is_open for row in self.positions.values())
        )

    @property
    def symbols(self) -> set[str]:
        """The symbols of open positions: those that need a mark price."""
        return {position.key.symbol for position in self.positions.values() if position.is_open}

    def freshness(self, position: Position, time_ms: int) -> Freshness:
        """Return how old the inputs of a row are."""
        return freshness(position, time_ms, self.health.gap_ms)

    def word(self, time_ms: int) -> Word:
        """Sum up how far the picture can be trusted, in one word."""
        ages = [self.freshness(position, time_ms) for position in self.positions.values() if position.is_open]
        worst = max(ages, key=_badness, default=None)
        account = self.account
        return self.health.word(time_ms, worst, None if account is None else account.snapshot_ms)

    def is_told(self, time_ms: int) -> bool:
        """Whether everything that Binance says is here and fresh; a price that it does not say is no obstacle."""
        if self.word(time_ms) is Word.LIVE:
            return True
        told = [row for row in self.positions.values() if row.is_open and row.mark_time_ms is not None]
        untold = [row for row in self.positions.values() if row.is_open and row.mark_time_ms is None]
        account_ms = None if self.account is None else self.account.snapshot_ms
        worst = max((self.freshness(row, time_ms) for row in told), key=_badness, default=None)
        is_confirmed = all(self.freshness(row, time_ms).is_confirmed for row in untold)
        return is_confirmed and self.health.word(time_ms, worst, account_ms) is Word.LIVE

    def take_changed(self) -> set[Key]:
        """Return the keys whose rows changed, came or went since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def begin_epoch(self, time_ms: int) -> None:
        """Begin anew after a gap: what is known stays, but holds only when a snapshot asked for later repeats it."""
        if self._before_gap is None and self.health.audited_ms is not None:
            self._before_gap = {key: position.position_amount for key, position in self.positions.items()}
            self.health.away_since_ms = time_ms
            self.balances.note_change(time_ms)
        self._forget_future(time_ms)
        self.health.epoch += 1
        self.health.gap_ms = time_ms
        self.health.is_synced = False
        self._floor_ms = None
        self.dual_side_position = None
        self._watermarks.clear()
        self._leverage_times.clear()
        self._suspects.clear()
        self.balances.begin_epoch()
        for position in self.positions.values():  # a change may have been told to nobody
            position.leverage_is_derived = position.leverage is not None
            position.margin_type_is_derived = position.margin_type is not None
        self._changed.update(self.positions)

    def _forget_future(self, time_ms: int) -> None:
        """After a clock was corrected, what has a time that has not come yet would look fresh for too long."""
        health = self.health
        for feed in health.feeds:
            feed.data_ms = None if feed.data_ms is None else min(feed.data_ms, time_ms)
        health.audited_ms = None if health.audited_ms is None else min(health.audited_ms, time_ms - 1)
        health.opened_ms = min(health.opened_ms, time_ms)
        for position in self.positions.values():
            position.confirmed_ms = min(position.confirmed_ms, time_ms - 1)
            if position.mark_time_ms is not None and position.mark_time_ms > time_ms:
                position.mark_time_ms = None
        self.balances.forget_future(time_ms)

    def stream_opened(self, time_ms: int) -> None:
        """Note that events are told from now on: a snapshot asked for late enough after it closes the gap."""
        self.health.opened_ms = time_ms

    def apply(self, event: Event, time_ms: int) -> None:
        """Take one pushed event, at exchange time `time_ms`."""
        match event:
            case MarkPriceUpdate():
                self._apply_mark(event)
            case AccountUpdate() if self._is_others(event):
                pass  # COIN-M counts in contracts and coins: it is another book
            case AccountUpdate():
                self._apply_account_update(event, min(event.transaction_time_ms, time_ms + LAG_MS))
            case OrderTradeUpdate() if self.holds(event.order.symbol):
                telling.tell_order(self.journal, event, self.key)
            case AccountConfigUpdate():
                self._apply_config(event, time_ms)
            case MarginCall():
                telling.tell_margin_call(self.journal, event, self.key, self.holds)
            case RiskLevelChange():
                telling.tell_risk_level(self.journal, event)
                self.balances.apply_risk_level(event)
            case UnknownEvent():
                self.health.unknown_events += 1
            case _:
                pass  # a fill is told in full by ORDER_TRADE_UPDATE; the others are the connection's business
        if not isinstance(event, MarkPriceUpdate):
            self.health.user.data_ms = time_ms

    def _is_others(self, event: AccountUpdate) -> bool:
        """Whether an event is of another book alone: events go by their symbols, not by the stream they came on."""
        positions = event.change.positions
        if positions:
            return not any(self.holds(change.symbol) for change in positions)
        return bool(event.alias) and self.book == "usdm"

    def _apply_mark(self, event: MarkPriceUpdate) -> None:
        mark = event.mark_price
        newest = self.health.mark.data_ms
        self.health.mark.data_ms = event.event_time_ms if newest is None else max(newest, event.event_time_ms)
        for position in self._by_symbol.get(event.symbol, _NONE).values():
            if position.mark_time_ms is not None and event.event_time_ms < position.mark_time_ms:
                continue
            if mark is not None and mark > ZERO:
                position.mark_price = mark
                position.mark_time_ms = event.event_time_ms
                revalue(position)
            position.funding_rate = event.funding_rate
            position.next_funding_time_ms = event.next_funding_time_ms or None
            self._changed.add(position.key)

    def _apply_account_update(self, event: AccountUpdate, time_ms: int) -> None:
        telling.tell_account_update(self.journal, event, self.key)
        self.balances.note_change(time_ms)
        for change in event.change.positions:
            if self.is_wanted(change.symbol):
                self._apply_position_change(change, time_ms)
        for balance in event.change.balances:
            self.balances.apply_balance(balance, time_ms)
        self._judge_margins()

    def _apply_position_change(self, change: PositionChange, time_ms: int) -> None:
        key = self.key(change.symbol, change.position_side)
        amount = change.position_amount
        if amount is None:  # what is known stays, and ages; an audit tells what has become of it
            self._note_unreadable(key)
            return
        before = self._entry(key)
        suspect = self._suspects.get(key)
        if suspect is not None and time_ms >= suspect[0]:
            del self._suspects[key]
        position = None
        if amount != ZERO:
            position = changed_position(before.value or self._blank(key), change, amount, time_ms)
        self._put(key, before, after_event(before, time_ms, position))

    def _blank(self, key: Key) -> Position:
        contract = self.contracts.get(key.symbol)
        return Position(
            key=key,
            position_amount=ZERO,
            is_inverse=is_inverse(key.symbol),
            contract_size=None if contract is None else contract.contract_size,
            price_step=None if contract is None else contract.price_step,
            margin_asset=None if contract is None else contract.margin_asset,
        )

    def _put(self, key: Key, before: Entry[Position], after: Entry[Position]) -> None:
        if after is before:
            return
        if after.watermark_ms is not None:
            self._watermarks[key] = after.watermark_ms
        if after.value is before.value:
            return
        rows = self._by_symbol.setdefault(key.symbol, {})
        if before.value is None or after.value is None:
            self._mode = None
        if after.value is None:
            self.positions.pop(key, None)
            rows.pop(key, None)
            if not rows:
                del self._by_symbol[key.symbol]
        else:
            self.positions[key] = rows[key] = after.value
        self._changed.add(key)

    def _entry(self, key: Key) -> Entry[Position]:
        """What is known of a key; a snapshot in which it was absent has set its watermark too."""
        return Entry(self._watermarks.get(key, self._floor_ms), self.positions.get(key))

    def _apply_config(self, event: AccountConfigUpdate, time_ms: int) -> None:
        change = event.leverage_change
        if change is not None and not self.holds(change.symbol):
            return
        telling.tell_config(self.journal, event)
        if change is not None:
            self._leverage_times[change.symbol] = time_ms
            self.balances.note_leverage(time_ms)
            for position in self._by_symbol.get(change.symbol, _NONE).values():
                if position.leverage != change.leverage:  # margins follow it, and only a snapshot tells them
                    position.initial_margin = position.position_initial_margin = None
                position.leverage = change.leverage
                position.leverage_is_derived = False
                self._changed.add(position.key)
        if event.asset_mode_change is not None:
            self.balances.apply_asset_mode(event.asset_mode_change.multi_assets_mode, time_ms)
        self._judge_margins()

    def take_symbol_configs(self, configs: Iterable[SymbolConfig], asked_ms: int) -> None:
        """Take what leverage and margin type are, asked for at `asked_ms`; a word that came later stays."""
        for config in configs:
            rows = self._by_symbol.get(config.symbol, _NONE).values()
            if asked_ms < max(self.health.gap_ms, self._leverage_times.get(config.symbol, 0)):
                continue
            for position in rows:
                if config.leverage is not None:
                    position.leverage, position.leverage_is_derived = config.leverage, False
                    self._leverage_times[config.symbol] = asked_ms
                margin_type = margin_type_of(config.margin_type)
                if margin_type is not None and (position.update_time_ms or 0) <= asked_ms - LAG_MS:
                    position.margin_type, position.margin_type_is_derived = margin_type, False
                if config.is_auto_add_margin is not None:
                    position.is_auto_add_margin = config.is_auto_add_margin
                self._changed.add(position.key)

    def take_account_config(self, config: AccountConfig, asked_ms: int) -> None:
        """Take the asset mode and the position mode, asked for at `asked_ms`."""
        if asked_ms >= self.health.gap_ms and self.balances.take_asset_mode(
            config.multi_assets_mode, asked_ms
        ):
            self.dual_side_position = config.dual_side_position

    def take_positions(self, rows: Iterable[PositionRisk], asked_ms: int, time_ms: int) -> list[Key]:
        """Merge a snapshot of the positions.

        Args:
            rows: the answer of `v2/account.position`.
            asked_ms: exchange time at which it was asked for.
            time_ms: exchange time now.

        Returns:
            The keys whose size or entry no event had told, although the user stream was live.
        """
        self.health.api.data_ms = time_ms
        if asked_ms < self.health.gap_ms:  # asked for in an earlier epoch
            return []
        was_live = self.health.is_synced and self.health.user.transport is Transport.OPEN
        is_first = self.health.audited_ms is None
        present = {self.key(row.symbol, row.position_side): row for row in rows if self.holds(row.symbol)}
        absent = [key for key in {*self.positions, *self._watermarks} if key not in present]
        corrected = [key for key, row in present.items() if self._take_row(key, row, asked_ms, time_ms)]
        corrected += [key for key in absent if self._take_absence(key, asked_ms)]
        self._floor_ms = max(self._floor_ms or 0, asked_ms - LAG_MS)
        unreadable = [key for key, row in present.items() if row.position_amount is None]
        for key in unreadable:
            self._note_unreadable(key)
        if not unreadable:  # a snapshot that does not tell all is no audit
            self.health.audited_ms = max(self.health.audited_ms or 0, asked_ms)
            self._sync(asked_ms, time_ms)
        if corrected and not is_first:
            self.balances.note_change(asked_ms)
        self._judge_margins()
        if not was_live:
            return []
        for key in corrected:
            self._suspects.setdefault(key, (self._watermarks.get(key, 0), time_ms + LAG_MS))
        return corrected

    def _take_row(self, key: Key, row: PositionRisk, asked_ms: int, time_ms: int) -> bool:
        """Merge one row; return whether it changed size or entry."""
        amount = row.position_amount
        if amount is None:  # unreadable: what is known stays, and ages
            return False
        before = self._entry(key)
        known = before.value
        told_ms = self._leverage_times.get(key.symbol, 0)
        position = snapshot_position(known, key, row, asked_ms, told_ms, self.contracts.get(key.symbol))
        update_ms = row.update_time_ms or 0
        if amount != ZERO and 0 < update_ms <= time_ms + LAG_MS:
            after = after_row(before, update_ms, asked_ms, position)
        else:
            after = after_absence(before, asked_ms, position)
        if known is None:
            self._put(key, before, after)
            return after.value is position and amount != ZERO
        is_same = known.position_amount == amount and _agree(known.entry_price, position.entry_price)
        is_later = asked_ms >= known.confirmed_ms and known.isolated_wallet in (
            None,
            position.isolated_wallet,
        )
        if is_same and after is before and is_later:
            after = Entry(before.watermark_ms, position)
        self._put(key, before, after)
        return after.value is position and not is_same

    def _take_absence(self, key: Key, asked_ms: int) -> bool:
        """Merge that a key has no row; return whether that closed a position."""
        before = self._entry(key)
        after = after_absence(before, asked_ms)
        self._put(key, before, after)
        if key not in self.positions and (after.watermark_ms or 0) <= asked_ms - LAG_MS:
            self._watermarks.pop(key, None)  # the floor says the same for every absent key
        return key not in self.positions and before.value is not None and before.value.is_open

    def _sync(self, asked_ms: int, time_ms: int) -> None:
        """Close the gap when this snapshot shows everything that happened before it ended."""
        health = self.health
        if health.is_synced:
            return
        if health.user.transport is Transport.OFF:
            health.is_synced = True
        elif health.user.transport is Transport.OPEN:
            health.is_synced = closes_gap(asked_ms, max(health.opened_ms, health.gap_ms))
        if health.is_synced and self._before_gap is not None:
            since_ms = health.away_since_ms or health.gap_ms
            self.last_gap = Gap(since_ms, time_ms, self._changes_since(self._before_gap))
            self._before_gap = None
            health.away_since_ms = None
            telling.tell_gap(self.journal, since_ms, time_ms, self.last_gap.changes)

    def _note_unreadable(self, key: Key) -> None:
        self.health.protocol_errors += 1
        self.health.last_protocol_error = f"The size of {key.symbol} could not be read."

    def _changes_since(self, before: dict[Key, Decimal]) -> tuple[str, ...]:
        now = {key: position.position_amount for key, position in self.positions.items()}
        return tuple(
            telling.change_of_size(key, before.get(key, ZERO), now.get(key, ZERO))
            for key in sorted({*before, *now})
            if before.get(key, ZERO) != now.get(key, ZERO)
        )

    def take_missed(self, time_ms: int) -> list[Key]:
        """Return the keys whose change no event has told within LAG_MS of the audit that found it."""
        missed = [key for key, (_, until_ms) in self._suspects.items() if time_ms >= until_ms]
        for key in missed:
            del self._suspects[key]
            self.health.missed_events += 1
            text = f"{key.symbol}: an audit found a change that no event had told; corrected."
            self.journal.write(time_ms, Kind.AUDIT, text, key)
        return missed

    def take_account(self, information: AccountInformation, asked_ms: int, time_ms: int) -> None:
        """Take a snapshot of the account; balances that an event told later than it stay."""
        self.balances.take(information, asked_ms)
        self.health.api.data_ms = time_ms
        self._judge_margins()

    def _judge_margins(self) -> None:
        self.balances.judge_margins(self.positions.values(), is_narrowed=self.is_narrowed)
