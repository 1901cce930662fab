"""What the parsed project promises: a staging model for each endpoint, two kinds of test, a contract on each mart."""

from __future__ import annotations

from typing import Any

import pytest

from finago_assets.core.catalogue.finago import ENDPOINTS
from finago_assets.core.catalogue.model import Kind

Nodes = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> Nodes:
    """Every model by its name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_endpoint_has_a_source_of_its_name_and_a_typed_staging_model(
    manifest: dict[str, Any], models: Nodes, endpoint: str
) -> None:
    source = f"source.finago.finago.{endpoint}"
    assert source in manifest["sources"]
    staging = models[f"stg_{endpoint}"]
    assert staging["depends_on"]["nodes"] == [source]
    assert staging["config"]["materialized"] == (
        "incremental" if ENDPOINTS[endpoint].kind is Kind.WINDOWED else "table"
    )
    tests = {
        node["test_metadata"]["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("attached_node") == staging["unique_id"]
    }
    assert {"unique_key", "nothing_lost"} <= tests


def test_our_own_faults_block_and_the_books_faults_only_show(manifest: dict[str, Any]) -> None:
    kinds = {
        node["name"]: (node["config"]["meta"].get("kind"), node["config"]["severity"].lower())
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    assert {name: found for name, found in kinds.items() if found not in (("ours", "error"), ("books", "warn"))} == {}
    assert kinds["ledger_ids_are_unique"] == ("ours", "error")
    assert kinds["vouchers_balance"] == ("books", "warn")


def test_a_mart_has_an_enforced_contract_and_describes_its_grain_and_columns(models: Nodes) -> None:
    marts = {name: node for name, node in models.items() if node["schema"] == "marts"}
    assert marts
    for name, node in marts.items():
        assert node["config"]["contract"]["enforced"], name
        assert node["description"].startswith("One row for each "), name
        assert [column["name"] for column in node["columns"].values() if not column["description"]] == []
    assert {node["schema"] for node in models.values()} == {"staging", "intermediate", "marts"}
