"""A body's example as the bytes that would be sent: files as they are, JSON with every amount digit by digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import RequestBody

_EXAMPLE_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def as_sent(body: RequestBody) -> bytes:
    """Return the example in bytes: the file, or compact UTF-8 JSON in which a Decimal keeps its digits."""
    return body.example if isinstance(body.example, bytes) else _EXAMPLE_ENCODER.encode(body.example)


def as_read(body: RequestBody) -> str:
    """Return the example as indented JSON text for people, and nothing for a file."""
    return (
        ""
        if isinstance(body.example, bytes)
        else msgspec.json.format(_EXAMPLE_ENCODER.encode(body.example), indent=2).decode()
    )
