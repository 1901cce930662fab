"""The templates of Halo against the facts of its description, which the sandbox goes by and the client never reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.facts import SHAPES
from finago_assets.core.catalogue.operation import Type
from finago_assets.sandbox.halo.tenant import DESCRIPTION
from scripts.api_facts import read, written
from tests.reference import REFERENCE

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import Operation

FACTS: Final[dict[str, Any]] = json.loads(DESCRIPTION.read_text("utf-8"))
WORDS: Final = {Type.TEXT: "string", Type.INTEGER: "integer", Type.FLAG: "boolean", Type.NUMBER: "number"}


def _said(operation: Operation) -> dict[str, Any]:
    said: dict[str, Any] = FACTS["operations"][f"{operation.method} {operation.path}"]
    return said


@pytest.mark.parametrize("operation", HALO.operations.values(), ids=lambda one: one.name)
def test_every_parameter_is_one_of_the_description_and_of_its_type(operation: Operation) -> None:
    query = _said(operation).get("query", {}).get("properties", {})
    for one in operation.query:
        assert query[one.name]["type"] == WORDS[one.type], one.name
    assert {name for name, _ in operation.params} <= set(query)
    path = _said(operation).get("path", {}).get("properties", {})
    assert {one.name: WORDS[one.type] for one in operation.variables} == {name: it["type"] for name, it in path.items()}


@pytest.mark.parametrize(
    "operation", [one for one in HALO.operations.values() if one.body is not None], ids=lambda one: one.name
)
def test_a_body_is_an_array_of_the_shape_that_the_description_names(operation: Operation) -> None:
    assert operation.body is not None
    schema: Any = operation.body.schema
    described = _said(operation)["body"]["schema"]
    assert (schema["type"], described["type"]) == ("array", "array")
    shape = FACTS["schemas"][described["items"]["$ref"].rpartition("/")[2]]["properties"]
    for name, one in schema["items"]["properties"].items():
        ours, theirs = one["type"], shape[name]["type"]
        assert set([ours] if isinstance(ours, str) else ours) == set([theirs] if isinstance(theirs, str) else theirs), (
            name
        )


def test_the_fields_of_both_files_are_the_same() -> None:
    for name, schema in FACTS["schemas"].items():
        if "properties" in schema:
            assert set(SHAPES[name]) == set(schema["properties"]), name


if REFERENCE.is_dir():

    def test_the_sandboxs_file_of_facts_is_the_one_that_is_made_from_the_description() -> None:
        assert written(read(REFERENCE / "halo-openapi.json")) == DESCRIPTION.read_text("utf-8")
