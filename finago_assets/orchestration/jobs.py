"""Jobs and schedules. Owns names, hours and the look back; what runs is decided by asset selections."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.core.errors import SettingMissing
from finago_assets.core.windows import ONE_DAY, Window, oslo_today, windows_of
from finago_assets.credentials import read_connection
from finago_assets.orchestration.layers import RAW_LAYER, REPORT_LAYER, REQUEST_LAYER
from finago_assets.orchestration.moved import days_to_land_again
from finago_assets.orchestration.partitions import range_tags
from finago_assets.orchestration.report import MAKE_REPORT
from finago_assets.orchestration.warehouse import REBUILD
from finago_assets.report.month import last_closed_month

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.settings import Settings

EVERYTHING: Final = "everything"
MONTH_END: Final = "month_end"
# runs of one night beside its own; what is left waits for the next
MOST_MOVED: Final = 10


def jobs() -> list[dg.UnresolvedAssetJobDefinition]:
    """Return the jobs: everything, landing alone, building alone, the binder. A user's request has a job of its own."""
    landing = dg.AssetSelection.tag(*RAW_LAYER)
    ours = dg.AssetSelection.all() - dg.AssetSelection.tag(*REQUEST_LAYER) - dg.AssetSelection.tag(*REPORT_LAYER)
    return [
        dg.define_asset_job(
            EVERYTHING,
            ours,
            description="Land, build, check and publish: what the nightly run does.",
        ),
        dg.define_asset_job("land", landing, description="Land raw files only; the warehouse stays as it is."),
        dg.define_asset_job(
            "rebuild",
            ours - landing,
            tags=dict([REBUILD]),
            description="Build and publish all of the warehouse anew from what has landed. Needs no credentials and no "
            "network.",
        ),
        dg.define_asset_job(
            MONTH_END,
            dg.AssetSelection.tag(*REPORT_LAYER),
            description="Make the month-end binder of what is published, of the last month that is over or of another.",
        ),
    ]


def lookback(settings: Settings, today: date) -> Window:
    """The last FINAGO_LOOKBACK_DAYS days up to and including today, never before the start date."""
    first = max(settings.start_date, today - timedelta(days=settings.lookback_days - 1))
    return Window(first, today + ONE_DAY)


def _read_moved_days(settings: Settings) -> set[date]:
    try:
        organization = read_connection(settings).organization_id
    except SettingMissing:
        return set()  # the nightly run says so
    return days_to_land_again(settings.published_details, organization)


def nightly(settings: Settings) -> dg.ScheduleDefinition:
    """Land the last days again every night: an order invoiced ten days later must become an invoice.

    Older days from which a record has moved into those are landed again as well, by runs of their own.
    """

    def request(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        today = oslo_today(context.scheduled_execution_time)
        last = lookback(settings, today)
        yield dg.RunRequest(run_key=f"nightly-{today}", tags=range_tags(last))
        older = {day for day in _read_moved_days(settings) if settings.start_date <= day < last.start}
        for window in windows_of(older)[:MOST_MOVED]:
            yield dg.RunRequest(run_key=f"moved-{today}-{window.start}", tags=range_tags(window))

    return dg.ScheduleDefinition(
        name="nightly",
        job_name=EVERYTHING,
        cron_schedule="15 4 * * *",
        execution_timezone="Europe/Oslo",
        execution_fn=request,
        description=(
            f"Every night at 04:15 in Oslo: land the last {settings.lookback_days} days again, build, publish; and "
            "older days from which a record has moved."
        ),
    )


def month_end_binder() -> dg.ScheduleDefinition:
    """Make the binder of the month before; off until somebody switches it on."""

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        month = last_closed_month(oslo_today(context.scheduled_execution_time))
        config = {"ops": {MAKE_REPORT: {"config": {"period": f"{month}"}}}}
        return dg.RunRequest(run_key=f"month-end-{month}", run_config=config)

    return dg.ScheduleDefinition(
        name="month_end_binder",
        job_name=MONTH_END,
        cron_schedule="0 6 5 * *",
        execution_timezone="Europe/Oslo",
        execution_fn=request,
        description="On the 5th at 06:00 in Oslo: the binder of the month before. Off until it is switched on.",
    )
