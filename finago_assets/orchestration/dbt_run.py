"""One run of dbt inside this process, over chosen nodes of the manifest that was parsed beforehand.

Owns starting it, ending it, and closing its database; what to run and what a result means are warehouse.py's. A second
interpreter would import and parse everything again, which takes longer than the SQL of a small tenant.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dagster import DagsterExecutionInterruptedError
from dagster._utils.interrupts import raise_interrupts_as

from finago_assets.core.errors import FinagoError
from finago_assets.core.landing.store import Landing
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dagster_dbt import DbtCliResource
    from dbt.adapters.duckdb.environments.local import LocalEnvironment
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

    from finago_assets.settings import Settings

PARSED: Final = "partial_parse.msgpack"
LOG_LEVEL: Final = "info"
# what dbt prints is kept with the run, which tells of each table and check by itself
PRINTED: Final = "warn"
# dbt keeps its flags, its adapter and DuckDB's connection in globals
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What dbt says of one node that it ran: `status` is its own word, `rows` what a test found."""

    node: str
    status: str
    seconds: float
    rows: int | None
    message: str


def run_dbt(
    dbt: DbtCliResource, parsed: Path, settings: Settings, names: Sequence[str] | None, tell: Callable[[str], None]
) -> list[NodeResult]:
    """Build and test the nodes of these `names`, None for all; return a result for each that dbt came to.

    `dbt` says where the project is, `settings` what it reads. `tell` gets the id of each finished node, from dbt's own
    threads. Raises FinagoError where dbt ends before it comes to the nodes, DagsterExecutionInterruptedError when
    interrupted.
    """
    # dbt's profile and macros read these
    os.environ["FINAGO_DATA_DIR"] = os.fspath(settings.data_dir)
    os.environ["FINAGO_LANDING"] = settings.landing.value
    target = settings.work_dir / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    command = [
        *("--log-level", PRINTED, "--log-level-file", LOG_LEVEL, "--log-path", os.fspath(target)),
        # unit tests judge the SQL, not the data: the test suite runs them
        *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "empty", "--no-write-json"),
        *("--project-dir", dbt.project_dir, "--profiles-dir", dbt.profiles_dir or dbt.project_dir),
        *("--target-path", os.fspath(target), *([] if names is None else ["--select", *names])),
    ]
    manifest = read_manifest(parsed, dbt.project_dir, os.fspath(settings.data_dir), settings.landing)
    # dbt answers to it: it ends its queries and waits for its threads
    with raise_interrupts_as(KeyboardInterrupt):
        done = invoke(command, manifest, tell)
    if isinstance(done.exception, KeyboardInterrupt):
        raise DagsterExecutionInterruptedError
    results = getattr(done.result, "results", None)
    if results is None:
        raise FinagoError(f"dbt could not begin: {done.exception or 'it gave no reason'}")
    return [
        NodeResult(one.node.unique_id, str(one.status), one.execution_time, one.failures, one.message or "")
        for one in results
    ]


def invoke(command: list[str], manifest: Manifest, tell: Callable[[str], None] = silent) -> dbtRunnerResult:
    """Run one command of dbt, one at a time, and close what it leaves open. `tell` gets each finished node's id."""
    # takes a second, and a process that only loads definitions needs none of it
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    def on_event(event: EventMsg) -> None:
        if event.info.name == "NodeFinished":
            tell(event.data.node_info.unique_id)

    with _ONE_AT_A_TIME, _closed_afterwards():
        return dbtRunner(manifest, [on_event]).invoke(command)


def location(raw: str, landing: Landing, source: str) -> str:
    """Return where a source's records are, as dbt-duckdb wants it; the sources' file says the same for dbt by hand."""
    if landing is Landing.DUCKDB:
        return f"(select * from raw.{source}.{{name}})"
    # it stands in a text, in a pattern and in a format
    pattern = "".join(f"[{sign}]" if sign in "[*?" else sign for sign in raw)
    quoted = pattern.replace("'", "''").replace("{", "{{").replace("}", "}}")
    return (
        f"read_parquet('{quoted}/raw/{source}/{{name}}/organization=*/date=*/data.parquet', "
        "hive_partitioning = true, hive_types_autocast = false)"
    )


def read_manifest(parsed: Path, project: str, raw: str, landing: Landing) -> Manifest:
    """Read what dbt keeps of its parsing, for records in `raw`. dbt itself would parse anew for each data folder."""
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415
    from dbt.contracts.graph.nodes import SeedNode  # noqa: PLC0415
    from dbt.parser.manifest import extended_mashumuro_decoder  # noqa: PLC0415

    manifest = Manifest.from_msgpack(parsed.read_bytes(), decoder=extended_mashumuro_decoder)
    for source in manifest.sources.values():
        if "external_location" in source.source_meta:
            for meta in (source.meta, source.source_meta, source.config.meta):
                meta["external_location"] = location(raw, landing, source.source_name)
    for node in manifest.nodes.values():
        if isinstance(node, SeedNode):
            # of the folder that somebody may have named in another way when he parsed by hand
            node.root_path = project
    # what macros know as `graph`
    manifest.build_flat_graph()
    return manifest


@contextmanager
def _closed_afterwards() -> Iterator[None]:
    """Close the database and the log, which dbt leaves open until its process ends: others want the files."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt_common.events.event_manager_client import (  # noqa: PLC0415
        cleanup_event_logger,
        get_event_manager,
    )

    try:
        yield
    finally:
        # None where dbt ended before it connected, whatever its annotation says; `env()` raises then
        opened: LocalEnvironment | None = DuckDBConnectionManager._ENV  # noqa: SLF001
        if opened is not None:
            opened.close()
            DuckDBConnectionManager.close_all_connections()
        for logger in get_event_manager().loggers:
            written = getattr(logger, "_python_logger", None)
            for handler in written.handlers if written else []:
                handler.close()
        cleanup_event_logger()
