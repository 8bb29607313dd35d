"""What a book over HTTP makes of good and of bad answers: one state, one sentence, and nothing invented."""

import asyncio
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.protocol.wire import WALL_MS, hmac_credential
from tests.virtual.loop import virtual
from tui.errors import RequestForbidden
from tui.feed.http import Means
from tui.feed.http_api import ContractsAnswer, HttpApi
from tui.feed.link import Change, LinkState
from tui.feed.world import DialFailed, HttpAnswer, Socket
from tui.protocol.budget import Budget
from tui.protocol.clock import ExchangeClock
from tui.protocol.conversation import AccountAnswer, Failed, ListenKeyAnswer, PositionsAnswer, WeightUsed
from tui.protocol.redial import Manners
from tui.protocol.requests import ACCOUNT, PING_STREAM, POSITIONS, START_STREAM, Security
from tui.protocol.talk import Garbled
from tui.protocol.venues import COIN_M, PORTFOLIO_MARGIN, HttpRequest, Venue
from tui.protocol.verdicts import Verdict

BASE = "https://dapi.binance.com"
ROW = {
    "symbol": "BTCUSD_PERP",
    "positionAmt": "1",
    "entryPrice": "11707.70000003",
    "markPrice": "11788.66626667",
    "unRealizedProfit": "0.00005866",
    "liquidationPrice": "11667.63509587",
    "leverage": "125",
    "maxQty": "50",
    "marginType": "cross",
    "isolatedMargin": "0.00000000",
    "isAutoAddMargin": "false",
    "positionSide": "LONG",
    "updateTime": 1627026881327,
}
FILTERS = [
    {"filterType": "LOT_SIZE", "stepSize": "1"},
    {"filterType": "PRICE_FILTER", "minPrice": "1000", "tickSize": "0.1"},
]
CONTRACTS = {
    "symbols": [{"symbol": "BTCUSD_PERP", "contractSize": 100, "marginAsset": "BTC", "filters": FILTERS}]
}
HTML = b"<html><body>403 Forbidden</body></html>"


class Counter:
    """A world that answers each path with what is put there."""

    def __init__(self) -> None:
        self.answers: dict[str, HttpAnswer | DialFailed] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def put(self, path: str, body: object, status: int = 200, **headers: str) -> None:
        """Have a path answered."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = HttpAnswer(
            status, {n.replace("_", "-"): text for n, text in headers.items()}, raw
        )

    def now(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    def wall_ms(self) -> int:
        """Return a fixed time."""
        return WALL_MS

    def random(self) -> float:
        """Return the same number always."""
        return 0.5

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def connect(self, url: str) -> Socket:
        """There are no sockets here."""
        raise DialFailed(url)

    async def ask(self, verb: str, url: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Give the answer of the path."""
        parts = urlsplit(url)
        self.asked.append((verb, parts.path, dict(parse_qsl(parts.query))))
        answer = self.answers[parts.path]
        if isinstance(answer, DialFailed):
            raise answer
        return answer


class Desk:
    """An asker, and all that it tells."""

    def __init__(self, venue: Venue = COIN_M, **params: str | int) -> None:
        self.world = Counter()
        self.manners = Manners()
        self.clock = ExchangeClock(0.0, WALL_MS)
        self.clock.sample(0.0, 0.0, WALL_MS, WALL_MS)
        self.heard: list[Any] = []
        self.changes: list[Change] = []
        means = Means(self.world, self.manners, self.clock, hmac_credential(), Budget())
        self.api = HttpApi(venue, BASE, means, self.heard.append, self.changes.append, params)
        self.world.put("/dapi/v1/exchangeInfo", CONTRACTS)

    async def ask(self, method: str) -> bool:
        """Ask, and wait for what comes of it."""
        is_asked = self.api.ask(method, self.world.now())
        await asyncio.sleep(1)
        return is_asked

    def told(self, kind: type) -> list[Any]:
        """Everything of a kind that was told."""
        return [news for news in self.heard if isinstance(news, kind)]


@virtual
async def test_question_is_signed_and_carries_the_documented_names() -> None:
    """`marginAsset` goes with positions alone; every signed question has a time and a signature at its end."""
    desk = Desk(marginAsset="BTC", recvWindow=5000)
    desk.world.put("/dapi/v1/positionRisk", [ROW], x_mbx_used_weight_1m="7")
    desk.world.put("/dapi/v1/account", {"assets": []})

    await desk.ask(POSITIONS)
    await desk.ask(ACCOUNT)

    contracts, positions, account = desk.world.asked
    assert contracts == ("GET", "/dapi/v1/exchangeInfo", {})
    assert positions[2]["marginAsset"] == "BTC"
    assert list(positions[2])[-2:] == ["timestamp", "signature"]
    assert "marginAsset" not in account[2]
    assert desk.told(WeightUsed) == [WeightUsed(7, 2400)]


