"""What an API key may do, in a few words (page "Get API Key Permission")."""

from collections.abc import Mapping

UNKNOWN = "rights unknown"
READ_ONLY = "read-only ✓"
CAN_TRADE = "KEY CAN TRADE"
CAN_WITHDRAW = "KEY CAN WITHDRAW"

_HARMLESS = frozenset({"enableReading", "ipRestrict", "enableFixReadOnly"})
"""Rights that only read, and the restriction to IP addresses. Every other right, new ones too, counts as dangerous."""


def rights(allowed: Mapping[str, bool]) -> str:
    """Sum up the yes-or-no fields of `GET /sapi/v1/account/apiRestrictions`."""
    dangerous = {
        name.casefold() for name, is_allowed in allowed.items() if is_allowed and name not in _HARMLESS
    }
    if any("withdraw" in name or "transfer" in name for name in dangerous):
        return CAN_WITHDRAW
    if dangerous:
        return CAN_TRADE
    return READ_ONLY if allowed.get("enableReading") else UNKNOWN
