"""Children: one request for each parent, and no request twice because a run was killed, in either store."""

from __future__ import annotations

import datetime as dt
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.core.children import BATCH, IN_A_ROW
from finago_assets.core.errors import AuthRefused, BadRequest, Blocked, FinagoError, Forbidden, NotLanded
from finago_assets.core.landing import litter
from finago_assets.core.landing.model import Missing
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import Landed
from finago_assets.core.outage import Patience
from finago_assets.core.windows import Window
from tests.core.company import (
    BANKS,
    CUSTOMERS,
    MONTH,
    ORDER_LINES,
    ORDERS,
    Company,
    Killed,
    contents,
    every_day,
    parts_below,
)
from tests.core.http.office import Asked, reply
from tests.core.landing.samples import ORGANIZATION, temporaries

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.transport import Response
    from tests.core.landing.samples import Store

WEEK: Final = Window(dt.date(2026, 1, 5), dt.date(2026, 1, 12))
FLYING: Final = 5  # asked about, and not landed, when a run is killed


class Killer:
    """Kills whoever sends the request numbered `at`, once, counted over those for children."""

    def __init__(self, *at: int) -> None:
        self.at = set(at)
        self.seen = 0

    def __call__(self, asked: Asked) -> Response | None:
        if asked.path.endswith(("/lines", "/bankaccounts")):
            self.seen += 1
            if self.seen in self.at:
                raise Killed
        return None


def with_orders(store: Store, company: Company, window: Window = WEEK) -> Company:
    list(company.extractor(store).land_window(ORDERS, window))
    company.office.asked.clear()
    return company


def with_customers(store: Store, company: Company) -> Company:
    company.extractor(store).land_reference(CUSTOMERS)
    company.office.asked.clear()
    return company


def test_children_land_day_by_day_in_order_with_their_parents_keys(store: Store) -> None:
    company = with_orders(store, Company(orders=every_day(4, WEEK)))
    for landed in company.extractor(store).land_window(ORDER_LINES, WEEK):
        last = landed.partition.date
        assert list(store.landed(ORDER_LINES.name, ORGANIZATION))[-1] == last
        assert landed.manifest.window == Window(last, last + dt.timedelta(days=1))
        assert landed.manifest.requests == 4
    found = contents(store, ORDER_LINES)
    assert list(found) == list(WEEK.days)
    # an order has as many lines as its number leaves when divided by three
    assert [key for key, _ in found[WEEK.start]] == ["1", "2", "2", "4"]
    assert len(company.asked("lines")) == 7 * 4


def test_a_killed_run_resumes_after_the_last_day_that_landed(store: Store) -> None:
    company = with_orders(store, Company(orders=every_day(10, WEEK), trouble=Killer(45)))
    landed = list[Landed]()
    with pytest.raises(Killed):
        landed.extend(company.extractor(store).land_window(ORDER_LINES, WEEK))
    assert [one.partition.date for one in landed] == list(WEEK.days[:4])
    resumed = list(company.extractor(store).land_window(ORDER_LINES, WEEK, resume=True))
    assert [one.partition.date for one in resumed] == list(WEEK.days)
    assert len(company.asked("lines")) <= 70 + 5 + FLYING


def test_days_before_one_whose_parent_has_not_landed_land(store: Store) -> None:
    company = with_orders(store, Company(orders=every_day(3, WEEK)), Window(WEEK.start, dt.date(2026, 1, 8)))
    landed = list[Landed]()
    with pytest.raises(NotLanded, match="2026-01-08"):
        landed.extend(company.extractor(store).land_window(ORDER_LINES, WEEK))
    assert [one.partition.date for one in landed] == list(WEEK.days[:3])


@pytest.mark.parametrize("status", [404, 410])
def test_a_parent_that_is_gone_has_no_children_and_is_no_failure(store: Store, status: int) -> None:
    gone = "/v1/salesorders/2/lines"
    company = Company(trouble=lambda asked: reply(b"", status) if asked.path == gone else None)
    company.orders = every_day(3, WEEK)
    landed = list(with_orders(store, company).extractor(store).land_window(ORDER_LINES, WEEK))
    assert len(landed) == 7
    assert [key for key, _ in contents(store, ORDER_LINES)[WEEK.start]] == ["1"]
    assert {one.manifest.missing for one in landed} == {()}


