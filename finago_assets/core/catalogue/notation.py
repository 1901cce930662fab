"""A short notation for JSON Schema, in which the bodies of the writes are said.

Owns the words (`text`, `money`, `record`, ...) and nothing about any endpoint. A schema made here is plain data, for
any JSON Schema validator of draft 2020-12 whose instances carry numbers as `int` and `Decimal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

Schema: TypeAlias = dict[str, object]


def text(
    *, least: int | None = None, most: int | None = None, pattern: str | None = None, null: bool = False
) -> Schema:
    """Text of so many characters; `pattern` is a regular expression."""
    return _make_schema("string", null=null, minLength=least, maxLength=most, pattern=pattern)


def choice(*words: str, null: bool = False) -> Schema:
    """One of these words."""
    return _make_schema("string", null=null, enum=[*words, None] if null else list(words))


def day() -> Schema:
    """A calendar day, YYYY-MM-DD."""
    return _make_schema("string", format="date")


def moment() -> Schema:
    """A point in time with its zone, as in RFC 3339."""
    return _make_schema("string", format="date-time")


def email() -> Schema:
    """An e-mail address."""
    return _make_schema("string", format="email")


def guid() -> Schema:
    """A GUID, in the lower or upper case."""
    return _make_schema("string", format="uuid")


def flag() -> Schema:
    """Either true or false."""
    return _make_schema("boolean")


def whole(least: int | None = None, most: int | None = None, *, null: bool = False) -> Schema:
    """A whole number."""
    return _make_schema("integer", null=null, minimum=least, maximum=most)


def number(
    least: int | Decimal | None = None,
    most: int | Decimal | None = None,
    *,
    above: int | None = None,
    step: Decimal | None = None,
    null: bool = False,
) -> Schema:
    """Any number; with `above` more than that, with `step` a multiple of that."""
    limits = {"minimum": least, "maximum": most, "exclusiveMinimum": above, "multipleOf": step}
    return _make_schema("number", null=null, **limits)


def money(*, null: bool = False) -> Schema:
    """An amount or a price. Nothing here rounds it: what is written goes out digit by digit."""
    return number(null=null)


def array(items: Schema, *, most: int | None = None) -> Schema:
    """A list of these."""
    return _make_schema("array", items=items, maxItems=most)


def record(required: str = "", /, **properties: Schema) -> Schema:
    """Describe an object. `required` names those it cannot do without; keys that are not named here may come too.

    Raises:
        ValueError: a required name is not among the properties.

    """
    names = required.split()
    if missing := set(names) - set(properties):
        raise ValueError(f"required, yet not described: {', '.join(sorted(missing))}")
    return _make_schema("object", properties=properties, required=names or None)


def closed(shape: Schema) -> Schema:
    """Describe the same object without any further keys."""
    return {**shape, "additionalProperties": False}


def together(**properties: Schema) -> Schema:
    """Describe an object with all of these and no other key, or an empty one."""
    others = {name: [other for other in properties if other != name] for name in properties}
    return closed({**record(**properties), "dependentRequired": others})


def depending_on(name: str, shapes: dict[str | bool, Schema], /, **shared: Schema) -> Schema:
    """Describe an object whose further shape depends on the value of one required property."""
    kind = "boolean" if all(isinstance(value, bool) for value in shapes) else "string"
    rules = [
        # without `required` the condition also holds where the property is missing, and every shape's faults are named
        {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": shape}
        for value, shape in shapes.items()
    ]
    return {**record(name, **{name: _make_schema(kind, enum=list(shapes))}, **shared), "allOf": rules}


def _make_schema(kind: str, *, null: bool = False, **rules: object) -> Schema:
    return {
        "type": [kind, "null"] if null else kind,
        **{name: rule for name, rule in rules.items() if rule is not None},
    }
