"""The month that a binder is of: how it is spelled, which are refused, and which one is the last that is over.

Owns nothing of what was posted in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from finago_assets.core.errors import RequestRefused, WindowRefused

_SPELLED: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_ANY_MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, known by its first day."""

    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """The month after it."""
        return month_of(self.first + _ANY_MONTH)

    @property
    def year_before(self) -> Month:
        """The same month of the year before."""
        return Month(self.first.replace(year=self.first.year - 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_of(day: date) -> Month:
    """Return the month that a day lies in."""
    return Month(day.replace(day=1))


def last_closed_month(today: date) -> Month:
    """Return the last month that is over."""
    return month_of(today.replace(day=1) - timedelta(days=1))


def parse_month(text: str, today: date) -> Month:
    """Read `YYYY-MM`. Raises RequestRefused for anything else, WindowRefused for a month that has not begun."""
    found = _SPELLED.fullmatch(text.strip())
    try:
        month = Month(date(int(found[1]), int(found[2]), 1)) if found else None
    except ValueError:
        month = None
    if month is None or month.first.year < 1900:
        raise RequestRefused(
            f"The period is {text!r:.40}; it takes a month as YYYY-MM, such as {last_closed_month(today)}. Nothing was "
            "written."
        )
    if month.first > today:
        raise WindowRefused(f"{month} has not begun: today in Oslo is {today}. Nothing was written.")
    return month
