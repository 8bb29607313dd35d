"""Several books as one: what is worst in any is said of the whole, and each event finds its own book."""

from decimal import Decimal

import pytest

from tui.book.account import Account, Asset
from tui.book.book import Book
from tui.book.health import Transport, Word
from tui.book.journal import Kind
from tui.book.portfolio import Portfolio
from tui.book.position import Contract
from tui.protocol.codec import decode_pushed
from tui.protocol.events import Event
from tui.protocol.replies import AccountConfig, AccountInformation, AssetBalance, PositionRisk, SymbolConfig

NOW = 1_780_000_000_000
COIN = Contract(Decimal(100), "BTC")


def event_of(raw: bytes) -> Event:
    """The one event of a frame."""
    decoded = decode_pushed(raw)
    assert isinstance(decoded, tuple)
    return decoded[0]


def row(symbol: str, amount: str = "1", side: str = "BOTH") -> PositionRisk:
    """A row of a snapshot."""
    return PositionRisk(
        symbol=symbol,
        position_side=side,
        position_amount=Decimal(amount),
        entry_price=Decimal("11707.70000003"),
        mark_price=Decimal("11788.66626667"),
        update_time_ms=NOW - 60_000,
    )


def live_book(name: str, *rows: PositionRisk, balance: str = "1", status: str | None = None) -> Book:
    """A book that is LIVE."""
    book = Book("main", name)
    book.health.api.transport = Transport.OPEN
    book.contracts = {"BTCUSD_PERP": COIN}
    asset = AssetBalance(asset="BTC", wallet_balance=Decimal(balance))
    information = AccountInformation(assets=(asset,), account_status=status, uni_mmr=Decimal(3))
    book.take_account(information, NOW, NOW)
    book.take_positions(rows, NOW, NOW)
    return book


def both() -> Portfolio:
    """USD-M and COIN-M, live."""
    return Portfolio([live_book("usdm", row("BTCUSDT")), live_book("coinm", row("BTCUSD_PERP"))])


def test_rows_and_accounts_are_those_of_all_books() -> None:
    """Nothing is lost, and nothing counted twice."""
    portfolio = both()

    assert {(key.book, key.symbol) for key in portfolio.positions} == {
        ("usdm", "BTCUSDT"),
        ("coinm", "BTCUSD_PERP"),
    }
    assert [(one.account, one.book) for one in portfolio.accounts] == [("main", "usdm"), ("main", "coinm")]
    assert portfolio.word(NOW) is Word.LIVE


def test_worst_word_is_the_word() -> None:
    """One book that is lost makes the whole picture lost; looked at alone, the other is LIVE."""
    portfolio = both()
    portfolio.all[1].health.api.transport = Transport.DOWN

    assert portfolio.word(NOW) is Word.LOST
    portfolio.shown = "usdm"
    assert portfolio.word(NOW) is Word.LIVE


def test_empty_coin_book_takes_no_room_until_it_fails() -> None:
    """Neither a position nor a coin: it is not shown. When it cannot be known, it is."""
    portfolio = Portfolio([live_book("usdm", row("BTCUSDT")), live_book("coinm", balance="0")])
    assert [book.book for book in portfolio.books] == ["usdm"]

    portfolio.all[1].health.api.transport = Transport.DOWN
    assert [book.book for book in portfolio.books] == ["usdm", "coinm"]


def test_portfolio_can_become_another() -> None:
    """An account that turns out to be of another kind shows its books, and no choice of before."""
    portfolio = both()
    portfolio.shown = "coinm"
    portfolio.become([live_book("pm", row("BTCUSDT"))])

    assert portfolio.shown is None
    assert portfolio.first.book == "pm"


def test_coin_row_in_a_usdm_array_is_left_out() -> None:
    """Contracts are never read as an amount of coins."""
    book = live_book("usdm", row("BTCUSDT"), row("BTCUSD_PERP", "420"))

    assert {key.symbol for key in book.positions} == {"BTCUSDT"}


