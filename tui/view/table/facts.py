"""What the figures of a row stand on that do not move with the mark price: while it is the same, so are they."""

from tui.view.columns import Column, Needs, Row

Facts = tuple[object, ...]


def facts_of(row: Row) -> Facts:
    """Everything that a column which needs no mark price may read of a row."""
    position = row.position
    # In the books that do not tell the margin it is made from the notional, which moves.
    notional = None if position.key.book == "usdm" else position.notional
    return (
        row.is_confirmed, row.is_described, row.is_marked, row.stale_text, row.book_text, row.is_brief,
        position.position_amount, position.entry_price, position.break_even_price, position.liquidation_price,
        position.initial_margin, position.position_initial_margin, position.leverage, position.leverage_is_derived,
        position.margin_type, position.margin_asset, position.adl_quantile, position.is_inverse, notional,
    )  # fmt: skip


def is_still(column: Column) -> bool:
    """Whether a column's figures stay while the facts do."""
    return column.needs in (Needs.FACT, Needs.SNAPSHOT)
