"""The main screen, driven by keys and mouse in panes of many sizes."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot

from tests.view.hand import MANY, NOW, HandSource, app_of, is_whole, key, pane, position, row_of, symbols
from tui.app import PositionsApp
from tui.book.health import MARK_LIMIT_MS, Transport
from tui.book.journal import Kind
from tui.book.position import Position
from tui.view.columns import COLUMNS, look
from tui.view.keys import bindings_of
from tui.view.screens.positions_screen import PositionsScreen
from tui.view.table.listing import HOLD_MS

SIZES = [(250, 70), (160, 50), (120, 40), (100, 30), (80, 24), (60, 15), (40, 8), (30, 5)]


def many() -> HandSource:
    """Enough rows to scroll, of every shape, in an order that PNL and distance do not share."""
    more = [
        position(f"COIN{n}USDT", unrealized_pnl=Decimal(n), liquidation_price=Decimal(30 + n))
        for n in range(30)
    ]
    return HandSource(*MANY, *more)


async def ready(pilot: Pilot[None]) -> PositionsApp:
    """The app once everything that was asked for is on the screen."""
    app = pilot.app
    assert isinstance(app, PositionsApp)
    for _ in range(100):
        await pilot.pause()
        app.paint()
        await pilot.pause()
        if len(pane(app)) == app.size.height:
            return app
    raise AssertionError("nothing was painted")


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_is_exactly_as_wide_as_the_pane(size: tuple[int, int]) -> None:
    """No line wraps and none is cut, whatever the size."""
    async with app_of(many()).run_test(size=size) as pilot:
        lines = pane(await ready(pilot))

        assert len(lines) == size[1]
        assert all(is_whole(line, size[0]) for line in lines)


@pytest.mark.parametrize("size", [*SIZES, (19, 2), (12, 1)])
async def test_word_is_always_on_the_screen(size: tuple[int, int]) -> None:
    """Live or lost, the word is in the first line at every size."""
    source = many()
    async with app_of(source).run_test(size=size) as pilot:
        live = pane(await ready(pilot))[0]
        source.book.health.api.transport = Transport.DOWN
        lost = pane(await ready(pilot))[0]

        assert "LIVE" in live
        assert "LOST" in lost


@pytest.mark.parametrize("is_stale", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_every_shown_number_is_whole(size: tuple[int, int], is_stale: bool) -> None:
    """Each row in sight holds the whole text of each column that has a place."""
    source = many()
    if is_stale:
        source.now += 42_000
    async with app_of(source).run_test(size=size) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        top = table.region.y
        for y, line in enumerate(pane(app)[top : top + table.size.height]):
            if y >= len(table.order):
                break
            row = look(source.book, source.book.positions[table.order[y]], source.now)
            for slot in table.slots:
                cell = slot.column.show(row, False)
                assert cell.text in line or (cell.brief and cell.brief in line)


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((160, 50), [column.name for column in COLUMNS if not column.is_optional]),
        (
            (80, 24),
            [
                "symbol",
                "position_side",
                "position_amount",
                "mark_price",
                "liquidation_distance",
                "unrealized_pnl",
                "roe",
            ],
        ),
        ((36, 5), ["symbol", "liquidation_distance", "unrealized_pnl"]),
    ],
)
async def test_columns_of_a_size(size: tuple[int, int], names: list[str]) -> None:
    """Wide panes show every column, 80 the seven that matter, tiny ones three."""
    async with app_of(HandSource(*MANY)).run_test(size=size) as pilot:
        app = await ready(pilot)

        assert [slot.column.name for slot in app.positions.table.slots][: len(names)] == names


@pytest.mark.parametrize("size", [(160, 50), (120, 40), (80, 24)])
async def test_sorting_by_a_letter(size: tuple[int, int]) -> None:
    """`s p` sorts by PNL, best first, and the head shows the direction; again turns it round."""
    async with app_of(HandSource(*MANY)).run_test(size=size) as pilot:
        app = await ready(pilot)
        await pilot.press("s", "p")
        down, head = symbols(app), row_of(app, "PNL ▼")
        await pilot.press("s", "p")
        up = symbols(app)

        assert down == [
            "BTCUSDT LONG",
            "币安人生USDT SHORT",
            "ETHUSDT LONG",
            "ETHUSDT SHORT",
            "1000SHIBUSDT LONG",
        ]
        assert up == down[::-1]
        assert head


async def test_every_column_has_a_letter_that_sorts() -> None:
    """Each letter of the menu sorts by its column, with shift in the other direction."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        for column in COLUMNS:
            await pilot.press("s", column.letter.upper())

            assert app.positions.listing.sort[:2] == (column, not column.is_descending)


