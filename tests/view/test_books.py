"""Several books on one screen: their column, their totals, their accounts, and each one's own trouble."""

from decimal import Decimal

import pytest

from tests.view.hand import (
    COINS,
    MANY,
    NOW,
    PM_ROWS,
    HandSource,
    app_of,
    coin_account,
    is_whole,
    key,
    pane,
    pm_account,
    position,
    row_of,
    three_books,
)
from tests.view.test_bars import at, listing_of, text
from tests.view.test_positions_screen import ready
from tui.book.account import Account
from tui.book.health import Transport, Word
from tui.book.position import Position
from tui.view import books
from tui.view.columns import BY_NAME, COLUMNS, look
from tui.view.keymap import Keys
from tui.view.panels.account_panel import account_lines
from tui.view.panels.banner import Recent, trouble_lines
from tui.view.panels.portfolio_margin import direction, uni_mmr_text, uni_mmr_tone
from tui.view.panels.risk_line import risk_line, risk_pieces
from tui.view.panels.states import state_text
from tui.view.panels.status_bar import status_line
from tui.view.panels.totals import compact_extras, sums_of
from tui.view.table.ordering import ordered
from tui.view.tally import tally_of

SIZES = [(160, 50), (120, 40), (80, 24), (60, 15), (40, 8)]
REFUSAL = (
    "Binance refuses the key (-2015 Invalid API-key, IP, or permissions for action). Check that the key exists, "
    "that it is for this exchange (not the testnet's), that it may read, and that this machine's IP address is on its list."
)


def only(name: str, told: Account, *rows: Position) -> HandSource:
    """A source whose screen looks at one further book."""
    source = HandSource()
    source.add(name, told, *rows)
    books.show(source.book, name)
    return source


def cells(source: HandSource, row: Position) -> dict[str, str]:
    """The cells of a row by column."""
    seen = look(source.book, row, source.now, "X")
    return {column.name: column.show(seen, False).text for column in COLUMNS}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("presses", [(), ("b",), ("b", "b"), ("b", "b", "b"), ("enter",)])
async def test_every_line_of_several_books_is_whole(size: tuple[int, int], presses: tuple[str, ...]) -> None:
    """Together and apart, nothing is wrapped or cut at any size, and the word is there."""
    async with app_of(three_books()).run_test(size=size) as pilot:
        await ready(pilot)
        await pilot.press(*presses)
        lines = pane(await ready(pilot))

        assert "LIVE" in lines[0]
        assert all(is_whole(line, size[0]) for line in lines)


@pytest.mark.parametrize("size", SIZES)
async def test_every_figure_of_several_books_is_whole(size: tuple[int, int]) -> None:
    """Each row in sight holds the whole text of each column that has a place."""
    source = three_books()
    async with app_of(source).run_test(size=size) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        lines = pane(app)[table.region.y : table.region.bottom]
        positions = source.book.positions
        for line, one in zip(lines, table.order, strict=False):
            row = look(source.book, positions[one], source.now, is_brief=size[0] < 120)
            for slot in table.slots:
                assert slot.column.show(row, False).text in line


async def test_book_column_comes_with_the_second_book() -> None:
    """Rows of several books are named; the column leaves with the choice of one book."""
    async with app_of(three_books()).run_test(size=(160, 50)) as pilot:
        app = await ready(pilot)
        together = row_of(app, "Symbol"), row_of(app, "ETHUSD_PERP")
        await pilot.press("b")
        apart = row_of(await ready(pilot), "Symbol")

        assert "Book" in together[0]
        assert "COIN-M" in together[1]
        assert "Book" not in apart


