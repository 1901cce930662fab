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


Shape = Scalar | Mapping[str, "Shape"] | list["Shape"] | tuple["Shape", ...]
Record = Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a record: `path` is dotted, a list's elements are its name and `[]`. `shapes` are the alternatives."""

    path: str
    shapes: tuple[Shape, ...]
    promised: bool


def alternatives(shape: Shape) -> tuple[Shape, ...]:
    """Return what a value may be, one or several."""
    return shape if isinstance(shape, tuple) else (shape,)


def fields_of(record: Record, inside: str = "") -> Iterator[Field]:
    """Yield every field of a record, an object before what it holds."""
    for spelled, shape in record.items():
        path = inside + spelled.removesuffix(PROMISED)
        yield Field(path, alternatives(shape), spelled.endswith(PROMISED))
        yield from _within(shape, path)


def _within(shape: Shape, path: str) -> Iterator[Field]:
    for one in alternatives(shape):
        if isinstance(one, list):
            yield from _within(one[0], f"{path}[]")
        elif isinstance(one, Mapping):
            yield from fields_of(one, f"{path}.")
