"""The help: every key by group, made from the bindings themselves, and what words and figures mean; searchable."""

from itertools import groupby
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from tui.view.columns import COLUMNS
from tui.view.keymap import ACTIONS, Keys, key_of
from tui.view.keys import (
    COLUMNS_KEYS,
    DETAIL_KEYS,
    HELP_KEYS,
    POSITIONS_KEYS,
    PROGRAM_KEYS,
    SEARCH_KEYS,
    SHEET_KEYS,
    TABLE_KEYS,
    KeyLine,
    key_lines,
)
from tui.view.moment import Moment
from tui.view.panels.presets_bar import FilterInput
from tui.view.screens.sheet import Sheet
from tui.view.terminal.lines import Line, folded

WORDS = (
    ("LIVE", "whole and fresh: a snapshot has confirmed everything since the last gap, every price is under 5 s old"),
    ("SYNCING", "connected; a snapshot that shows everything since the gap is on its way"),
    ("STALE", "a figure is too old and becomes —; its row says for how long; size and entry stay, dimmed"),
    ("LOST", "the connection is gone; the banner says why and when the next attempt is due"),
    ("REFUSED", "Binance does not accept the key, or the certificate does not hold; tried again slowly"),
    ("BANNED", "this IP address has to be silent until the countdown ends; nothing is sent before"),
    ("CONNECTING", "no data yet: positions are unknown, which is not none"),
    ("—", "unknown, or not true any more; never 0"),
)  # fmt: skip
FIGURES = (
    ("PNL", "unrealized: size × (mark − entry) of a linear position, told anew with every mark price"),
    ("ROE", "unrealized PNL ÷ position initial margin (at mark)"),
    ("Liq. dist", "liquidation price ÷ mark − 1: below 0 for a long, above 0 for a short; sorted by the room left"),
    ("Account liq.", "the move of all marks alike at which margin balance meets maintenance margin"),
    ("Margin balance", "wallet balance + unrealized PNL"),
    ("Margin ratio", "maintenance margin ÷ margin balance; 100 % liquidates"),
    (
        "uniMMR",
        "Portfolio Margin's adjusted equity ÷ maintenance margin, the other way round than a margin ratio: "
        "≤ 1.5 margin call, ≤ 1.2 reduce-only, ≤ 1.05 liquidates",
    ),
    ("levered", "sum of |notional| ÷ margin balance"),
    ("ADL", "place in the auto-deleveraging queue: four lights are first in line"),
    ("COIN-M", "sizes are contracts (cont); PNL, margin and balances are coins"),
    ("≈ USD", "coins in US dollars at the mark price; in sums USDT, USDC and the like count 1:1"),
    ("≈", "leverage computed from the margin, not yet confirmed by a message"),
)  # fmt: skip


class Entry(NamedTuple):
    """One line of the help."""

    group: str
    head: str
    text: str

    def matches(self, words: list[str]) -> bool:
        """Whether every word stands somewhere in it."""
        whole = f"{self.group} {self.head} {self.text}".casefold()
        return all(word in whole for word in words)


def all_key_lines(keys: Keys) -> list[KeyLine]:
    """Every key of every screen, by group."""
    lines = key_lines(keys.of(TABLE_KEYS, POSITIONS_KEYS, HELP_KEYS, PROGRAM_KEYS))
    lines += [KeyLine("Details", line.keys, line.text) for line in key_lines(keys.of(DETAIL_KEYS))]
    lines += [KeyLine("Columns", line.keys, line.text) for line in key_lines(keys.of(COLUMNS_KEYS))]
    lines += [KeyLine("Help", line.keys, line.text) for line in key_lines(keys.of(SEARCH_KEYS, SHEET_KEYS))]
    lines += [
        KeyLine(f"Sort letters (after {keys.name('sort')}; shift reverses)", column.letter, column.label)
        for column in COLUMNS
    ]
    return sorted(lines, key=lambda line: _groups(lines).index(line.group))


def _groups(lines: list[KeyLine]) -> list[str]:
    return list(dict.fromkeys(line.group for line in lines))


