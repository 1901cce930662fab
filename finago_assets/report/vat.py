"""The VAT of the term that holds the month, held against what moved on the ledger's VAT accounts.

Owns the comparison. Which accounts are VAT's and which vouchers settle a term is the build's to say; where that is not
at hand, those of NS 4102: 270 to 273, and 274 for the settlement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

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
    from decimal import Decimal

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication

VAT_COLUMNS: Final = (
    BinderColumn("tax_number", "Code", BinderKind.NUMBER),
    BinderColumn("tax_name", "Name"),
    BinderColumn("standard_tax_code", "Standard code"),
    BinderColumn("rate", "Rate %", BinderKind.RATE),
    BinderColumn("direction", "Direction"),
    BinderColumn("base_amount", "Base", BinderKind.MONEY),
    BinderColumn("tax_amount", "VAT", BinderKind.MONEY),
    BinderColumn("late_base_amount", "Base after settlement", BinderKind.MONEY),
    BinderColumn("late_tax_amount", "VAT after settlement", BinderKind.MONEY),
    BinderColumn("tax_source", "How"),
)
VAT_ACCOUNT_COLUMNS: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("account_name", "Name"),
    BinderColumn("moved", "Moved in the term", BinderKind.MONEY, leads=True),
    BinderColumn("settled", "Of that by settlements", BinderKind.MONEY),
    BinderColumn("without", "Without settlements", BinderKind.MONEY),
)
_PREVIEW: Final = """
    select tax_number, tax_name, standard_tax_code, rate, direction, base_amount, tax_amount, late_base_amount,
        late_tax_amount, tax_source
    from marts.vat_by_period where organization_id = ? and period = ?
    order by direction desc nulls last, tax_number nulls last, rate
"""
_VAT_ACCOUNTS: Final = "select distinct account_number from intermediate.int_vat_accounts where organization_id = ?"
_VAT_SETTLEMENTS: Final = "select distinct voucher_id from intermediate.int_vat_settlements where organization_id = ?"
_ACCOUNTS_BY_NUMBER: Final = """
    select account_number from marts.accounts
    where organization_id = ? and left(account_number::varchar, 3) in ('270', '271', '272', '273')
"""
_SETTLEMENTS_BY_NUMBER: Final = """
    select distinct voucher_id from marts.general_ledger
    where organization_id = ? and account_number::varchar like '274%' and voucher_id is not null
"""
_MOVED: Final = """
    select account_number, any_value(account_name),
        if(count(*) = count(amount), sum(amount), null)::decimal(18, 2),
        if(count(*) = count(amount), coalesce(sum(amount) filter (where list_contains($5, voucher_id)), 0), null)
            ::decimal(18, 2),
        if(count(*) = count(amount),
            coalesce(sum(amount) filter (where not coalesce(list_contains($5, voucher_id), false)), 0), null)
            ::decimal(18, 2)
    from marts.general_ledger
    where organization_id = $1 and coalesce(period_date, posting_date) between $2 and $3
        and list_contains($4, account_number)
    group by account_number order by account_number
"""


@dataclass(frozen=True, slots=True)
class VatTerm:
    """The term from `first` to `last`. `difference`: the preview less the ledger; None where one is not known.

    `is_exact`: the build said which accounts and vouchers count, and not their numbers.
    """

    first: date
    last: date
    settled_at: str | None
    preview: BinderTable
    accounts: BinderTable
    difference: Decimal | None
    is_exact: bool


def read_vat_term(source: Publication, organization: str, month: Month) -> VatTerm:
    """Return the term that holds the month, with its preview and its accounts."""
    first, last, settled = _find_term(source, organization, month)
    rows = source.rows(_PREVIEW, organization, first)
    tax = exact_sum(row[6] for row in rows)
    total = ("Total", None, None, None, None, None, tax, None, exact_sum(row[8] for row in rows), None)
    preview = BinderTable(
        "vat",
        "VAT preview",
        VAT_COLUMNS,
        [*map(BinderRow, rows), *([BinderRow(total, RowLevel.TOTAL)] if rows else [])],
        said=f"The term {first} to {last}. Output VAT is negative and deductible VAT is positive: a total below zero "
        "is to be paid."
        + ("" if last <= month.last else " The term goes on after this month: this is what has landed of it."),
        nothing="No VAT in this term.",
    )
    accounts, moved, is_exact = _read_accounts(source, organization, first, last)
    difference = None if tax is None or moved is None else tax - moved
    return VatTerm(first, last, settled, preview, accounts, difference, is_exact)


def _find_term(source: Publication, organization: str, month: Month) -> tuple[date, date, str | None]:
    found = source.rows(
        "select period, period_end, max(settled_at)::varchar from marts.vat_by_period "
        "where organization_id = ? and period <= ? and period_end >= ? group by all order by period desc limit 1",
        organization,
        month.first,
        month.first,
    )
    if found:
        first, last, settled = found[0]
        return first, last, settled
    # two months are usual; nothing of another length is known of a term without VAT
    start = month.first.replace(month=month.first.month - (month.first.month - 1) % 2)
    return start, (start + timedelta(days=62)).replace(day=1) - timedelta(days=1), None


def _read_accounts(
    source: Publication, organization: str, first: date, last: date
) -> tuple[BinderTable, Decimal | None, bool]:
    accounts, settlements, is_exact = _find_vat_accounts(source, organization)
    rows = source.rows(_MOVED, organization, first, last, accounts, settlements)
    moved = exact_sum(row[4] for row in rows)
    sums = [exact_sum(column) for column in list(zip(*rows, strict=True))[2:]]
    total = [BinderRow(("Total", None, *sums), RowLevel.TOTAL)] if rows else []
    table = BinderTable(
        "vat_accounts",
        "VAT accounts of the ledger",
        VAT_ACCOUNT_COLUMNS,
        [*(BinderRow(row, target=lines_anchor(row[0])) for row in rows), *total],
        said="What moved on them in the whole term. The lines that an account leads to are those of the month."
        + (
            ""
            if is_exact
            else " Which accounts are VAT's is told by their numbers here, 270 to 273: the build behind the published "
            "file is not at hand."
        ),
        nothing="No VAT account has moved in this term.",
    )
    return table, moved, is_exact


def _find_vat_accounts(source: Publication, organization: str) -> tuple[list[int], list[str], bool]:
    if source.details is not None:
        try:
            accounts = source.details.execute(_VAT_ACCOUNTS, [organization]).fetchall()
            settlements = source.details.execute(_VAT_SETTLEMENTS, [organization]).fetchall()
        except duckdb.Error:
            pass
        else:
            return [number for (number,) in accounts], [voucher for (voucher,) in settlements], True
    accounts = source.rows(_ACCOUNTS_BY_NUMBER, organization)
    settlements = source.rows(_SETTLEMENTS_BY_NUMBER, organization)
    return [number for (number,) in accounts], [voucher for (voucher,) in settlements], False
