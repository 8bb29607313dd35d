"""The details of one position: every field, where it comes from, and how old that is."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from tui.book import figures, risk
from tui.book.position import Key, Position
from tui.view import bars, formats
from tui.view.books import LONG_NAMES
from tui.view.columns import Needs, Row, look, side, size
from tui.view.formats import HIDDEN, UNKNOWN
from tui.view.keymap import Keys
from tui.view.keys import DETAIL_KEYS
from tui.view.moment import Moment
from tui.view.panels.plots import plot_lines
from tui.view.provenance import is_marked_by_stream, sources_of
from tui.view.screens.sheet import Sheet
from tui.view.table.ordering import neighbour
from tui.view.terminal.lines import Line, left_and_right, line_width

LABEL_WIDTH = 28
BAR_WIDTH = 20
WIDE = 60
WIDEST = 110
AIRY_HEIGHT = 34
"""From this height on groups are parted."""


class Field(NamedTuple):
    """One field of a position."""

    label: str
    needs: Needs
    text: Callable[[Position], str]
    is_private: bool = False
    is_wanted: Callable[[Position], bool] = lambda position: True
    """Whether a position of this kind has such a field."""
    is_computed: Callable[[Position], bool] = lambda position: False
    """Whether we computed it."""


def _exact(read: Callable[[Position], Decimal | None]) -> Callable[[Position], str]:
    return lambda position: formats.exact(read(position))


def _amount(
    read: Callable[[Position], Decimal | None], *, is_signed: bool = False
) -> Callable[[Position], str]:
    def text(position: Position) -> str:
        value = read(position)
        return (
            UNKNOWN
            if value is None
            else f"{formats.exact(value, is_signed=is_signed)} {position.margin_asset or ''}".rstrip()
        )

    return text


def _words(value: str | None, is_derived: bool) -> str:
    return UNKNOWN if value is None else value + (" (computed, not confirmed)" if is_derived else "")


def _leverage(position: Position) -> str:
    leverage = position.leverage
    return _words(None if leverage is None else f"{formats.exact(leverage)}×", position.leverage_is_derived)


def _distance(position: Position) -> str:
    room = figures.liquidation_room(position)
    if room is None:
        return UNKNOWN
    distance = formats.percent(figures.liquidation_distance(position), 2, is_signed=True)
    return f"{distance}  {bars.bar(bars.danger(room), BAR_WIDTH)}".rstrip()


def _adl(position: Position) -> str:
    quantile = position.adl_quantile
    return UNKNOWN if quantile is None else f"{bars.lights(quantile)}  {quantile} of {bars.LIGHTS}"


def _usd(read: Callable[[Position], Decimal | None]) -> Callable[[Position], str]:
    def text(position: Position) -> str:
        value = figures.usd_value(position, read(position))
        return UNKNOWN if value is None else f"≈ {formats.money(value, 'USD', is_signed=True)} USD"

    return text


def _liquidation_price(position: Position) -> str:
    text = formats.exact(figures.liquidation_price(position))
    return f"{text} (an estimate for the account)" if is_pm(position) and text != UNKNOWN else text


def _contract_size(position: Position) -> str:
    return UNKNOWN if position.contract_size is None else f"{formats.exact(position.contract_size)} USD"


def _margin_asset(position: Position) -> str:
    return UNKNOWN if is_pm(position) else position.margin_asset or UNKNOWN


def is_inverse(position: Position) -> bool:
    """Whether it counts in contracts and coins."""
    return position.is_inverse


def is_pm(position: Position) -> bool:
    """Whether it is one of Portfolio Margin."""
    return position.key.book == "pm"


def always(position: Position) -> bool:
    """Whatever the position."""
    return True


def is_further(position: Position) -> bool:
    """Whether it is of a book that tells less than USD-M."""
    return position.key.book != "usdm"


def _time(value_ms: int | None) -> str:
    return UNKNOWN if not value_ms else formats.date_time(value_ms)


FACT, SNAPSHOT, MARK, BOTH = Needs

GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    ("Position", (
        Field("Side", FACT, side),
        Field("Size", FACT, size, True),
        Field("Contract size", FACT, _contract_size, is_wanted=is_inverse),
        Field("Price step", FACT, _exact(lambda p: p.price_step), is_wanted=is_inverse),
        Field("Entry price", FACT, _exact(lambda p: p.entry_price)),
        Field("Break-even price", FACT, _exact(lambda p: p.break_even_price)),
        Field("Leverage", FACT, _leverage),
        Field("Margin type", FACT, lambda p: _words(p.margin_type, p.margin_type_is_derived)),
        Field("Margin asset", FACT, _margin_asset, is_wanted=is_further),
        Field("Largest quantity", SNAPSHOT, _exact(lambda p: p.max_quantity), is_wanted=is_inverse),
        Field("Largest notional", SNAPSHOT, _exact(lambda p: p.max_notional_value),
              is_wanted=lambda p: p.max_notional_value is not None),
        Field("Last change", FACT, lambda p: _time(p.update_time_ms)),
    )),
    ("Now", (
        Field("Mark price", MARK, _exact(lambda p: p.mark_price)),
        Field("Unrealized PNL", MARK, _amount(lambda p: p.unrealized_pnl, is_signed=True), True,
              is_computed=is_marked_by_stream),
        Field("Unrealized PNL in USD", MARK, _usd(lambda p: p.unrealized_pnl), True, is_inverse, always),
        Field("ROE", BOTH, lambda p: formats.percent(figures.roe(p), 2, is_signed=True), is_computed=always),
        Field("Notional", MARK, _amount(lambda p: p.notional), True, is_computed=is_marked_by_stream),
        Field("Notional in USD", MARK, _usd(lambda p: p.notional), True, is_inverse, always),
        Field("Funding rate", MARK, lambda p: formats.percent(p.funding_rate, 4, is_signed=True)),
        Field("Next funding", MARK, lambda p: _time(p.next_funding_time_ms)),
    )),
    ("Risk", (
        Field("Liquidation price", SNAPSHOT, _liquidation_price),
        Field("Liquidation distance", BOTH, _distance, is_computed=always),
        Field("ADL queue", SNAPSHOT, _adl),
        Field("|Notional| ÷ leverage", BOTH, _amount(figures.position_margin), True, is_further, always),
        Field("Initial margin", SNAPSHOT, _amount(lambda p: p.initial_margin), True),
        Field("Maintenance margin", SNAPSHOT, _amount(lambda p: p.maintenance_margin), True),
        Field("Position initial margin", SNAPSHOT, _amount(lambda p: p.position_initial_margin), True),
        Field("Open order initial margin", SNAPSHOT, _amount(lambda p: p.open_order_initial_margin), True),
        Field("Isolated wallet", SNAPSHOT, _amount(lambda p: p.isolated_wallet), True),
        Field("Isolated margin", SNAPSHOT, _amount(lambda p: p.isolated_margin), True),
        Field("Bids in open orders", SNAPSHOT, _amount(lambda p: p.bid_notional), True),
        Field("Asks in open orders", SNAPSHOT, _amount(lambda p: p.ask_notional), True),
    )),
)  # fmt: skip


def field_line(field: Field, row: Row, is_private: bool, time_ms: int, width: int) -> Line:
    """Label, figure, and where there is room its source with the age."""
    position = row.position
    text = field.text(position) if row.holds(field.needs) else UNKNOWN
    is_hidden = is_private and field.is_private and text != UNKNOWN
    tone = "dim" if text == UNKNOWN or is_hidden or not row.is_confirmed else "plain"
    label_width = LABEL_WIDTH if width >= WIDE else max(len(field.label) + 1, 14)
    left: Line = ((f"   {field.label.ljust(label_width)}", "dim"), (HIDDEN if is_hidden else text, tone))
    if width < WIDE:
        return left
    width = min(width, WIDEST)
    room = width - line_width(left) - 2
    sources = sources_of(position, field.needs, field.is_computed(position), time_ms)
    source = next((text for text in sources if len(text) <= room), "")
    return left_and_right(left, ((f"{source} ", "dim"),), width)


class DetailScreen(Sheet):
    """Every field of one position, live; ← and → walk the rows."""

    BINDINGS: ClassVar[list[BindingType]] = DETAIL_KEYS
    KEYS: ClassVar[list[BindingType]] = DETAIL_KEYS

    def __init__(
        self, moment: Moment, keys: Keys, key: Key, order: Callable[[], Sequence[Key]], is_private: bool
    ) -> None:
        super().__init__(moment, keys)
        self.key = key
        self._order = order
        self._is_private = is_private
        self._place = 0

    def title_line(self, width: int) -> Line:
        """Which position, and where it stands among the rows."""
        key = self.key
        order = list(self._order())
        if key in order:
            self._place = order.index(key)
            place = f"{self._place + 1} of {len(order)}"
        else:
            place = "not among the rows"
        book = LONG_NAMES.get(key.book, key.book)
        name = f" {key.symbol}" + ("" if key.position_side == "BOTH" else f"  {key.position_side}")
        return ((name, "strong"), (f"   {key.account} · {book} · {place}", "dim"))

    def sheet_lines(self, width: int) -> list[Line]:
        """All groups of fields."""
        position = self.moment.book.positions.get(self.key)
        if position is None:
            return [
                (),
                (("   This position is not there any more.", "plain"),),
                ((f"   {self.keys.name('close')} goes back.", "dim"),),
            ]
        time_ms = self.moment.time_ms
        row = look(self.moment.book, position, time_ms)
        lines: list[Line] = []
        if row.stale_text:
            lines.append(((f"   {row.stale_text}: figures that do not hold are —", "warn"),))
        for group, fields in GROUPS:
            if lines and self.size.height >= AIRY_HEIGHT:
                lines.append(())
            lines.append(((f" {group}", "title"),))
            wanted = [field for field in (*fields, *self._of_all(group)) if field.is_wanted(position)]
            lines += [field_line(field, row, self._is_private, time_ms, width) for field in wanted]
        if lines and self.size.height >= AIRY_HEIGHT:
            lines.append(())
        return lines + plot_lines(self.moment, position, self._is_private, width)

    def _of_all(self, group: str) -> tuple[Field, ...]:
        """What a position is among the others."""
        rows = list(self.moment.book.positions.values())
        share = Field(
            "Share of maint. margin",
            SNAPSHOT,
            lambda position: formats.percent(risk.maintenance_share(position, rows), 1),
            is_computed=always,
        )
        return (share,) if group == "Risk" else ()

    def action_walk(self, step: int) -> None:
        """Show the row before or after this one."""
        order = list(self._order())
        if not order:
            return
        if self.key in order:
            self.key = order[(order.index(self.key) + step) % len(order)]
        else:
            self.key = neighbour(order, min(self._place, len(order) - 1), set(order)) or self.key
        self.draw()
