"""What COIN-M answers, the same over HTTP and the WebSocket API: the documented rows of a static scenario, or the
account's, spoilt by the faults that are on."""

from __future__ import annotations

from collections.abc import Mapping

from tui.sim.coin_m import documents
from tui.sim.errors import rejected
from tui.sim.misfits import odd_rows
from tui.sim.rows import Row
from tui.sim.spoiling import spoil_rows
from tui.sim.world import World


def wanted(world: World, params: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The margin asset or the pair that is asked for.

    Raises:
        Rejected: -1128 for both of them, -4087 for a pair that does not exist.
    """
    asset, pair = (str(params[name]) if params.get(name) else None for name in ("marginAsset", "pair"))
    if asset and pair:
        raise rejected(-1128)
    if pair and pair not in world.coin_m.market.pairs:
        raise rejected(-4087)
    return asset, pair


def positions(world: World, params: Mapping[str, object], feed: str) -> list[Row]:
    """Result of `GET /dapi/v1/positionRisk` and, with more fields, of `account.position`."""
    asset, pair = wanted(world, params)
    coin_m = world.coin_m
    if coin_m.setup.position_document is not None:
        contracts = coin_m.account.coin_contracts
        rows: list[Row] = [
            row
            for row in coin_m.setup.position_document
            if asset in (None, contracts[row["symbol"]].margin_asset)
            and pair in (None, contracts[row["symbol"]].pair)
        ]
    else:
        snapshot = coin_m.snapshot(world.seen_ms())
        make = snapshot.rest_row if feed == "dapi" else snapshot.socket_row
        rows = [make(position) for position in snapshot.all_positions(margin_asset=asset, pair=pair)]
    return spoil_rows(odd_rows(rows, world.faults, feed), world.faults, "symbol", feed)


def status(world: World, feed: str) -> Row:
    """Result of `GET /dapi/v1/account` and `account.status`."""
    document = world.coin_m.setup.account_document
    found = document or world.coin_m.snapshot(world.seen_ms()).coin_status()
    lists = {
        name: spoil_rows(odd_rows(value, world.faults, feed), world.faults, template, feed)
        for name, template in (("assets", "asset"), ("positions", "symbol"))
        if isinstance(value := found[name], list)
    }
    return found | lists


def balances(world: World, feed: str) -> list[Row]:
    """Result of `GET /dapi/v1/balance` and `account.balance`."""
    is_documented = world.coin_m.setup.account_document is not None
    rows = documents.BALANCES if is_documented else world.coin_m.snapshot(world.seen_ms()).coin_balances()
    return spoil_rows(rows, world.faults, "asset", feed)
