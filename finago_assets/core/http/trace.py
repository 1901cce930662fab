"""The id under which the vendor's support finds a request, as far as it may be repeated.

Owns where it stands and what it may look like: a value that holds a secret of ours is an echo, not an id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from finago_assets.core.http.secret import Secret

TRACE: Final = re.compile(r"[A-Za-z0-9:_-]{1,64}")


class _Tracked(msgspec.Struct):
    tracking_id: str = msgspec.field(name="trackingId", default="")


def trace_of(header: str | None, error_body: bytes | bytearray, hidden: Secret) -> str | None:
    """Give the header's id, else the error body's `trackingId`; None for anything that does not look like an id."""
    named = (header or _tracking_id(error_body)).strip()
    safe = TRACE.fullmatch(named) is not None and hidden.reveal() not in named
    return named if safe else None


def _tracking_id(error_body: bytes | bytearray) -> str:
    try:
        return msgspec.json.decode(error_body, type=_Tracked).tracking_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
