"""Every figure of a binder is the marts' own, to the øre, and so is every total."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest

from finago_assets.core.errors import NotLanded, NotProven, RequestRefused, WindowRefused
from finago_assets.report.bank import read_bank_accounts
from finago_assets.report.journal import read_journal_of
from finago_assets.report.month import Month, last_closed_month, parse_month
from finago_assets.report.source import Publication, choose_organizations, open_publication
from finago_assets.report.statements import balance_table, profit_table, tie_out_table, trial_balance_table
from finago_assets.report.subledger import PAYABLES, RECEIVABLES, aged_table, day_of_items, items_table
from finago_assets.report.tables import RowLevel
from finago_assets.report.vat import read_vat_term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.report.tables import BinderTable
    from tests.dbt.conftest import Staged

D: Final = Decimal
FEBRUARY: Final = Month(date(2025, 2, 1))
TODAY: Final = date(2025, 3, 5)


@pytest.fixture(scope="module")
def published(staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staged.warehouse.publish(tmp_path_factory.mktemp("published"))


@contextmanager
def _opened(staged: Staged, published: Path) -> Iterator[tuple[Publication, str]]:
    with open_publication(published, staged.warehouse.file) as source:
        (organization,) = choose_organizations(source, None, FEBRUARY)
        yield source, organization


def _totals(table: BinderTable) -> list[tuple[Any, ...]]:
    return [row.cells for row in table.rows if row.level is RowLevel.TOTAL]


def test_a_statement_has_every_row_of_its_view_and_its_total_is_that_of_the_ledger(
    staged: Staged, published: Path
) -> None:
    with _opened(staged, published) as (source, organization):
        trial, profit = (table(source, organization, FEBRUARY) for table in (trial_balance_table, profit_table))
        balance = balance_table(source, organization, FEBRUARY)
        for table, view in ((trial, "trial_balance"), (profit, "profit_and_loss"), (balance, "balance_sheet")):
            amount = "closing_balance" if table is trial else "amount"
            shown = {(one["account_number"], one["account_name"]): one[amount] for one in table.records()}
            held = source.rows(
                f"select account_number, account_name, {amount} from reporting.{view} where period = '2025-02-01'"
            )
            assert shown == {(number, name): value for number, name, value in held}
            assert shown
        ((debit, credit, result, before),) = source.rows(
            "select sum(debit) filter (where posting_date >= '2025-02-01'), "
            "sum(credit) filter (where posting_date >= '2025-02-01'), "
            "-sum(amount) filter (where account_number between 3000 and 8799 and posting_date >= '2025-01-01'), "
            "-sum(amount) filter (where account_number between 3000 and 8799 and posting_date < '2024-03-01') "
            "from marts.general_ledger"
        )
    ((*_, opening, total_debit, total_credit, closing, _, _),) = _totals(trial)
    assert (opening, total_debit, total_credit, closing) == (D(0), debit, credit, D(0))
    ((*_, year_to_date, last_year_to_date, better),) = _totals(profit)
    assert (year_to_date, last_year_to_date, better) == (result, before, result - before)
    assets, others = _totals(balance)
    assert assets[4:] == others[4:]


def test_a_subtotal_is_the_sum_of_the_rows_above_it(staged: Staged, published: Path) -> None:
    with _opened(staged, published) as (source, organization):
        rows = profit_table(source, organization, FEBRUARY).rows
    above = D(0)
    for row in rows:
        if row.level is RowLevel.LINE:
            above += row.cells[3]
        elif row.level is RowLevel.SUBTOTAL:
            assert row.cells[3] == above
            above = D(0)


def test_the_tie_out_shows_every_account_of_the_month(staged: Staged, published: Path) -> None:
    with _opened(staged, published) as (source, organization):
        table = tie_out_table(source, organization, FEBRUARY)
        accounts = source.value("select count(*) from marts.ledger_tie_out where period = '2025-02-01'")
    assert len(table.rows) == accounts
    assert table.facts == {"ties": accounts}
    assert table.said == f"Of {accounts} accounts {accounts} tie."


def test_ages_are_those_of_the_marts_and_items_add_up_to_them(staged: Staged, published: Path) -> None:
    with _opened(staged, published) as (source, organization):
        as_of = day_of_items(source, organization, FEBRUARY)
        assert as_of == date(2025, 2, 28)
        items = items_table(source, organization, as_of).records()
        for ledger, mart in ((RECEIVABLES, "aged_receivables"), (PAYABLES, "aged_payables")):
            table = aged_table(source, organization, as_of, ledger)
            held = source.rows(f"select customer_id, total, days_over_90 from marts.{mart} where as_of = ?", as_of)
            assert {(row["customer_id"], row["total"], row["days_over_90"]) for row in table.records()} == set(held)
            assert _totals(table)[0][-1] == sum(item["open_amount"] for item in items if item["ledger"] == ledger)


def test_the_vat_of_the_term_is_what_moved_on_the_vat_accounts_whoever_tells_which_those_are(
    staged: Staged, published: Path, tmp_path: Path
) -> None:
    months = [Month(date(2024, number, 1)) for number in (1, 5, 6, 12)]
    with _opened(staged, published) as (source, organization):
        known = [read_vat_term(source, organization, month) for month in months]
    with open_publication(published, tmp_path / "not there") as source:
        by_number = [read_vat_term(source, organization, month) for month in months]
    assert [term.first for term in known] == [date(2024, 1, 1), date(2024, 5, 1), date(2024, 5, 1), date(2024, 11, 1)]
    for term in (*known, *by_number):
        assert term.difference == 0
        assert term.preview.rows
        assert term.accounts.rows
    assert [term.is_exact for term in (known[0], by_number[0])] == [True, False]


def test_the_journal_has_every_line_of_the_month_where_its_accounts_say(staged: Staged, published: Path) -> None:
    with _opened(staged, published) as (source, organization):
        journal = read_journal_of(source, organization, FEBRUARY)
        rows = list(journal.rows())
        held = source.rows("select line_id from marts.general_ledger where posting_date >= '2025-02-01'")
        for account in journal.accounts:
            lines = rows[account.begins : account.begins + account.lines]
            assert {line[0] for line in lines} == {account.account}
            assert sum(line[6] for line in lines) == account.amount
            assert lines[:3] == journal.rows_of(account.account, 3)
    assert sorted(row[-1] for row in rows) == sorted(line for (line,) in held)
    assert journal.lines == len(rows) > 0


@pytest.mark.parametrize("text", ["2024-13", "2024-6", "June", "", "2024-06-01", "0000-01", "٢٠٢٤-٠٦"])
def test_a_period_that_is_no_month_is_refused_with_one_that_is(text: str) -> None:
    with pytest.raises(RequestRefused, match="such as 2025-02"):
        parse_month(text, TODAY)


def test_a_month_that_has_not_begun_is_refused_and_the_present_one_is_not() -> None:
    with pytest.raises(WindowRefused, match="2025-04 has not begun: today in Oslo is 2025-03-05"):
        parse_month("2025-04", TODAY)
    assert parse_month("2025-03", TODAY).last == date(2025, 3, 31)
    assert last_closed_month(date(2025, 1, 31)) == Month(date(2024, 12, 1))


def test_what_no_binder_can_be_made_of_is_named(staged: Staged, published: Path, tmp_path: Path) -> None:
    with pytest.raises(NotLanded, match="Nothing is published"), open_publication(tmp_path / "none", tmp_path / "none"):
        pass
    with _opened(staged, published) as (source, _):
        with pytest.raises(RequestRefused, match="'nobody' is not in the published file, which holds 300000000000001"):
            choose_organizations(source, "nobody", FEBRUARY)
        with pytest.raises(NotLanded, match="the books are there from 2024-01 to 2025-02"):
            choose_organizations(source, None, Month(date(2023, 1, 1)))


def test_a_file_of_an_older_form_is_refused_with_what_it_lacks(staged: Staged, tmp_path: Path) -> None:
    older = staged.warehouse.publish(tmp_path)
    with duckdb.connect(f"{older}") as connection:
        connection.execute("drop table reporting.balance_sheet")
    lacks = pytest.raises(NotProven, match=r"it lacks reporting.balance_sheet.change_year_to_date.*rebuild")
    with lacks, open_publication(older, older):
        pass


def test_a_bank_account_of_five_digits_is_one() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create schema reporting;
            create table reporting.trial_balance as
                from (values ('1', date '2025-02-01', 19200, 'Bank', 100.00::decimal(18, 2), 0, 25.5, true),
                    ('1', date '2025-02-01', 19300, 'Sparing', null, null, null, true),
                    ('1', date '2025-02-01', 15000, 'Kunder', 7.00, 1, 0, false))
                rows (organization_id, period, account_number, account_name, opening_balance, debit, credit, is_bank);
            create table marts.general_ledger as
                from (values ('1', date '2025-02-02', 19200, -25.50::decimal(18, 2)),
                    ('1', date '2025-02-02', 15000, 25.50))
                rows (organization_id, posting_date, account_number, amount);
        """)
        source = Publication(Path("finago.duckdb"), connection, None, "", "")
        bank, unknown = read_bank_accounts(source, "1", FEBRUARY, date(2025, 2, 3))
    assert (unknown.number, unknown.days) == (19300, [])
    assert (bank.number, bank.closing, bank.lowest) == (19200, D("74.50"), (date(2025, 2, 2), D("74.50")))
