"""Whether the margins that a snapshot of the account tells are those of the positions and balances that are known.

Events carry no margins, and a snapshot may be older than an event, up to LAG_MS.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from tui.book.merge import LAG_MS
from tui.book.position import Position
from tui.protocol.replies import AccountInformation, HeldAmount

Row = tuple[str, str]
"""Symbol and position side."""


class Told(NamedTuple):
    """What a snapshot of the account said its margins were made from."""

    asked_ms: int
    held: tuple[HeldAmount, ...] | None
    """None when it did not say."""
    wallets: Mapping[str, Decimal | None]
    """Wallet balances by asset."""


def told_by(information: AccountInformation, asked_ms: int) -> Told:
    """Keep what an answer that was asked for at `asked_ms` said."""
    wallets = {asset.asset: asset.wallet_balance for asset in information.assets}
    return Told(asked_ms, information.positions, wallets)


def is_late_enough(told: Told, changed_ms: int) -> bool:
    """Whether the answer shows all that happened until then, whatever its lag."""
    return told.asked_ms - LAG_MS >= changed_ms


def agrees(told: Told, positions: Iterable[Position], wallets: Mapping[str, Decimal | None]) -> bool:
    """Whether its positions and wallet balances are those that are known; False when it does not say."""
    if told.held is None or told.wallets != wallets:
        return False
    held = {(one.symbol, one.position_side): one for one in told.held if one.position_amount != 0}
    known = {position.key[2:]: position for position in positions if position.is_open}
    return held.keys() == known.keys() and all(_is_same(held[row], known[row]) for row in held)


def _is_same(told: HeldAmount, known: Position) -> bool:
    is_older = 0 < told.update_time_ms < (known.update_time_ms or 0)
    return told.position_amount == known.position_amount and not is_older
