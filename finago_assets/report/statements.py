"""The ledger by account: tied out against the ERP, as a trial balance, as profit and loss, as a balance sheet.

Owns their queries, subtotals and totals; every figure is one of the marts, or a sum of those shown above it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from finago_assets.report.tables import (
    BinderColumn,
    BinderKind,
    BinderRow,
    BinderTable,
    RowLevel,
    exact_sum,
    lines_anchor,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

_ACCOUNT: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("account_name", "Name"),
)
TIE_OUT_COLUMNS: Final = (
    *_ACCOUNT,
    BinderColumn("status", "Status"),
    BinderColumn("ledger_change", "Ledger moved", BinderKind.MONEY, leads=True),
    BinderColumn("reported_change", "ERP says moved", BinderKind.MONEY),
    BinderColumn("difference", "Difference", BinderKind.MONEY, leads=True),
    BinderColumn("ledger_closing", "Ledger closes with", BinderKind.MONEY),
    BinderColumn("reported_closing", "ERP closes with", BinderKind.MONEY),
    BinderColumn("opening_difference", "ERP's opening differs by", BinderKind.MONEY),
    BinderColumn("reason", "Why", wide=True),
)
TRIAL_BALANCE_COLUMNS: Final = (
    BinderColumn("class_name", "Class"),
    *_ACCOUNT,
    BinderColumn("opening_balance", "Opening", BinderKind.MONEY),
    BinderColumn("debit", "Debit", BinderKind.MONEY, leads=True),
    BinderColumn("credit", "Credit", BinderKind.MONEY, leads=True),
    BinderColumn("closing_balance", "Closing", BinderKind.MONEY),
    BinderColumn("change_year_to_date", "Year to date", BinderKind.MONEY),
    BinderColumn("closing_balance_last_year", "Closing last year", BinderKind.MONEY),
)
PROFIT_COLUMNS: Final = (
    BinderColumn("statement_line", "Line"),
    *_ACCOUNT,
    BinderColumn("amount", "Month", BinderKind.MONEY, leads=True),
    BinderColumn("amount_last_year", "Same month last year", BinderKind.MONEY),
    BinderColumn("better", "Better (worse)", BinderKind.MONEY),
    BinderColumn("amount_year_to_date", "Year to date", BinderKind.MONEY),
    BinderColumn("amount_year_to_date_last_year", "Last year to date", BinderKind.MONEY),
    BinderColumn("better_year_to_date", "Better (worse)", BinderKind.MONEY),
)
BALANCE_COLUMNS: Final = (
    BinderColumn("section", "Section"),
    BinderColumn("statement_line", "Line"),
    *_ACCOUNT,
    BinderColumn("amount", "End of month", BinderKind.MONEY, leads=True),
    BinderColumn("amount_at_start_of_year", "Start of year", BinderKind.MONEY),
    BinderColumn("change_year_to_date", "Change this year", BinderKind.MONEY),
    BinderColumn("amount_last_year", "A year before", BinderKind.MONEY),
)
_TIE_OUT: Final = """
    select account_number, account_name, status, ledger_change, reported_change, difference, ledger_closing,
        reported_closing, opening_difference, reason
    from marts.ledger_tie_out where organization_id = ? and period = ?
    order by status = 'ties', abs(coalesce(difference, opening_difference, 0)) desc, account_number
"""
_TRIAL_BALANCE: Final = """
    select class_name, account_number, account_name, opening_balance, debit, credit, closing_balance,
        change_year_to_date, closing_balance_last_year
    from reporting.trial_balance where organization_id = ? and period = ?
    order by account_number is null, account_number
"""
_PROFIT: Final = """
    select statement_line, account_number, account_name, amount, amount_last_year,
        try_cast(amount - amount_last_year as decimal(18, 2)), amount_year_to_date, amount_year_to_date_last_year,
        try_cast(amount_year_to_date - amount_year_to_date_last_year as decimal(18, 2))
    from reporting.profit_and_loss where organization_id = ? and period = ?
    order by line_number, statement_line, account_number
"""
_BALANCE: Final = """
    select section, statement_line, account_number, account_name, amount, amount_at_start_of_year,
        change_year_to_date, amount_last_year
    from reporting.balance_sheet where organization_id = ? and period = ?
    order by section, line_number, statement_line, account_number is null, account_number, account_name