@virtual
async def test_documented_row_arrives_with_its_contract() -> None:
    """Positions come after the list of contracts that says what they count."""
    desk = Desk()
    desk.world.put("/dapi/v1/positionRisk", [ROW])

    await desk.ask(POSITIONS)

    kinds = [type(news) for news in desk.heard]
    assert kinds == [ContractsAnswer, PositionsAnswer]
    [contract] = desk.heard[0].contracts
    assert (contract.contract_size, contract.price_step) == (100, Decimal("0.1"))
    [row] = desk.heard[1].rows
    assert (row.unrealized_pnl, row.leverage, row.is_auto_add_margin) == (Decimal("0.00005866"), 125, False)
    assert desk.changes[-1].state is LinkState.OPEN


@virtual
async def test_answer_to_one_question_does_not_make_up_for_another() -> None:
    """While positions fail the state says so, whatever else is answered, and is open again when they are."""
    desk = Desk()
    desk.world.put("/dapi/v1/positionRisk", {"code": -1008, "msg": "Throttled"}, 503)
    desk.world.put("/dapi/v1/account", {"assets": []})

    for method in (POSITIONS, ACCOUNT, POSITIONS, ACCOUNT):
        await desk.ask(method)
    assert [change.state for change in desk.changes] == [LinkState.DOWN]
    assert "-1008" in desk.changes[0].sentence

    desk.world.put("/dapi/v1/positionRisk", [ROW])
    await desk.ask(POSITIONS)
    assert [change.state for change in desk.changes] == [LinkState.DOWN, LinkState.OPEN]


@pytest.mark.parametrize(
    ("status", "body", "verdict", "state", "silent"),
    [
        (200, HTML, Verdict.RETRY, LinkState.DOWN, None),
        (200, b"", Verdict.RETRY, LinkState.DOWN, None),
        (400, {"code": -1121, "msg": "Invalid symbol."}, Verdict.RETRY, LinkState.DOWN, None),
        (400, {"code": -1021, "msg": "Timestamp"}, Verdict.CLOCK, LinkState.DOWN, None),
        (400, HTML, Verdict.RETRY, LinkState.DOWN, None),
        (401, {"code": -2015, "msg": "Invalid API-key"}, Verdict.REFUSED, LinkState.REFUSED, None),
        (401, HTML, Verdict.REFUSED, LinkState.REFUSED, None),
        (403, HTML, Verdict.RETRY, LinkState.SILENCED, 300.0),
        (418, {"code": -1003, "msg": "Way too many requests"}, Verdict.LIMITED, LinkState.SILENCED, 120.0),
        (429, {"code": -1003, "msg": "Too many requests"}, Verdict.LIMITED, LinkState.SILENCED, 60.0),
        (429, HTML, Verdict.LIMITED, LinkState.SILENCED, 60.0),
        (500, HTML, Verdict.RETRY, LinkState.DOWN, None),
        (502, HTML, Verdict.RETRY, LinkState.DOWN, None),
        (503, {"code": -1008, "msg": "Request throttled"}, Verdict.RETRY, LinkState.DOWN, None),
        (504, b"", Verdict.RETRY, LinkState.DOWN, None),
    ],
)
@pytest.mark.parametrize("retry_after", [None, "17"])
def test_bad_answer_is_one_clear_state(
    status: int,
    body: object,
    verdict: Verdict,
    state: LinkState,
    silent: float | None,
    retry_after: str | None,
) -> None:
    """Whatever comes: a verdict, a state with a sentence, no positions, and silence where it is asked for."""

    @virtual
    async def story() -> None:
        desk = Desk()
        headers = {} if retry_after is None else {"retry_after": retry_after}
        desk.world.put("/dapi/v1/positionRisk", body, status, **headers)

        await desk.ask(POSITIONS)

        [failed] = desk.told(Failed)
        assert (failed.method, failed.trouble.verdict) == (POSITIONS, verdict)
        assert desk.told(PositionsAnswer) == []
        assert desk.changes[-1].state is state
        assert desk.changes[-1].sentence
        assert "<" not in desk.changes[-1].sentence
        if silent is None:
            assert desk.manners.silent_until == 0.0
        else:
            asked_for = silent if retry_after is None else float(retry_after)
            assert asked_for <= desk.manners.silent_until <= asked_for * 1.1 + 1
            assert await desk.ask(ACCOUNT) is False

    story()


@virtual
async def test_no_connection_is_a_state_too() -> None:
    """A request that finds nobody says why, and the next may succeed."""
    desk = Desk()
    desk.world.answers["/dapi/v1/positionRisk"] = DialFailed("Nothing listens there.")
    await desk.ask(POSITIONS)
    assert desk.changes[-1][:2] == (LinkState.DOWN, "Nothing listens there.")

    desk.world.put("/dapi/v1/positionRisk", [ROW])
    await desk.ask(POSITIONS)
    assert desk.changes[-1].state is LinkState.OPEN


