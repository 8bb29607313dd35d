"""The compositor of a screen whose lines come whole: what nothing lies over is taken as its widget drew it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from textual._compositor import ChopsUpdate, Compositor, CompositorMap, ReflowResult
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.view.terminal.straight import Gathering, StraightWidget


class Clear(NamedTuple):
    """A part of a screen that shows one widget and nothing else."""

    region: Region
    widget: StraightWidget
    offset: tuple[int, int]
    """Where the widget's own first cell is."""


def clear_regions(visible: Mapping[Widget, tuple[Region, Region]]) -> list[Clear]:
    """Where each straight widget lies free.

    Args:
        visible: widgets with their region and the region that they are cut to, the foremost first.
    """
    clear: list[Clear] = []
    before: list[Region] = []
    for widget, (region, clip) in visible.items():
        seen = region.intersection(clip)
        if isinstance(widget, StraightWidget) and (free := uncovered(seen, before)):
            clear.append(Clear(free, widget, region.offset))
        before.append(seen)
    return clear


def uncovered(region: Region, others: Iterable[Region]) -> Region | None:
    """What is left of a region without the others; None when that is no region, as beside a box in its middle."""
    for other in others:
        if not other.overlaps(region):
            continue
        if other.x <= region.x or other.y > region.y or other.bottom < region.bottom:
            return None
        region = Region(region.x, region.y, other.x - region.x, region.height)
    return region


class StraightCompositor(Compositor):
    """Textual's compositor, which cuts nothing where there is nothing to cut."""

    def __init__(self) -> None:
        super().__init__()
        self._reflowed: CompositorMap | None = None
        """What the last layout was, when the map has been made anew since without one."""
        self._looked_at: object = None
        self._clear: list[Clear] = []

    @property
    def full_map(self) -> CompositorMap:
        """Where every widget is; made anew when somebody asks for it before the layout that is due."""
        if self._full_map_invalidated and self._reflowed is None:
            self._reflowed = self._full_map
        return super().full_map

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out anew; what differs from the last layout, and not from a map made since, is told and painted."""
        if self._reflowed is not None:
            self._full_map, self._reflowed = self._reflowed, None
        return super().reflow(parent, size)

    def add(self, drawn: Iterable[tuple[Widget, Region]]) -> None:
        """Render these regions next, each from the first cell of its widget."""
        visible = self.visible_widgets
        for widget, region in drawn:
            if widget in visible:
                place, clip = visible[widget]
                if seen := clip.intersection(region.translate(place.offset)):
                    self._dirty_regions.add(seen)

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty."""
        return self._straight_update() or super().render_partial_update()

    def _straight_update(self) -> ChopsUpdate | None:
        """The update when every dirty region is clear; None when one is not, or nothing is dirty."""
        visible = self.visible_widgets
        if visible is not self._looked_at:
            self._looked_at, self._clear = visible, clear_regions(visible)
        found: list[tuple[range, Clear]] = []
        for region in self._dirty_regions:
            clear = next((one for one in self._clear if one.region.contains_region(region)), None)
            if clear is None:
                return None
            found.append((range(region.y, region.bottom), clear))
        if not found:
            return None
        self._dirty_regions.clear()
        # Whole lines, for a region may begin or end within a wide character.
        chops: dict[int, dict[int, Strip]] = {}
        ends: dict[int, dict[int, int]] = {}
        for lines, (region, widget, (left, top)) in found:
            strips = widget.render_lines(Region(region.x - left, lines.start - top, region.width, len(lines)))
            for line, strip in zip(lines, strips, strict=True):
                chops.setdefault(line, {})[region.x] = strip
                ends.setdefault(line, {})[region.x] = region.right
        spans = [(line, x, end) for line, pieces in ends.items() for x, end in pieces.items()]
        return ChopsUpdate(
            cast(Any, chops), spans, cast(Any, {line: list(pieces.values()) for line, pieces in ends.items()})
        )


class StraightScreen(Screen[None]):
    """A screen with that compositor."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor: StraightCompositor = StraightCompositor()
        self.gathering = Gathering()

    @property
    def palette_bindings(self) -> list[Binding]:
        """What can be done here, for the command palette."""
        return []

    def paint(self) -> None:
        """Bring what it shows up to date; called for every frame."""

    def take_text(self, text: str) -> bool:
        """Take text that no key stands for; return False where nothing is typed here."""
        return False

    @contextmanager
    def in_one_frame(self) -> Iterator[None]:
        """What widgets draw anew in here goes to the terminal at the end of it.

        Textual would send messages around and wait for its next turn, which takes longer than drawing does. It has to
        where something else is due as well: where widgets are, or the picture of one that is drawn in its own way.
        """
        gathering = self.gathering
        gathering.is_on = True
        try:
            yield
        finally:
            gathering.is_on = False
            drawn, gathering.drawn = gathering.drawn, []
        if not drawn:
            return
        if self._is_settled:
            self._compositor.add(drawn)
            self._compositor_refresh()
        else:
            for widget, region in drawn:
                widget.refresh(region)

    @property
    def _is_settled(self) -> bool:
        """Whether this screen is in sight, and nothing of it waits for Textual."""
        app = self.app
        if app.screen is not self or app._batch_count or self._dirty_widgets:
            return False
        return not any(
            one._layout_required or (one._repaint_required and one.display) or one._scroll_required
            for one in self.walk_children(Widget, with_self=True)
        )
