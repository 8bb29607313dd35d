"""Settings: typed, frozen, with the defaults that a newcomer needs."""

import msgspec

Presets = dict[str, str]


class ScreenSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the screen looks; the table `[screen]` of the settings file."""

    presets: Presets = msgspec.field(default_factory=lambda: {"BTC": "btc", "ETH": "eth"})
    """Filters on the number keys after `All`: name to filter expression. Longs and Shorts follow them."""
    sort: str = "liquidation_distance"
    """The column to sort by; a minus in front reverses it."""
    filter: str = ""
    """The filter at the start."""
    show_zero_rows: bool = False
    """Whether rows of open orders alone are shown."""
    theme: str = "textual-dark"
    frames_per_second: float = 5.0
    """How often the screen is painted at most."""
