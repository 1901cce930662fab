"""The dbt half of the graph. dbt owns every reshaping; this owns when it runs, over what, and under which lock.

The working warehouse has one writer at a time. A build marks it as its last act, and keeps a copy for `published`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final

import dagster as dg
from dagster import AssetCheckExecutionContext, AssetExecutionContext
from dagster_dbt import DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from dagster_dbt.dbt_manifest import validate_manifest

from finago_assets.core.catalogue.model import Endpoint
from finago_assets.core.errors import NotLanded
from finago_assets.core.landing.files import private_umask
from finago_assets.core.landing.landed_data import LandedData, open_landed_data
from finago_assets.core.landing.lock import file_lock, queued_lock
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.landing.store import Landing
from finago_assets.core.progress import throttled
from finago_assets.core.warehouse.generation import Mark, Marked, Verdict, later
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import Publisher
from finago_assets.core.warehouse.unchanged import Plan, State, look, plan_build
from finago_assets.core.windows import utc_now
from finago_assets.orchestration.built import Built
from finago_assets.orchestration.column_lineage import lineage_metadata
from finago_assets.orchestration.dbt_project import dbt_project, engine_of
from finago_assets.orchestration.dbt_run import PARSED, NodeResult, run_dbt
from finago_assets.orchestration.dbt_specs import BooksTranslator
from finago_assets.orchestration.failures import FinalFailure, make_failure, typed_failures
from finago_assets.orchestration.standing import let_stand
from finago_assets.settings import Settings, read_settings

PUBLISHED: Final = dg.AssetKey("published")
# the tag of a run that makes everything anew, whatever has changed
REBUILD: Final = ("finago/rebuild", "everything")
# for one holder: a queue that moves is waited out, however long it is
PATIENCE_SECONDS: Final = 1800
NAMED: Final = 3
_PASSED: Final = frozenset({"success", "pass", "warn"})
_FAILED: Final = frozenset({"error", "fail", "runtime error", "partial success"})


class _NodesFailed(Exception):
    """Nodes that dbt could not build, or whose test failed; why, is looked into once the warehouse is free again."""

    def __init__(self, nodes: Sequence[NodeResult]) -> None:
        super().__init__()
        self.nodes = nodes


def build_asset(
    endpoints: Sequence[Endpoint], others: Sequence[Endpoint] = ()
) -> tuple[dg.AssetsDefinition, BuildGraph]:
    """Return the dbt models as assets, and their graph. `endpoints` are those whose raw files dbt may read.

    So are `others`, which the books are not made of.
    """
    beside = {endpoint.full_name for endpoint in others}
    endpoints = [*endpoints, *others]
    project = dbt_project()
    manifest = validate_manifest(project.manifest_path)
    checked = DagsterDbtTranslatorSettings(enable_asset_checks=True)
    translator = BooksTranslator(checked, lineage_metadata(project, manifest, endpoints))
    graph = BuildGraph.of_manifest(manifest)

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
        asked = context.op_execution_context.selected_asset_check_keys
        built = Built(build_warehouse, manifest, settings.working_warehouse, asked)
        data = open_landed_data(settings.data_dir, settings.landing, endpoints)
        with typed_failures(context), _explained(data, graph), locked(settings, context):
            # what is beside the books may come and go
            landed = {key: days for key, days in data.count_days().items() if key[0] not in beside}
            data.complete(settings.start_date)
            state = look(marked, data, graph, f"{engine_of(manifest)}/{settings.landing}")
            _check_landed(state, settings)
            tables = frozenset(built.nodes[key] for key in context.selected_asset_keys)
            _check_parents(graph, tables, state)
            # where a graph is built in pieces, one of two tables that a test looks at may be another run's
            chosen = tables | built.asked | graph.tests_over(tables)
            anew = context.run.tags.get(REBUILD[0]) == REBUILD[1]
            plan = plan_build(graph, chosen, chosen if anew else state.stale, state.made_before)
            _say(context, graph, plan, state)
            results: list[NodeResult] = []
            if plan.run:
                marked.begin(context.run_id, graph.touched(plan.run), utc_now())
                parsed = project.manifest_path.with_name(PARSED)
                with _raw_held(settings):
                    results = run_dbt(dbt, parsed, settings, _names(graph, plan), _progress(context, graph, plan))
            failed = [one for one in results if one.status in _FAILED]
            if any(one.node not in graph.beside for one in failed):
                yield from _told(context, built.events_of_failed(results))
                raise _NodesFailed(failed)
            for one in failed:
                context.log.error("%s, beside the books, could not be built: %s", graph.names[one.node], one.message)
            if state.contents != state.known:
                marked.remember(state.contents)
            mark = state.mark
            if plan.run:
                made_of = state.made_after(graph, plan.run, (one.node for one in results if one.status in _PASSED))
                verdicts = _verdicts(graph, results, context.run_id)
                mark = marked.finish(made_of, landed, _finished_at(settings), verdicts)
            _keep_for_publication(context, settings, graph, mark)
            kept = graph.in_order(plan.kept & (tables | built.asked))
            known = _verdicts_of_tables(context, built, kept, state.verdicts)
            standing = let_stand(context.instance, context.run_id, known)
            yield from built.kept(kept, state.verdicts, standing)
            yield from _told(context, built.events(results))

    return build_warehouse, graph


def _told(context: AssetExecutionContext, events: Iterable[Any]) -> Iterator[Any]:
    """Yield events; a result of a check that was not asked for is no output of this run and goes into its log."""
    for event in events:
        if isinstance(event, dg.AssetCheckEvaluation):
            context.log_event(event)
        else:
            yield event


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
    return Publisher(
        settings.work_dir, settings.published_warehouse, settings.published_details, memory=settings.dbt_memory
    )


def _names(graph: BuildGraph, plan: Plan) -> list[str] | None:
    """Return what dbt's command line takes for what is run; None for all."""
    if plan.run == graph.tables | graph.tests:
        return None
    return sorted(graph.dbt_names[node] for node in plan.run)


