"""The one partitions definition of the project, and the only code that knows what a partition key looks like.

Owns keys and key ranges. A second definition anywhere ends the documented command, so nothing else may make one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.core.errors import WindowRefused
from finago_assets.core.windows import ONE_DAY, Window, check_window, oslo_today

if TYPE_CHECKING:
    from finago_assets.settings import Settings

RANGE_START: Final = "dagster/asset_partition_range_start"
RANGE_END: Final = "dagster/asset_partition_range_end"


def daily(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Days in Oslo from the start date up to and including today: an open day is landed as far as it has come."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.start_date.isoformat(), timezone="Europe/Oslo", end_offset=1
    )


def window_of(context: dg.AssetExecutionContext, settings: Settings) -> Window:
    """Return the days this run asks for. Raises WindowRefused when reversed, too early or in the future."""
    start, end = context.run.tags.get(RANGE_START), context.run.tags.get(RANGE_END)
    if start is None or end is None:
        start = end = context.partition_key
    asked = Window(day_of(start), day_of(end) + ONE_DAY)
    return check_window(asked, first=settings.start_date, today=oslo_today())


def range_tags(window: Window) -> dict[str, str]:
    """Return the run tags that ask for every day of a window in one run."""
    return {RANGE_START: spell_key(window.start), RANGE_END: spell_key(window.end - ONE_DAY)}


def spell_key(day: date) -> str:
    """Return the partition key of a day. An organization is no part of it: a run asks for one, by its connection."""
    return day.isoformat()


def day_of(key: str) -> date:
    """Return the day that a partition key stands for. Raises WindowRefused for anything else."""
    try:
        return date.fromisoformat(key)
    except ValueError:
        raise WindowRefused(f"{key!r} is no partition; a partition is a day, YYYY-MM-DD.") from None