async def test_sorting_by_a_click_on_a_head() -> None:
    """A click on a head sorts by it, a second one turns round."""
    async with app_of(HandSource(*MANY)).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        slot = next(slot for slot in app.positions.table.slots if slot.column.name == "roe")
        directions = []
        for _ in range(2):
            await pilot.click("#head", offset=(slot.end - 1, 0))
            await pilot.pause()
            directions.append(app.positions.listing.sort.is_descending)

        assert app.positions.listing.sort.column.name == "roe"
        assert directions == [True, False]


async def test_sort_moves_beside() -> None:
    """`>` sorts by the next shown column, `<` goes back, `S` turns round."""
    async with app_of(HandSource(*MANY)).run_test(size=(160, 50)) as pilot:
        app = await ready(pilot)
        names = []
        for press in ("greater_than_sign", "less_than_sign"):
            await pilot.press(press)
            names.append(app.positions.listing.sort.column.name)
        await pilot.press("S")

        assert names == ["initial_margin", "liquidation_distance"]
        assert app.positions.listing.sort.is_descending


async def test_cursor_stays_on_its_row() -> None:
    """When rows change places the cursor goes with its key."""
    source = HandSource(*(position(symbol, unrealized_pnl=Decimal(n)) for n, symbol in enumerate("ABC")))
    async with app_of(source, sort="unrealized_pnl").run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("down")
        source.now += HOLD_MS
        source.hand.change(key("B"), unrealized_pnl=Decimal(99))
        app = await ready(pilot)

        assert symbols(app)[0] == "B LONG"
        assert (app.positions.table.cursor, app.positions.table.place) == (key("B"), 0)


async def test_cursor_goes_to_the_neighbour_of_a_row_that_went() -> None:
    """A closed position hands the cursor to the row below it."""
    source = HandSource(*(position(symbol, unrealized_pnl=Decimal(-n)) for n, symbol in enumerate("ABC")))
    async with app_of(source, sort="unrealized_pnl").run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("down")
        source.hand.drop(key("B"))
        app = await ready(pilot)

        assert app.positions.table.cursor == key("C")


async def test_held_order_is_marked() -> None:
    """While the cursor moves rows stand still; `*` says that values moved past the order; `s s` sorts anew."""
    source = HandSource(*(position(symbol, unrealized_pnl=Decimal(-n)) for n, symbol in enumerate("ABC")))
    async with app_of(source, sort="unrealized_pnl").run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("down")
        source.hand.change(key("C"), unrealized_pnl=Decimal(9))
        app = await ready(pilot)
        held, head = symbols(app), row_of(app, "Symbol")
        await pilot.press("s", "s")
        app = await ready(pilot)

        assert (held, "PNL ▼*" in head) == (["A LONG", "B LONG", "C LONG"], True)
        assert symbols(app) == ["C LONG", "A LONG", "B LONG"]


async def test_freeze_holds_the_order_and_says_so() -> None:
    """`f` holds the order, values go on; `f` again lets it go."""
    source = HandSource(*(position(symbol, unrealized_pnl=Decimal(-n)) for n, symbol in enumerate("ABC")))
    async with app_of(source, sort="unrealized_pnl").run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f")
        source.hand.change(key("C"), unrealized_pnl=Decimal(9))
        app = await ready(pilot)
        frozen, line = symbols(app), row_of(app, "order frozen")
        value = row_of(app, "+9.00")
        await pilot.press("f")
        app = await ready(pilot)

        assert frozen == ["A LONG", "B LONG", "C LONG"]
        assert line
        assert value
        assert symbols(app)[0] == "C LONG"


