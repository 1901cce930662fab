"""Everything that a binder says of one organization's month, read once: what the workbook and the page are made of.

Owns the order of reading and nothing of how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from finago_assets.report.bank import BankDays, read_bank_accounts
from finago_assets.report.changes import MonthChanges, read_changes
from finago_assets.report.faults import late_table, rejects_table, unbalanced_table, unclassified_table, untold_table
from finago_assets.report.findings import CheckFinding, read_findings
from finago_assets.report.journal import MonthJournal, read_journal_of
from finago_assets.report.statements import balance_table, profit_table, tie_out_table, trial_balance_table
from finago_assets.report.subledger import PAYABLES, RECEIVABLES, aged_table, day_of_items, items_table
from finago_assets.report.vat import VatTerm, read_vat_term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from finago_assets.report.month import Month
    from finago_assets.report.source import Publication
    from finago_assets.report.tables import BinderTable


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """An organization's month. `findings` is None where the build behind the published file is not at hand.

    `faults` are tables of rows to look at, by name.
    """

    organization: str
    name: str | None
    currency: str | None
    month: Month
    as_of: date
    is_whole: bool
    tie_out: BinderTable
    trial_balance: BinderTable
    profit: BinderTable
    balance: BinderTable
    receivables: BinderTable
    payables: BinderTable
    items: BinderTable
    bank: Sequence[BankDays]
    vat: VatTerm
    journal: MonthJournal
    faults: Mapping[str, BinderTable]
    findings: Sequence[CheckFinding] | None
    changes: MonthChanges

    @property
    def title(self) -> str:
        """The organization, by its name where that is known."""
        return self.name or self.organization


def read_figures(source: Publication, organization: str, month: Month, folder: Path) -> MonthFigures:
    """Read all of a month; `folder` is where its last binder is, if there is one."""
    as_of = day_of_items(source, organization, month)
    faults = (
        table(source, organization, month)
        for table in (late_table, unbalanced_table, rejects_table, untold_table, unclassified_table)
    )
    return MonthFigures(
        organization=organization,
        name=_find_name(source, organization),
        currency=_find_currency(source, organization),
        month=month,
        as_of=as_of,
        is_whole=_has_every_day(source, organization, month),
        tie_out=tie_out_table(source, organization, month),
        trial_balance=trial_balance_table(source, organization, month),
        profit=profit_table(source, organization, month),
        balance=balance_table(source, organization, month),
        receivables=aged_table(source, organization, as_of, RECEIVABLES),
        payables=aged_table(source, organization, as_of, PAYABLES),
        items=items_table(source, organization, as_of),
        bank=read_bank_accounts(source, organization, month, as_of),
        vat=read_vat_term(source, organization, month),
        journal=read_journal_of(source, organization, month),
        faults={table.name: table for table in faults},
        findings=read_findings(source, organization),
        changes=read_changes(source, organization, month, folder),
    )


def _find_currency(source: Publication, organization: str) -> str | None:
    found = source.rows("select base_currency from marts.currency_verdict where organization_id = ?", organization)
    return found[0][0] if found else None


def _find_name(source: Publication, organization: str) -> str | None:
    """Return what the organization is called; the marts do not hold it."""
    if source.details is None:
        return None
    sql = """
        select organization_name from staging.stg_organization_information
        where organization_id = ? order by partition_date desc limit 1
    """
    try:
        found = source.details.execute(sql, [organization]).fetchall()
    except duckdb.Error:
        return None
    return found[0][0] if found else None


def _has_every_day(source: Publication, organization: str, month: Month) -> bool:
    sql = """
        select coalesce(bool_and(is_whole_month), false) from marts.trial_balance
        where organization_id = ? and period = ?
    """
    return bool(source.value(sql, organization, month.first))
