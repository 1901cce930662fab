"""Answers to what no endpoint answers by hand, made from the description alone.

Owns the records: of the right types, the same each time, with keys that differ and days that lie within the books. They
carry no accounting sense, no filter but a window of days narrows them, and what is written is checked and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from re import search
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from finago_assets.sandbox.answers import Done, Listing, One
from finago_assets.sandbox.books.kept import write
from finago_assets.sandbox.endpoints.ask import missing, read_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from finago_assets.sandbox.answers import Result
    from finago_assets.sandbox.books.plan import BooksPlan
    from finago_assets.sandbox.description.facts import DescribedOperation, Description, JsonSchema
    from finago_assets.sandbox.endpoints.ask import Answering, Ask

RECORDS: Final = 60
DEEPEST: Final = 8  # where a shape that holds itself ends
PATTERNED: Final = ("NOK", "SANDNO22", "SANDNO", "2024-01-31")


def answering(description: Description, operation: DescribedOperation) -> Answering:
    """Return what answers an operation: with a list, one record of the list above it, or a record of its own."""
    successes = [one for one in operation.answers.items() if one[0].startswith("2")]
    status, answer = min(successes, default=("200", {}))
    schema = description.resolved(answer.get("schema", {}))
    above, _, variable = operation.path.removesuffix("}").rpartition("/{")
    in_a_list = operation.path.endswith("}") and f"GET {above}" in description.operations

    def answered(ask: Ask) -> Result | Done:
        records = _Records(description, ask.books.plan)
        if operation.writes or not schema:
            return Done(int(status), records.written(schema, 0) if schema else b"")
        if schema.get("type") != "array":
            key = ask.path[variable] if in_a_list else None
            return One(records.written(schema, 0 if key is None else records.serial_of(schema, variable, key)))
        first, last = (ask.query.day(name) if name in operation.query else None for name in ("dateFrom", "dateTo"))
        wanted = [n for n in range(RECORDS) if (first or date.min) <= records.day(n) <= (last or date.max)]
        items = schema.get("items", {})
        return Listing(len(wanted), lambda at, most: [records.written(items, n) for n in wanted[at : at + most]])

    return answered


@dataclass(frozen=True, slots=True)
class _Records:
    """Records over the days of a plan, each known by its serial number."""

    description: Description
    plan: BooksPlan

    def written(self, schema: JsonSchema, serial: int) -> bytes:
        """Return the record of a serial number."""
        return write(self._value(schema, "", serial, 0))

    def serial_of(self, schema: JsonSchema, variable: str, key: str) -> int:
        """Return which record a path names by its variable. Raises Refused 404 when there is none."""
        for serial in range(RECORDS):
            if read_key(self._value(schema, "", serial, 0), variable) == key:
                return serial
        raise missing()

    def day(self, serial: int) -> date:
        """Return the day that a record belongs to."""
        days = (self.plan.last - self.plan.start).days + 1
        return self.plan.start + timedelta(days=serial % RECORDS * days // RECORDS)

    def _value(self, schema: JsonSchema, name: str, serial: int, depth: int) -> Any:  # noqa: ANN401  whatever JSON holds
        schema = self._whole(schema, serial)
        if "enum" in schema:
            return schema["enum"][serial % len(schema["enum"])]
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        if "null" in kinds and serial % 5 == 4:
            return None
        match kinds if isinstance(kinds, str) else kinds[0]:
            case "object":
                held = {} if depth > DEEPEST else schema.get("properties", {})
                value: Any = {key: self._value(one, key, serial, depth + 1) for key, one in held.items()}
            case "array":
                count = max(schema.get("minItems", 0), 0 if depth > DEEPEST else 1 + serial % 2)
                value = [self._value(schema.get("items", {}), name, serial * 2 + n, depth + 1) for n in range(count)]
            case "boolean":
                value = serial % 2 == 0
            case "integer" | "number":
                value = _make_number(schema, serial)
            case _:
                value = self._text(schema, name, serial)
        return value

    def _whole(self, schema: JsonSchema, serial: int) -> JsonSchema:
        """Return a schema with all its parts in one, and of alternatives the one whose turn it is."""
        schema = self.description.resolved(schema)
        parts = [*schema.get("allOf", ())]
        parts += [schema[word][serial % len(schema[word])] for word in ("oneOf", "anyOf") if word in schema]
        for part in parts:
            inner = self._whole(part, serial)
            properties = schema.get("properties", {}) | inner.get("properties", {})
            schema = schema | inner | ({"properties": properties} if properties else {})
        return schema

    def _text(self, schema: JsonSchema, name: str, serial: int) -> str:
        day = self.day(serial)
        formats = {
            "date": f"{day}",
            "date-time": f"{day}T{serial % 24:02}:30:00Z",
            "email": f"post{serial}@sandbox.example",
            "uuid": f"{uuid5(NAMESPACE_URL, f'{name}/{serial}')}",
        }
        text = formats.get(schema.get("format", "")) or f"{name}-{serial}"[-schema.get("maxLength", 100) :]
        fits = (one for one in (text, *PATTERNED) if search(schema.get("pattern", ""), one))
        return next(fits, text).ljust(schema.get("minLength", 0), "-")


def _make_number(schema: Mapping[str, int | Decimal], serial: int) -> int | Decimal:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    return min(least + 1 + serial, schema.get("maximum", 10**9))
