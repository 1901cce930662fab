"""Where the columns of the marts come from: said by their definitions, derived once, and stored with no event."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
import pytest
from dagster_dbt import DbtProject

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.definitions import build_definitions
from finago_assets.orchestration import column_lineage
from finago_assets.orchestration.column_lineage import KEY, SHOWN, derived, lineage_metadata, show_lineage
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.empty_build import EmptyBuild, empty_build
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.project import DBT_PROJECT
from finago_assets.settings import Settings
from tests.shop import Shop, shop, shop_office

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["shop", "shop_office"]

LINES, SUMS, MART = "model.books.stg_lines", "model.books.int_sums", "model.books.mart"
SQL = {
    "int_sums": (
        'with lines as (select l.* from "warehouse"."staging"."stg_lines" as l) '
        "select lines.organization_id, sum(lines.amount) as total, count(*) as lines from lines group by all"
    ),
    "mart": (
        "select s.organization_id, case when s.total > 0 then s.total end as debit, 'sum' as kind "
        'from "warehouse"."intermediate"."int_sums" as s'
    ),
}


@pytest.fixture(scope="module")
def marts() -> dict[str, dg.AssetSpec]:
    """The definitions of the marts, by name."""
    specs = build_definitions(Settings()).resolve_all_asset_specs()
    return {spec.key.path[-1]: spec for spec in specs if spec.key.path[0] == "marts"}


def test_the_definition_of_a_mart_says_where_each_column_of_its_contract_comes_from(
    marts: dict[str, dg.AssetSpec],
) -> None:
    assert len(marts) > 20
    for name, spec in marts.items():
        contract = spec.metadata["dagster/column_schema"]
        found = spec.metadata[KEY].deps_by_column
        assert set(found) == {column.name for column in contract.columns}, name
        assert sum(bool(before) for before in found.values()) >= len(found) - 1, name
        assert len(_lines(spec.metadata[SHOWN])) == 2 + len(found), name
    ledger = marts["general_ledger"].metadata
    before = dg.TableColumnDep(dg.AssetKey(["intermediate", "int_ledger_lines"]), "posting_date")
    assert ledger[KEY].deps_by_column["posting_date"] == [before]
    line = "| `posting_date` | **int_ledger_lines** `posting_date` | **stg_transactionlines** `posting_date` |"
    assert line in _lines(ledger[SHOWN])


def test_every_column_of_a_mart_is_followed_to_staging_to_a_seed_or_to_the_days_that_landed(
    marts: dict[str, dg.AssetSpec],
) -> None:
    first = {
        (name, model)
        for name, spec in marts.items()
        for line in _lines(spec.metadata[SHOWN])[2:]
        for model in re.findall(r"\*\*(\w+)\*\*", line.split("|")[3])
    }
    assert {model for _, model in first if model.startswith("int_")} == {
        "int_fetched_months",
        "int_landed_balances",
        "int_landed_days",
        "int_ledger_months",
    }
    assert ("bank_matches", "stg_transactionlines") in first


def test_a_model_that_is_written_into_its_reader_breaks_neither_lineage(marts: dict[str, dg.AssetSpec]) -> None:
    specs = {spec.key: spec for spec in build_definitions(Settings()).resolve_all_asset_specs()}
    written = dg.AssetKey(["intermediate", "int_bank_references"])
    staging = dg.AssetKey(["staging", "stg_banktransactions"])
    matches = marts["bank_matches"]
    assert written not in specs
    assert staging in {dep.asset_key for dep in matches.deps}
    assert {dep.asset_key for dep in specs[staging].deps} == {dg.AssetKey(["finago", "banktransactions"])}
    assert matches.metadata[KEY].deps_by_column["payment_reference"] == [
        dg.TableColumnDep(staging, "payment_reference")
    ]


def test_the_lineage_of_all_marts_together_stays_small(marts: dict[str, dg.AssetSpec]) -> None:
    assert (
        sum(len(dg.serialize_value(spec.metadata[name])) for spec in marts.values() for name in (KEY, SHOWN)) < 200_000
    )


@pytest.mark.slow
def test_no_event_of_a_build_says_it_again(shop: Shop) -> None:
    assets = warehouse_assets([*FINAGO.endpoints.values()])
    (built,) = (asset for asset in assets if dg.AssetKey(["marts", "accounts"]) in asset.keys)
    needed, specs = [dg.AssetKey(["marts", "accounts"])], built.specs_by_key
    for key in needed:
        needed += [dep.asset_key for dep in specs[key].deps if dep.asset_key in specs and dep.asset_key not in needed]
    assert SHOWN in specs[needed[0]].metadata
    result = dg.materialize(
        [built], selection=needed, resources={"dbt": dbt_resource()}, instance=shop.instance, raise_on_error=False
    )
    events = result.asset_materializations_for_node("build_warehouse")
    assert {event.asset_key for event in events} == set(needed)
    assert {name for event in events for name in event.metadata if "column" in name} == set()


def test_a_column_is_followed_through_stars_and_expressions_to_the_models_before_and_to_staging(tmp_path: Path) -> None:
    sources = derived(_manifest(), _build(tmp_path, SQL))
    assert sources[SUMS] == {
        "organization_id": [(LINES, "organization_id")],
        "total": [(LINES, "amount")],
        "lines": [],
    }
    assert _lines(show_lineage(MART, sources))[2:] == [
        "| `organization_id` | **int_sums** `organization_id` | **stg_lines** `organization_id` |",
        "| `debit` | **int_sums** `total` | **stg_lines** `amount` |",
        "| `kind` |  |  |",
    ]


def test_a_column_that_a_model_makes_of_nothing_comes_from_that_model(tmp_path: Path) -> None:
    counted = 'select s.lines from "warehouse"."intermediate"."int_sums" as s'
    sources = derived(_manifest(), _build(tmp_path, {**SQL, "mart": counted}))
    assert _lines(show_lineage(MART, sources))[2:] == ["| `lines` | **int_sums** `lines` | **int_sums** `lines` |"]


def test_sql_that_cannot_be_read_costs_only_its_own_model_the_lineage(tmp_path: Path) -> None:
    assert set(derived(_manifest(), _build(tmp_path, {**SQL, "int_sums": "select from where"}))) == {MART}


def test_lineage_is_derived_again_only_when_the_sql_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []

    @contextmanager
    def build(_project: DbtProject, _endpoints: Iterable[object]) -> Iterator[EmptyBuild]:
        made.append(manifest)
        yield _build(tmp_path / "target", SQL)

    monkeypatch.setattr(column_lineage, "empty_build", build)
    project = cast("DbtProject", Project(tmp_path / "manifest.json"))
    manifest = _manifest()
    first = lineage_metadata(project, manifest, [])
    assert [dep.column_name for dep in first[MART][KEY].deps_by_column["debit"]] == ["total"]
    manifest["nodes"][MART]["description"] = "Another."
    assert lineage_metadata(project, manifest, []) == first
    assert len(made) == 1
    manifest["macros"]["macro.books.debit"] = {"macro_sql": "another"}
    assert lineage_metadata(project, manifest, []) == first
    manifest["nodes"][MART]["raw_code"] = "another"
    assert lineage_metadata(project, manifest, []) == first
    assert len(made) == 3


def test_where_nothing_can_be_built_or_written_the_definitions_load_without_lineage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def build(_project: DbtProject, _endpoints: Iterable[object]) -> Iterator[None]:
        yield None

    monkeypatch.setattr(column_lineage, "empty_build", build)
    assert lineage_metadata(cast("DbtProject", Project(tmp_path / "manifest.json")), _manifest(), []) == {}
    assert not (tmp_path / column_lineage.FILE).exists()
    (tmp_path / "file").write_text("")
    assert lineage_metadata(cast("DbtProject", Project(tmp_path / "file" / "manifest.json")), _manifest(), []) == {}


@pytest.mark.slow
def test_a_model_that_fails_costs_the_others_nothing_and_no_data_of_the_user_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FINAGO_LANDING", "duckdb")
    shutil.copytree(DBT_PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("target", "logs"))
    (tmp_path / "project" / "models" / "intermediate" / "int_broken.sql").write_text("select 1 as a from nowhere")
    project = DbtProject(project_dir=tmp_path / "project", profiles_dir=tmp_path / "project")
    with empty_build(project, ENDPOINTS.values()) as build:
        assert build is not None
        assert "running_balance" in build.columns["marts", "general_ledger"]
        assert ("intermediate", "int_broken") not in build.columns
        assert (build.target / "compiled" / "finago" / "models" / "marts" / "general_ledger.sql").exists()
    assert not (tmp_path / "data").exists()
    assert not build.target.exists()


def test_a_dbt_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(*_command: object, timeout: float, **_options: object) -> None:
        raise subprocess.TimeoutExpired("dbt", timeout)

    monkeypatch.setattr(subprocess, "run", run)
    project = cast("DbtProject", Project(tmp_path / "manifest.json"))
    with empty_build(project, []) as build:
        assert build is None


@dataclass(frozen=True)
class Project:
    """As much of a DbtProject as lineage asks of it."""

    manifest_path: Path
    project_dir: Path = DBT_PROJECT


def _lines(markdown: dg.MarkdownMetadataValue) -> list[str]:
    return str(markdown.value).splitlines()


def _node(name: str, schema: str, parent: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.books.{name}",
        "resource_type": "model",
        "package_name": "books",
        "name": name,
        "schema": schema,
        "alias": name,
        "database": "warehouse",
        "raw_code": name,
        "meta": {},
        "config": {},
        "original_file_path": f"models/{name}.sql",
        "depends_on": {"nodes": [parent]},
    }


def _manifest() -> dict[str, Any]:
    nodes = [
        _node("stg_lines", "staging", "source.books.lines"),
        _node("int_sums", "intermediate", LINES),
        _node("mart", "marts", SUMS),
    ]
    return {"nodes": {node["unique_id"]: node for node in nodes}, "macros": {}}


def _build(target: Path, sql: dict[str, str]) -> EmptyBuild:
    for name, text in sql.items():
        file = target / "compiled" / "books" / "models" / f"{name}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    columns = {
        ("staging", "stg_lines"): ["organization_id", "amount"],
        ("intermediate", "int_sums"): ["organization_id", "total", "lines"],
        ("marts", "mart"): ["organization_id", "debit", "kind"],
    }
    return EmptyBuild(target, columns)
