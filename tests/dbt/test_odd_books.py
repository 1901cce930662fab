"""One odd thing in the books of each organization, all built at once: it is named, and nobody's books are withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.dbt.kept_books import KeptBooks
from tests.dbt.statement_rules import RULES
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.warehouse import Warehouse

D = Decimal
YEAR: Final = (("2024-01-01", "2024-12-31"),)
LAST: Final = date(2024, 2, 29)
SALE: Final = {1500: "1000.00", 3000: "-1000.00"}
# a due date and a period that cannot be read, on one line each; and days that are moments
DAYS: Final = KeptBooks(
    "days",
    {"2024-01-10": SALE, "2024-02-10": SALE},
    (("2023-12-31T23:00:00Z", "2024-12-31T00:00:00+01:00"),),
    last=LAST,
    more={
        ("2024-01-10", 1500): '"customer":{"id":1},"invoice":{"number":"7","dueDate":"the 24th"},"createdAt":"now"',
        ("2024-01-10", 3000): '"periodDate":"2024-13-01"',
        ("2024-02-10", 1500): '"customer":{"id":1},"invoice":{"number":"8","dueDate":"2024-02-23T23:00:00Z"}',
        ("2024-02-10", 3000): '"periodDate":"2024-02-10T00:00:00+01:00"',
    },
)
ALL: Final = (DAYS,)


@dataclass(frozen=True, slots=True)
class Odd:
    """A warehouse with an organization for each odd thing. Never change it."""

    warehouse: Warehouse
    statuses: dict[str, str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.warehouse.rows(sql)


@pytest.fixture(scope="module")
def odd(empty_warehouse: Callable[[], Warehouse]) -> Odd:
    """All of them, landed and built."""
    warehouse = empty_warehouse()
    for books in ALL:
        books.land(warehouse.raw)
    warehouse.raw.of(DAYS.organization).land(
        "salesorders",
        "2024-01-10",
        ['{"id":1,"status":"Confirmed","date":"2024-01-09T23:00:00Z","deliveryDate":"soon","invoice":{}}'],
    )
    warehouse.raw.fill_with_placeholders()
    return Odd(warehouse, warehouse.dbt("build", "--exclude-resource-type", "unit_test"))


def test_nothing_odd_withholds_the_books(odd: Odd) -> None:
    assert set(troubles(odd.statuses).values()) == {"warn"}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_on_odd_books(odd: Odd, rule: str) -> None:
    assert odd.rows(RULES[rule]) == []


def test_a_day_that_decides_nothing_and_cannot_be_read_is_empty_and_named(odd: Odd) -> None:
    named = odd.rows(
        "select organization_id, field, records, such_as from audit.every_field_is_read_stg_transactionlines_line_id "
        "union all select organization_id, field, records, such_as from "
        "audit.every_field_is_read_stg_salesorders_order_id order by field"
    )
    assert named == [
        ("days", "createdAt", 1, "2024-01-10-1500"),
        ("days", "deliveryDate", 1, "1"),
        ("days", "invoice.dueDate", 1, "2024-01-10-1500"),
        ("days", "periodDate", 1, "2024-01-10-3000"),
    ]
    lines = odd.rows(
        "select line_id, posting_date, period_date, due_date, fiscal_year_start from marts.general_ledger "
        "where organization_id = 'days' order by line_id"
    )
    start = date(2024, 1, 1)
    assert lines == [
        ("2024-01-10-1500", date(2024, 1, 10), None, None, start),
        ("2024-01-10-3000", date(2024, 1, 10), None, None, start),
        ("2024-02-10-1500", date(2024, 2, 10), None, date(2024, 2, 24), start),
        ("2024-02-10-3000", date(2024, 2, 10), date(2024, 2, 10), None, start),
    ]
    assert odd.rows("select order_date, delivery_date from staging.stg_salesorders") == [(date(2024, 1, 10), None)]
