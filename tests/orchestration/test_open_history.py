"""The history of a process is written through connections that stay open, into the same files as Dagster's own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import psutil
import pytest
import sqlalchemy.exc
from dagster._core.storage.event_log import SqliteEventLogStorage

from finago_assets.orchestration import open_history

if TYPE_CHECKING:
    from collections.abc import Iterator


@dg.asset
def made() -> None: ...


@dg.asset_check(asset=made)
def holds() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def _run(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    defs = dg.Definitions(assets=[made], asset_checks=[holds])
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    open_history.keep_history_open()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def _shard(instance: dg.DagsterInstance, name: str) -> Path:
    assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
    return Path(instance.event_log_storage.path_for_shard(name))


def _opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Count every file that SQLite opens from here on."""
    found: list[object] = []
    connect = sqlite3.dbapi2.connect

    def counted(*arguments: object, **options: object) -> sqlite3.Connection:
        found.append(arguments[0])
        return connect(*arguments, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3.dbapi2, "connect", counted)
    return found


def test_the_file_of_a_run_is_opened_for_good_and_dagster_reads_all_of_it(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(instance)
    opened = _opened(monkeypatch)
    done = _run(instance)
    events = instance.get_records_for_run(done.run_id).records
    # four times to make its tables, once for good
    assert len([path for path in opened if done.run_id in f"{path}"]) == 5 < len(events) // 2
    with dg.DagsterInstance.local_temp(str(tmp_path)) as again:
        assert again.get_run_by_id(done.run_id).is_success  # type: ignore[union-attr]
        (checked,) = again.get_records_for_run(done.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
        assert checked.event_log_entry.get_dagster_event().asset_check_evaluation_data.passed


def test_a_history_that_was_removed_meanwhile_is_missed_and_not_written_into_nowhere(
    instance: dg.DagsterInstance,
) -> None:
    done = _run(instance)
    _shard(instance, "index").unlink()
    with pytest.raises(sqlalchemy.exc.OperationalError, match="no such table"):
        instance.report_runless_asset_event(dg.AssetMaterialization("made"))
    assert done.success


def test_no_more_files_stay_open_than_a_run_needs(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    for _ in range(open_history.MOST_OPEN + 2):
        _run(instance)
    opened = {file.path for file in psutil.Process().open_files()}
    held = {path for path in opened if path.startswith(str(tmp_path)) and "/runs/" in path and path.endswith(".db")}
    assert len(held) <= open_history.MOST_OPEN


def test_what_was_written_is_there_for_another_process_at_once(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    done = _run(instance)
    # as a copy of the three files, which is what a killed process leaves
    copied = tmp_path / "copied"
    shutil.copytree(_shard(instance, done.run_id).parent, copied)
    with closing(sqlite3.connect(copied / f"{done.run_id}.db")) as kept:
        assert kept.execute("select count(*) from event_logs").fetchone()[0] > 5


def test_the_file_of_a_run_that_said_little_is_small(instance: dg.DagsterInstance) -> None:
    done = _run(instance)
    with closing(sqlite3.connect(_shard(instance, done.run_id))) as file:
        assert file.execute("PRAGMA page_size").fetchall() == [(open_history.PAGE_BYTES,)]
    # of Dagster's own pages it was 140 kB
    assert _shard(instance, done.run_id).stat().st_size < 50_000


def test_a_young_history_that_was_begun_with_large_pages_gives_back_its_empty_room_and_keeps_its_log(
    tmp_path: Path,
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        done = _run(instance)
        files = [_shard(instance, "index"), *tmp_path.rglob("runs.db"), *tmp_path.rglob("schedules.db")]
        assert len(files) == 3
        # which lets go of them, too
        open_history.give_room_back(instance, done.run_id)
        for file in files:
            _rewrite(file, page_bytes=4096)
        before = sum(file.stat().st_size for file in files)
        with closing(sqlite3.connect(files[0])) as reader:
            # somebody looks at it: it stays as it is until the next run
            reader.execute("begin")
            reader.execute("select count(*) from event_logs").fetchall()
            open_history.give_room_back(instance, done.run_id)
            assert [_pragma(file, "page_size") for file in files] == [4096, 512, 512]
        open_history.give_room_back(instance, done.run_id)
        assert [_pragma(file, "page_size") for file in files] == [1024, 512, 512]
        assert [_pragma(file, "journal_mode") for file in files] == ["wal", "wal", "wal"]
        assert sum(file.stat().st_size for file in files) < 0.5 * before
        assert instance.get_latest_materialization_event(dg.AssetKey("made")).run_id == done.run_id  # type: ignore[union-attr]
        assert _run(instance).success


def test_an_index_from_which_plans_were_removed_gives_their_room_back(instance: dg.DagsterInstance) -> None:
    done = _run(instance)
    index = _shard(instance, "index")
    with closing(sqlite3.connect(index)) as file, file:
        file.execute("create table planned as select hex(randomblob(40000))")
        file.execute("drop table planned")
    assert _pragma(index, "freelist_count")
    open_history.give_room_back(instance, done.run_id)
    assert _pragma(index, "freelist_count") == 0


@pytest.mark.parametrize("page_bytes", [512, 4096], ids=["nobody looks", "somebody looks at it"])
def test_the_file_of_a_run_that_the_ui_began_becomes_small_and_is_read_as_before(
    tmp_path: Path, page_bytes: int
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        done = _run(instance)
        before = [record.event_log_entry for record in instance.get_records_for_run(done.run_id).records]
        # which lets go of it, too
        open_history.give_room_back(instance, done.run_id)
        file = _shard(instance, done.run_id)
        _rewrite(file, page_bytes=4096)
        with closing(sqlite3.connect(file)) as writer, writer:
            writer.execute("create table planned as select hex(randomblob(40000))")
            writer.execute("drop table planned")
            writer.execute("create index idx_step_key on event_logs (step_key)")
        large = file.stat().st_size
        with closing(sqlite3.connect(file)) as reader:
            reader.execute("select count(*) from event_logs").fetchall()
            if page_bytes == 512:
                reader.close()
            open_history.give_room_back(instance, done.run_id)
        assert _pragma(file, "page_size") == page_bytes
        assert _pragma(file, "freelist_count") == 0
        assert file.stat().st_size < large - 80_000
        with closing(sqlite3.connect(file)) as reader:
            assert not reader.execute(
                "select name from sqlite_master where tbl_name = 'event_logs' and type = 'index'"
            ).fetchall()
        assert [record.event_log_entry for record in instance.get_records_for_run(done.run_id).records] == before
        (checked,) = instance.get_records_for_run(
            done.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
        assert checked.event_log_entry.get_dagster_event().asset_check_evaluation_data.passed
        assert [stats.step_key for stats in instance.get_run_step_stats(done.run_id)] == ["made", "made_holds"]


def _pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(f"PRAGMA {name}").fetchone()[0]


def _rewrite(path: Path, page_bytes: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in ("PRAGMA journal_mode=DELETE", f"PRAGMA page_size={page_bytes}", "VACUUM"):
            file.execute(statement).fetchall()
        assert file.execute("PRAGMA journal_mode=WAL").fetchall() == [("wal",)]