def refused(status: int, *paths: str, body: bytes = b"") -> Callable[[Asked], Response | None]:
    """Answer requests whose path ends so with this status, and no others."""

    def trouble(asked: Asked) -> Response | None:
        return reply(body, status, {"X-Trace-Id": "t-1"}) if asked.path.endswith(paths) else None

    return trouble


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"", "BadRequest"),
        (403, b'{"error":{"name":"ForbiddenError"}}', "Forbidden"),
        (404, b"<html>Not here</html>", "Malformed"),
        (200, b'{"no":"list"}', "Malformed"),
        (301, b"", "BadRequest"),
        (422, b"", "BadRequest"),
    ],
)
def test_a_parent_that_is_refused_for_good_is_named_and_the_others_land(
    store: Store, status: int, body: bytes, kind: str
) -> None:
    company = with_orders(store, Company(orders=every_day(3, WEEK)))
    company.trouble = refused(status, "/salesorders/5/lines", body=body)
    told = list[str]()
    extractor = company.extractor(store, tell=told.append)
    landed = list(extractor.land_window(ORDER_LINES, WEEK))
    assert [one.partition.date for one in landed] == list(WEEK.days)
    (named,) = (one for one in landed if one.manifest.missing)
    assert named.partition.date == WEEK.days[1]
    assert named.manifest.missing == (Missing("5", kind, status, "t-1"),)
    assert store.manifest(named.partition) == named.manifest == store.verify(named.partition)
    assert [key for key, _ in contents(store, ORDER_LINES)[WEEK.days[1]]] == ["4"]
    (line,) = told
    assert line.startswith(f"{ORDER_LINES.name} {WEEK.days[1]}: salesorders 5: GET /salesorders")


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequest), (403, Forbidden)])
@pytest.mark.parametrize("orders", [1, 3, 4])
def test_where_every_parent_is_refused_it_is_about_none_of_them(
    store: Store, orders: int, status: int, kind: type[FinagoError]
) -> None:
    company = with_orders(store, Company(orders={WEEK.start: orders}))
    company.trouble = refused(status, "/lines")
    with pytest.raises(kind, match="salesorders 1: GET"):
        list(company.extractor(store).land_window(ORDER_LINES, WEEK))
    assert contents(store, ORDER_LINES) == {}


def test_a_refused_first_day_waits_for_an_answer_on_a_later_one(store: Store) -> None:
    company = with_orders(store, Company(orders=dict.fromkeys(WEEK.days[1:4], 1)))
    company.trouble = refused(403, "/salesorders/1/lines", "/salesorders/2/lines")
    order = list[str]()
    for one in company.extractor(store).land_window(ORDER_LINES, WEEK):
        order.append(f"{one.partition.date.day}: {[gap.key for gap in one.manifest.missing]}")
    assert order == ["5: []", "6: ['1']", "7: ['2']", "8: []", "9: []", "10: []", "11: []"]


def test_it_waits_into_the_next_month_too(store: Store) -> None:
    turn = Window(dt.date(2026, 1, 30), dt.date(2026, 2, 3))
    company = with_orders(store, Company(orders={turn.start: 1, turn.days[-1]: 1}), turn)
    company.trouble = refused(400, "/salesorders/1/lines")
    landed = list(company.extractor(store).land_window(ORDER_LINES, turn))
    assert [one.partition.date for one in landed] == list(turn.days)
    assert [len(one.manifest.missing) for one in landed] == [1, 0, 0, 0]
    assert [key for key, _ in contents(store, ORDER_LINES)[turn.days[-1]]] == ["2", "2"]


def test_a_scope_is_withheld_only_where_no_other_refusal_came(store: Store) -> None:
    company = with_orders(store, Company(orders={WEEK.start: 2}))
    bad = refused(400, "/salesorders/2/lines")
    company.trouble = lambda asked: bad(asked) or refused(403, "/lines")(asked)
    with pytest.raises(BadRequest, match="salesorders 2"):
        list(company.extractor(store).land_window(ORDER_LINES, WEEK))


