"""Receivables and payables kept, numbered, dated or paid in unusual ways: the right item, age and amount all along."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.dbt.odd_items import DATES, EARLIER, FIVE_DIGITS, GROUP, SEVERAL, SPACED, ZEROS, land_odd_items
from tests.dbt.warehouse import Built

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder


def land_books(raw: RawFolder) -> None:
    """Every organization's odd items."""
    land_odd_items(raw)


@pytest.fixture(scope="module")
def odd(own_books: Built) -> Built:
    return Built(own_books.warehouse, {node.split(".")[2]: status for node, status in own_books.statuses.items()})


def _open(
    odd: Built, organization: str, day: str, columns: str = "invoice_number, open_amount"
) -> list[tuple[object, ...]]:
    return odd.warehouse.rows(
        f"select {columns} from marts.open_items_as_of(date '{day}') "
        f"where organization_id = '{organization}' order by all"
    )


def test_nothing_odd_withholds_the_books(odd: Built) -> None:
    assert {name: status for name, status in odd.statuses.items() if status not in ("success", "pass", "warn")} == {}


def test_a_chart_with_five_digits_has_open_items_and_ages(odd: Built) -> None:
    assert _open(odd, FIVE_DIGITS, "2024-04-30", "account_number, ledger, customer_id, open_amount") == [
        (15000, "receivable", "7", Decimal(100)),
        (24000, "payable", "8", Decimal(-40)),
    ]
    for mart, bucket, amount in (("receivables", "days_over_90", 100), ("payables", "days_61_90", -40)):
        assert odd.warehouse.rows(
            f"select {bucket}, total from marts.aged_{mart} "
            f"where organization_id = '{FIVE_DIGITS}' and as_of = date '2024-04-30'"
        ) == [(amount, amount)]


def test_customers_on_an_account_that_is_no_control_account_are_named_with_the_row_to_add(odd: Built) -> None:
    assert odd.statuses["party_lines_lie_on_control_accounts"] == "warn"
    ((organization, account, records, parties, amount, advice),) = odd.warehouse.rows(
        "from audit.party_lines_lie_on_control_accounts"
    )
    assert (organization, account, records, parties, amount) == (GROUP, 1560, 2, 1, Decimal(300))
    assert "group,receivable,1500,1529 and group,receivable,1560,1560." in advice


def test_a_due_date_that_cannot_be_meant_is_none_and_named(odd: Built) -> None:
    posted, meant = date(2024, 1, 10), {8: date(2014, 1, 10), 9: date(2034, 1, 10)}
    expected = [(number, meant.get(number)) for number in range(1, 11)]
    numbered = f"cast(invoice_number as integer), due_date from marts.{{}} where organization_id = '{DATES}'"
    ledger = odd.warehouse.rows(f"select {numbered.format('general_ledger')} and account_number = 1500 order by 1")
    assert ledger == expected
    items = odd.warehouse.rows(f"select {numbered.format('open_items')} and as_of = date '2024-01-31' order by 1")
    assert items == [(number, due or posted) for number, due in expected]
    ((days_1_30, over_90, not_due),) = odd.warehouse.rows(
        "select days_1_30, days_over_90, not_due from marts.aged_receivables "
        f"where organization_id = '{DATES}' and as_of = date '2024-01-31'"
    )
    assert (days_1_30, over_90, not_due) == (55 - 8 - 9, 8, 9)
    assert odd.statuses["due_dates_can_be_meant"] == "warn"
    named = odd.warehouse.rows(
        f"select first_ten, due_date, records from audit.due_dates_can_be_meant where organization_id = '{DATES}'"
    )
    assert {(text, records) for text, _, records in named} == {(f"invoice {n}", 1) for n in (1, 2, 3, 4, 5, 6, 7, 10)}


def test_a_payment_of_what_was_invoiced_before_the_first_day_is_unallocated_and_never_overdue(odd: Built) -> None:
    columns = "customer_id, not_due, days_1_30 + days_31_60 + days_61_90, days_over_90, unallocated"
    of = f"where organization_id = '{EARLIER}' and as_of = date '2024-04-30' order by 1"
    assert odd.warehouse.rows(f"select {columns} from marts.aged_receivables {of}") == [
        ("7", 0, 0, 0, -5000),
        ("8", 0, 0, 300, 0),
        (None, 0, 0, 0, 5000),
    ]
    assert odd.warehouse.rows(f"select {columns} from marts.aged_payables {of}") == [
        ("9", 0, 0, 0, 70),
        (None, 0, 0, 0, -70),
    ]


