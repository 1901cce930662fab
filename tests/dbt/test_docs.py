"""`dbt docs generate` builds, and what it shows of the marts is what they promise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse


@pytest.mark.slow
def test_the_documentation_builds_and_shows_every_mart_with_its_description_and_columns(copied: Warehouse) -> None:
    copied.dbt("docs", "generate")
    manifest, catalog = (_artifact(copied, name) for name in ("manifest", "catalog"))
    assert catalog["errors"] is None
    marts = {key: node for key, node in manifest["nodes"].items() if node.get("schema") == "marts"}
    assert len(marts) > 15
    for key, mart in marts.items():
        shown = catalog["nodes"][key]
        assert shown["metadata"]["comment"] == mart["description"], key
        columns = {name: column["comment"] for name, column in shown["columns"].items()}
        assert columns == {name: column["description"] for name, column in mart["columns"].items()}, key


def _artifact(warehouse: Warehouse, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((warehouse.artifacts / "parquet" / f"{name}.json").read_text(encoding="utf-8"))
    return found
