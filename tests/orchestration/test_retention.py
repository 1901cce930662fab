"""Old runs go and what they say of landed days stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from finago_assets.core.windows import utc_now
from finago_assets.orchestration.retention import (
    MOST_CARRIED_OVER,
    prune,
    prune_run_history,
    remove_planned_days,
)

LINES = dg.AssetKey("lines")
DAYS = dg.DailyPartitionsDefinition("2024-01-01")


@dg.multi_asset(specs=[dg.AssetSpec("lines", partitions_def=DAYS)], backfill_policy=dg.BackfillPolicy.single_run())
def lines() -> Iterator[dg.MaterializeResult[None]]:
    """Stands for a windowed endpoint: one event for each day of a range."""
    yield dg.MaterializeResult(asset_key="lines", metadata={"rows": 3})


@dg.asset(check_specs=[dg.AssetCheckSpec("agrees", asset="accounts")])
def accounts() -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    yield dg.Output(None)
    yield dg.AssetCheckResult(passed=True)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def _night(instance: dg.DagsterInstance, first: str, last: str, *, asset: dg.AssetsDefinition = lines) -> str:
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    done = dg.materialize([asset], instance=instance, tags={} if asset is accounts else tags)
    assert done.success
    return done.run_id


def _landed(instance: dg.DagsterInstance) -> set[str]:
    return instance.get_materialized_partitions(LINES)


def _files(instance: dg.DagsterInstance, run: str) -> list[Path]:
    return [path for path in Path(instance.root_directory).rglob("*") if run in path.name]


def _later() -> datetime:
    return utc_now() + timedelta(days=1)


def test_an_old_run_goes_with_its_files_and_its_days_stay_landed(instance: dg.DagsterInstance) -> None:
    old = _night(instance, "2024-01-01", "2024-01-03")
    assert _files(instance, old)
    now = utc_now()
    new = _night(instance, "2024-01-02", "2024-01-04")
    before = _landed(instance)
    assert prune(instance, now) == 1
    assert [run.run_id for run in instance.get_runs()] == [new]
    assert _files(instance, old) == []
    assert _landed(instance) == before == {f"2024-01-0{day}" for day in range(1, 5)}


def test_what_was_carried_over_is_the_event_with_its_facts(instance: dg.DagsterInstance) -> None:
    old = _night(instance, "2024-01-01", "2024-01-01")
    wanted = dg.AssetRecordsFilter(asset_key=LINES, asset_partitions=["2024-01-01"])
    (before,) = instance.fetch_materializations(wanted, limit=5).records
    assert before.run_id == old
    assert prune(instance, _later()) == 1
    (after,) = instance.fetch_materializations(wanted, limit=5).records
    assert after.asset_materialization == before.asset_materialization
    assert after.run_id != old


def test_a_run_that_is_the_newest_of_an_unpartitioned_asset_stays(instance: dg.DagsterInstance) -> None:
    first, second = (_night(instance, "", "", asset=accounts) for _ in range(2))
    assert prune(instance, _later()) == 1
    assert {run.run_id for run in instance.get_runs()} == {second} != {first}
    (check,) = accounts.check_keys
    results = instance.event_log_storage.get_asset_check_execution_history(check, limit=10)
    assert [result.run_id for result in results] == [second]


def test_a_first_load_stays_for_the_days_that_only_it_has_landed(instance: dg.DagsterInstance) -> None:
    last = datetime(2024, 1, 1) + timedelta(days=MOST_CARRIED_OVER)  # noqa: DTZ001  a day
    run = _night(instance, "2024-01-01", f"{last:%Y-%m-%d}")
    assert prune(instance, _later()) == 0
    assert [found.run_id for found in instance.get_runs()] == [run]


def test_young_runs_and_runs_under_way_stay_and_the_oldest_go_first(instance: dg.DagsterInstance) -> None:
    nights = [_night(instance, "2024-01-01", "2024-01-02") for _ in range(3)]
    assert prune(instance, utc_now() - timedelta(days=1)) == 0
    under_way = instance.create_run_for_job(dg.Definitions([lines]).resolve_implicit_global_asset_job_def())
    assert prune(instance, _later(), most=2) == 2
    assert {run.run_id for run in instance.get_runs()} == {nights[2], under_way.run_id}


def test_the_sensor_says_what_it_removed_and_keeps_everything_when_told_to(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    _night(instance, "2024-01-01", "2024-01-02")
    with dg.build_sensor_context(instance) as context:
        said = prune_run_history(context)
        assert isinstance(said, dg.SkipReason)
        assert said.skip_message == "0 runs older than 30 days removed."
        monkeypatch.setenv("FINAGO_KEEP_RUNS_DAYS", "0")
        said = prune_run_history(context)
        assert isinstance(said, dg.SkipReason)
        assert "kept for good" in (said.skip_message or "")


@dg.multi_asset(
    specs=[dg.AssetSpec("lines", partitions_def=DAYS)],
    check_specs=[dg.AssetCheckSpec("holds", asset="lines")],
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def checked_lines() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    yield dg.MaterializeResult(asset_key="lines")
    yield dg.AssetCheckResult(asset_key="lines", check_name="holds", passed=True)


def test_a_check_of_a_run_over_many_days_has_one_row_and_not_one_for_each_day(instance: dg.DagsterInstance) -> None:
    run = _night(instance, "2024-01-01", "2024-01-31", asset=checked_lines)
    key = dg.AssetCheckKey(LINES, "holds")
    planned = instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
    assert len(planned) == 31 + 1
    remove_planned_days(instance, run)
    (left,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
    assert left.status is AssetCheckExecutionRecordStatus.SUCCEEDED
