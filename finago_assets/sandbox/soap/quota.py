"""The hourly limit: how many requests are left, and the quarantine of whoever sends more.

Owns the counting. An hour is one of the clock; a quarantine that was ordered lasts as long as it was told to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from finago_assets.sandbox.soap.envelope import SoapFaulted

HOUR: Final = 3600


@dataclass(slots=True)
class HourlyLimit:
    """Requests of this hour. `limit` 0 is none; `status` is that of a refusal."""

    limit: int
    status: int = 500
    used: int = 0
    quarantined_until: float = 0.0
    _hour: int = 0

    def count(self, now: float) -> None:
        """Count a request. Raises SoapFaulted when it is one too many."""
        if (hour := int(now // HOUR)) != self._hour:
            self._hour, self.used = hour, 0
        self.used += 1
        over = self.used - self.limit if self.limit else 0
        if over > 0:
            self.quarantined_until = max(self.quarantined_until, self.resets_at())
        if now < self.quarantined_until:
            ends = spell_clock(self.quarantined_until)
            words = f"Limit exceeded by {max(over, 1)}. Request is blocked. Quarantine ends at {ends}"
            raise SoapFaulted(words, status=self.status)

    def quarantine(self, until: float) -> None:
        """Refuse every request until a moment."""
        self.quarantined_until = until

    def resets_at(self) -> float:
        """Return the moment that the hour ends."""
        return float((self._hour + 1) * HOUR)

    def headers(self) -> dict[str, str]:
        """Return what every answer says of the limit."""
        if not self.limit:
            return {}
        left = max(0, self.limit - self.used)
        return {"APILimitRemaining": f"{left}", "APILimitReset": spell_clock(self.resets_at())}


def spell_clock(at: float) -> str:
    """Return a moment of the clock in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
