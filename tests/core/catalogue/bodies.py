"""Bodies for tests, made from the schemas themselves: whole ones, and ones with a single thing wrong."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.example import as_sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from finago_assets.core.catalogue.operation import Operation

SENDING: Final = [one for one in FINAGO.operations.values() if one.body is not None and one.body.schema is not None]
"""Every operation that sends JSON."""

_TEXTS: Final = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "post@example.com",
    "uuid": "5f0c8e1a-9a53-4b6e-8a55-0d9f6b1f7c42",
}
_MATCHING: Final = {
    "^[A-Z]{3}$": "NOK",
    "^[A-Z0-9-]+$": "9000-004",
    "^[A-Z]{5}[A-Z0-9]{1,12}$|^$": "ABCDE1",
    "^[A-Z]{6}[A-Z0-9]{2,5}$|^$": "SANDNO22",
}
_WRONG: Final[tuple[object, ...]] = (
    None,
    True,
    "x" * 20000,
    "",
    "?",
    [],
    {},
    [None],
    -1,
    0,
    101,
    Decimal("0.5"),
    Decimal(10) ** 15,
)


def example(operation: Operation) -> Any:
    """Return the example of a body as a receiver reads it."""
    assert operation.body is not None
    return json.loads(as_sent(operation.body), parse_float=Decimal)


def whole_instances(schema: Mapping[str, Any] | None) -> list[Any]:
    """Return bodies with everything in them, so many that each shape that a property decides on occurs."""
    assert schema is not None
    return [_whole(schema, pick) for pick in range(3)]


def _whole(schema: Mapping[str, Any], pick: int) -> Any:
    kinds = schema["type"]
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "object":
            return _whole_object(schema, pick)
        case "array":
            return [_whole(schema["items"], pick)]
        case "string":
            return _whole_text(schema)
        case "boolean":
            return True
    return max(schema.get("minimum", 1), 1)


def _whole_object(schema: Mapping[str, Any], pick: int) -> dict[str, Any]:
    made = {name: _whole(inner, pick) for name, inner in schema["properties"].items()}
    if rules := schema.get("allOf", ()):
        rule = rules[pick % len(rules)]
        made |= {name: inner["const"] for name, inner in rule["if"]["properties"].items()}
        made |= _whole(rule["then"], pick)
    return made


def _whole_text(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][-2 if None in schema["enum"] else -1])
    if "pattern" in schema:
        return _MATCHING[schema["pattern"]]
    return _TEXTS.get(schema.get("format", "")) or "x" * int(schema.get("minLength", 1))


def spoiled(instances: list[Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield (place, what was done, body): each place taken away, given something else, and given one key more."""
    seen = set()
    for instance in instances:
        yield "", "one key more", {**instance, "unheardOf": 1}
        for steps in _places(instance):
            surroundings = (steps, repr(_at(instance, steps[:-1])))
            if surroundings not in seen:
                seen.add(surroundings)
                yield from _spoiled_at(instance, steps)


def _spoiled_at(instance: Any, steps: tuple[Any, ...]) -> Iterator[tuple[str, str, Any]]:
    place = "".join("[]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    yield place, "taken away", _changed(instance, steps, None, gone=True)
    for wrong in _WRONG:
        yield place, f"{wrong!r:.20}", _changed(instance, steps, wrong)
    if isinstance(_at(instance, steps), dict):
        yield place, "one key more", _changed(instance, steps, {**_at(instance, steps), "unheardOf": 1})


def _places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, found in inner:
        yield (*steps, step)
        yield from _places(found, (*steps, step))


def _at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _changed(instance: Any, steps: tuple[Any, ...], new: Any, *, gone: bool = False) -> Any:
    changed = copy.deepcopy(instance)
    holder = _at(changed, steps[:-1])
    if gone:
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = new
    return changed
