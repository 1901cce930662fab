"""What a run leaves in a history in PostgreSQL, and what is left when it is old: as little as in files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
import psycopg
import pytest

from finago_assets.core.windows import utc_now
from finago_assets.orchestration.retention import prune
from tests.orchestration.test_short_history import HOLDS, KINDS, LINES, night
from tests.postgresql import postgresql, postgresql_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["postgresql", "postgresql_server"]
SECOND = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-03"}


@pytest.fixture
def instance(postgresql: str, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    pytest.importorskip("dagster_postgres")
    url = postgresql.replace("postgresql://", "postgresql+psycopg2://")
    launcher = {"module": "finago_assets.orchestration.launcher", "class": "WatchfulRunLauncher"}
    changes = {"storage": {"postgres": {"postgres_url": url}}, "run_launcher": launcher}
    with dg.instance_for_test(overrides=changes, temp_dir=f"{tmp_path}") as made:
        yield made


def _run(instance: dg.DagsterInstance, fails: str = "") -> str:
    with dg.execute_job(dg.reconstructable(night), instance=instance, tags={**SECOND, "fails": fails}) as done:
        assert done.success == (not fails)
        return done.run_id


def _kinds(url: str) -> dict[str, int]:
    with psycopg.connect(url) as history:
        return dict(
            history.execute("select coalesce(dagster_event_type, ''), count(*) from event_logs group by 1").fetchall()
        )


def test_what_was_planned_and_handed_on_is_gone_and_what_was_made_and_found_is_there_once(
    instance: dg.DagsterInstance, postgresql: str
) -> None:
    run = _run(instance)
    kinds = _kinds(postgresql)
    assert kinds[KINDS.ASSET_MATERIALIZATION.value] == 3 + 2
    assert kinds[KINDS.ASSET_CHECK_EVALUATION.value] == 2
    assert kinds[KINDS.STEP_SUCCESS.value] == 3
    assert not kinds.keys() & {
        KINDS.STEP_OUTPUT.value,
        KINDS.ASSET_MATERIALIZATION_PLANNED.value,
        KINDS.ASSET_CHECK_EVALUATION_PLANNED.value,
    }
    (found,) = instance.event_log_storage.get_asset_check_execution_history(HOLDS, limit=9)
    assert found.event is not None
    assert found.run_id == run


def test_days_that_did_not_come_true_stay_planned(instance: dg.DagsterInstance, postgresql: str) -> None:
    _run(instance, fails="land")
    assert _kinds(postgresql)[KINDS.ASSET_MATERIALIZATION_PLANNED.value] >= 3


def test_an_old_run_goes_and_its_days_stay_landed(instance: dg.DagsterInstance, postgresql: str) -> None:
    for _ in range(2):
        _run(instance)
    assert prune(instance, utc_now() + timedelta(days=1)) == 1
    assert instance.get_materialized_partitions(LINES) == {"2024-01-01", "2024-01-02", "2024-01-03"}
    with psycopg.connect(postgresql) as history:
        assert history.execute("select count(*) from runs").fetchall() == [(1,)]


def test_a_connection_that_was_cut_between_two_events_costs_the_run_nothing(
    instance: dg.DagsterInstance, postgresql: str
) -> None:
    _run(instance)
    with psycopg.connect(postgresql, autocommit=True) as admin:
        cut = admin.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where pid <> pg_backend_pid() and backend_type = 'client backend'"
        ).fetchall()
    assert cut[0][0] > 0
    _run(instance)


def test_the_daemon_keeps_its_connection_as_soon_as_it_knows_its_launcher(
    instance: dg.DagsterInstance, postgresql: str
) -> None:
    def still_connected() -> int:
        instance.report_runless_asset_event(dg.AssetMaterialization("rows"))
        with psycopg.connect(postgresql) as admin:
            open_ones = (
                "select count(*) from pg_stat_activity "
                "where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
            found = admin.execute(open_ones).fetchall()
        return int(found[0][0])

    # those of instances before this one, in this process
    before = still_connected()
    assert instance.run_launcher
    assert still_connected() == before + 1
