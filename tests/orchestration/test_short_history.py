"""What a run leaves in its SQLite history: what was made and found, once in its own file and once for the asset."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from finago_assets.orchestration.executor import watched
from finago_assets.orchestration.short_history import empty_outputs, keep_history_short

DAYS = dg.DailyPartitionsDefinition("2024-01-01")
LINES, TOTALS, REPORT = (dg.AssetKey(name) for name in ("lines", "totals", "report"))
HOLDS = dg.AssetCheckKey(TOTALS, "holds")
KINDS = dg.DagsterEventType
BROKEN = "broken"


@dg.multi_asset(
    specs=[dg.AssetSpec(LINES, partitions_def=DAYS)],
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def land(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Stands for a windowed endpoint; a run that says so fails."""
    if context.run.tags.get("fails") == "land":
        raise dg.Failure(BROKEN)
    yield dg.MaterializeResult(asset_key=LINES, metadata={"dagster/row_count": 3})


@dg.multi_asset(
    specs=[dg.AssetSpec(TOTALS, deps=[LINES], skippable=True)],
    check_specs=[
        dg.AssetCheckSpec("holds", asset=TOTALS, blocking=True),
        dg.AssetCheckSpec("differs", asset=TOTALS),
    ],
    can_subset=True,
)
def build() -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    yield dg.Output(None, output_name="totals", metadata={"dagster/row_count": 2})
    yield dg.AssetCheckResult(asset_key=TOTALS, check_name="holds", passed=True, metadata={"rows": 2})
    yield dg.AssetCheckResult(asset_key=TOTALS, check_name="differs", passed=False, severity=dg.AssetCheckSeverity.WARN)


