"""Raw assets: one factory over the catalogue. Windowed endpoints are partitioned assets, the lists share one step.

Owns how landing appears in Dagster: one event for each landed day, a check, progress, what a withheld scope looks like.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

import dagster as dg
from dagster import AssetExecutionContext
from dagster._core.definitions.data_version import DATA_VERSION_TAG

from finago_assets.core.catalogue.api import Api
from finago_assets.core.catalogue.model import Endpoint, EndpointKind
from finago_assets.core.errors import AuthRefused, Blocked, FinagoError, Forbidden, Transient
from finago_assets.core.extract import Extractor
from finago_assets.core.landing.store import Landed
from finago_assets.core.window_pages import changed_days
from finago_assets.core.windows import ONE_DAY, Window, oslo_today, windows_of
from finago_assets.orchestration import checks
from finago_assets.orchestration.course import WindowCourse
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.layers import RAW_LAYER
from finago_assets.orchestration.metadata import endpoint_description, endpoint_metadata, landed_metadata
from finago_assets.orchestration.partitions import daily, spell_key, window_of
from finago_assets.orchestration.resources import ApiResource, FinagoResource
from finago_assets.settings import Settings

# Dagster materializes an asset once its output is handed over, for the whole range at once. This key, which its own
# converted source assets carry, hands the output over silently, so that each landed day can have an event of its own
# and a withheld scope none at all. It is private; tests/orchestration/test_raw_events.py fails the day it changes.
# no run is red for a list beside the books, so its asset shows when none has landed: after a night, and after two
EACH_NIGHT: Final = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50), warn_window=timedelta(hours=26))
SILENT_OUTPUT: Final = {"__source_asset_observation__": True}
# what says that the next list would not be had either
OF_ALL_LISTS: Final = (Transient, AuthRefused, Blocked)
ROOT_RUN: Final = "dagster/root_run_id"


def raw_key(source: str, endpoint: str) -> dg.AssetKey:
    """Return the asset key of an endpoint: the two words that its dbt source carries too."""
    return dg.AssetKey([source, endpoint])


def raw_assets(api: Api, settings: Settings) -> list[dg.AssetsDefinition]:
    """Return every raw asset of an API that is switched on."""
    on = [e for e in api.endpoints.values() if e.enabled or e.name in settings.extra_endpoints]
    windowed = [
        _windowed_asset(f"land_{one.name}", one, settings, api.endpoints)
        for one in on
        if one.kind is EndpointKind.WINDOWED
    ]
    lists = [endpoint for endpoint in on if endpoint.kind is EndpointKind.REFERENCE]
    return [
        _reference_assets("land_reference", [one for one in lists if one.pieces is None], api.endpoints),
        # the ERP's opinion of the ledger is asked for after the ledger, or the two could not be compared
        _reference_assets("land_balances", [one for one in lists if one.pieces is not None], api.endpoints),
        *windowed,
    ]


def raw_assets_beside(api: Api) -> dg.AssetsDefinition:
    """Return the lists of an API that the books are not made of, in one step.

    Nothing of it fails a run: without credentials they are skipped, and a list that cannot be had is a warning.
    """
    lists = [one for one in api.endpoints.values() if one.enabled and one.kind is EndpointKind.REFERENCE]
    return _assets_beside(f"land_{api.source.name}", api.source.name, lists)


def windowed_assets_beside(api: Api, settings: Settings) -> list[dg.AssetsDefinition]:
    """Return what of such an API lands by day, each in a step of its own. Nothing of it fails a run either."""
    on = [one for one in api.endpoints.values() if one.enabled and one.kind is EndpointKind.WINDOWED]
    return [_windowed_beside(f"land_{one.source.name}_{one.name}", one.source.name, one, settings) for one in on]


def endpoint_asset(endpoint: Endpoint, settings: Settings, catalogue: Mapping[str, Endpoint]) -> dg.AssetsDefinition:
    """Return the asset of a user's own endpoint, in a step of its own; `catalogue` holds its parent."""
    if endpoint.kind is EndpointKind.WINDOWED:
        return _windowed_asset(f"land_own_{endpoint.name}", endpoint, settings, catalogue)
    return _reference_assets(f"land_own_{endpoint.name}", [endpoint], catalogue)


def _spec(endpoint: Endpoint, *, partitions: dg.PartitionsDefinition[str] | None, skippable: bool) -> dg.AssetSpec:
    return dg.AssetSpec(
        raw_key(endpoint.source.name, endpoint.name),
        deps=[raw_key(endpoint.source.name, name) for name in endpoint.read_before],
        description=endpoint_description(endpoint),
        metadata=endpoint_metadata(endpoint),
        group_name=f"raw_{endpoint.group}",
        owners=["team:finance-data"],
        kinds={"httpx", "json"},
        tags=dict([RAW_LAYER])
        | {"finago/kind": endpoint.kind.value, "finago/personal_data": _say_whether(endpoint.personal)},
        partitions_def=partitions,
        skippable=skippable,
    )


