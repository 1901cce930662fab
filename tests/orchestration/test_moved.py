"""The nightly run lands older days again from which a record has moved, as the published build names them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from finago_assets.orchestration.jobs import MOST_MOVED, nightly
from finago_assets.orchestration.moved import days_to_land_again
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NIGHT = datetime(2024, 6, 30, 2, 15, tzinfo=UTC)


def publish(folder: Path, days: list[str], organization: str = "org-1") -> Settings:
    """Write what the question needs of a published build: the marks of both tables."""
    settings = Settings(data_dir=folder, start_date=date(2024, 1, 1))
    with duckdb.connect(str(settings.published_details)) as connection:
        connection.execute("create schema staging")
        for table, moved in (("stg_salesorders", days), ("stg_transactionlines", days[:1])):
            connection.execute(
                f"create table staging.{table} (organization_id varchar, partition_date date, _moved_to date)"
            )
            connection.execute(f"insert into staging.{table} values ('{organization}', '2024-01-31', null)")
            for day in moved:
                connection.execute(f"insert into staging.{table} values ('{organization}', '{day}', '2024-06-20')")
    return settings


def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The first and last day of each run of a night."""
    for name in ("FINAGO_CLIENT_ID", "FINAGO_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("FINAGO_ORGANIZATION_ID", "org-1")
    repository = dg.Definitions(schedules=[nightly(settings)], jobs=[_job()]).get_repository_def()
    with dg.build_schedule_context(scheduled_execution_time=NIGHT) as context:
        requests = repository.get_schedule_def("nightly").evaluate_tick(context).run_requests or []
    assert len({request.run_key for request in requests}) == len(requests)
    tags = [request.tags for request in requests]
    return [(one["dagster/asset_partition_range_start"], one["dagster/asset_partition_range_end"]) for one in tags]


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job(name="everything")
    def everything() -> None:
        nothing()

    return everything


LAST = ("2024-05-27", "2024-06-30")


def test_days_from_which_a_record_has_moved_are_landed_again_each_by_a_run_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one before the start date and one within the look back need no run; neighbours share one
    days = ["2024-03-05", "2024-01-10", "2024-01-11", "2023-12-31", "2024-06-01"]
    found = asked(publish(tmp_path, days), monkeypatch)
    assert found == [LAST, ("2024-01-10", "2024-01-11"), ("2024-03-05", "2024-03-05")]


def test_a_night_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [f"2024-02-{day:02}" for day in range(1, 29, 2)] + [f"2024-03-{day:02}" for day in range(1, 29, 2)]
    assert len(asked(publish(tmp_path, days), monkeypatch)) == 1 + MOST_MOVED


def test_another_organization_s_days_and_a_warehouse_without_marks_ask_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert asked(publish(other, ["2024-01-10"], "org-2"), monkeypatch) == [LAST]
    assert asked(Settings(data_dir=tmp_path, start_date=date(2024, 1, 1)), monkeypatch) == [LAST]
    with duckdb.connect(str(tmp_path / "finago_details.duckdb")) as connection:
        connection.execute("create schema staging")
    assert days_to_land_again(tmp_path / "finago_details.duckdb", "org-1") == set()
