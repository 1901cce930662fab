"""What run history weighs after a year of nights on a small tenant, with the retention that is on by default.

Owns that simulation: one real nightly run, its rows written again for each night of a year under a run and days of its
own, and the pruning that the daemon's sensor does.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
import uuid
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster._core.storage.runs.schema import RunsTable

from benchmarks.measure import run
from finago_assets.orchestration.retention import prune
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHTS: Final = 365
SHOWN: Final = (1, 15, 30, 60, 90, 180, 270, NIGHTS)
LOOKBACK: Final = ("2024-01-01", "2024-02-04")
_DAY: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


def simulate(work: Path) -> dict[int, int]:
    """Return the bytes of the history after so many nights, by night."""
    home = work / "history"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with running(size=Size.TINY, years=1) as office:
        variables = {"FINAGO_DATA_DIR": os.fspath(work / "data"), "DAGSTER_HOME": os.fspath(home)}
        dagster = Path(sys.executable).with_name("dagster")
        everything = ("asset", "materialize", "-m", "finago_assets.definitions", "--select", "*")
        command = [os.fspath(dagster), *everything, "--partition-range", "...".join(LOOKBACK)]
        for _ in range(2):  # what a first run alone leaves, such as the snapshot of its job, is not a night's
            run(command, {**office.environment(), **variables})
    weights = {}
    with dg.DagsterInstance.from_config(os.fspath(home)) as instance:
        night = _Night(instance, home)
        for number in range(1, NIGHTS + 1):
            night.play(number)
            # the sensor looks every hour; a night adds one run, so once is enough
            prune(instance, night.moment(number) - timedelta(days=Settings().keep_runs_days))
            if number in SHOWN:
                weights[number] = sum(path.stat().st_size for path in _files(home))
    return weights


class _Night:
    """The rows of the newest run, to be written again as those of a later night.

    They are copied from table to table: through Dagster's own door a year of them takes two hours. What prunes them is
    the real thing.
    """

    def __init__(self, instance: dg.DagsterInstance, home: Path) -> None:
        self._instance = instance
        self._run = instance.get_runs(limit=1)[0]
        self._runs = home / "history" / "runs"
        self._began = datetime.now(UTC)
        # the run itself is pruned in time
        self._shard = Path(shutil.copy(self._runs / f"{self._run.run_id}.db", home.with_name("night.db")))
        with closing(sqlite3.connect(self._runs / "index.db")) as index:
            self._rows = {
                table: index.execute(f"select * from {table} where run_id = ?", [self._run.run_id]).fetchall()
                for table in ("event_logs", "asset_check_executions")
            }

    def moment(self, number: int) -> datetime:
        """Return when a night is."""
        return self._began + timedelta(days=number)

    def play(self, number: int) -> None:
        """Write a run of that night, its days as many days later."""
        run_id = f"{uuid.uuid4()}"
        self._instance.run_storage.add_run(
            dg.deserialize_value(dg.serialize_value(self._run).replace(self._run.run_id, run_id), dg.DagsterRun)
        )
        with self._instance.run_storage.connect() as connection:  # type: ignore[attr-defined]  # an SQL storage's
            created = RunsTable.update().where(RunsTable.c.run_id == run_id)
            connection.execute(created.values(create_timestamp=self.moment(number).replace(tzinfo=None)))
        shard = self._runs / f"{run_id}.db"
        shutil.copy(self._shard, shard)
        with closing(sqlite3.connect(shard)) as own, own:
            rows = own.execute("select rowid, * from event_logs").fetchall()
            own.execute("delete from event_logs")
            self._copy(own, "event_logs", [row[1:] for row in rows], run_id, number)
        with closing(sqlite3.connect(self._runs / "index.db", timeout=60)) as index, index:
            for table, rows in self._rows.items():
                self._copy(index, table, rows, run_id, number)

    def _copy(self, database: sqlite3.Connection, table: str, rows: list[Any], run_id: str, number: int) -> None:
        """Insert rows as those of another run, without their ids and with every day in them moved."""

        def moved(value: object) -> object:
            if not isinstance(value, str):
                return value
            return _DAY.sub(lambda found: _later(found[0], number), value.replace(self._run.run_id, run_id))

        columns = [column[1] for column in database.execute(f"pragma table_info({table})") if column[1] != "id"]
        place = [column[1] for column in database.execute(f"pragma table_info({table})")].index("id")
        values = [[moved(value) for at, value in enumerate(row) if at != place] for row in rows]
        marks = ", ".join("?" for _ in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        database.executemany(f"insert into {table} ({names}) values ({marks})", values)


def _later(day: str, number: int) -> str:
    try:
        return f"{date.fromisoformat(day) + timedelta(days=number)}"
    except ValueError:
        return day


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file())