async def test_filter_as_one_types() -> None:
    """`/` narrows the rows with each letter; Enter keeps the filter, Esc clears it."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("slash", "e", "t", "h")
        typed = symbols(app)
        await pilot.press("enter")
        kept = row_of(app, "/eth")
        await pilot.press("escape")
        cleared = symbols(app)

        assert sorted(typed) == ["ETHUSDT LONG", "ETHUSDT SHORT"]
        assert "2 of 5" in kept
        assert len(cleared) == 5


async def test_letters_go_into_the_filter_while_typing() -> None:
    """While a filter is typed no letter does anything else, and the arrows still move the cursor."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("slash", "u", "r", "backspace", "down", "escape")

        assert source.refreshed == 0
        assert app.positions.table.place == 1


async def test_presets_by_number_and_bracket() -> None:
    """Number keys and brackets take presets: All, those of the settings, Longs, Shorts."""
    async with app_of(HandSource(*MANY), presets={"BTC": "btc"}).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        seen = []
        for press in ("1", "right_square_bracket", "3", "0", "left_square_bracket", "9"):
            await pilot.press(press)
            seen.append(len(symbols(app)))

        assert seen == [1, 3, 2, 5, 2, 2]


async def test_preset_by_a_click() -> None:
    """A click on a preset takes it."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        x = row_of(app, "[0 All").index("Shorts")
        await pilot.click("#presets", offset=(x, 0))
        await pilot.pause()

        assert [symbol.endswith("SHORT") for symbol in symbols(app)] == [True, True]


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_total_counts_what_is_shown(size: tuple[int, int]) -> None:
    """The total stands under its columns and is — as soon as one addend is stale."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=size) as pilot:
        app = await ready(pilot)
        total = row_of(app, "Total 5")
        source.hand.change(key("ETHUSDT"), mark_time_ms=NOW - 9_000)
        app = await ready(pilot)
        stale = row_of(app, "Total 5")

        assert "+117.96" in total
        assert ("1 stale" in stale, "+117.96" in stale) == (True, False)


async def test_zero_rows_and_privacy() -> None:
    """`x` shows rows of open orders, `p` hides money everywhere."""
    async with app_of(HandSource(*MANY)).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("x", "p")
        text = "\n".join(pane(app))

        assert "DOGEUSDT" in text
        assert ("•••" in text, "346.02" in text, "1,020.00" in text) == (True, False, False)


