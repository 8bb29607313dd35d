"""Verify a signature as Binance does: HMAC-SHA256 in hex, RSA and Ed25519 in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from tui.sim.keys import ApiKey


def payload_of(params: Mapping[str, object]) -> str:
    """The text a WebSocket API request signs: all parameters but the signature, sorted by name, raw values
    (page "WebSocket API General Info")."""
    named = sorted((name, value) for name, value in params.items() if name != "signature")
    return "&".join(f"{name}={spelled(value)}" for name, value in named)


def spelled(value: object) -> str:
    """A JSON value as it stands in the payload; booleans as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_valid(key: ApiKey, payload: str, signature: str) -> bool:
    """Whether this key made this signature for this payload; an HMAC signature may be in either case."""
    message = payload.encode()
    if key.kind == "hmac":
        wanted = hmac.new(key.secret.encode(), message, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted.encode(), signature.lower().encode())
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return key.verifies(raw, message)
