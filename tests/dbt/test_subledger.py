"""Open items, ages, invoices and days sales outstanding of a sandbox's books, against its own ledger and orders."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.sandbox.books.money import ORE, converted
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.books.scenarios import scenarios
from finago_assets.sandbox.books.scenarios.model import Sale
from finago_assets.sandbox.books.vouchers import VoucherType
from tests.dbt.office import land_office
from tests.sandbox.ledger_lines import Line, Reader, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.sandbox.books.company import Books
    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

CONTROL: Final = (1500, 2400)
ORE_OF: Final = Reader().ore
CONTRACT: Final = {
    "open_items": (
        "as_of ledger account_number customer_id invoice_number matched_by due_date original_amount open_amount "
        "currency_code open_amount_currency days_overdue"
    ),
    "aged_receivables": (
        "as_of customer_id party_name not_due days_1_30 days_31_60 days_61_90 days_over_90 unallocated total"
    ),
    "aged_payables": (
        "as_of customer_id party_name not_due days_1_30 days_31_60 days_61_90 days_over_90 unallocated total"
    ),
    "days_sales_outstanding": "as_of days",
    "bank_matches": "bank_transaction_reference invoice_number matched_by amount",
    "party_balances": "as_of ledger account_number customer_id balance",
}
MACROS: Final = ("open_items", "aged_receivables", "aged_payables", "days_sales_outstanding")
OURS: Final = (
    "open_items_are_the_control_accounts",
    "open_items_are_the_party_ledgers",
    "ages_add_up_to_open_items",
)


def _kroner(ore: int) -> Decimal:
    return Decimal(ore) / ORE


def _month_ends(books: Books) -> list[date]:
    days = (books.plan.start + timedelta(n) for n in range((books.plan.last - books.plan.start).days + 1))
    return [day for day in days if (day + timedelta(1)).day == 1]


def _party(line: Line) -> str | None:
    return None if line.customer is None else str(line.customer["id"])


@pytest.fixture(scope="module")
def lines(staged: Staged) -> list[Line]:
    """Every line of the books on a control account, as served."""
    return [line for line in read(staged.books) if line.account["number"] in CONTROL]


@pytest.mark.parametrize("mart", CONTRACT)
def test_a_mart_has_the_columns_of_the_contract_and_whole_ore(staged: Staged, mart: str) -> None:
    columns = {name: kind for name, kind, *_ in staged.warehouse.rows(f"describe marts.{mart}")}
    assert next(iter(columns)) == "organization_id"
    assert [name for name in CONTRACT[mart].split() if name not in columns] == []
    assert {kind for kind in columns.values() if "DECIMAL" in kind} == {"DECIMAL(18,2)"}


def test_the_identities_of_the_subledger_hold_in_the_build(staged: Staged) -> None:
    found = {node.split(".")[2]: status for node, status in staged.statuses.items() if node.startswith("test.")}
    assert {name: found[name] for name in OURS} == dict.fromkeys(OURS, "pass")
    ours = {"invoice_net_and_tax_are_gross", "invoice_header_is_the_sum_of_its_lines", "invoices_have_lines"}
    assert {found[name] for name in {*ours, "invoice_voucher_is_gross_at_the_rate"}} == {"pass"}


def test_open_items_are_shown_for_each_month_end_and_the_last_day(staged: Staged) -> None:
    days = {day for (day,) in staged.warehouse.rows("select as_of from intermediate.int_as_of_dates")}
    assert days == {*_month_ends(staged.books), staged.books.plan.last}


def _judge_control_accounts(warehouse: Warehouse, books: Books) -> int:
    """Hold the open items of every as-of date against the sandbox's own balance of the control accounts."""
    found = {
        (day, account): amount
        for day, account, amount in warehouse.rows(
            "select as_of, account_number, sum(open_amount) from marts.open_items group by all"
        )
    }
    days = {*_month_ends(books), books.plan.last}
    balances = {(day, account): _kroner(books.ledger.balance(account, day)) for day in days for account in CONTROL}
    assert {key: found.get(key, Decimal(0)) for key in balances} == balances
    return len(balances)


