"""How long the server wants to be left alone: a total function over whatever stands in `Retry-After`.

Owns both forms of RFC 9110 (seconds, HTTP date). Never raises, never answers less than was asked.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 366 * 24 * 3600
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
CLOCK: Final = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
DATES: Final = (
    re.compile(
        r"(?:[a-z]{3},)? ?(?P<day>[0-9]{1,2}) (?P<month>[a-z]{3}) (?P<year>[0-9]{4,}) "
        rf"{CLOCK} (?:gmt|utc|\+0000)"
    ),
    re.compile(rf"[a-z]{{6,9}}, (?P<day>[0-9]{{2}})-(?P<month>[a-z]{{3}})-(?P<year>[0-9]{{2}}) {CLOCK} gmt"),
    re.compile(rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) {{1,2}}(?P<day>[0-9]{{1,2}}) {CLOCK} (?P<year>[0-9]{{4,}})"),
)


def seconds_asked(value: str | None, *, date: str | None, now: datetime) -> float | None:
    """Seconds to wait from now; None when nothing readable was asked. A year is the most that is ever answered.

    A date is measured against the server's own `date` header when it sent one, so that a wrong clock on either side
    neither shortens nor stretches the pause.
    """
    text = (value or "").strip()[:400]
    if SECONDS.fullmatch(text):
        whole = text.partition(".")[0].lstrip("0")
        return float(text) if len(whole) < 9 and float(text) < LONGEST else float(LONGEST)
    until = _moment(text, now)
    if until is None:
        return None
    since = _moment((date or "").strip()[:100], now) or now
    return min(max((until - since).total_seconds(), 0.0), float(LONGEST))


def _moment(text: str, now: datetime) -> datetime | None:
    for pattern in DATES:
        found = pattern.fullmatch(text.lower())
        if found:
            return _composed(found.groupdict(), now)
    return None


def _composed(parts: Mapping[str, str], now: datetime) -> datetime | None:
    year = _year(parts["year"], now)
    if parts["month"] not in MONTHS:
        return None
    if year > 9998:
        return now + timedelta(seconds=LONGEST)
    try:
        whole = datetime(year, MONTHS.index(parts["month"]) + 1, int(parts["day"]), tzinfo=UTC)
        return whole + timedelta(hours=int(parts["hour"]), minutes=int(parts["minute"]), seconds=int(parts["second"]))
    except ValueError:
        return None


def _year(text: str, now: datetime) -> int:
    """Two digits are the nearest such year that is not more than fifty years ahead (RFC 9110, 5.6.7)."""
    if len(text) > 4:
        return 9999
    if len(text) == 4:
        return int(text)
    year = now.year - now.year % 100 + int(text)
    return year - 100 if year > now.year + 50 else year
