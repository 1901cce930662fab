"""Names that other people's queries rest on, and figures of the small books that follow by hand."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.warehouse import Warehouse

D = Decimal
CONTRACT = {
    "accounts": "account_number account_name account_class statement grouping_category grouping_code",
    "general_ledger": (
        "line_id voucher_id voucher_number transaction_type_number posting_date period_date fiscal_year account_number "
        "amount debit credit running_balance amount_currency currency_code currency_rate tax_number standard_tax_code "
        "tax_rate customer_id invoice_number due_date payment_reference document_id comment created_at modified_at"
    ),
    "ledger_rejects": "line_id reason payload",
    "ledger_dimensions": "line_id dimension_type dimension_value dimension_name",
    "trial_balance": (
        "period account_number row_kind opening_balance opening_source debit credit change closing_balance"
    ),
    "ledger_by_dimension": "period account_number dimension_type dimension_value change",
    "profit_and_loss": "period account_number row_kind amount result_effect",
    "balance_sheet": "period account_number row_kind amount",
    "ledger_tie_out": (
        "period account_number ledger_change reported_change ledger_closing reported_closing difference status"
    ),
    "invoices": (
        "invoice_number order_id voucher_id invoice_date due_date customer_id customer_name currency_code net_amount "
        "tax_amount gross_amount open_amount status order_status"
    ),
    "invoice_lines": (
        "order_id line_id product_number quantity price discount_rate net_amount tax_number account_number"
    ),
    "customers": "id name external_reference pricelist_id is_company is_supplier organization_number phone",
    "products": "id name number type status description cost_price sales_price indirect_cost webshop_enabled ean",
}
AMOUNTS = {
    "general_ledger": "amount debit credit running_balance amount_currency",
    "trial_balance": "opening_balance debit credit change closing_balance",
    "ledger_by_dimension": "change",
    "profit_and_loss": "amount result_effect",
    "balance_sheet": "amount",
    "ledger_tie_out": "ledger_change reported_change ledger_closing reported_closing difference",
    "invoices": "net_amount tax_amount gross_amount open_amount",
    "invoice_lines": "net_amount",
}


@pytest.mark.parametrize("mart", CONTRACT)
def test_a_mart_has_the_columns_of_the_contract_and_starts_with_the_organization(small: Warehouse, mart: str) -> None:
    columns = {name: kind for name, kind, *_ in small.rows(f"describe marts.{mart}")}
    assert next(iter(columns)) == "organization_id"
    assert [name for name in CONTRACT[mart].split() if name not in columns] == []
    assert {columns[name] for name in AMOUNTS.get(mart, "").split()} <= {"DECIMAL(18,2)"}


def test_the_small_books_build_and_only_the_books_own_faults_are_shown(statuses: dict[str, str]) -> None:
    shown = {node.split(".")[2] for node in troubles(statuses)}
    # the last three are the organization that posts numbers: nothing tells what its foreign amounts are, and sums
    # outgrow their column
    assert shown == {
        "no_line_is_rejected",
        "invoice_amounts_fit",
        "invoices_have_lines",
        "stg_transactionlines_rows_are_sound",
        "openings_have_a_party",  # a day of March is missing
        "vouchers_balance",
        "foreign_amounts_are_understood",
        "trial_balance_rows_are_sound",
    }
    assert set(troubles(statuses).values()) == {"warn"}


def test_a_ledger_line_is_typed_and_resolved(small: Warehouse) -> None:
    found = small.rows(
        "select line_id, voucher_number, transaction_type_number, fiscal_year, amount, debit, credit, running_balance, "
        "amount_currency, currency_code, tax_number, due_date from marts.general_ledger "
        "where organization_id = 'org-1' and account_number in (1500, 3000) order by posting_date, line_id"
    )
    assert found == [
        ("a1", 1, -7, 2024, D(1250), D(1250), D(0), D(1250), D(1250), "NOK", None, date(2024, 1, 24)),
        ("a2", 1, -7, 2024, D(-1000), D(0), D(1000), D(-1000), D(-1000), "NOK", 3, None),
        ("b1", 2, -7, 2024, D(-500), D(0), D(500), D(750), D(-500), "NOK", None, None),
        ("c1", 3, -7, 2024, D("-100.10"), D(0), D("100.10"), D("649.90"), None, "EUR", None, None),
        ("d2", 5, -7, 2024, D(7), D(7), D(0), None, D(7), "NOK", None, None),
    ]


def test_a_line_with_three_decimals_is_rejected_by_name_and_the_rest_stands(small: Warehouse) -> None:
    ((key, reason, payload),) = small.rows(
        "select line_id, reason, payload from marts.ledger_rejects where organization_id = 'org-1'"
    )
    assert (key, reason) == ("c3", "amount has more than two decimals")
    assert '"amount":12.345' in payload


def test_an_opening_is_reported_first_carried_next_and_unknown_after_a_gap(small: Warehouse) -> None:
    found = small.rows(
        "select account_number, month(period), opening_balance, opening_source, change, closing_balance "
        "from marts.trial_balance where organization_id = 'org-1' and account_number in (1920, 3000) order by all"
    )
    assert found == [
        (1920, 1, D(1000), "reported", D(500), D(1500)),
        (1920, 2, D(1500), "ledger", D("100.10"), D("1600.10")),
        (1920, 3, D("1600.10"), "ledger", D(-7), None),
        (1920, 4, None, "unknown", D(0), None),
        (3000, 1, D(0), "ledger", D(-1000), D(-1000)),
        (3000, 2, D(-1000), "ledger", D(0), D(-1000)),
        (3000, 3, D(-1000), "ledger", D(7), None),
        (3000, 4, None, "unknown", D(0), None),
    ]


def test_invoices_are_invoiced_orders_and_what_the_api_cannot_tell_is_null(small: Warehouse) -> None:
    assert small.rows(
        "select invoice_number, order_id, voucher_id, customer_name, currency_code, net_amount, gross_amount, "
        "open_amount, status, order_status from marts.invoices order by all"
    ) == [
        ("1001", "1", "v1", "ABC AS", "NOK", D(1000), D(1250), D(1250), "open", "Invoice"),
        ("1002", "3", None, None, "NOK", None, None, None, None, "AdvanceInvoice"),
    ]
    assert small.rows("select line_id, net_amount, tax_number from marts.invoice_lines order by all") == [
        ("11", D("999.99"), 3),
        ("12", None, None),
    ]


def test_reference_rows_are_the_newest_and_history_keeps_what_was_closed(small: Warehouse) -> None:
    assert small.rows("select count(*), max(account_number) from marts.accounts") == [(6, 8960)]
    assert small.rows("select currency_rate from staging.stg_currencies") == [(D("11.5"),)]
    assert small.rows("select count(*) from staging.stg_currencies_history") == [(2,)]
    assert small.rows(
        "select dimension_type, dimension_value, dimension_name from marts.ledger_dimensions order by 1"
    ) == [
        (1, "13", "Project 13"),
        (101, "x", "Closed since"),
    ]


def test_every_mart_can_be_read_where_only_the_published_file_is(small: Warehouse, tmp_path: Path) -> None:
    with duckdb.connect(os.fspath(small.publish(tmp_path)), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        for mart in CONTRACT:
            assert connection.execute(f"from marts.{mart}").fetchall()


def test_the_published_file_lists_the_marts_with_their_comments_and_little_else(
    small: Warehouse, tmp_path: Path
) -> None:
    with duckdb.connect(os.fspath(small.publish(tmp_path)), read_only=True) as connection:
        found = connection.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        bare = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
        ).fetchall()
        views = connection.execute("select count(*) from duckdb_views() where not internal").fetchall()
    marts = {
        name for (name,) in small.rows("select table_name from information_schema.tables where table_schema = 'marts'")
    }
    assert {name for schema, name, _ in found if schema == "marts"} == marts >= set(CONTRACT)
    reports = {name for schema, name, _ in found if schema == "reporting"}
    assert reports == {"trial_balance", "profit_and_loss", "balance_sheet"}
    # what the table macros read
    behind = {f"{schema}.{name}" for schema, name, _ in found if schema not in {"marts", "reporting"}}
    assert behind == {f"intermediate.int_{name}" for name in ("invoicing_days", "item_states", "landed_days")}
    assert [name for schema, name, comment in found if schema == "marts" and not comment] == []
    assert (bare, views) == ([], [(0,)])