@dg.multi_asset(specs=[dg.AssetSpec(REPORT, deps=[TOTALS])])
def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Stands for `published`; a run that says so fails, but not where it is executed again."""
    if context.run.tags.get("fails") == "publish" and context.run.parent_run_id is None:
        raise dg.Failure(BROKEN)
    return dg.MaterializeResult(asset_key=REPORT)


def night() -> dg.JobDefinition:
    defs = dg.Definitions(
        [land, build, publish], jobs=[dg.define_asset_job("night")], executor=watched(dg.in_process_executor)
    )
    keep_history_short(defs)
    return defs.resolve_job_def("night")


@dg.op
def first() -> int:
    return 1


@dg.op
def second(number: int) -> None:
    assert number == 1


@dg.job(executor_def=watched(dg.in_process_executor))
def counted() -> None:
    second(first())


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def _run(instance: dg.DagsterInstance, last: str = "2024-01-01", fails: str = "") -> str:
    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": last}
    with dg.execute_job(dg.reconstructable(night), instance=instance, tags={**tags, "fails": fails}) as done:
        assert done.success == (not fails)
        return done.run_id


def _asked(instance: dg.DagsterInstance, shard: str, query: str) -> object:
    assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
    with closing(sqlite3.connect(instance.event_log_storage.path_for_shard(shard))) as file:
        return file.execute(query).fetchone()[0]


def _kinds(instance: dg.DagsterInstance, shard: str) -> dict[str, int]:
    assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
    with closing(sqlite3.connect(instance.event_log_storage.path_for_shard(shard))) as file:
        return dict(
            file.execute("select coalesce(dagster_event_type, ''), count(*) from event_logs group by 1").fetchall()
        )


def test_what_was_planned_and_handed_on_is_gone_and_what_was_made_and_found_is_there(
    instance: dg.DagsterInstance,
) -> None:
    run = _run(instance, "2024-01-03")
    assert _kinds(instance, "index") == {
        KINDS.RUN_START.value: 1,
        KINDS.ASSET_MATERIALIZATION.value: 3 + 2,
        KINDS.RUN_SUCCESS.value: 1,
    }
    of_run = _kinds(instance, run)
    assert of_run[KINDS.ASSET_MATERIALIZATION.value] == 3 + 2
    assert of_run[KINDS.ASSET_CHECK_EVALUATION.value] == 2
    assert of_run[KINDS.STEP_SUCCESS.value] == 3
    assert not of_run.keys() & {
        KINDS.STEP_OUTPUT.value,
        KINDS.ASSET_MATERIALIZATION_PLANNED.value,
        KINDS.ASSET_CHECK_EVALUATION_PLANNED.value,
    }
    (found,) = instance.event_log_storage.get_asset_check_execution_history(HOLDS, limit=9)
    assert found.event is not None
    assert found.event.get_dagster_event().asset_check_evaluation_data.metadata["rows"].value == 2
    (record,) = instance.get_asset_records([TOTALS])
    assert record.asset_entry.last_run_id == run


def test_the_index_holds_a_table_once_and_the_file_of_the_run_without_its_versions(
    instance: dg.DagsterInstance,
) -> None:
    run = _run(instance)
    (record,) = instance.get_asset_records([TOTALS])
    last = record.asset_entry.last_materialization_record
    assert last is not None
    made = last.asset_materialization
    assert made is not None
    assert made.metadata["dagster/row_count"].value == 2
    assert (made.tags or {})[DATA_VERSION_TAG]
    assert _asked(instance, "index", "select count(last_materialization) from asset_keys") == 0
    of_run = instance.get_records_for_run(run, of_type=KINDS.ASSET_MATERIALIZATION).records
    assert {not record.event_log_entry.asset_materialization.tags for record in of_run} == {True}  # type: ignore[union-attr]
    for shard in ("index", run):
        assert _asked(instance, shard, "select count(*) from event_logs where event like '%\": %'") == 0
    # which a day is asked for by, and what has no day is not
    by_day = instance.event_log_storage.get_latest_tags_by_partition(
        LINES, KINDS.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
    )
    assert set(by_day) == {"2024-01-01"}
    assert _asked(instance, "index", "select count(distinct asset_key) from asset_event_tags") == 1


def test_a_copy_of_before_is_taken_away_and_an_asset_that_was_wiped_is_not_there(instance: dg.DagsterInstance) -> None:
    def known() -> dg.EventLogEntry | None:
        return instance.get_latest_materialization_events([TOTALS]).get(TOTALS)

    _run(instance)
    with instance.event_log_storage.index_connection() as index:  # type: ignore[attr-defined]
        index.exec_driver_sql("update asset_keys set last_materialization = 'of before'")
    run = _run(instance)
    found = known()
    assert found is not None
    assert found.run_id == run
    instance.wipe_assets([TOTALS])
    assert known() is None
    assert _run(instance) == known().run_id  # type: ignore[union-attr]


def test_what_is_planned_stands_in_the_index_alone_and_the_asset_knows_the_run(instance: dg.DagsterInstance) -> None:
    days = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-03"}
    run = instance.create_run_for_job(night(), tags=days).run_id
    assert _kinds(instance, "index") == {KINDS.ASSET_MATERIALIZATION_PLANNED.value: 3 + 2}
    assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
    assert not Path(instance.event_log_storage.path_for_shard(run)).exists()
    records = instance.get_asset_records([LINES, TOTALS, REPORT])
    assert {record.asset_entry.last_run_id for record in records} == {run}
    assert len(records) == 3


def test_what_was_seen_of_an_asset_changes_nothing_of_what_was_made(instance: dg.DagsterInstance) -> None:
    instance.report_runless_asset_event(dg.AssetObservation(REPORT))
    assert instance.has_asset_key(REPORT)
    run = _run(instance)
    instance.report_runless_asset_event(dg.AssetObservation(TOTALS))
    (record,) = instance.get_asset_records([TOTALS])
    assert record.asset_entry.last_run_id == run
    assert instance.get_latest_materialization_events([TOTALS])[TOTALS] is not None


def test_a_run_prints_what_was_made_and_what_differs_and_no_line_for_what_holds_or_for_an_output_of_nothing(
    instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    _run(instance)
    printed = capfd.readouterr().err
    assert "ASSET_MATERIALIZATION" in printed
    assert "Asset check 'differs' on 'totals' did not pass." in printed
    assert "'holds'" not in printed
    assert "STEP_OUTPUT" not in printed


def test_days_that_failed_are_known_as_failed_until_they_have_landed(instance: dg.DagsterInstance) -> None:
    def status() -> tuple[set[str], set[str], set[str]]:
        value = get_and_update_asset_status_cache_value(instance, LINES, DAYS)
        assert value is not None
        found = (
            value.serialized_materialized_partition_subset,
            value.serialized_failed_partition_subset,
            value.serialized_in_progress_partition_subset,
        )
        landed, failed, under_way = (
            set(DAYS.deserialize_subset(one).get_partition_keys()) if one else set() for one in found
        )
        return landed, failed, under_way

    _run(instance, "2024-01-02", fails="land")
    assert status() == (set(), {"2024-01-01", "2024-01-02"}, set())
    _run(instance, "2024-01-01")
    assert status() == ({"2024-01-01"}, {"2024-01-02"}, set())
    _run(instance, "2024-01-03")
    assert status() == ({"2024-01-01", "2024-01-02", "2024-01-03"}, set(), set())


def test_a_run_goes_on_after_the_step_that_failed(instance: dg.DagsterInstance) -> None:
    failed = _run(instance, fails="publish")
    with dg.execute_job(
        dg.reconstructable(night),
        instance=instance,
        reexecution_options=dg.ReexecutionOptions.from_failure(failed, instance),
    ) as again:
        assert again.success
        assert [event.step_key for event in again.get_step_success_events()] == ["publish"]


def test_a_value_that_another_step_loads_keeps_its_event(instance: dg.DagsterInstance) -> None:
    night()
    with dg.execute_job(dg.reconstructable(counted), instance=instance) as done:
        assert _kinds(instance, done.run_id)[KINDS.STEP_OUTPUT.value] == 2
    assert empty_outputs([land, build]) == {
        ("land", "lines"),
        *(("build", name) for name in ("totals", "totals_holds", "totals_differs")),
    }


def test_the_number_of_an_event_is_never_given_away_again(instance: dg.DagsterInstance) -> None:
    def last() -> int:
        assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
        with closing(sqlite3.connect(instance.event_log_storage.path_for_shard("index"))) as file:
            return int(file.execute("select max(id) from event_logs").fetchone()[0])

    def build_alone() -> None:
        with dg.execute_job(dg.reconstructable(night), instance=instance, asset_selection=[TOTALS]) as done:
            assert done.success

    build_alone()
    before = last()
    # a planned table, the start, a table, what its two checks found, the end
    build_alone()
    assert last() == before + 6
