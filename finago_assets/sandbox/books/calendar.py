"""Days the company works, VAT terms, fiscal years and periods, and the rate of the euro on a day.

Owns what depends on the calendar alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.books.ids import Thing, make_guid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from finago_assets.sandbox.books.plan import BooksPlan

SATURDAY, SUNDAY = 5, 6
TERM_MONTHS: Final = 2


@dataclass(frozen=True, slots=True)
class FiscalPeriod:
    """A fiscal year, or a period within one, which is two months here and not one."""

    id: str
    kind: str
    first: date
    last: date


def days(plan: BooksPlan) -> Iterator[date]:
    """Yield every day of the books."""
    day = plan.start
    while day <= plan.last:
        yield day
        day += ONE_DAY


def draw_days(
    plan: BooksPlan, purpose: str, yearly: int, is_open: Callable[[date], bool], dice: Random
) -> Counter[date]:
    """Return on which days something happens that happens so often a year, and how many times.

    Each year from the start is drawn whole, so that a day holds the same wherever the books end; the first with the
    `dice` of whoever asks, which goes on with them.
    """
    drawn: Counter[date] = Counter()
    first = plan.start
    while first <= plan.last:
        end = _year_after(first)
        whole = [first + ONE_DAY * number for number in range((end - first).days)]
        choices = list(filter(is_open, whole))
        chance = dice if first == plan.start else plan.dice(f"{purpose}/{first}")
        drawn.update(chance.choice(choices) for _ in range(yearly * len(whole) // 365))
        first = end
    return Counter({day: times for day, times in drawn.items() if day <= plan.last})


def _year_after(day: date) -> date:
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def banking_day(day: date) -> date:
    """Return `day`, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - ONE_DAY


def ends_term(day: date) -> bool:
    """Tell whether a VAT term ends on `day`."""
    return day.month % TERM_MONTHS == 0 and day == month_end(day)


def ends_year(day: date, fiscal_month: int = 1) -> bool:
    """Tell whether a fiscal year that begins in `fiscal_month` ends on `day`."""
    after = day + ONE_DAY
    return (after.month, after.day) == (fiscal_month, 1)


def year_start(day: date, fiscal_month: int = 1) -> date:
    """Return the first day of the fiscal year that `day` lies in."""
    return date(day.year - (day.month < fiscal_month), fiscal_month, 1)


def euro(day: date) -> Decimal:
    """Return kroner for one euro on a day: four decimals, wandering, the same for the same day."""
    return Decimal(112_500 + day.toordinal() * 379 % 7_000) / 10_000


def make_fiscal_periods(plan: BooksPlan) -> list[FiscalPeriod]:
    """Return fiscal years and their periods, from the year before the start to the year after the end."""
    found = []
    years = (year_start(day, plan.fiscal_month).year for day in (plan.start, plan.last))
    first_year, last_year = years
    for year in range(first_year - 1, last_year + 2):
        first = date(year, plan.fiscal_month, 1)
        found.append(_make_period("Year", first, date(year + 1, plan.fiscal_month, 1) - ONE_DAY))
        for _ in range(12 // TERM_MONTHS):
            last = month_end(first + timedelta(days=32))
            found.append(_make_period("Period", first, last))
            first = last + ONE_DAY
    return found


def _make_period(kind: str, first: date, last: date) -> FiscalPeriod:
    return FiscalPeriod(make_guid(Thing.PERIOD, first.toordinal() * 2 + (kind == "Year")), kind, first, last)


def period_json(period: FiscalPeriod) -> bytes:
    """Return a period as `/fiscalperiods` shows it."""
    ends = {"startingDate": period.first.isoformat(), "endingDate": period.last.isoformat()}
    return json.encode({"id": period.id, "type": period.kind} | ends)