def test_a_scope_that_is_withdrawn_on_the_way_ends_it_soon_and_is_forbidden(store: Store) -> None:
    company = with_customers(store, Company(customers=10 * IN_A_ROW))
    numbers = range(IN_A_ROW, 10 * IN_A_ROW)
    company.trouble = refused(403, *(f"/customers/{number}/bankaccounts" for number in numbers))
    with pytest.raises(Forbidden):
        company.extractor(store).land_reference(BANKS)
    assert contents(store, BANKS) == {}
    assert len(company.asked("bankaccounts")) <= 2 * IN_A_ROW + FLYING


def test_one_less_in_a_row_is_named_each(store: Store) -> None:
    company = with_customers(store, Company(customers=3 * IN_A_ROW))
    numbers = range(1, IN_A_ROW)
    company.trouble = refused(403, *(f"/customers/{number}/bankaccounts" for number in numbers))
    landed = company.extractor(store).land_reference(BANKS)
    assert [gap.key for gap in landed.manifest.missing] == [str(number) for number in numbers]


def test_a_firewall_in_front_of_one_parent_stops_the_landing(store: Store) -> None:
    company = with_orders(store, Company(orders=every_day(3, WEEK)))
    company.trouble = refused(403, "/salesorders/2/lines", body=b"<html>Access denied</html>")
    with pytest.raises(Blocked):
        list(company.extractor(store).land_window(ORDER_LINES, WEEK))


def test_a_parent_without_an_answer_replaces_an_earlier_one_and_nothing_is_mixed(store: Store) -> None:
    company = with_customers(store, Company(customers=6))
    whole = company.extractor(store).land_reference(BANKS)
    company.trouble = refused(400, "/customers/3/bankaccounts")
    landed = company.extractor(store, "run-2").land_reference(BANKS)
    assert landed.partition == whole.partition
    assert [key for key, _ in store.records(landed.partition)] == ["1", "5"]
    company.trouble = refused(400)
    assert company.extractor(store, "run-3").land_reference(BANKS).manifest.missing == ()


def test_a_re_execution_remembers_who_was_refused(store: Store) -> None:
    company = with_customers(store, Company(customers=3 * BATCH))
    gap = refused(400, "/customers/7/bankaccounts", f"/customers/{BATCH + 7}/bankaccounts")
    killer = Killer(2 * BATCH + 20)
    company.trouble = lambda asked: killer(asked) or gap(asked)
    with pytest.raises(Killed):
        company.extractor(store).land_reference(BANKS)
    company.trouble = refused(400, f"/customers/{2 * BATCH + 7}/bankaccounts")
    landed = company.extractor(store).land_reference(BANKS, resume=True)
    assert [gap.key for gap in landed.manifest.missing] == ["7", f"{BATCH + 7}", f"{2 * BATCH + 7}"]
    assert landed.manifest.requests == 3 * BATCH


@pytest.mark.parametrize("status", [204, 401, 429, 500, 503])
def test_nothing_else_counts_as_gone_or_as_refused(tmp_path: Path, status: int) -> None:
    store, broken = ParquetStore(tmp_path, "finago"), "/v1/salesorders/2/lines"
    company = Company(trouble=lambda asked: reply(b"", status) if asked.path == broken else None)
    company.orders = every_day(3, WEEK)
    extractor = with_orders(store, company).extractor(store, patience=Patience(seconds=0))
    if status == 204:  # says itself that there is nothing
        assert len(list(extractor.land_window(ORDER_LINES, WEEK))) == 7
        return
    with pytest.raises(FinagoError):
        list(extractor.land_window(ORDER_LINES, WEEK))
    assert contents(store, ORDER_LINES) == {}


