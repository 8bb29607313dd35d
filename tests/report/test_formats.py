"""One picture in every format."""

import csv
import io
import json
from decimal import Decimal

import pytest

from tui.book.account import Account
from tui.book.book import Book
from tui.book.health import Transport
from tui.book.position import Key, Position
from tui.errors import UsageError
from tui.report.formats import FORMATS, fields_of, render
from tui.report.picture import POSITION_FIELDS, Caption, Picture, Wanted, take
from tui.report.text import percent, width

NOW = 1_720_736_420_000


@pytest.fixture
def book() -> Book:
    """A live book with a long, a Chinese short and an account."""
    book = Book("main")
    book.health.api.transport = Transport.OPEN
    book.health.is_synced = True
    book.health.audited_ms = NOW
    book.balances.account = Account(
        account="main",
        book="usdm",
        margin_balance=Decimal("100.50"),
        maintenance_margin=Decimal("0.1256"),
        snapshot_ms=NOW,
    )
    for symbol, amount, pnl in (("BTCUSDT", "0.512", "346.0200"), ("币安人生USDT", "-12000", "-34.80")):
        row = Position(
            key=Key("main", "usdm", symbol, "BOTH"),
            position_amount=Decimal(amount),
            entry_price=Decimal("0.385"),
            mark_price=Decimal("0.4"),
            mark_time_ms=NOW,
            unrealized_pnl=Decimal(pnl),
            position_initial_margin=Decimal("1000"),
            liquidation_price=Decimal("0.3"),
            leverage=Decimal(20),
            confirmed_ms=NOW,
        )
        book.positions[row.key] = row
    return book


def picture_of(book: Book, **wanted: object) -> Picture:
    """What a report shows of that book."""
    return take(book, NOW, Wanted(**wanted), Caption(notice="DEMO"))  # type: ignore[arg-type]


def test_json_is_one_object_with_the_words_of_the_design(book: Book) -> None:
    """Schema, time, health, accounts and positions stand at the top, and nothing else."""
    whole = json.loads(render(picture_of(book), "json"))
    assert list(whole) == ["schema", "time_ms", "health", "accounts", "positions"]
    assert (whole["schema"], whole["time_ms"], whole["health"]["word"]) == (1, NOW, "LIVE")
    assert whole["health"]["notice"] == "DEMO"
    assert whole["accounts"][0]["book"] == "usdm"
    assert list(whole["positions"][0]) == list(POSITION_FIELDS)
    assert whole["positions"][1]["symbol"] == "币安人生USDT"


def test_json_with_totals(book: Book) -> None:
    """Totals are there when they are wanted."""
    whole = json.loads(render(picture_of(book, show_total=True), "json"))
    assert whole["totals"][0]["unrealized_pnl"] == "311.2200"


def test_ndjson_names_each_line(book: Book) -> None:
    """Every line is an object that says what it is."""
    lines = [json.loads(line) for line in render(picture_of(book, show_total=True), "ndjson").splitlines()]
    assert [line["record"] for line in lines] == ["health", "account", "position", "position", "total"]
    assert all(line["time_ms"] == NOW for line in lines)


def test_csv_reads_back(book: Book) -> None:
    """The lines are those of the positions; unknown is empty, yes is true."""
    book.positions[Key("main", "usdm", "BTCUSDT", "BOTH")].entry_price = None
    rows = list(csv.DictReader(io.StringIO(render(picture_of(book), "csv"), newline="")))
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "币安人生USDT"]
    assert (rows[0]["entry_price"], rows[0]["is_live"], rows[0]["word"]) == ("", "true", "LIVE")


def test_the_table_lines_up_in_cells(book: Book) -> None:
    """Chinese symbols take two cells a character, and every column still lines up."""
    lines = render(picture_of(book), "table").splitlines()
    head, btc, chinese = lines[-3:]
    place = width(head[: head.index("PNL") + 3])
    assert width(btc[: btc.index("346.0200") + 8]) == place
    assert width(chinese[: chinese.index("-34.80") + 6]) == place
    assert head.split()[:2] == ["Symbol", "Side"]
    assert (btc.split()[1], chinese.split()[1]) == ("LONG", "SHORT")


def test_the_table_says_its_state_first(book: Book) -> None:
    """The first line holds the word and the time, the next the notice, then comes the account."""
    lines = render(picture_of(book), "table").splitlines()
    assert lines[0] == "LIVE · main · one-way · 2024-07-11 22:20:20 UTC"
    assert lines[1] == "DEMO"
    assert lines[2].startswith("usdm  Margin balance 100.50  Wallet —")
    assert "Margin ratio 0.12 %" in lines[2]


@pytest.mark.parametrize("columns", [160, 120, 80, 60])
def test_a_narrow_terminal_gets_fewer_columns(book: Book, columns: int) -> None:
    """No line is wider than the terminal, and symbol and PNL stay."""
    lines = render(picture_of(book), "table", columns).splitlines()
    assert max(width(line) for line in lines) <= columns
    assert "346.0200" in lines[-2]
    assert "BTCUSDT" in lines[-2]


def test_a_stale_row_says_so(book: Book) -> None:
    """A dash stands for each figure that no longer holds, and the age beside the row."""
    book.positions[Key("main", "usdm", "BTCUSDT", "BOTH")].mark_time_ms = NOW - 7_000
    line = render(picture_of(book), "table").splitlines()[-2]
    assert line.endswith("stale 7 s")
    assert "346.0200" not in line
    assert "0.512" in line


def test_an_empty_book_says_so(book: Book) -> None:
    """Without a row there is a sentence in place of a table."""
    book.positions.clear()
    assert render(picture_of(book), "table").endswith("\nNo positions.\n")


def test_a_table_of_chosen_fields(book: Book) -> None:
    """Named fields stand under their own names."""
    text = render(picture_of(book, fields=("symbol", "unrealized_pnl"), show_total=True), "table")
    assert text.splitlines()[-5].split() == ["symbol", "unrealized_pnl"]
    assert text.endswith("Total usdm —  positions 2  long —  short —  PNL 311.2200\n")


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_writes_colours_or_numbers_that_are_none(book: Book, form: str) -> None:
    """No escape sequence, no NaN and no exponent appear in any output."""
    book.positions[Key("main", "usdm", "BTCUSDT", "BOTH")].position_initial_margin = Decimal("NaN")
    text = render(picture_of(book), form)
    assert "\x1b" not in text
    assert "NaN" not in text
    assert text.endswith("\n")


def test_fields_are_named_by_the_words_of_the_output() -> None:
    """A list of fields is checked, without doubles; an unknown one brings the nearest to mind."""
    assert fields_of(" symbol, roe ,symbol,") == ("symbol", "roe")
    assert fields_of("") == ()
    with pytest.raises(UsageError, match="did you mean mark_price"):
        fields_of("mark_prize")
    with pytest.raises(UsageError, match="known are account, book"):
        fields_of("xyzzy")


@pytest.mark.parametrize(
    ("ratio", "text"), [("0.21839", "+21.84 %"), ("-0.07", "-7.00 %"), ("-0.000001", "+0.00 %")]
)
def test_percent_has_a_sign(ratio: str, text: str) -> None:
    """Percent has two places and a sign, and no negative zero."""
    assert percent(ratio) == text
