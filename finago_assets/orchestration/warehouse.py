"""The dbt half of the graph. dbt owns every reshaping; this owns when it runs, over what, and under which lock.

The working warehouse has one writer at a time. A build marks it as its last act, and keeps a copy for `published`.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final

import dagster as dg
from dagster import AssetCheckExecutionContext, AssetExecutionContext
from dagster_dbt import (
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    dbt_assets,
)
from dagster_dbt.dbt_manifest import validate_manifest

from finago_assets.core.catalogue.model import Endpoint, Kind
from finago_assets.core.errors import CorruptFile, NotLanded
from finago_assets.core.landing.files import private_umask
from finago_assets.core.landing.lock import file_lock, queued_lock
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.landing.store import Landing, RawStore, open_store
from finago_assets.core.warehouse.generation import Mark, Marked, later
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.core.windows import utc_now
from finago_assets.orchestration.built import node_of, with_metadata
from finago_assets.orchestration.column_lineage import LineageTranslator, lineage_metadata
from finago_assets.orchestration.dbt_project import dbt_project
from finago_assets.orchestration.failures import failure, typed_failures
from finago_assets.settings import Settings, read_settings

PUBLISHED: Final = dg.AssetKey("published")
# for one holder: a queue that moves is waited out, however long it is
PATIENCE_SECONDS: Final = 1800
NAMED: Final = 3
_PROGRESS: Final = re.compile(r"\s*\d+ of \d+ ")
_PASSED: Final = frozenset({"success", "pass", "warn"})


def build_asset(endpoints: Mapping[str, Endpoint]) -> tuple[dg.AssetsDefinition, BuildGraph]:
    """Return the dbt models as assets, and their graph. `endpoints` are those whose raw files dbt may read."""
    project = dbt_project()
    manifest = validate_manifest(project.manifest_path)
    checked = DagsterDbtTranslatorSettings(enable_asset_checks=True)
    translator = LineageTranslator(checked, lineage_metadata(project, manifest, endpoints.values()))
    graph = BuildGraph.of_manifest(manifest)
    nodes = {translator.get_asset_key(manifest["nodes"][node]): node for node in graph.tables}

    @dbt_assets(
        manifest=manifest,
        project=project,
        name="build_warehouse",
        dagster_dbt_translator=translator,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def build_warehouse(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        settings = read_settings()
        marked = Marked(settings.working_warehouse)
        with typed_failures(context), locked(settings, context):
            store = open_store(settings.data_dir, settings.landing)
            landed = _count_landed(store, endpoints, settings)
            _complete(store, settings, endpoints)
            selected = frozenset(nodes[key] for key in context.selected_asset_keys)
            _check_parents(graph, selected, marked)
            settled = _settled(marked)
            idle = graph.tests_over(selected) - graph.telling_tests(selected, graph.settle(selected, settled))
            marked.begin(context.run_id, graph.touched(selected), utc_now())
            invocation, done = _run_dbt(context, dbt, settings, [graph.test_names[test] for test in sorted(idle)])
            if not invocation.is_successful():
                yield from done
                raise _explained(store, endpoints, invocation.get_error())
            mark = marked.finish(graph.settle_run(_passed(invocation), settled), landed, _finished_at(settings))
            _keep_for_publication(context, settings, graph, mark)
            yield from with_metadata(done, settings.working_warehouse)

    return build_warehouse, graph


@contextmanager
def locked(settings: Settings, context: AssetExecutionContext | AssetCheckExecutionContext) -> Iterator[None]:
    """Hold the working warehouse, first come, first served, saying in the run log who has it meanwhile."""

    def waiting(run: str) -> None:
        context.log.info("Run %s holds the working warehouse or is before us; waiting for it to finish.", run)

    lock = queued_lock(
        settings.work_dir / "warehouse.lock", PATIENCE_SECONDS, who=context.run.run_id[:8], on_wait=waiting
    )
    # neither dbt nor DuckDB lets us choose the mode of the files they make
    with private_umask(), lock:
        yield


def publisher(settings: Settings) -> Publisher:
    """Return what publishes into the folder of these settings."""
    return Publisher(settings.work_dir, settings.published_warehouse)


def _run_dbt(
    context: AssetExecutionContext, dbt: DbtCliResource, settings: Settings, left_out: list[str]
) -> tuple[DbtCliInvocation, list[Any]]:
    """Build what is selected, the tests `left_out` aside; return what dbt did once it has closed the file."""
    # dbt's profile reads these, in its own process and in the adapter that dagster-dbt opens in this one
    os.environ["FINAGO_DATA_DIR"] = os.fspath(settings.data_dir)
    os.environ["FINAGO_LANDING"] = settings.landing.value
    target = settings.work_dir / "dbt"
    # unit tests judge the SQL, not the data: the test suite runs them
    command = ["build", "--exclude-resource-type", "unit_test"]
    if left_out:
        command += ["--exclude", " ".join(left_out)]
        context.log.info(
            "%d checks are not run: they also look at tables that are not built yet, or were not built again since "
            "something before them changed.",
            len(left_out),
        )
    with _raw_held(settings):
        invocation = dbt.cli(command, context=context, target_path=target, raise_on_error=False)
        for copied in target.glob("*.msgpack"):
            # dagster-dbt copies it from the project together with its mode
            copied.chmod(0o600)
        return invocation, list(_told(invocation.stream(), context))


def _told(events: Iterable[Any], context: AssetExecutionContext) -> Iterator[Any]:
    """Say in the run log what dbt has finished; the events themselves wait for their row counts."""
    for event in events:
        if isinstance(event, dg.Output):
            context.log.info("dbt built %s", node_of(event).rsplit(".", 1)[-1])
        yield event


def _passed(invocation: DbtCliInvocation) -> frozenset[str]:
    """Every node that dbt built or tested without an error."""
    results = invocation.get_artifact("run_results.json")["results"]
    return frozenset(result["unique_id"] for result in results if result["status"] in _PASSED)


def _check_parents(graph: BuildGraph, selected: frozenset[str], marked: Marked) -> None:
    """Raise NotLanded where a selected model reads a table that is not there and will not be built."""
    there = {name.replace(".", "/", 1) for name in marked.relations()}
    built = {node for node in graph.tables if graph.names[node] in there}
    missing = graph.lacking(selected, built)
    if missing:
        named = ", ".join(graph.names[node] for node in missing[:NAMED])
        more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
        wanted = min(graph.names[node] for node in selected if graph.parents[node] & set(missing))
        raise NotLanded(
            f"{wanted} is made from {named}{more}, which this warehouse does not have yet. Materialize "
            f'`+key:"{wanted}"` (the model with everything before it), or run the job `rebuild`.'
        )


def _settled(marked: Marked) -> frozenset[str]:
    mark = marked.mark()
    return frozenset() if mark is None else mark.settled


def _finished_at(settings: Settings) -> datetime:
    last = publisher(settings).last()
    return later(utc_now(), None if last is None else last.finished_at)


def _keep_for_publication(context: AssetExecutionContext, settings: Settings, graph: BuildGraph, mark: Mark) -> None:
    """Keep a copy of a whole build where this run publishes it, so that no other run's build is published instead."""
    chosen = context.run.asset_selection
    into = publisher(settings)
    into.sweep(lambda run: run != context.run_id and _is_over(context.instance, run))
    if (chosen is None or PUBLISHED in chosen) and not graph.unproven(mark.settled):
        copy_database(settings.working_warehouse, into.copy_of(context.run_id))


