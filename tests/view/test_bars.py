"""The lines around the rows: status, banner, account, presets, totals, keys, and the words in place of rows."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from rich.cells import cell_len

from tests.view.hand import MANY, NOW, HandSource, account, position
from tui.book.account import Asset
from tui.book.book import Gap
from tui.book.health import Transport
from tui.view.keymap import Keys
from tui.view.layout import chrome
from tui.view.moment import Moment
from tui.view.panels.account_panel import account_lines
from tui.view.panels.banner import Recent, notice_line, trouble_lines
from tui.view.panels.figure_grid import Steady
from tui.view.panels.states import state_lines, state_text
from tui.view.panels.status_bar import status_line
from tui.view.table.listing import Listing
from tui.view.terminal.lines import Line, Piece, fitting, folded, line_width, printable


def text(lines: Sequence[Line]) -> str:
    """Lines as plain text."""
    return "\n".join("".join(part for part, _ in line) for line in lines)


def at(source: HandSource) -> Moment:
    """The moment of a source."""
    moment = Moment(source)
    moment.advance()
    return moment


def listing_of(source: HandSource) -> Listing:
    """All rows of a source."""
    listing = Listing({})
    listing.update(source.book, set(), source.now)
    return listing


def test_status_line_says_everything_when_wide() -> None:
    """Account, book, mode, rights, word, ages and weight."""
    line = text([status_line(at(HandSource(position("A"))), 120)])

    assert line.split() == (
        [
            "perptop",
            "main",
            "USDⓈ-M",
            "hedge",
            "read-only",
            "✓",
            "●",
            "LIVE",
            "mark",
            "<2s",
            "user",
            "<2s",
            "audit",
            "<2s",
            "weight",
            "45/2400",
        ]
    )


@pytest.mark.parametrize("width", [10, 20, 40, 60, 80, 100, 120, 250])
def test_word_is_in_the_status_line_at_every_width(width: int) -> None:
    """Whatever has to leave, the word stays, and the line is never wider than the pane."""
    source = HandSource(position("A"))
    source.label = "a rather long name of an account"
    line = status_line(at(source), width)

    assert "LIVE" in text([line])
    assert line_width(line) <= width


def test_dangerous_key_outlives_everything_but_the_word() -> None:
    """A key that can trade is said even where its account's name finds no room."""
    source = HandSource(position("A"))
    source.rights = "CAN TRADE"

    assert text([status_line(at(source), 21)]).split() == ["CAN", "TRADE", "●", "LIVE"]


def test_overdue_age_is_counted_and_marked() -> None:
    """An age past its limit is shown in seconds with a mark that needs no colour."""
    source = HandSource(position("A"))
    source.now += 7_000

    assert "▲ STALE  mark 0:07!  user <20s" in text([status_line(at(source), 120)])


def test_clock_that_is_off_is_shown() -> None:
    """A clock 30 s off is corrected and said."""
    source = HandSource(position("A"))
    source.book.health.skew_ms = -30_000

    assert "clock −30.0s, corrected" in text([status_line(at(source), 160)])


def trouble_of(source: HandSource, width: int = 120) -> str:
    """What the banner says."""
    return text(trouble_lines(at(source), Recent(), width))


def test_no_banner_while_live() -> None:
    """A live picture needs no words."""
    assert trouble_of(HandSource(position("A"))) == ""


def test_banner_names_the_reason_and_the_next_try() -> None:
    """LOST says why, when it is tried again, and how old the picture is."""
    source = HandSource(position("A"))
    api = source.book.health.api
    api.transport, api.reason = Transport.DOWN, "the exchange closed the connection (1006)."
    source.now += 12_000
    api.retry_ms = source.now + 4_000

    assert trouble_of(source) == (
        " ! Connection lost: the exchange closed the connection (1006)   next try in 0:04   last confirmed 0:12 ago"
    )


def test_banner_counts_down_a_ban_in_both_times() -> None:
    """BANNED says until when, in UTC too, and how long that is."""
    source = HandSource(position("A"))
    api = source.book.health.api
    api.transport, api.retry_ms = Transport.BANNED, NOW + 65_000

    assert "22:21:25Z" in trouble_of(source)
    assert "1:05 left" in trouble_of(source)


def test_banner_names_the_feed_beside_the_account() -> None:
    """A stream that is down is named even while everything shown still holds."""
    source = HandSource(position("A"))
    user = source.book.health.user
    user.transport, user.reason, user.retry_ms = Transport.DOWN, "no listen key", NOW + 2_000

    assert trouble_of(source) == " ! No account events: no listen key   next try in 0:02"


def test_banner_counts_rows_without_a_price() -> None:
    """STALE says how many rows and what they lack."""
    source = HandSource(position("A"), position("B", mark_time_ms=NOW - 6_000))

    assert trouble_of(source) == " ! 1 of 2 positions have no mark price younger than 5 s"


