"""The dbt half of the graph and the last asset, `published`. dbt owns every reshaping; this owns when, and which lock.

The working warehouse has one writer, dbt. People query the published file, which is replaced whole or not at all.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import dagster as dg
from dagster import AssetCheckExecutionContext, AssetExecutionContext
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from filelock import FileLock

from finago_assets.core.catalogue.finago import ENDPOINTS
from finago_assets.core.catalogue.model import Endpoint
from finago_assets.core.errors import FinagoError
from finago_assets.core.landing.files import private_umask
from finago_assets.core.landing.lock import warehouse_lock
from finago_assets.core.landing.publish import publish_database
from finago_assets.core.landing.store import Landing, RawStore, open_store
from finago_assets.orchestration.built import node_of, with_metadata
from finago_assets.orchestration.failures import failure, typed_failures
from finago_assets.settings import ORGANIZATION_ID, Settings, read_settings

PROJECT_DIR: Final = Path(__file__).parents[2] / "dbt_project"
PATIENCE_SECONDS: Final = 1800
_PROGRESS: Final = re.compile(r"\s*\d+ of \d+ ")


def dbt_project() -> DbtProject:
    """Return the dbt project with a manifest that is at least as new as its files, parsing it when it is not."""
    project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)
    with FileLock(PROJECT_DIR / ".parse.lock"):
        if _stale(project.manifest_path):
            _parse()
    return project


def dbt_resource() -> DbtCliResource:
    """Return the dbt command of this very interpreter, wherever it was started from."""
    return DbtCliResource(
        project_dir=os.fspath(PROJECT_DIR), profiles_dir=os.fspath(PROJECT_DIR), dbt_executable=_dbt()
    )


def warehouse_assets(endpoints: Mapping[str, Endpoint] = ENDPOINTS) -> list[dg.AssetsDefinition]:
    """Return the dbt models as assets, and `published`. `endpoints` are those whose raw files dbt may read."""
    project = dbt_project()

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        name="build_warehouse",
        dagster_dbt_translator=DagsterDbtTranslator(DagsterDbtTranslatorSettings(enable_asset_checks=True)),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def build_warehouse(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        settings = read_settings()
        with typed_failures(), locked(settings, context):
            store = open_store(settings.data_dir, settings.landing)
            _complete(store, settings, endpoints)
            # dbt's profile reads these, in its own process and in the adapter that dagster-dbt opens in this one
            os.environ["FINAGO_DATA_DIR"] = os.fspath(settings.data_dir)
            os.environ["FINAGO_LANDING"] = settings.landing.value
            with _raw_held(settings):
                target = settings.work_dir / "dbt"
                # unit tests judge the SQL, not the data: the test suite runs them
                command = ["build", "--exclude-resource-type", "unit_test"]
                invocation = dbt.cli(command, context=context, target_path=target, raise_on_error=False)
                for copied in target.glob("*.msgpack"):
                    # dagster-dbt copies it from the project together with its mode
                    copied.chmod(0o600)
                done = list(_told(invocation.stream(), context))
            if not invocation.is_successful():
                yield from done
                raise _explained(store, endpoints, invocation.get_error())
            yield from with_metadata(done, settings.working_warehouse, invocation.manifest, target)

    marts = [spec.key for spec in build_warehouse.specs if spec.key.path[0] == "marts"]
    return [build_warehouse, _published(marts)]


def _published(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        "published",
        deps=marts,
        group_name="published",
        owners=["team:finance-data"],
        kinds={"duckdb"},
        description=(
            "`finago.duckdb`, the file that people query: a finished, checkpointed build renamed into place. A failing "
            "blocking check upstream withholds it, and the previous file stays."
        ),
    )

    @dg.multi_asset(name="publish", specs=[spec], backfill_policy=dg.BackfillPolicy.single_run())
    def publish(context: AssetExecutionContext) -> dg.MaterializeResult[None]:
        settings = read_settings()
        with typed_failures(), locked(settings, context):
            publish_database(settings.working_warehouse, settings.published_warehouse)
        path = settings.published_warehouse
        return dg.MaterializeResult(
            asset_key=spec.key, metadata={"dagster/uri": os.fspath(path), "bytes": path.stat().st_size}
        )

    return publish


def _told(events: Iterable[Any], context: AssetExecutionContext) -> Iterator[Any]:
    """Say in the run log what dbt has finished; the events themselves wait for their row counts."""
    for event in events:
        if isinstance(event, dg.Output):
            context.log.info("dbt built %s", node_of(event).rsplit(".", 1)[-1])
        yield event


@contextmanager
def locked(settings: Settings, context: AssetExecutionContext | AssetCheckExecutionContext) -> Iterator[None]:
    """Hold the working warehouse, saying so in the run log when somebody else has it."""

    def waiting() -> None:
        context.log.info("Another run holds the working warehouse; waiting for it to finish.")

    # neither dbt nor DuckDB lets us choose the mode of the files they make
    with private_umask(), warehouse_lock(settings.work_dir / "warehouse.lock", PATIENCE_SECONDS, waiting):
        yield


def _raw_held(settings: Settings) -> AbstractContextManager[None]:
    """Keep landers out of the raw tables while dbt reads them; raw files need no such thing."""
    if settings.landing is Landing.PARQUET:
        return nullcontext()
    return warehouse_lock(settings.data_dir / "raw.duckdb.lock", PATIENCE_SECONDS)


def _complete(store: RawStore, settings: Settings, endpoints: Mapping[str, Endpoint]) -> None:
    """Give every endpoint that never landed a file without rows, so that its staging model finds something to read."""
    organizations = store.organizations() or [_configured_organization()]
    for endpoint in endpoints.values():
        for organization in organizations:
            store.placeholder(endpoint, organization, settings.start_date)


def _configured_organization() -> str:
    return os.environ.get(ORGANIZATION_ID.removeprefix("env:"), "").strip() or "none"


def _explained(store: RawStore, endpoints: Iterable[str], error: Exception | None) -> dg.Failure:
    """Name the corrupt raw file where that is why dbt failed; otherwise what dbt itself said."""
    for organization in store.organizations():
        for endpoint in endpoints:
            for fault in store.faults(endpoint, organization):
                return failure(fault)
    said = str(error or "").partition("Errors parsed from dbt logs:")[2]
    reasons = " ".join(line.strip() for line in said.splitlines() if line.strip() and not _PROGRESS.match(line))
    return dg.Failure(
        description=f"dbt build failed; the published warehouse is unchanged. {reasons or 'Its log is in work/dbt.'}",
        allow_retries=False,
    )


def _stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    built = manifest.stat().st_mtime
    sources = (path for pattern in ("*.yml", "*.sql", "*.csv") for path in PROJECT_DIR.rglob(pattern))
    return any(path.stat().st_mtime > built for path in sources if "target" not in path.parts)


def _parse() -> None:
    command = [
        _dbt(),
        "parse",
        "--quiet",
        "--project-dir",
        os.fspath(PROJECT_DIR),
        "--profiles-dir",
        os.fspath(PROJECT_DIR),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=PROJECT_DIR)  # noqa: S603  our own command
    if done.returncode:
        raise FinagoError(
            f"dbt could not parse the project in {PROJECT_DIR}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _dbt() -> str:
    return os.fspath(Path(sys.executable).with_name("dbt"))
