"""Exceptions of bank, parties, VAT, checks, and of what changed since the last binder.

Owns their words and when each is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.amounts import spell_amount
from finago_assets.report.exceptions import (
    BLOCKED,
    REVIEW,
    ExceptionItem,
    digest_rows,
    each_or_pass,
    passed,
    sum_of,
)
from finago_assets.report.findings import LOOKED_AT_OTHERWISE
from finago_assets.report.subledger import PAYABLES, RECEIVABLES
from finago_assets.report.tables import count_of, exact_sum, lines_anchor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from finago_assets.report.figures import MonthFigures
    from finago_assets.report.tables import BinderTable


def look_at_the_rest(figures: MonthFigures) -> Iterator[ExceptionItem]:
    """Yield a line for each thing that is looked at."""
    yield from each_or_pass(
        _look_at_bank(figures), passed("bank", "Bank", "No bank account was overdrawn in the month.", "bank")
    )
    for ledger, table in ((RECEIVABLES, figures.receivables), (PAYABLES, figures.payables)):
        yield _look_at_overdue(figures, ledger, table)
        yield _look_at_unallocated(figures, ledger, table)
        yield from _look_at_control_accounts(figures, ledger)
    yield from _look_at_vat(figures)
    yield from _look_at_checks(figures)
    yield _look_at_changes(figures)


def _look_at_bank(figures: MonthFigures) -> Iterator[ExceptionItem]:
    for one in figures.bank:
        if not one.days or one.days[-1][0] != figures.as_of:
            yield ExceptionItem(
                f"bank/{one.number}/unknown",
                BLOCKED,
                f"Bank account {one.number}",
                "Its balance is not known on every day of the month.",
                "Land the days that are missing since the books begin, and publish.",
                "balance unknown",
                lines_anchor(one.number),
            )
    for one in figures.bank:
        if not one.days:
            continue
        day, lowest = one.lowest
        if lowest < 0:
            shown, closing = (spell_amount(amount, figures.currency) for amount in (lowest, one.closing))
            yield ExceptionItem(
                f"bank/{one.number}",
                REVIEW,
                f"Bank account {one.number} {one.name or ''}".strip(),
                f"It was overdrawn, by {shown} on {day}, and closes with {closing}.",
                "Hold it against the bank's statement: something is posted twice or not at all, or it is a credit.",
                f"lowest {shown} on {day}, closes with {closing}",
                lines_anchor(one.number),
            )


def _look_at_overdue(figures: MonthFigures, ledger: str, table: BinderTable) -> ExceptionItem:
    id_, what = f"{ledger}/overdue", f"{table.title}: over 90 days"
    parties = [(one["customer_id"], one["days_over_90"]) for one in table.records() if one["days_over_90"] != 0]
    if not parties:
        return passed(id_, what, "Nothing is overdue by more than 90 days.", table.name)
    shown = spell_amount(exact_sum(amount for _, amount in parties), figures.currency)
    to_do = (
        "Ask for the money, or write down what will not come; VAT of a loss can be claimed back."
        if ledger == RECEIVABLES
        else "Pay them, or ask the supplier for a credit note where an invoice is disputed."
    )
    why = f"{shown} is overdue by more than 90 days, of {count_of(len(parties), 'party', 'parties')}."
    return ExceptionItem(id_, REVIEW, what, why, to_do, f"{shown}, {digest_rows(parties)}", table.name)


def _look_at_unallocated(figures: MonthFigures, ledger: str, table: BinderTable) -> ExceptionItem:
    id_, what = f"{ledger}/unallocated", f"{table.title}: unallocated"
    parties = [(one["customer_id"], one["unallocated"]) for one in table.records() if one["unallocated"] != 0]
    if not parties:
        return passed(id_, what, "Each payment and credit note settles an invoice.", table.name)
    shown = spell_amount(exact_sum(amount for _, amount in parties), figures.currency)
    why = f"{shown} settles no invoice that is known, of {count_of(len(parties), 'party', 'parties')}."
    to_do = "Match each payment and credit note with its invoice, or pay back what was paid twice."
    return ExceptionItem(id_, REVIEW, what, why, to_do, f"{shown}, {digest_rows(parties)}", table.name)


def _look_at_control_accounts(figures: MonthFigures, ledger: str) -> Iterator[ExceptionItem]:
    closing = {one["account_number"]: one["closing_balance"] for one in figures.trial_balance.records()}
    items: dict[int, list[Decimal | None]] = {}
    for one in figures.items.records():
        if one["ledger"] == ledger:
            items.setdefault(one["account_number"], []).append(one["open_amount"])
    found = (
        _unequal(figures, ledger, account, exact_sum(amounts), closing.get(account))
        for account, amounts in sorted(items.items())
    )
    fine = passed(
        f"{ledger}/control-account",
        f"Control accounts, {ledger}",
        "Open items sum to the balance of their account.",
        "open_items",
    )
    yield from each_or_pass((one for one in found if one is not None), fine)


def _unequal(
    figures: MonthFigures, ledger: str, account: int, items: Decimal | None, closing: Decimal | None
) -> ExceptionItem | None:
    if items is not None and items == closing:
        return None
    open_, balance = (spell_amount(amount, figures.currency) for amount in (items, closing))
    return ExceptionItem(
        f"{ledger}/control-account/{account}",
        BLOCKED,
        f"Control account {account}",
        f"Open items sum to {open_} and the account closes with {balance}.",
        "Run the job `rebuild`; if they stay unequal, hold the party ledgers against Finago Office.",
        f"items {open_}, account {balance}",
        lines_anchor(account),
    )


def _look_at_vat(figures: MonthFigures) -> Iterator[ExceptionItem]:
    term = figures.vat
    if term.difference == 0:
        yield passed("vat", "VAT", "The preview is what moved on the VAT accounts in the term.", "vat")
    else:
        preview = spell_amount(sum_of(term.preview, "tax_amount"), figures.currency)
        ledger = spell_amount(sum_of(term.accounts, "without"), figures.currency)
        yield ExceptionItem(
            "vat",
            BLOCKED,
            "VAT",
            f"The preview of {term.first} to {term.last} is {preview} and the VAT accounts moved {ledger}.",
            "Do not send the return. Find the lines on VAT accounts without a VAT code, or what is no VAT account.",
            f"preview {preview}, ledger {ledger}",
            "vat",
        )
    without_code = [one for one in term.preview.records() if one["tax_number"] is None and one["tax_amount"] != 0]
    yield _of_codes(
        figures,
        "vat/without-code",
        "VAT that no code explains",
        without_code,
        "Give each line the VAT code it belongs to.",
    )
    unmapped = [
        one for one in term.preview.records() if one["tax_number"] is not None and one["standard_tax_code"] is None
    ]
    yield _of_codes(
        figures,
        "vat/unmapped",
        "VAT codes without a standard code",
        unmapped,
        "Map each code in the seed tax_code_map.",
    )
    late = [one for one in term.preview.records() if one["late_tax_amount"] != 0 or one["late_base_amount"] != 0]
    yield _of_codes(
        figures,
        "vat/after-settlement",
        "VAT posted after the settlement",
        late,
        "Send a corrected return for the term, or move the vouchers into the present one.",
        amount="late_tax_amount",
    )


def _of_codes(  # noqa: PLR0913, PLR0917  what an exception is made of
    figures: MonthFigures,
    id_: str,
    what: str,
    records: list[dict[str, object]],
    to_do: str,
    amount: str = "tax_amount",
) -> ExceptionItem:
    if not records:
        return passed(id_, what, "None in the term.", "vat")
    total = exact_sum(record[amount] for record in records)  # type: ignore[misc]  # a column of money
    codes = ", ".join(f"{record['tax_number'] or 'none'}" for record in records)
    shown = spell_amount(total, figures.currency)
    why = f"{shown} of VAT in {count_of(len(records), 'row')} of the preview, code {codes}."
    return ExceptionItem(
        id_, REVIEW, what, why, to_do, f"{shown}, {digest_rows([*one.values()] for one in records)}", "vat"
    )


def _look_at_checks(figures: MonthFigures) -> Iterator[ExceptionItem]:
    if figures.findings is None:
        yield ExceptionItem(
            "checks",
            REVIEW,
            "Checks",
            "What the checks of the build found is not known: finago_details.duckdb is missing, or of another build.",
            "Publish again and make the binder again.",
            "not known",
            "findings",
        )
        return
    found = (
        ExceptionItem(
            f"check/{one.check}",
            REVIEW,
            f"Check {one.check.replace('_', ' ')}",
            f"{count_of(one.count, 'row')} at fault, of all months. What the check vouches for: {one.vouches}",
            one.to_do,
            f"{count_of(one.count, 'row')}, {digest_rows(one.rows)}",
            f"finding-{one.check}",
        )
        for one in figures.findings
        if one.check not in LOOKED_AT_OTHERWISE
    )
    yield from each_or_pass(found, passed("checks", "Checks", "Each check of the build passed.", "findings"))


def _look_at_changes(figures: MonthFigures) -> ExceptionItem:
    changes = figures.changes
    if changes.since is None:
        return passed("changed", "Since the last binder", changes.why, "changed_lines")
    lines, balances = len(changes.lines.rows), len(changes.balances.rows)
    since = changes.since.made_at[:16].replace("T", " ")
    digest = digest_rows(row.cells for table in (changes.lines, changes.balances) for row in table.rows)
    return ExceptionItem(
        "changed",
        REVIEW,
        "Since the last binder",
        f"Not what it was in the binder of {since} UTC: {count_of(lines, 'line')}, {count_of(balances, 'balance')}.",
        "See whether somebody who has that binder, a report or a return made of it, has to know.",
        f"since {changes.since.made_at}, {digest}",
        "changed_lines",
    )
