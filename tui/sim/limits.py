"""Request weight per IP address and minute, 429, and the ban that follows for those who go on (page "General Info")."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.sim.errors import BANNED, Rejected, rejected

MINUTE_MS = 60_000


@dataclass
class Meter:
    """What one address has used."""

    minute: int = 0
    used: int = 0
    refused: int = 0
    """Requests sent in spite of a 429."""
    bans: int = 0
    banned_until_ms: int = 0


@dataclass
class Limits:
    """The weight counter of every address; the WebSocket API and HTTP share it. Times are of the exchange's clock."""

    weight_limit: int = 2400
    ban_after: int = 10
    """Refused requests after which an address is banned."""
    ban_ms: int = 120_000
    """Length of the first ban; each further one is twice as long, up to three days."""
    refused_until_ms: int = 0
    """Every request is answered 429 until then."""
    closed_until_ms: int = 0
    """Every address is banned until then."""
    others_share: float = 0.0
    """Part of the limit that other programs behind the same address use up each minute."""
    meters: dict[str, Meter] = field(default_factory=dict)

    def meter(self, address: str, now_ms: int) -> Meter:
        """The meter of an address, turned to the running minute."""
        meter = self.meters.setdefault(address, Meter())
        if meter.minute != now_ms // MINUTE_MS:
            meter.minute = now_ms // MINUTE_MS
            meter.used = meter.refused = 0
        return meter

    def used(self, address: str, now_ms: int) -> int:
        """Weight used in the running minute, other programs included."""
        return self.meter(address, now_ms).used + int(self.weight_limit * self.others_share)

    def charge(self, address: str, weight: int, now_ms: int) -> None:
        """Count a request.

        Raises:
            Rejected: 429 above the limit with the seconds to the next minute, 418 while banned; nothing is counted.
        """
        meter = self.meter(address, now_ms)
        self.check_ban(address, now_ms)
        if now_ms < self.refused_until_ms:
            raise too_many(self.weight_limit, now_ms, self.refused_until_ms)
        if self.used(address, now_ms) + weight <= self.weight_limit:
            meter.used += weight
            return
        meter.refused += 1
        if meter.refused > self.ban_after:
            self.ban(address, now_ms, min(self.ban_ms << meter.bans, 3 * 86_400_000))
            self.check_ban(address, now_ms)
        raise too_many(self.weight_limit, now_ms, (now_ms // MINUTE_MS + 1) * MINUTE_MS)

    def ban(self, address: str, now_ms: int, duration_ms: int) -> None:
        """Ban an address from now on."""
        meter = self.meter(address, now_ms)
        meter.banned_until_ms = now_ms + duration_ms
        meter.bans += 1

    def check_ban(self, address: str, now_ms: int) -> None:
        """Raise the 418 of a banned address."""
        until_ms = max(self.meter(address, now_ms).banned_until_ms, self.closed_until_ms)
        if now_ms < until_ms:
            raise banned(now_ms, until_ms)

    def rate_limits(self, address: str, now_ms: int) -> list[dict[str, object]]:
        """The `rateLimits` of an answer of the WebSocket API."""
        return [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": self.weight_limit,
                "count": self.used(address, now_ms),
            }
        ]


def too_many(limit: int, now_ms: int, retry_ms: int) -> Rejected:
    """The 429 that asks to wait until a time."""
    refusal = rejected(-1003, limit)
    return waiting(refusal, now_ms, retry_ms)


def banned(now_ms: int, until_ms: int) -> Rejected:
    """The 418 of an address that is banned until a time."""
    return waiting(Rejected(-1003, BANNED.format(until_ms), 418), now_ms, until_ms)


def waiting(refusal: Rejected, now_ms: int, until_ms: int) -> Rejected:
    """Add when to come back: `Retry-After` in whole seconds, rounded up, and `error.data` in milliseconds."""
    refusal.headers["Retry-After"] = str(-((now_ms - until_ms) // 1000))
    refusal.data = {"serverTime": now_ms, "retryAfter": until_ms}
    return refusal
