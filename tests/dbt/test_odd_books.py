"""One odd thing in the books of each organization, all built at once: it is named, and nobody's books are withheld."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import dagster as dg
import duckdb
import pytest

from finago_assets.orchestration.tie_out import verdict
from tests.dbt.kept_books import KeptBooks
from tests.dbt.statement_rules import RULES
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

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
# the year opens with 50.00 more than the last one closed with
REOPENED: Final = KeptBooks(
    "reopened",
    {"2023-11-10": {1920: "5000.00", 3000: "-5000.00"}, "2024-02-10": {1920: "1.00", 3000: "-1.00"}},
    (("2023-01-01", "2023-12-31"), *YEAR),
    first=date(2023, 11, 1),
    last=LAST,
    reported={(1920, "2024-01"): ("5050.00", "0", "5050.00"), (1920, "2024-02"): ("5050.00", "1.00", "5051.00")},
)
# the company's own class 9, in charts of four and five digits, and numbers that are in no class
NINES: Final = KeptBooks(
    "nines",
    {"2024-01-10": {**SALE, 9100: "5.00", 92000: "-5.00", 0: "3.00", -7: "-3.00"}, "2024-02-10": SALE},
    YEAR,
    last=LAST,
)
_TWICE: Final = '{"dimensionType":1,"value":"13","name":"Project 13"}'
DIMENSIONS: Final = KeptBooks(
    "dimensions",
    {"2024-01-10": SALE, "2024-01-11": SALE, "2024-01-12": SALE},
    YEAR,
    last=LAST,
    more={
        ("2024-01-10", 3000): f'"dimensions":[{_TWICE},{_TWICE},{{"dimensionType":2,"value":"13"}}]',
        ("2024-01-11", 3000): f'"dimensions":[{_TWICE},{{"dimensionType":1,"value":"14"}}]',
        ("2024-01-12", 3000): '"dimensions":[{"dimensionType":1,"value":"(none)"}]',
    },
)
ALL: Final = (DAYS, REOPENED, NINES, DIMENSIONS)


def land_books(raw: RawFolder) -> None:
    """All of them."""
    for books in ALL:
        books.land(raw)
    raw.of(DAYS.organization).land(
        "salesorders",
        "2024-01-10",
        ['{"id":1,"status":"Confirmed","date":"2024-01-09T23:00:00Z","deliveryDate":"soon","invoice":{}}'],
    )


@pytest.fixture(scope="module")
def odd(own_books: Built) -> Built:
    return own_books


def test_nothing_odd_withholds_the_books(odd: Built) -> None:
    assert set(troubles(odd.statuses).values()) == {"warn"}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_on_odd_books(odd: Built, rule: str) -> None:
    assert odd.rows(RULES[rule]) == []


def test_a_day_that_decides_nothing_and_cannot_be_read_is_empty_and_named(odd: Built) -> None:
    named = odd.rows(
        "select organization_id, finding, records, such_as from (from audit.stg_transactionlines_rows_are_sound "
        "union all from audit.stg_salesorders_rows_are_sound) where finding like '% cannot be read' order by finding"
    )
    assert named == [
        ("days", "createdAt cannot be read", 1, "2024-01-10-1500"),
        ("days", "deliveryDate cannot be read", 1, "1"),
        ("days", "invoice.dueDate cannot be read", 1, "2024-01-10-1500"),
        ("days", "periodDate cannot be read", 1, "2024-01-10-3000"),
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


def test_a_year_that_opens_with_another_balance_than_the_last_one_closed_with_is_named_once(odd: Built) -> None:
    rows = odd.rows(
        "select organization_id, strftime(period, '%Y-%m'), account_number, ledger_closing, reported_closing, "
        "difference, opening_difference from marts.ledger_tie_out where status not in ('ties', 'not landed')"
    )
    assert rows == [("reopened", "2024-01", 1920, D(5000), D(5050), D(0), D(50))]
    with duckdb.connect(odd.warehouse.file, read_only=True) as connection:
        found = verdict(connection, blocks=True)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert found.description is not None
    assert "In 1 the change ties, and the ERP opens the month with another balance" in found.description
    openings = found.metadata["openings"]
    assert isinstance(openings, dg.TableMetadataValue)
    assert [record.data for record in openings.records] == [
        {
            "organization_id": "reopened",
            "month": "2024-01",
            "account_number": "1920",
            "account_name": "1920",
            "closed_before": "5000.00",
            "opens_with": "5050.00",
            "difference": "50.00",
        }
    ]


def test_class_9_carries_over_with_the_balance_and_a_number_of_no_class_is_named(odd: Built) -> None:
    rows = odd.rows(
        "select account_number, row_kind, amount from marts.balance_sheet "
        "where organization_id = 'nines' and period = '2024-02-01' order by account_number nulls last, row_kind"
    )
    assert rows == [
        (-7, "unclassified", D(-3)),
        (0, "unclassified", D(3)),
        (1500, "account", D(2000)),
        (9100, "account", D(5)),
        (92000, "account", D(-5)),
        (None, "result_prior_years", D(0)),
        (None, "result_this_year", D(-2000)),
    ]
    named = odd.rows("select organization_id, account_number from audit.accounts_have_a_class order by all")
    assert named == [("nines", -7), ("nines", 0)]


def test_a_dimension_that_stands_on_a_line_twice_is_one(odd: Built) -> None:
    tags = odd.rows(
        "select line_id, dimension_type, dimension_value from marts.ledger_dimensions "
        "where organization_id = 'dimensions' order by all"
    )
    assert tags == [
        ("2024-01-10-3000", 1, "13"),
        ("2024-01-10-3000", 2, "13"),
        ("2024-01-11-3000", 1, "13"),
        ("2024-01-11-3000", 1, "14"),
        ("2024-01-12-3000", 1, "(none)"),
    ]
    sums = odd.rows(
        "select dimension_type, dimension_value, change from marts.ledger_by_dimension "
        "where organization_id = 'dimensions' and account_number = 3000 and period = '2024-01-01' order by all"
    )
    assert sums == [
        (1, "(none)", D(-1000)),
        (1, "(several)", D(-1000)),
        (1, "13", D(-1000)),
        (2, "(none)", D(-2000)),
        (2, "13", D(-1000)),
    ]


@pytest.mark.parametrize(
    ("mart", "grain"),
    [
        ("ledger_dimensions", "organization_id, line_id, dimension_type, dimension_value"),
        ("ledger_by_dimension", "organization_id, period, account_number, dimension_type, dimension_value"),
        ("general_ledger", "organization_id, line_id"),
        ("trial_balance", "organization_id, row_kind, account_number, period"),
        ("vat_by_period", "organization_id, period, tax_number, standard_tax_code, rate, direction"),
        ("accounts", "organization_id, account_number"),
        ("ledger_tie_out", "organization_id, account_number, period"),
    ],
)
def test_the_grain_of_a_mart_is_what_it_says_on_odd_books_too(odd: Built, mart: str, grain: str) -> None:
    assert odd.rows(f"select {grain} from marts.{mart} group by all having count(*) > 1") == []
    assert odd.rows(f"select count(*) > 0 from marts.{mart}") == [(mart != "vat_by_period",)]


def test_what_is_counted_over_nothing_is_0_and_no_null(odd: Built) -> None:
    assert odd.rows("select count(*) from intermediate.int_day_sums where tagged_lines is null") == [(0,)]
    assert odd.rows("select count(*) from intermediate.int_vat_habits where is_gross is null") == [(0,)]
