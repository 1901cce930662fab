"""What the tie-out's page asks: months by status, and accounts of a month, those that differ first.

Owns the queries; the verdicts are the mart's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.look.books import BookRow, OpenBooks

MOST_ACCOUNTS: Final = 500
STATUS_ORDER: Final = ("differs", "opens differently", "not told", "not landed", "ties")

_COUNTS: Final = ", ".join(
    f"count(*) filter (where status = '{status}') as {status.replace(' ', '_')}" for status in STATUS_ORDER
)
_MONTHS_JUDGED: Final = f"""
    select period, {_COUNTS}, coalesce(sum(abs(difference)), 0) as difference, any_value(reason) as reason
    from marts.ledger_tie_out where organization_id = ? group by period order by period desc
"""
_ACCOUNTS_JUDGED: Final = """
    select period, account_number, account_name, ledger_change, reported_change, difference, opening_difference,
        ledger_closing, reported_closing, status, reason
    from marts.ledger_tie_out
    where organization_id = ? and (? is null or period = ?) and (? is null or status = ?)
    order by list_position(?, status), abs(coalesce(nullif(difference, 0), opening_difference)) desc nulls last,
        period desc, account_number
    limit ?
"""


def tie_out_months(books: OpenBooks, organization: str) -> list[BookRow]:
    """Return how many accounts of each month have which status, newest month first, and what they differ by."""
    return books.rows(_MONTHS_JUDGED, [organization])


def tie_out_accounts(
    books: OpenBooks, organization: str, period: date | None = None, status: str | None = None
) -> list[BookRow]:
    """Return accounts by month, differences first and the largest first, at most MOST_ACCOUNTS."""
    asked = [organization, period, period, status, status, [*STATUS_ORDER], MOST_ACCOUNTS]
    return books.rows(_ACCOUNTS_JUDGED, asked)


def count_tie_out(books: OpenBooks, organization: str, period: date | None = None, status: str | None = None) -> int:
    """Return how many account-months those are without the limit."""
    sql = """
        select count(*) as account_months from marts.ledger_tie_out
        where organization_id = ? and (? is null or period = ?) and (? is null or status = ?)
    """
    return int(books.row(sql, [organization, period, period, status, status])["account_months"])