def test_inverse_pnl_is_the_documented_one() -> None:
    """The documented COIN-M row: 0.00005866 BTC, worked out because the row does not say it here."""
    book = live_book("coinm", row("BTCUSD_PERP"))
    [position] = book.positions.values()

    assert str(position.unrealized_pnl) == "0.00005866"


def test_contract_that_is_not_known_has_no_pnl() -> None:
    """Without the size of a contract nothing is worked out."""
    book = Book("main", "coinm")
    book.take_positions([row("ETHUSD_PERP")], NOW, NOW)
    [position] = book.positions.values()

    assert (position.unrealized_pnl, position.notional, position.margin_asset) == (None, None, None)


@pytest.mark.parametrize("name", ["usdm", "coinm"])
def test_event_goes_to_the_book_of_its_symbols(name: str) -> None:
    """COIN-M's event on USD-M's stream changes COIN-M alone, and the journal tells it there alone."""
    book = live_book(name, row("BTCUSDT" if name == "usdm" else "BTCUSD_PERP"))
    raw = (
        b'{"e":"ACCOUNT_UPDATE","E":%d,"T":%d,"i":"SgsR","a":{"m":"FUNDING_FEE","B":[{"a":"BTC","wb":"2","cw":"2",'
        b'"bc":"1"}],"P":[{"s":"BTCUSD_PERP","pa":"7","ep":"11707.7","ps":"BOTH"}]}}' % (NOW, NOW)
    )
    book.apply(event_of(raw), NOW)

    assert {key.symbol: one.position_amount for key, one in book.positions.items()} == (
        {"BTCUSDT": 1} if name == "usdm" else {"BTCUSD_PERP": 7}
    )
    account = book.account
    assert account is not None
    assert account.assets[0].wallet_balance == (1 if name == "usdm" else 2)
    assert len(book.journal) == (0 if name == "usdm" else 1)


@pytest.mark.parametrize("kind", ["riskLevelChange", "RISK_LEVEL_CHANGE"])
def test_risk_level_is_taken_and_told(kind: str) -> None:
    """Both spellings give uniMMR and status at once; a snapshot that may be older does not take them back."""
    book = live_book("pm", row("BTCUSDT"), status="NORMAL")
    raw = b'{"e":"%s","E":%d,"u":"1.19","s":"REDUCE_ONLY","eq":"100","ae":"","m":"84"}' % (
        kind.encode(),
        NOW + 500,
    )
    book.apply(event_of(raw), NOW + 500)
    assert status_of(book) == ("REDUCE_ONLY", Decimal("1.19"))

    information = AccountInformation(assets=(), account_status="NORMAL", uni_mmr=Decimal(3))
    book.take_account(information, NOW + 1_000, NOW + 1_000)
    assert status_of(book) == ("REDUCE_ONLY", Decimal("1.19"))
    book.take_account(information, NOW + 4_000, NOW + 4_000)
    assert status_of(book) == ("NORMAL", Decimal(3))

    assert [entry.kind for entry in book.journal] == [Kind.MARGIN_CALL]
    assert "lower is worse" in next(iter(book.journal)).text


def status_of(book: Book) -> tuple[str | None, Decimal | None]:
    """Status and uniMMR."""
    account: Account | None = book.account
    assert account is not None
    return account.account_status, account.uni_mmr