async def test_refresh_asks_the_source() -> None:
    """`r` asks for snapshots at once."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("r")

        assert source.refreshed == 1


@pytest.mark.parametrize(
    ("press", "place"),
    [("end", 34), ("G", 34), ("pagedown", 16), ("home", 0), ("down", 1), ("j", 1), ("k", 0)],
)
async def test_cursor_keys(press: str, place: int) -> None:
    """The cursor moves by rows, pages and to both ends, and stays in sight."""
    async with app_of(many()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press(press)
        await pilot.pause()
        table = app.positions.table
        first = round(table.scroll_y)

        assert table.place == place
        assert first <= place < first + table.size.height


async def test_ten_thousand_rows_draw_only_those_in_sight() -> None:
    """Rows out of sight are neither formatted nor drawn."""
    source = HandSource(*(position(f"C{n}USDT", liquidation_price=Decimal(n % 97)) for n in range(10_000)))
    async with app_of(source).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("end")
        app = await ready(pilot)

        assert len(app.positions.table.order) == 10_000
        assert len(app.positions.table._rows) < 100


async def test_ten_thousand_changes_format_only_the_rows_in_sight() -> None:
    """When every row changes, those out of sight are not looked at; sorting the same rows makes no new sums."""
    rows = [position(f"C{n}USDT", liquidation_price=Decimal(n % 97)) for n in range(10_000)]
    source = HandSource(*rows)
    async with app_of(source, frames_per_second=1).run_test(size=(160, 50)) as pilot:
        app = await ready(pilot)
        for row in rows:
            source.hand.change(row.key, unrealized_pnl=Decimal(21))
        app.paint()
        sums, formatted = app.positions.frame.totals.sums, len(app.positions.table._rows)
        await pilot.press("s", "y")

        assert formatted <= 50
        assert sums.pnl.usd == 210_000
        assert app.positions.frame.totals.sums is sums


async def test_unchanged_row_keeps_its_strip() -> None:
    """A tick that brings the same text for a row draws nothing of it."""
    source = HandSource(position("A"), position("B", unrealized_pnl=Decimal(1)))
    async with app_of(source, sort="symbol").run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        before = [table.render_line(y) for y in (0, 1)]
        source.hand.change(key("A"), unrealized_pnl=Decimal("20.001"))
        source.hand.change(key("B"), unrealized_pnl=Decimal(2))
        app.paint()
        after = [table.render_line(y) for y in (0, 1)]

        assert [old is new for old, new in zip(before, after, strict=True)] == [True, False]


async def test_compact_pane_shows_the_worst_first() -> None:
    """A tiny pane sorts by room to liquidation; growing again brings the chosen sort back."""
    async with app_of(HandSource(*MANY), sort="unrealized_pnl").run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.resize_terminal(40, 8)
        small = (await ready(pilot)).positions.listing.sort.column.name
        await pilot.resize_terminal(80, 24)
        app = await ready(pilot)

        assert (small, app.positions.listing.sort.column.name) == ("liquidation_distance", "unrealized_pnl")


async def test_details_follow_the_rows() -> None:
    """Enter shows every field with its age; the arrows walk the rows; Esc goes back."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        first = pane(await ready(pilot))
        await pilot.press("right")
        second = pane(await ready(pilot))
        await pilot.press("escape")
        await pilot.pause()

        assert "ETHUSDT  SHORT" in first[1]
        assert "BTCUSDT  LONG" in second[1]
        assert any("61,240.82" in line and "snapshot <2s" in line for line in second)
        assert isinstance(app.screen, PositionsScreen)


async def test_details_are_live_and_go_stale() -> None:
    """The details move with the book, and lose their figures with their inputs."""
    source = HandSource(position("BTCUSDT"))
    async with app_of(source).run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        source.hand.change(key("BTCUSDT"), mark_price=Decimal("123.45"))
        live = "\n".join(pane(await ready(pilot)))
        source.now += 6_000
        stale = "\n".join(pane(await ready(pilot)))

        assert "123.45" in live
        assert ("123.45" in stale, "STALE 0:06" in stale, "▲ STALE" in stale) == (False, True, True)


