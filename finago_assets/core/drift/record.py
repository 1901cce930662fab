"""One record against the fields that are known of it: slowly and by name, or at once by a strict decoder.

Owns the comparison and both ways of reading JSON. Counting over many records is `watch`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.core.catalogue.fields import PROMISED, Scalar, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from finago_assets.core.catalogue.fields import JsonShape, Record

_LONGEST_FIELD_NAME: Final = 100
RECORD: Final = "the record"


class Trouble(StrEnum):
    """How a field can differ from what is known of it."""

    UNKNOWN = "not in the description"
    OTHER_TYPE = "of another type"
    MISSING = "promised, and missing or null"
    GONE = "there until now, and in no record any more"
    DAMAGED = "with text damaged on the way (half a character, a control character, bytes that are no UTF-8)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of one record, its trouble, and what it was in JSON; empty where it was not there."""

    path: str
    trouble: Trouble
    seen: str


def paths(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  whatever JSON holds
    """Yield the path of every value that is there and not null."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None:
                here = f"{path}.{name}" if path else name
                yield here
                yield from paths(inner, here)
    elif isinstance(value, list):
        for element in value:
            yield from paths(element, f"{path}[]")


def has(row: Any, steps: Sequence[str]) -> bool:  # noqa: ANN401  a struct made at run time, or whatever JSON holds
    """Tell whether the value at a path is there and not null, in some element where the path leads through a list."""
    for depth, step in enumerate(steps):
        if isinstance(row, list):
            return any(has(element, steps[depth:]) for element in row)
        if isinstance(row, dict):
            row = row.get(step)
        else:
            row = getattr(row, step, None) if isinstance(row, msgspec.Struct) else None
    return row is not None


def under(path: str, others: set[str]) -> bool:
    """Tell whether a path lies within one of the others."""
    return any(path.startswith((f"{other}.", f"{other}[]")) for other in others)


# -- one record, field by field


def loaded(payload: bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    """Read one record. Numbers become 0 or 0.5, whole or not: one of five thousand digits is a number too."""
    return json.loads(payload, parse_int=_mark_integer, parse_float=_mark_fraction)


def _mark_integer(_: str) -> int:
    return 0


def _mark_fraction(text: str) -> float:
    return 0.5 if float(text) % 1 else 0


def differences(value: Any, shape: JsonShape, path: str = "") -> Iterator[Difference]:  # noqa: ANN401  whatever JSON holds
    """Yield how a value differs from its shape; one of a wrong type is not looked into."""
    fitting = next((one for one in alternatives(shape) if _json_word(value) in _words(one)), None)
    if fitting is None:
        yield Difference(path or RECORD, Trouble.OTHER_TYPE, _json_word(value))
    elif isinstance(fitting, list):
        for element in value:
            yield from differences(element, fitting[0], f"{path}[]")
    elif isinstance(fitting, Mapping):
        yield from _of_object(value, fitting, f"{path}." if path else "")


def _of_object(value: dict[str, Any], record: Record, inside: str) -> Iterator[Difference]:
    known = {name.removesuffix(PROMISED): shape for name, shape in record.items()}
    for name, inner in value.items():
        path = inside + name[:_LONGEST_FIELD_NAME]
        if name not in known:
            yield Difference(path, Trouble.UNKNOWN, _json_word(inner))
        elif inner is not None:
            yield from differences(inner, known[name], path)
    for name in record:
        if name.endswith(PROMISED) and value.get(name.removesuffix(PROMISED)) is None:
            yield Difference(inside + name.removesuffix(PROMISED), Trouble.MISSING, "")


def _json_word(value: object) -> str:
    words = {bool: "true or false", int: "whole number", float: "number", str: "text", list: "list", dict: "object"}
    return words.get(type(value), "null")


def _words(shape: JsonShape) -> tuple[str, ...]:
    match shape:
        case Scalar.TEXT | Scalar.DAY | Scalar.MOMENT:
            return ("text",)
        case Scalar.INTEGER:
            return ("whole number",)
        case Scalar.NUMBER:
            return ("number", "whole number")
        case Scalar.FLAG:
            return ("true or false",)
        case list():
            return ("list",)
        case _:
            return ("object",)


# -- all records, quickly


def strict(record: Record, name: str) -> type[msgspec.Struct]:
    """Return a struct that refuses unknown fields, other types and broken promises."""
    fields: list[Any] = []
    for spelled, shape in record.items():
        field, type_ = spelled.removesuffix(PROMISED), _make_type(shape, f"{name}_{spelled.removesuffix(PROMISED)}")
        fields.append((field, type_) if spelled.endswith(PROMISED) else (field, type_ | None, None))
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, kw_only=True, gc=False)


def _make_type(shape: JsonShape, name: str) -> Any:  # noqa: ANN401  a type made at run time
    match shape:
        case tuple():
            return reduce(or_, (_make_type(one, name) for one in shape))
        case list():
            return GenericAlias(list, (_make_type(shape[0], name),))
        case Mapping():
            return strict(shape, name)
        case _:
            return {"text": str, "whole number": int, "number": float, "true or false": bool}[_words(shape)[0]]
