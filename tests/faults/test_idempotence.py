"""T11: what lands does not depend on how often, in which order or in which pieces it was asked for."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, OSLO, Window, oslo_today
from tests.core.company import LINES, ORDERS, TODAY, Company
from tests.core.landing.samples import KINDS, ORGANIZATION

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from tests.core.landing.samples import Store

DAYS = Window(dt.date(2026, 1, 28), dt.date(2026, 2, 5))
TIMES = 10


def _company() -> Company:
    rows = {day: number % 4 * 7 for number, day in enumerate(DAYS.days)}
    return Company(lines=rows, orders=rows)


def _digests(store: Store, endpoint: Endpoint) -> dict[dt.date, str]:
    return {day: one.manifest.digest for day, one in store.landed(endpoint.name, ORGANIZATION).items()}


@pytest.mark.parametrize("endpoint", [LINES, ORDERS], ids=["lines", "orders"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_day_landed_ten_times_in_random_order_and_pieces_is_what_it_was(
    tmp_path: Path, kind: str, endpoint: Endpoint
) -> None:
    company, store, order = _company(), KINDS[kind](tmp_path), random.Random(11)
    pieces = [Window(day, day + ONE_DAY) for day in DAYS.days for _ in range(TIMES - 2)]
    pieces += [DAYS, Window(DAYS.start, DAYS.start + 3 * ONE_DAY), Window(DAYS.start + 3 * ONE_DAY, DAYS.end)]
    order.shuffle(pieces)
    whole = ParquetStore(tmp_path / "at-once", "finago")
    list(company.extractor(whole).land_window(endpoint, DAYS))
    expected = _digests(whole, endpoint)
    assert set(expected) == set(DAYS.days)
    for number, piece in enumerate(pieces):
        list(company.extractor(store, run=f"run-{number}").land_window(endpoint, piece))
        found = _digests(store, endpoint)
        assert found == {day: expected[day] for day in found}
    assert set(found) == set(expected)
    for one in store.landed(endpoint.name, ORGANIZATION).values():
        assert one.manifest.rows == one.manifest.distinct_ids == company.lines[one.partition.date]
    print(f"T11, {kind}, {endpoint.name}: {len(pieces)} landings, {len(expected)} of {len(expected)} digests unchanged")


def test_ten_years_of_days_tile_whatever_the_clock_does_in_spring_and_autumn() -> None:
    first = dt.date(2020, 1, 1)
    window = Window(first, first + 3653 * ONE_DAY)
    days = [day for month in window.months() for day in month.days]
    assert days == list(window.days)
    assert len(set(days)) == 3653
    for day in window.days:
        begins = dt.datetime.combine(day, dt.time(), OSLO)
        ends = dt.datetime.combine(day + ONE_DAY, dt.time(), OSLO)
        # its first and last moment are its own, on days of 23 and 25 hours too
        assert oslo_today(begins.astimezone(dt.UTC)) == day
        assert oslo_today(ends.astimezone(dt.UTC) - dt.timedelta(microseconds=1)) == day


def test_a_day_that_has_not_come_yet_lands_empty(tmp_path: Path) -> None:
    tomorrow = Window(TODAY + ONE_DAY, TODAY + 2 * ONE_DAY)
    (landed,) = _company().extractor(ParquetStore(tmp_path, "finago")).land_window(LINES, tomorrow)
    assert landed.manifest.rows == 0
