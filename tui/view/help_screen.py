"""The help: every key by group, made from the bindings themselves, and what the figures mean."""

from itertools import groupby

from tui.view.columns import COLUMNS
from tui.view.keys import (
    DETAIL_KEYS,
    HELP_KEYS,
    POSITIONS_KEYS,
    PROGRAM_KEYS,
    TABLE_KEYS,
    KeyLine,
    bindings_of,
    key_lines,
)
from tui.view.lines import Line, folded
from tui.view.sheet import Sheet

MEANINGS = (
    ("LIVE", "the picture is confirmed; any other word says that it is not"),
    ("STALE 0:42", "the row's inputs are that old: live figures are —, what was agreed is dimmed"),
    ("—", "unknown, or not true any more"),
    ("*", "at the sort mark: values moved past the order while it was held; s s sorts anew"),
    ("Liq. dist", "liquidation price ÷ mark − 1; sorted by the room that is left, worst first"),
    ("ROE", "unrealized PNL ÷ position initial margin (at mark)"),
    ("Margin ratio", "maintenance margin ÷ margin balance; 100 % liquidates"),
    (
        "uniMMR",
        "Portfolio Margin's adjusted equity ÷ maintenance margin, the other way round than a margin ratio: "
        "≤ 1.5 margin call, ≤ 1.2 reduce-only, ≤ 1.05 liquidates",
    ),
    ("COIN-M", "sizes are contracts (cont); PNL, margin and balances are coins"),
    ("≈ USD", "coins in US dollars at the mark price; in sums USDT, USDC and the like count 1:1"),
    ("≈", "leverage computed from the margin, not yet confirmed by a message"),
    ("Filter", "words that must all hold: btc · !eth · btc,eth · =btcusdt · side:long"),
)


def all_key_lines() -> list[KeyLine]:
    """Every key of every screen, by group."""
    lines = key_lines(bindings_of(TABLE_KEYS, POSITIONS_KEYS, HELP_KEYS, PROGRAM_KEYS))
    lines += [KeyLine("Details", line.keys, line.text) for line in key_lines(bindings_of(DETAIL_KEYS))]
    lines += [
        KeyLine("Sort letters (after s; shift reverses)", column.letter, column.label) for column in COLUMNS
    ]
    return sorted(lines, key=lambda line: _groups(lines).index(line.group))


def _groups(lines: list[KeyLine]) -> list[str]:
    return list(dict.fromkeys(line.group for line in lines))


class HelpScreen(Sheet):
    """Every key, and what the figures mean."""

    def title_line(self, width: int) -> Line:
        """The title."""
        return ((" Help", "strong"), ("   ↑ ↓ scroll", "dim"))

    def sheet_lines(self, width: int) -> list[Line]:
        """Groups of keys, then words."""
        lines = all_key_lines()
        wide = max(len(line.keys) for line in lines) if width >= 60 else 12
        shown: list[Line] = []
        for group, members in groupby(lines, key=lambda line: line.group):
            shown += [(), ((f" {group}", "title"),)]
            for line in members:
                shown += _entry(line.keys, line.text, wide, width)
        shown += [(), ((" Words and figures", "title"),)]
        for word, meaning in MEANINGS:
            shown += _entry(word, meaning, wide, width)
        return shown[1:]


def _entry(keys: str, text: str, wide: int, width: int) -> list[Line]:
    texts = folded(text, max(10, width - wide - 6))
    if len(keys) > wide:
        return [((f"   {keys}", "key"),), *(((" " * (wide + 5) + one, "plain"),) for one in texts)]
    first: Line = ((f"   {keys.ljust(wide)}  ", "key"), (texts[0], "plain"))
    return [first, *(((" " * (wide + 5) + one, "plain"),) for one in texts[1:])]
