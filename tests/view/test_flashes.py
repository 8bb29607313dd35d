"""A figure that has just changed flashes, when that is wanted, and stops by itself."""

from decimal import Decimal

import pytest
from rich.segment import Segment
from textual.strip import Strip

from tests.view.hand import HandSource, app_of, key, position
from tests.view.test_positions_screen import ready
from tui.app import PositionsApp
from tui.view.table.flashes import PAINTS, lit, span

A = key("A")


def reversed_text(app: PositionsApp) -> list[str]:
    """The texts of the pane that are drawn reversed."""
    strips: list[Strip] = app.screen._compositor.render_strips()
    lit = (segment for strip in strips for segment in strip if segment.style and segment.style.reverse)
    return [segment.text for segment in lit if segment.text.strip()]  # the scroll bar is reversed blanks


@pytest.mark.parametrize("cursor", ["A", "B"])
async def test_changed_figures_flash_and_stop(cursor: str) -> None:
    """What changed is reversed, nothing beside it; two paints later nothing is, and no further paint is asked for."""
    source = HandSource(position("A"), position("B"))
    async with app_of(source, flash=True, frames_per_second=1).run_test(size=(160, 24)) as pilot:
        app = await ready(pilot)
        app.positions.table.move_to(["A", "B"].index(cursor))
        before = reversed_text(app)
        source.hand.change(A, unrealized_pnl=Decimal("21.50"), mark_price=Decimal("110.75"))
        app.paint()
        await pilot.pause()
        during, is_flashing = reversed_text(app), app.positions.table.is_flashing
        for _ in range(PAINTS):
            app.paint()
        await pilot.pause()
        after = reversed_text(app)

        assert before == []
        assert {"110.75", "+21.50"} <= set(during)
        assert "A" not in during
        assert is_flashing
        assert (after, app.positions.table.is_flashing) == ([], False)


async def test_nothing_flashes_by_default() -> None:
    """Without the setting a change reverses nothing and asks for no further paint."""
    source = HandSource(position("A"))
    async with app_of(source).run_test(size=(160, 24)) as pilot:
        app = await ready(pilot)
        source.hand.change(A, unrealized_pnl=Decimal("21.50"))
        app.paint()
        await pilot.pause()

        assert (reversed_text(app), app.positions.table.is_flashing) == ([], False)


async def test_what_turns_stale_or_comes_into_sight_does_not_flash() -> None:
    """A figure that became unknown is no new figure, and neither is one that changed out of sight."""
    source = HandSource(*(position(f"C{n:02}", liquidation_price=Decimal(100 - n)) for n in range(60)))
    async with app_of(source, flash=True).run_test(size=(160, 24)) as pilot:
        app = await ready(pilot)
        last = app.positions.listing.order[-1]
        await pilot.press("end")
        await ready(pilot)
        await pilot.press("home")
        source.hand.change(last, unrealized_pnl=Decimal("21.50"))
        await ready(pilot)
        await pilot.press("end")
        await pilot.pause()
        scrolled = reversed_text(app)
        source.now += 42_000
        app.paint()
        await pilot.pause()

        assert (scrolled, reversed_text(app)) == ([], [])


def test_only_the_figure_is_lit() -> None:
    """Blanks before and behind a figure stay as they are."""
    strip = lit(Strip([Segment("ab  12.5  cd")]), [span(2, "  12.5  ")])

    assert [segment.text for segment in strip if segment.style and segment.style.reverse] == ["12.5"]
    assert strip.text == "ab  12.5  cd"


async def test_nothing_flashes_below_a_sheet() -> None:
    """A figure that changed before another screen opened over it asks for no further frames."""
    source = HandSource(position("A"))
    async with app_of(source, flash=True).run_test(size=(100, 20)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        await pilot.pause()
        source.hand.change(key("A"), mark_price=Decimal(111))
        app.paint()
        await pilot.press("enter")
        await pilot.pause()
        app.paint()

        assert app.positions.table.is_flashing
        assert not app.paint()