async def test_narrow_panes_name_books_by_a_letter() -> None:
    """At 80 cells the book is a letter, and symbol, side, size, mark, distance, PNL and ROE have their places."""
    async with app_of(three_books()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        names = [slot.column.name for slot in app.positions.table.slots]

        assert row_of(app, "ETHUSD_PERP").split()[1] == "C"
        assert names[:4] == ["symbol", "book", "position_side", "position_amount"]
        assert names[4:] == ["mark_price", "liquidation_distance", "unrealized_pnl", "roe"]


async def test_empty_coin_book_takes_no_room() -> None:
    """COIN-M without positions and balances is neither in the table nor in the panel."""
    source = HandSource(*MANY)
    async with app_of(source).run_test(size=(120, 40)) as pilot:
        alone = pane(await ready(pilot))
    source.add("coinm", Account(account="main", book="coinm", snapshot_ms=NOW))
    async with app_of(source).run_test(size=(120, 40)) as pilot:
        beside = pane(await ready(pilot))

    assert alone[1:4] == beside[1:4]
    assert alone[6:-2] == beside[6:-2]


async def test_rows_go_and_come_with_their_book() -> None:
    """A book that hides itself, for it holds nothing but an order, leaves no line; when it is in doubt its rows are back."""
    source, nothing = HandSource(*MANY), coin_account()
    for asset in nothing.assets:
        asset.wallet_balance = asset.margin_balance = Decimal(0)
    row = position("BTCUSD_PERP", "BOTH", "0", book="coinm", is_inverse=True, margin_asset="BTC")
    coins = source.add("coinm", nothing, row)
    async with app_of(source, show_zero_rows=True).run_test(size=(140, 30)) as pilot:
        for is_synced in (False, True, False):
            coins.health.is_synced = is_synced
            source.now += 1_000
            app = await ready(pilot)
            screen = "\n".join(pane(app))

            assert ("BTCUSD_PERP" in screen) is not is_synced
            assert f"[0 All {len(MANY) + (not is_synced)}]" in screen
            assert set(app.positions.listing.order) == set(source.book.positions)


async def test_b_walks_the_books() -> None:
    """`b` shows All, then each book, then All again, and says which one."""
    async with app_of(three_books()).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        seen = []
        for _ in range(4):
            await pilot.press("b")
            app = await ready(pilot)
            shown = {one.book for one in app.positions.listing.order}
            seen.append((row_of(app, "b ").split("[")[1].split("]")[0], sorted(shown)))

        assert seen == [
            ("USD-M", ["usdm"]),
            ("COIN-M", ["coinm"]),
            ("PM", ["pm"]),
            ("All", ["coinm", "pm", "usdm"]),
        ]


async def test_b_says_that_there_is_one_book() -> None:
    """With one book there is nothing to choose."""
    async with app_of(HandSource(*MANY)).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("b")

        assert "There is only one book." in pane(await ready(pilot))[-1]


async def test_click_on_the_books_is_the_key() -> None:
    """The books beside the presets can be clicked."""
    async with app_of(three_books()).run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.click("#presets", offset=(4, 0))
        app = await ready(pilot)

        assert {one.book for one in app.positions.listing.order} == {"usdm"}


def test_coins_have_their_units() -> None:
    """COIN-M: contracts, PNL in the coin with its 8 digits and in dollars, margin from notional and leverage."""
    shown = cells(three_books(), COINS[0])

    assert shown["position_amount"] == "420 cont"
    assert shown["unrealized_pnl"] == "+0.00520739 BTC"
    assert shown["unrealized_pnl_usd"] == "+477.89"
    assert shown["initial_margin"].endswith(" BTC")


def test_portfolio_margin_shows_what_it_does_not_know() -> None:
    """No margin type and no break-even: —, never invented."""
    shown = cells(three_books(), PM_ROWS[0])

    assert (shown["leverage"], shown["break_even_price"], shown["unrealized_pnl_usd"]) == ("10× —", "—", "")


def test_pnl_is_sorted_by_its_value_in_dollars() -> None:
    """A coin's PNL stands where its dollars belong."""
    rows = {row.key: BY_NAME["unrealized_pnl"].value(row) for row in (*MANY[:2], *COINS)}

    assert [one.symbol for one in ordered(rows, True)] == [
        "BTCUSD_PERP",
        "BTCUSDT",
        "币安人生USDT",
        "ETHUSD_PERP",
    ]


def test_hedge_pairs_stand_together() -> None:
    """Among equal values the rows of a symbol are neighbours, whatever their book."""
    keys = [key("B"), key("A", "SHORT"), key("A", book="pm"), key("A", "LONG")]

    assert ordered(dict.fromkeys(keys, Decimal(1)), True) == [keys[2], keys[3], keys[1], keys[0]]


def test_total_adds_up_in_dollars() -> None:
    """Coins are added at the mark, per book and in all; without coins nothing is converted."""
    source = three_books()
    sums = sums_of(tally_of(books.all_books(source.book), NOW).groups())

    assert text([sums.books["usdm"].line(False)]) == "+117.96 USDT"
    assert text([sums.books["coinm"].line(False)]) == "≈ +275.49 USD"
    assert text([sums.books["pm"].line(False)]) == "≈ −0.37 USD"
    assert text([sums.pnl.line(False)]) == "≈ +393.09 USD"


def test_stale_addend_makes_a_total_stale() -> None:
    """One silent price takes the total away, and only its own book's beside it."""
    source = three_books()
    coin = next(row for one, row in source.book.positions.items() if one.symbol == "ETHUSD_PERP")
    coin.mark_time_ms = NOW - 6_000
    sums = sums_of(tally_of(books.all_books(source.book), NOW).groups())

    assert text([sums.pnl.line(False)]) == "≈ — USD"
    assert text([sums.books["coinm"].line(False)]) == "≈ — USD"
    assert text([sums.books["usdm"].line(False)]) == "+117.96 USDT"


def test_dollars_of_two_names_are_about() -> None:
    """USDT and USDC are added 1:1 only under the mark."""
    source = three_books()
    source.hand.put(position("ETHUSDC", margin_asset="USDC"))
    sums = sums_of(tally_of(books.all_books(source.book), NOW).groups())

    assert text([sums.books["usdm"].line(False)]) == "≈ +137.96 USD"


def test_panel_of_all_books() -> None:
    """USD-M's totals, then a line a coin, then uniMMR with its direction."""
    lines = text(account_lines(at(three_books()), False, 160, 2, 5, 2)).splitlines()

    assert lines[0].startswith(" Margin balance 1,117.96 USDT")
    assert lines[2].split()[:4] == ["COIN-M", "BTC", "Balance", "0.32363339"]
    assert lines[3].startswith(" COIN-M ETH")
    assert lines[4].startswith(" PM   uniMMR 2.53 (≤ 1.05 liquidates)   NORMAL   Equity 4,868.47 USD")


def test_narrow_panel_keeps_a_line_a_book() -> None:
    """Without room for assets each further book keeps one line that says how safe it is."""
    lines = text(account_lines(at(three_books()), False, 80, 2, 0, 2)).splitlines()

    assert lines[2] == " COIN-M Margin ratio   BTC 0.76 %   ETH 1.17 %"
    assert lines[3].startswith(" PM   uniMMR 2.53 (≤ 1.05 liquidates)")


def test_panel_follows_the_book() -> None:
    """COIN-M alone has its coins, Portfolio Margin alone its uniMMR in the grid."""
    coins = text(account_lines(at(only("coinm", coin_account(), *COINS)), False, 160, 2, 5))
    margin = text(account_lines(at(only("pm", pm_account(), *PM_ROWS)), False, 160, 2, 5))

    assert [line.split()[0] for line in coins.splitlines()] == ["BTC", "ETH"]
    assert margin.startswith(" uniMMR   2.53 (≤ 1.05 liquidates)")
    assert "Status NORMAL" in margin


@pytest.mark.parametrize(
    ("value", "words", "tone"),
    [
        ("1.6", "(≤ 1.05 liquidates)", "strong"),
        ("1.5", "(margin call; ≤ 1.05 liquidates)", "warn"),
        ("1.2", "(reduce-only; ≤ 1.05 liquidates)", "alarm"),
        ("1.05", "(liquidation; ≤ 1.05 liquidates)", "alarm"),
    ],
)
def test_uni_mmr_says_its_band(value: str, words: str, tone: str) -> None:
    """Smaller is worse: the bands are those of Binance."""
    assert (direction(Decimal(value)), uni_mmr_tone(Decimal(value))) == (words, tone)


def test_uni_mmr_is_exact_near_its_bands() -> None:
    """Two decimals are enough far away, and would hide a band nearby."""
    assert [uni_mmr_text(Decimal(value)) for value in ("5167.92171923", "1.0523", "1.2049")] == [
        "5,167.92",
        "1.0523",
        "1.2049",
    ]


def test_stale_accounts_of_further_books_say_so() -> None:
    """Old totals are —, with their age, in each book by itself."""
    source = three_books()
    for told in source.book.accounts:
        told.snapshot_ms = NOW - (0 if told.book == "usdm" else 42_000)
    lines = text(account_lines(at(source), False, 160, 2, 5, 2)).splitlines()

    assert "STALE" not in lines[0]
    assert all("STALE 0:42" in line for line in lines[2:])
    assert "uniMMR —" in lines[4]


def test_lost_book_has_a_line_of_its_own() -> None:
    """The banner names the book and its word; the one word is the worst, and the others stay live."""
    source = three_books()
    source.add("other", pm_account(book="other"))
    lost = books.all_books(source.book)[1]
    lost.health.api.transport = Transport.DOWN
    lost.health.api.reason = "COIN-M answers HTTP 502."
    moment = at(source)
    lines = trouble_lines(moment, Recent(), 120, 3)

    assert text(lines).startswith(" ! COIN-M: LOST — COIN-M answers HTTP 502   trying now")
    assert moment.word is Word.LOST
    assert [now.word for now in moment.books if now.book is not lost] == [Word.LIVE] * 3


def test_trouble_of_all_books_is_said_once() -> None:
    """What is wrong with every book needs no names."""
    source = three_books()
    for book in books.all_books(source.book):
        book.health.api.transport = Transport.DOWN
        book.health.api.reason = "no route to the exchange"

    assert text(trouble_lines(at(source), Recent(), 120, 3)).startswith(
        " ! Connection lost: no route to the exchange"
    )


def test_hidden_book_still_says_its_trouble() -> None:
    """Looking at one book, the word is its own, and the banner tells of the other."""
    source = three_books()
    books.all_books(source.book)[1].health.api.transport = Transport.DOWN
    books.show(source.book, "usdm")
    moment = at(source)

    assert moment.word is Word.LIVE
    assert text(trouble_lines(moment, Recent(), 120, 3)).startswith(" ! COIN-M: LOST — Connection lost")


@pytest.mark.parametrize(("width", "room", "count"), [(160, 3, 2), (80, 3, 3), (60, 3, 3)])
def test_refusal_says_what_to_check(width: int, room: int, count: int) -> None:
    """While running, a refused key says all that is to be checked, in as many lines as that takes."""
    source = HandSource(*MANY)
    source.book.health.api.transport, source.book.health.api.reason = Transport.REFUSED, REFUSAL
    lines = text(trouble_lines(at(source), Recent(), width, room)).splitlines()

    assert len(lines) == count
    assert "this machine's IP address is on its list" in " ".join(" ".join(lines).split())
    assert "…" not in "".join(lines)


def test_states_are_told_by_book() -> None:
    """Without rows each book says what is known of it."""
    source = HandSource()
    source.add("coinm", coin_account())
    books.all_books(source.book)[1].health.api.transport = Transport.DOWN

    assert state_text(at(source), listing_of(source), Keys())[:3] == [
        "Lost",
        "USD-M: No positions.",
        "COIN-M: Positions unknown: the connection is down.",
    ]


def test_status_line_names_the_books_that_are_looked_at() -> None:
    """All of them, or the one."""
    source = three_books()
    together = text([status_line(at(source), 160)])
    books.show(source.book, "coinm")
    apart = text([status_line(at(source), 160)])

    assert "USDⓈ-M + COIN-M + Portfolio Margin hedge" in together
    assert "USDⓈ-M" not in apart
    assert "COIN-M hedge" in apart


def test_smallest_panes_show_uni_mmr_first() -> None:
    """Beside the word of Portfolio Margin stands its uniMMR, never called a ratio."""
    source = only("pm", pm_account(), *PM_ROWS)
    extras = compact_extras(at(source), sums_of(tally_of(books.all_books(source.book), NOW).groups()), False)

    assert [text([line]) for line in extras] == ["uniMMR 2.53", "PNL ≈ −0.37 USD"]


async def test_details_of_a_coin() -> None:
    """Contract size, largest quantity, and dollars beside coins."""
    async with app_of(only("coinm", coin_account(), *COINS)).run_test(size=(100, 50)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        app = await ready(pilot)

        assert "100 USD" in row_of(app, "Contract size")
        assert "420 cont" in row_of(app, "Size")
        assert "≈ +477.89 USD" in row_of(app, "PNL in USD")
        assert " 50 " in row_of(app, "Largest quantity")


async def test_details_of_portfolio_margin() -> None:
    """What it does not tell is —, and its liquidation price is called an estimate."""
    async with app_of(only("pm", pm_account(), *PM_ROWS[:1])).run_test(size=(120, 50)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        app = await ready(pilot)

        assert all("—" in row_of(app, label) for label in ("Margin type", "Margin asset", "Break-even"))
        assert "estimate" in row_of(app, "Liquidation price")
        assert "1,000,000" in row_of(app, "Largest notional")


def risk_text(source: HandSource) -> str:
    """The line of risk figures."""
    return text([risk_line(risk_pieces(at(source), False), 160)])


def test_risk_of_one_book() -> None:
    """The uniform move that liquidates, the leverage, and both sides in dollars."""
    source = HandSource(position("A", maintenance_margin=Decimal("2.20")))
    told = source.hand.accounts[0]
    told.assets[0].cross_wallet_balance = Decimal(100)

    assert risk_text(source) == (
        " Account liq. −54.1 % if all move   levered 0.2×   exposure long 220.00  short 0.00 USD   "
        "long 100 % ▕██████████▏   0 % short"
    )


def test_lean_of_longs_and_shorts() -> None:
    """The bar is full when everything is long; both shares together are the whole."""
    source = HandSource(position("A"), position("B", "SHORT", "-6", notional=Decimal(-660)))

    assert risk_text(source).endswith("long  25 % ▕██░░░░░░░░▏  75 % short")


def test_risk_of_several_books_is_named() -> None:
    """Each book has its own distance and its own leverage; Portfolio Margin has no distance."""
    shown = risk_text(three_books())

    assert shown.count("liq.") == 2
    assert shown.count("levered") == 3
    assert "COIN-M account liq." in shown


def test_stale_row_takes_the_risk_away() -> None:
    """One silent price makes every figure of the whole unknown."""
    source = HandSource(position("A"), position("B", mark_time_ms=NOW - 6_000))

    assert " ".join(risk_text(source).split()) == (
        "Account liq. — levered — exposure long — short — USD long — — short"
    )


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_no_column_leaves_when_rows_go_stale(size: tuple[int, int]) -> None:
    """When figures are lost the columns stay: the word stands in their place, without its age where room is short."""
    source = three_books()
    async with app_of(source).run_test(size=size) as pilot:
        app = await ready(pilot)
        table = app.positions.table
        before = [(slot.column.name, slot.x) for slot in table.slots]
        for seconds in (42, 3_000, 40_000):
            source.now += seconds * 1_000
            app.paint()
            await pilot.pause()

            assert [(slot.column.name, slot.x) for slot in table.slots] == before
            assert "STALE" in row_of(app, "ETHUSDT")


async def test_status_line_follows_the_book_at_once() -> None:
    """Another book to look at is named in the same moment, not with the next second."""
    async with app_of(three_books()).run_test(size=(160, 40)) as pilot:
        app = await ready(pilot)
        before = pane(app)[0]
        await pilot.press("b")
        await pilot.pause()

        assert "COIN-M" in before
        assert "COIN-M" not in pane(app)[0]