def test_open_items_sum_to_the_balance_of_their_control_account(staged: Staged) -> None:
    balances = _judge_control_accounts(staged.warehouse, staged.books)
    print(f"open items = control account for {balances} account-dates, difference 0.00")


def test_open_items_of_a_party_sum_to_its_ledger(staged: Staged, lines: list[Line]) -> None:
    start = staged.books.plan.start.isoformat()
    for day in _month_ends(staged.books)[::3]:
        expected: Counter[tuple[int, str | None]] = Counter()
        for line in lines:
            if line.date <= day.isoformat():
                # what was posted before the first landed day comes as an opening, without its party
                party = _party(line) if line.date >= start else None
                expected[line.account["number"], party] += ORE_OF(line)
        found = {
            (account, party): amount
            for account, party, amount in staged.warehouse.rows(
                "select account_number, customer_id, sum(open_amount) from marts.open_items "
                f"where as_of = date '{day}' group by all having sum(open_amount) <> 0"
            )
        }
        assert found == {key: _kroner(ore) for key, ore in expected.items() if ore}


def test_the_buckets_of_a_party_add_up_to_its_open_items(staged: Staged) -> None:
    for ledger in ("receivable", "payable"):
        buckets = staged.warehouse.rows(
            "select as_of, customer_id, not_due + days_1_30 + days_31_60 + days_61_90 + days_over_90 + unallocated, "
            f"total from marts.aged_{ledger}s"
        )
        items = staged.warehouse.rows(
            f"select as_of, customer_id, sum(open_amount) from marts.open_items where ledger = '{ledger}' group by all"
        )
        assert {(day, party): total for day, party, _, total in buckets} == {(d, p): total for d, p, total in items}
        assert [row for row in buckets if row[2] != row[3]] == []


def _judge_invoices(warehouse: Warehouse, books: Books) -> int:
    """Hold every invoice against the sandbox's own order, and its receivable lines against gross x rate."""
    found = warehouse.rows(
        "select order_id, order_status, net_amount, tax_amount, gross_amount, posted_amount from marts.invoices"
    )
    orders = [order for order in books.orders.orders.values() if order.invoice is not None]
    assert sorted(found) == sorted(
        (
            str(order.id),
            order.status.value,
            *map(_kroner, (order.net, order.gross - order.net, order.gross, converted(order.gross, order.rate))),
        )
        for order in orders
    )
    return len(found)


def test_an_invoice_is_its_order_and_its_voucher_is_gross_at_the_rate(staged: Staged) -> None:
    print(f"receivable lines = gross x rate for {_judge_invoices(staged.warehouse, staged.books)} invoices")


