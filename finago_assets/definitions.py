"""What Dagster loads. Composition only: settings in, Definitions out; nothing is fetched and no secret is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.halo import HALO
from finago_assets.orchestration.components.own import Own, read_own
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.executor import watched
from finago_assets.orchestration.halo.changes import halo_change, halo_connection_changes, halo_delete
from finago_assets.orchestration.jobs import jobs, month_end_binder, nightly
from finago_assets.orchestration.lost_history import watch_uncaught
from finago_assets.orchestration.open_history import keep_history_open
from finago_assets.orchestration.posting import post_journal, posting_assets
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.raw import raw_assets, raw_assets_beside, windowed_assets_beside
from finago_assets.orchestration.report import report_asset
from finago_assets.orchestration.request.job import finago_request
from finago_assets.orchestration.resources import FinagoResource, HaloResource, SoapResource
from finago_assets.orchestration.retention import prune_run_history
from finago_assets.orchestration.short_history import keep_history_short
from finago_assets.orchestration.tie_out import tie_out_check
from finago_assets.settings import Executor, Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def build_definitions(
    settings: Settings, resources: Mapping[str, Any] | None = None, own: Own | None = None
) -> dg.Definitions:
    """Return the whole graph; `resources` replaces any of the usual ones, for tests and for other connections.

    `own` is what the user has added in YAML.
    """
    added = own or Own()
    built_in = dg.Definitions(
        assets=[
            *raw_assets(FINAGO, settings),
            # a backfill counts what a run leaves out as failed: who has no Halo has none of its assets either
            *([raw_assets_beside(HALO), halo_connection_changes] if settings.uses_halo else []),
            *([raw_assets_beside(FINAGO_SOAP)] if settings.uses_soap else []),
            *(windowed_assets_beside(FINAGO_SOAP, settings) if settings.uses_soap else []),
            *warehouse_assets(
                [*FINAGO.endpoints.values(), *added.endpoints.values()],
                others=[
                    *(HALO.endpoints.values() if settings.uses_halo else ()),
                    *(FINAGO_SOAP.endpoints.values() if settings.uses_soap else ()),
                ],
            ),
            *posting_assets(),
            report_asset(),
        ],
        asset_checks=[tie_out_check(settings)],
        jobs=[*jobs(), finago_request, post_journal, *([halo_change, halo_delete] if settings.uses_halo else [])],
        schedules=[nightly(settings), month_end_binder()],
        sensors=[prune_run_history],
        resources={
            "finago": FinagoResource(),
            "finago_soap": SoapResource(),
            "halo": HaloResource(),
            "dbt": dbt_resource(),
            **(resources or {}),
        },
        executor=watched(
            dg.multiprocess_executor if settings.executor is Executor.MULTIPROCESS else dg.in_process_executor
        ),
    )
    return built_in if own is None else dg.Definitions.merge(built_in, own.definitions)


watch_uncaught()
keep_history_open()
defs = build_definitions(read_settings(), own=read_own())
keep_history_short(defs)
