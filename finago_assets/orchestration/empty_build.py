"""A build of the dbt project over no data at all: it gives the compiled SQL and the columns of every table.

Owns the folder in which that happens, which nobody else sees and which is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import dagster as dg
import duckdb

from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Landing
from finago_assets.orchestration.dbt_project import dbt_resource, parsing_environment
from finago_assets.orchestration.dbt_run import PARSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagster_dbt import DbtProject

    from finago_assets.core.catalogue.model import Endpoint

# 1: a model failed, which leaves the others
ENDED: Final = frozenset({0, 1})
# nobody waits longer for definitions to load because of something that is only there to be looked at
DBT_PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class EmptyBuild:
    """Where the compiled SQL lies, and the columns of each table, by its schema and name."""

    target: Path
    columns: dict[tuple[str, str], list[str]]


@contextmanager
def empty_build(project: DbtProject, endpoints: Iterable[Endpoint]) -> Iterator[EmptyBuild | None]:
    """Build all seeds and models in a folder of its own. None where dbt cannot, which the log then says."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        target, warehouse = folder / "target", folder / "data" / "work" / "warehouse.duckdb"
        open_landed_data(folder / "data", Landing.PARQUET, endpoints).make_readable()
        warehouse.parent.mkdir(parents=True)
        target.mkdir()
        if (parsed := project.manifest_path.with_name(PARSED)).exists():
            shutil.copy(parsed, target)
        yield EmptyBuild(target, _read_columns(warehouse)) if _built(project, folder, target) else None


def _built(project: DbtProject, folder: Path, target: Path) -> bool:
    place = os.fspath(project.project_dir)
    command = [
        *(dbt_resource().dbt_executable, "build", "--quiet", "--log-level-file", "none", "--no-write-json"),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        *("--project-dir", place, "--profiles-dir", place, "--target-path", os.fspath(target)),
    ]
    try:
        done = subprocess.run(  # noqa: S603  our own command
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            env=parsing_environment(),
            timeout=DBT_PATIENCE_SECONDS,
        )
        status, said = done.returncode, done.stdout[-2000:]
    except subprocess.TimeoutExpired:
        status, said = None, f"It had not ended after {DBT_PATIENCE_SECONDS} seconds."
    if status != 0:
        # lineage is there for people; everything else works without it
        dg.get_dagster_logger().warning(
            "Column lineage is not complete, because dbt could not build all of the project over no data:\n%s", said
        )
    return status in ENDED


def _read_columns(warehouse: Path) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    with closing(duckdb.connect(warehouse)) as connection:
        rows = connection.execute("select table_schema, table_name, column_name from information_schema.columns")
        for schema, table, column in rows.fetchall():
            found.setdefault((schema, table), []).append(column)
    return found
