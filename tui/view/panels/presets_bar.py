"""The line of presets, and the filter beside it."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.view.books import ALL, Shelf, all_books, name_of, shown_name
from tui.view.keymap import Keys
from tui.view.table.listing import Listing
from tui.view.terminal.lines import Line, Lines, Part, Piece, fitting, left_and_right, line_width

GAP = 1
DIGITS = 10


class PresetsBar(Lines):
    """Presets with their numbers, the chosen one in brackets with its count, and what is filtered."""

    class Chosen(Message):
        """Somebody clicked on a preset."""

        def __init__(self, preset: int) -> None:
            self.preset = preset
            super().__init__()

    class BookWanted(Message):
        """Somebody clicked on the books."""

    class FilterWanted(Message):
        """Somebody clicked on the filter."""

    def __init__(self, keys: Keys, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keys = keys
        self._of: tuple[object, ...] = ()
        """What was laid out last."""
        self._places: list[tuple[int, int, int]] = []
        self._books_end = 0

    def draw(self, listing: Listing, total: int, is_typing: bool, books: Line = ()) -> None:
        """Lay out the presets for the present width.

        Args:
            listing: what is chosen.
            total: how many rows there are without any filter.
            is_typing: whether the filter is being typed beside this.
            books: the choice of the book, where there are several.
        """
        width, count = self.size.width, len(listing.order)
        of = listing.preset, listing.filter, listing.is_frozen, count, total, is_typing, books, width
        if of == self._of:
            return
        self._of = of
        right: Line = (
            ((self.keys.name("filter"), "key"),) if is_typing else state_line(listing, self.keys, total)
        )
        start: Line = (*books, (" ", "plain")) if books else ()
        room = width - line_width(right) - line_width(start) - 4
        pieces = [
            Piece(abs(place - listing.preset), preset_line(listing, place))
            for place in range(len(listing.presets))
        ]
        kept = fitting(pieces, room, GAP)
        places = [place for place, piece in enumerate(pieces) if any(piece is one for one in kept)]
        parts: list[Part] = [(" ", "plain"), *start] if books else []
        self._places.clear()
        x = 1 + (line_width(parts) if books else 0)
        self._books_end = x - 1 if books else 0
        for place, piece in zip(places, kept, strict=True):
            parts += [(" " * GAP, "plain"), *piece.line]
            self._places.append((x, x + piece.width, place))
            x += piece.width + GAP
        self.show([left_and_right(tuple(parts), (*right, (" ", "plain")), width)])

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        if event.x < self._books_end:
            self.post_message(self.BookWanted())
            return
        for start, end, place in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(place))
                return
        self.post_message(self.FilterWanted())


def books_line(shelf: Shelf, keys: Keys, is_short: bool) -> Line:
    """The books with the one that is looked at in brackets; nothing while there is only one."""
    books = all_books(shelf)
    if len(books) < 2:
        return ()
    chosen = shown_name(shelf)
    names = [ALL, *map(name_of, books)] if not is_short else [chosen]
    parts: list[Part] = [(f"{keys.name('book')} ", "key")]
    parts += [(f"[{name}]", "chosen") if name == chosen else (f" {name} ", "dim") for name in names]
    return tuple(parts)


def preset_line(listing: Listing, place: int) -> Line:
    """One preset: `[0 All 14]` when it is chosen, ` 1 BTC ` when not."""
    name = listing.presets[place].name
    number = f"{place} " if place < DIGITS else ""
    if place == listing.preset:
        return ((f"[{number}{name} {len(listing.order)}]", "chosen"),)
    return ((f" {number}", "key"), (f"{name} ", "dim"))


def state_line(listing: Listing, keys: Keys, total: int) -> Line:
    """What is typed, and that rows are held or left out."""
    parts: list[Part] = []
    if listing.is_frozen:
        parts.append(("order frozen  ", "warn"))
    if listing.filter:
        parts += [
            (f"/{listing.filter}", "strong"),
            (f"  {len(listing.order)} of {total}  {keys.name('clear')} clears", "dim"),
        ]
    else:
        parts += [(keys.name("filter"), "key"), (" filter", "dim")]
    return tuple(parts)


class FilterInput(Input):
    """The filter while it is typed: no blinking, arrows still move the cursor of the table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "clear", show=False),
        Binding("up", "move_row(-1)", "cursor up", show=False),
        Binding("down", "move_row(1)", "cursor down", show=False),
    ]

    class Cancelled(Message):
        """Somebody gave the filter up."""

    class RowStep(Message):
        """Somebody wants the cursor of the table moved."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    def __init__(self, placeholder: str = "btc  !eth  side:long", *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def action_cancel(self) -> None:
        """Give it up."""
        self.post_message(self.Cancelled())

    def action_move_row(self, step: int) -> None:
        """Move the cursor of the table."""
        self.post_message(self.RowStep(step))