async def test_help_lists_every_key() -> None:
    """`?` shows every binding's explanation and every sort letter."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 100)) as pilot:
        await ready(pilot)
        await pilot.press("question_mark")
        text = "\n".join(pane(await ready(pilot)))
        bindings = bindings_of(PositionsScreen.BINDINGS, PositionsApp.BINDINGS)

        assert all(binding.tooltip in text for binding in bindings)
        assert all(f" {column.letter} " in text for column in COLUMNS)


async def test_events_are_listed_newest_first() -> None:
    """`e` lists what happened, in local time and UTC."""
    source = HandSource(*MANY)
    source.book.journal.write(NOW - 60_000, Kind.FILL, "BTCUSDT LONG bought 0.1 at 61,880.00")
    source.book.journal.write(NOW, Kind.FUNDING, "BTCUSDT paid 1.20 USDT")
    async with app_of(source).run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("e")
        lines = pane(await ready(pilot))

        assert "22:20:20Z  funding" in lines[2]
        assert "22:19:20Z  fill" in lines[3]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("press", ["enter", "question_mark", "e", "s"])
async def test_other_screens_fit_as_well(press: str, size: tuple[int, int]) -> None:
    """Details, help, events and the sort menu keep the word and every line whole at every size."""
    async with app_of(many()).run_test(size=size) as pilot:
        await ready(pilot)
        await pilot.press(press)
        lines = pane(await ready(pilot))

        assert "LIVE" in lines[0]
        assert all(cell_len(line) == size[0] for line in lines)


@pytest.mark.parametrize(
    "presses", [("4", "0"), ("G", "s", "u"), ("/", "s", "1", "escape"), ("3", "G", "0", "S")]
)
async def test_chosen_row_stays_in_sight(presses: tuple[str, ...]) -> None:
    """A row on which somebody has put the cursor is in sight after every sort and choice of rows, whatever its place."""
    rows = [
        position(f"S{n:02}USDT", "LONG" if n % 3 else "SHORT", unrealized_pnl=Decimal(n * 7 % 31))
        for n in range(30)
    ]
    async with app_of(HandSource(*rows)).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        app.positions.table.move_to(21)
        for press in presses:
            await pilot.press(press)
            app = await ready(pilot)
            await pilot.pause()

            assert sum(line.startswith("›") for line in pane(app)) == 1


@pytest.mark.parametrize("symbol", ["A\u202eB\u200eUSDT", "A\x07BUSDT", "币e\u0301USDT"])
async def test_no_symbol_moves_the_columns(symbol: str) -> None:
    """Whatever a symbol is made of, its row is as wide as the others."""
    async with app_of(HandSource(position(symbol), position("ETHUSDT"))).run_test(size=(100, 12)) as pilot:
        table = (await ready(pilot)).positions.table
        strips = table.draw_lines(range(2), table.size.width)

        assert (
            [cell_len(strip.text) for strip in strips]
            == [strip.cell_length for strip in strips]
            == [100, 100]
        )


async def test_markup_from_outside_is_only_text() -> None:
    """Names that look like markup or carry escape sequences are shown, never obeyed."""
    source = HandSource(position("[bold]X[/"), position("E\x1b[2JVIL"))
    source.label = "[link=x]me"
    async with app_of(source).run_test(size=(120, 24)) as pilot:
        text = "\n".join(pane(await ready(pilot)))

        assert "[bold]X[/" in text
        assert "E�[2JVIL" in text
        assert "[link=x]me" in text


def silence(source: HandSource) -> None:
    """No mark price for 6 s."""
    source.now += 6_000


def cut(source: HandSource) -> None:
    """The connection is down."""
    source.book.health.api.transport = Transport.DOWN


@pytest.mark.parametrize(("happen", "words"), [(silence, "no mark price younger"), (cut, "Connection lost")])
async def test_banner_comes_and_goes(happen: Callable[[HandSource], None], words: str) -> None:
    """The banner appears with the trouble and leaves no line behind."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        before = pane(await ready(pilot))
        happen(source)
        during = pane(await ready(pilot))
        source.confirm()
        source.book.health.api.transport = Transport.OPEN
        after = pane(await ready(pilot))

        assert words in during[1]
        assert before[1] == after[1]


async def test_widths_stay_with_the_picture() -> None:
    """What stands in place of stale figures takes the room that there is, and leaves no wide columns behind."""
    source = HandSource(position("A", unrealized_pnl=Decimal(1)))
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        before = list((await ready(pilot)).positions.table.slots)
        source.now += 42_000
        during = list((await ready(pilot)).positions.table.slots)
        source.confirm()
        after = list((await ready(pilot)).positions.table.slots)

        assert before == during == after


async def test_columns_hold_still_while_figures_are_stale() -> None:
    """Where there is room for it, no column moves and no figure is aligned anew because a row goes stale, or all do."""
    source = many()
    async with app_of(source).run_test(size=(160, 50)) as pilot:
        table = (await ready(pilot)).positions.table
        before = list(table.slots)
        for seconds in (6, 36):
            source.now += 1_000 * seconds
            assert list((await ready(pilot)).positions.table.slots) == before
        source.confirm()
        assert list((await ready(pilot)).positions.table.slots) == before


