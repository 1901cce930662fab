"""Who owes and who is owed at the end of the month: by age, and item by item. Owns the queries and the day they are of.

What an item is and how it ages is decided by the marts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.report.tables import (
    BinderColumn,
    BinderKind,
    BinderRow,
    BinderTable,
    RowLevel,
    exact_sum,
    items_anchor,
    lines_anchor,
)

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

RECEIVABLES: Final = "receivable"
PAYABLES: Final = "payable"
BUCKETS: Final = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "unallocated")
BUCKET_NAMES: Final = ("Not due", "1-30 days", "31-60 days", "61-90 days", "Over 90 days", "Unallocated")
AGED_COLUMNS: Final = (
    BinderColumn("customer_id", "Party", leads=True),
    BinderColumn("party_name", "Name"),
    *(BinderColumn(name, title, BinderKind.MONEY) for name, title in zip(BUCKETS, BUCKET_NAMES, strict=True)),
    BinderColumn("total", "Total", BinderKind.MONEY, leads=True),
)
ITEM_COLUMNS: Final = (
    BinderColumn("ledger", "Ledger"),
    BinderColumn("customer_id", "Party"),
    BinderColumn("party_name", "Name"),
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("invoice_number", "Invoice"),
    BinderColumn("item_kind", "Kind"),
    BinderColumn("item_date", "Date", BinderKind.DAY),
    BinderColumn("due_date", "Due", BinderKind.DAY),
    BinderColumn("days_overdue", "Days overdue", BinderKind.COUNT),
    BinderColumn("original_amount", "Original", BinderKind.MONEY),
    BinderColumn("open_amount", "Open", BinderKind.MONEY),
    BinderColumn("currency_code", "Currency"),
    BinderColumn("open_amount_currency", "Open in that currency", BinderKind.MONEY),
)
_AGED: Final = """
    select customer_id, coalesce(party_name, if(customer_id is null, '(no party)', null)), not_due, days_1_30,
        days_31_60, days_61_90, days_over_90, unallocated, total
    from marts.{mart}_as_of(?) where organization_id = ? order by {order}, customer_id nulls last
"""
_ITEMS: Final = """
    select ledger, customer_id, coalesce(party_name, if(customer_id is null, '(no party)', null)), account_number,
        invoice_number, item_kind, item_date, due_date,
        days_overdue, original_amount, open_amount, currency_code, open_amount_currency
    from marts.open_items_as_of(?) where organization_id = ?
    order by ledger desc, customer_id nulls last, due_date, item_kind, item, account_number
"""
_AS_OF: Final = """
    select case
        when exists (from marts.trial_balance where organization_id = $1 and period = $2 and is_whole_month) then $3
        else coalesce(
            (select max(as_of) from marts.open_items where organization_id = $1 and as_of between $2 and $3),
            (select max(posting_date) from marts.general_ledger
             where organization_id = $1 and posting_date between $2 and $3)
        )
    end
"""


def day_of_items(source: Publication, organization: str, month: Month) -> date:
    """Return the last day of the month, or the last landed one of a month that is not over or not whole."""
    found: date = source.value(_AS_OF, organization, month.first, month.last)
    return found


def aged_table(source: Publication, organization: str, as_of: date, ledger: str) -> BinderTable:
    """Return a ledger's parties with what is open by age, the largest first, and the total."""
    mart, order = ("aged_receivables", "total desc") if ledger == RECEIVABLES else ("aged_payables", "total")
    rows = source.rows(_AGED.format(mart=mart, order=order), as_of, organization)
    shown = [BinderRow(row, target=items_anchor(ledger, row[0])) for row in rows]
    if rows:
        sums = [exact_sum(column) for column in list(zip(*rows, strict=True))[2:]]
        shown.append(BinderRow(("Total", None, *sums), RowLevel.TOTAL))
    is_owed = ledger == RECEIVABLES
    return BinderTable(
        "receivables" if is_owed else "payables",
        "Receivables by age" if is_owed else "Payables by age",
        AGED_COLUMNS,
        shown,
        said=f"As of {as_of}. {'What is owed to you is positive' if is_owed else 'What you owe is negative'}. "
        "Unallocated: credit notes, prepayments, payments that settle no invoice, and what stood on the account before "
        "the first landed day.",
        nothing="Nothing is open.",
    )


def items_table(source: Publication, organization: str, as_of: date) -> BinderTable:
    """Return every open item of both ledgers, party by party. The first of each party is what others lead to."""
    rows, last = [], None
    for row in source.rows(_ITEMS, as_of, organization):
        party = items_anchor(row[0], row[1])
        rows.append(BinderRow(row, target=lines_anchor(row[3]), anchor=None if party == last else party))
        last = party
    return BinderTable(
        "open_items",
        "Open items",
        ITEM_COLUMNS,
        rows,
        said=f"As of {as_of}, debit positive. An account's lines here are those of the month; an item may be older.",
        nothing="Nothing is open.",
    )
