"""Make the file of facts that the client's tables of the Halo API are read from: fields, their types and their classes.

    python -m scripts.halo_facts ../shared/reference/halo-openapi.json ../shared/reference/halo-field-classes.json \
        finago_assets/apis/halo/facts.json

Owns what counts as a fact: the name and the type of each field of each shape, what kind of field it is, and a letter
for each mark that the table of classes gives it. Where that table does not have a shape, its secrets, action flags and
notes are told by their names alone; no sentence is taken along. What the sandbox goes by is made by `api_facts` and
knows nothing of this.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

Node = dict[str, Any]

TYPES: Final = {"string": "text", "integer": "integer", "number": "number", "boolean": "flag"}
SECRET: Final = "credential-secret"  # noqa: S105  a class
# of the shapes that nobody has classified: what only ever goes in, and what is asked for by a request
NAMED_SECRET: Final = re.compile(r"new_\w+|code|_?auth(orization)?_?code|code_verifier")
# a code of these is one of a tax, a currency or a dimension
WITH_CODES: Final = frozenset({"BusinessCentralDimensions", "Currency", "ExactDivision", "Tax"})
NOTE: Final = "_warning"
# what is said of a field of the classified shapes, and the letter that it becomes
MARKS: Final = {"stored": "s", "label": "l", "mask": "m", "never_send_by_default": "n", "high_risk": "h"}


def written(description: Node, classes: Node) -> str:
    """Return the facts as JSON, one line for each shape."""
    schemas = description["components"]["schemas"]
    known = {name: _fields(name, schema, classes.get(name, {}), schemas) for name, schema in schemas.items()}
    lines = [
        f' "{name}": {json.dumps(fields, separators=(",", ":"))}' for name, fields in sorted(known.items()) if fields
    ]
    version = json.dumps(description["info"]["version"])
    return f'{{\n"version": {version},\n"shapes": {{\n' + ",\n".join(lines) + "\n}\n}\n"


def _fields(shape: str, schema: Node, classes: Node, schemas: Node) -> dict[str, list[str]]:
    """Return the type, class and marks of each field; a type is the name of a shape, or one in brackets for a list."""
    found: dict[str, list[str]] = {}
    for name, one in schema.get("properties", {}).items():
        type_ = _type(one, schemas)
        known = classes.get(name, {})
        class_ = known["class"] if known else _named_class(shape, name, type_)
        marks = "".join(letter for mark, letter in MARKS.items() if known.get(mark))
        found[name] = [word for word in (type_, class_, marks) if word]
    return found


def _type(schema: Node, schemas: Node) -> str:
    if "$ref" in schema:
        name: str = schema["$ref"].rpartition("/")[2]
        return name if schemas[name].get("properties") else _type(schemas[name], schemas)
    if schema["type"] == "array":
        return f"[{_type(schema['items'], schemas)}]"
    return "moment" if schema.get("format") == "date-time" else TYPES[schema["type"]]


def _named_class(shape: str, name: str, type_: str) -> str:
    if type_ == "text" and NAMED_SECRET.fullmatch(name) and not (name == "code" and shape in WITH_CODES):
        return SECRET
    if name == NOTE:
        return "diagnostic"
    return "action flag" if name.startswith("_") else ""


def main(description: str, classes: str, target: str) -> None:
    """Write the facts of one description and one table of classes."""
    read = [json.loads(Path(one).read_text("utf-8")) for one in (description, classes)]
    Path(target).write_text(written(*read), "utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
