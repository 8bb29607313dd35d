"""Everything behind the sockets: the clock, the market, the account, its keys and limits, and what is said about it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tui.sim import events
from tui.sim.account import Account, Fill, OrderSide, Position, PositionSide, Setting, Wallet
from tui.sim.agenda import Agenda
from tui.sim.amounts import ZERO
from tui.sim.coin_m.book import CoinM
from tui.sim.errors import rejected
from tui.sim.faults import Faults
from tui.sim.holdings import Holding
from tui.sim.keys import Keys
from tui.sim.ledger import Ledger
from tui.sim.limits import Limits
from tui.sim.listen_keys import ListenKeys
from tui.sim.market import Market
from tui.sim.misfits import COIN_ROW, blank_totals
from tui.sim.portfolio_margin.portfolio import Portfolio
from tui.sim.rows import BALANCE_NAMES, Row, Snapshot
from tui.sim.scenarios import Scenario
from tui.sim.spoiling import spoil_rows

FEES = {"USDT": Decimal("0.0005"), "USDC": Decimal("0.0004"), "BNFCR": Decimal("0.0005")}
"""Taker fee by margin asset."""
PORTFOLIO_WEIGHT = 6_000
"""Request weight a minute of `/papi`; `/fapi` and `/dapi` share the scenario's."""
LAG_MS = 2_500
"""Largest age of a snapshot while `snapshot-lag` is on."""


