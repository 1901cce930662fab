"""Days and windows: half-open, in Oslo, cut at month borders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finago_assets.core.errors import WindowRefused
from finago_assets.core.windows import ONE_DAY, Window, check_window, oslo_day, oslo_today, windows_of

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(DAYS, st.integers(1, 4000))
def test_months_tile_a_window_without_gap_or_overlap(start: date, length: int) -> None:
    window = Window(start, start + timedelta(days=length))
    months = list(window.months())
    assert [day for month in months for day in month.days] == list(window.days)
    assert all(month.start.month == (month.end - ONE_DAY).month for month in months)


@given(st.sets(DAYS, max_size=60))
def test_runs_of_days_hold_exactly_the_days_given(days: set[date]) -> None:
    runs = windows_of(days)
    assert [day for run in runs for day in run.days] == sorted(days)
    assert all(left.end < right.start for left, right in pairwise(runs))


@given(DAYS, st.integers(2, 4000))
def test_halves_are_the_window_again(start: date, length: int) -> None:
    window = Window(start, start + timedelta(days=length))
    left, right = window.halves()
    assert left.days + right.days == window.days


def test_a_reversed_window_says_so() -> None:
    with pytest.raises(WindowRefused, match="reversed"):
        Window(date(2024, 2, 1), date(2024, 1, 1))


def test_a_window_before_the_start_date_names_the_setting() -> None:
    early = Window(date(2019, 12, 31), date(2020, 2, 1))
    with pytest.raises(WindowRefused, match="FINAGO_START_DATE"):
        check_window(early, first=date(2020, 1, 1), today=date(2024, 1, 1))


def test_a_window_that_ends_tomorrow_is_in_the_future_and_today_is_not() -> None:
    today = date(2024, 3, 10)
    assert check_window(Window(today, today + ONE_DAY), first=today, today=today)
    with pytest.raises(WindowRefused, match="future"):
        check_window(Window(today, today + 2 * ONE_DAY), first=today, today=today)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 7, 1, 21, 59, tzinfo=UTC), date(2024, 7, 1)),
        (datetime(2024, 7, 1, 22, 0, tzinfo=UTC), date(2024, 7, 2)),
        (datetime(2024, 1, 1, 22, 59, tzinfo=UTC), date(2024, 1, 1)),
        (datetime(2024, 1, 1, 23, 0, tzinfo=UTC), date(2024, 1, 2)),
        (datetime(2024, 3, 31, 22, 0, tzinfo=UTC), date(2024, 4, 1)),
        (datetime(2024, 10, 27, 22, 30, tzinfo=UTC), date(2024, 10, 27)),
    ],
)
def test_the_day_is_oslo_s_on_both_sides_of_midnight_and_daylight_saving(moment: datetime, day: date) -> None:
    assert oslo_today(moment) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-01", date(2024, 1, 1)),
        ("2023-12-31T23:00:00Z", date(2024, 1, 1)),
        ("2024-01-01T00:00:00+01:00", date(2024, 1, 1)),
        ("2024-01-01 00:00:00.000Z", date(2024, 1, 1)),
        ("2024-06-30T22:00:00Z", date(2024, 7, 1)),
        ("2024-06-30T21:59:59Z", date(2024, 6, 30)),
        ("2024-01-01T00:00:00", date(2024, 1, 1)),
    ],
)
def test_a_day_is_the_day_in_oslo_however_it_is_spelled(text: str, day: date) -> None:
    assert oslo_day(text) == day


@pytest.mark.parametrize("text", ["", "2024-13-01", "9999-12-31T23:59:59-05:00", "soon"])
def test_a_text_that_spells_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        oslo_day(text)
