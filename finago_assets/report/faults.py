"""Rows of the month that somebody has to look at: posted late, unbalanced, unread, without an amount, in no class.

Owns finding them in the marts. What is thought of them is exceptions.py's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from finago_assets.report.tables import BinderColumn, BinderKind, BinderRow, BinderTable, lines_anchor

if TYPE_CHECKING:
    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

# a month counts as closed so many days after its end
DAYS_TO_CLOSE: Final = 10
_VOUCHER: Final = (
    BinderColumn("posting_date", "Posted on", BinderKind.DAY),
    BinderColumn("voucher_number", "Voucher", BinderKind.NUMBER),
)
_ACCOUNT_OF_LINE: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("account_name", "Account name"),
)
_LATE: Final = """
    select created_at, posting_date, voucher_number, transaction_type_name, account_number, account_name, amount,
        comment, line_id
    from marts.general_ledger
    where organization_id = ? and posting_date between ? and ? and created_at >= ?
    order by created_at, voucher_number, account_number, line_id
"""
_UNBALANCED: Final = """
    select posting_date, voucher_number, count(*), sum(debit), sum(credit), sum(amount)::decimal(18, 2), voucher_id
    from marts.general_ledger
    where organization_id = ? and posting_date between ? and ? and voucher_id is not null
    group by voucher_id, voucher_number, posting_date
    having count(*) = count(amount) and sum(amount) <> 0
    order by posting_date, voucher_number, voucher_id
"""
_REJECTED: Final = """
    select partition_date, line_id, reason from marts.ledger_rejects
    where organization_id = ? and partition_date between ? and ? order by all
"""
_WITHOUT_AMOUNT: Final = """
    select posting_date, voucher_number, account_number, account_name, currency_code, amount_currency, currency_rate,
        line_id
    from marts.general_ledger
    where organization_id = ? and posting_date between ? and ? and amount is null
    order by posting_date, voucher_number, line_id
"""
_IN_NO_LINE: Final = """
    select account_number, account_name, debit, credit, closing_balance from marts.trial_balance
    where organization_id = ? and period = ? and row_kind = 'account'
        and (line_number is null or line_number >= 900 or account_class is null)
        and (debit <> 0 or credit <> 0 or closing_balance is distinct from 0)
    order by account_number
"""


def late_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the month's lines that were made after it was closed."""
    after = month.last + timedelta(days=DAYS_TO_CLOSE + 1)
    rows = source.rows(_LATE, organization, month.first, month.last, after)
    columns = (
        BinderColumn("created_at", "Made at (UTC)", BinderKind.MOMENT),
        *_VOUCHER,
        BinderColumn("transaction_type_name", "Type"),
        *_ACCOUNT_OF_LINE,
        BinderColumn("amount", "Amount", BinderKind.MONEY),
        BinderColumn("comment", "Comment", wide=True),
        BinderColumn("line_id", "Line"),
    )
    said = f"Made on {after} or later: a month counts as closed {DAYS_TO_CLOSE} days after its end."
    return _fault_table("late", "Posted after the close", columns, rows, 4, said)


def unbalanced_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the month's vouchers whose lines do not sum to zero."""
    rows = source.rows(_UNBALANCED, organization, month.first, month.last)
    columns = (
        *_VOUCHER,
        BinderColumn("lines", "Lines", BinderKind.COUNT),
        BinderColumn("debit", "Debit", BinderKind.MONEY),
        BinderColumn("credit", "Credit", BinderKind.MONEY),
        BinderColumn("difference", "Difference", BinderKind.MONEY),
        BinderColumn("voucher_id", "Voucher's id"),
    )
    return _fault_table("unbalanced", "Vouchers that do not balance", columns, rows, None, "")


def rejects_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the records of the month's days that could not be read as ledger lines."""
    rows = source.rows(_REJECTED, organization, month.first, month.last)
    columns = (
        BinderColumn("partition_date", "Landed under", BinderKind.DAY),
        BinderColumn("line_id", "Line"),
        BinderColumn("reason", "Why", wide=True),
    )
    said = "They are missing from every figure of this binder. marts.ledger_rejects has each as it was sent."
    return _fault_table("rejects", "Records that could not be read", columns, rows, None, said)


def untold_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the month's lines in another currency whose amount in the organization's own nothing tells."""
    rows = source.rows(_WITHOUT_AMOUNT, organization, month.first, month.last)
    columns = (
        *_VOUCHER,
        *_ACCOUNT_OF_LINE,
        BinderColumn("currency_code", "Currency"),
        BinderColumn("amount_currency", "Amount in that currency", BinderKind.MONEY),
        BinderColumn("currency_rate", "Rate", BinderKind.RATE),
        BinderColumn("line_id", "Line"),
    )
    said = "The balances of their accounts are unknown for as long as this is not settled."
    return _fault_table("untold", "Lines whose amount is not known", columns, rows, 2, said)


def unclassified_table(source: Publication, organization: str, month: Month) -> BinderTable:
    """Return the accounts in use that no line of the annual accounts holds."""
    rows = source.rows(_IN_NO_LINE, organization, month.first)
    columns = (
        *_ACCOUNT_OF_LINE,
        BinderColumn("debit", "Debit", BinderKind.MONEY),
        BinderColumn("credit", "Credit", BinderKind.MONEY),
        BinderColumn("closing_balance", "Closing", BinderKind.MONEY),
    )
    said = "No line of the annual accounts holds them."
    return _fault_table("unclassified", "Accounts under Other accounts", columns, rows, 0, said)


def _fault_table(  # noqa: PLR0913, PLR0917  what each of them is made of
    name: str,
    title: str,
    columns: tuple[BinderColumn, ...],
    rows: list[tuple[Any, ...]],
    account: int | None,
    said: str,
) -> BinderTable:
    shown = [BinderRow(row, target=None if account is None else lines_anchor(row[account])) for row in rows]
    return BinderTable(name, title, columns, shown, said=said, nothing="None.", is_optional=True)
