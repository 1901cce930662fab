"""What the page of ages asks: what customers owe and what is owed to suppliers by age, and one party's open items.

Owns the queries. Ages are the marts'; nothing is aged here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.look.books import BookRow, OpenBooks

MOST_PARTIES: Final = 300
MOST_ITEMS: Final = 500
AGES: Final = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "unallocated", "total")


class Subledger(StrEnum):
    """Which side; the values are those of open_items.ledger."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"


_MARTS: Final = {Subledger.RECEIVABLE: "marts.aged_receivables", Subledger.PAYABLE: "marts.aged_payables"}


def as_of_dates(books: OpenBooks, organization: str) -> list[date]:
    """Return the days that ages are counted to, newest first."""
    sql = "select distinct as_of from marts.open_items where organization_id = ? order by as_of desc"
    return [row["as_of"] for row in books.rows(sql, [organization])]


def aged_parties(books: OpenBooks, organization: str, side: Subledger, as_of: date) -> list[BookRow]:
    """Return what each party owes or is owed by age, the largest first, at most MOST_PARTIES."""
    sql = f"""
        select customer_id, party_name, {", ".join(AGES)} from {_MARTS[side]}
        where organization_id = ? and as_of = ? and (total != 0 or total is null or unallocated != 0)
        order by abs(total) desc nulls first, party_name, customer_id limit ?
    """
    return books.rows(sql, [organization, as_of, MOST_PARTIES])


def sum_ages(books: OpenBooks, organization: str, side: Subledger, as_of: date) -> BookRow:
    """Return the sums over all parties, and how many have something open."""
    sums = ", ".join(f"case when count(*) = count({age}) then coalesce(sum({age}), 0) end as {age}" for age in AGES)
    sql = f"""
        select {sums}, count(*) filter (where total != 0 or total is null or unallocated != 0) as parties
        from {_MARTS[side]} where organization_id = ? and as_of = ?
    """
    return books.row(sql, [organization, as_of])


def open_items_of(
    books: OpenBooks, organization: str, side: Subledger, as_of: date, customer_id: str | None
) -> list[BookRow]:
    """Return a party's open items, the oldest first; of lines without a party for None. At most MOST_ITEMS."""
    sql = """
        select item_kind, item, invoice_number, account_number, item_date, due_date, days_overdue, original_amount,
            open_amount, currency_code, open_amount_currency, payment_reference, party_name
        from marts.open_items
        where organization_id = ? and ledger = ? and as_of = ? and customer_id is not distinct from ?
        order by due_date, item_date, item limit ?
    """
    return books.rows(sql, [organization, side.value, as_of, customer_id, MOST_ITEMS])


def sum_open_items(
    books: OpenBooks, organization: str, side: Subledger, as_of: date, customer_id: str | None
) -> BookRow:
    """Return how many open items a party has, and their sum."""
    sql = """
        select count(*) as items,
            case when count(*) = count(open_amount) then coalesce(sum(open_amount), 0) end as open_amount
        from marts.open_items
        where organization_id = ? and ledger = ? and as_of = ? and customer_id is not distinct from ?
    """
    return books.row(sql, [organization, side.value, as_of, customer_id])
