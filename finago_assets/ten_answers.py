"""Ten questions of docs/questions.md, asked of the published file and answered in sentences.

Owns which ten, and how an answer reads. The queries stand in the document, which comes with the package.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import duckdb

from finago_assets.core.amounts import spell_amount
from finago_assets.project import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# by the names of columns, in the order that the query gives
AnswerRows = list[dict[str, Any]]
NO_ROWS: Final = "Nothing, in these books."
_QUESTION: Final = re.compile(r"^### (.+\?)\n(?:(?!#|```).*\n)*```sql\n((?:(?!```).*\n)*)```", re.MULTILINE)


def read_questions() -> dict[str, str]:
    """Return each question of the document with its query."""
    return dict(_QUESTION.findall(QUESTIONS.read_text(encoding="utf-8")))


def answer_ten(warehouse: Path) -> Iterator[tuple[str, str]]:
    """Yield each of the ten questions with its answer from a published file."""
    queries = read_questions()
    with closing(duckdb.connect(os.fspath(warehouse), read_only=True)) as connection:
        for question, told in TEN.items():
            answer = connection.execute(queries[question])
            names = [column[0] for column in answer.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            yield question, told(rows) if rows else NO_ROWS


def _tell_result(rows: AnswerRows) -> str:
    total = rows[-1]
    if total["until"] is None:
        return NO_ROWS
    year, before = total["year_to_date"], total["last_year_to_date"]
    against = "there is no last year to compare with" if before is None else f"last year {spell_amount(before)} by then"
    month = spell_amount(total["month"])
    return f"{spell_amount(year)} this year to the end of {total['until']}; {against}. That month: {month}."


def _tell_departments(rows: AnswerRows) -> str:
    named = [row for row in rows if row["dimension_name"] and row["result"] is not None]
    if not named:
        return "No ledger line names one."
    best, worst = (choose(named, key=lambda row: row["result"]) for choose in (max, min))
    lost = sum(row["result"] < 0 for row in named)
    return (
        f"{best['dimension_name']} does best with {spell_amount(best['result'])}, {worst['dimension_name']} worst with "
        f"{spell_amount(worst['result'])}, over all landed months; {lost} of {len(named)} lost money."
    )


def _tell_margin(rows: AnswerRows) -> str:
    known = [row for row in rows if row["margin"] is not None]
    sales, margin = (sum(row[name] for row in known) for name in ("sales", "margin"))
    if not sales:
        return "No line has both a price and a cost."
    best = max(known, key=lambda row: row["margin"])
    return (
        f"{100 * margin / sales:.1f} % in all; the most comes from {best['category_name'] or 'products without one'}, "
        f"{spell_amount(best['margin'])} of sales of {spell_amount(best['sales'])}."
    )


def _tell_bank(rows: AnswerRows) -> str:
    last = [row for row in rows if row["month"] == rows[-1]["month"]]
    held = ", ".join(
        f"{spell_amount(row['closing_balance'])} on {row['account_number']} {row['account_name']}" for row in last
    )
    return f"At the end of {last[0]['month']}: {held}."


def _tell_debtors(rows: AnswerRows) -> str:
    most = next((row for row in rows if row["total"] is not None), rows[0])
    total = spell_amount(sum(row["total"] or 0 for row in rows))
    return f"{most['customer']} owes most, {spell_amount(most['total'])} of {total} that {len(rows)} customers owe."


def _tell_overdue(rows: AnswerRows) -> str:
    total, invoices = sum(row["overdue"] for row in rows), sum(row["invoices"] for row in rows)
    return (
        f"{spell_amount(total)} on {invoices} invoices of {len(rows)} customers; most by {rows[0]['party_name']}, "
        f"{spell_amount(rows[0]['overdue'])}, the oldest for {rows[0]['oldest_in_days']:,} days."
    )


def _tell_due(rows: AnswerRows) -> str:
    late = [row for row in rows if row["days_overdue"] > 0]
    to_pay = spell_amount(sum(row["to_pay"] for row in rows))
    return (
        f"{to_pay} on {len(rows)} invoices, {len(late)} of them late; the oldest is "
        f"{rows[0]['party_name']}'s, due {rows[0]['due_date']}."
    )


def _tell_vat(rows: AnswerRows) -> str:
    due = -sum(row["tax_amount"] or 0 for row in rows)
    which = "to pay" if due >= 0 else "to get back"
    return f"{spell_amount(abs(due))} {which} so far in the newest term, on {len(rows)} codes."


def _tell_tie_out(rows: AnswerRows) -> str:
    by_status: dict[str, int] = {}
    for row in rows:
        by_status[row["status"]] = by_status.get(row["status"], 0) + row["accounts"]
    ties = by_status.pop("ties", 0)
    others = ", ".join(f"{count} {status}" for status, count in by_status.items())
    months = len({row["month"] for row in rows})
    return (
        f"{ties:,} balances of accounts in {months} months are the ERP's own, to the øre; others: {others or 'none'}."
    )


def _tell_late(rows: AnswerRows) -> str:
    newest = rows[0]
    return (
        f"{len(rows)} lines, the newest in voucher {newest['voucher_number']} ({newest['transaction_type_name']}): "
        f"made on {newest['created_at']:%Y-%m-%d}, posted on {newest['posting_date']}."
    )


TEN: Final[dict[str, Callable[[AnswerRows], str]]] = {
    "What is the result this month and this year, against last year?": _tell_result,
    "How does each department or project do?": _tell_departments,
    "What is the margin of each product category?": _tell_margin,
    "What is in the bank at the end of each month?": _tell_bank,
    "Who owes us money, and for how long?": _tell_debtors,
    "What is overdue, by customer?": _tell_overdue,
    "Which supplier invoices are due, now or within two weeks?": _tell_due,
    "What is the VAT of this term?": _tell_vat,
    "Does the ledger match the ERP's own balances?": _tell_tie_out,
    "What was posted after the month was closed?": _tell_late,
}
