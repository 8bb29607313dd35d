"""Exhaustive search of the merge's small scope: every order of trades, lags, drops, duplicates and reconnects.

The model: an exchange whose positions change (at most TRADES times), snapshots that may show the account as it was up
to LAG steps ago, a first-in-first-out event stream for each connection, silent drops, duplicates, disconnects, late
answers of an earlier connection. One step of the model's clock is LAG_MS ÷ LAG long.

The property: when the client says LIVE, nothing is under way and no event was silently dropped since the last
audit, its positions are the exchange's.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tui.book import merge
from tui.book.merge import LAG_MS, Entry

LAG = 1
STEP_MS = LAG_MS // LAG
KEYS = (0, 1)

Rules = tuple[
    Callable[..., Entry[int]],
    Callable[..., Entry[int]],
    Callable[..., Entry[int]],
    Callable[[int, int], bool],
]
GOOD: Rules = (merge.after_event, merge.after_row, merge.after_absence, merge.closes_gap)


class Trade(NamedTuple):
    time: int
    key: int
    amount: int


class Answer(NamedTuple):
    epoch: int
    asked: int
    rows: tuple[tuple[int, int, int], ...]
    """(key, update time, amount) of every open position."""


class State(NamedTuple):
    now: int
    trades: tuple[Trade, ...]
    stream: tuple[Trade, ...] | None
    """Events under way on the open stream; None while there is none."""
    last: Trade | None
    """The newest event delivered on it: what a duplicate repeats."""
    request: tuple[int, int] | None
    """(epoch, asked) of a request that is not answered yet."""
    answer: Answer | None
    epoch: int
    opened: int
    is_synced: bool
    entries: tuple[Entry[int], ...]
    dropped: int | None
    """When an event was silently dropped that no audit has repaired yet."""


FIRST = State(0, (), None, None, None, None, 0, 0, False, (Entry(None, None),) * len(KEYS), None)


def at(trades: tuple[Trade, ...], time: int) -> dict[int, Trade]:
    """The account as it was at `time`: the last trade of each key."""
    return {trade.key: trade for trade in trades if trade.time <= time}


def ms(time: int) -> int:
    return time * STEP_MS


def steps(state: State, keys: int, most: int, rules: Rules) -> Iterator[State]:
    yield from _exchange_steps(state, keys, most)
    yield from _delivery_steps(state, rules)
    yield from _request_steps(state, rules)
    if state.stream is None:
        entries = tuple(Entry(None, entry.value) for entry in state.entries)
        yield state._replace(
            stream=(),
            last=None,
            epoch=state.epoch + 1,
            opened=state.now,
            is_synced=False,
            entries=entries,
            dropped=None,
        )
    else:
        yield state._replace(stream=None, last=None, is_synced=False)


def _exchange_steps(state: State, keys: int, most: int) -> Iterator[State]:
    if state.now < most + LAG + 2:
        yield state._replace(now=state.now + 1)
    if len(state.trades) < most:
        for key in range(keys):
            held = at(state.trades, state.now).get(key)
            if held is not None and held.time == state.now:
                continue  # the exchange's clock tells two trades of a key apart
            for amount in (0, 3 - held.amount) if held is not None and held.amount else (1,):
                trade = Trade(state.now, key, amount)
                sent = None if state.stream is None else (*state.stream, trade)
                yield state._replace(trades=(*state.trades, trade), stream=sent)


def _delivery_steps(state: State, rules: Rules) -> Iterator[State]:
    if state.stream:
        event, rest = state.stream[0], state.stream[1:]
        yield _told(state, event, rules)._replace(stream=rest, last=event)
        yield state._replace(stream=rest, dropped=state.now)
    if state.stream is not None and state.last is not None:
        yield _told(state, state.last, rules)


def _told(state: State, event: Trade, rules: Rules) -> State:
    entries = list(state.entries)
    entries[event.key] = rules[0](entries[event.key], ms(event.time), event.amount or None)
    return state._replace(entries=tuple(entries))


def _request_steps(state: State, rules: Rules) -> Iterator[State]:
    if state.request is None and state.answer is None:
        yield state._replace(request=(state.epoch, state.now))
    elif state.request is not None:
        epoch, asked = state.request
        for lag in range(LAG + 1):
            shown = at(state.trades, asked - lag) if lag else at(state.trades, state.now)
            rows = tuple(
                (key, trade.time, trade.amount) for key, trade in sorted(shown.items()) if trade.amount
            )
            yield state._replace(request=None, answer=Answer(epoch, asked, rows))
    elif state.answer is not None:
        yield _answered(state, state.answer, rules)


def _answered(state: State, answer: Answer, rules: Rules) -> State:
    _, after_row, after_absence, closes_gap = rules
    if answer.epoch != state.epoch:
        return state._replace(answer=None)
    rows = {key: (time, amount) for key, time, amount in answer.rows}
    entries = list(state.entries)
    for key, entry in enumerate(entries):
        if key in rows:
            time, amount = rows[key]
            entries[key] = after_row(entry, ms(time), ms(answer.asked), amount)
        else:
            entries[key] = after_absence(entry, ms(answer.asked))
    is_synced = state.is_synced or (
        state.stream is not None and closes_gap(ms(answer.asked), ms(state.opened))
    )
    is_repaired = state.dropped is not None and answer.asked - LAG >= state.dropped
    dropped = None if is_repaired else state.dropped
    return state._replace(answer=None, entries=tuple(entries), is_synced=is_synced, dropped=dropped)


def is_wrong(state: State) -> bool:
    if not state.is_synced or state.stream or state.dropped is not None:
        return False
    true = at(state.trades, state.now)
    return any(
        (entry.value or 0) != (true[key].amount if key in true else 0)
        for key, entry in enumerate(state.entries)
    )


def search(depth: int, keys: int, most: int, rules: Rules = GOOD) -> tuple[int, State | None]:
    """Visit every state within `depth` steps; return how many, and the first wrong one."""
    first = FIRST._replace(entries=FIRST.entries[:keys])
    seen = {first}
    frontier = [first]
    for _ in range(depth):
        following = []
        for state in frontier:
            for after in steps(state, keys, most, rules):
                if after not in seen:
                    if is_wrong(after):
                        return len(seen), after
                    seen.add(after)
                    following.append(after)
        frontier = following
    return len(seen), None


def test_one_key_is_never_wrong_while_live() -> None:
    """With one key and three trades no order of 12 steps shows a wrong position as LIVE."""
    visited, wrong = search(depth=12, keys=1, most=3)

    assert wrong is None
    assert visited > 100_000


def test_two_keys_are_never_wrong_while_live() -> None:
    """With two keys and two trades no order of 11 steps shows a wrong position as LIVE."""
    _, wrong = search(depth=11, keys=2, most=2)

    assert wrong is None


@pytest.mark.soak
@pytest.mark.parametrize(("depth", "keys", "most"), [(14, 1, 3), (13, 2, 2)])
def test_deeper_search_finds_nothing_either(depth: int, keys: int, most: int) -> None:
    """Two and three more steps, some millions of states."""
    _, wrong = search(depth=depth, keys=keys, most=most)

    assert wrong is None


def _replaces_all(entry: Entry[int], update_ms: int, asked_ms: int, value: int | None) -> Entry[int]:
    return Entry(update_ms, value)


def _absence_replaces_all(entry: Entry[int], asked_ms: int) -> Entry[int]:
    return Entry(None, None)


def _event_always_wins(entry: Entry[int], time_ms: int, value: int | None) -> Entry[int]:
    return Entry(time_ms, value)


def _row_never_holds(entry: Entry[int], update_ms: int, asked_ms: int, value: int | None) -> Entry[int]:
    return entry if entry.watermark_ms is not None else Entry(update_ms, value)


def _absence_without_lag(entry: Entry[int], asked_ms: int) -> Entry[int]:
    return merge.after_absence(entry, asked_ms + LAG_MS)


def _absence_forgets(entry: Entry[int], asked_ms: int) -> Entry[int]:
    after = merge.after_absence(entry, asked_ms)
    return after if after is entry else Entry(None, None)


def _row_forgets(entry: Entry[int], update_ms: int, asked_ms: int, value: int | None) -> Entry[int]:
    after = merge.after_row(entry, update_ms, asked_ms, value)
    return after if after is entry else Entry(entry.watermark_ms, value)


def _gap_without_lag(asked_ms: int, opened_ms: int) -> bool:
    return asked_ms >= opened_ms


MUTATIONS: dict[str, Rules] = {
    "a snapshot's row replaces whatever is known": (GOOD[0], _replaces_all, GOOD[2], GOOD[3]),
    "an absence replaces whatever is known": (GOOD[0], GOOD[1], _absence_replaces_all, GOOD[3]),
    "a row never replaces what an event told": (GOOD[0], _row_never_holds, GOOD[2], GOOD[3]),
    "an event always wins": (_event_always_wins, GOOD[1], GOOD[2], GOOD[3]),
    "an absence speaks for the time it was asked at": (GOOD[0], GOOD[1], _absence_without_lag, GOOD[3]),
    "an absence leaves no watermark": (GOOD[0], GOOD[1], _absence_forgets, GOOD[3]),
    "a row leaves no watermark": (GOOD[0], _row_forgets, GOOD[2], GOOD[3]),
    "any snapshot asked for after the opening closes the gap": (GOOD[0], GOOD[1], GOOD[2], _gap_without_lag),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_search_finds_what_a_mutation_breaks(mutation: str) -> None:
    """Each clause of the rule is needed: without it the search finds a wrong position shown as LIVE."""
    _, wrong = search(depth=12, keys=1, most=3, rules=MUTATIONS[mutation])

    assert wrong is not None
