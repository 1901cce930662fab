"""The file of facts that ships with the sandbox: what is taken from a description, and that it is the published one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from scripts.api_facts import main, read, written
from tests.reference import FACTS, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLISHED: Final = REFERENCE / "finago-openapi.yaml"

DESCRIPTION: Final = """
openapi: 3.0.3
info: {title: Ships, version: 1.2.0, description: All about ships.}
paths:
  /ships/{name}:
    parameters: [{name: name, in: path, required: true, schema: {$ref: '#/components/schemas/Name'}}]
    patch:
      summary: Change a ship.
      security: [{key: [ships:write]}]
      parameters:
        - {name: Authorization, in: header, required: true, schema: {type: string}}
        - {name: dry, in: query, description: Try it., schema: {type: boolean, default: false}}
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Ship'}, example: {crew: 3}}}}
      responses:
        '200': {description: The ship., headers: {Link: {}}, content: {application/json: {schema: {type: array}}}}
        '204': {description: Nothing.}
components:
  schemas:
    Name: {type: string, format: guid, example: The Mary Rose}
    Unused: {type: string}
    Ship:
      description: A ship.
      required: [sail, crew]
      properties:
        crew: {type: integer, minimum: 0, exclusiveMinimum: true, nullable: true, description: How many.}
        sail: {type: string, enum: [up, down], nullable: true}
        description: {type: string, maxLength: 9}
      additionalProperties: false
"""


def test_facts_are_kept_as_json_schema_and_words_are_not(tmp_path: Path) -> None:
    described, target = tmp_path / "ships.yaml", tmp_path / "ships.json"
    described.write_text(DESCRIPTION)
    main(str(described), str(target))
    assert json.loads(target.read_text()) == {
        "version": "1.2.0",
        "operations": {
            "PATCH /ships/{name}": {
                "scopes": ["ships:write"],
                "path": {"properties": {"name": {"type": "string", "format": "uuid"}}, "required": ["name"]},
                "query": {"properties": {"dry": {"type": "boolean", "default": False}}, "required": []},
                "body": {"required": False, "types": ["application/json"], "schema": {"$ref": "#/schemas/Ship"}},
                "answers": {"200": {"links": True, "schema": {"type": "array"}}, "204": {}},
            }
        },
        "schemas": {
            "Ship": {
                "required": ["crew", "sail"],
                "properties": {
                    "crew": {"type": ["integer", "null"], "exclusiveMinimum": 0},
                    "sail": {"type": ["string", "null"], "enum": ["up", "down", None]},
                    "description": {"type": "string", "maxLength": 9},
                },
                "additionalProperties": False,
            }
        },
    }


def test_the_order_of_a_description_does_not_matter(tmp_path: Path) -> None:
    described = tmp_path / "ships.yaml"
    described.write_text(DESCRIPTION)
    assert written(_turned(read(described))) == written(read(described))


def _turned(value: Any) -> Any:
    """Return the same mappings the other way round."""
    if isinstance(value, list):
        return [_turned(one) for one in value]
    return {key: _turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def test_the_file_holds_no_sentence_and_no_trace_of_an_example() -> None:
    text = FACTS.read_text("utf-8")
    words = list(_texts(json.loads(text)))
    assert [word for word in words if word.count(" ") > 1] == []
    assert {word.partition(" ")[0] for word in words if " " in word} == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert '"example' not in text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


# the descriptions are not ours to hand on: where they do not lie beside the checkout there is nothing to compare with
if PUBLISHED.exists():

    def test_the_file_is_what_the_script_makes_of_the_published_description() -> None:
        assert FACTS.read_text("utf-8") == written(read(PUBLISHED))

    def test_the_script_reads_a_second_description() -> None:
        facts = json.loads(written(read(REFERENCE / "halo-openapi.json")))
        assert "GET /Currency" in facts["operations"]
        assert all(one in facts["schemas"] for one in ("FortnoxDetails", "ExactDetails"))
