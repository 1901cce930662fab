"""What run history says, for commands that are not Dagster's own, and what it lacks of the runs that they start.

Owns opening the instance. Which home is meant is told by dagster_command.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import dagster as dg
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import RunsTable

from finago_assets.orchestration.liveness import find_dead_runs

if TYPE_CHECKING:
    from pathlib import Path

# as workspace.yaml calls it, and as Dagster calls what is in it
CODE_LOCATION: Final = "finago_assets"
REPOSITORY: Final = "__repository__"


def read_dead_runs(home: Path) -> dict[str, str]:
    """Return the runs that count as under way although nothing executes them; empty where there is no history yet."""
    if not (home / "dagster.yaml").exists():
        return {}
    with dg.DagsterInstance.from_config(os.fspath(home)) as instance:
        return find_dead_runs(instance)


def show_at_home(instance: dg.DagsterInstance, run_id: str) -> None:
    """Say of a run that succeeded which code location it belongs to: the UI's home page shows no other.

    `dagster asset materialize` leaves that out, and there is no door to say it afterwards.
    """
    run, storage = instance.get_run_by_id(run_id), instance.run_storage
    if run is None or not run.is_success or run.remote_job_origin is not None or not isinstance(storage, SqlRunStorage):
        return
    location = RegisteredCodeLocationOrigin(CODE_LOCATION)
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, REPOSITORY), run.job_name)
    told = dg.serialize_value(run._replace(remote_job_origin=origin))
    with storage.connect() as connection:
        connection.execute(RunsTable.update().where(RunsTable.c.run_id == run_id).values(run_body=told))
