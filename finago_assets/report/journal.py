"""The journal of the month: every ledger line, account by account, read in pieces so that a large month fits in memory.

Owns the query and where each account's lines begin. Others lead to them by account.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from finago_assets.report.tables import BinderColumn, BinderKind, exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

LINE_COLUMNS: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER),
    BinderColumn("account_name", "Account name"),
    BinderColumn("posting_date", "Posted on", BinderKind.DAY),
    BinderColumn("voucher_number", "Voucher", BinderKind.NUMBER),
    BinderColumn("transaction_type_name", "Type"),
    BinderColumn("comment", "Comment", wide=True),
    BinderColumn("amount", "Amount", BinderKind.MONEY),
    BinderColumn("running_balance", "Balance", BinderKind.MONEY),
    BinderColumn("tax_number", "VAT code", BinderKind.NUMBER),
    BinderColumn("customer_id", "Party"),
    BinderColumn("party_name", "Party name"),
    BinderColumn("invoice_number", "Invoice"),
    BinderColumn("due_date", "Due", BinderKind.DAY),
    BinderColumn("currency_code", "Currency"),
    BinderColumn("amount_currency", "Amount in that currency", BinderKind.MONEY),
    BinderColumn("created_at", "Made at (UTC)", BinderKind.MOMENT),
    BinderColumn("modified_at", "Changed at (UTC)", BinderKind.MOMENT),
    BinderColumn("line_id", "Line"),
)
_OF_THE_MONTH: Final = "from marts.general_ledger where organization_id = ? and posting_date between ? and ?"
# an account's lines in the order that its running balance is counted in
_BY_ACCOUNT: Final = "order by account_number nulls last, posting_date, voucher_number, line_id"
_LINES_OF_MONTH: Final = f"select {', '.join(one.name for one in LINE_COLUMNS)} {_OF_THE_MONTH}"
_ACCOUNTS_OF_LINES: Final = f"""
    select account_number, any_value(account_name), count(*),
        if(count(*) = count(amount), sum(amount), null)::decimal(18, 2)
    {_OF_THE_MONTH} group by account_number order by account_number nulls last
"""
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class AccountLines:
    """An account in the journal: where its lines begin, how many there are, and what they come to."""

    account: int | None
    name: str | None
    begins: int
    lines: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class MonthJournal:
    """The lines of a month, read from the open file each time they are asked for."""

    source: Publication
    organization: str
    month: Month
    accounts: Sequence[AccountLines]

    @property
    def lines(self) -> int:
        """How many there are."""
        return sum(one.lines for one in self.accounts)

    @property
    def amount(self) -> Decimal | None:
        """What they come to: zero, unless a voucher does not balance or has lines of another month."""
        return exact_sum(one.amount for one in self.accounts)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield every line, account by account."""
        yield from self._read(f"{_LINES_OF_MONTH} {_BY_ACCOUNT}", *self._month())

    def rows_of(self, account: int | None, most: int) -> list[tuple[Any, ...]]:
        """Return the first lines of an account."""
        sql = f"{_LINES_OF_MONTH} and account_number is not distinct from ? {_BY_ACCOUNT} limit ?"
        return list(self._read(sql, *self._month(), account, most))

    def _month(self) -> tuple[object, ...]:
        return self.organization, self.month.first, self.month.last

    def _read(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        # a cursor of its own: the connection may be asked for something else meanwhile
        with self.source.published.cursor() as cursor:
            cursor.execute(sql, list(values))
            while rows := cursor.fetchmany(_BATCH):
                yield from rows


def read_journal_of(source: Publication, organization: str, month: Month) -> MonthJournal:
    """Return the journal, with its accounts in order."""
    found = source.rows(_ACCOUNTS_OF_LINES, organization, month.first, month.last)
    begins = accumulate((row[2] for row in found), initial=0)
    accounts = [AccountLines(row[0], row[1], at, row[2], row[3]) for row, at in zip(found, begins, strict=False)]
    return MonthJournal(source, organization, month, accounts)
