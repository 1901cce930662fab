"""What run history weighs after a year of nights on a small tenant, with the retention that is on by default.

Owns that simulation: one real nightly run, its events stored again for each night of a year under a run and days of
their own, and the pruning that the daemon's sensor does.
"""

from __future__ import annotations

import os
import re
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
SHOWN: Final = (1, 30, 90, 180, 270, NIGHTS)
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
        night = _Night(instance)
        for number in range(1, NIGHTS + 1):
            night.play(number)
            # the sensor looks every hour; a night adds one run, so once is enough
            prune(instance, night.moment(number) - timedelta(days=Settings().keep_runs_days))
            if number in SHOWN:
                weights[number] = sum(path.stat().st_size for path in _files(home))
    return weights


class _Night:
    """The events of the newest run, to be stored again as those of a later night."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._run = instance.get_runs(limit=1)[0]
        self._events = [dg.serialize_value(entry) for entry in instance.all_logs(self._run.run_id)]
        self._began = datetime.now(UTC)

    def moment(self, number: int) -> datetime:
        """Return when a night is."""
        return self._began + timedelta(days=number)

    def play(self, number: int) -> None:
        """Store a run of that night, its days as many days later."""
        run_id = f"{uuid.uuid4()}"
        self._instance.run_storage.add_run(
            dg.deserialize_value(dg.serialize_value(self._run).replace(self._run.run_id, run_id), dg.DagsterRun)
        )
        for event in self._events:
            text = _DAY.sub(lambda found: _later(found[0], number), event.replace(self._run.run_id, run_id))
            self._instance.event_log_storage.store_event(dg.deserialize_value(text, dg.EventLogEntry))
        with self._instance.run_storage.connect() as connection:  # type: ignore[attr-defined]  # an SQL storage's
            created = RunsTable.update().where(RunsTable.c.run_id == run_id)
            connection.execute(created.values(create_timestamp=self.moment(number).replace(tzinfo=None)))


def _later(day: str, number: int) -> str:
    try:
        return f"{date.fromisoformat(day) + timedelta(days=number)}"
    except ValueError:
        return day


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file())
