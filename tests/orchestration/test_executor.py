"""What the executor does around the steps: ends dead runs, keeps its own note, leaves where history fails."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import dagster as dg
import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from finago_assets.core.processes import this_process
from finago_assets.core.windows import utc_now
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.executor import WatchedExecutor, watched
from finago_assets.orchestration.liveness import Note
from finago_assets.orchestration.lost_history import HISTORY_LOST
from finago_assets.settings import Executor, Settings


@dg.op
def look(context: dg.OpExecutionContext) -> None:
    """Fail unless this run has its note, and the dead one has ended."""
    key = f"finago/process/{context.run_id}"
    noted = context.instance.run_storage.get_cursor_values({key})
    assert msgspec.json.decode(noted[key], type=Note).process == this_process()
    statuses = [run.status for run in context.instance.get_runs() if run.run_id != context.run_id]
    assert statuses == [dg.DagsterRunStatus.FAILURE]


@dg.job(executor_def=watched(dg.in_process_executor))
def looking() -> None:
    look()


DAYS = dg.DailyPartitionsDefinition("2024-01-01")


@dg.multi_asset(specs=[dg.AssetSpec("lines", partitions_def=DAYS)], backfill_policy=dg.BackfillPolicy.single_run())
def lines() -> Iterator[dg.MaterializeResult[None]]:
    yield dg.MaterializeResult(asset_key="lines")


@dg.asset_check(asset="lines")
def holds() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def days() -> dg.JobDefinition:
    """A run over days, with a check that is not one of a day."""
    executor = watched(dg.in_process_executor)
    defs = dg.Definitions([lines], asset_checks=[holds], jobs=[dg.define_asset_job("days")], executor=executor)
    return defs.resolve_job_def("days")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def test_a_run_ends_dead_runs_before_its_first_step_and_says_so(instance: dg.DagsterInstance) -> None:
    dead = instance.create_run_for_job(looking, status=dg.DagsterRunStatus.STARTED)
    note = Note(msgspec.structs.replace(this_process(), boot="another"), utc_now())
    instance.run_storage.set_cursor_values({f"finago/process/{dead.run_id}": msgspec.json.encode(note).decode()})
    with dg.execute_job(dg.reconstructable(looking), instance=instance) as done:
        assert done.success
        said = [entry.user_message for entry in instance.all_logs(done.run_id)]
    assert any(f"Run {dead.run_id} was still under way in the books" in line for line in said)


def test_a_run_over_days_leaves_one_row_for_a_check_and_not_one_for_each_day(instance: dg.DagsterInstance) -> None:
    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-31"}
    with dg.execute_job(dg.reconstructable(days), instance=instance, tags=tags) as done:
        assert done.success
    key = dg.AssetCheckKey(lines.key, "holds")
    assert len(instance.event_log_storage.get_asset_check_execution_history(key, limit=100)) == 1


@pytest.mark.parametrize("executor", Executor)
def test_every_job_runs_under_it_whatever_the_settings_choose(executor: Executor) -> None:
    made = build_definitions(Settings(executor=executor))
    assert made.executor is not None
    inner = {Executor.IN_PROCESS: dg.in_process_executor, Executor.MULTIPROCESS: dg.multiprocess_executor}[executor]
    assert isinstance(made.executor, dg.ExecutorDefinition)
    assert made.executor.name == inner.name
    created = made.executor.executor_creation_fn
    assert created is not None
    assert created is not inner.executor_creation_fn


class _Failing(dg.Executor):
    """Executes nothing, and fails with what it was given."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @property
    def retries(self) -> Any:
        return None

    def execute(self, *_: Any) -> Iterator[dg.DagsterEvent]:
        return map(self._raise, [None])

    def _raise(self, _: None) -> dg.DagsterEvent:
        raise self._error


class _Plan:
    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.run_id = "this"


FULL = OperationalError("insert", {}, sqlite3.OperationalError("database or disk is full"))


def test_a_history_that_cannot_be_written_ends_the_process_with_one_sentence(
    instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[int] = []
    executor = WatchedExecutor(_Failing(FULL), ended.append)
    assert list(executor.execute(cast("Any", _Plan(instance)), cast("Any", None))) == []
    assert ended == [HISTORY_LOST]
    assert capsys.readouterr().err.startswith("The run history cannot be written (database or disk is full)")


def test_any_other_error_is_dagsters_to_report(instance: dg.DagsterInstance) -> None:
    executor = WatchedExecutor(_Failing(ZeroDivisionError()), lambda _: None)
    with pytest.raises(ZeroDivisionError):
        list(executor.execute(cast("Any", _Plan(instance)), cast("Any", None)))