class World:
    """The simulated exchange without its connections.

    Two clocks run: `wall_ms` drives the world and stamps the ledger, `now_ms` is what the exchange says the time is.
    They differ by the scenario's and the faults' clock skew.
    """

    def __init__(self, scenario: Scenario, *, seed: int, wall_ms: int) -> None:
        self.scenario = scenario
        self.wall_ms = wall_ms
        self.random = random.Random(f"{seed} world")
        self.lag_random = random.Random(f"{seed} lag")
        """A source of its own: what the account does must not depend on how often it is asked."""
        self.keys = Keys(seed)
        self.limits = Limits(scenario.weight_limit)
        self.portfolio_limits = Limits(PORTFOLIO_WEIGHT)
        self.ledger = Ledger()
        self.faults = Faults()
        self.agenda = Agenda()
        self.listen_keys = self.new_keys(f"{seed} listen keys")
        self.market = Market(
            scenario.contracts.values(),
            seed=seed,
            wall_ms=wall_ms,
            funding_interval_ms=scenario.funding_interval_ms,
        )
        self.account = Account(
            self.market.contracts, dual_side=scenario.dual_side, multi_assets=scenario.multi_assets
        )
        self.coin_m = CoinM(
            scenario.coin_m,
            dual_side=scenario.dual_side,
            seed=seed,
            wall_ms=wall_ms,
            funding_interval_ms=scenario.funding_interval_ms,
        )
        self.coin_m.listen_keys = self.new_keys(f"{seed} coin-m listen keys")
        self.portfolio = Portfolio(scenario.portfolio, seed=seed)
        self.portfolio.listen_keys = self.new_keys(f"{seed} portfolio margin listen keys")
        self.tell: Callable[[events.Event], None] = lambda event: None
        """Where user events go; the exchange puts its private streams here."""
        self.tell_coin: Callable[[events.Event], None] = lambda event: None
        """The same for events of COIN-M."""
        self.tell_portfolio: Callable[[events.Event], None] = lambda event: None
        """The same for what only Portfolio Margin tells."""
        self.move: Callable[[int], None] = lambda wall_ms: None
        """Moves the world to a time; the exchange puts its `advance` here."""
        self.last_stamp_ms = 0
        self.next_id = self.random.randrange(10**9, 2 * 10**9)
        self.start()

    def new_keys(self, seed: str) -> ListenKeys:
        """The listen keys of one book, none active yet."""
        scenario = self.scenario
        return ListenKeys(random.Random(seed), scenario.listen_key_ms, scenario.listen_key_lifetime_ms)

    def keys_of(self, feed: str) -> list[ListenKeys]:
        """The listen keys of a user stream; of every book for no feed."""
        keys = {
            "private": self.listen_keys,
            "coinm-private": self.coin_m.listen_keys,
            "pm-private": self.portfolio.listen_keys,
        }
        return [keys[feed]] if feed in keys else list(keys.values())

    def start(self) -> None:
        """Fill wallets and open the scenario's positions, some time ago and without events."""
        born_ms = self.now_ms - 3_600_000
        account = self.account
        account.put(born_ms, wallets={asset: Decimal(text) for asset, text in self.scenario.wallets.items()})
        for holding in self.scenario.holdings:
            account.settings[holding.symbol] = Setting(holding.leverage, holding.is_isolated)
        for age, holding in enumerate(self.scenario.holdings):
            account.put(born_ms, self.held(holding, self.now_ms - 3_500_000 + 97_003 * age))
        self.coin_m.start(self.now_ms)
        self.last_stamp_ms = self.now_ms

    def held(self, holding: Holding, time_ms: int) -> Position:
        """A position of the scenario, bought at its entry price with a taker's fee."""
        contract = self.market.contracts[holding.symbol]
        amount = Decimal(holding.amount)
        if not amount:
            return Position(holding.symbol, holding.position_side, bid_notional=Decimal(holding.bid_notional))
        entry = (contract.price * Decimal(holding.entry)).quantize(contract.tick_size)
        return Position(
            holding.symbol,
            holding.position_side,
            amount,
            entry,
            amount * entry + abs(amount) * entry * FEES[contract.margin_asset],
            isolated_wallet=abs(amount) * entry / holding.leverage if holding.is_isolated else ZERO,
            update_time_ms=time_ms,
        )

    @property
    def skew_ms(self) -> int:
        """How far the exchange's clock is ahead of the one that drives it."""
        ahead = self.faults.find("clock+SECONDS")
        behind = self.faults.find("clock-SECONDS")
        skew_ms = self.scenario.clock_skew_ms
        skew_ms += int(ahead.order.value) * 1000 if ahead else 0
        return skew_ms - (int(behind.order.value) * 1000 if behind else 0)

    @property
    def now_ms(self) -> int:
        """The exchange's own time."""
        return self.wall_ms + self.skew_ms

    def stamp(self) -> int:
        """Time of a change of the account, in the exchange's time: later than all before, even when its clock steps."""
        self.last_stamp_ms = max(self.now_ms, self.last_stamp_ms + 1)
        self.account.wall_ms = self.wall_ms
        return self.last_stamp_ms

    def new_id(self) -> int:
        """A number for an order or a trade."""
        self.next_id += self.random.randrange(1, 40)
        return self.next_id

    def fill(
        self,
        symbol: str,
        position_side: PositionSide,
        side: OrderSide,
        quantity: Decimal,
        *,
        prefix: str = "web_",
        calculated: bool = False,
    ) -> Fill:
        """Trade at the mark price and tell it: TRADE_LITE, the order, the account, the order filled, all at one time.

        Args:
            prefix: beginning of the client order id: `autoclose-` for a liquidation, `adl_autoclose` for
                auto-deleveraging, `settlement_autoclose-` for a settlement.
            calculated: the order comes in with `x` CALCULATED, as a liquidation does.
        """
        contract = self.market.contracts[symbol]
        price = self.market.mark_price(symbol).quantize(contract.tick_size)
        order_id = self.new_id()
        fill = Fill(
            symbol,
            position_side,
            side,
            quantity,
            price,
            realized=ZERO,
            fee=quantity * price * FEES[contract.margin_asset],
            reduces=False,
            order_id=order_id,
            trade_id=self.new_id(),
            client_order_id=f"{prefix}{order_id:x}",
            time_ms=self.stamp(),
        )
        fill = self.account.trade(fill)
        execution = "CALCULATED" if calculated else "NEW"
        if not self.faults.take("drop-fill"):
            self.tell(events.trade_lite(self.account, fill))
            self.tell(events.order_trade_update(self.account, fill, is_filled=False, execution=execution))
            self.update("ORDER", fill.time_ms, self.account.position(symbol, position_side))
            self.tell(events.order_trade_update(self.account, fill, is_filled=True, execution=execution))
        return fill

    def update(
        self,
        reason: str,
        time_ms: int,
        *positions: Position,
        changes: dict[str, Decimal] | None = None,
        symbol: str = "",
    ) -> None:
        """Tell an ACCOUNT_UPDATE of these positions, with the balances of their assets or the ones named."""
        contracts = self.account.contracts
        named = changes or {contracts[position.symbol].margin_asset: ZERO for position in positions}
        self.tell(
            events.account_update(
                self.account, self.market, time_ms, reason, positions=positions, changes=named, symbol=symbol
            )
        )

    def change_balance(self, reason: str, asset: str, change: Decimal) -> None:
        """A transfer or a cross funding payment: the balance changes, no position does."""
        time_ms = self.stamp()
        balance = self.account.book.wallets.get(asset, Wallet(ZERO, 0)).balance
        self.account.put(time_ms, wallets={asset: balance + change})
        self.update(reason, time_ms, changes={asset: change})

    def set_isolated_wallet(self, reason: str, position: Position, isolated_wallet: Decimal) -> None:
        """Change the isolated wallet of a position outside a trade and tell it."""
        time_ms = self.stamp()
        changed = replace(position, update_time_ms=time_ms, isolated_wallet=isolated_wallet)
        self.account.put(time_ms, changed)
        self.update(reason, time_ms, changed)

    def start_listen_key(self, feed: str = "private") -> str:
        """Make or extend the listen key of a user stream; -1001 while `listen-key-fails` is on."""
        if self.faults.is_on("listen-key-fails", feed):
            raise rejected(-1001)
        return self.keys_of(feed)[0].start(self.now_ms)

    def ping_listen_key(self, feed: str = "private") -> str:
        """Extend the listen key of a user stream; -1125 when there is none."""
        if self.faults.is_on("listen-key-fails", feed):
            raise rejected(-1001)
        return self.keys_of(feed)[0].ping(self.now_ms)

    def expire_listen_key(self) -> None:
        """End listen keys whose time is over, and tell it."""
        tellers = (self.tell, self.tell_coin, self.tell_portfolio)
        for keys, tell in zip(self.keys_of(""), tellers, strict=True):
            if key := keys.expired(self.now_ms):
                tell(events.listen_key_expired(key, self.now_ms))

    def apply_limits(self) -> None:
        """Let the faults that concern limits take effect; called whenever one begins or ends."""
        others = self.faults.find("other-clients-weight-PERCENT")
        self.limits.others_share = int(others.order.value) / 100 if others else 0.0
        refused, closed = self.faults.find("request-429"), self.faults.find("request-418")
        for limits in (self.limits, self.portfolio_limits):
            limits.refused_until_ms = refused.until_ms + self.skew_ms if refused else 0
            limits.closed_until_ms = closed.until_ms + self.skew_ms if closed else 0

    def seen_ms(self) -> int | None:
        """The time a snapshot shows the account at; None: now."""
        lag_ms = max(self.scenario.snapshot_lag_ms, LAG_MS if self.faults.is_on("snapshot-lag") else 0)
        return self.wall_ms - self.lag_random.randrange(lag_ms + 1) if lag_ms else None

    def snapshot(self) -> Snapshot:
        """The account as a request sees it now, maybe a little late."""
        seen_ms = self.seen_ms()
        book = self.account.book if seen_ms is None else self.account.book_at(seen_ms)
        return Snapshot(self.account, self.market, book)

    def forget(self) -> None:
        """Drop the history that no snapshot looks at any more."""
        before_ms = self.wall_ms - max(self.scenario.snapshot_lag_ms, LAG_MS)
        self.account.forget(before_ms)
        self.coin_m.account.forget(before_ms)

    def position_rows(self, symbol: str | None = None) -> list[Row]:
        """Result of `v2/account.position`: the documented rows of a static scenario, or the account's."""
        document = self.scenario.position_document
        rows: Sequence[Row] = self.snapshot().position_rows(symbol) if document is None else document
        wanted = [row for row in rows if symbol in (None, row["symbol"])]
        if self.faults.is_on("coinm-in-usdm"):
            wanted = [*wanted, COIN_ROW]
        return spoil_rows(wanted, self.faults, "symbol")

    def account_status(self) -> Row:
        """Result of `v2/account.status`: the documented one of a static scenario, or the account's."""
        status = self.scenario.account_document or self.snapshot().account_status()
        if not self.faults.on:
            return status
        totals = spoil_rows(
            [{name: value for name, value in status.items() if isinstance(value, str)}], self.faults, ""
        )
        lists = {
            name: spoil_rows(value, self.faults, {"assets": "asset", "positions": "symbol"}[name])
            for name, value in status.items()
            if isinstance(value, list)
        }
        return blank_totals(totals[0] | lists, self.faults, "")

    def balance_rows(self) -> list[Row]:
        """Result of `v2/account.balance`."""
        document = self.scenario.account_document
        if document is None:
            return spoil_rows(self.snapshot().balance_rows(), self.faults, "asset")
        return [
            {"accountAlias": "SgsR", "asset": row["asset"], "balance": row["walletBalance"]}
            | {name: row[name] for name in BALANCE_NAMES}
            | {"marginAvailable": True}
            for row in document["assets"]
        ]
