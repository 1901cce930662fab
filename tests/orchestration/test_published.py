"""`published` by itself, as the UI launches it: what it takes, what it waits for, and what it refuses."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import duckdb
import psycopg
import pytest
from dagster_dbt.dbt_manifest import validate_manifest

from finago_assets.apis.finago import FINAGO
from finago_assets.core.landing.lock import queued_lock
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.warehouse.generation import Marked
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.orchestration.copies import PARQUET_CHECK, SQL_CHECK
from finago_assets.orchestration.dbt_project import dbt_project, dbt_resource
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.warehouse import PUBLISHED, publisher
from finago_assets.settings import Settings, read_settings
from tests.postgresql import PASSWORD

NOW = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
LANDED = {("transactionlines", "1"): 31}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder whose working warehouse is whole, built by run "built"."""
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path / "data"))
    made = read_settings()
    _build(made, "built", NOW)
    return made


def _build(settings: Settings, run: str, now: datetime, landed: dict[tuple[str, str], int] = LANDED) -> None:
    graph = BuildGraph.of_manifest(validate_manifest(dbt_project().manifest_path))
    marked = Marked(settings.working_warehouse)
    marked.begin(run, (), now)
    marked.finish(dict.fromkeys(graph.parents, ""), landed, now)


def _publish(instance: dg.DagsterInstance, config: dict[str, Any] | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        warehouse_assets([*FINAGO.endpoints.values()]),
        selection=[PUBLISHED],
        resources={"dbt": dbt_resource()},
        instance=instance,
        run_config={"ops": {"publish": {"config": config}}} if config else None,
        raise_on_error=False,
    )


def _said(done: dg.ExecuteInProcessResult) -> str:
    (failure,) = done.get_step_failure_events()
    given = failure.step_failure_data.user_failure_data
    assert given is not None
    return str(given.description)


