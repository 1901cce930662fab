"""What lands when requests fail, and what a re-execution asks for again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import BadRequest, FinagoError, Forbidden, Malformed
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import Landed
from finago_assets.core.windows import Window
from tests.core.company import ACCOUNTS, LINES, MONTH, Company, every_day
from tests.core.http.office import Asked, reply
from tests.core.landing.samples import ORGANIZATION

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.transport import Response
    from tests.core.company import Trouble
    from tests.core.landing.samples import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return the faster store: which one it is makes no difference here."""
    return ParquetStore(tmp_path, "finago")


YEAR = Window(dt.date(2025, 3, 1), dt.date(2026, 3, 1))


def refusing(month: str, status: int = 400) -> Trouble:
    """Refuse one month's chain, whoever asks."""
    return lambda asked: reply(b"", status) if asked.params.get("dateFrom", "").startswith(month) else None


def months_asked(company: Company) -> list[str]:
    return [asked.params["dateFrom"][:7] for asked in company.asked("transactionlines")]


def test_a_window_lands_every_day_of_it_once_with_what_the_server_holds(store: Store) -> None:
    company = Company(lines=every_day(3, YEAR))
    landed = list(company.extractor(store).land_window(LINES, YEAR))
    assert sorted(one.partition.date for one in landed) == list(YEAR.days)
    assert {one.manifest.rows for one in landed} == {3}
    # ten rows a page: ten pages for a month of 31 days, nine for one of 30, whose last one is full and is looked behind
    once = 7 * 10 + 4 * (9 + 1) + 9
    # and the last two months, which people still post in, are read twice
    assert len(company.asked()) == once + 10 + 9


def test_no_request_covers_more_days_than_the_endpoint_takes(store: Store) -> None:
    company, march = Company(lines=every_day(1, YEAR)), Window(dt.date(2025, 3, 1), dt.date(2025, 4, 1))
    assert LINES.window is not None
    weekly = replace(LINES, window=replace(LINES.window, max_days=7))
    assert len(list(company.extractor(store).land_window(weekly, march))) == 31
    asked = {(one.params["dateFrom"], one.params["dateTo"]) for one in company.asked("transactionlines")}
    firsts = [1, 8, 15, 22, 29]
    assert asked == {(f"2025-03-{n:02}", f"{dt.date(2025, 3, 1) + dt.timedelta(days=min(n + 6, 31))}") for n in firsts}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_chain_that_failed_is_raised_however_many_months_wait_and_none_of_those_is_asked_for(
    store: Store, concurrency: int
) -> None:
    company = Company(lines=every_day(1, YEAR), trouble=refusing("2025-04"))
    landed, extractor = list[Landed](), company.extractor(store, concurrency=concurrency)
    with pytest.raises(BadRequest):
        landed.extend(extractor.land_window(LINES, YEAR))
    days = {one.partition.date for one in landed}
    assert {dt.date(2025, 3, 1), dt.date(2025, 3, 31)} <= days
    assert all(day.month != 4 for day in days)
    if concurrency == 1:
        assert months_asked(company)[-1] == "2025-04"
    else:
        assert len(set(months_asked(company))) < 12


def test_the_chains_beside_a_failed_one_land_and_are_yielded_before_the_error(store: Store) -> None:
    together = Barrier(4)

    def refused_last(asked: Asked) -> Response | None:
        if asked.path.endswith("transactionlines") and "page" not in asked.params:
            together.wait(10)  # all four are in flight when one of them is refused
        return refusing("2025-03")(asked)

    company = Company(lines=every_day(1, YEAR), trouble=refused_last)
    landed = list[Landed]()
    with pytest.raises(BadRequest):
        landed.extend(company.extractor(store).land_window(LINES, Window(YEAR.start, dt.date(2025, 7, 1))))
    assert {one.partition.date.month for one in landed} == {4, 5, 6}


def test_the_first_of_several_errors_is_raised(store: Store) -> None:
    refused, seen = Event(), Event()

    def trouble(asked: Asked) -> Response | None:
        """Refuse March, then let May land, and refuse April when May has been seen."""
        month = asked.params.get("dateFrom", "")[:7]
        if month == "2025-03":
            refused.set()
        elif month in {"2025-04", "2025-05"}:
            assert (seen if month == "2025-04" else refused).wait(10)
        return refusing("2025-03", 403)(asked) or refusing("2025-04")(asked)

    company = Company(lines=every_day(1, YEAR), trouble=trouble)
    landing = company.extractor(store, concurrency=3).land_window(LINES, YEAR)
    assert next(landing).partition.date.month == 5
    seen.set()
    with pytest.raises(Forbidden):
        list(landing)
    assert "2025-04" in months_asked(company)


