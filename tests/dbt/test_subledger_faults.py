"""Invoices that the books have wrong: each lands, is named by a check that does not block, and spoils nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.dbt.small_books import ORDERS

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse

DAY = "2024-02-05"
MODELS = (
    "stg_salesorders",
    "stg_salesorder_lines",
    "int_invoiced_orders",
    "invoices",
    "invoice_lines",
)


def _order(key: int, number: int, amounts: tuple[str, str, str], voucher: str = "v-none") -> str:
    net, tax, gross = amounts
    return (
        f'{{"id":{key},"status":"Invoice","date":"{DAY}","customer":{{"id":77}},"currency":{{"code":"NOK","rate":1}},'
        f'"netAmount":{net},"taxAmount":{tax},"grossAmount":{gross},'
        f'"invoice":{{"number":{number},"date":"{DAY}","transaction":{{"id":"{voucher}"}}}}}}'
    )


def _line(key: int, price: str) -> str:
    return f'{{"id":{key},"type":"product","quantity":1,"price":{price},"tax":{{"id":8,"rate":25}}}}'


def test_an_invoice_at_fault_is_named_and_the_others_stand(copied: Warehouse) -> None:
    orders = [
        *ORDERS[DAY],
        _order(20, 1001, ("100.00", "25.00", "125.00")),
        _order(21, 1021, ("100.00", "25.00", "130.00")),
        _order(22, 1022, ("500.00", "100.00", "600.00")),
        _order(23, 1023, ("100.00", "25.00", "125.00"), voucher="v2"),
        _order(24, 1024, ("100.01", "25.00", "125.01")),
    ]
    lines = {20: "100.00", 21: "100.00", 22: "400.00", 23: "100.00", 24: "100.00"}
    copied.raw.land("salesorders", DAY, orders)
    copied.raw.land(
        "salesorder_lines",
        DAY,
        [_line(key, price) for key, price in lines.items()],
        parents=[str(key) for key in lines],
    )
    statuses = copied.dbt("build", "--select", *MODELS, "--exclude-resource-type", "unit_test")
    found = {node.split(".")[2]: status for node, status in statuses.items()}
    named: dict[str, list[tuple[str, str]]] = {
        # one øre is what the rounding of one line can make
        "invoice_header_is_the_sum_of_its_lines": [("1022", "22")],
        "invoice_net_and_tax_are_gross": [("1021", "21")],
        "invoices_have_lines": [("1002", "3")],
        "invoice_voucher_is_gross_at_the_rate": [("1023", "23")],
    }
    assert {found[name] for name in (*named, "invoice_number_used_once")} == {"warn"}
    assert copied.rows("select invoice_number, order_ids from audit.invoice_number_used_once") == [("1001", "1, 20")]
    assert {found[name] for name in MODELS} == {"success"}
    for name, rows in named.items():
        assert copied.rows(f"select invoice_number, order_id from audit.{name}") == rows, name
    assert copied.rows("select status, open_amount from marts.invoices where order_id = '1'") == [
        ("open", Decimal(1250))
    ]


@pytest.mark.parametrize("mart", ["open_items", "aged_receivables", "days_sales_outstanding"])
def test_an_unknown_opening_is_shown_as_unknown_and_never_as_zero(small: Warehouse, mart: str) -> None:
    """March lacks a day and nobody reports April: what stood on the account then, nobody knows."""
    amount = {"open_items": "open_amount", "aged_receivables": "total", "days_sales_outstanding": "receivables"}[mart]
    unknown = small.rows(
        f"select as_of, count(*) from marts.{mart} where organization_id = 'org-1' and {amount} is null group by 1"
    )
    assert [(str(day), rows) for day, rows in unknown] == [("2024-04-30", 1)]