def test_days_sales_outstanding_are_receivables_over_ninety_days_of_invoicing(
    staged: Staged, lines: list[Line]
) -> None:
    found = dict(staged.warehouse.rows("select as_of, days from marts.days_sales_outstanding"))
    revenue = {line.transaction["id"] for line in read(staged.books) if line.account["number"] // 1000 == 3}
    kinds = (VoucherType.INVOICE.id, VoucherType.CREDIT_NOTE.id)
    judged = 0
    for day, days in found.items():
        window = [(day - timedelta(n)).isoformat() for n in range(90)]
        invoiced = sum(
            ORE_OF(line)
            for line in lines
            if line.account["number"] == 1500
            and line.date in window
            and (line.transaction["id"] in revenue or line.transaction_type["id"] in kinds)
        )
        if window[-1] < staged.books.plan.start.isoformat() or invoiced <= 0:
            assert days is None, day
            continue
        exact = Decimal(staged.books.ledger.balance(1500, day)) * 90 / invoiced
        assert days == exact.quantize(Decimal("0.01"), ROUND_HALF_UP), day
        judged += 1
    assert judged > 6


def test_postings_dated_later_leave_open_items_as_they_were(staged: Staged, tmp_path: Path) -> None:
    """The ledger ends on the last of June, and the day after it brings lines that say everything about older ones."""
    shutil.copytree(staged.warehouse.folder, tmp_path, dirs_exist_ok=True)
    earlier = type(staged.warehouse)(tmp_path, staged.warehouse.artifacts)
    raw = earlier.raw.of(staged.books.plan.organization_id)
    for file in raw.file("transactionlines", "2024-06-30").parents[1].glob("date=*"):
        if file.name > "date=2024-06-30":
            shutil.rmtree(file)
    sales = [act for told in scenarios(staged.books.plan) for act in told.acts if isinstance(act, Sale)]
    raw.land("transactionlines", "2024-07-01", [_hostile(sale.number, sale.party.id, sale.kid) for sale in sales])
    earlier.dbt("run", "--select", "stg_transactionlines+,+aged_receivables", "stg_transactionlines+,+aged_payables")
    for day in ("2024-03-31", "2024-05-16", "2024-06-30"):
        for mart in ("open_items", "aged_receivables", "aged_payables"):
            query = f"select * from marts.{mart}_as_of('{day}') order by all"
            assert earlier.rows(query) == staged.warehouse.rows(query) != []
    assert earlier.rows("from marts.open_items_as_of('2024-07-01')") != staged.warehouse.rows(
        "from marts.open_items_as_of('2024-07-01')"
    )


def _hostile(number: int, party: int, kid: str) -> str:
    """A line of another invoice that uses the KID of an old one: from now on it tells nothing apart."""
    return (
        f'{{"id":"h{number}","transaction":{{"id":"hv{number}","number":1}},"account":{{"id":1,"number":1500}},'
        f'"transactionType":{{"id":5010}},"amount":-7.00,"date":"2024-07-01","currency":{{"code":"LOCAL","rate":1}},'
        f'"customer":{{"id":{party}}},"invoice":{{"number":"9{number}","dueDate":"2023-01-01",'
        f'"remittanceReference":"{kid}"}}}}'
    )


@pytest.mark.parametrize("macro", MACROS)
def test_a_table_macro_needs_the_published_file_alone_and_agrees_with_its_mart(
    staged: Staged, tmp_path: Path, macro: str
) -> None:
    with duckdb.connect(os.fspath(staged.warehouse.publish(tmp_path)), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        of_macro = connection.execute(f"from marts.{macro}_as_of(date '2024-06-30') order by all").fetchall()
        of_mart = connection.execute(f"from marts.{macro} where as_of = '2024-06-30' order by all").fetchall()
    assert of_macro == of_mart != []


@pytest.mark.slow
def test_five_years_and_a_hundred_thousand_vouchers_leave_no_item_behind(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = empty_warehouse()
    # one request an order would take longer than all the rest, and its lines say nothing about what is open
    endpoints = [name for name, endpoint in ENDPOINTS.items() if name != "salesorder_lines"]
    books = land_office(warehouse, endpoints=endpoints, size=Size.AUDIT, years=5)
    statuses = warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    checks = (
        *OURS,
        "invoice_net_and_tax_are_gross",
        "invoice_voucher_is_gross_at_the_rate",
        "invoice_number_used_once",
    )
    assert {name: statuses[f"test.finago.{name}"] for name in checks} == dict.fromkeys(checks, "pass")
    balances = _judge_control_accounts(warehouse, books)
    invoices = _judge_invoices(warehouse, books)
    ((items, vouchers),) = warehouse.rows(
        "select (select count(*) from marts.open_items), count(distinct voucher_id) from marts.general_ledger"
    )
    print(
        f"T18: {vouchers:,} vouchers, {invoices:,} invoices at gross x rate, {items:,} open items, "
        f"{balances} account-dates: difference 0.00"
    )
