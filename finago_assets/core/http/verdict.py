"""What a status other than success means, and which of it is worth another attempt.

Owns the table of statuses, and telling a refusal of the API from a page of a firewall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    Blocked,
    FinagoError,
    Forbidden,
    ForeignOrigin,
    Malformed,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
)
from finago_assets.core.http.body import BYTE_ORDER_MARK
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.retry_after import seconds_asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from finago_assets.core.http.protocol import Protocol
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
# of the same statuses, where it is not the API that says so
OF_ANOTHER: Final[dict[type[FinagoError], str]] = {
    Blocked: "refused by something that is not the API",
    Malformed: "nothing is there, says a page that is not the API's: check {address}",
}


def judge_reply(
    reply: Reply, follows: Callable[[str], bool], now: datetime, throttle_seconds: float, protocol: Protocol
) -> Fault:
    """Judge a reply that is no success. `follows` tells whether a redirect's target is still the API."""
    own = protocol.judge(reply, now) if protocol.judge is not None else None
    if own is not None:
        return own
    throttled = reply.status == 429 or (reply.status >= 400 and _asks_for_fewer(reply, protocol))
    kind = RateLimited if throttled else AGAIN.get(reply.status) or _never(reply, protocol) or _other(reply, follows)
    again = throttled or reply.status in AGAIN
    asked = seconds_asked(reply.first("retry-after"), date=reply.first("date"), now=now)
    floor = max(asked or 0.0, throttle_seconds) if throttled and not asked else asked
    return Fault(
        kind,
        _said(reply.status, kind).format(address=protocol.address_setting),
        again=again,
        floor=floor if again else None,
        status=reply.status,
        trace=reply.trace,
        size=reply.wire_bytes,
    )


def _asks_for_fewer(reply: Reply, protocol: Protocol) -> bool:
    return protocol.throttled is not None and protocol.throttled.search(reply.body) is not None


def _never(reply: Reply, protocol: Protocol) -> type[FinagoError] | None:
    """Of a status that says what is wrong, unless what says it is not the API."""
    if not protocol.answers_json:
        return NEVER.get(reply.status)
    if reply.status == 403 and not _is_the_apis(reply, protocol):
        return Blocked
    if reply.status in {404, 410} and _is_page(reply):
        return Malformed
    return NEVER.get(reply.status)


def _is_the_apis(reply: Reply, protocol: Protocol) -> bool:
    """Tell whether the API itself may have refused: with JSON, with nothing, or in a text under its own trace id.

    A firewall or a proxy sends a page, or a text that nobody could look up. Of an API without trace ids a text is its
    own as much as anybody's.
    """
    said = _strip_body(reply)
    signed = reply.trace is not None or protocol.trace_header is None
    return said.startswith(b"{") or (not _is_page(reply) and (not said or signed))


def _is_page(reply: Reply) -> bool:
    """Tell HTML and XML, which the API never answers; JSON stays JSON whatever it is called."""
    said = _strip_body(reply)
    is_called_so = "html" in (reply.first("content-type") or "").lower()
    return said.startswith(b"<") or (is_called_so and not said.startswith(b"{"))


def _strip_body(reply: Reply) -> bytes:
    return bytes(reply.body).removeprefix(BYTE_ORDER_MARK).lstrip()


def _other(reply: Reply, follows: Callable[[str], bool]) -> type[FinagoError]:
    target = reply.first("location")
    if 300 <= reply.status < 400 and target is not None and not follows(target):
        return ForeignOrigin
    if reply.status < 300:
        return Malformed
    return Unavailable if reply.status >= 500 else BadRequest


def _said(status: int, kind: type[FinagoError]) -> str:
    if kind is RateLimited:
        return "the server asks for fewer requests"
    if 300 <= status < 400:
        return "the server redirects, which is not followed"
    if status < 300:
        return "a success without what was asked for"
    if status in REASONS:
        return OF_ANOTHER.get(kind) or REASONS[status]
    return "the server is in trouble" if status >= 500 else "the server refuses the request"
