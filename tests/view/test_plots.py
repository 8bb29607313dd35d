"""The plots of the session: shapes, gaps, and no money where it is hidden."""

import math
from decimal import Decimal

import pytest

from tests.view.hand import HandSource, app_of, key, pane, position
from tui.app import PositionsApp
from tui.book.health import POSITION_LIMIT_MS
from tui.view.moment import Moment
from tui.view.panels.plots import account_plot, plot_lines
from tui.view.panels.sparks import spark
from tui.view.session import Session

GAP = math.nan


@pytest.mark.parametrize(
    ("points", "width", "shown"),
    [
        ([], 4, "    "),
        ([1.0], 3, "▄▄▄"),
        ([1.0, 1.0], 2, "▄▄"),
        ([0.0, 7.0], 4, "▁▁██"),
        ([0.0, 1.0, 2.0, 3.0], 4, "▁▃▆█"),
        ([0.0, GAP, 2.0, 3.0], 4, "▁ ▆█"),
        ([0.0, 1.0, GAP, 3.0], 2, "▁ "),
        ([GAP, GAP], 2, "  "),
        ([math.inf, 1.0], 2, " ▄"),
        ([1.0, 2.0], 0, ""),
    ],
)
def test_spark(points: list[float], width: int, shown: str) -> None:
    """From the first to the newest point over the whole width; a gap is blank, and so is a cell that holds one."""
    if shown == "▁ " and width == 2:
        shown = "▄ "  # one known cell has no scale
    assert spark(points, width) == shown


def watched(*marks: str | None) -> tuple[HandSource, Moment]:
    """A position whose mark price went like that, a step each; None for a price that has grown too old."""
    source = HandSource(position("A"))
    moment = Moment(source)
    session = Session(moment)
    for mark in marks:
        moment.advance()
        source.confirm()
        pnl = None if mark is None else (Decimal(mark) - 100) * 2
        fields = {} if mark is None else {"mark_price": Decimal(mark), "unrealized_pnl": pnl}
        source.hand.change(key("A"), mark_time_ms=None if mark is None else source.now, **fields)
        moment.advance({key("A")})
        session.note_changed({key("A")})
        session.record()
        source.now += 2_000
    return source, moment


def text_of(source: HandSource, moment: Moment, *, is_private: bool = False, width: int = 100) -> list[str]:
    """The plots of the position."""
    row = source.hand.positions[key("A")]
    return ["".join(text for text, _ in line) for line in plot_lines(moment, row, is_private, width)]


def test_plots_of_a_position() -> None:
    """PNL, mark price and liquidation distance, each with its lowest and highest; stale time is a gap."""
    title, pnl, mark, distance = text_of(*watched("110", "111", None, None, "114"))

    assert title == " This session   0:08 so far, lowest … highest"
    assert "+20.00 … +28.00" in pnl
    assert "110 … 114" in mark
    assert "−22.8 % … −20.0 %" in distance
    for line in (pnl, mark, distance):
        plot = line[31:].split("  ")[0]
        assert plot.strip(" ") == plot.rstrip(" ")
        assert " " in line[31:75].strip()


def test_hidden_money_is_not_in_the_plots() -> None:
    """In private the shapes stay, and the amounts are hidden; prices and distances are no secret."""
    _, pnl, mark, _ = text_of(*watched("110", "114"), is_private=True)

    assert "•••" in pnl
    assert "28" not in pnl
    assert "110 … 114" in mark


@pytest.mark.parametrize("width", [20, 30, 40, 59, 60, 80, 160])
def test_plots_fit(width: int) -> None:
    """No line is wider than the pane; where room is short the figures leave, never a part of one."""
    assert all(len(line) <= max(width, 48) for line in text_of(*watched("110", "114"), width=width)[1:])


def test_account_plot_never_moves() -> None:
    """Its line has its places before the first value, and keeps them as values grow and go stale."""
    source, moment = watched("110", "114")
    before = "".join(text for text, _ in account_plot(Moment(HandSource()), False, 140))
    lines = ["".join(text for text, _ in account_plot(moment, False, 140))]
    source.now += 10 * POSITION_LIMIT_MS
    moment.advance()
    Session(moment).record()
    lines.append("".join(text for text, _ in account_plot(moment, False, 140)))

    assert {line.index("PNL") for line in (before, *lines)} == {before.index("PNL")}
    assert "1,020.00 … 1,028.00" in lines[0]
    assert lines[1][20:60].rstrip() != lines[0][20:60].rstrip()


async def test_frames_are_noted_by_themselves() -> None:
    """Nobody has to ask for the plots: a point comes with the first frame."""
    source = HandSource(position("A"))
    async with app_of(source).run_test(size=(120, 54)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        while not app.moment.history.points(key("A"), 0):
            await pilot.pause(0.01)


def test_row_that_has_gone_is_forgotten() -> None:
    """A position that is closed takes its trace along; one that is opened again begins anew."""
    source = HandSource(position("A"), position("B"))
    moment = Moment(source)
    session = Session(moment)
    for gone in ((), (key("A"),)):
        source.hand.drop(*gone)
        source.now += 2_000
        changed = source.book.take_changed()
        moment.advance(changed)
        session.note_changed(changed)
        assert session.record()

    assert [moment.history.trace(key(name)) is None for name in "AB"] == [True, False]


async def test_details_show_the_session() -> None:
    """What is noted between frames is what the details plot."""
    source = HandSource(position("A"))
    async with app_of(source, frames_per_second=1).run_test(size=(120, 54)) as pilot:
        app = pilot.app
        assert isinstance(app, PositionsApp)
        for mark in ("105", "120"):
            source.now += 2_000
            source.hand.change(key("A"), mark_price=Decimal(mark))
            source.confirm()
            app.paint()
            assert app.session.record()
        await pilot.press("enter")
        await pilot.pause()
        text = "\n".join(pane(app))

        assert "Share of maint. margin" in text
        assert "This session" in text
        assert "105 … 120" in text
