"""How near the account is to liquidation: pure functions, each with its formula. None when an input is unknown.

The exchange's own figures are shown wherever it gives them; the liquidation formulas here check them in tests and never
replace them.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.book import figures
from tui.book.account import Account
from tui.book.position import Position

ZERO, ONE = Decimal(0), Decimal(1)
USD_LIKE = frozenset({"USDT", "USDC", "FDUSD", "BUSD", "BNFCR", "USD"})
"""Margin assets that the exchange counts as US dollars."""


class Pool(NamedTuple):
    """What the cross positions of one margin asset share; amounts are in that asset."""

    margin_asset: str
    """`USD` in multi-assets mode, where all assets are one margin."""
    margin_balance: Decimal
    """Cross wallet balance + unrealized PNL of the cross positions."""
    maintenance_margin: Decimal
    notional: Decimal
    """Sum of the signed notionals."""
    is_inverse: bool


def liquidation_move(pool: Pool) -> Decimal | None:
    """The move of all marks alike, a signed fraction, at which margin balance meets maintenance margin.

    With margin balance B, maintenance margin M (in proportion to the notional, as within one bracket), signed
    notional N and the move x:
    linear: B + N·x = M·(1 + x), so x = (M − B) ÷ (N − M);
    inverse, in the coin: B + N·(1 − 1 ÷ (1 + x)) = M ÷ (1 + x), so x = (M − B) ÷ (B + N).

    None when no price above 0 does it. A margin balance that is already below it gives a move in the other direction.
    """
    missing = pool.maintenance_margin - pool.margin_balance
    slope = (
        pool.margin_balance + pool.notional if pool.is_inverse else pool.notional - pool.maintenance_margin
    )
    if slope == ZERO or (pool.notional == ZERO and pool.maintenance_margin == ZERO):
        return None
    move = missing / slope
    return move if move > -1 else None


def after_move(pool: Pool, move: Decimal) -> Pool:
    """Return the pool when all marks have moved by that fraction."""
    factor = 1 + move
    if pool.is_inverse:
        notional = pool.notional / factor
        balance = pool.margin_balance + pool.notional - notional
        return pool._replace(
            margin_balance=balance, maintenance_margin=pool.maintenance_margin / factor, notional=notional
        )
    return pool._replace(
        margin_balance=pool.margin_balance + pool.notional * move,
        maintenance_margin=pool.maintenance_margin * factor,
        notional=pool.notional * factor,
    )


class Stake(NamedTuple):
    """The open rows of one margin asset and margin type, added up; None where an addend is unknown."""

    margin_asset: str | None
    margin_type: str | None
    is_inverse: bool
    unrealized_pnl: Decimal | None
    notional: Decimal | None
    """Signed, in the margin asset."""
    maintenance_margin: Decimal | None
    """None for coins as well: COIN-M does not tell it of rows."""
    usd_price: Decimal | None
    """US dollars for one of the margin asset."""


def staked(positions: Iterable[Position]) -> list[Stake]:
    """Add up the open rows of a book."""
    groups: dict[tuple[str | None, str | None, bool], list[Position]] = {}
    for position in positions:
        if position.is_open:
            kind = position.margin_asset, position.margin_type, position.is_inverse
            groups.setdefault(kind, []).append(position)
    return [
        Stake(
            *kind,
            plus(row.unrealized_pnl for row in rows),
            plus(row.notional for row in rows),
            plus(row.maintenance_margin for row in rows),
            usd_price(kind[0], kind[2], rows),
        )
        for kind, rows in groups.items()
    ]


def usd_price(margin_asset: str | None, is_inverse: bool, positions: Iterable[Position]) -> Decimal | None:
    """US dollars for one of a margin asset: 1 for dollars, for a coin the mark price of the first of its contracts."""
    if not is_inverse:
        return ONE if margin_asset in USD_LIKE else None
    own = (row for row in positions if row.is_inverse and row.is_open and row.margin_asset == margin_asset)
    return next((row.mark_price for row in own), None)


def pools(account: Account, stakes: Iterable[Stake]) -> tuple[Pool, ...] | None:
    """Return what the cross positions of a book share, by margin asset; None when an input is unknown."""
    groups: dict[str, list[Stake]] = {}
    is_one_margin = _is_one_margin(account)
    for stake in stakes:
        if stake.margin_type == "ISOLATED":
            continue
        if stake.margin_type is None or stake.margin_asset is None:
            return None
        is_usd = is_one_margin and stake.margin_asset in USD_LIKE
        groups.setdefault("USD" if is_usd else stake.margin_asset, []).append(stake)
    if is_one_margin and set(groups) - {"USD"}:
        return None  # a position in a coin beside those in dollars: what the coin is worth is not known here
    found = [_pool(account, asset, group) for asset, group in groups.items()]
    return None if None in found else tuple(pool for pool in found if pool is not None)


def _is_one_margin(account: Account) -> bool:
    return account.book == "usdm" and not account.counts_usdt_only


def _pool(account: Account, margin_asset: str, group: list[Stake]) -> Pool | None:
    wallet = account if margin_asset == "USD" else account.asset(margin_asset)
    if wallet is None:
        return None
    pnl = plus(stake.unrealized_pnl for stake in group)
    notional = plus(stake.notional for stake in group)
    is_inverse = group[0].is_inverse
    # COIN-M's rows have no maintenance margin of their own; its asset's holds for cross positions alone.
    required = wallet.maintenance_margin if is_inverse else plus(one.maintenance_margin for one in group)
    if wallet.cross_wallet_balance is None or pnl is None or notional is None or required is None:
        return None
    return Pool(margin_asset, wallet.cross_wallet_balance + pnl, required, notional, is_inverse)


def account_distance(account: Account, stakes: Sequence[Stake]) -> Decimal | None:
    """The smallest uniform move of all marks that liquidates the cross positions of one margin asset, signed."""
    found = pools(account, stakes)
    if not found:
        return None
    coins_isolated = {one.margin_asset for one in stakes if one.is_inverse and one.margin_type == "ISOLATED"}
    if any(pool.is_inverse and pool.margin_asset in coins_isolated for pool in found):
        return None
    moves = [move for move in map(liquidation_move, found) if move is not None]
    return min(moves, key=abs, default=None)


def maintenance_share(position: Position, positions: Iterable[Position]) -> Decimal | None:
    """A row's maintenance margin ÷ that of all rows of its book and margin asset."""
    if position.maintenance_margin is None:
        return None
    peers = [
        one
        for one in positions
        if one.is_open and one.key.book == position.key.book and one.margin_asset == position.margin_asset
    ]
    return figures.ratio(position.maintenance_margin, plus(one.maintenance_margin for one in peers))