def test_banner_remembers_a_missed_event_for_a_minute() -> None:
    """A correction by an audit is said for a minute, then not any more."""
    source = HandSource()
    recent = Recent()
    source.book.health.missed_events = 2
    first = text(trouble_lines(at(source), recent, 120))
    source.now += 60_000
    source.confirm()

    assert "2 missed so far" in first
    assert trouble_lines(at(source), recent, 120) == []


def test_banner_tells_what_changed_while_away() -> None:
    """After a gap that was closed: how long it was and what it brought."""
    source = HandSource()
    source.hand.last_gap = Gap(NOW - 192_000, NOW, ("BTCUSDT LONG closed",))

    assert trouble_of(source) == " ! Away 3:12: BTCUSDT LONG closed"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_banner_is_one_line(width: int) -> None:
    """A long reason is shortened, never wrapped."""
    source = HandSource()
    source.book.health.api.transport = Transport.DOWN
    source.book.health.api.reason = "word " * 60

    assert line_width(trouble_lines(at(source), Recent(), width)[0]) <= width


def test_notice_fills_its_line() -> None:
    """What has to be said all the time stands on a ground of its own."""
    assert line_width(notice_line("DEMO: simulated exchange", 60)) == 60


@pytest.mark.parametrize(("width", "figures"), [(160, 8), (120, 8), (80, 6), (60, 3)])
def test_account_keeps_what_matters_most(width: int, figures: int) -> None:
    """Figures leave by rank until two lines (at 60 cells one) hold the rest."""
    lines = account_lines(at(HandSource(position("A"))), False, width, 1 if width == 60 else 2, 0)

    assert all(line_width(line) <= width for line in lines)
    assert (
        sum(
            text(lines).count(label)
            for label in ("alance", "PNL", "vail", "nit", "aint", "atio", "ith", "allet")
        )
        >= figures
    )


def test_account_says_its_currency() -> None:
    """Totals are USDT in single-asset mode and USD in multi-assets mode."""
    source = HandSource(position("A"))
    single = text(account_lines(at(source), False, 120, 2, 0))
    source.hand.balances.account = account(multi_assets_mode=True)
    several = text(account_lines(at(source), False, 120, 2, 0))

    assert ("1,020.00 USDT" in single, "1,020.00 USD " in several) == (True, True)


def test_stale_account_keeps_its_wallet_only() -> None:
    """After 35 s without a snapshot only the wallet stays, with the age where the balance stood."""
    source = HandSource()
    source.now += 36_000
    shown = text(account_lines(at(source), False, 120, 2, 0))

    assert "STALE 0:36" in shown
    assert "1,000.00" in shown
    assert "980.00" not in shown


def test_account_lists_other_assets() -> None:
    """In single-asset mode the totals leave other assets out: they have lines of their own, as many as fit."""
    assets = tuple(Asset(asset=name, wallet_balance=Decimal(5)) for name in ("USDT", "USDC", "BNB", "BTC"))
    source = HandSource()
    source.hand.balances.account = account(assets=assets, multi_assets_mode=False)
    lines = text(account_lines(at(source), False, 120, 2, 2)).splitlines()

    assert [line.split()[0] for line in lines[2:]] == ["USDC", "and"]
    assert lines[-1].split() == ["and", "BNB", "5", "BTC", "5"]


def test_margin_ratio_says_how_bad_it_is() -> None:
    """Beside colour and gauge there is a word, where there is room."""
    words = []
    for maintenance in ("102", "600", "900"):
        source = HandSource(position("A"))
        source.hand.balances.account = account(maintenance_margin=Decimal(maintenance))
        words.append(text(account_lines(at(source), False, 160, 2, 0)).splitlines()[0].split("▏")[1].strip())

    assert words == ["", "high", "critical"]


def test_figures_of_the_account_hold_their_places() -> None:
    """Once the widest values were there, no figure moves sideways as values shrink and go stale."""
    source, steady = HandSource(position("A")), Steady()
    starts = set()
    for balance, pnl in (("1234567", "-987654.43"), ("1000", "20"), ("1", "0"), ("1000", None)):
        told = account(wallet_balance=Decimal(balance), multi_assets_mode=False)
        source.hand.balances.account = told
        fields = {"mark_time_ms": None} if pnl is None else {"unrealized_pnl": Decimal(pnl)}
        source.hand.change(position("A").key, **fields)
        if pnl is None:
            told.snapshot_ms = NOW - 60_000
        lines = text(account_lines(at(source), False, 160, 2, 0, 0, steady)).splitlines()
        starts.add(
            (lines[0].index("Initial margin"), lines[0].index("Margin ratio"), lines[1].index("Maint."))
        )

    assert len(starts) == 1


def test_private_account_hides_money() -> None:
    """In private only percentages and bars remain."""
    shown = text(account_lines(at(HandSource(position("A"))), True, 160, 2, 0))

    assert "•••" in shown
    assert "10.00 %" in shown
    assert "1,0" not in shown


