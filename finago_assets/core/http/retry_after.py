"""How long the server wants to be left alone: a total function over whatever stands in `Retry-After`.

Owns both forms of RFC 9110 (seconds, HTTP date). Never raises, never answers less than was asked.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

LONGEST_WAIT: Final = 366 * 24 * 3600
SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# the library takes almost anything for a date, and the year 0000 for 2000
DATED: Final = re.compile(r"(?!.*\b0[0-9]{3}\b).*[a-z]{3}.*[0-9]{2}:[0-9]{2}:[0-9]{2}", re.IGNORECASE)
TWO_DIGITS: Final = re.compile(r"-[0-9]{2} ")


def seconds_asked(value: str | None, *, date: str | None, now: datetime) -> float | None:
    """Seconds to wait from now; None when nothing readable was asked. A year is the most that is ever answered.

    A date is measured against the server's own `date` header when it sent one, so that a wrong clock on either side
    neither shortens nor stretches the pause.
    """
    text = (value or "").strip()[:400]
    if SECONDS.fullmatch(text):
        whole = text.partition(".")[0].lstrip("0")
        return float(text) if len(whole) < 9 and float(text) < LONGEST_WAIT else float(LONGEST_WAIT)
    until = _parse_http_date(text, now)
    if until is None:
        return None
    since = _parse_http_date((date or "").strip()[:100], now) or now
    return min(max((until - since).total_seconds(), 0.0), float(LONGEST_WAIT))


def _parse_http_date(text: str, now: datetime) -> datetime | None:
    found = parsedate_tz(text) if DATED.match(text) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, *_, offset = found
    if year > 9998:
        return now + timedelta(seconds=LONGEST_WAIT)
    # two digits are the nearest such year that is not more than fifty years ahead (RFC 9110, 5.6.7)
    if TWO_DIGITS.search(text) and year > now.year + 50:
        year -= 100
    try:
        whole = datetime(year, month, day, tzinfo=UTC)
        return whole + timedelta(hours=hour, minutes=minute, seconds=second - (offset or 0))
    except (ValueError, OverflowError):
        return None
