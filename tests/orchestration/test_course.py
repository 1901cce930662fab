"""How far a landing has come: days, rows and requests, at intervals that grow, and the empty days in one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.model import Landed, LandingOutcome, Manifest
from finago_assets.core.progress import throttled
from finago_assets.core.windows import Window
from finago_assets.orchestration.course import WindowCourse

FIRST, NOW = date(2024, 1, 1), datetime(2024, 2, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that is set forward by hand."""

    seconds: float = 0.0
    told: list[str] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds


def _landed(day: date, rows: int, window: Window) -> Landed:
    manifest = Manifest(
        *("finago", "transactionlines", "o", day, window.start, window.end),
        rows=rows,
        distinct_ids=rows,
        pages=1,
        requests=7,
        retries=0,
        waited_seconds=0.0,
        payload_bytes=0,
        digest="",
        trace_ids=(),
        fetched_at=NOW,
        catalogue_version="",
        run="",
        outcome=LandingOutcome.LANDED,
    )
    return Landed(manifest.partition, manifest, "somewhere")


def test_progress_counts_days_rows_and_the_requests_of_each_window_once_and_says_what_is_left() -> None:
    clock = Clock()
    course = WindowCourse(ENDPOINTS["transactionlines"], 90, clock.told.append, clock)
    january = Window(FIRST, FIRST + timedelta(days=31))
    for number in range(30):
        clock.seconds += 10
        course.take(_landed(FIRST + timedelta(days=number), 3, january))
    assert clock.told[0] == "transactionlines: 1 of 90 days landed, 3 rows, 7 requests; about 15 min to go at this pace"
    assert clock.told[-1].startswith("transactionlines: 26 of 90 days landed, 78 rows, 7 requests; about 11 min")
    # not a line a day: after 10 seconds, then after 10, 20, 40, and each minute
    assert len(clock.told) == 7


def test_the_days_without_a_row_are_told_once_as_spans() -> None:
    course = WindowCourse(ENDPOINTS["transactionlines"], 31, print)
    january = Window(FIRST, FIRST + timedelta(days=31))
    for day in january.days:
        course.take(_landed(day, 0 if day.weekday() > 4 else 2, january))
    assert course.summary() == (
        "transactionlines: 31 of 31 days landed, 46 rows, 7 requests. Without a row: 8 days (2024-01-06 to 2024-01-07, "
        "2024-01-13 to 2024-01-14, 2024-01-20 to 2024-01-21, 2024-01-27 to 2024-01-28)."
    )


def test_a_line_passes_after_five_seconds_and_then_ever_fewer_down_to_one_a_minute() -> None:
    clock = Clock()
    say = throttled(clock.told.append, clock)
    for second in range(600):
        clock.seconds = second
        say(f"{second}")
    assert clock.told[:5] == ["5", "15", "35", "75", "135"]
    assert len(clock.told) == 12