def _is_over(instance: dg.DagsterInstance, run: str) -> bool:
    found = instance.get_run_by_id(run)
    return found is None or found.is_finished


def _raw_held(settings: Settings) -> AbstractContextManager[None]:
    """Let nobody write the raw tables while dbt reads them; raw files need no such thing."""
    if settings.landing is Landing.PARQUET:
        return nullcontext()
    return file_lock(settings.data_dir / "raw.duckdb.lock", PATIENCE_SECONDS)


def _count_landed(store: RawStore, endpoints: Mapping[str, Endpoint], settings: Settings) -> dict[tuple[str, str], int]:
    """Return how many days of each endpoint and organization there are to build from; a list counts as one.

    Raises NotLanded where there is nothing at all: an empty folder would make an empty warehouse, and a green one.
    """
    found = {
        (name, organization): store.held(name, organization)
        for organization in store.organizations()
        for name in endpoints
    }
    if not any(_has_landed(store, name, organization) for (name, organization), days in found.items() if days):
        raise NotLanded(
            f"Nothing has landed in {settings.data_dir}, so there is nothing to build from; the published warehouse is "
            "unchanged. Materialize the raw assets first, or set FINAGO_DATA_DIR to the folder that holds raw/."
        )
    return {
        (name, organization): days if endpoints[name].kind is Kind.WINDOWED else 1
        for (name, organization), days in found.items()
        if days
    }


def _has_landed(store: RawStore, endpoint: str, organization: str) -> bool:
    try:
        return store.newest(endpoint, organization) is not None
    except CorruptFile:
        # it has, and dbt's failure will name the file
        return True


def _complete(store: RawStore, settings: Settings, endpoints: Mapping[str, Endpoint]) -> None:
    """Give every endpoint that never landed a file without rows, so that its staging model finds something to read."""
    for endpoint in endpoints.values():
        for organization in store.organizations():
            store.placeholder(endpoint, organization, settings.start_date)


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
