"""Choosing columns: shown and hidden, their order, and what is left of it at the next start."""

from pathlib import Path

import pytest

from tests.view.hand import MANY, HandSource, app_of, is_whole, pane, row_of
from tests.view.test_positions_screen import SIZES, ready
from tui.app import PositionsApp
from tui.settings import ScreenSettings
from tui.view.columns import COLUMNS
from tui.view.table.arrangement import arranged, with_hidden
from tui.view.table.column_memory import ColumnMemory

ALL = [column.name for column in COLUMNS]


def shown(app: PositionsApp) -> list[str]:
    """The names of the columns that have a place."""
    return [slot.column.name for slot in app.positions.table.slots]


def test_named_columns_stand_in_their_order() -> None:
    """Names are taken in their order, once each; what is unknown is left out, and Symbol is always there."""
    named = arranged(["roe", "symbol", "no_such", "roe", "leverage"])

    assert [column.name for column in named] == ["roe", "symbol", "leverage"]
    assert [column.name for column in arranged(["roe"])] == ["symbol", "roe"]
    assert arranged([]) == arranged(["no_such"]) == COLUMNS


def test_hidden_columns_keep_their_neighbour() -> None:
    """Every column is offered once, a hidden one behind the one it follows; those shown keep their order."""
    listed = [column.name for column in with_hidden(arranged(["roe", "symbol", "leverage"]))]

    assert sorted(listed) == sorted(ALL)
    assert [name for name in listed if name in ("roe", "symbol", "leverage")] == ["roe", "symbol", "leverage"]
    assert listed[listed.index("symbol") + 1] == "book"
    assert [column.name for column in with_hidden(COLUMNS)] == ALL


