"""What is said of the whole while its rows are not all known: unknown, or the snapshot's own word while it is young."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.view.hand import COINS, NOW, HandSource, coin_account, pm_account, position
from tests.view.test_bars import at, text
from tests.view.test_books import risk_text
from tui.view.books import all_books
from tui.view.moment import Moment
from tui.view.panels.account_panel import account_lines
from tui.view.panels.portfolio_margin import portfolio_margin_line
from tui.view.panels.totals import sums_of
from tui.view.tally import tally_of

OWN = {"unrealized_pnl": Decimal("0.00026051"), "margin_balance": Decimal("0.31868651")}


def coins(age_ms: int = 0, **fields: object) -> HandSource:
    """USD-M with a row, and COIN-M whose account says BTC's own PNL and margin balance."""
    source = HandSource(position("A"))
    told = coin_account()
    told.snapshot_ms = NOW - age_ms
    for name, own in OWN.items():
        setattr(told.assets[0], name, own)
    source.add("coinm", told, *COINS)
    for name, value in fields.items():
        setattr(all_books(source.book)[1], name, value)
    return source


def unheard(source: HandSource) -> None:
    """No snapshot of COIN-M's positions has come."""
    book = all_books(source.book)[1]
    book.positions.clear()
    book.health.audited_ms = None


def gone(source: HandSource) -> None:
    """A gap has begun since the last one."""
    health = all_books(source.book)[1].health
    health.gap_ms = NOW
    health.audited_ms = NOW - 1


def nameless(source: HandSource) -> None:
    """A row has no contract: neither its coin nor its PNL is known."""
    row = next(iter(all_books(source.book)[1].positions.values()))
    row.margin_asset = row.unrealized_pnl = row.contract_size = None


def narrowed(source: HandSource) -> None:
    """Only the contracts of ETH are asked for."""
    all_books(source.book)[1].only_pair = "ETHUSD"


def btc_line(source: HandSource) -> list[str]:
    """The words of the panel's line about BTC."""
    lines = text(account_lines(at(source), False, 200, 2, 5, 2)).splitlines()
    return next(line for line in lines if "COIN-M BTC" in line).split()


def after(words: list[str], label: str) -> str:
    """The figure behind a label."""
    return words[words.index(label) + 1]


@pytest.mark.parametrize("happen", [unheard, gone, nameless, narrowed])
def test_pnl_of_unknown_rows_is_the_account_s_own_or_unknown(happen: Callable[[HandSource], None]) -> None:
    """A sum that may lack a row is never shown: the account's own PNL stands in while it is young, then nothing does."""
    young, old = coins(), coins(age_ms=6_000)
    for source in (young, old):
        happen(source)
    shown = btc_line(young)

    assert (after(shown, "PNL"), after(shown, "Balance")) == ("+0.00026051", "0.31868651")
    assert {after(btc_line(old), label) for label in ("PNL", "Balance")} == {"—"}
    assert after(btc_line(old), "ratio") == "—"
    assert after(btc_line(old), "Wallet") == "0.31842600"


def test_whole_coin_of_a_narrowed_book_is_summed_up() -> None:
    """What is asked for is all that there is of that coin."""
    source = coins(age_ms=6_000, only_margin_asset="BTC")

    assert after(btc_line(source), "PNL") not in ("—", "0")


def test_totals_without_a_book_are_unknown() -> None:
    """The total of all books is unknown with one of them; the others keep theirs, under their names."""
    source = coins()
    unheard(source)
    moment = at(source)
    sums = sums_of(tally_of(all_books(source.book), NOW).groups(), moment.unknown)

    assert moment.unknown == ("coinm",)
    assert text([sums.pnl.line(False)]) == "≈ — USD"
    assert text([sums.books["usdm"].line(False)]) == "+20.00 USDT"
    assert text([sums.books["coinm"].line(False)]) == "≈ — USD"
    assert sums.long_share is None


def test_risk_without_a_book_is_named_after_the_others() -> None:
    """A distance is that of its book; the exposure of all is unknown with one of them."""
    source = coins()
    unheard(source)
    shown = risk_text(source)

    assert "USD-M account liq." in shown
    assert "USD-M levered 0.2×" in shown
    assert "exposure long —  short — USD" in shown


def test_risk_of_one_symbol_is_not_the_account_s() -> None:
    """Of the rows that were asked for no account distance, leverage or exposure is made."""
    source = HandSource(position("A", maintenance_margin=Decimal("2.20")))
    source.hand.accounts[0].assets[0].cross_wallet_balance = Decimal(100)
    source.hand.only_symbol = "A"

    assert risk_text(source).startswith(" Account liq. —   levered —   exposure long —  short — USD")


def test_pnl_of_portfolio_margin_waits_for_its_rows() -> None:
    """Before the first snapshot of its positions it is unknown, never 0."""
    source = HandSource()
    source.add("pm", pm_account())
    all_books(source.book)[1].health.audited_ms = None
    moment: Moment = at(source)

    assert "PNL ≈ — USD" in text([portfolio_margin_line(moment.books[1], False, 200)])
