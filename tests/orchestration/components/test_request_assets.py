"""A request of the user's own as an asset: sent, landed, checked, scheduled, and guarded where it writes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import pytest

from finago_assets import FinagoRequest
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.components.own import load_own
from finago_assets.orchestration.jobs import jobs
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.settings import Settings
from tests.orchestration.components.projects import DAGSTERS_OWN_WARNING, REQUEST, assets
from tests.orchestration.graph import Run

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.orchestration.components.projects import MakeProject

pytestmark = DAGSTERS_OWN_WARNING

ACCOUNTS: dict[str, Any] = {"name": "all_accounts", "template": "accounts.list", "deps": ["finago/taxes"]}
LINES: dict[str, Any] = {
    "name": "bank_lines",
    "path": "/transactionlines",
    "query": {"dateFrom": "{date}", "dateTo": "{next_date}", "accountNumber": 1920},
    "all_pages": True,
    "partitioned": True,
}
WRITE: dict[str, Any] = {
    "name": "new_category",
    "template": "productcategories.create",
    "body": '{"name": "Tea", "parentId": 0}',
    "allow_writes": True,
}


@dg.asset(key=["finago_test", "downstream"], deps=[["finago_requests", "all_accounts"]])
def downstream() -> None:
    """Stands for whatever reads what was asked for."""


def send(
    instance: dg.DagsterInstance, found: list[dg.AssetsDefinition], *, first: str = "2024-01-01", last: str = ""
) -> Run:
    days = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first}
    result = dg.materialize(
        found, resources={"finago": FinagoResource()}, instance=instance, tags=days, raise_on_error=False
    )
    return Run(result, instance)


def events(run: Run, name: str) -> list[dg.AssetMaterialization]:
    """Every event of a request's asset."""
    records = run.instance.get_records_for_run(
        run.result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    found = [record.event_log_entry.dagster_event for record in records]
    return [
        event.step_materialization_data.materialization
        for event in found
        if event and event.asset_key == dg.AssetKey(["finago_requests", name])
    ]


def checks(run: Run) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in run.result.get_asset_check_evaluations()}


def test_an_answer_is_landed_where_it_was_asked_to_be_with_its_facts_and_its_checks(
    office: Running, instance: dg.DagsterInstance, tmp_path: Path, project: MakeProject
) -> None:
    (tmp_path / "exports").mkdir()
    asked = {**ACCOUNTS, "into": f"duckdb:{tmp_path}/exports/books.duckdb#office.accounts", "may_be_empty": False}
    run = send(instance, [*assets(project(asked, type_=REQUEST)), downstream])
    assert run.result.success
    (event,) = events(run, "all_accounts")
    facts = {name: value.value for name, value in event.metadata.items()}
    assert facts["status"] == 200
    assert facts["trace_id"]
    with duckdb.connect(tmp_path / "exports" / "books.duckdb", read_only=True) as written:
        rows = written.execute("select count(*) from office.accounts").fetchall()[0][0]
    assert facts["records"] == facts["dagster/row_count"] == facts["landed_rows"] == rows > 0
    assert {name: check.passed for name, check in checks(run).items()} == dict.fromkeys(
        ("answered_with_success", "scope_granted", "every_record_landed", "has_records"), True
    )
    assert office.client_secret not in run.log()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("changes", "verdicts"), [({}, [False]), ({"all_pages": True}, []), ({"limit": 5}, [])])
def test_the_first_page_of_a_longer_list_is_a_warning_unless_a_page_is_what_was_asked_for(
    instance: dg.DagsterInstance, project: MakeProject, changes: dict[str, Any], verdicts: list[bool]
) -> None:
    query = {"dateFrom": "2024-01-01", "dateTo": "2024-12-31"}
    pages: dict[str, Any] = {"all_pages": True} if "all_pages" in changes else {"query": query | changes}
    asked = {"name": "a_years_lines", "template": "transactionlines.list", "query": query, **pages}
    run = send(instance, assets(project(asked, type_=REQUEST)))
    assert run.result.success
    found = [check for name, check in checks(run).items() if name == "list_is_whole"]
    assert [check.passed for check in found] == verdicts
    for check in found:
        assert check.severity is dg.AssetCheckSeverity.WARN
        assert "`all_pages: true`" in str(check.description)


@pytest.mark.usefixtures("office")
def test_a_partitioned_request_is_sent_once_for_each_day_of_a_range(
    instance: dg.DagsterInstance, tmp_path: Path, project: MakeProject
) -> None:
    (tmp_path / "exports").mkdir()
    made = assets(project({**LINES, "into": f"{tmp_path}/exports/bank-{{date}}.parquet"}, type_=REQUEST))
    run = send(instance, made, first="2024-01-15", last="2024-01-24")
    assert run.result.success
    days = [f"2024-01-{day:02d}" for day in range(15, 25)]
    assert [event.partition for event in events(run, "bank_lines")] == days
    assert sorted(path.name for path in tmp_path.glob("exports/*.parquet")) == [f"bank-{day}.parquet" for day in days]
    verdict = checks(run)["answered_with_success"].metadata
    assert verdict["requests"].value == 10
    assert int(str(verdict["records"].value)) > 0


