"""Every question of docs/questions.md is answered by the one query under it."""

from __future__ import annotations

import shutil
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest

from finago_assets.project import QUESTIONS as DOCUMENT
from finago_assets.ten_answers import NO_ROWS, answer_ten, read_questions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.conftest import Staged

D = Decimal
QUESTIONS: Final = read_questions()
BUDGET: Final = "period,account_number,amount\n2024-02-01,3000,1000.00\n2024-02-01,6300,-100.50\n"
# sound books have nothing to answer these with
ANSWERED_BY_NOTHING: Final = {"What could not be read?", "Did we book a supplier's invoice twice?"}


def _answer(warehouse: Path, question: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    (folder / "budget.csv").write_text(BUDGET)
    monkeypatch.chdir(folder)
    with duckdb.connect(f"{warehouse}", read_only=True) as connection:
        result = connection.execute(QUESTIONS[question])
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_there_are_more_than_twenty_and_each_has_one_query() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(QUESTIONS) == text.count("\n### ") == text.count("```sql") > 20
    assert [sql for sql in QUESTIONS.values() if ";" in sql or "staging." in sql or "intermediate." in sql] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(staged: Staged, question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = _answer(staged.warehouse.file, question, tmp_path, monkeypatch)
    assert bool(answer) is (question not in ANSWERED_BY_NOTHING), answer


def test_the_result_is_that_of_the_ledger(staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "What is the result this month and this year, against last year?"
    *lines, total = _answer(staged.warehouse.file, question, tmp_path, monkeypatch)
    ((year, before),) = staged.warehouse.rows(
        "select -sum(amount) filter (where posting_date >= '2025-01-01'), "
        "-sum(amount) filter (where posting_date < '2024-03-01') from marts.general_ledger "
        "where account_number between 3000 and 8799"
    )
    assert total["statement_line"] is None
    assert (total["year_to_date"], total["last_year_to_date"]) == (year, before)
    assert sum(line["year_to_date"] for line in lines) == year
    assert lines[0]["statement_line"] == "Sales revenue"
    assert lines[0]["year_to_date"] > 0


def test_customers_of_all_currencies_are_ranked_by_what_their_invoices_post(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Who are our biggest customers, across currencies?"
    answer = _answer(staged.warehouse.file, question, tmp_path, monkeypatch)
    assert [row["net_sales"] for row in answer] == sorted((row["net_sales"] for row in answer), reverse=True)
    foreign = staged.warehouse.rows("select distinct customer_id from marts.invoices where currency_code = 'EUR'")
    for row in answer:
        if (row["customer_id"],) not in foreign:
            ((sold,),) = staged.warehouse.rows(
                f"select sum(net_amount) from marts.invoices where customer_id = '{row['customer_id']}'"
            )
            assert row["net_sales"] == sold


def test_what_is_over_budget_is_better(staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = _answer(staged.warehouse.file, "How does each month compare with the budget?", tmp_path, monkeypatch)
    budgeted = {row["statement_line"]: row for row in answer if row["budget"] is not None}
    assert {line: row["budget"] for line, row in budgeted.items()} == {
        "Sales revenue": D(1000),
        "Other operating costs": D("-100.50"),
    }
    assert all(row["better"] == row["actual"] - row["budget"] for row in budgeted.values())


def test_the_margin_of_products_is_sales_less_cost(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_product = _answer(staged.warehouse.file, "What is the margin of each product?", tmp_path, monkeypatch)
    assert any(row["margin"] for row in by_product)
    assert all(row["margin"] == row["sales"] - row["cost"] for row in by_product if row["cost"] is not None)


def test_what_came_after_the_close_was_made_more_than_ten_days_after_the_month(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _answer(staged.warehouse.file, "What was posted after the month was closed?", tmp_path, monkeypatch)
    ((late,),) = staged.warehouse.rows(
        "select count(*) from marts.general_ledger where cast(created_at as date) - last_day(posting_date) > 10"
    )
    assert len(answer) == late


def test_the_ten_of_the_demo_are_answered_in_a_sentence_that_says_the_figures_of_the_books(staged: Staged) -> None:
    warehouse = staged.warehouse
    told = dict(answer_ten(warehouse.file))
    assert len(told) == 10
    assert all(answer.endswith(".") and "None" not in answer for answer in told.values())
    ((year,),) = warehouse.rows(
        "select -sum(amount) filter (where posting_date >= '2025-01-01') from marts.general_ledger "
        "where account_number between 3000 and 8799"
    )
    assert told["What is the result this month and this year, against last year?"].startswith(f"{year:,.2f} this year")
    ((bank,),) = warehouse.rows(
        "select last(running_balance order by posting_date, voucher_number, line_id) from marts.general_ledger "
        "where account_number = 1920"
    )
    assert f"{bank:,.2f} on 1920" in told["What is in the bank at the end of each month?"]
    ((ties,),) = warehouse.rows("select count(*) from marts.ledger_tie_out where status = 'ties'")
    assert told["Does the ledger match the ERP's own balances?"].startswith(f"{ties:,} balances of accounts")
    ((overdue, invoices),) = warehouse.rows(
        "select sum(open_amount), count(*) from marts.open_items where ledger = 'receivable' and days_overdue > 0 "
        "and open_amount > 0 and item_kind <> 'opening' and as_of = (select max(as_of) from marts.open_items)"
    )
    assert told["What is overdue, by customer?"].startswith(f"{overdue:,.2f} on {invoices} invoices")


def test_books_without_a_posting_leave_each_of_the_ten_with_an_answer(staged: Staged, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(staged.warehouse.file, copy)
    with closing(duckdb.connect(copy)) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f'delete from "{schema}"."{table}"')
    assert set(dict(answer_ten(copy)).values()) == {NO_ROWS}
