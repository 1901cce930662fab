"""The notation in which an API says what its records look like, and how it is read.

Owns the words. `!` marks a field that a record promises: the description requires it, or it is the key that the
catalogue counts on. A list holds the shape of its elements; a tuple holds alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PROMISED: Final = "!"


class Scalar(StrEnum):
    """What a value is in JSON, and for text what it spells."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "true or false"


JsonShape = Scalar | Mapping[str, "JsonShape"] | list["JsonShape"] | tuple["JsonShape", ...]
Record = Mapping[str, JsonShape]


@dataclass(frozen=True, slots=True)
class RecordField:
    """A place in a record: `path` is dotted, a list's elements are its name and `[]`. `shapes` are the alternatives."""

    path: str
    shapes: tuple[JsonShape, ...]
    promised: bool


def alternatives(shape: JsonShape) -> tuple[JsonShape, ...]:
    """Return what a value may be, one or several."""
    return shape if isinstance(shape, tuple) else (shape,)


def fields_of(record: Record, inside: str = "") -> Iterator[RecordField]:
    """Yield every field of a record, an object before what it holds."""
    for spelled, shape in record.items():
        path = inside + spelled.removesuffix(PROMISED)
        yield RecordField(path, alternatives(shape), spelled.endswith(PROMISED))
        yield from _walk_fields(shape, path)


def _walk_fields(shape: JsonShape, path: str) -> Iterator[RecordField]:
    for one in alternatives(shape):
        if isinstance(one, list):
            yield from _walk_fields(one[0], f"{path}[]")
        elif isinstance(one, Mapping):
            yield from fields_of(one, f"{path}.")