class Exposure(NamedTuple):
    """Notionals in US dollars, longs positive and shorts negative; None where one is unknown."""

    long: Decimal | None
    short: Decimal | None

    @property
    def gross(self) -> Decimal | None:
        """Both without their signs."""
        return None if self.long is None or self.short is None else self.long - self.short


def exposure(positions: Iterable[Position]) -> Exposure:
    """Return the notional of the longs and of the shorts."""
    rows = [position for position in positions if position.is_open]
    return Exposure(
        plus(figures.usd_value(row, row.notional) for row in rows if row.is_long),
        plus(figures.usd_value(row, row.notional) for row in rows if not row.is_long),
    )


def margin_behind(
    account: Account, stakes: Sequence[Stake], margin_balance: Decimal | None
) -> Decimal | None:
    """The margin balance that stands behind the open rows of a book, in US dollars; None when it is not known.

    In multi-assets mode that is `margin_balance`, the total's, and under Portfolio Margin the account's equity.
    Otherwise each margin asset stands alone: the sum of wallet balance + unrealized PNL over those in use, coins at
    the mark price of one of their contracts.
    """
    if account.book == "pm":
        return account.account_equity
    if _is_one_margin(account):
        return margin_balance
    assets = dict.fromkeys(stake.margin_asset for stake in stakes)
    return plus(_balance_in_dollars(account, asset, stakes) for asset in assets)


def _balance_in_dollars(
    account: Account, margin_asset: str | None, stakes: Iterable[Stake]
) -> Decimal | None:
    asset = None if margin_asset is None else account.asset(margin_asset)
    own = [stake for stake in stakes if stake.margin_asset == margin_asset]
    if asset is None or own[0].usd_price is None:
        return None
    balance = plus((asset.wallet_balance, *(stake.unrealized_pnl for stake in own)))
    return None if balance is None else balance * own[0].usd_price


def effective_leverage(gross: Decimal | None, margin_balance: Decimal | None) -> Decimal | None:
    """Sum of |notional| ÷ margin balance, both in US dollars; None when there is no margin left."""
    if margin_balance is None or margin_balance <= ZERO:
        return None
    return figures.ratio(gross, margin_balance)


def plus(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum; None where one addend is unknown."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


class Leg(NamedTuple):
    """One position in a formula for liquidation prices, with the bracket that its notional falls into."""

    position_amount: Decimal
    """Signed; contracts × contract size where it is inverse."""
    entry_price: Decimal
    maintenance_rate: Decimal
    cumulative: Decimal = ZERO
    """The bracket's maintenance amount (`cum`)."""


def linear_liquidation_price(
    wallet_balance: Decimal,
    legs: Iterable[Leg],
    other_maintenance_margin: Decimal = ZERO,
    other_unrealized_pnl: Decimal = ZERO,
) -> Decimal | None:
    """(WB − TMM + UPNL + Σ cum − Σ amount·entry) ÷ (Σ |amount|·rate − Σ amount) (Binance's FAQ, USD-M).

    Args:
        wallet_balance: the cross wallet balance, or the isolated wallet.
        legs: the positions of one symbol: one, or LONG and SHORT in hedge mode.
        other_maintenance_margin: of all other cross positions of the margin asset; 0 for an isolated one.
        other_unrealized_pnl: the same of their PNL.
    """
    known = list(legs)
    above = wallet_balance - other_maintenance_margin + other_unrealized_pnl
    above += sum((leg.cumulative - leg.position_amount * leg.entry_price for leg in known), ZERO)
    below = sum(
        (abs(leg.position_amount) * leg.maintenance_rate - leg.position_amount for leg in known), ZERO
    )
    price = figures.ratio(above, below)
    return price if price is not None and price > ZERO else None


def inverse_liquidation_price(margin: Decimal, leg: Leg) -> Decimal | None:
    """(|C|·rate + C) ÷ (WB + cum + C ÷ entry), with C = contracts × contract size in US dollars (COIN-M).

    `margin` is the isolated wallet, or the cross wallet less the other contracts' maintenance margin plus their PNL.
    """
    dollars = leg.position_amount
    price = figures.ratio(
        abs(dollars) * leg.maintenance_rate + dollars, margin + leg.cumulative + dollars / leg.entry_price
    )
    return price if price is not None and price > ZERO else None
