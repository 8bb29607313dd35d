"""Which rows are wanted: a text, a side."""

from collections.abc import Callable

from tui.book.position import Position


def matcher(expression: str) -> Callable[[Position], bool]:
    """Return a test for rows.

    The expression is words parted by spaces, all of which must hold; letter case does not matter:
    `btc` — the symbol holds "btc"; `!btc` — it does not; `btc,eth` — it holds either; `=btcusdt` — it is exactly that;
    `side:long`, `side:short` — the side. An empty expression lets everything pass; every text is a valid expression.
    """
    tests = [_word_test(word) for word in expression.casefold().split()]
    return lambda position: all(test(position) for test in tests)


def _word_test(word: str) -> Callable[[Position], bool]:
    bare = word.lstrip("!") or "!"
    if len(word) > len(bare):
        inner, is_wanted = _word_test(bare), (len(word) - len(bare)) % 2 == 0
        return lambda position: inner(position) is is_wanted
    if word.startswith("side:"):
        side = word.removeprefix("side:")
        return lambda position: ("long" if position.is_long else "short").startswith(side)
    alternatives = [part for part in word.split(",") if part]
    return lambda position: (
        not alternatives or any(_holds(position.key.symbol.casefold(), part) for part in alternatives)
    )


def _holds(symbol: str, part: str) -> bool:
    return symbol == part[1:] if part.startswith("=") and len(part) > 1 else part in symbol
