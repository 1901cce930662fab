"""Runs dbt over a data folder written by hand: inside this process as a build does, or as a user types it.

Owns one folder and its working warehouse; what lies in the raw part is up to the test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from dagster_dbt.dbt_manifest import validate_manifest
from dbt.artifacts.schemas.run import RunExecutionResult

from finago_assets.core.landing.store import Landing
from finago_assets.core.sql import sql_text
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.public_file import write_public_file
from finago_assets.orchestration.dbt_project import dbt_project
from finago_assets.orchestration.dbt_run import PARSED, invoke, read_manifest
from tests.dbt.raw_layout import RawFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).parents[2] / "dbt_project"
# seeds and models, in order, and no test
# to open a file in an engine of its own takes as long as twenty queries
_ENGINE = duckdb.connect()
MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A folder with `data` in it. `artifacts` may be shared: dbt then parses the project once for all.

    `data` is how dbt is told of it.
    """

    folder: Path
    artifacts: Path
    project: Path = PROJECT
    data: Path = Path("data")

    @property
    def raw(self) -> RawFolder:
        """The hand-written raw part."""
        return RawFolder(self.folder / "data")

    @property
    def file(self) -> Path:
        """The working warehouse."""
        return self.folder / "data" / "work" / "warehouse.duckdb"

    def dbt(
        self,
        *arguments: str,
        landing: str = "parquet",
        edit: Callable[[Manifest], None] | None = None,
        keep_results: bool = False,
    ) -> dict[str, str]:
        """Run dbt and return the status of every node by its name. A failed run is not an error here.

        The project itself has been parsed for all, and `edit` may change what was parsed; another project, or another
        command, is a process with its own parsing. run_results.json is left if asked for: to write takes dbt a second.
        """
        if self.project != PROJECT or arguments[0] not in {"build", "run", "test", "seed"}:
            return self.typed(*arguments, landing=landing)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        target = self.artifacts / landing
        parsed = dbt_project().manifest_path.with_name(PARSED)
        command = [
            *("--log-level", "none", "--log-level-file", "none"),
            *(("--write-json",) if keep_results else ("--no-write-json",)),
            *arguments,
            *("--project-dir", f"{PROJECT}", "--profiles-dir", f"{PROJECT}", "--target-path", f"{target}"),
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("FINAGO_DATA_DIR", str(self.data))
            patch.setenv("FINAGO_LANDING", landing)
            manifest = read_manifest(parsed, f"{PROJECT}", str(self.data), Landing(landing))
            if edit:
                edit(manifest)
                manifest.build_flat_graph()
            done = invoke(command, manifest)
        assert isinstance(done.result, RunExecutionResult), done.exception
        return {one.node.unique_id: str(one.status) for one in done.result.results}

    def typed(self, *arguments: str, landing: str = "parquet") -> dict[str, str]:
        """Run dbt in a process of its own."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        target = self.artifacts / landing
        done = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                *arguments,
                *("--project-dir", self.project, "--profiles-dir", self.project),
                *("--target-path", target, "--log-level-file", "none", "--quiet"),
            ],
            cwd=self.folder,
            env={**os.environ, "FINAGO_DATA_DIR": str(self.data), "FINAGO_LANDING": landing},
            capture_output=True,
            text=True,
            check=False,
        )
        results = target / "run_results.json"
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert results.exists(), done.stdout + done.stderr
        return {node["unique_id"]: node["status"] for node in json.loads(results.read_text())["results"]}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the working warehouse."""
        with _ENGINE.cursor() as connection:
            connection.execute(f"attach {sql_text(self.file)} as warehouse (read_only); use warehouse")
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.execute("use memory; detach warehouse")

    def change(self, sql: str) -> None:
        """Change the working warehouse behind dbt's back."""
        with duckdb.connect(os.fspath(self.file)) as connection:
            connection.execute(sql)

    def publish(self, into: Path) -> Path:
        """Write the file that people query, as `published` does, with the keys of the project's own manifest."""
        graph = BuildGraph.of_manifest(validate_manifest(dbt_project().manifest_path))
        published = into / "finago.duckdb"
        assert write_public_file(self.file, published, graph.public, "300MB").left_out == []
        return published

    def tables(self, *schemas: str) -> dict[str, list[str]]:
        """Every table of the schemas with its rows in a fixed order, for comparing two warehouses."""
        names = self.rows(
            "select table_schema, table_name from information_schema.tables "
            f"where table_schema in ({', '.join(map(repr, schemas))}) order by all"
        )
        return {f"{schema}.{name}": sorted(map(str, self.rows(f"from {schema}.{name}"))) for schema, name in names}


@dataclass(frozen=True, slots=True)
class Built:
    """A warehouse and how each node of its build ended. Never change it where others look at it too."""

    warehouse: Warehouse
    statuses: dict[str, str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.warehouse.rows(sql)


def built(warehouse: Warehouse) -> Built:
    """Build everything that has landed, unit tests left out."""
    warehouse.raw.fill_with_placeholders()
    return Built(warehouse, warehouse.dbt("build", "--exclude-resource-type", "unit_test"))


def troubles(statuses: dict[str, str]) -> dict[str, str]:
    """What did not end well, warnings included."""
    return {node: status for node, status in statuses.items() if status not in ("success", "pass")}
