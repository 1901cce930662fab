"""Which day a moment in a request is: that of Oslo, where the books are kept.

Owns the shift, and local times that no clock ever showed.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from finago_assets.core.windows import OSLO

if TYPE_CHECKING:
    from datetime import date, datetime


def oslo_day_of(moment: datetime) -> date:
    """Return the day that a moment falls on: its own without a zone, Oslo's with one."""
    return moment.date() if moment.tzinfo is None or moment.year == 1 else moment.astimezone(OSLO).date()


def local_of(moment: datetime) -> datetime:
    """Return a moment as a clock in Oslo shows it, without a zone."""
    return moment if moment.tzinfo is None else moment.astimezone(OSLO).replace(tzinfo=None)


def utc_of(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is taken to be there already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def never_was(moment: datetime) -> bool:
    """Tell whether a local time lies in the hour that is left out in spring."""
    if moment.tzinfo is not None or moment.year == 1:
        return False
    return moment.replace(tzinfo=OSLO).astimezone(UTC).astimezone(OSLO).replace(tzinfo=None) != moment
