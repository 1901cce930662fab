"""The views for people say what the marts say, to the øre, with names, last year and the year to date beside it."""

from __future__ import annotations

import os
import shutil
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from tests.dbt.kept_books import KeptBooks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.conftest import Staged
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

VIEWS: Final = ("trial_balance", "profit_and_loss", "balance_sheet")
# share capital, a sale and a rent in two years, and the first year's result of 300 moved to equity
BOOKS: Final = KeptBooks(
    "two years",
    {
        "2024-01-15": {1920: "1000.00", 2000: "-1000.00"},
        "2024-02-10": {1500: "500.00", 3000: "-500.00"},
        "2024-03-10": {6300: "200.00", 1920: "-200.00"},
        "2024-12-31": {8960: "300.00", 2050: "-300.00"},
        "2025-02-10": {1500: "700.00", 3000: "-700.00"},
        "2025-03-10": {6300: "50.00", 1920: "-50.00"},
        "2025-03-20": {1500: "7.00", 9100: "-7.00"},
    },
    (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")),
    last=date(2025, 4, 30),
)
# what has to be nothing: what a view says, less what the mart says
DIFFERENCES: Final = {
    "rows of the trial balance": """
        select organization_id, period, account_number, opening_balance, debit, credit, change, closing_balance
        from marts.trial_balance except all
        select organization_id, period, account_number, opening_balance, debit, credit, change, closing_balance
        from reporting.trial_balance
    """,
    "a month of the trial balance": """
        select organization_id, period, sum(closing_balance) as total from reporting.trial_balance group by all
        having count(*) = count(closing_balance) and total <> 0
    """,
    "the result of a month": """
        select organization_id, period, sum(amount) from reporting.profit_and_loss group by all except all
        select organization_id, period, -sum(change) from marts.trial_balance
        where statement = 'profit_and_loss' group by all
    """,
    "a month of last year": """
        select organization_id, period + interval 1 year, account_number, result_effect, -amount_year_to_date
        from marts.profit_and_loss where row_kind = 'account'
        and period + interval 1 year <= (select max(period) from marts.profit_and_loss) except all
        select organization_id, period, account_number, amount_last_year, amount_year_to_date_last_year
        from reporting.profit_and_loss
    """,
    "the year to date": """
        select organization_id, period, account_number, amount_year_to_date from reporting.profit_and_loss except all
        select organization_id, period, account_number, -closing_balance from marts.trial_balance
        where statement = 'profit_and_loss'
    """,
    "assets, and equity and liabilities": """
        select organization_id, period, sum(amount) filter (where section = 'Assets') as assets,
            sum(amount) filter (where section = 'Equity and liabilities') as others,
            sum(amount_at_start_of_year) filter (where section = 'Assets') as assets_then,
            sum(amount_at_start_of_year) filter (where section = 'Equity and liabilities') as others_then
        from reporting.balance_sheet group by all
        having (count(*) = count(amount) and assets is distinct from others) or assets_then is distinct from others_then
    """,
    "amounts of the balance sheet": """
        select organization_id, period, account_number, abs(amount) from marts.balance_sheet except all
        select organization_id, period, account_number, abs(amount) from reporting.balance_sheet
    """,
    "the result on the balance sheet": """
        select organization_id, period, amount from reporting.balance_sheet where account_name = 'Result of this year'
        except all
        select organization_id, period, -sum(closing_balance) from marts.trial_balance
        where statement in ('profit_and_loss', 'appropriation') group by all
    """,
}
D = Decimal


def land_books(raw: RawFolder) -> None:
    """The two years."""
    BOOKS.land(raw)


@pytest.fixture(scope="module")
def books(own_books: Built) -> Built:
    return own_books


@pytest.mark.parametrize("what", DIFFERENCES)
def test_a_view_says_what_the_marts_say(staged: Staged, books: Built, what: str) -> None:
    assert staged.warehouse.rows(DIFFERENCES[what]) == []
    assert books.rows(DIFFERENCES[what]) == []


def test_a_view_has_a_row_for_each_of_its_mart(staged: Staged) -> None:
    for view, rows in (
        ("trial_balance", "true"),
        ("profit_and_loss", "row_kind = 'account'"),
        ("balance_sheet", "true"),
    ):
        ((shown, held),) = staged.warehouse.rows(
            f"select (select count(*) from reporting.{view}), count(*) from marts.{view} where {rows}"
        )
        assert shown == held > 0, view


def test_income_is_positive_and_stands_beside_last_year_and_the_year_to_date(books: Built) -> None:
    found = books.rows(
        "select strftime(period, '%Y-%m'), statement_line, account_number, amount, amount_last_year, "
        "amount_year_to_date, amount_year_to_date_last_year from reporting.profit_and_loss "
        "where period in ('2024-02-01', '2025-02-01', '2025-03-01') order by period, line_number"
    )
    assert found == [
        ("2024-02", "Sales revenue", 3000, D(500), None, D(500), None),
        ("2024-02", "Other operating costs", 6300, D(0), None, D(0), None),
        ("2025-02", "Sales revenue", 3000, D(700), D(500), D(700), D(500)),
        ("2025-02", "Other operating costs", 6300, D(0), D(0), D(0), D(0)),
        ("2025-03", "Sales revenue", 3000, D(0), D(0), D(700), D(500)),
        ("2025-03", "Other operating costs", 6300, D(-50), D(-200), D(-50), D(-200)),
    ]


def test_what_is_owned_equals_what_is_owed_and_earned_now_at_the_start_of_the_year_and_a_year_ago(books: Built) -> None:
    found = books.rows(
        "select section, statement_line, coalesce(account_number::varchar, account_name), amount, amount_last_year, "
        "amount_at_start_of_year, change_year_to_date from reporting.balance_sheet where period = '2025-03-01' "
        "order by section, line_number, account_number, account_name desc"
    )
    assert found == [
        ("Assets", "Receivables", "1500", D(1207), D(500), D(500), D(707)),
        ("Assets", "Cash and bank deposits", "1920", D(750), D(800), D(800), D(-50)),
        ("Equity and liabilities", "Paid-in equity", "2000", D(1000), D(1000), D(1000), D(0)),
        ("Equity and liabilities", "Retained equity", "2050", D(300), D(0), D(300), D(0)),
        (
            "Equity and liabilities",
            "Result not yet moved to equity",
            "Result of this year",
            D(650),
            D(300),
            D(0),
            D(650),
        ),
        ("Equity and liabilities", "Result not yet moved to equity", "Result of prior years", D(0), D(0), D(0), D(0)),
        ("Equity and liabilities", "Other accounts", "9100", D(7), D(0), D(0), D(7)),
    ]


def test_the_trial_balance_shows_what_moved_since_the_year_began(books: Built) -> None:
    found = books.rows(
        "select account_number, account_name, opening_balance, change, closing_balance, change_year_to_date, "
        "change_last_year, closing_balance_last_year from reporting.trial_balance where period = '2025-03-01' "
        "and (account_number in (1920, 3000) or account_number is null) order by account_number"
    )
    assert [row[2:] for row in found] == [
        (D(800), D(-50), D(750), D(-50), D(-200), D(800)),
        (D(-700), D(0), D(-700), D(-700), D(0), D(-500)),
        (D(0), D(0), D(0), D(0), D(0), D(0)),
    ]
    assert found[-1][1] == "Result of prior years, not yet moved to equity"


def test_every_row_has_its_class_and_line(staged: Staged) -> None:
    for view, named in (
        ("trial_balance", "class_name"),
        ("profit_and_loss", "statement_line"),
        ("balance_sheet", "statement_line"),
    ):
        assert staged.warehouse.rows(f"from reporting.{view} where {named} is null or account_name is null") == []


def test_the_views_need_the_published_file_alone(staged: Staged, tmp_path: Path) -> None:
    published = tmp_path / "finago.duckdb"
    shutil.copyfile(staged.warehouse.file, published)
    with duckdb.connect(os.fspath(published), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        for view in VIEWS:
            assert connection.execute(f"from reporting.{view}").fetchone(), view
