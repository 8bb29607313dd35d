"""COIN-M answers over HTTP that USD-M does not have (pages "Exchange Information" and "Position Information", COIN-M)."""

from decimal import Decimal

import msgspec

from tui.protocol.replies import Row


class Filter(
    Row, frozen=True, gc=False, kw_only=True, rename={"filter_type": "filterType", "tick_size": "tickSize"}
):
    """One rule of a contract; those that concern no price leave the step out."""

    filter_type: str = ""
    tick_size: Decimal | None = None


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
    filters: tuple[Filter, ...] = ()

    @property
    def price_step(self) -> Decimal | None:
        """Smallest step of an order's price: `tickSize` of the `PRICE_FILTER`."""
        return next((one.tick_size for one in self.filters if one.filter_type == "PRICE_FILTER"), None)


class ExchangeInformation(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`GET /dapi/v1/exchangeInfo`; the rest of the answer is not read."""

    symbols: tuple[ContractInformation, ...] = ()
