"""Two JSON Schemas compared by what they say of each place: its type, whether it is required, its words and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIMITS: Final = (
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "multipleOf",
    "minItems",
    "maxItems",
)
FORMATS: Final = {"date": "date", "date-time": "date-time", "email": "email", "guid": "uuid", "uuid": "uuid"}


@dataclass
class Said:
    """What a schema says of one place; a place in one of several alternatives is required when it is in all."""

    required: bool = False
    facts: set[tuple[str, str]] = field(default_factory=set)


Shape = dict[str, Said]


def differences(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (place, in what) for everything that only one of two schemas says."""
    assert ours is not None
    mine, other = _shape(ours, ""), _shape(theirs, "")
    found = {(place, "missing") for place in set(other) - set(mine)}
    found |= {(place, "extra") for place in set(mine) - set(other)}
    for place in set(mine) & set(other):
        found |= {(place, what) for what, _ in mine[place].facts ^ other[place].facts}
        if mine[place].required != other[place].required:
            found.add((place, "required"))
    return found


def _shape(schema: Mapping[str, Any], place: str) -> Shape:
    parts = [{place: Said(facts=_facts(schema))}]
    for name, inner in schema.get("properties", {}).items():
        parts.append(_shape(inner, f"{place}.{name}".lstrip(".")))
    parts.append({f"{place}.{name}".lstrip("."): Said(required=True) for name in schema.get("required", ())})
    if "items" in schema:
        parts.append(_shape(schema["items"], f"{place}[]"))
    rules = schema.get("allOf", ())
    parts += [_shape(rule, place) for rule in rules if "if" not in rule]
    parts.append(_either(_shape(rule["then"], place) for rule in rules if "if" in rule))
    parts.append(_either(_shape(rule, place) for rule in schema.get("oneOf", ())))
    return _merged(parts)


def _facts(schema: Mapping[str, Any]) -> set[tuple[str, str]]:
    kinds = schema.get("type", [])
    facts = {("type", kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)}
    facts |= {("enum", repr(word)) for word in schema.get("enum", ()) if word is not None}
    facts |= {(name, _spelled(schema[name])) for name in LIMITS if name in schema}
    if schema.get("format") in FORMATS:
        facts.add(("format", FORMATS[schema["format"]]))
    if schema.get("additionalProperties") is False:
        facts.add(("closed", "yes"))
    return facts


def _spelled(limit: object) -> str:
    return limit if isinstance(limit, str) else f"{Decimal(str(limit)).normalize():f}"


def _merged(shapes: Iterable[Shape]) -> Shape:
    merged: Shape = {}
    for shape in shapes:
        for place, said in shape.items():
            known = merged.setdefault(place, Said())
            known.required = known.required or said.required
            known.facts |= said.facts
    return merged


def _either(shapes: Iterable[Shape]) -> Shape:
    alternatives = list(shapes)
    merged = _merged(alternatives)
    for place, said in merged.items():
        said.required = all(place in shape and shape[place].required for shape in alternatives)
    return merged