def test_a_withheld_scope_of_children_is_forbidden_and_lands_nothing(store: Store) -> None:
    company = with_customers(store, Company(customers=20))
    company.trouble = lambda asked: reply(b"", 403) if asked.path.endswith("bankaccounts") else None
    with pytest.raises(Forbidden, match="bankdetails"):
        company.extractor(store).land_reference(BANKS)
    assert contents(store, BANKS) == {}


def uninterrupted(folder: Path, company: Company) -> list[tuple[str | None, bytes]]:
    """What the list holds when nothing happens on the way."""
    store = ParquetStore(folder, "finago")
    calm = with_customers(store, Company(customers=company.customers))
    return list(store.records(calm.extractor(store).land_reference(BANKS).partition))


def test_a_list_of_children_resumes_after_the_last_whole_batch(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=5 * BATCH, trouble=Killer(2 * BATCH + 30, 4 * BATCH)))
    for resume in (False, True):
        with pytest.raises(Killed):
            company.extractor(store).land_reference(BANKS, resume=resume)
        assert contents(store, BANKS) == {}
        assert parts_below(tmp_path)
    landed = company.extractor(store).land_reference(BANKS, resume=True)
    assert len(company.asked("bankaccounts")) <= 5 * BATCH + 2 * (BATCH + FLYING)
    assert list(store.records(landed.partition)) == uninterrupted(tmp_path / "calm", company)
    assert store.verify(landed.partition) == landed.manifest
    assert landed.manifest.requests == 5 * BATCH
    assert (parts_below(tmp_path), temporaries(tmp_path)) == ([], [])


def test_a_day_with_very_many_parents_resumes_within_the_day(store: Store, tmp_path: Path) -> None:
    day = Window(WEEK.start, dt.date(2026, 1, 6))
    company = Company(orders={WEEK.start: 3 * BATCH}, trouble=Killer(2 * BATCH + 50), per_page=100)
    with_orders(store, company, day)
    with pytest.raises(Killed):
        list(company.extractor(store).land_window(ORDER_LINES, day))
    (landed,) = company.extractor(store).land_window(ORDER_LINES, day, resume=True)
    assert len(company.asked("lines")) <= 3 * BATCH + 50 + FLYING
    assert landed.manifest.rows == sum(number % 3 for number in range(1, 3 * BATCH + 1))
    assert parts_below(tmp_path) == []


def killed_at(store: Store, company: Company, number: int, run: str = "run-1") -> None:
    company.trouble = Killer(number)
    with pytest.raises(Killed):
        company.extractor(store, run).land_reference(BANKS)
    company.office.asked.clear()


def test_a_fresh_run_starts_over_and_removes_what_was_left(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=2 * BATCH))
    killed_at(store, company, BATCH + 20)
    assert len(parts_below(tmp_path)) == 1
    left = list[Path]()

    def look(asked: Asked) -> None:
        if asked.path.endswith("/0/bankaccounts"):
            left.extend(parts_below(tmp_path))

    company.trouble = look
    company.extractor(store).land_reference(BANKS)
    assert left == []
    assert len(company.asked("bankaccounts")) == 2 * BATCH
    assert parts_below(tmp_path) == []


def test_a_re_execution_takes_up_nothing_of_another_run(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=2 * BATCH))
    killed_at(store, company, BATCH + 20, "run-1")
    landed = company.extractor(store, "run-2").land_reference(BANKS, resume=True)
    assert len(company.asked("bankaccounts")) == 2 * BATCH
    assert landed.manifest.run == "run-2"
    assert parts_below(tmp_path) == []


def test_batches_count_as_far_as_the_parents_are_the_same_in_the_same_order(store: Store) -> None:
    company = with_customers(store, Company(customers=3 * BATCH))
    killed_at(store, company, 2 * BATCH + 20)
    # a customer in the second batch is gone since
    company.trouble = lambda asked: (
        None
        if asked.path != "/v1/customers"
        else reply(b"[%b]" % b",".join(b'{"id":%d}' % n for n in range(3 * BATCH) if n != BATCH + 7))
    )
    company.extractor(store).land_reference(CUSTOMERS)
    company.office.asked.clear()
    landed = company.extractor(store).land_reference(BANKS, resume=True)
    assert len(company.asked("bankaccounts")) == 2 * BATCH - 1
    keys = [int(key or 0) for key, _ in store.records(landed.partition)]
    assert keys == [number for number in range(3 * BATCH) if number % 2 and number != BATCH + 7]