@pytest.mark.parametrize(
    "raw",
    [
        b'{"e":"ALGO_UPDATE","fs":"UM","T":1,"E":1,"ao":{"s":"BTCUSDT","aid":2000000000000000}}',
        b'{"e":"CONDITIONAL_ORDER_TRADE_UPDATE","T":1,"E":1,"fs":"UM","so":{"s":"BTCUSDT"}}',
        b'{"e":"openOrderLoss","E":1,"O":[{"a":"BUSD","o":"-0.1"}]}',
        b'{"e":"liabilityChange","E":1,"a":"BTC","t":"BORROW","T":1352286576452864727,"p":"1.03","i":"0","l":"1.03"}',
        b'{"e":"outboundAccountPosition","E":1,"u":1,"U":1,"B":[{"a":"USDT","f":"1","l":"0"}]}',
        b'{"e":"balanceUpdate","E":1,"a":"USDT","d":"100","U":1,"T":1}',
        b'{"e":"executionReport","E":1,"s":"ETHBTC"}',
    ],
)
def test_what_portfolio_margin_tells_beside_is_known_and_harmless(raw: bytes) -> None:
    """No event of the page is an unknown one, or changes what snapshots tell."""
    book = live_book("pm", row("BTCUSDT"))
    book.apply(event_of(raw), NOW)

    assert (book.health.unknown_events, book.health.protocol_errors, len(book.journal)) == (0, 0, 0)


def test_one_wallet_of_portfolio_margin_is_not_its_total() -> None:
    """ACCOUNT_UPDATE tells the UM wallet; the total that is shown comes from snapshots alone."""
    book = live_book("pm", row("BTCUSDT"), balance="5")
    raw = b'{"e":"ACCOUNT_UPDATE","fs":"UM","E":%d,"T":%d,"i":"","a":{"m":"ORDER","B":[{"a":"BTC","wb":"2","cw":"2"}]}}'
    book.apply(event_of(raw % (NOW, NOW)), NOW)

    account = book.account
    assert account is not None
    assert account.assets == (account.asset("BTC"),)
    assert account.assets[0].wallet_balance == 5


def test_configuration_confirms_what_was_derived() -> None:
    """symbolConfig takes the mark off leverage and margin type; accountConfig tells the modes."""
    book = live_book("usdm", row("BTCUSDT"))
    [position] = book.positions.values()
    config = SymbolConfig(
        symbol="BTCUSDT", leverage=Decimal(25), margin_type="CROSSED", is_auto_add_margin=False
    )
    book.take_symbol_configs([config], NOW + 1_000)
    book.take_account_config(AccountConfig(dual_side_position=False, multi_assets_mode=True), NOW + 1_000)

    assert (position.leverage, position.leverage_is_derived) == (Decimal(25), False)
    assert (position.margin_type, position.margin_type_is_derived) == ("CROSS", False)
    account = book.account
    assert account is not None
    assert account.multi_assets_mode is True
    assert book.position_mode == "one-way"


def test_older_configuration_does_not_overrule_an_event() -> None:
    """What ACCOUNT_CONFIG_UPDATE told after the question was asked stays."""
    book = live_book("usdm", row("BTCUSDT"))
    raw = b'{"e":"ACCOUNT_CONFIG_UPDATE","E":%d,"T":%d,"ac":{"s":"BTCUSDT","l":50}}' % (
        NOW + 2_000,
        NOW + 2_000,
    )
    book.apply(event_of(raw), NOW + 2_000)
    book.take_symbol_configs([SymbolConfig(symbol="BTCUSDT", leverage=Decimal(25))], NOW + 1_000)

    [position] = book.positions.values()
    assert position.leverage == 50


def test_balances_that_are_negative_stay_negative() -> None:
    """Multi-assets mode and credits allow a wallet below zero."""
    book = live_book("usdm", balance="-912.40810000")
    account = book.account

    assert account is not None
    assert isinstance(account.assets[0], Asset)
    assert str(account.assets[0].wallet_balance) == "-912.40810000"


def test_a_book_that_binance_does_not_have_is_no_trouble_unless_it_was_wanted() -> None:
    """Nobody asked for COIN-M by name: where Binance has none for this key, the others are the whole."""
    usdm, coin_m = Book("main"), Book("main", "coinm")
    coin_m.is_absent = True

    assert [book.book for book in Portfolio([usdm, coin_m], is_chosen=False).books] == ["usdm"]
    assert [book.book for book in Portfolio([usdm, coin_m]).books] == ["usdm", "coinm"]
