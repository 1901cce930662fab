"""The facts of the API description that ship with the sandbox, and where what was published lies when it is there."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

REFERENCE: Final = Path(__file__).parents[2] / "shared" / "reference"
FACTS: Final = Path(__file__).parents[1] / "finago_assets" / "sandbox" / "description" / "finago.json"


@cache
def facts() -> dict[str, Any]:
    """Return the facts of the API description, fractions as Decimal."""
    read: dict[str, Any] = json.loads(FACTS.read_text("utf-8"), parse_float=Decimal)
    return read


def operation(method: str, path: str) -> dict[str, Any]:
    """Return what the description says of one operation."""
    found: dict[str, Any] = facts()["operations"][f"{method} {path}"]
    return found


def answer(method: str, path: str, status: int = 200) -> dict[str, Any]:
    """Return the schema of one answer."""
    schema: dict[str, Any] = operation(method, path)["answers"][str(status)]["schema"]
    return schema


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow the reference a schema consists of, if it does."""
    while "$ref" in schema:
        schema = facts()["schemas"][schema["$ref"].removeprefix("#/schemas/")]
    return schema


def inlined(schema: Any) -> Any:
    """Replace every reference by what it stands for."""
    if isinstance(schema, list):
        return [inlined(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: inlined(value) for key, value in resolved(schema).items()}
