"""The parts of a binder in the order that they are read in, each with its tables: the same for workbook and page.

Owns the order and the titles. Lines of the journal are read by each for itself, for there may be many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.report.bank import bank_table
from finago_assets.report.tables import BinderColumn, BinderKind, BinderRow, BinderTable, RowLevel, lines_anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.report.decisions import JudgedException
    from finago_assets.report.figures import MonthFigures

FINDING_COLUMNS: Final = (
    BinderColumn("check", "Check", leads=True),
    BinderColumn("count", "Rows at fault", BinderKind.COUNT, leads=True),
    BinderColumn("vouches", "What it vouches for", wide=True),
    BinderColumn("to_do", "What to do", wide=True),
)
EXCEPTION_COLUMNS: Final = (
    BinderColumn("verdict", "Verdict"),
    BinderColumn("id", "Exception", leads=True),
    BinderColumn("what", "What"),
    BinderColumn("why", "Why", wide=True),
    BinderColumn("to_do", "What to do", wide=True),
    BinderColumn("found", "Found"),
    BinderColumn("decided_by", "Decided by"),
    BinderColumn("decided_at", "Decided at (UTC)"),
    BinderColumn("note", "Note", wide=True),
    BinderColumn("basis", "Upon", wide=True),
)
ACCOUNT_COLUMNS: Final = (
    BinderColumn("account_number", "Account", BinderKind.NUMBER, leads=True),
    BinderColumn("account_name", "Name"),
    BinderColumn("lines", "Lines", BinderKind.COUNT, leads=True),
    BinderColumn("amount", "Amount", BinderKind.MONEY, leads=True),
)


@dataclass(frozen=True, slots=True)
class BinderPart:
    """A part: its name, which is an anchor too, its title, and its tables."""

    name: str
    title: str
    tables: Sequence[BinderTable]


def parts_of(figures: MonthFigures, judged: Sequence[JudgedException]) -> list[BinderPart]:
    """Return every part, in order."""
    faults = figures.faults
    return [
        BinderPart("tie_out", "Tie-out", [figures.tie_out]),
        BinderPart("trial_balance", "Trial balance", [figures.trial_balance, faults["unclassified"]]),
        BinderPart("profit_and_loss", "Profit and loss", [figures.profit]),
        BinderPart("balance_sheet", "Balance sheet", [figures.balance, bank_table(figures.bank)]),
        BinderPart("parties", "Receivables and payables", [figures.receivables, figures.payables, figures.items]),
        BinderPart("vat", "VAT", [figures.vat.preview, figures.vat.accounts]),
        BinderPart(
            "journal",
            "Journal",
            [_accounts_table(figures), *(faults[name] for name in ("unbalanced", "late", "untold", "rejects"))],
        ),
        BinderPart("findings", "Findings", [_findings_table(figures), *_rows_of_findings(figures)]),
        BinderPart("changes", "Changes", [figures.changes.balances, figures.changes.lines]),
        BinderPart("exceptions", "Exceptions", [exceptions_table(judged)]),
    ]


def exceptions_table(judged: Sequence[JudgedException]) -> BinderTable:
    """Return the list of exceptions, with who decided what; a decision that no longer holds is told in the note."""
    rows = [
        BinderRow(_exception_cells(one), target=one.item.target, anchor=f"exception-{one.item.id}") for one in judged
    ]
    return BinderTable(
        "exceptions",
        "Exceptions",
        EXCEPTION_COLUMNS,
        rows,
        said="pass: nothing to do. review: somebody looks at it. blocked: the month cannot be closed with it. A person "
        "decides, with finago-assets report decide; the decision holds for as long as the figures under it do.",
    )


def _exception_cells(one: JudgedException) -> tuple[str | None, ...]:
    item, decided, lapsed = one.item, one.decision, one.lapsed
    note = decided.note if decided else None
    if lapsed:
        note = (
            f"No longer holds: {lapsed.by} decided {lapsed.verdict} on {lapsed.at[:10]} upon {lapsed.basis}. "
            f"Decide again. Their note: {lapsed.note}"
        )
    by, at = (decided.by, decided.at[:16].replace("T", " ")) if decided else (None, None)
    return (one.verdict, item.id, item.what, item.why, item.to_do, item.verdict, by, at, note, item.basis)


def _accounts_table(figures: MonthFigures) -> BinderTable:
    journal = figures.journal
    rows = [
        BinderRow((one.account, one.name, one.lines, one.amount), target=lines_anchor(one.account))
        for one in journal.accounts
    ]
    if rows:
        rows.append(BinderRow(("Total", None, journal.lines, figures.journal.amount), RowLevel.TOTAL))
    return BinderTable(
        "journal_accounts",
        "Journal by account",
        ACCOUNT_COLUMNS,
        rows,
        said=f"Every line posted in {figures.month}, {journal.lines:,} of them, account by account.",
        nothing="Nothing was posted in this month.",
    )


def _findings_table(figures: MonthFigures) -> BinderTable:
    found = figures.findings
    rows = [
        BinderRow((one.check, one.count, one.vouches, one.to_do), target=f"finding-{one.check}") for one in found or ()
    ]
    not_known = "What the checks found is not known: the build behind the published file is not at hand."
    return BinderTable(
        "findings",
        "Findings of the checks",
        FINDING_COLUMNS,
        rows,
        said="Of the whole build, all months." if rows else "",
        nothing=not_known if found is None else "Each check of the build passed.",
    )


def _rows_of_findings(figures: MonthFigures) -> list[BinderTable]:
    return [
        BinderTable(
            f"finding-{one.check}",
            one.check.replace("_", " ").capitalize(),
            [BinderColumn(name, name.replace("_", " ").capitalize(), wide=True) for name in one.columns],
            [BinderRow(tuple(row)) for row in one.rows],
            said=one.to_do
            if len(one.rows) == one.count
            else f"{one.to_do} The first {len(one.rows):,} of {one.count:,} rows.",
        )
        for one in figures.findings or ()
    ]