def test_a_damaged_batch_and_those_after_it_are_asked_for_again(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=3 * BATCH))
    killed_at(store, company, 3 * BATCH)
    first, second = parts_below(tmp_path)
    second.write_bytes(second.read_bytes()[:-20])
    company.extractor(store).land_reference(BANKS, resume=True)
    assert len(company.asked("bankaccounts")) == 2 * BATCH
    assert not first.exists()


def test_a_list_that_this_run_has_landed_is_not_asked_for_again_by_its_re_execution(store: Store) -> None:
    company = with_customers(store, Company(customers=20))
    landed = company.extractor(store).land_reference(BANKS)
    company.office.asked.clear()
    assert company.extractor(store).land_reference(BANKS, resume=True) == landed
    assert company.asked() == []
    company.extractor(store, "run-2").land_reference(BANKS, resume=True)
    assert len(company.asked("bankaccounts")) == 20


def test_nobody_sees_a_batch_and_a_sweep_leaves_it_for_a_week(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=2 * BATCH))
    killed_at(store, company, BATCH + 20)
    (part,) = parts_below(tmp_path)
    assert part.name.startswith(".")
    assert part.stat().st_mode & 0o077 == 0
    assert store.landed(BANKS.name, ORGANIZATION) == {}
    assert store.newest(BANKS.name, ORGANIZATION) is None
    assert list(store.faults(BANKS.name, ORGANIZATION)) == []
    store.sweep()
    assert part.exists()
    ago = time.time() - litter.PART_AFTER_SECONDS - 60
    os.utime(part, (ago, ago))
    assert store.sweep() == 1
    assert not part.exists()


def test_a_list_without_parents_lands_empty(store: Store) -> None:
    company = with_customers(store, Company(customers=0))
    landed = company.extractor(store).land_reference(BANKS)
    assert (landed.manifest.rows, company.asked()) == (0, [])


def test_an_error_at_one_parent_keeps_the_whole_batches_before_it(store: Store, tmp_path: Path) -> None:
    company = with_customers(store, Company(customers=3 * BATCH))
    broken = f"/v1/customers/{2 * BATCH + 5}/bankaccounts"
    company.trouble = lambda asked: reply(b"", 401) if asked.path == broken else None
    with pytest.raises(AuthRefused):
        company.extractor(store).land_reference(BANKS)
    assert len(parts_below(tmp_path)) == 2


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_orders_of_one_month_and_customers_land_in_as_many_requests_though_killed_twice(
    tmp_path: Path, count: int
) -> None:
    """At two requests a second 50,000 take seven hours, and so do these."""
    store = ParquetStore(tmp_path, "finago")
    company = Company(orders=every_day(count // 31), customers=count, per_page=100)
    with_orders(store, company, MONTH)
    with_customers(store, company)
    orders, company.seconds_each = sum(company.orders.values()), max(0.5, 25_000 / count)
    started = company.clock.seconds
    for part, wanted in (("lines", orders), ("bankaccounts", count)):
        company.trouble = Killer(wanted // 3, wanted * 2 // 3)
        for number in range(3):
            extractor, resume = company.extractor(store), number > 0
            with suppress(Killed):
                if part == "lines":
                    list(extractor.land_window(ORDER_LINES, MONTH, resume=resume))
                else:
                    extractor.land_reference(BANKS, resume=resume)
        sent = len(company.asked(part))
        hours = (company.clock.seconds - started) / 3600
        print(
            f"{wanted:,} {part}, killed twice: {sent:,} requests, {sent - wanted:,} too many, {hours:.1f} virtual hours"
        )
        # at each kill a batch, and what was in flight
        assert sent <= wanted + 2 * (BATCH + FLYING)
    assert len(contents(store, ORDER_LINES)) == 31
    (banks,) = contents(store, BANKS).values()
    assert len(banks) == count // 2
    assert hours > 12
