"""Sums that are kept while rows change."""

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from tests.view.hand import NOW, HandSource, key, position
from tui.book.risk import staked
from tui.view.moment import Moment, rows_of
from tui.view.panels.risk_line import stakes_of
from tui.view.panels.totals import Totals, sums_of
from tui.view.table.listing import Listing
from tui.view.tally import EXACT, tally_of

SYMBOLS = ("A", "B", "C", "BTCUSD_PERP")
amounts = st.one_of(st.none(), st.decimals(-(10**20), 10**20, places=18))
changes = st.lists(
    st.tuples(
        st.sampled_from(SYMBOLS),
        st.sampled_from(["put", "close", "silent", "wait", "filter", "other asset", "margin type"]),
        amounts,
        amounts,
    ),
    max_size=25,
)


@given(changes)
def test_kept_sums_are_those_of_the_rows(
    steps: list[tuple[str, str, Decimal | None, Decimal | None]],
) -> None:
    """Whatever happened on the way, sums are exactly those of the rows as they are."""
    source = HandSource()
    moment, listing, totals = Moment(source), Listing({}), Totals()
    for symbol, what, pnl, notional in steps:
        if what == "put":
            source.hand.put(position(symbol, unrealized_pnl=pnl, notional=notional))
        elif what == "close":
            source.hand.drop(*{key(symbol)} & source.hand.positions.keys())
        elif what == "silent" and key(symbol) in source.hand.positions:
            source.hand.change(key(symbol), mark_time_ms=NOW - 6_000)
        elif what == "other asset" and key(symbol) in source.hand.positions:
            source.hand.change(key(symbol), margin_asset="BNB")
        elif what == "margin type" and key(symbol) in source.hand.positions:
            source.hand.change(key(symbol), margin_type="ISOLATED")
        elif what == "wait":
            source.now += 3_000
        else:
            listing.set_filter("" if listing.filter else "!a")
        changed = source.book.take_changed()
        moment.advance(changed)
        listing.update(source.book, changed, moment.time_ms)
        totals.update(moment, listing, changed)

        if not moment.rows.unmarked:
            with localcontext(EXACT):
                assert set(stakes_of(moment.first, moment.groups)) == set(
                    staked(moment.book.positions.values())
                )
        afresh = tally_of((source.hand,), moment.time_ms)
        assert moment.rows == rows_of(afresh.groups())
        for other in [other for other in afresh.addends if other not in listing]:
            afresh.put(other, None)
        assert totals.sums == sums_of(afresh.groups(), moment.unknown)