def _windowed_asset(
    name: str, endpoint: Endpoint, settings: Settings, catalogue: Mapping[str, Endpoint]
) -> dg.AssetsDefinition:
    partitions = daily(settings)
    key = raw_key(endpoint.source.name, endpoint.name)

    @dg.multi_asset(
        name=name,
        specs=[_spec(endpoint, partitions=partitions, skippable=False)],
        check_specs=[checks.spec(endpoint, key)],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def land(context: AssetExecutionContext, finago: FinagoResource) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        with typed_failures(context):
            window = window_of(context, finago.settings())
            run, resume = _origin(context)
            course = WindowCourse(endpoint, len(window.days), context.log.info)
            with finago.extractor(run=run, tell=context.log.info, catalogue=catalogue) as extractor:
                try:
                    for one in extractor.land_window(endpoint, window, resume=resume):
                        _log_day(context, endpoint, one)
                        course.take(one)
                except Forbidden as refusal:
                    verdict = checks.withheld(endpoint, key, refusal)
                else:
                    verdict = checks.judged(endpoint, extractor.store, key, course.landed)
            context.log.info(course.summary())
            yield dg.Output(None, output_name=key.to_python_identifier(), metadata=SILENT_OUTPUT)
            yield verdict

    return land


def _reference_assets(name: str, endpoints: list[Endpoint], catalogue: Mapping[str, Endpoint]) -> dg.AssetsDefinition:
    by_key = {raw_key(endpoint.source.name, endpoint.name): endpoint for endpoint in endpoints}

    @dg.multi_asset(
        name=name,
        specs=[_spec(endpoint, partitions=None, skippable=True) for endpoint in endpoints],
        check_specs=[checks.spec(endpoint, key) for key, endpoint in by_key.items()],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def land_reference(
        context: AssetExecutionContext, finago: FinagoResource
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        chosen = _choose(context, by_key)
        run, resume = _origin(context)
        with (
            typed_failures(context),
            finago.extractor(run=run, tell=context.log.info, catalogue=catalogue) as extractor,
        ):
            for number, (key, endpoint) in enumerate(chosen, start=1):
                try:
                    verdict = _land_list(context, extractor, key, endpoint, resume=resume)
                except Forbidden as refusal:
                    verdict = checks.withheld(endpoint, key, refusal)
                _forget_old(extractor, endpoint, finago.settings().keep_lists_days)
                context.log.info("%d of %d lists read: %s", number, len(chosen), endpoint.name)
                yield from _yield_list(context, key, verdict)

    return land_reference


def _assets_beside(name: str, resource: str, endpoints: list[Endpoint]) -> dg.AssetsDefinition:
    by_key = {raw_key(endpoint.source.name, endpoint.name): endpoint for endpoint in endpoints}

    @dg.multi_asset(
        name=name,
        specs=[
            _spec(endpoint, partitions=None, skippable=True).replace_attributes(freshness_policy=EACH_NIGHT)
            for endpoint in endpoints
        ],
        check_specs=[checks.spec(endpoint, key, blocking=False) for key, endpoint in by_key.items()],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={resource},
    )
    def land_beside(context: AssetExecutionContext) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        chosen = _choose(context, by_key)
        with typed_failures(context), ExitStack() as stack:
            landings = _land_each_tenant(context, stack, getattr(context.resources, resource))
            for key, endpoint in chosen:
                verdict = checks.of_tenants({one.tenant: one.verdict(key, endpoint) for one in landings})
                yield from _yield_list(context, key, verdict)

    return land_beside


def _windowed_beside(name: str, resource: str, endpoint: Endpoint, settings: Settings) -> dg.AssetsDefinition:
    key = raw_key(endpoint.source.name, endpoint.name)

    @dg.multi_asset(
        name=name,
        specs=[_spec(endpoint, partitions=daily(settings), skippable=False)],
        check_specs=[checks.spec(endpoint, key, blocking=False)],
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={resource},
    )
    def land_days_beside(context: AssetExecutionContext) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        with typed_failures(context), ExitStack() as stack:
            landing = _LandingBeside(context, stack, getattr(context.resources, resource))
            verdict = landing.verdict(key, endpoint)
            yield dg.Output(None, output_name=key.to_python_identifier(), metadata=SILENT_OUTPUT)
            yield verdict

    return land_days_beside


def _land_each_tenant(
    context: AssetExecutionContext, stack: ExitStack, resource: ApiResource
) -> list["_LandingBeside"]:
    found = [_LandingBeside(context, stack, one) for one in resource.tenants()]
    for number, one in enumerate(found, start=1):
        one.tenant = one.tenant or f"tenant {number}"
    return found


class _LandingBeside:
    """One landing of an API that nothing waits for: it remembers why the rest need not be asked for.

    `tenant` is whose it is, empty where that is not known.
    """

    def __init__(self, context: AssetExecutionContext, stack: ExitStack, resource: ApiResource) -> None:
        self._context = context
        self.tenant = ""
        self._refusal: FinagoError | None = None
        self._extractor: Extractor | None = None
        self._settings = resource.settings()
        run, self._resume = _origin(context)
        try:
            if (connection := resource.connection()) is not None:
                self.tenant = connection.organization_id
                self._extractor = stack.enter_context(resource.extractor(run=run, tell=context.log.info))
        except Exception as error:  # noqa: BLE001  the build waits for this step, and the books are built whatever happens
            self._refusal = _as_known(error)

    def verdict(self, key: dg.AssetKey, endpoint: Endpoint) -> dg.AssetCheckResult:
        """Land one list, or the days that the run asks for, or say why not."""
        if self._refusal is not None:
            return checks.warn_not_landed(endpoint, key, self._refusal)
        if self._extractor is None:
            return checks.left_out(endpoint, key)
        try:
            if endpoint.kind is EndpointKind.WINDOWED:
                return self._land_days(self._extractor, key, endpoint)
            verdict = _land_list(self._context, self._extractor, key, endpoint, resume=self._resume)
            _forget_old(self._extractor, endpoint, self._settings.keep_lists_days)
        except Exception as error:  # noqa: BLE001  see above
            known = _as_known(error)
            self._context.log.warning("%s was not landed: %s", endpoint.full_name, known)
            if isinstance(known, OF_ALL_LISTS):
                self._refusal = known
            return checks.warn_not_landed(endpoint, key, known)
        return verdict

    def _land_days(self, extractor: Extractor, key: dg.AssetKey, endpoint: Endpoint) -> dg.AssetCheckResult:
        """Land the days of the run; where it reaches up to today, also the older ones on which something changed."""
        window = window_of(self._context, self._settings)
        course = WindowCourse(endpoint, len(window.days), self._context.log.info)
        self._land_into(course, extractor, endpoint, window)
        if window.end > oslo_today() and window.start > self._settings.start_date:
            # the vendor's days of change are those of UTC
            changed = changed_days(extractor.client, endpoint, Window(window.start - ONE_DAY, window.end))
            for older in windows_of({day for day in changed if self._settings.start_date <= day < window.start}):
                course.days += len(older.days)
                self._land_into(course, extractor, endpoint, older)
        self._context.log.info(course.summary())
        return checks.judged(endpoint, extractor.store, key, course.landed)

    def _land_into(self, course: WindowCourse, extractor: Extractor, endpoint: Endpoint, window: Window) -> None:
        for day in extractor.land_window(endpoint, window, resume=self._resume):
            _log_day(self._context, endpoint, day)
            course.take(day)


def _as_known(error: Exception) -> FinagoError:
    """Return an error of ours; of another only its kind is told, its words could hold anything."""
    if isinstance(error, FinagoError):
        return error
    return FinagoError(
        f"{type(error).__name__}, which nobody has foreseen. Report it; the other lists are not touched."
    )


def _choose(
    context: AssetExecutionContext, by_key: Mapping[dg.AssetKey, Endpoint]
) -> list[tuple[dg.AssetKey, Endpoint]]:
    return [(key, endpoint) for key, endpoint in by_key.items() if key in context.selected_asset_keys]


def _yield_list(
    context: AssetExecutionContext, key: dg.AssetKey, verdict: dg.AssetCheckResult
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Yield a list's output, which says nothing of its own, and its check where that was asked for."""
    yield dg.Output(None, output_name=key.to_python_identifier(), metadata=SILENT_OUTPUT)
    if dg.AssetCheckKey(key, checks.CHECK) in context.op_execution_context.selected_asset_check_keys:
        yield verdict


def _land_list(
    context: AssetExecutionContext, extractor: Extractor, key: dg.AssetKey, endpoint: Endpoint, *, resume: bool
) -> dg.AssetCheckResult:
    """Land a list and return what its check says. Raises any error of the tree."""
    landed = extractor.land_reference(endpoint, resume=resume)
    context.log_event(_build_materialization(endpoint, landed, partition=None))
    return checks.judged(endpoint, extractor.store, key, [landed])


def _log_day(context: AssetExecutionContext, endpoint: Endpoint, one: Landed) -> None:
    context.log_event(_build_materialization(endpoint, one, partition=spell_key(one.partition.date)))


def _forget_old(extractor: Extractor, endpoint: Endpoint, days: int) -> None:
    """Remove older files of a list, where the settings say so: the newest is all that anything is built from."""
    if days:
        before = oslo_today() - timedelta(days=days)
        extractor.store.forget(endpoint.name, extractor.organization, before)


def _build_materialization(endpoint: Endpoint, landed: Landed, *, partition: str | None) -> dg.AssetMaterialization:
    # the same records again are no news: what was built of them stays in sync in the UI
    version = {DATA_VERSION_TAG: landed.manifest.digest}
    return dg.AssetMaterialization(
        raw_key(endpoint.source.name, endpoint.name),
        partition=partition,
        # what the run's page says of it
        description=f"{endpoint.full_name}{f' of {partition}' if partition else ''}: {landed.manifest.rows:,} rows",
        metadata=landed_metadata(landed, of_a_day=partition is not None),
        tags=version,
    )


def _origin(context: AssetExecutionContext) -> tuple[str, bool]:
    """Return the first run of a chain of re-executions, and whether this run is a later one."""
    root = context.run.tags.get(ROOT_RUN)
    return root or context.run_id, root is not None


def _say_whether(values: tuple[str, ...]) -> str:
    return "yes" if values else "no"
