"""The binder from Dagster: the asset, its job, and its schedule; and that runs over days are as they were."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.core.windows import oslo_today
from finago_assets.definitions import build_definitions
from finago_assets.orchestration import jobs
from finago_assets.orchestration.report import MAKE_REPORT, REPORT, report_asset
from finago_assets.report.month import last_closed_month
from finago_assets.settings import Settings
from tests.dbt.month_end_books import SOUND, TROUBLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def data(month_end: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(month_end, tmp_path / "data")
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def _materialize(instance: dg.DagsterInstance, **config: str) -> dg.ExecuteInProcessResult:
    run_config: dict[str, Any] = {"ops": {MAKE_REPORT: {"config": config}}}
    return dg.materialize([report_asset()], instance=instance, run_config=run_config, raise_on_error=False)


def _facts(done: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = done.asset_materializations_for_node(MAKE_REPORT)
    return dict(event.metadata)


def test_the_asset_makes_a_binder_of_each_organization_and_lists_what_is_open(
    data: Path, instance: dg.DagsterInstance
) -> None:
    facts = _facts(_materialize(instance, period="2025-03"))
    table = facts["exceptions"]
    assert isinstance(table, dg.TableMetadataValue)
    listed = {(record.data["verdict"], record.data["exception"]) for record in table.records}
    assert ("blocked", "tie-out/6300") in listed
    assert ("review", "bank/1920") in listed
    assert facts["blocked"].value == sum(verdict == "blocked" for verdict, _ in listed)
    for organization in (SOUND, TROUBLED):
        page = data / "report" / organization / "2025-03" / "binder-2025-03.html"
        assert page.is_file()
        assert str(page) in facts["binders"].value


def test_a_run_that_only_takes_it_along_does_not_fail_where_the_last_month_has_not_landed(
    data: Path, instance: dg.DagsterInstance
) -> None:
    done = _materialize(instance)
    assert done.success
    assert f"Nothing of {last_closed_month(oslo_today())} has landed" in _facts(done)["no_binder"].value
    # one that was asked for by name does
    asked = _materialize(instance, period="2019-01")
    assert not asked.success
    assert not (data / "report").exists()


@pytest.mark.parametrize(("config", "said"), [({"period": "June"}, "takes a month"), ({"organization": "x"}, "not in")])
@pytest.mark.usefixtures("data")
def test_what_cannot_be_made_fails_with_its_sentence(
    instance: dg.DagsterInstance, config: dict[str, str], said: str
) -> None:
    (failure,) = _materialize(instance, **config).get_step_failure_events()
    given = failure.step_failure_data.user_failure_data
    assert given is not None
    assert given.description is not None
    assert said in given.description


def test_no_nightly_run_makes_one_and_its_own_job_makes_nothing_else() -> None:
    definitions = build_definitions(Settings())
    graph = definitions.resolve_asset_graph()
    assert REPORT in graph.get_all_asset_keys()
    assert graph.get(REPORT).parent_keys == {dg.AssetKey("published")}
    for name in ("everything", "land", "rebuild"):
        assert REPORT not in definitions.resolve_job_def(name).asset_layer.selected_asset_keys, name
    assert definitions.resolve_job_def(jobs.MONTH_END).asset_layer.selected_asset_keys == {REPORT}
    # days may be chosen for a run that takes everything along
    assert graph.get(REPORT).partitions_def is None


def test_the_schedule_is_off_and_asks_for_the_month_before() -> None:
    schedule = jobs.month_end_binder()
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 1, 5, 5, 0, tzinfo=UTC))
    asked = schedule.evaluate_tick(context).run_requests
    assert asked is not None
    assert [request.run_config["ops"][MAKE_REPORT]["config"] for request in asked] == [{"period": "2024-12"}]