def test_a_re_execution_asks_only_for_days_that_its_own_run_has_not_landed(store: Store) -> None:
    company = Company(lines=every_day(1), per_page=100)
    early, late = Window(MONTH.start, dt.date(2026, 1, 11)), Window(dt.date(2026, 1, 11), MONTH.end)
    list(company.extractor(store, "run-1").land_window(LINES, early))
    company.office.asked.clear()
    landed = list(company.extractor(store, "run-1").land_window(LINES, MONTH, resume=True))
    assert [one.partition.date for one in landed] == list(MONTH.days)
    assert [asked.params["dateFrom"] for asked in company.asked() if "page" not in asked.params] == [f"{late.start}"]


def test_a_re_execution_keeps_no_day_that_another_run_landed(store: Store) -> None:
    company = Company(lines=every_day(1))
    list(company.extractor(store, "run-1").land_window(LINES, MONTH))
    company.lines = every_day(2)
    landed = list(company.extractor(store, "run-2").land_window(LINES, MONTH, resume=True))
    assert {one.manifest.rows for one in landed} == {2}
    assert {one.manifest.run for one in store.landed(LINES.name, ORGANIZATION).values()} == {"run-2"}


def test_a_re_execution_yields_no_day_outside_its_window(store: Store) -> None:
    company = Company(lines=every_day(1))
    list(company.extractor(store).land_window(LINES, MONTH))
    day = Window(dt.date(2026, 1, 5), dt.date(2026, 1, 6))
    (landed,) = company.extractor(store).land_window(LINES, day, resume=True)
    assert landed.partition.date == day.start


def test_a_fresh_run_asks_for_everything_again(store: Store) -> None:
    company = Company(lines=every_day(1))
    for _ in range(2):
        company.office.asked.clear()
        list(company.extractor(store).land_window(LINES, MONTH))
        assert company.asked()


def test_a_list_lands_under_today_and_a_re_execution_fetches_it_again(store: Store) -> None:
    company = Company()
    for resume in (False, True):
        landed = company.extractor(store).land_reference(ACCOUNTS, resume=resume)
        assert (landed.partition.date, landed.manifest.rows) == (company.clock.now().date(), 5)
    assert len(company.asked("accounts")) == 2


@pytest.mark.parametrize("status", [400, 403, 422])
@pytest.mark.parametrize("endpoint", [LINES, ACCOUNTS], ids=["window", "list"])
def test_a_permanent_error_is_asked_about_once_and_nothing_waits(store: Store, endpoint: Endpoint, status: int) -> None:
    told: list[str] = []
    company = Company(trouble=lambda asked: reply(b"", status) if asked.authorization else None)
    extractor = company.extractor(store, tell=told.append)
    with pytest.raises(FinagoError):
        _ = [extractor.land_reference(ACCOUNTS)] if endpoint is ACCOUNTS else [*extractor.land_window(LINES, MONTH)]
    assert (len(company.asked()), told, company.clock.slept) == (1, [], [])


def test_a_line_with_damaged_text_lands_on_its_day_as_it_was_sent_and_its_neighbours_live(store: Store) -> None:
    body = (
        b'[{"id":1,"date":"2026-01-05"},\n {"id":2,"date":"2026-01-06","comment":"cut \\ud83d"},'
        b'{"id":3,"date":"2026-01-05","comment":"caf\xe9"}]'
    )
    company = Company(trouble=lambda asked: reply(body) if "page" not in asked.params and asked.authorization else None)
    landed = {one.partition.date: one for one in company.extractor(store).land_window(LINES, MONTH)}
    fifth, sixth = (landed[dt.date(2026, 1, day)] for day in (5, 6))
    assert (fifth.manifest.rows, fifth.manifest.distinct_ids, sixth.manifest.rows) == (2, 2, 1)
    assert [payload for _, payload in store.records(sixth.partition)] == [
        b'{"id":2,"date":"2026-01-06","comment":"cut \\ud83d"}'
    ]
    assert [payload for _, payload in store.records(fifth.partition)][1] == (
        rb'{"id":3,"date":"2026-01-05","comment":"caf\xe9"}'
    )


def test_a_line_whose_day_is_what_was_damaged_is_named_and_refuses_the_window(store: Store) -> None:
    body = b'[{"id":1,"date":"2026-01-05"},{"id":2,"date":"2026-01-\x06"}]'
    company = Company(trouble=lambda asked: reply(body) if asked.authorization else None)
    with pytest.raises(Malformed, match=r"record 2 of a page \(id 2\) has no readable `date`"):
        list(company.extractor(store).land_window(LINES, MONTH))
