"""Every way in which a field can drift, one record for each: the cases of T15.

Owns the whole record of an endpoint and its mutations. What becomes of a case is the tests' to say.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.apis.finago.fields import FIELDS
from finago_assets.core.catalogue.fields import JsonShape, Scalar, alternatives, fields_of

DAY = "2024-01-02"
_VALUES: dict[JsonShape, Any] = {
    Scalar.TEXT: "words",
    Scalar.DAY: DAY,
    Scalar.MOMENT: f"{DAY}T09:14:26Z",
    Scalar.INTEGER: 7,
    Scalar.NUMBER: 12.5,
    Scalar.FLAG: True,
}
# what a value may turn into; of these, the ones of another JSON type than the field's are tried
_OTHERS: dict[str, Any] = {
    "text": "seven",
    "numeric text": "12.75",
    "number": 8,
    "fraction": 8.25,
    "flag": False,
    "list": ["seven"],
    "object list": [{"deep": "seven"}],
    "object": {"deep": "seven"},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One field of an endpoint, what was done to it, and the record that came of it."""

    endpoint: str
    path: str
    mutation: str
    record: dict[str, Any]

    @property
    def payload(self) -> bytes:
        """The record as a server would send it."""
        return json.dumps(self.record, separators=(",", ":")).encode()

    @property
    def named(self) -> str:
        """What a warning has to name: the field, or the one that came in its place."""
        return {"add": f"{self.path}Added", "rename": f"{self.path}Renamed"}.get(self.mutation, self.path)


def whole(endpoint: str) -> dict[str, Any]:
    """Return a record with every known field in it."""
    record: dict[str, Any] = _value(FIELDS[endpoint])
    if endpoint == "banktransactions":
        record["type"] = "inbound"
    return record


def _value(shape: JsonShape) -> Any:
    first = alternatives(shape)[0]
    if isinstance(first, list):
        return [_value(first[0])]
    if isinstance(first, Mapping):
        return {name.rstrip("!"): _value(inner) for name, inner in first.items()}
    return _VALUES[first]


def cases(endpoint: str) -> Iterator[Case]:
    """Yield every mutation of every field of an endpoint, in the order of its fields, each with a key of its own."""
    number = 1_000
    for field in fields_of(FIELDS[endpoint]):
        for mutation, change in _mutations(field.shapes):
            record = whole(endpoint)
            number += 1
            for path in ENDPOINTS[endpoint].key:
                holder, name = _place(record, path)
                holder[name] = number if holder[name] == _VALUES[Scalar.INTEGER] else f"{number}"
            change(*_place(record, field.path))
            yield Case(endpoint, field.path, mutation, record)


def _place(record: Any, path: str) -> tuple[dict[str, Any], str]:
    *above, name = path.split(".")
    for step in above:
        record = record[step.removesuffix("[]")]
        record = record[0] if step.endswith("[]") else record
    return record, name


def _mutations(shapes: tuple[JsonShape, ...]) -> Iterator[tuple[str, Callable[[dict[str, Any], str], None]]]:
    yield "add", lambda holder, name: holder.update({f"{name}Added": "new"})
    yield "drop", lambda holder, name: holder.pop(name)
    yield "rename", lambda holder, name: holder.update({f"{name}Renamed": holder.pop(name)})
    yield "null out", lambda holder, name: holder.update({name: None})
    yield "nest", lambda holder, name: holder.update({name: {"value": holder[name]}})
    fitting = {type(_value(shape)) for shape in shapes}
    for word, other in _OTHERS.items():
        # every whole number may stand where a fraction may
        if type(other) not in fitting and not (word == "number" and float in fitting):
            yield f"flip to {word}", _flip(other)
    if list in fitting:
        yield "flip an element", lambda holder, name: holder.update({name: [*holder[name], 8]})
        yield "null an element", lambda holder, name: holder.update({name: [*holder[name], None]})


def _flip(other: Any) -> Callable[[dict[str, Any], str], None]:
    return lambda holder, name: holder.update({name: copy.deepcopy(other)})