"""


def tie_out_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return every account of the month as the ledger and as the ERP have it, those that differ first."""
    rows = [_row_of(row, row[0]) for row in source.rows(_TIE_OUT, organization, month.first)]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.cells[2]] = counts.get(row.cells[2], 0) + 1
    told = ", ".join(f"{count:,} {_as_spoken(status, count)}" for status, count in sorted(counts.items()))
    return BinderTable(
        "tie_out",
        "Tie-out: the ledger against the ERP's own balances",
        TIE_OUT_COLUMNS,
        rows,
        said=f"Of {len(rows):,} accounts {told}." if rows else "",
        nothing="The ERP's balances say nothing of this month.",
        facts=counts,
    )


def _as_spoken(status: str, count: int) -> str:
    verb = {"ties": "tie", "differs": "differ", "opens differently": "open differently"}.get(status)
    if verb is None:
        return f"{'is' if count == 1 else 'are'} {status}"
    return status if count == 1 else verb


def trial_balance_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return opening, debit, credit and closing of every account, with subtotals by class and the total of all."""
    rows = source.rows(_TRIAL_BALANCE, organization, month.first)
    # the result of prior years stands at the end, outside the accounts' classes
    grouped = _rows_with_subtotals(rows, lambda row: (row[1] is None, row[0]), 0, 1, from_=3)
    total = _sum_row(rows, ("Total", None, None), RowLevel.TOTAL)
    return BinderTable(
        "trial_balance",
        "Trial balance",
        TRIAL_BALANCE_COLUMNS,
        [*grouped, *([total] if rows else [])],
        said="Debit is positive, credit is negative. Closing balances are to sum to zero.",
        nothing="No account has a balance.",
    )


def profit_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the result by statement line and account: the month and the year to date, each against last year."""
    rows = source.rows(_PROFIT, organization, month.first)
    total = _sum_row(rows, ("Result", None, None), RowLevel.TOTAL)
    return BinderTable(
        "profit_and_loss",
        "Profit and loss",
        PROFIT_COLUMNS,
        [*_rows_with_subtotals(rows, lambda row: row[0], 0, 1, from_=3), *([total] if rows else [])],
        said="Income is positive and costs are negative; what is better than last year is positive. Last year is empty "
        "where its month is not in the books.",
        nothing="No account of the result has moved.",
    )


def balance_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the balance by section, statement line and account: now, at the start of the year and a year before."""
    rows = source.rows(_BALANCE, organization, month.first)
    shown: list[BinderRow] = []
    for section, found in groupby(rows, lambda row: row[0]):
        held = list(found)
        shown += _rows_with_subtotals(held, lambda row: row[1], 1, 2, from_=4)
        shown.append(_sum_row(held, (section, "Total", None, None), RowLevel.TOTAL))
    return BinderTable(
        "balance_sheet",
        "Balance sheet",
        BALANCE_COLUMNS,
        shown,
        said="Assets are positive, and so are equity and liabilities. The two totals are to be the same.",
        nothing="No account has a balance.",
    )


def _rows_with_subtotals(
    rows: Sequence[tuple[Any, ...]], key: Callable[[tuple[Any, ...]], Any], group: int, account: int, *, from_: int
) -> Iterable[BinderRow]:
    """Yield the rows, and after each group its sum; `from_` is the first column of money."""
    for _, found in groupby(rows, key):
        held = list(found)
        yield from (_row_of(row, row[account]) for row in held)
        labels = [*held[0][: group + 1], *([None] * (from_ - group - 1))]
        labels[group] = f"{held[0][group]}, total"
        if held[0][account] is not None or len(held) > 1:
            yield _sum_row(held, tuple(labels), RowLevel.SUBTOTAL)


def _row_of(row: tuple[Any, ...], account: int | None) -> BinderRow:
    return BinderRow(row, target=None if account is None else lines_anchor(account))


def _sum_row(rows: Sequence[tuple[Any, ...]], labels: tuple[str | None, ...], level: RowLevel) -> BinderRow:
    columns = list(zip(*rows, strict=True))[len(labels) :] if rows else []
    return BinderRow((*labels, *(exact_sum(column) for column in columns)), level)
