"""Where the published API description lies when it is there, for contract tests. The package itself never reads it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"


@cache
def _load() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((REFERENCE / "finago-openapi.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506  a safe loader
    return document


def norway(name: str) -> str:
    """Return a code list of the tax administration, or skip the test where it is not beside the checkout."""
    path = REFERENCE / "norway" / name
    if not path.exists():
        pytest.skip("the code lists of the tax administration are not beside this checkout")
    return path.read_text("utf-8-sig")


def openapi() -> dict[str, Any]:
    """Return the API description, or skip the test where it is not beside the checkout."""
    if not (REFERENCE / "finago-openapi.yaml").exists():
        pytest.skip("the published API description is not beside this checkout")
    return _load()


def plain(schema: Any) -> Any:
    """Turn an OpenAPI 3.0 schema into JSON Schema: nullable becomes a type, and the vendor's damaged examples go."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    converted = {key: plain(value) for key, value in schema.items() if key not in ("example", "examples", "nullable")}
    if converted.get("exclusiveMinimum") is True:
        converted["exclusiveMinimum"] = converted.pop("minimum")
    if converted.get("format") == "guid":
        converted["format"] = "uuid"
    if "multipleOf" in converted:
        converted["multipleOf"] = Decimal(str(converted["multipleOf"]))
    if schema.get("nullable") is True:
        if "enum" in converted:
            converted["enum"] = [*converted["enum"], None]
        if isinstance(converted.get("type"), str):
            converted["type"] = [converted["type"], "null"]
    return converted


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow the reference a schema consists of, if it does."""
    while "$ref" in schema:
        target: Any = openapi()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def inlined(schema: Any) -> Any:
    """Replace every reference by what it stands for."""
    if isinstance(schema, list):
        return [inlined(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: inlined(value) for key, value in resolved(schema).items()}
