"""A record whose day moved lies in two landed days: the copy fetched last stands, the other is named."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.dbt.kept_books import KeptBooks
from tests.dbt.small_books import line
from tests.dbt.warehouse import Warehouse, troubles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

OLD, NEW = "2024-01-10", "2024-03-05"
EARLIER, LATER = "2024-02-01T04:00:00+00:00", "2024-03-06T04:00:00+00:00"
BOOKS: Final = KeptBooks(
    "moved",
    {OLD: {1920: "500.00", 3000: "-500.00"}, NEW: {1920: "80.00", 3000: "-80.00"}},
    (("2024-01-01", "2024-12-31"),),
    last=date(2024, 3, 31),
)
BUILD: Final = ("build", "--exclude-resource-type", "unit_test", "--select")
# what is made of the lists that a record moved in, and the tests of it
MADE_OF_THEM: Final = ("+invoices", "+invoice_lines", "+ledger_rejects")


def order(number: int, day: str, net: str) -> str:
    return (
        f'{{"id":{number},"status":"Invoice","date":"{day}","netAmount":{net},"taxAmount":0,"grossAmount":{net},'
        f'"customer":{{"id":5}},"invoice":{{"number":"{number}","date":"{day}"}}}}'
    )


def voucher(day: str) -> list[str]:
    """A voucher whose two lines were posted on another day than they lie on now."""
    return [line("x-1920", 77, (1920, "9.00"), day, ""), line("x-3000", 77, (3000, "-9.00"), day, "")]


def land(raw: RawFolder, day: str, orders: dict[int, str], lines: list[str]) -> None:
    own = [line(f"{day}-{n}", int(day.replace("-", "")), (n, a), day, "") for n, a in BOOKS.vouchers[day].items()]
    raw.land("transactionlines", day, [*own, *lines])
    raw.land("salesorders", day, [order(n, day, net) for n, net in orders.items()])
    children = [f'{{"id":{n}0,"quantity":1,"price":{net}}}' for n, net in orders.items()]
    raw.land("salesorder_lines", day, children, parents=[f"{n}" for n in orders])


def land_books(folder: RawFolder) -> None:
    """An order and a voucher that lay in January and were redated into March after January had landed."""
    BOOKS.land(folder)
    raw = folder.of("moved")
    land(raw.at(EARLIER), OLD, {900: "100.00", 901: "40.00"}, voucher(OLD))
    land(raw.at(LATER), NEW, {900: "120.00"}, voucher(NEW))


@pytest.fixture
def warehouse(tmp_path: Path, artifacts: Path) -> Warehouse:
    """The same books, to land more in, not yet built."""
    found = Warehouse(tmp_path, artifacts)
    land_books(found.raw)
    found.raw.fill_with_placeholders()
    found.file.parent.mkdir()
    return found


def invoices(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select i.invoice_number, i.invoice_date, i.net_amount, sum(l.net_amount), count(*) from marts.invoices as i "
        "left join marts.invoice_lines as l using (organization_id, order_id) group by all order by 1"
    )


def test_the_copy_fetched_last_stands_and_the_other_day_is_named_until_it_lands_again(
    warehouse: Warehouse, own_books: Built
) -> None:
    shutil.copyfile(own_books.warehouse.file, warehouse.file)
    statuses = own_books.statuses
    assert set(troubles(statuses).values()) == {"warn"}
    d = Decimal
    stands = ("900", date(2024, 3, 5), d("120.00"), d("120.00"), 1)
    other = ("901", date(2024, 1, 10), d("40.00"), d("40.00"), 1)
    assert invoices(warehouse) == [stands, other]
    assert warehouse.rows(
        "select line_id, posting_date, amount from marts.general_ledger where line_id like 'x%' order by 1"
    ) == [
        ("x-1920", date(2024, 3, 5), d("9.00")),
        ("x-3000", date(2024, 3, 5), d("-9.00")),
    ]
    balances = "select period, closing_balance from marts.trial_balance where account_number = '1920' order by period"
    assert [closing for _, closing in warehouse.rows(balances)] == [d("500.00"), d("500.00"), d("589.00")]
    rejects = warehouse.rows("select line_id, reason, payload from marts.ledger_rejects order by line_id")
    assert [(line_id, reason) for line_id, reason, _ in rejects] == [
        ("x-1920", "the line lies on 2024-03-05 now; land 2024-01-10 again"),
        ("x-3000", "the line lies on 2024-03-05 now; land 2024-01-10 again"),
    ]
    warned = {name.split(".")[2] for name in troubles(statuses)}
    assert {"orders_lie_on_one_day", "no_line_is_rejected"} <= warned
    held = "select distinct _digest from staging.stg_salesorders where partition_date = '2024-01-10'"
    marked = warehouse.rows(held)
    # nothing landed since: a second build says the same, and makes nothing of it again
    again = warehouse.dbt(*BUILD, *MADE_OF_THEM)
    assert troubles(again) == {node: status for node, status in troubles(statuses).items() if node in again}
    assert warned & {node.split(".")[2] for node in again} == warned
    assert (invoices(warehouse), warehouse.rows(held)) == ([stands, other], marked)
    land(warehouse.raw.of("moved").at(LATER), OLD, {901: "40.00"}, [])
    mended = warehouse.dbt(*BUILD, *MADE_OF_THEM)
    assert "orders_lie_on_one_day" not in {name.split(".")[2] for name in troubles(mended)}
    assert warehouse.rows("select count(*) from marts.ledger_rejects") == [(0,)]
    assert invoices(warehouse) == [stands, other]


def test_two_copies_of_one_fetch_are_no_move_and_block(warehouse: Warehouse) -> None:
    land(warehouse.raw.of("moved").at(LATER), OLD, {900: "100.00"}, voucher(OLD))
    found = troubles(
        warehouse.dbt(*BUILD, "+ledger_ids_are_unique", "stg_salesorders", "--indirect-selection=cautious")
    )
    failed = {name.split(".")[2] for name, status in found.items() if status == "fail"}
    assert {name for name in failed if name.startswith(("stg_salesorders_rows_are_sound", "ledger_ids_are_unique"))}