def all_entries(keys: Keys) -> list[Entry]:
    """Everything that the help says, in its order."""
    sort = keys.name("sort")
    notes = (
        ("*", f"at the sort mark: values moved past the order while it was held; {sort} s sorts anew"),
        ("Filter", "words that must all hold: btc · !eth · btc,eth · =btcusdt · side:long"),
        ("[keys]", f"the settings file's table for other keys; its names: {', '.join(ACTIONS)}"),
    )
    return [
        *(Entry(*line) for line in all_key_lines(keys)),
        *(Entry("Words", *word) for word in WORDS),
        *(Entry("Figures", *figure) for figure in FIGURES),
        *(Entry("Notes", *note) for note in notes),
    ]


class HelpScreen(Sheet):
    """Every key, and what words and figures mean; `/` or a letter searches."""

    BINDINGS: ClassVar[list[BindingType]] = SEARCH_KEYS
    KEYS: ClassVar[list[BindingType]] = SEARCH_KEYS

    def __init__(self, moment: Moment, keys: Keys) -> None:
        super().__init__(moment, keys)
        self._entries = all_entries(keys)
        self._search = FilterInput("a key or a word", id="search")

    def compose(self) -> ComposeResult:
        """The sheet, with room for what is searched beside the title."""
        yield self._status
        yield Horizontal(self._title_line, self._search, id="search-row")
        yield self._sheet
        yield self._keys

    def on_mount(self) -> None:
        """Begin with everything, not searching."""
        self._search.display = False

    def title_line(self, width: int) -> Line:
        """The title, and what is searched."""
        if self._is_typing:
            return ((" Help", "strong"), (f"   {self.keys.name('filter')}", "key"))
        if query := self._search.value:
            close = self.keys.name("close")
            return ((" Help", "strong"), (f"   /{query}", "strong"), (f"  {close} clears", "dim"))
        return (
            (" Help", "strong"),
            (f"   ↑ ↓ scroll   {self.keys.name('filter')} or a letter searches", "dim"),
        )

    def sheet_lines(self, width: int) -> list[Line]:
        """Groups of entries, as far as they match."""
        words = self._search.value.casefold().split()
        entries = [entry for entry in self._entries if entry.matches(words)]
        if not entries:
            close = self.keys.name("close")
            return [
                (),
                ((f"   Nothing matches “{self._search.value}”. {close} clears the search.", "plain"),),
            ]
        wide = max(len(entry.head) for entry in self._entries) if width >= 60 else 12
        shown: list[Line] = []
        for group, members in groupby(entries, key=lambda entry: entry.group):
            shown += [(), ((f" {group}", "title"),)]
            for entry in members:
                shown += _entry_lines(entry, wide, width)
        return shown[1:]

    @property
    def _is_typing(self) -> bool:
        return bool(self._search.display)

    def action_search(self) -> None:
        """Type what to look for."""
        self._search.display = True
        self.set_focus(self._search)
        self.draw()

    def take_text(self, text: str) -> bool:
        """Search for text that no key of this screen stands for, or that was typed at once with the `/`."""
        if not self._is_typing:
            if key_of(text) in self.active_bindings:
                return False
            self.action_search()
        self._search.insert_text_at_cursor(text)
        return True

    def action_close(self) -> None:
        """Clear the search, then go back to the positions."""
        if self._search.value:
            self._clear()
        else:
            super().action_close()

    def _clear(self) -> None:
        self._search.value = ""
        self._stop_typing()

    def _stop_typing(self) -> None:
        self._search.display = False
        self.set_focus(self._sheet)
        self.draw()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Search as one types, from the top."""
        self._sheet.scroll_home(animate=False)
        self.draw()

    def on_input_submitted(self) -> None:
        """Keep what is found."""
        self._stop_typing()

    def on_filter_input_cancelled(self) -> None:
        """Give the search up."""
        self._clear()

    def on_filter_input_row_step(self, message: FilterInput.RowStep) -> None:
        """Scroll while typing."""
        self._sheet.scroll_relative(y=message.step, animate=False)


def _entry_lines(entry: Entry, wide: int, width: int) -> list[Line]:
    texts = folded(entry.text, max(10, width - wide - 6))
    if len(entry.head) > wide:
        return [((f"   {entry.head}", "key"),), *(((" " * (wide + 5) + one, "plain"),) for one in texts)]
    first: Line = ((f"   {entry.head.ljust(wide)}  ", "key"), (texts[0], "plain"))
    return [first, *(((" " * (wide + 5) + one, "plain"),) for one in texts[1:])]