async def test_focus_comes_back_with_the_rows() -> None:
    """When the first position opens, the cursor keys work at once."""
    source = HandSource()
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        source.hand.put(position("A"), position("B"))
        app = await ready(pilot)
        await pilot.press("down")

        assert app.positions.table.place == 1


async def test_click_moves_the_cursor_and_twice_opens_the_details() -> None:
    """The mouse is optional and does the same as the keys."""
    async with app_of(HandSource(*MANY)).run_test(size=(100, 30)) as pilot:
        app = await ready(pilot)
        await pilot.click("#positions", offset=(5, 2))
        place = app.positions.table.place
        await pilot.click("#positions", offset=(5, 2), times=2)
        await ready(pilot)

        assert place == 2
        assert symbols(app)[2].split()[0] in pane(app)[1]


async def test_letters_typed_at_once_arrive() -> None:
    """A filter pasted with its `/`, or a sort with its `s`, loses no letter and triggers nothing else."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        type_at_once(app, "sp/er")
        await pilot.pause()
        await pilot.pause()

        assert app.positions.listing.sort.column.name == "unrealized_pnl"
        assert app.positions.listing.filter == "er"
        assert (source.refreshed, app.positions.frame.is_private) == (0, False)


def type_at_once(app: PositionsApp, text: str) -> None:
    """Send keys as a terminal does that has them all in one read."""
    names = {"/": "slash"}
    for character in text:
        app.post_message(events.Key(names.get(character, character), character))


async def test_scrolled_rows_are_drawn_at_once() -> None:
    """Rows that come into sight by the wheel need no new data to be drawn."""
    async with app_of(many()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        table.scroll_to(y=9, animate=False, immediate=True)
        lines = pane(await ready(pilot))[table.region.y : table.region.bottom]

        assert all(line.strip() for line in lines)


async def test_fewer_rows_are_drawn_at_once() -> None:
    """A preset chosen while scrolled down shows its rows, not the place where they would have been."""
    async with app_of(many()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("end", "4")
        await pilot.pause()

        assert "ETHUSDT" in pane(app)[app.positions.table.region.y]


async def test_new_sort_begins_at_the_top() -> None:
    """Who has not chosen a row sees the best of the new order; who has keeps that row in sight."""
    async with app_of(many()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        await pilot.press("s", "p")
        untouched = (table.place, round(table.scroll_y))
        await pilot.press("end")
        chosen = table.cursor
        await pilot.press("s", "p")
        await pilot.pause()

        assert untouched == (0, 0)
        assert (table.cursor, table.place) == (chosen, 0)


async def test_rows_out_of_sight_age_too() -> None:
    """A row that was whole when it was last seen says that it is stale when it is scrolled to, though nothing was told of it."""
    many = [position(f"A{number:02}") for number in range(30)]
    source = HandSource(*many)
    async with app_of(source, sort="symbol").run_test(size=(100, 14)) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        await pilot.press("end")
        await pilot.pause()
        await pilot.press("home")
        await pilot.pause()
        source.now += 10 * MARK_LIMIT_MS
        for row in many[:12]:
            source.hand.change(row.key, mark_time_ms=source.now)
        app.paint()
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()

        assert table.order[-1] == many[-1].key
        assert "STALE" in next(line for line in pane(app) if "A29" in line)


@pytest.mark.parametrize("rows", [(), MANY], ids=["no rows", "rows"])
async def test_nothing_runs_while_nothing_changes(rows: tuple[Position, ...]) -> None:
    """A screen that has been painted sends itself no messages: it would use a whole core."""
    async with app_of(HandSource(*rows)).run_test(size=(100, 14)) as pilot:
        app = await ready(pilot)
        app._pace.stop()
        await pilot.pause()
        painted: list[None] = []
        app.positions.paint = lambda: painted.append(None)  # type: ignore[method-assign]
        for _ in range(20):
            await pilot.pause(0)

    assert not painted
