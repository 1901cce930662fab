"""Receivables and payables kept, numbered, dated or paid in unusual ways: the right item, age and amount all along."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.dbt.odd_items import FIVE_DIGITS, GROUP, land_odd_items

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Odd:
    """The built warehouse of the odd items, and how each of its tests ended."""

    warehouse: Warehouse
    statuses: dict[str, str]


@pytest.fixture(scope="module")
def odd(empty_warehouse: Callable[[], Warehouse]) -> Odd:
    warehouse = empty_warehouse()
    land_odd_items(warehouse.raw)
    warehouse.raw.fill_with_placeholders()
    statuses = warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    return Odd(warehouse, {node.split(".")[2]: status for node, status in statuses.items()})


def _open(
    odd: Odd, organization: str, day: str, columns: str = "invoice_number, open_amount"
) -> list[tuple[object, ...]]:
    return odd.warehouse.rows(
        f"select {columns} from marts.open_items_as_of(date '{day}') "
        f"where organization_id = '{organization}' order by all"
    )


def test_nothing_odd_withholds_the_books(odd: Odd) -> None:
    assert {name: status for name, status in odd.statuses.items() if status not in ("success", "pass", "warn")} == {}


def test_a_chart_with_five_digits_has_open_items_and_ages(odd: Odd) -> None:
    assert _open(odd, FIVE_DIGITS, "2024-04-30", "account_number, ledger, customer_id, open_amount") == [
        (15000, "receivable", "7", Decimal(100)),
        (24000, "payable", "8", Decimal(-40)),
    ]
    for mart, bucket, amount in (("receivables", "days_over_90", 100), ("payables", "days_61_90", -40)):
        assert odd.warehouse.rows(
            f"select {bucket}, total from marts.aged_{mart} "
            f"where organization_id = '{FIVE_DIGITS}' and as_of = date '2024-04-30'"
        ) == [(amount, amount)]


def test_customers_on_an_account_that_is_no_control_account_are_named_with_the_row_to_add(odd: Odd) -> None:
    assert odd.statuses["party_lines_lie_on_control_accounts"] == "warn"
    ((organization, account, records, parties, amount, advice),) = odd.warehouse.rows(
        "from audit.party_lines_lie_on_control_accounts"
    )
    assert (organization, account, records, parties, amount) == (GROUP, 1560, 2, 1, Decimal(300))
    assert "group,receivable,1500,1529 and group,receivable,1560,1560." in advice
