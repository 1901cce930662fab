"""What a status other than success means, and which of it is worth another attempt.

Owns the table of statuses and the vendor's quarantine text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    FinagoError,
    Forbidden,
    ForeignOrigin,
    Malformed,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
)
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.retry_after import seconds_asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from finago_assets.core.http.transport import Reply

AGAIN: Final[dict[int, type[FinagoError]]] = {
    408: Timeout,
    425: Unavailable,
    429: RateLimited,
    500: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
NEVER: Final[dict[int, type[FinagoError]]] = {401: AuthRefused, 403: Forbidden, 404: NotFound, 410: NotFound}
REASONS: Final = {
    401: "the API refuses a token that was just renewed",
    403: "a scope is missing",
    404: "nothing is there",
    410: "nothing is there any more",
}
# the SOAP side's words for a used-up hourly limit, seen behind several statuses
QUARANTINE: Final = re.compile(rb"limit exceeded by|quarantine ends at", re.IGNORECASE)


def failure(reply: Reply, follows: Callable[[str], bool], now: datetime, throttle_seconds: float) -> Fault:
    """Judge a reply that is no success. `follows` tells whether a redirect's target is still the API."""
    throttled = reply.status == 429 or (reply.status >= 400 and QUARANTINE.search(reply.body) is not None)
    kind = RateLimited if throttled else AGAIN.get(reply.status) or NEVER.get(reply.status) or _other(reply, follows)
    again = throttled or reply.status in AGAIN
    asked = seconds_asked(reply.first("retry-after"), date=reply.first("date"), now=now)
    floor = max(asked or 0.0, throttle_seconds) if throttled and not asked else asked
    return Fault(
        kind,
        _said(reply.status, throttled=throttled),
        again=again,
        floor=floor if again else None,
        status=reply.status,
        trace=reply.trace,
        size=reply.wire_bytes,
    )


def _other(reply: Reply, follows: Callable[[str], bool]) -> type[FinagoError]:
    target = reply.first("location")
    if 300 <= reply.status < 400 and target is not None and not follows(target):
        return ForeignOrigin
    if reply.status < 300:
        return Malformed
    return Unavailable if reply.status >= 500 else BadRequest


def _said(status: int, *, throttled: bool) -> str:
    if throttled:
        return "the server asks for fewer requests"
    if 300 <= status < 400:
        return "the server redirects, which is not followed"
    if status < 300:
        return "a success without what was asked for"
    if status in REASONS:
        return REASONS[status]
    return "the server is in trouble" if status >= 500 else "the server refuses the request"
