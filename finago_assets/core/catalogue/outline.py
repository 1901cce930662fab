"""What a body looks like, field by field, in words. Owns the reading of our own schemas for people, not their rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class BodyField:
    """One field of a body: where it is (`lines[].amount`), what it is, and what else is asked of it, in words."""

    place: str
    type: str
    required: bool
    rules: tuple[str, ...]
    choices: tuple[str, ...] = ()


_TYPE_WORDS: Final = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "date": "day",
    "date-time": "moment",
    "email": "e-mail address",
    "uuid": "GUID",
}

_RULES: Final = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "multipleOf": "in steps of {}",
    "maxItems": "at most {} of them",
    "pattern": "matches {}",
}


def outline(schema: Mapping[str, Any] | None) -> tuple[BodyField, ...]:
    """Return every field of a body in the order of the schema; none for a file."""
    if schema is None:
        return ()
    return tuple(_list_fields(schema["items"], "[]", ()) if "items" in schema else _list_fields(schema, "", ()))


def _list_fields(schema: Mapping[str, Any], place: str, when: tuple[str, ...]) -> Iterator[BodyField]:
    needed, companions = schema.get("required", ()), schema.get("dependentRequired", {})
    for name, inner in schema.get("properties", {}).items():
        rules = (*when, *_rules(inner), *(f"only with {other}" for other in companions.get(name, ())))
        here = f"{place}.{name}".lstrip(".")
        yield BodyField(here, _name_type(inner), name in needed, rules, _choices(inner))
        yield from _list_fields(inner.get("items", inner), f"{here}[]" if "items" in inner else here, ())
    for rule in schema.get("allOf", ()):
        (name, told), *_ = rule["if"]["properties"].items()
        yield from _list_fields(rule["then"], place, (f"when {name} is {_spell_value(told['const'])}",))


def _name_type(schema: Mapping[str, Any]) -> str:
    kinds = schema["type"]
    kind, *others = [kinds] if isinstance(kinds, str) else kinds
    word = f"list of {_name_type(schema['items'])}" if kind == "array" else _TYPE_WORDS[schema.get("format", kind)]
    return f"{word} or null" if others else word


def _rules(schema: Mapping[str, Any]) -> Iterator[str]:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and least == most:
        yield f"exactly {least} characters"
        schema = {name: rule for name, rule in schema.items() if name not in ("minLength", "maxLength")}
    elif least == 1:
        yield "not empty"
        schema = {name: rule for name, rule in schema.items() if name != "minLength"}
    for name, words in _RULES.items():
        if name in schema:
            yield words.format(_spell_value(schema[name]))


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    # either of true and false is what the type says already
    return tuple(word or '""' for word in schema.get("enum", ()) if isinstance(word, str))


def _spell_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