@pytest.mark.parametrize("value", ["125", 125, "125.0"])
@pytest.mark.parametrize("auto", ["true", True])
@pytest.mark.parametrize("margin_type", ["cross", "CROSSED", "CROSS"])
def test_spellings_of_a_row_mean_the_same(value: object, auto: object, margin_type: str) -> None:
    """Leverage as text or number, `isAutoAddMargin` "true" or true, and every spelling of the margin type are read."""

    @virtual
    async def story() -> None:
        desk = Desk()
        row = ROW | {"leverage": value, "isAutoAddMargin": auto, "marginType": margin_type}
        desk.world.put("/dapi/v1/positionRisk", [row])

        await desk.ask(POSITIONS)

        [answer] = desk.told(PositionsAnswer)
        assert (answer.rows[0].leverage, answer.rows[0].is_auto_add_margin) == (125, True)
        assert answer.rows[0].margin_type == margin_type

    story()


@virtual
async def test_numbers_that_are_odd_are_read_or_unknown() -> None:
    """Thousands separators go, an empty text is unknown: Portfolio Margin's totals have both."""
    desk = Desk(PORTFOLIO_MARGIN)
    account = {"uniMMR": "5167.92171923", "accountEquity": "122,607.35137903", "totalAvailableBalance": ""}
    desk.world.put("/papi/v1/account", account)
    desk.world.put(
        "/papi/v1/balance", [{"asset": "USDT", "totalWalletBalance": "-1.5", "cmUnrealizedPNL": ""}]
    )

    await desk.ask(ACCOUNT)

    [answer] = desk.told(AccountAnswer)
    information = answer.information
    assert information.account_equity == Decimal("122607.35137903")
    assert information.available_balance is None
    assert information.assets[0].wallet_balance == Decimal("-1.5")
    assert information.assets[0].unrealized_pnl is None


@virtual
async def test_symbol_that_the_list_does_not_know_is_looked_for_again() -> None:
    """A position in a contract that exchangeInfo lacks makes the list be asked again after a minute, not before."""
    desk = Desk()
    desk.world.put("/dapi/v1/exchangeInfo", {"symbols": []})
    desk.world.put("/dapi/v1/positionRisk", [ROW])

    for _ in range(30):
        await desk.ask(POSITIONS)
    assert [path for _, path, _ in desk.world.asked].count("/dapi/v1/exchangeInfo") == 1
    for _ in range(40):
        await desk.ask(POSITIONS)
    assert [path for _, path, _ in desk.world.asked].count("/dapi/v1/exchangeInfo") == 2


@virtual
async def test_half_an_answer_is_none() -> None:
    """Portfolio Margin's positions are two answers: where one fails, no position is told as closed."""
    desk = Desk(PORTFOLIO_MARGIN)
    desk.world.put("/papi/v1/um/positionRisk", [])
    desk.world.put("/papi/v1/cm/positionRisk", HTML, 502)

    await desk.ask(POSITIONS)

    assert desk.told(PositionsAnswer) == []
    assert [failed.method for failed in desk.told(Failed)] == [POSITIONS]


@virtual
async def test_listen_key_is_made_and_kept() -> None:
    """POST makes it, PUT keeps it, an empty one is refused; nothing is signed."""
    desk = Desk()
    desk.world.put("/dapi/v1/listenKey", {"listenKey": "k" * 64})
    await desk.ask(START_STREAM)
    desk.world.put("/dapi/v1/listenKey", {})
    await desk.ask(PING_STREAM)
    await desk.ask(START_STREAM)

    assert [verb for verb, _, _ in desk.world.asked] == ["POST", "PUT", "POST"]
    assert all(params == {} for _, _, params in desk.world.asked)
    assert len(desk.told(ListenKeyAnswer)) == 1
    assert len(desk.told(Garbled)) == 1


@virtual
async def test_refused_key_is_not_asked_with_again() -> None:
    """After a refusal there is a pause, which a person may end."""
    desk = Desk()
    desk.world.put("/dapi/v1/positionRisk", {"code": -2015, "msg": "no"}, 401)
    await desk.ask(POSITIONS)

    assert await desk.ask(POSITIONS) is False
    desk.api.hurry()
    assert await desk.ask(POSITIONS) is True


@virtual
async def test_what_is_not_on_the_list_is_not_sent() -> None:
    """The choke point lets nothing through that is not on the allow-list."""
    order = HttpRequest("POST", "/dapi/v1/order", 1, Security.SIGNED)
    desk = Desk(COIN_M._replace(asks={POSITIONS: (order,)}, contracts=None))

    with pytest.raises(RequestForbidden):
        await desk.api._fetch(order, POSITIONS)

    assert desk.world.asked == []
