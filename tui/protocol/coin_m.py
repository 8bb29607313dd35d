"""COIN-M answers over HTTP that USD-M does not have (pages "Exchange Information" and "Position Information", COIN-M)."""

from decimal import Decimal

import msgspec

from tui.protocol.replies import Row


class ContractInformation(
    Row,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={
        "contract_size": "contractSize",
        "margin_asset": "marginAsset",
        "contract_status": "contractStatus",
    },
):
    """One entry of `symbols` in `GET /dapi/v1/exchangeInfo`: what a position's row leaves out."""

    symbol: str
    contract_size: Decimal | None = None
    """US dollars in one contract."""
    margin_asset: str | None = None
    contract_status: str | None = None


class ExchangeInformation(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`GET /dapi/v1/exchangeInfo`; the rest of the answer is not read."""

    symbols: tuple[ContractInformation, ...] = ()
