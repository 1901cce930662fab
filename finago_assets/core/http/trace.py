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


def trace_of(header: str | None, error_body: bytes | bytearray, field: str | None, hidden: Secret) -> str | None:
    """Give the header's id, else that in the error body's `field`; None for anything that does not look like an id."""
    named = (header or _id_in(error_body, field)).strip()
    safe = TRACE.fullmatch(named) is not None and hidden.reveal() not in named
    return named if safe else None


def _id_in(error_body: bytes | bytearray, field: str | None) -> str:
    if field is None or not error_body:
        return ""
    try:
        found = msgspec.json.decode(error_body, type=dict[str, msgspec.Raw]).get(field, b'""')
        return msgspec.json.decode(found, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
