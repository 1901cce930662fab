"""What is in the bank, account by account and day by day of the month. Which accounts those are, the marts say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.report.tables import BinderColumn, BinderKind, BinderRow, BinderTable, lines_anchor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

BANK_COLUMNS: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("account_name", "Name"),
    BinderColumn("opening_balance", "Opening", BinderKind.MONEY),
    BinderColumn("lowest", "Lowest", BinderKind.MONEY),
    BinderColumn("lowest_on", "Lowest on", BinderKind.DAY),
    BinderColumn("closing_balance", "Closing", BinderKind.MONEY, leads=True),
)
_BANK_ACCOUNTS: Final = """
    select account_number, account_name, opening_balance from reporting.trial_balance
    where organization_id = ? and period = ? and is_bank
        and (opening_balance is distinct from 0 or debit is distinct from 0 or credit is distinct from 0)
    order by account_number
"""
_BY_DAY: Final = """
    select account_number, posting_date, if(count(*) = count(amount), sum(amount), null)::decimal(18, 2)
    from marts.general_ledger
    where organization_id = ? and posting_date between ? and ?
        and account_number in (
            select account_number from reporting.trial_balance where organization_id = ? and period = ? and is_bank
        )
    group by all
"""


@dataclass(frozen=True, slots=True)
class BankDays:
    """An account with its balance at the end of each day, as far as it is known; without days where it never is."""

    number: int
    name: str | None
    opening: Decimal | None
    days: Sequence[tuple[date, Decimal]]

    @property
    def lowest(self) -> tuple[date, Decimal]:
        """The day with the lowest balance, and that balance."""
        return min(self.days, key=lambda day: (day[1], day[0]))

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the last day."""
        return self.days[-1][1]


def read_bank_accounts(source: Publication, organization: str, month: Month, until: date) -> list[BankDays]:
    """Return every bank account in use, day by day until the last landed day of the month, as far as it is known."""
    by_day = source.rows(_BY_DAY, organization, month.first, until, organization, month.first)
    moved = {(account, day): amount for account, day, amount in by_day}
    found = source.rows(_BANK_ACCOUNTS, organization, month.first)
    return [
        BankDays(number, name, opening, _days_of(number, opening, moved, month, until))
        for number, name, opening in found
    ]


def _days_of(
    account: int, opening: Decimal | None, moved: Mapping[tuple[int, date], Decimal | None], month: Month, until: date
) -> list[tuple[date, Decimal]]:
    days: list[tuple[date, Decimal]] = []
    balance, day = opening, month.first
    while balance is not None and day <= until:
        change = moved.get((account, day), Decimal("0.00"))
        balance = None if change is None else balance + change
        if balance is not None:
            days.append((day, balance))
        day += timedelta(days=1)
    return days


def bank_table(accounts: Sequence[BankDays]) -> BinderTable:
    """Return the accounts with what they opened and closed with, and how low they were."""
    rows = [
        BinderRow(
            (one.number, one.name, one.opening, one.lowest[1], one.lowest[0], one.closing),
            target=lines_anchor(one.number),
        )
        for one in accounts
        if one.days
    ]
    return BinderTable(
        "bank", "Bank", BANK_COLUMNS, rows, nothing="No bank account has a balance that is known.", is_optional=True
    )
