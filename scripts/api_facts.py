"""Make the file of facts that the sandbox goes by from the description that a vendor publishes of its API.

    python -m scripts.api_facts ../shared/reference/finago-openapi.yaml finago_assets/sandbox/description/finago.json

Owns what counts as a fact: paths, methods, scopes, parameters, media types, statuses, and of each field its type and
limits. No sentence and no example is taken along: only the keys that `KEPT` names. The same description makes the
same bytes; it is OpenAPI 3.0 as YAML or JSON, and what comes out is JSON Schema of draft 2020-12.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import yaml

Node = dict[str, Any]

KEPT: Final = frozenset(
    {
        *("type", "format", "enum", "default", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minItems", "maxItems", "uniqueItems", "readOnly", "deprecated"),
    }
)
METHODS: Final = ("delete", "get", "patch", "post", "put")
JSON: Final = "application/json"
AUTHORIZATION: Final = "authorization"  # each operation has it: the scopes say what it must carry


class Description:
    """A published description, and the way from its references to what they stand for."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self.used: set[str] = set()

    def facts(self) -> Node:
        """Return all that is kept: the version, the operations by method and path, and the shapes that they name."""
        operations = {
            f"{method.upper()} {path}": self._operation(item, item[method])
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        }
        version = self.document["info"]["version"]
        return {"version": version, "operations": operations, "schemas": self._schemas()}

    def _operation(self, item: Node, operation: Node) -> Node:
        listed = [self._resolved(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        kept = {place: self._parameters(listed, place) for place in ("path", "query", "header")}
        if "requestBody" in operation:
            kept["body"] = self._body(self._resolved(operation["requestBody"]))
        answers = {status: self._answer(self._resolved(one)) for status, one in operation["responses"].items()}
        ways = operation.get("security") or self.document.get("security") or [{}]
        scopes = [scope for scopes in ways[0].values() for scope in scopes]
        return {"scopes": scopes, **{name: value for name, value in kept.items() if value}, "answers": answers}

    def _parameters(self, listed: list[Node], place: str) -> Node | None:
        """Return the parameters of one place as the schema of an object."""
        found = {one["name"]: one for one in listed if one["in"] == place and one["name"].lower() != AUTHORIZATION}
        if not found:
            return None
        required = sorted(name for name, one in found.items() if one.get("required"))
        properties = {name: self._schema(self._resolved(one.get("schema", {}))) for name, one in found.items()}
        return {"properties": properties, "required": required}

    def _body(self, body: Node) -> Node:
        content: Node = body["content"]
        kept: Node = {"required": body.get("required", False), "types": list(content)}
        return kept | ({"schema": self._schema(content[JSON]["schema"])} if JSON in content else {})

    def _answer(self, answer: Node) -> Node:
        schema = answer.get("content", {}).get(JSON, {}).get("schema")
        kept: Node = {} if schema is None else {"schema": self._schema(schema)}
        return kept | ({"links": True} if "link" in map(str.lower, answer.get("headers", {})) else {})

    def _schemas(self) -> Node:
        """Return every named shape that is used, by what is kept so far or by another such shape."""
        kept: Node = {}
        while left := self.used - set(kept):
            kept |= {name: self._schema(self.document["components"]["schemas"][name]) for name in left}
        return kept

    def _schema(self, schema: Node) -> Node:
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/components/schemas/")
            self.used.add(name)
            return {"$ref": f"#/schemas/{name}"}
        kept = {key: value for key, value in schema.items() if key in KEPT}
        if "properties" in schema:
            kept["properties"] = {name: self._schema(one) for name, one in schema["properties"].items()}
        if "required" in schema:
            kept["required"] = sorted(schema["required"])
        kept |= {name: self._schema(schema[name]) for name in ("items", "not") if name in schema}
        kept |= {name: list(map(self._schema, schema[name])) for name in ("allOf", "anyOf", "oneOf") if name in schema}
        if isinstance(further := schema.get("additionalProperties"), dict):
            kept["additionalProperties"] = self._schema(further)
        elif further is False:
            kept["additionalProperties"] = False
        return _as_json_schema(kept, nullable=schema.get("nullable") is True)

    def _resolved(self, node: Node) -> Node:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node


def _as_json_schema(kept: Node, *, nullable: bool) -> Node:
    """Spell what OpenAPI 3.0 spells in its own way, and the vendor's word for a UUID, as JSON Schema does."""
    for limit, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if kept.get(limit) is True:
            kept[limit] = kept.pop(bound)
        elif kept.get(limit) is False:
            del kept[limit]
    if kept.get("format") == "guid":
        kept["format"] = "uuid"
    if nullable and "enum" in kept:
        kept["enum"] = [*kept["enum"], None]
    if nullable and "type" in kept:
        kept["type"] = [kept["type"], "null"]
    return kept


def written(document: Node) -> str:
    """Return the facts of a description as JSON, sorted, one line for each operation and each shape."""
    facts = Description(document).facts()
    parts = [f'"version": {json.dumps(facts["version"])}']
    for name in ("operations", "schemas"):
        lines = [f" {json.dumps(key)}: {_compact(value)}" for key, value in sorted(facts[name].items(), key=_by_path)]
        parts.append("\n".join([f'"{name}": {{', ",\n".join(lines), "}"]))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _by_path(entry: tuple[str, Node]) -> tuple[str, str]:
    method, _, path = entry[0].partition(" ")
    return path, method


def _compact(value: Node) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(description: Path) -> Node:
    """Return a description; JSON is read as the YAML that it is."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Node = yaml.load(description.read_text("utf-8"), Loader=loader)  # noqa: S506  a safe loader
    return document


def main(description: str, target: str) -> None:
    """Write the facts of one description."""
    Path(target).write_text(written(read(Path(description))), "utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