def test_alone_it_publishes_the_working_warehouse_and_says_whose_build_that_is(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    done = _publish(instance)
    assert done.success
    (event,) = done.asset_materializations_for_node("publish")
    assert event.metadata["build_of_run"].value == "built"
    assert settings.published_warehouse.exists()
    assert not list((settings.work_dir / "builds").glob("*.duckdb"))


def test_it_publishes_the_copy_that_its_own_run_kept_although_another_build_has_begun_since(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    """The stand-in for dbt builds, keeps its copy, and is overtaken by another run's build before `published`."""

    def overtaken(context: dg.AssetExecutionContext) -> None:
        _build(settings, context.run_id, NOW + timedelta(hours=1))
        copy_database(settings.working_warehouse, publisher(settings).copy_of(context.run_id))
        Marked(settings.working_warehouse).begin("another", (), NOW + timedelta(hours=2))

    stand_in = dg.asset(key=["marts", "accounts"])(overtaken)
    _, published = warehouse_assets([*FINAGO.endpoints.values()])
    done = dg.materialize([stand_in, published], instance=instance, raise_on_error=False)
    assert done.success
    (event,) = done.asset_materializations_for_node("publish")
    assert event.metadata["build_of_run"].value == done.run_id


def test_alone_it_waits_for_a_build_that_is_under_way(settings: Settings, tmp_path: Path) -> None:
    results: list[dg.ExecuteInProcessResult] = []
    # a history in memory refuses to be read while another thread writes it
    with dg.DagsterInstance.local_temp(f"{tmp_path}") as instance:
        waiting = Thread(target=lambda: results.append(_publish(instance)))
        with queued_lock(settings.work_dir / "warehouse.lock", 0, who="builder"):
            waiting.start()
            while not _has_said(instance, "Run builder holds the working warehouse"):
                assert waiting.is_alive()
            assert not settings.published_warehouse.exists()
        waiting.join()
    assert results[0].success


def _has_said(instance: dg.DagsterInstance, text: str) -> bool:
    runs = instance.get_runs(limit=1)
    return bool(runs) and any(text in entry.user_message for entry in instance.all_logs(runs[0].run_id))


def test_a_build_that_never_finished_is_refused(settings: Settings, instance: dg.DagsterInstance) -> None:
    Marked(settings.working_warehouse).begin("died", (), NOW)
    said = _said(_publish(instance))
    assert "NotProven" in said
    assert "run died" in said
    assert not settings.published_warehouse.exists()


def test_fewer_days_are_refused_until_the_launchpad_says_that_they_are_meant(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    assert _publish(instance).success
    _build(settings, "smaller", NOW + timedelta(hours=1), {("transactionlines", "1"): 30})
    said = _said(_publish(instance))
    assert "30 instead of 31" in said
    assert _publish(instance, {"accept_fewer": True}).success


def test_a_difference_from_the_erp_withholds_it_too_when_the_settings_say_block(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(duckdb.connect(settings.working_warehouse)) as warehouse:
        warehouse.execute(
            "create schema marts; create table marts.ledger_tie_out as "
            "select 'o' as organization_id, 1920 as account_number, date '2024-01-01' as period, 'differs' as status"
        )
    monkeypatch.setenv("FINAGO_TIE_OUT", "block")
    said = _said(_publish(instance))
    assert "1 account-months differ from the ERP" in said
    monkeypatch.setenv("FINAGO_TIE_OUT", "warn")
    assert _publish(instance).success


def _with_accounts(settings: Settings) -> None:
    with closing(duckdb.connect(settings.working_warehouse)) as warehouse:
        warehouse.execute("create schema marts")
        warehouse.execute("create table marts.accounts as select 'o' as organization_id, 1920 as account_number")


def test_it_says_which_tables_it_holds_and_how_it_is_opened(settings: Settings, instance: dg.DagsterInstance) -> None:
    _with_accounts(settings)
    # of a build that stands, too
    for _ in range(2):
        (event,) = _publish(instance).asset_materializations_for_node("publish")
        tables = event.metadata["tables"]
        assert isinstance(tables, dg.TableMetadataValue)
        assert [record.data for record in tables.records] == [{"table": "marts.accounts", "rows": 1}]
        assert str(settings.published_warehouse) in str(event.metadata["how_to_open_it"].value)
        assert event.metadata["path"] == dg.MetadataValue.path(str(settings.published_warehouse))
        assert event.metadata["dagster/size_bytes"].value == settings.published_warehouse.stat().st_size
        assert str(event.metadata["holds"].value).startswith("1 tables with 1 rows, ")


def test_a_file_from_before_it_held_the_marts_alone_is_published_anew(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    _with_accounts(settings)
    assert _publish(instance).success
    record = settings.work_dir / "published.json"
    record.write_text(record.read_text().replace("v1.2.0", "v1.0.0"))
    before = settings.published_warehouse.stat().st_ino
    assert _publish(instance).success
    assert settings.published_warehouse.stat().st_ino != before
    settings.published_details.unlink()
    assert _publish(instance).success
    assert settings.published_details.exists()


def _said_of_copy(done: dg.ExecuteInProcessResult, check: str) -> tuple[bool, str]:
    assert done.success
    (found,) = [one for one in done.get_asset_check_evaluations() if one.check_name == check]
    return found.passed, found.description or ""


@pytest.mark.usefixtures("settings")
def test_nothing_is_copied_where_it_is_not_known_what_is_published(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FINAGO_PUBLISH_PARQUET", str(tmp_path / "marts"))
    passed, said = _said_of_copy(_publish(instance), PARQUET_CHECK)
    assert (passed, "is not known" in said, (tmp_path / "marts").exists()) == (False, True, False)


def test_a_folder_of_the_settings_gets_the_tables_as_parquet_and_one_that_cannot_holds_back_nothing(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _with_accounts(settings)
    monkeypatch.setenv("FINAGO_PUBLISH_PARQUET", str(tmp_path / "marts"))
    passed, said = _said_of_copy(_publish(instance), PARQUET_CHECK)
    assert (passed, said) == (True, f"1 tables with 1 rows are in {tmp_path}/marts/current.")
    assert (tmp_path / "marts" / "current" / "marts" / "accounts.parquet").is_file()
    monkeypatch.setenv("FINAGO_PUBLISH_PARQUET", str(settings.data_dir / "raw"))
    settings.published_warehouse.unlink()
    passed, said = _said_of_copy(_publish(instance), PARQUET_CHECK)
    assert not passed
    assert "which the pipeline keeps for itself" in said
    assert settings.published_warehouse.exists()
    assert not (settings.data_dir / "raw").exists()


def test_a_database_of_the_settings_gets_the_tables_and_one_that_does_not_answer_holds_back_nothing(
    settings: Settings,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    postgresql: str,
) -> None:
    _with_accounts(settings)
    monkeypatch.setenv("WAREHOUSE_ADDRESS", f"{postgresql}#books")
    monkeypatch.setenv("FINAGO_PUBLISH_SQL", "env:WAREHOUSE_ADDRESS")
    passed, said = _said_of_copy(_publish(instance), SQL_CHECK)
    assert (passed, said) == (True, "1 tables with 1 rows are in postgresql:///postgres#books.")
    with psycopg.connect(postgresql) as connection:
        assert connection.execute("select * from books.accounts").fetchall() == [("o", 1920)]
    monkeypatch.setenv("WAREHOUSE_ADDRESS", f"postgresql://me:{PASSWORD}@127.0.0.1:9/db")
    settings.published_warehouse.unlink()
    passed, said = _said_of_copy(_publish(instance), SQL_CHECK)
    assert not passed
    assert "the published file is there all the same" in said
    assert "postgresql://127.0.0.1:9/db#finago cannot be written: no connection" in said
    assert settings.published_warehouse.exists()
    assert PASSWORD not in said + "".join(
        repr(entry) for run in instance.get_runs() for entry in instance.all_logs(run.run_id)
    )
