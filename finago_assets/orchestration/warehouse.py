"""The dbt half of the graph. dbt owns every reshaping; this owns when it runs, over what, and under which lock.

The working warehouse has one writer at a time. A build marks it as its last act, and keeps a copy for `published`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final

import dagster as dg
from dagster import AssetCheckExecutionContext, AssetExecutionContext
from dagster_dbt import DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from dagster_dbt.dbt_manifest import validate_manifest

from finago_assets.core.catalogue.model import Endpoint, Kind
from finago_assets.core.errors import CorruptFile, NotLanded
from finago_assets.core.landing.files import private_umask
from finago_assets.core.landing.lock import file_lock, queued_lock
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.landing.store import Landing, RawStore, open_store
from finago_assets.core.warehouse.generation import Mark, Marked, Verdict, later
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.core.warehouse.unchanged import Plan, State, look, plan_build
from finago_assets.core.windows import utc_now
from finago_assets.orchestration.built import Built
from finago_assets.orchestration.column_lineage import LineageTranslator, lineage_metadata
from finago_assets.orchestration.dbt_project import dbt_project, engine_of
from finago_assets.orchestration.dbt_run import PARSED, NodeResult, run_dbt
from finago_assets.orchestration.failures import failure, typed_failures
from finago_assets.settings import Settings, read_settings

PUBLISHED: Final = dg.AssetKey("published")
# the tag of a run that makes everything anew, whatever has changed
REBUILD: Final = ("finago/rebuild", "everything")
# for one holder: a queue that moves is waited out, however long it is
PATIENCE_SECONDS: Final = 1800
NAMED: Final = 3
_PASSED: Final = frozenset({"success", "pass", "warn"})
_FAILED: Final = frozenset({"error", "fail", "runtime error", "partial success"})


def build_asset(endpoints: Mapping[str, Endpoint]) -> tuple[dg.AssetsDefinition, BuildGraph]:
    """Return the dbt models as assets, and their graph. `endpoints` are those whose raw files dbt may read."""
    project = dbt_project()
    manifest = validate_manifest(project.manifest_path)
    checked = DagsterDbtTranslatorSettings(enable_asset_checks=True)
    translator = LineageTranslator(checked, lineage_metadata(project, manifest, endpoints.values()))
    graph = BuildGraph.of_manifest(manifest)
    engine = engine_of(manifest)

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
        built = Built(build_warehouse, manifest, settings.working_warehouse)
        with typed_failures(context), locked(settings, context):
            store = open_store(settings.data_dir, settings.landing)
            landed = _count_landed(store, endpoints, settings)
            _complete(store, settings, endpoints)
            tables = frozenset(built.nodes[key] for key in context.selected_asset_keys)
            checks = frozenset(test for test, key in built.checks.items() if _is_chosen(context, key))
            # where a graph is built in pieces, one of two tables that a test looks at may be another run's
            chosen = tables | checks | graph.tests_over(tables)
            _check_parents(graph, tables, marked)
            state = look(marked, store, endpoints, graph, f"{engine}/{settings.landing}")
            anew = context.run.tags.get(REBUILD[0]) == REBUILD[1]
            plan = plan_build(graph, chosen, chosen if anew else state.stale, state.settled)
            _say(context, graph, plan, state)
            results: list[NodeResult] = []
            if plan.run:
                marked.begin(context.run_id, graph.touched(plan.run), utc_now())
                results = _run(context, dbt, settings, graph, plan)
            failed = [one for one in results if one.status in _FAILED]
            if failed:
                yield from _told(context, built.events_of_failed(results))
                raise _explained(store, endpoints, graph, failed)
            if state.contents != state.known:
                marked.remember(state.contents)
            if plan.run:
                made_of = state.made_after(graph, (one.node for one in results if one.status in _PASSED))
                verdicts = _verdicts(graph, results, context.run_id)
                marked.finish(made_of, landed, _finished_at(settings), verdicts)
            _keep_for_publication(context, settings, graph, marked.mark())
            kept = (node for node in graph.in_order(plan.kept) if node in tables | checks)
            yield from built.kept(kept, state.verdicts)
            yield from _told(context, built.events(results))

    return build_warehouse, graph


def _is_chosen(context: AssetExecutionContext, check: dg.AssetCheckKey) -> bool:
    return check in context.op_execution_context.selected_asset_check_keys


def _told(context: AssetExecutionContext, events: Iterable[Any]) -> Iterator[Any]:
    """Yield events; a result of a check that was not chosen is no output of this run and goes into its log."""
    for event in events:
        if isinstance(event, dg.AssetCheckResult) and not _is_chosen(context, _key_of(event)):
            context.log_event(
                dg.AssetCheckEvaluation(
                    asset_key=_key_of(event).asset_key,
                    check_name=_key_of(event).name,
                    passed=event.passed,
                    severity=event.severity,
                    metadata=event.metadata,
                )
            )
        else:
            yield event


def _key_of(result: dg.AssetCheckResult) -> dg.AssetCheckKey:
    if result.asset_key is None or result.check_name is None:
        raise ValueError("a result of ours says whose it is")
    return dg.AssetCheckKey(result.asset_key, result.check_name)


def _say(context: AssetExecutionContext, graph: BuildGraph, plan: Plan, state: State) -> None:
    """Say in the run log what is built and what stays, and why."""
    if plan.kept:
        kept = plan.kept & graph.tables
        context.log.info(
            "%d tables are built; %d tables and %d checks stay as they are, because nothing that they are made of has "
            "changed (landed data that has: %s). The job `rebuild` makes everything anew.",
            len(plan.run & graph.tables),
            len(kept),
            len(plan.kept) - len(kept),
            ", ".join(state.changed()) or "none",
        )
    if plan.idle:
        context.log.info(
            "%d checks are not run: they also look at tables that are not built yet, or were not built again since "
            "something before them changed.",
            len(plan.idle),
        )


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


def _run(
    context: AssetExecutionContext, dbt: DbtCliResource, settings: Settings, graph: BuildGraph, plan: Plan
) -> list[NodeResult]:
    def tell(node: str) -> None:
        if node in graph.tables:
            context.log.info("dbt built %s", graph.names[node])

    everything = plan.run == graph.tables | graph.tests
    names = None if everything else sorted(graph.dbt_names[node] for node in plan.run)
    with _raw_held(settings):
        return run_dbt(dbt, dbt_project().manifest_path.with_name(PARSED), settings, names, tell)


def _verdicts(graph: BuildGraph, results: Iterable[NodeResult], run: str) -> dict[str, Verdict]:
    return {one.node: Verdict(one.status == "pass", one.rows or 0, run) for one in results if one.node in graph.tests}


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


def _finished_at(settings: Settings) -> datetime:
    last = publisher(settings).last()
    return later(utc_now(), None if last is None else last.finished_at)


def _keep_for_publication(
    context: AssetExecutionContext, settings: Settings, graph: BuildGraph, mark: Mark | None
) -> None:
    """Keep a copy of a whole build where this run publishes it, so that no other run's build is published instead."""
    chosen = context.run.asset_selection
    into = publisher(settings)
    into.sweep(lambda run: run != context.run_id and _is_over(context.instance, run))
    if mark is None or graph.unproven(mark.settled) or into.standing(mark) is not None:
        return
    if chosen is None or PUBLISHED in chosen:
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


def _explained(
    store: RawStore, endpoints: Iterable[str], graph: BuildGraph, failed: Iterable[NodeResult]
) -> dg.Failure:
    """Name the corrupt raw file where that is why dbt failed; otherwise what dbt itself said."""
    for organization in store.organizations():
        for endpoint in endpoints:
            for fault in store.faults(endpoint, organization):
                return failure(fault)
    reasons = "; ".join(f"{graph.names.get(one.node, one.node)}: {' '.join(one.message.split())}" for one in failed)
    return dg.Failure(
        description=f"dbt build failed; the published warehouse is unchanged. {reasons or 'Its log is in work/dbt.'}",
        allow_retries=False,
    )