def test_an_opening_without_a_party_is_named_with_what_to_do(odd: Built) -> None:
    assert odd.statuses["openings_have_a_party"] == "warn"
    found = odd.warehouse.rows("select * from audit.openings_have_a_party order by account_number")
    assert [row[:5] for row in found] == [
        (EARLIER, 1500, "receivable", date(2024, 1, 1), Decimal(5000)),
        (EARLIER, 2400, "payable", date(2024, 1, 1), Decimal(-70)),
    ]
    assert all("FINAGO_START_DATE" in row[5] for row in found)


def test_spaces_of_any_width_and_dots_in_a_kid_say_nothing(odd: Built) -> None:
    assert _open(odd, SPACED, "2024-02-01", "invoice_number, open_amount, matched_by") == [("1001", Decimal(40), "kid")]
    assert odd.warehouse.rows(
        "select bank_transaction_reference, invoice_number, matched_by, payment_reference from marts.bank_matches "
        f"where organization_id = '{SPACED}' order by 1"
    ) == [("b1", "1001", "kid", "10017"), ("b2", "1001", "kid_and_amount", "10017")]


def test_leading_zeros_make_no_other_invoice(odd: Built) -> None:
    columns = "customer_id, invoice_number, original_amount, open_amount, matched_by, item"
    assert _open(odd, ZEROS, "2024-02-29", columns) == [
        ("7", "000", 7, 7, "invoice_number", "0"),
        ("7", "0010170", 100, 20, "kid", "10170"),
        ("8", "10170", 9, 5, "invoice_number", "10170"),
        ("8", "A017", 10, 10, "invoice_number", "A017"),
        ("8", "A17", 20, 20, "invoice_number", "A17"),
    ]


def _several(odd: Built, party: int, day: str) -> list[tuple[object, ...]]:
    found = _open(odd, SEVERAL, day, "customer_id, invoice_number, open_amount, matched_by")
    return [row[1:] for row in found if row[0] == f"{party}"]


def test_a_payment_of_the_sum_under_a_kid_settles_its_invoices_on_that_day(odd: Built) -> None:
    before = [("701", 100, "invoice_number"), ("702", 200, "invoice_number"), ("703", 300, "invoice_number")]
    assert _several(odd, 7, "2024-02-09") == before
    assert _several(odd, 7, "2024-02-10") == []
    assert _several(odd, 7, "2024-03-09") == [("704", 50, "invoice_number")]
    assert _several(odd, 7, "2024-03-10") == []
    # what comes after the settlement is open by itself
    assert _several(odd, 7, "2024-04-30") == [("702", -20, "kid_sum")]
    assert _several(odd, 11, "2024-02-19") == [("S1", -60, "invoice_number"), ("S2", -40, "invoice_number")]
    assert _several(odd, 11, "2024-02-20") == []


def test_a_payment_that_is_not_the_sum_stays_unallocated(odd: Built) -> None:
    assert _several(odd, 8, "2024-04-30") == [
        ("804", 400, "invoice_number"),
        ("805", 500, "invoice_number"),
        ("806", 600, "invoice_number"),
        (None, -1400, "line"),
    ]
    assert _several(odd, 12, "2024-04-30") == [
        ("1201", 100, "invoice_number"),
        ("1202", 200, "invoice_number"),
        (None, -350, "line"),
    ]
    assert _several(odd, 10, "2024-04-30") == [("1001", 60, "invoice_number"), ("1002", -60, "invoice_number")]


def test_a_paid_invoice_stays_paid_when_its_kid_is_used_again(odd: Built) -> None:
    assert _several(odd, 9, "2024-02-29") == []
    assert _several(odd, 9, "2024-04-30") == [("902", 40, "invoice_number")]


def test_a_bank_transaction_of_the_sum_under_a_kid_is_suggested_as_such(odd: Built) -> None:
    assert odd.warehouse.rows(
        "select invoice_number, matched_by, open_amount from marts.bank_matches "
        f"where organization_id = '{SEVERAL}' and customer_id = '7' and transaction_date = '2024-02-10' order by 1"
    ) == [("701", "kid_and_sum", 100), ("702", "kid_and_sum", 200), ("703", "kid_and_sum", 300)]


def test_a_bank_reference_that_comes_twice_suggests_once_and_is_named(odd: Built) -> None:
    """The matches of b2 stand once above; the books are published, with the reference in a warning."""
    assert odd.statuses["stg_banktransactions_rows_are_sound"] == "warn"