def _progress(context: AssetExecutionContext, graph: BuildGraph, plan: Plan) -> Callable[[str], None]:
    """Say what dbt is to do, and now and then how far it is: of each table and check is told when it is done."""
    wanted = len(plan.run & graph.tables)
    context.log.info(
        "dbt builds %d tables and runs %d checks; its own log is dbt.log in work/dbt of the data folder.",
        wanted,
        len(plan.run) - wanted,
    )
    say, count = throttled(context.log.info), itertools.count(1)

    def tell(node: str) -> None:
        if node in graph.tables:
            say(f"{next(count):,} of {wanted:,} tables built, the last one {graph.names[node]}")

    return tell


def _verdicts(graph: BuildGraph, results: Iterable[NodeResult], run: str) -> dict[str, Verdict]:
    return {one.node: Verdict(one.status == "pass", one.rows or 0, run) for one in results if one.node in graph.tests}


def _verdicts_of_tables(
    context: AssetExecutionContext, built: Built, kept: Iterable[str], verdicts: Mapping[str, Verdict]
) -> dict[dg.AssetCheckKey, Verdict]:
    """Return the verdicts of checks that were asked for with their table; one asked for by itself has to answer."""
    return {
        key: verdicts[node]
        for node in kept
        if node in verdicts
        and (key := built.checks.get(node)) is not None
        and key.asset_key in context.selected_asset_keys
    }


def _check_landed(state: State, settings: Settings) -> None:
    """Raise NotLanded where there is nothing at all: it would make an empty warehouse, and a green one."""
    if not state.contents:
        raise NotLanded(
            f"Nothing has landed in {settings.data_dir}, so there is nothing to build from; the published warehouse is "
            "unchanged. Materialize the raw assets first, or set FINAGO_DATA_DIR to the folder that holds raw/."
        )


def _check_parents(graph: BuildGraph, selected: frozenset[str], state: State) -> None:
    """Raise NotLanded where a selected model reads a table that is not there and will not be built."""
    built = {node for node in graph.tables if graph.names[node] in state.there}
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


@contextmanager
def _explained(data: LandedData, graph: BuildGraph) -> Iterator[None]:
    """Raise failed nodes as their Failure, outside of the lock: raw files may be read for it, and others may build."""
    try:
        yield
    except _NodesFailed as failed:
        raised = _explain(data, graph, failed.nodes)
    else:
        return
    raise raised


def _explain(data: LandedData, graph: BuildGraph, failed: Sequence[NodeResult]) -> dg.Failure:
    """Name the corrupt raw file where that is why dbt failed; otherwise what dbt itself said."""
    for fault in data.faults(graph.read_by(one.node for one in failed)):
        return make_failure(fault)
    reasons = "; ".join(f"{graph.names.get(one.node, one.node)}: {' '.join(one.message.split())}" for one in failed)
    return FinalFailure(
        f"dbt build failed; the published warehouse is unchanged. {reasons or 'Its log is in work/dbt.'}"
    )
