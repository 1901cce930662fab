"""Half-open windows of Europe/Oslo days: parsing, checking, and cutting into calendar months.

Owns every rule about which days may be asked for. How an endpoint spells its window is the catalogue's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from finago_assets.core.errors import WindowRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

OSLO = ZoneInfo("Europe/Oslo")
ONE_DAY = timedelta(days=1)


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def oslo_today(now: datetime | None = None) -> date:
    """Return the calendar day in Oslo at `now` (default: this moment)."""
    return (now or utc_now()).astimezone(OSLO).date()


def oslo_day(text: str) -> date:
    """Return the day in Oslo that `text` spells, as a day, a local time or a moment. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if len(text) > len("2024-01-01") and moment is not None and moment.tzinfo is not None:
        try:
            return moment.astimezone(OSLO).date()
        except OverflowError:
            raise ValueError(text) from None
    return date.fromisoformat(text[:10])


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The days from `start` up to, not including, `end`. Raises WindowRefused when empty or reversed."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise WindowRefused(
                f"The window {self.start}...{self.end - ONE_DAY} is empty or reversed; give the earlier day first."
            )

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        last = self.end - ONE_DAY
        return f"{self.start}" if last == self.start else f"{self.start}...{last}"

    @property
    def days(self) -> tuple[date, ...]:
        """Every day in order."""
        return tuple(self.start + timedelta(days=n) for n in range((self.end - self.start).days))

    def months(self) -> Iterator[Window]:
        """Cut at calendar month borders: no request chain covers more than one month."""
        start = self.start
        while start < self.end:
            end = min((start.replace(day=1) + timedelta(days=32)).replace(day=1), self.end)
            yield Window(start, end)
            start = end

    def at_most(self, days: int | None) -> Iterator[Window]:
        """Cut into pieces of so many days, the last one shorter; None cuts nothing."""
        start = self.start
        while start < self.end:
            end = self.end if days is None else min(start + timedelta(days=days), self.end)
            yield Window(start, end)
            start = end

    def halves(self) -> tuple[Window, Window]:
        """Cut in two. Raises WindowRefused for a single day, which cannot be cut."""
        middle = self.start + (self.end - self.start) // 2
        return Window(self.start, middle), Window(middle, self.end)


def windows_of(days: Iterator[date] | list[date] | set[date]) -> list[Window]:
    """Group days into maximal runs of consecutive days, in order."""
    runs: list[Window] = []
    for day in sorted(set(days)):
        if runs and runs[-1].end == day:
            runs[-1] = Window(runs[-1].start, day + ONE_DAY)
        else:
            runs.append(Window(day, day + ONE_DAY))
    return runs


def check_window(window: Window, *, first: date, today: date) -> Window:
    """Return the window if it lies within `first`...`today`. Raises WindowRefused with the next step otherwise."""
    if window.start < first:
        raise WindowRefused(
            f"{window.start} lies before the start date {first}; set FINAGO_START_DATE to an earlier day, "
            "or start the window later."
        )
    if window.end > today + ONE_DAY:
        raise WindowRefused(f"The window ends in the future ({window.end - ONE_DAY}); today in Oslo is {today}.")
    return window
