"""The keys at the foot of a screen: one line, clickable, never wrapped."""

from collections.abc import Sequence

from textual import events
from textual.binding import Binding

from tui.view.terminal.lines import Lines, Part, Piece, fitting, shortened

GAP = 2
URGENCY = {"help": 0, "quit": 1, "close": 2, "filter": 3, "sort": 4, "details": 5}
"""Actions whose keys are shown longest when room is short."""


class KeyBar(Lines):
    """As many keys as fit, the most needed first."""

    def __init__(self, bindings: Sequence[Binding], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="bar")
        self._keys = [binding for binding in bindings if binding.show]
        self._places: list[tuple[int, int, Binding]] = []
        self._note = ""

    def note(self, text: str) -> None:
        """Say something in place of the keys; empty brings them back."""
        if text != self._note:
            self._note = text
            self.draw()

    def draw(self) -> None:
        """Lay out the keys for the present width."""
        if self._note:
            self.show([((" " + shortened(self._note, self.size.width - 1), "plain"),)])
            return
        pieces = [
            Piece(
                URGENCY.get(binding.action, place + len(URGENCY)),
                ((binding.key_display or binding.key, "key"), (" " + binding.description, "plain")),
            )
            for place, binding in enumerate(self._keys)
        ]
        kept = fitting(pieces, self.size.width - 2, GAP)
        parts: list[Part] = []
        self._places.clear()
        x = 1
        for piece, binding in zip(pieces, self._keys, strict=True):
            if any(piece is one for one in kept):
                parts += [(" " * (GAP if parts else 1), "plain"), *piece.line]
                self._places.append((x, x + piece.width, binding))
                x += piece.width + GAP
        self.show([tuple(parts)])

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        super().on_resize(event)
        self.draw()

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        for start, end, binding in self._places:
            if start <= event.x < end:
                await self.screen.run_action(binding.action)