def test_a_failed_request_fails_its_step_typed_and_leaves_the_days_before_it(
    office: Running, instance: dg.DagsterInstance, project: MakeProject
) -> None:
    office.control.set_faults(
        Rule(fault=AnswerFault.STATUS, status=400, path="/v1/transactionlines", query="dateFrom=2024-01-03")
    )
    run = send(instance, assets(project(LINES, type_=REQUEST)), last="2024-01-05")
    assert not run.result.success
    assert [event.partition for event in events(run, "bank_lines")] == ["2024-01-01", "2024-01-02"]
    assert not checks(run)["answered_with_success"].passed
    (failed,) = run.instance.get_records_for_run(run.result.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    data = failed.event_log_entry.get_dagster_event().step_failure_data
    assert data.user_failure_data is not None
    assert "BadRequest: GET /transactionlines" in (data.user_failure_data.description or "")
    assert data.user_failure_data.metadata["verdict"].value == "will fail again until something is changed"


def test_a_withheld_scope_is_a_warning_that_names_it_and_downstream_runs(
    office: Running, instance: dg.DagsterInstance, project: MakeProject
) -> None:
    office.control.withhold("accounts")
    run = send(instance, [*assets(project(ACCOUNTS, type_=REQUEST)), downstream])
    assert run.result.success
    assert events(run, "all_accounts") == []
    warned = checks(run)["scope_granted"]
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "api.accounting.account:read" in (warned.description or "")
    assert len(run.result.asset_materializations_for_node("finago_test__downstream")) == 1


def test_a_write_is_sent_alone_and_never_in_the_company_of_other_assets(
    office: Running, instance: dg.DagsterInstance, project: MakeProject
) -> None:
    (write,) = assets(project(WRITE, type_=REQUEST))
    run = send(instance, [write, downstream])
    assert run.result.success
    assert [request for request in office.requests if request.method == "POST" and "/v1/" in request.path] == []
    warned = checks(run)["answered_with_success"]
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "was not sent" in (warned.description or "")

    run = send(instance, [write])
    assert run.result.success
    assert len([request for request in office.requests if request.path == "/v1/productcategories"]) == 1
    assert len(events(run, "new_category")) == 1


def test_a_request_may_speak_for_another_connection_of_the_registry(
    office: Running,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    project: MakeProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FINAGO_CLIENT_ID", "FINAGO_CLIENT_SECRET"):
        monkeypatch.setenv(f"NORTH_{name}", os.environ[name])
        monkeypatch.delenv(name)
    (tmp_path / "registry.yaml").write_text(
        "connections:\n"
        f'  - {{name: north, organization_id: "{office.organization_id}",\n'
        "     client_id: env:NORTH_FINAGO_CLIENT_ID, client_secret: env:NORTH_FINAGO_CLIENT_SECRET}\n"
    )
    asked = {**ACCOUNTS, "connection": "north", "registry": f"{tmp_path}/registry.yaml"}
    run = send(instance, assets(project(asked, type_=REQUEST)))
    assert run.result.success
    (event,) = events(run, "all_accounts")
    assert event.metadata["connection"].value == "north"


def test_its_job_and_its_schedule_ask_for_it_alone_in_oslo_time(project: MakeProject) -> None:
    asked = {**LINES, "schedule": "0 7 * * *", "days": 3}
    added = load_own(project(asked, {**ACCOUNTS, "schedule": "30 6 * * 1-5"}, type_=REQUEST)).definitions
    definitions = dg.Definitions.merge(added, dg.Definitions(resources={"finago": FinagoResource()}))
    schedule = definitions.resolve_schedule_def("request_bank_lines")
    assert schedule.execution_timezone == "Europe/Oslo"
    # half past eleven in the evening of the second, in London, is the third in Oslo
    with dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 2, 23, 30, tzinfo=UTC)) as context:
        (run,) = schedule.evaluate_tick(context).run_requests or []
    assert run.tags["dagster/asset_partition_range_start"] == "2024-02-29"
    assert run.tags["dagster/asset_partition_range_end"] == "2024-03-02"
    assert len(definitions.get_repository_def().get_all_jobs()) == 3
    job = definitions.resolve_job_def("request_bank_lines")
    assert job.asset_layer.selected_asset_keys == {dg.AssetKey(["finago_requests", "bank_lines"])}
    plain = definitions.resolve_schedule_def("request_all_accounts")
    with dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 1, 6, 30, tzinfo=UTC)) as context:
        assert len(plain.evaluate_tick(context).run_requests or []) == 1


def test_a_schedule_that_is_none_is_refused_with_its_field(project: MakeProject) -> None:
    with pytest.raises(Exception, match="own_0") as refused:
        load_own(project({**ACCOUNTS, "schedule": "every morning"}, type_=REQUEST))
    assert "`schedule`" in str(refused.value.__cause__)


def test_two_requests_of_one_name_are_refused_with_the_name(project: MakeProject) -> None:
    with pytest.raises(Exception, match="own_0") as refused:
        load_own(project(ACCOUNTS, ACCOUNTS, type_=REQUEST))
    assert "all_accounts: `name` is carried by two components" in str(refused.value.__cause__)


def test_the_nightly_run_leaves_requests_to_their_own_schedules(project: MakeProject) -> None:
    whole = dg.Definitions.merge(
        build_definitions(Settings()), load_own(project(ACCOUNTS, LINES, type_=REQUEST)).definitions
    )
    for job in jobs():
        keys = whole.resolve_job_def(job.name).asset_layer.selected_asset_keys
        assert not [key for key in keys if key.path[0] == "finago_requests"]
    graph = whole.resolve_asset_graph()
    assert graph.get(dg.AssetKey(["finago_requests", "all_accounts"])).parent_keys == {dg.AssetKey(["finago", "taxes"])}
    mine = graph.get(dg.AssetKey(["finago_requests", "bank_lines"]))
    assert mine.partitions_def == graph.get(dg.AssetKey(["finago", "transactionlines"])).partitions_def
    assert mine.backfill_policy == dg.BackfillPolicy.single_run()


def test_every_field_is_explained_to_an_editor() -> None:
    model = FinagoRequest.get_model_cls()
    assert model is not None
    fields = model.model_json_schema()["properties"]
    assert {name for name, field in fields.items() if not field.get("description")} == set()
