"""What the parsed project promises: a staging model for each endpoint, tests with names, a contract on each mart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import EndpointKind

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse

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
        "incremental" if ENDPOINTS[endpoint].kind is EndpointKind.WINDOWED else "table"
    )
    (test,) = (node for node in manifest["nodes"].values() if node.get("attached_node") == staging["unique_id"])
    assert (test["name"], test["test_metadata"]["name"]) == (f"stg_{endpoint}_rows_are_sound", "rows_are_sound")
    assert test["test_metadata"]["kwargs"]["landed"] is True
    assert test["test_metadata"]["kwargs"]["key"][0] == "organization_id"


def test_no_test_has_a_name_that_dbt_made_and_each_keeps_its_rows_in_a_table_of_its_own(
    manifest: dict[str, Any],
) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    for node in tests:
        if "test_metadata" in node:
            about = manifest["nodes"][node["attached_node"]]["name"]
            assert node["name"] == f"{about}_{node['test_metadata']['name']}"
        assert node["relation_name"], node["name"]
    assert len({node["relation_name"] for node in tests}) == len(tests)
    assert len(tests) < 100


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
    marts = {name: node for name, node in models.items() if node["schema"] in ("marts", "reporting")}
    assert marts
    for name, node in marts.items():
        assert node["config"]["contract"]["enforced"], name
        assert node["description"].startswith("One row for each "), name
        assert [column["name"] for column in node["columns"].values() if not column["description"]] == []
    assert {node["schema"] for node in models.values()} == {"staging", "intermediate", "marts", "reporting"}


def test_a_view_for_people_reads_marts_and_nothing_else(models: Nodes) -> None:
    views = [node for node in models.values() if node["schema"] == "reporting"]
    read = {parent.rsplit(".", 1)[-1] for node in views for parent in node["depends_on"]["nodes"]}
    assert {models[name]["schema"] for name in read} == {"marts"}
    assert {node["config"]["materialized"] for node in views} == {"view"}


def test_what_stands_in_for_a_model_without_a_table_has_the_types_of_its_columns(
    manifest: dict[str, Any], models: Nodes, small: Warehouse
) -> None:
    compiled = small.artifacts / "parquet" / "compiled" / "finago"
    checked = set()
    for test in manifest["unit_tests"].values():
        for given in test["given"]:
            name = re.fullmatch(r"ref\('(\w+)'\)", given["input"])
            model = models.get(name[1]) if name else None
            if model and model["config"]["materialized"] == "ephemeral":
                assert given["format"] == "sql", (test["name"], given["input"])
                sql = (compiled / model["original_file_path"]).read_text()
                columns, stand_in = (
                    {column: kind for column, kind, *_ in small.rows(f"describe {query}")}
                    for query in (sql, given["rows"])
                )
                assert {column: columns.get(column) for column in stand_in} == stand_in, (test["name"], given["input"])
                checked.add(model["name"])
    assert len(checked) > 5
