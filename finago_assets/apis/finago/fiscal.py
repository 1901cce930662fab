"""Fiscal years from the landed /fiscalperiods records; calendar years where none are known.

Owns nothing but that translation. A fiscal "Period" of the API is not a month and is not read here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from finago_assets.core.windows import ONE_DAY, Window, oslo_day

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Period(msgspec.Struct):
    type: str | None = None
    startingDate: str | None = None  # noqa: N815  the vendor's own word
    endingDate: str | None = None  # noqa: N815  the vendor's own word


def fiscal_years(payloads: Iterable[bytes], *, first: date, last: date) -> list[Window]:
    """Return the fiscal years that touch `first`...`last`, cut at `last`; a day outside them gets a calendar year.

    The first year starts at its own beginning, before `first` if need be: an opening balance belongs to a whole year.
    """
    years = sorted(year for year in map(_year, payloads) if year is not None)
    found: list[Window] = []
    day = first
    while day <= last:
        year = next((year for year in years if day in year), None) or _calendar_year(day, years)
        found.append(Window(year.start, min(year.end, last + ONE_DAY)))
        day = year.end
    return found


def one_request_a_year(payloads: Iterable[bytes], first: date, last: date) -> list[dict[str, str]]:
    """Return the parameters that ask for each fiscal year of `first`...`last`."""
    years = fiscal_years(payloads, first=first, last=last)
    return [{"dateFrom": f"{year.start}", "dateTo": f"{year.end - ONE_DAY}"} for year in years]


def only_today(today: date) -> dict[str, str]:
    """Return the parameters that ask for one day."""
    return {"dateFrom": f"{today}", "dateTo": f"{today}"}


def books_begin(payloads: Iterable[bytes]) -> date | None:
    """Return the first day of the earliest fiscal year, or None where no year can be read."""
    return min((year.start for year in map(_year, payloads) if year is not None), default=None)


def _year(payload: bytes) -> Window | None:
    try:
        period = msgspec.json.decode(payload, type=_Period)
        if period.type != "Year" or period.startingDate is None or period.endingDate is None:
            return None
        start, end = oslo_day(period.startingDate), oslo_day(period.endingDate) + ONE_DAY
    except (msgspec.MsgspecError, ValueError, OverflowError):
        return None
    # one that ends before it begins is no year; a check of the warehouse names it
    return Window(start, end) if start < end else None


def _calendar_year(day: date, known: list[Window]) -> Window:
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    start = max([start, *(year.end for year in known if year.end <= day)])
    end = min([end, *(year.start for year in known if year.start > day)])
    return Window(start, end)
