"""Where columns come from: said by the definitions down to the API's fields, derived once, and stored with no event."""

from __future__ import annotations

import os
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
from finago_assets.core.errors import FinagoError
from finago_assets.definitions import build_definitions
from finago_assets.orchestration import column_lineage
from finago_assets.orchestration.column_lineage import COLUMN_SCHEMA, KEY, Trace, derived, lineage_metadata
from finago_assets.orchestration.dbt_project import dbt_resource, parse_project
from finago_assets.orchestration.empty_build import EmptyBuild, empty_build
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.project import DBT_PROJECT
from finago_assets.settings import Settings
from tests.shop import Shop, shop, shop_office

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["shop", "shop_office"]

OF_THE_DATA = {"FINAGO_DATA_DIR", "FINAGO_LANDING"}
SOURCE = "source.books.finago.lines"
LINES, SUMS, MART = "model.books.stg_lines", "model.books.int_sums", "model.books.mart"
SQL = {
    "stg_lines": (
        "with records as (select chosen.organization_id, raw.payload from read_parquet('lines') as raw, chosen), "
        "parsed as (select organization_id, payload, from_json(payload, '{}') as r from records), "
        "mended as (select organization_id, payload, r from parsed), "
        'typed as (select mended.organization_id, mended.r."account"."number" as account, '
        'cast(mended.r."amount" as decimal(18, 2)) as value, mended.payload from mended) '
        "select typed.organization_id, typed.account, case when typed.account is null then 'a' end as _lost, "
        "case when _lost is null then typed.value end as amount, typed.payload from typed"
    ),
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
def specs() -> dict[str, dg.AssetSpec]:
    """The definitions of everything, by key."""
    return {spec.key.to_user_string(): spec for spec in build_definitions(Settings()).resolve_all_asset_specs()}


def _of_layer(specs: dict[str, dg.AssetSpec], *layers: str) -> dict[str, dg.AssetSpec]:
    return {name: spec for name, spec in specs.items() if spec.key.path[0] in layers}


def test_the_definition_of_a_mart_says_where_each_column_of_its_contract_comes_from(
    specs: dict[str, dg.AssetSpec],
) -> None:
    marts = _of_layer(specs, "marts", "reporting")
    assert len(marts) > 20
    for name, spec in marts.items():
        columns = {column.name: column for column in spec.metadata[COLUMN_SCHEMA].columns}
        found = spec.metadata[KEY].deps_by_column
        assert set(found) == set(columns), name
        assert sum(bool(before) for before in found.values()) >= len(found) - 1, name
        for column, before in found.items():
            assert ("From [" in (columns[column].description or "")) == bool(before), (name, column)
    ledger = specs["marts/general_ledger"].metadata
    before = dg.TableColumnDep(dg.AssetKey(["intermediate", "int_ledger_lines"]), "posting_date")
    assert ledger[KEY].deps_by_column["posting_date"] == [before]


def test_a_column_of_a_mart_leads_by_clicks_to_the_field_of_the_api(specs: dict[str, dg.AssetSpec]) -> None:
    columns = {column.name: column for column in specs["marts/general_ledger"].metadata[COLUMN_SCHEMA].columns}
    said = columns["posting_date"].description or ""
    assert said.endswith(
        "From [transactionlines](/assets/finago/transactionlines) `date`, "
        "by way of [int_ledger_lines](/assets/intermediate/int_ledger_lines) `posting_date`."
    )
    assert "date" in {column.name for column in specs["finago/transactionlines"].metadata[COLUMN_SCHEMA].columns}


def test_every_field_that_staging_reads_is_a_column_of_its_raw_asset(specs: dict[str, dg.AssetSpec]) -> None:
    fields = {
        spec.key: {column.name for column in spec.metadata[COLUMN_SCHEMA].columns}
        for spec in _of_layer(specs, "finago").values()
        # an endpoint that is switched off has no asset of ours, only a name that others read from
        if COLUMN_SCHEMA in spec.metadata
    }
    followed = 0
    for name, spec in _of_layer(specs, "staging").items():
        for column, before in spec.metadata[KEY].deps_by_column.items():
            for dep in before:
                assert dep.column_name in fields.get(dep.asset_key, {dep.column_name}), (name, column)
                followed += dep.asset_key in fields
    assert followed > 300


def test_no_value_is_said_to_be_made_of_what_only_judges_its_record(specs: dict[str, dg.AssetSpec]) -> None:
    deps = specs["staging/stg_transactionlines"].metadata[KEY].deps_by_column
    raw = dg.AssetKey(["finago", "transactionlines"])
    assert deps["booked_amount"] == [dg.TableColumnDep(raw, "amount")]
    assert deps["reject_reason"] == deps["_lost"] == [dg.TableColumnDep(raw, "payload")]


def test_every_column_of_a_mart_is_followed_to_a_field_to_a_seed_or_to_the_days_that_landed(
    specs: dict[str, dg.AssetSpec],
) -> None:
    first = {
        model
        for spec in _of_layer(specs, "marts").values()
        for column in spec.metadata[COLUMN_SCHEMA].columns
        for model in (column.description or "")
        .partition("From ")[2]
        .partition(", by way of")[0]
        .split("](/assets/")[1:]
    }
    made = {model.partition(")")[0] for model in first if model.startswith("intermediate")}
    assert made == {"intermediate/int_landed_days"}


def test_what_a_column_is_made_of_is_said_in_a_line_or_two(specs: dict[str, dg.AssetSpec]) -> None:
    columns = {
        column.name: column.description or "" for column in specs["marts/trial_balance"].metadata[COLUMN_SCHEMA].columns
    }
    origin = columns["debit"].partition(" From ")[2]
    assert origin.startswith("[transactionlines](/assets/finago/transactionlines) `amount`, ")
    assert origin.count("](/assets/") <= 6
    assert " and 2 more" in origin


def test_a_model_that_is_written_into_its_reader_breaks_neither_lineage(specs: dict[str, dg.AssetSpec]) -> None:
    staging = dg.AssetKey(["staging", "stg_banktransactions"])
    matches = specs["marts/bank_matches"]
    assert "intermediate/int_bank_references" not in specs
    assert staging in {dep.asset_key for dep in matches.deps}
    assert {dep.asset_key for dep in specs["staging/stg_banktransactions"].deps} == {
        dg.AssetKey(["finago", "banktransactions"])
    }
    assert matches.metadata[KEY].deps_by_column["payment_reference"] == [
        dg.TableColumnDep(staging, "payment_reference")
    ]


def test_the_pages_of_tables_begin_with_plain_words_and_hide_what_is_for_the_machine(
    specs: dict[str, dg.AssetSpec],
) -> None:
    for name, spec in _of_layer(specs, "seeds", "staging", "intermediate", "marts", "reporting").items():
        assert spec.description, name
        assert "```" not in spec.description, name
        assert not [key for key in spec.metadata if "dbt" in key], name
    assert "```sql" in specs["marts/trial_balance"].metadata["sql"].value


@pytest.mark.slow
def test_no_event_of_a_build_says_it_again(shop: Shop) -> None:
    assets = warehouse_assets([*FINAGO.endpoints.values()])
    (built,) = (asset for asset in assets if dg.AssetKey(["marts", "accounts"]) in asset.keys)
    needed, specs = [dg.AssetKey(["marts", "accounts"])], built.specs_by_key
    for key in needed:
        needed += [dep.asset_key for dep in specs[key].deps if dep.asset_key in specs and dep.asset_key not in needed]
    assert KEY in specs[needed[0]].metadata
    result = dg.materialize(
        [built], selection=needed, resources={"dbt": dbt_resource()}, instance=shop.instance, raise_on_error=False
    )
    events = result.asset_materializations_for_node("build_warehouse")
    assert {event.asset_key for event in events} == set(needed)
    assert {name for event in events for name in event.metadata if "column" in name} == set()


def test_a_column_is_followed_through_stars_expressions_and_records_to_the_fields_of_the_api(tmp_path: Path) -> None:
    sources = derived(_manifest(), _build(tmp_path, SQL))
    assert sources[LINES] == {
        "organization_id": [],
        "account": [(SOURCE, "account.number")],
        "_lost": [(SOURCE, "payload")],
        "amount": [(SOURCE, "amount")],
        "payload": [(SOURCE, "payload")],
    }
    assert sources[SUMS] == {
        "organization_id": [(LINES, "organization_id")],
        "total": [(LINES, "amount")],
        "lines": [],
    }
    trace = Trace(_manifest(), sources)
    assert trace.first((MART, "debit")) == {(SOURCE, "amount")}
    assert trace.origin((MART, "debit")) == (
        "From [lines](/assets/finago/lines) `amount`, by way of [int_sums](/assets/int_sums) `total`."
    )
    assert trace.origin((LINES, "amount")) == "From [lines](/assets/finago/lines) `amount`."
    assert trace.origin((MART, "kind")) == ""


def test_a_column_that_a_model_makes_of_nothing_comes_from_that_model(tmp_path: Path) -> None:
    counted = 'select s.lines from "warehouse"."intermediate"."int_sums" as s'
    trace = Trace(_manifest(), derived(_manifest(), _build(tmp_path, {**SQL, "mart": counted})))
    assert trace.origin((MART, "lines")) == "From [int_sums](/assets/int_sums) `lines`."


def test_sql_that_cannot_be_read_costs_only_its_own_model_the_lineage(tmp_path: Path) -> None:
    assert set(derived(_manifest(), _build(tmp_path, {**SQL, "int_sums": "select from where"}))) == {LINES, MART}


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


def test_a_build_over_no_data_is_in_the_environment_of_the_parsing_since_dbt_parses_anew_in_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[dict[str, str]] = []

    def run(command: list[str], *, env: dict[str, str], **_options: object) -> subprocess.CompletedProcess[str]:
        given.append(env)
        return subprocess.CompletedProcess(command, 1, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FINAGO_LANDING", "duckdb")
    with pytest.raises(FinagoError, match="could not parse"):
        parse_project(tmp_path, tmp_path)
    with empty_build(cast("DbtProject", Project(tmp_path / "manifest.json")), []) as build:
        assert build is not None
    parsing, building = given
    assert parsing == building == {name: value for name, value in os.environ.items() if name not in OF_THE_DATA}


@dataclass(frozen=True)
class Project:
    """As much of a DbtProject as lineage asks of it."""

    manifest_path: Path
    project_dir: Path = DBT_PROJECT


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
        _node("stg_lines", "staging", SOURCE),
        _node("int_sums", "intermediate", LINES),
        _node("mart", "marts", SUMS),
    ]
    source = {"unique_id": SOURCE, "resource_type": "source", "source_name": "finago", "name": "lines", "meta": {}}
    return {"nodes": {node["unique_id"]: node for node in nodes}, "sources": {SOURCE: source}, "macros": {}}


def _build(target: Path, sql: dict[str, str]) -> EmptyBuild:
    for name, text in sql.items():
        file = target / "compiled" / "books" / "models" / f"{name}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    columns = {
        ("staging", "stg_lines"): ["organization_id", "account", "_lost", "amount", "payload"],
        ("intermediate", "int_sums"): ["organization_id", "total", "lines"],
        ("marts", "mart"): ["organization_id", "debit", "kind"],
    }
    return EmptyBuild(target, columns)
