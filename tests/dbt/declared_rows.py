"""What models vouch for, as their YAML and the tests over intermediate tables declare it, and rows that break it.

Owns reading the declarations and making rows; what the tests' SQL finds is up to DuckDB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

SOME = {"VARCHAR": "x", "DATE": "2024-01-01", "BOOLEAN": True, "BIGINT": 7654321, "INTEGER": 1}
WRONG = {"VARCHAR": "nowhere", "BIGINT": 99, "INTEGER": 99}
_DECIMAL = re.compile(r"DECIMAL\(\d+,(\d+)\)")
_IS_NULL = re.compile(r"(\w+) is null")
_EQUALS = re.compile(r"(\w+) = '(.*)'")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the test that looks at it, and what is declared of it. `begin` is how that test's findings start."""

    relation: str
    test: str
    begin: str = ""
    declared: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, what: str) -> Any:
        return self.declared.get(what, {} if what in ("values", "known", "only_where") else [])


def declared_tables(manifest: Mapping[str, Any]) -> Iterator[Table]:
    """Every table that a test of rows looks at and that is there to be damaged."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and "unsound_rows" in node["raw_code"]:
            for table in _called(node["raw_code"]):
                if (of := _model(manifest, table["of"]))["config"]["materialized"] != "ephemeral":
                    yield Table(f"{of['schema']}.{of['name']}", node["name"], f"{of['name']}: ", table)
        elif node.get("test_metadata", {}).get("name") == "rows_are_sound":
            of = manifest["nodes"][node["attached_node"]]
            yield Table(f"{of['schema']}.{of['name']}", node["name"], "", node["test_metadata"]["kwargs"])


def relation_of(manifest: Mapping[str, Any], name: str) -> str:
    """Return the table of a model or seed."""
    return f"{_model(manifest, name)['schema']}.{name}"


def sound_row(connection: duckdb.DuckDBPyConnection, table: Table, organization: str) -> dict[str, Any]:
    """Return a row of which everything holds that is declared of its table."""
    row = {name: _some(kind) for name, kind in _columns(connection, table.relation).items()}
    row |= {column: allowed[0] for column, allowed in table["values"].items()}
    row |= {name: None for name in ("_lost", "_unread") if name in row}
    for condition in table["only_where"].values():
        row |= dict.fromkeys(_IS_NULL.findall(condition))
        row |= dict(_EQUALS.findall(condition))
    return row | ({"organization_id": organization} if "organization_id" in row else {})


def insert(connection: duckdb.DuckDBPyConnection, relation: str, row: Mapping[str, Any]) -> None:
    """Put a row into a table."""
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join("?" * len(row))
    connection.execute(f"insert into {relation} ({names}) values ({places})", list(row.values()))


def some(connection: duckdb.DuckDBPyConnection, table: Table, column: str) -> Any:
    """Return a value of the column's type."""
    return _some(_columns(connection, table.relation)[column])


def wrong(connection: duckdb.DuckDBPyConnection, table: Table, column: str) -> Any:
    """Return a value of the column's type that no list and no declaration has."""
    return WRONG[_columns(connection, table.relation)[column]]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()}


def _some(kind: str) -> Any:
    decimals = _DECIMAL.fullmatch(kind)
    return SOME.get(kind) if decimals is None else Decimal(1).quantize(Decimal(1).scaleb(-int(decimals[1])))


def _called(code: str) -> list[dict[str, Any]]:
    calls: list[list[dict[str, Any]]] = []
    names = {"ref": lambda name: name, "unsound_rows": calls.append, "config": lambda **_: ""}
    Environment(autoescape=False).from_string(code).render(names)  # noqa: S701  SQL
    (call,) = calls
    return call


def _model(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = (manifest["nodes"].get(f"{kind}.finago.{name}") for kind in ("model", "seed"))
    node: dict[str, Any] = next(node for node in found if node)
    return node
