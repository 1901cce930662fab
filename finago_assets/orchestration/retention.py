"""How long run history is kept: a sensor that removes old runs a few at a time, without making runs of its own.

Owns what may go. The newest materialization of every asset and day stays, whatever its age: the partition bar of the UI
would otherwise forget days that have landed.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from sqlalchemy import delete, func, select, tuple_

from finago_assets.core.windows import utc_now
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement

# one evaluation of a sensor has a minute in all
RUNS_AT_ONCE: Final = 20
# A night is the newest one for one day of each windowed asset. A first load is it for years of days: it is one run, and
# is kept.
MOST_CARRIED_OVER: Final = 50
HOURLY: Final = 3600
_CHECKS: Final = AssetCheckExecutionsTable.c
_PLANNED: Final = _CHECKS.execution_status == AssetCheckExecutionRecordStatus.PLANNED.value


@dg.sensor(
    name="prune_run_history",
    minimum_interval_seconds=HOURLY,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Removes runs older than FINAGO_KEEP_RUNS_DAYS from the run history, logs included.",
)
def prune_run_history(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Remove what is too old; say how much."""
    days = read_settings().keep_runs_days
    if days == 0:
        return dg.SkipReason("FINAGO_KEEP_RUNS_DAYS is 0: run history is kept for good.")
    gone = prune(context.instance, utc_now() - timedelta(days=days))
    return dg.SkipReason(f"{gone:,} runs older than {days:,} days removed.")


def prune(instance: dg.DagsterInstance, before: datetime, most: int = RUNS_AT_ONCE) -> int:
    """Remove finished runs that were created before a moment, the oldest first; return how many went."""
    finished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED],
        created_before=before,
    )
    gone = 0
    for record in instance.get_run_records(finished, ascending=True):
        if gone == most:
            break
        gone += _remove_run(instance, record.dagster_run.run_id)
    return gone


def _remove_run(instance: dg.DagsterInstance, run_id: str) -> bool:
    newest = _newest_of(instance, run_id)
    if newest is None:
        return False
    for materialization in newest:
        # a copy without a run: for Dagster the day stays materialized, with the same facts
        instance.report_runless_asset_event(materialization)
    _remove_check_results(instance, run_id)
    shard = _own_file(instance, run_id)
    instance.delete_run(run_id)
    # deleting empties the file of a run and leaves it there; SQLite gives none of it back
    for path in shard:
        path.unlink(missing_ok=True)
    with suppress(NotImplementedError, FileNotFoundError):
        shutil.rmtree(Path(instance.storage_directory()) / run_id)
    return True


def _newest_of(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetMaterialization] | None:
    """Return what a run made that is the newest of its asset and day; None where the run is to stay."""
    found: list[dg.AssetMaterialization] = []
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    made = {
        (materialization.asset_key, materialization.partition)
        for record in records
        if (materialization := record.event_log_entry.asset_materialization) is not None
    }
    for key, partition in made:
        newest = _newest_of_run(instance, run_id, key, partition)
        if newest is None:
            continue
        if partition is None or len(found) == MOST_CARRIED_OVER:
            return None
        found.append(newest)
    return found


def _newest_of_run(
    instance: dg.DagsterInstance, run_id: str, key: dg.AssetKey, partition: str | None
) -> dg.AssetMaterialization | None:
    """Return the newest one as the index has it, where it is this run's: the file of the run has less of it."""
    wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=None if partition is None else [partition])
    newest = instance.fetch_materializations(wanted, limit=1).records
    return newest[0].asset_materialization if newest and newest[0].run_id == run_id else None


def _remove_check_results(instance: dg.DagsterInstance, run_id: str) -> None:
    """Dagster keeps every result of every check for good: a row for each check a night, and no door to remove one."""
    newest = select(func.max(_CHECKS.id)).group_by(_CHECKS.asset_key, _CHECKS.check_name)
    _remove_check_rows(instance, run_id, _CHECKS.id.not_in(newest))


def remove_planned_days(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove what a run over a range of days has planned of its checks, a row for each check and day: 1.4 KB each.

    No check of ours is one of a day, so nothing ever fills those rows (Dagster 1.13); a result has a row of its own.
    """
    _remove_check_rows(instance, run_id, _PLANNED, _CHECKS.partition.is_not(None))


def remove_planned_checks(instance: dg.DagsterInstance, run_id: str, keys: Collection[dg.AssetCheckKey]) -> None:
    """Remove what a run has planned of checks that it need not evaluate."""
    names = [(key.asset_key.to_string(), key.name) for key in keys]
    _remove_check_rows(instance, run_id, _PLANNED, tuple_(_CHECKS.asset_key, _CHECKS.check_name).in_(names))


def _remove_check_rows(instance: dg.DagsterInstance, run_id: str, *which: ColumnElement[bool]) -> None:
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(delete(AssetCheckExecutionsTable).where(_CHECKS.run_id == run_id, *which))


def _own_file(instance: dg.DagsterInstance, run_id: str) -> list[Path]:
    """The file that SQLite's event log keeps for each run, with what may lie beside it."""
    find = getattr(instance.event_log_storage, "path_for_shard", None)
    return [] if find is None else [Path(f"{find(run_id)}{end}") for end in ("", "-wal", "-shm", "-journal")]