async def test_choosing_columns_with_keys(tmp_path: Path) -> None:
    """`c`, hide one, move another: the table shows just that, and so does the next start."""
    app = PositionsApp(HandSource(*MANY), ScreenSettings(), state_folder=tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        await ready(pilot)
        before = shown(app)
        await pilot.press("c", "j", "j", "space", "j", "shift+up", "K", "escape")
        chosen = shown(await ready(pilot))
    again = PositionsApp(HandSource(*MANY), ScreenSettings(), state_folder=tmp_path)
    async with again.run_test(size=(160, 50)) as pilot:
        kept = shown(await ready(pilot))

    assert before[:4] == ["symbol", "position_side", "leverage", "position_amount"]
    assert chosen == ["symbol", "leverage", *before[3:]]
    assert kept == chosen


@pytest.mark.parametrize("press", ["0", "d"])
async def test_defaults_are_those_of_the_settings(tmp_path: Path, press: str) -> None:
    """Going back forgets what was chosen: the columns of the settings hold, at the next start too."""
    settings = ScreenSettings(columns=("symbol", "roe", "unrealized_pnl"))
    ColumnMemory(tmp_path / "columns.json").remember(["symbol", "mark_price"])
    app = PositionsApp(HandSource(*MANY), settings, state_folder=tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        before = shown(await ready(pilot))
        await pilot.press("c", press, "escape")
        after = shown(await ready(pilot))

    assert before == ["symbol", "mark_price"]
    assert after == ["symbol", "roe", "unrealized_pnl"]
    assert ColumnMemory(tmp_path / "columns.json").recall() == ()


async def test_symbol_cannot_be_hidden() -> None:
    """A row without its symbol would say nothing."""
    async with app_of(HandSource(*MANY)).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("c", "space")
        line = row_of(app, "Symbol")
        await pilot.press("escape")

        assert "[x] Symbol" in line
        assert "symbol" in shown(await ready(pilot))


async def test_click_shows_and_hides() -> None:
    """A click on a column does what the space bar does."""
    async with app_of(HandSource(*MANY)).run_test(size=(160, 50)) as pilot:
        app = await ready(pilot)
        await pilot.press("c")
        await pilot.click("#sheet", offset=(5, ALL.index("roe")))
        await ready(pilot)
        line = row_of(app, "ROE")
        await pilot.press("escape")

        assert "[ ] ROE" in line
        assert "roe" not in shown(await ready(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_chooser_fits(size: tuple[int, int]) -> None:
    """The chooser is whole at every size, the word stays on it, and its cursor is in sight at both ends."""
    async with app_of(HandSource(*MANY)).run_test(size=size) as pilot:
        app = await ready(pilot)
        await pilot.press("c")
        for press, label in (("end", "ADL"), ("home", "Symbol")):
            await pilot.press(press)
            lines = pane(await ready(pilot))
            assert all(is_whole(line, size[0]) for line in lines)
            assert "LIVE" in lines[0]
            assert f"› [x] {label}" in row_of(app, "›")


async def test_columns_without_room_leave_by_rank() -> None:
    """Of chosen columns too the least needed leave first, and the others stand in the chosen order."""
    names = (
        "unrealized_pnl",
        "adl_quantile",
        "roe",
        "entry_price",
        "symbol",
        "break_even_price",
        "mark_price",
    )
    async with app_of(HandSource(*MANY), columns=names).run_test(size=(50, 20)) as pilot:
        app = await ready(pilot)
        lines = pane(app)

        assert shown(app) == ["unrealized_pnl", "roe", "symbol", "mark_price"]
        assert all(is_whole(line, 50) for line in lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "names", [("unrealized_pnl",), ("unrealized_pnl", "symbol", "initial_margin"), ("roe",)]
)
async def test_total_is_whole_wherever_its_columns_stand(
    size: tuple[int, int], names: tuple[str, ...]
) -> None:
    """PNL as the first column or as none: the total row says it whole, and after its count."""
    async with app_of(HandSource(*MANY), columns=names).run_test(size=size) as pilot:
        app = await ready(pilot)
        total = next((line for line in pane(app) if "Total 5" in line), None)

        assert total is None or (is_whole(total, size[0]) and total.index("Total") < total.index("+117.96"))


def test_file_is_for_its_owner_alone_and_whole(tmp_path: Path) -> None:
    """The file has mode 600 in a folder of mode 700, and nothing stands beside it."""
    path = tmp_path / "state" / "columns.json"
    memory = ColumnMemory(path)
    memory.remember(["symbol", "roe"])
    memory.remember(["symbol", "leverage"])

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077) == (0o600, 0)
    assert list(path.parent.iterdir()) == [path]
    assert (memory.recall(), memory.trouble) == (("symbol", "leverage"), "")


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b'{"columns": "roe"}', b"\xff", b"[" * 9_000, b" " * 20_000]
)
async def test_broken_file_is_ignored_and_told(tmp_path: Path, raw: bytes) -> None:
    """Whatever the file holds, the screen starts with the usual columns and says so at its foot."""
    (tmp_path / "columns.json").write_bytes(raw)
    app = PositionsApp(HandSource(*MANY), ScreenSettings(), state_folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        foot = pane(await ready(pilot))[-1]

    assert "columns.json cannot be read" in foot


def test_unwritable_folder_is_told(tmp_path: Path) -> None:
    """A choice that cannot be kept holds for this run, and the person hears of it."""
    (tmp_path / "state").write_text("a file where a folder should be")
    memory = ColumnMemory(tmp_path / "state" / "columns.json")
    memory.remember(["symbol"])

    assert "will not be remembered" in memory.trouble


def test_without_a_place_nothing_is_kept() -> None:
    """A demo remembers nothing and reads nothing."""
    memory = ColumnMemory()
    memory.remember(["symbol"])

    assert (memory.recall(), memory.trouble) == ((), "")


@pytest.mark.parametrize("width", [72, 76, 80, 84, 100, 120])
async def test_mark_of_the_second_sort_takes_no_column(width: int) -> None:
    """A sort by two columns shows as many columns as one by the first alone; the smaller mark leaves first."""
    counts, heads = [], []
    for sort in ("unrealized_pnl", "unrealized_pnl,position_side"):
        async with app_of(HandSource(*MANY), sort=sort).run_test(size=(width, 24)) as pilot:
            app = await ready(pilot)
            counts.append(len(shown(app)))
            heads.append(row_of(app, "PNL ▼"))

    assert counts[0] == counts[1]
    assert is_whole(heads[1], width)
    assert width < 100 or "Side ▵" in heads[1]