def test_no_positions_only_after_an_audit() -> None:
    """An empty list is called empty only while it is LIVE."""
    source = HandSource()
    live = state_text(at(source), listing_of(source), Keys())
    source.hand.begin_epoch(source.now)
    unsure = state_text(at(source), listing_of(source), Keys())

    assert (live[0], unsure[1]) == (
        "No positions",
        "Positions unknown: connected again, waiting for a fresh snapshot.",
    )


def test_untrusted_certificate_is_not_the_key_s_fault() -> None:
    """What to check is the matter at hand: a refused certificate asks nothing about the key."""
    source = HandSource()
    api = source.hand.health.api
    api.transport, api.reason = Transport.REFUSED, "Binance refuses the key (-2015)."
    of_key = state_text(at(source), listing_of(source), Keys())
    api.reason = "TLS: the certificate of localhost is not trusted (self-signed). Nothing was sent."
    of_certificate = state_text(at(source), listing_of(source), Keys())

    assert any("key" in line for line in of_key[2:])
    assert len(of_certificate) > 3
    assert not any("key" in line for line in of_certificate)


def test_banner_says_why_the_user_stream_cannot_begin() -> None:
    """Before anything was lost nothing is connected again; what keeps the user stream away is said with its code."""
    source = HandSource()
    health = source.hand.health
    health.is_synced, health.user.transport = False, Transport.CONNECTING
    begins = text(trouble_lines(at(source), Recent(), 160))
    health.user.reason = "No listen key: Binance answers -1008 throttled."
    refused = text(trouble_lines(at(source), Recent(), 160))
    health.user.reason, health.epoch = "", 1
    again = text(trouble_lines(at(source), Recent(), 160))

    assert "Connected: waiting for a snapshot younger than the user stream" in begins
    assert "No account events: No listen key: Binance answers -1008 throttled" in refused
    assert "Connected again" in again


@pytest.mark.parametrize(
    ("transport", "title"),
    [(Transport.REFUSED, "Refused"), (Transport.BANNED, "Banned"), (Transport.DOWN, "Lost")],
)
def test_each_trouble_has_words_of_its_own(transport: Transport, title: str) -> None:
    """Without rows the screen says what is known, and that positions are not."""
    source = HandSource()
    source.book.health.api.transport = transport
    lines = state_text(at(source), listing_of(source), Keys())

    assert lines[0] == title
    assert lines[1].startswith("Positions unknown:")


def test_connecting_tells_each_feed() -> None:
    """Before the first data every feed says where it stands."""
    source = HandSource()
    source.hand.balances.account = None
    source.book.health.api.transport = Transport.DOWN
    source.book.health.api.reason = "DNS: ws-fapi.binance.com cannot be resolved."
    shown = state_text(at(source), listing_of(source), Keys())

    assert "Account connection: down: DNS: ws-fapi.binance.com cannot be resolved; trying now." in shown


def test_filter_without_a_match_says_so() -> None:
    """A filter that hides everything is not an empty account."""
    source = HandSource(*MANY)
    listing = Listing({})
    listing.set_filter("xyz")
    listing.update(source.book, set(), source.now)

    assert state_text(at(source), listing, Keys())[1] == "No position matches “xyz” in All."


@pytest.mark.parametrize("size", [(20, 3), (40, 8), (80, 24)])
def test_words_fit_the_pane(size: tuple[int, int]) -> None:
    """Sentences are folded into the pane, never cut in a line."""
    source = HandSource()
    source.book.health.api.transport = Transport.REFUSED
    lines = state_lines(at(source), listing_of(source), Keys(), *size)

    assert len(lines) <= size[1]
    assert all(line_width(line) <= size[0] for line in lines)


@pytest.mark.parametrize(
    ("size", "has_rows", "is_compact"),
    [
        ((160, 50), True, False),
        ((60, 15), True, False),
        ((40, 24), True, True),
        ((160, 8), True, True),
        ((19, 9), False, False),
    ],
)
def test_small_panes_lose_their_chrome(size: tuple[int, int], has_rows: bool, is_compact: bool) -> None:
    """At 40 columns or 8 rows and below only rows remain; below 20 × 3 only the word."""
    made = chrome(*size)

    assert (not made.is_tiny, made.is_compact) == (has_rows, is_compact)


def test_highest_rank_leaves_first() -> None:
    """Pieces are shown whole or not at all."""
    pieces = [Piece(2, (("aaa", ""),)), Piece(0, (("bbb", ""),)), Piece(1, (("ccc", ""),))]

    assert [piece.rank for piece in fitting(pieces, 8, 2)] == [0, 1]


def test_words_are_folded_by_cells() -> None:
    """A line is full when its cells are, and a word that is wider than the pane is shortened."""
    lines = folded("币安 人生 abcdefghijkl", 9)

    assert lines == ["币安 人生", "abcdefgh…"]
    assert max(map(cell_len, lines)) == 9


def test_control_characters_never_reach_the_terminal() -> None:
    """The last gate before the terminal replaces escape sequences and direction marks."""
    assert printable("a\x1b[2J\u202eb\x9b") == "a�[2J�b�"
