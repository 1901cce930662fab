"""dbt's manifest of a graph that a test spells as parents by node, with no more in it than the graph reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def manifest_of(  # noqa: PLR0913  what a test may say of a graph
    parents: Mapping[str, Sequence[str]],
    tests: Collection[str],
    *,
    warns: Collection[str],
    reads: Mapping[str, Sequence[str]] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    own: Collection[str] = (),
    called: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Return it. `warns` are tests that withhold nothing, `reads` the endpoints that a node reads, by full name.

    `called`: schema and alias of a table that is called otherwise than its node.
    """
    of_node, endpoints, relations = config or {}, reads or {}, called or {}
    return {
        "nodes": {
            key: {
                "resource_type": "test" if key in tests else "model",
                "schema": "audit" if key in tests else relations.get(key, ("marts", ""))[0],
                "name": key,
                "alias": relations.get(key, ("", key))[1],
                "original_file_path": f"{'own/' if key in own else ''}models/{key}.sql",
                "raw_code": f"select {key}",
                "config": {"severity": "WARN" if key in warns else "ERROR", **of_node.get(key, {})},
            }
            for key in parents
        },
        "sources": {f"source.{name}": _source(name) for names in endpoints.values() for name in names},
        "parent_map": {
            key: [*(f"source.{name}" for name in endpoints.get(key, [])), *before] for key, before in parents.items()
        },
    }


def _source(name: str) -> dict[str, str]:
    source, _, endpoint = name.partition("/")
    return {"source_name": source, "name": endpoint}
