"""Amounts in another currency that nothing tells: NULL in every figure they are part of, all else exact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from shutil import copytree, ignore_patterns
from typing import TYPE_CHECKING, Final

import dagster as dg
import duckdb
import pytest

from finago_assets.orchestration.tie_out import verdict
from tests.dbt.kept_books import KeptBooks
from tests.dbt.statement_rules import RULES
from tests.dbt.warehouse import PROJECT, Warehouse, troubles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

D = Decimal
SEK: Final = '"currency":{"code":"SEK","rate":98.5}'
INVOICE: Final = f'{SEK},"customer":{{"id":1}},"invoice":{{"number":"7","dueDate":"2024-02-24"}}'
KRONER: Final = '"customer":{"id":2},"invoice":{"number":"8","dueDate":"2024-02-24"}'
UNTOLD: Final = (1500, 3000)  # the accounts that the Swedish sale is posted on
# a Swedish sale in February, at a rate that may be per 1 or per 100, and sales in kroner before, beside and after it
BOOKS: Final = KeptBooks(
    "untold",
    {
        "2024-01-10": {1500: "100.00", 3000: "-100.00"},
        "2024-02-09": {1500: "7.00", 3000: "-7.00"},
        "2024-02-10": {1500: "10000.00", 3000: "-10000.00"},
        "2024-02-11": {1500: "5.00", 3000: "-5.00"},
        "2024-02-12": {1920: "300.00", 3100: "-240.00", 2700: "-60.00"},
        "2024-03-10": {1500: "1.00", 3000: "-1.00"},
        "2024-04-10": {1920: "2.00", 3100: "-2.00"},
        "2025-01-10": {1500: "3.00", 3000: "-3.00"},
    },
    (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")),
    last=date(2025, 1, 31),
    more={
        ("2024-02-10", 1500): INVOICE,
        ("2024-02-10", 3000): f'{SEK},"dimensions":[{{"dimensionType":1,"value":"13","name":"Project 13"}}]',
        ("2024-02-11", 1500): KRONER,
        ("2024-02-12", 3100): '"tax":{"id":3,"rate":25}',
    },
    taxes=('{"id":3,"number":3,"name":"3","rate":25}',),
    # the ERP's own figures contradict both readings, so they tell nothing
    reported={
        (1500, "2024-02"): ("100.00", "9999.00", "10112.00"),
        (3000, "2024-02"): ("-100.00", "-9999.00", "-10112.00"),
    },
)


def land_books(raw: RawFolder) -> None:
    """A Swedish sale between sales in kroner."""
    BOOKS.land(raw)


@pytest.fixture(scope="module")
def untold(own_books: Built) -> Built:
    return own_books


def test_an_amount_that_nothing_tells_withholds_no_books_and_is_named_with_what_settles_it(untold: Built) -> None:
    assert set(troubles(untold.statuses).values()) == {"warn"}
    named = untold.rows(
        "select currency_code, records, amounts_that_are_null, first_posted, amount_as_sent, first_ten_accounts, "
        "what_to_do like '%untold,SEK,foreign,100 where%' from audit.foreign_amounts_are_understood"
    )
    assert named == [("SEK", 2, 2, date(2024, 2, 10), D(0), "1500, 3000", True)]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_with_an_amount_that_nothing_tells(untold: Built, rule: str) -> None:
    assert untold.rows(RULES[rule]) == []


def test_in_the_ledger_it_is_null_and_so_are_the_balances_of_its_account_from_its_line_on(untold: Built) -> None:
    lines = untold.rows(
        "select strftime(posting_date, '%m-%d'), amount, debit, credit, running_balance, amount_basis "
        "from marts.general_ledger where account_number = 1500 and posting_date < '2025-01-01' order by posting_date"
    )
    assert lines == [
        ("01-10", D(100), D(100), D(0), D(100), "base"),
        ("02-09", D(7), D(7), D(0), D(107), "base"),
        ("02-10", None, None, None, None, "undetermined"),
        ("02-11", D(5), D(5), D(0), None, "base"),
        ("03-10", D(1), D(1), D(0), None, "base"),
    ]


def test_in_the_trial_balance_it_is_null_in_its_month_and_closings_after_it_and_every_other_account_is_exact(
    untold: Built,
) -> None:
    shown = {
        (account, month): figures
        for account, month, *figures in untold.rows(
            "select account_number, strftime(period, '%Y-%m'), opening_balance, debit, credit, change, closing_balance "
            "from marts.trial_balance where row_kind = 'account'"
        )
    }
    assert shown[1500, "2024-01"] == [D(0), D(100), D(0), D(100), D(100)]
    assert shown[1500, "2024-02"] == [D(100), None, None, None, None]
    assert shown[1500, "2024-03"] == [None, D(1), D(0), D(1), None]
    assert shown[1500, "2025-01"] == [None, D(3), D(0), D(3), None]
    assert shown[3000, "2024-03"] == [None, D(0), D(1), D(-1), None]
    assert shown[3000, "2025-01"] == [D(0), D(0), D(3), D(-3), D(-3)]  # the new year starts from nothing
    assert shown[1920, "2024-02"] == [D(0), D(300), D(0), D(300), D(300)]
    assert shown[1920, "2025-01"] == [D(302), D(0), D(0), D(0), D(302)]
    assert shown[3100, "2024-12"] == [D(-242), D(0), D(0), D(0), D(-242)]
    assert all(None not in figures for (account, _), figures in shown.items() if account not in UNTOLD)


def test_statements_and_dimensions_show_null_where_it_is_part_of_a_figure_and_the_rest_exactly(untold: Built) -> None:
    result = untold.rows(
        "select account_number, amount, result_effect, amount_year_to_date from marts.profit_and_loss "
        "where period = '2024-02-01' order by 1"
    )
    assert result == [(3000, None, None, None), (3100, D(-240), D(240), D(-240))]
    sheet = untold.rows(
        "select coalesce(account_number::varchar, row_kind), amount from marts.balance_sheet "
        "where period in ('2024-12-01', '2025-01-01') order by period, 1"
    )
    assert sheet == [
        ("1500", None), ("1920", D(302)), ("2700", D(-60)), ("result_prior_years", D(0)), ("result_this_year", None),
        ("1500", None), ("1920", D(302)), ("2700", D(-60)), ("result_prior_years", None), ("result_this_year", D(-3)),
    ]  # fmt: skip
    dimensions = untold.rows(
        "select account_number, dimension_value, change from marts.ledger_by_dimension where period = '2024-02-01' "
        "order by all"
    )
    assert dimensions == [
        (1500, "(none)", None),
        (1920, "(none)", D(300)),
        (2700, "(none)", D(-60)),
        (3000, "(none)", None),
        (3000, "13", None),
        (3100, "(none)", D(-240)),
    ]
    vat = untold.rows("select standard_tax_code, direction, base_amount, tax_amount from marts.vat_by_period")
    assert vat == [("3", "output", D(-240), D(-60))]


def test_its_open_item_and_its_partys_total_are_null_and_other_parties_are_exact(untold: Built) -> None:
    day = "where as_of = '2024-02-29'"
    items = untold.rows(
        f"select invoice_number, original_amount, open_amount, days_overdue from marts.open_items {day} "
        "and invoice_number is not null order by 1"
    )
    assert items == [("7", None, None, 5), ("8", D(5), D(5), 5)]
    aged = untold.rows(
        f"select customer_id, not_due, days_1_30, unallocated, total from marts.aged_receivables {day} "
        "and customer_id is not null order by 1"
    )
    assert aged == [("1", D(0), None, D(0), None), ("2", D(0), D(5), D(0), D(5))]
    parties = untold.rows(
        f"select customer_id, balance from marts.party_balances {day} and customer_id is not null order by 1"
    )
    assert parties == [("1", None), ("2", D(5))]


def test_the_tie_out_says_of_its_accounts_that_they_cannot_be_told_and_of_no_others(untold: Built) -> None:
    rows = untold.rows(
        "select account_number, strftime(period, '%Y-%m'), ledger_change, difference, status from marts.ledger_tie_out "
        "where status <> 'ties' order by all"
    )
    assert rows == [(1500, "2024-02", None, None, "not told"), (3000, "2024-02", None, None, "not told")]
    with duckdb.connect(untold.warehouse.file, read_only=True) as connection:
        found = verdict(connection, blocks=True)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert found.description is not None
    assert "In 2 nothing tells what an amount in another currency is" in found.description


@pytest.mark.slow
def test_a_row_of_the_seed_settles_it_on_days_that_did_not_change(
    untold: Built, tmp_path: Path, artifacts: Path
) -> None:
    warehouse = Warehouse(tmp_path, artifacts / "seeded", project=_with_rows(tmp_path, "untold,SEK,foreign,100\n"))
    BOOKS.land(warehouse.raw)
    warehouse.raw.fill_with_placeholders()
    copytree(untold.warehouse.folder / "data", tmp_path / "data", dirs_exist_ok=True)
    statuses = warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    assert set(troubles(statuses).values()) <= {"warn"}
    assert warehouse.rows("from audit.foreign_amounts_are_understood") == []
    lines = warehouse.rows(
        "select account_number, amount, amount_currency, running_balance, amount_basis from marts.general_ledger "
        "where posting_date = '2024-02-10' order by 1"
    )
    assert lines == [
        (1500, D(9850), D(10000), D(9957), "foreign"),
        (3000, D(-9850), D(-10000), D(-9957), "foreign"),
    ]
    closings = warehouse.rows(
        "select account_number, change, closing_balance from marts.trial_balance "
        "where period = '2024-03-01' and account_number in (1500, 3000) order by 1"
    )
    assert closings == [(1500, D(1), D(9963)), (3000, D(-1), D(-9963))]
    assert warehouse.rows("select count(*) from marts.trial_balance where change is null") == [(0,)]
    assert warehouse.rows("select rates_per from marts.currency_verdict") == [("SEK per 100",)]


def _with_rows(folder: Path, rows: str) -> Path:
    project = folder / "project"
    copytree(PROJECT, project, ignore=ignore_patterns("target", "logs"))
    with (project / "seeds" / "foreign_amounts.csv").open("a") as seed:
        seed.write(rows)
    return project
