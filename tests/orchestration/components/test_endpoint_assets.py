"""An endpoint of the user's own beside the built-in ones: landed, checked, partitioned and joined as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import pytest
import yaml

from finago_assets import FinagoEndpoint
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.checks import CHECK
from finago_assets.orchestration.components.own import Own, load_own, read_own
from finago_assets.orchestration.components.scaffolding import EndpointOptions, EndpointScaffolder
from finago_assets.orchestration.raw import raw_key
from finago_assets.project import find_project, read_project
from finago_assets.settings import Settings, read_settings
from tests.orchestration.components.projects import DAGSTERS_OWN_WARNING, assets
from tests.orchestration.graph import land

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.orchestration.components.projects import MakeProject

pytestmark = DAGSTERS_OWN_WARNING

BANK_LINES: dict[str, Any] = {"name": "bank_lines", "like": "transactionlines", "params": {"accountNumber": 1920}}
SUPPLIERS: dict[str, Any] = {
    "name": "suppliers",
    "path": "/customers",
    "kind": "reference",
    "key": ["id"],
    "scopes": ["api.crm.customer:read"],
    "paging": "page",
    "page_size": 2,
    "params": {"isSupplier": True, "sortBy": "id:asc"},
    "may_be_empty": False,
}
SUPPLIER_BANKS: dict[str, Any] = {
    "name": "supplier_banks",
    "path": "/customers/{customerId}/bankaccounts",
    "kind": "reference",
    "key": ["number"],
    "scopes": ["api.crm.bankdetails:read"],
    "parent": "suppliers",
    "parent_column": "customer_id",
}


def _payloads(data: Path, endpoint: str) -> list[dict[str, Any]]:
    files = f"{data}/raw/finago/{endpoint}/*/*/data.parquet"
    found = duckdb.execute("select payload from read_parquet(?)", [files]).fetchall()
    return [json.loads(payload) for (payload,) in found]


def test_a_windowed_endpoint_lands_its_part_of_the_built_in_one_day_by_day(
    office: Running, instance: dg.DagsterInstance, tmp_path: Path, project: MakeProject
) -> None:
    mine = assets(project(BANK_LINES))
    run = land(instance, "transactionlines", last="2024-01-31", also=mine)
    assert run.result.success
    assert len(run.materializations("bank_lines")) == 31
    whole = [line for line in _payloads(tmp_path, "transactionlines") if line["account"]["number"] == 1920]
    part = _payloads(tmp_path, "bank_lines")
    assert part
    assert sorted(line["id"] for line in part) == sorted(line["id"] for line in whole)
    assert {name: check.passed for name, check in run.checks("bank_lines").items()} == {CHECK: True}
    assert any("accountNumber=1920" in request.query for request in office.requests)


def test_a_list_and_the_children_of_a_list_of_the_users_own_land_in_order(
    office: Running, instance: dg.DagsterInstance, tmp_path: Path, project: MakeProject
) -> None:
    run = land(instance, also=assets(project(SUPPLIER_BANKS, SUPPLIERS)))
    assert run.result.success
    suppliers = _payloads(tmp_path, "suppliers")
    assert suppliers
    assert all(record["isSupplier"] for record in suppliers)
    assert run.checks("suppliers")[CHECK].passed
    asked = {request.path for request in office.requests if request.path.endswith("/bankaccounts")}
    assert asked == {f"/v1/customers/{record['id']}/bankaccounts" for record in suppliers}


@pytest.mark.usefixtures("office")
def test_one_that_is_never_empty_and_came_empty_is_a_warning_whatever_its_kind(
    instance: dg.DagsterInstance, project: MakeProject
) -> None:
    nowhere = {**BANK_LINES, "name": "nowhere", "params": {"accountNumber": 1}, "may_be_empty": False}
    nobody = {**SUPPLIERS, "name": "nobody", "params": {"isSupplier": True, "organizationNumber": "1"}}

    @dg.asset(deps=[raw_key("finago", "nowhere"), raw_key("finago", "nobody")])
    def downstream() -> None: ...

    run = land(instance, last="2024-01-31", also=[*assets(project(nowhere, nobody)), downstream])
    assert run.result.success
    assert len(run.result.asset_materializations_for_node("downstream")) == 1
    for name in ("nowhere", "nobody"):
        check = run.checks(name)[CHECK]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert (check.description or "").startswith(f"{name} came without a single record, and is never empty. See in")
        assert check.metadata["rows_of_this_run"].value == 0


def test_a_withheld_scope_is_a_warning_that_names_it(
    office: Running, instance: dg.DagsterInstance, project: MakeProject
) -> None:
    office.control.withhold("customers")
    run = land(instance, also=assets(project(SUPPLIERS)))
    assert run.result.success
    assert run.materializations("suppliers") == []
    assert "api.crm.customer:read" in (run.checks("suppliers")[CHECK].description or "")


@pytest.fixture(scope="module")
def built_in() -> dg.Definitions:
    return build_definitions(Settings())


def test_the_users_endpoint_is_described_and_grouped_as_the_built_in_ones_are(
    built_in: dg.Definitions, project: MakeProject
) -> None:
    graph = dg.Definitions.merge(built_in, load_own(project(BANK_LINES)).definitions).resolve_asset_graph()
    mine, theirs = graph.get(raw_key("finago", "bank_lines")), graph.get(raw_key("finago", "transactionlines"))
    assert mine.partitions_def == theirs.partitions_def
    assert (mine.group_name, mine.owners, mine.kinds, mine.tags) == (
        (theirs.group_name, theirs.owners, theirs.kinds, theirs.tags)
    )
    assert set(mine.metadata) == {*theirs.metadata, "dagster/code_references", "dagster/component_origin"}
    assert mine.backfill_policy == theirs.backfill_policy
    assert mine.description


def test_an_endpoint_may_be_called_what_a_step_of_ours_is(built_in: dg.Definitions, project: MakeProject) -> None:
    added = [{**SUPPLIERS, "name": name} for name in ("reference", "balances", "everything")]
    whole = dg.Definitions.merge(built_in, load_own(project(*added)).definitions)
    assert whole.get_repository_def().get_all_jobs()


def test_landing_takes_the_users_endpoint_along_and_rebuilding_leaves_it_alone(
    built_in: dg.Definitions, project: MakeProject
) -> None:
    whole = dg.Definitions.merge(built_in, load_own(project(SUPPLIERS)).definitions)
    chosen = {
        name: raw_key("finago", "suppliers") in whole.resolve_job_def(name).asset_layer.selected_asset_keys
        for name in ("everything", "land", "rebuild")
    }
    assert chosen == {"everything": True, "land": True, "rebuild": False}


def test_the_warehouse_finds_a_file_for_the_users_endpoint_before_it_has_landed(project: MakeProject) -> None:
    rows = load_own(project(SUPPLIERS, SUPPLIER_BANKS)).endpoints
    assert list(rows) == ["suppliers", "supplier_banks"]
    assert rows["supplier_banks"].parent is not None


def test_two_endpoints_of_one_name_are_refused_with_the_name(project: MakeProject) -> None:
    with pytest.raises(Exception, match="defs") as refused:
        load_own(project(SUPPLIERS, SUPPLIERS))
    assert "suppliers: `name` is carried by two components" in str(refused.value.__cause__)


def test_a_mistake_is_refused_with_its_file_and_its_field(project: MakeProject) -> None:
    with pytest.raises(Exception, match="own_1") as refused:
        load_own(project(SUPPLIERS, {**BANK_LINES, "params": {"accountNummer": 1920}}))
    assert "did you mean accountNumber" in str(refused.value.__cause__)


def test_nothing_is_looked_for_where_there_is_no_checkout(tmp_path: Path) -> None:
    # a wheel in the environment of another dg project: the pyproject.toml above it is not ours
    installed = tmp_path / ".venv" / "site-packages"
    mine = installed / "finago_assets" / "defs" / "mine"
    mine.mkdir(parents=True)
    (mine / "defs.yaml").write_text("type: finago_assets.FinagoEndpoint\n")
    (tmp_path / "pyproject.toml").write_text('[tool.dg]\ndirectory_type = "project"\n')
    assert read_project(tmp_path) is None
    assert read_own(find_project({}, installed)) == Own()


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"path": "/transactionlines", "params": {"accountNumber": 1920}}, {"like": "transactionlines"}),
        ({"like": "customers", "title": "Mine"}, {"like": "customers", "title": "Mine"}),
        ({"path": "/movements", "kind": "windowed"}, {"window": {"upper": "unknown"}, "key": ["id"]}),
    ],
    ids=["a known path", "like", "a path of the user's own"],
)
def test_what_is_scaffolded_loads_as_it_stands(
    options: dict[str, Any], written: dict[str, Any], tmp_path: Path, project: MakeProject
) -> None:
    folder = tmp_path / "My-List"
    folder.mkdir()
    request = dg.ScaffoldRequest(
        type_name="finago_assets.FinagoEndpoint",
        target_path=folder,
        scaffold_format="yaml",
        project_root=tmp_path,
        params=EndpointOptions.model_validate(options),
    )
    EndpointScaffolder().scaffold(request)
    said = yaml.safe_load((folder / "defs.yaml").read_text())
    assert said["type"] == "finago_assets.FinagoEndpoint"
    assert {"name": "my_list", **written}.items() <= said["attributes"].items()
    assert list(load_own(project(said["attributes"])).endpoints) == ["my_list"]


def test_every_field_is_explained_to_an_editor() -> None:
    model = FinagoEndpoint.get_model_cls()
    assert model is not None
    fields = model.model_json_schema()["properties"]
    assert {name for name, field in fields.items() if not field.get("description")} == set()
    assert FinagoEndpoint.get_description()


def test_the_partitions_are_those_of_the_settings(project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINAGO_START_DATE", "2023-05-01")
    (asset,) = assets(project(BANK_LINES))
    built_in = build_definitions(read_settings()).resolve_asset_graph().get(raw_key("finago", "transactionlines"))
    assert asset.partitions_def == built_in.partitions_def
    assert asset.partitions_def is not None
    assert asset.partitions_def.get_first_partition_key() == "2023-05-01"
