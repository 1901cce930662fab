"""What somebody sent, kept as it was sent: JSON whose numbers stay exact, and records laid over seeded ones.

Owns reading, merging and writing such JSON. What a record means is the business of whoever keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from msgspec import json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

K = TypeVar("K")
Json = dict[str, Any]

_READER: Final = json.Decoder(Json, float_hook=Decimal)
_WRITER: Final = json.Encoder(decimal_format="number")


def read(text: bytes) -> Json:
    """Return the object in a JSON text, fractions as Decimal.

    Raises:
        msgspec.DecodeError: the text is not JSON; its subclass ValidationError: it is no object.
        RecursionError: it is nested too deeply.

    """
    return _READER.decode(text)


def write(value: object) -> bytes:
    """Return the JSON text of a value, decimals with the digits they came with."""
    return _WRITER.encode(value)


def merged(before: Json, changes: Json, whole: Iterable[str] = ()) -> Json:
    """Return `before` with changes: objects are merged key by key, all else and what `whole` names is replaced."""
    after = dict(before)
    for key, value in changes.items():
        old = after.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and key not in whole:
            after[key] = merged(old, value, whole)
        else:
            after[key] = value
    return after


@dataclass(slots=True)
class Overlay(Generic[K]):
    """Records written over seeded ones of the same key; None stands where one was deleted."""

    written: dict[K, bytes | None] = field(default_factory=dict)

    def shown(self, seeded: Mapping[K, bytes]) -> dict[K, bytes]:
        """Return what there is now: seeded records in their own order, then the new ones."""
        return {key: body for key, body in {**seeded, **self.written}.items() if body is not None}
