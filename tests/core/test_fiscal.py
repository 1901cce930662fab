"""Fiscal years as the control total asks for them."""

from __future__ import annotations

from datetime import date

from finago_assets.apis.finago.fiscal import fiscal_years
from finago_assets.core.windows import Window


def _year(start: str, end: str, kind: str = "Year") -> bytes:
    return f'{{"id":"x","type":"{kind}","startingDate":"{start}","endingDate":"{end}"}}'.encode()


def test_a_year_from_july_is_kept_as_it_is_and_the_running_one_ends_today() -> None:
    periods = [_year("2023-07-01", "2024-06-30"), _year("2024-07-01", "2025-06-30")]
    years = fiscal_years(periods, first=date(2024, 1, 1), last=date(2024, 9, 15))
    assert years == [
        Window(date(2023, 7, 1), date(2024, 7, 1)),
        Window(date(2024, 7, 1), date(2024, 9, 16)),
    ]


def test_days_outside_every_known_year_fall_back_to_what_is_left_of_the_calendar_year() -> None:
    years = fiscal_years([_year("2024-07-01", "2025-06-30")], first=date(2024, 2, 1), last=date(2025, 12, 31))
    assert years == [
        Window(date(2024, 1, 1), date(2024, 7, 1)),
        Window(date(2024, 7, 1), date(2025, 7, 1)),
        Window(date(2025, 7, 1), date(2026, 1, 1)),
    ]


def test_periods_and_unreadable_records_are_no_years() -> None:
    backwards = _year("2024-12-31", "2024-01-01")
    endless = _year("2024-01-01", "9999-12-31")
    payloads = [
        backwards,
        endless,
        _year("2024-01-01", "2024-03-31", "Period"),
        b'{"type":"Year"}',
        b'{"type":"Year","startingDate":"?"}',
    ]
    assert fiscal_years(payloads, first=date(2024, 1, 1), last=date(2024, 1, 31)) == [
        Window(date(2024, 1, 1), date(2024, 2, 1))
    ]


def test_two_short_years_that_end_in_the_same_calendar_year_are_asked_for_apart() -> None:
    periods = [_year("2023-07-01", "2024-06-30"), _year("2024-07-01", "2024-12-31")]
    assert fiscal_years(periods, first=date(2024, 1, 1), last=date(2024, 12, 31)) == [
        Window(date(2023, 7, 1), date(2024, 7, 1)),
        Window(date(2024, 7, 1), date(2025, 1, 1)),
    ]


def test_a_year_that_begins_at_midnight_in_oslo_begins_on_that_day() -> None:
    years = fiscal_years(
        [_year("2023-12-31T23:00:00Z", "2024-12-31T00:00:00+01:00")], first=date(2024, 1, 1), last=date(2025, 1, 31)
    )
    assert years == [Window(date(2024, 1, 1), date(2025, 1, 1)), Window(date(2025, 1, 1), date(2025, 2, 1))]
