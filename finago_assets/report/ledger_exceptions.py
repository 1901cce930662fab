"""Exceptions of the ledger itself: landed, tied out, balanced, classified. Owns their words and when each is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.amounts import spell_amount
from finago_assets.report.exceptions import (
    BLOCKED,
    REVIEW,
    SUSPENSE_WORDS,
    ExceptionItem,
    digest_rows,
    each_or_pass,
    of_table,
    passed,
    sum_of,
)
from finago_assets.report.tables import count_of, lines_anchor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.report.figures import MonthFigures

_LAND_AGAIN: Final = (
    "Land the month again and publish. If it still differs, hold the account's lines against Finago Office."
)

_SETTLE_AMOUNTS: Final = "Add the row to the seed foreign_amounts that foreign_amounts_are_understood names; rebuild."


def look_at_ledger(figures: MonthFigures) -> Iterator[ExceptionItem]:
    """Yield a line for each thing that is looked at."""
    yield _look_at_landing(figures)
    yield from each_or_pass(
        _look_at_tie_out(figures), passed("tie-out", "Tie-out", f"{figures.tie_out.said}", figures.tie_out.name)
    )
    yield from _look_at_sum(figures)
    yield from _look_at_unknown(figures)
    yield from _look_at_rows(figures)
    yield from each_or_pass(
        _look_at_unclassified(figures),
        passed("unclassified", "Accounts", "Each account in use has a line of the annual accounts.", "trial_balance"),
    )
    yield from each_or_pass(
        _look_at_suspense(figures),
        passed("suspense", "Suspense accounts", "No account that is to be empty holds anything.", "trial_balance"),
    )


def _look_at_landing(figures: MonthFigures) -> ExceptionItem:
    if figures.is_whole:
        return passed("landing", "Landing", f"Every day of {figures.month} has landed.", "tie_out")
    return ExceptionItem(
        "landing",
        BLOCKED,
        "Landing",
        f"Not every day of {figures.month} has landed: the figures are what has landed so far, to {figures.as_of}.",
        "Wait until the month is over, land its missing days, publish, and make the binder again.",
        f"landed to {figures.as_of}, {figures.journal.lines:,} lines",
        "tie_out",
    )


def _look_at_tie_out(figures: MonthFigures) -> Iterator[ExceptionItem]:
    not_judged = []
    if not figures.tie_out.rows:
        yield ExceptionItem(
            "tie-out/not-landed",
            BLOCKED,
            "Tie-out",
            "The ERP's own balances do not cover the month, so the ledger is held against nothing.",
            "Land `accountbalances` and publish.",
            "no balances",
            figures.tie_out.name,
        )
    for record in figures.tie_out.records():
        account, status = record["account_number"], record["status"]
        if status == "not landed":
            not_judged.append((account, record["reason"]))
        elif status != "ties":
            yield _differing(figures, record)
    if not_judged:
        reasons = sorted({reason or "no reason is told" for _, reason in not_judged})
        yield ExceptionItem(
            "tie-out/not-landed",
            BLOCKED,
            "Tie-out",
            f"{count_of(len(not_judged), 'account')} not held against the ERP: {'; '.join(reasons)}.",
            "Land the month and `accountbalances` again, publish, and make the binder again.",
            f"{count_of(len(not_judged), 'account')}, {digest_rows(not_judged)}",
            figures.tie_out.name,
        )


def _differing(figures: MonthFigures, record: dict[str, object]) -> ExceptionItem:
    account, status = record["account_number"], record["status"]
    ledger, reported, difference, opening = (
        spell_amount(record[name], figures.currency)  # type: ignore[arg-type]  # columns of money
        for name in ("ledger_change", "reported_change", "difference", "opening_difference")
    )
    what, basis = f"Tie-out of {account} {record['account_name'] or ''}".strip(), f"ledger {ledger}, ERP {reported}"
    place = lines_anchor(account)  # type: ignore[arg-type]  # a number
    id_ = f"tie-out/{account}"
    if status == "differs":
        why = f"The ledger moved {ledger} and the ERP says {reported}: they differ by {difference}."
        return ExceptionItem(id_, BLOCKED, what, why, _LAND_AGAIN, basis, place)
    if status == "opens differently":
        why = f"The change ties. The ERP opens the month with {opening} more than it closed the month before with."
        to_do = "See what was changed in a closed year in Finago Office, and post it or take it back."
        return ExceptionItem(id_, REVIEW, what, why, to_do, f"{basis}, opening differs by {opening}", place)
    why = f"An amount in another currency moved on the account and nothing tells what it is; the ERP says {reported}."
    to_do = _SETTLE_AMOUNTS
    return ExceptionItem(id_, BLOCKED, what, why, to_do, basis, place)


def _look_at_sum(figures: MonthFigures) -> Iterator[ExceptionItem]:
    """Judge the sum where every balance is known; one that is not is told by itself."""
    total = sum_of(figures.trial_balance, "closing_balance")
    if total == 0:
        yield passed("trial-balance", "Trial balance", "Closing balances sum to zero.", "trial_balance")
    elif total is not None:
        shown = spell_amount(total, figures.currency)
        yield ExceptionItem(
            "trial-balance",
            BLOCKED,
            "Trial balance",
            f"Closing balances sum to {shown} and not to zero.",
            "Find the voucher that does not balance, or the account whose opening is wrong.",
            f"sum {shown}",
            "trial_balance",
        )


def _look_at_unknown(figures: MonthFigures) -> Iterator[ExceptionItem]:
    unknown = [one["account_number"] for one in figures.trial_balance.records() if one["closing_balance"] is None]
    if unknown:
        yield ExceptionItem(
            "balances-unknown",
            BLOCKED,
            "Balances",
            f"What {count_of(len(unknown), 'account')} closes with is unknown: a day before is missing, or an amount.",
            "Land the days that are missing since the books begin, and publish.",
            f"{count_of(len(unknown), 'account')}, {digest_rows([unknown])}",
            "trial_balance",
        )


def _look_at_rows(figures: MonthFigures) -> Iterator[ExceptionItem]:
    faults = figures.faults
    yield of_table(
        "vouchers",
        faults["unbalanced"],
        BLOCKED,
        "voucher",
        why="of the month without a sum of zero.",
        to_do="Look each up in Finago Office and correct it, then land its day again.",
        fine="Each voucher of the month sums to zero.",
    )
    yield of_table(
        "ledger-rejects",
        faults["rejects"],
        BLOCKED,
        "record",
        why="of the month could not be read: missing from every figure.",
        to_do="Correct them in Finago Office, such as an amount of more than two decimals, and land their days again.",
        fine="Each record of the month was read.",
    )
    yield of_table(
        "amounts-unknown",
        faults["untold"],
        BLOCKED,
        "line",
        why="in another currency, and nothing tells the amount in the organization's own.",
        to_do=_SETTLE_AMOUNTS,
        fine="The amount of each line is known.",
    )
    yield of_table(
        "posted-late",
        faults["late"],
        REVIEW,
        "line",
        why="posted in the month after it was closed.",
        to_do="Say why they were posted late; a VAT return or a report that went out already may need correcting.",
        fine="Nothing was posted in the month after it was closed.",
    )


def _look_at_unclassified(figures: MonthFigures) -> Iterator[ExceptionItem]:
    for record in figures.faults["unclassified"].records():
        account, closing = record["account_number"], spell_amount(record["closing_balance"], figures.currency)
        yield ExceptionItem(
            f"unclassified/{account}",
            REVIEW,
            f"Account {account} {record['account_name'] or ''}".strip(),
            f"No line of the annual accounts holds it, so it stands under Other accounts; it closes with {closing}.",
            "Move what stands on it, or give its first digits a line in the seed account_groups.",
            f"closes with {closing}",
            lines_anchor(account),
        )


def _look_at_suspense(figures: MonthFigures) -> Iterator[ExceptionItem]:
    for record in figures.trial_balance.records():
        name, closing = (record["account_name"] or "").casefold(), record["closing_balance"]
        if closing != 0 and record["account_number"] is not None and any(word in name for word in SUSPENSE_WORDS):
            shown = spell_amount(closing, figures.currency)
            yield ExceptionItem(
                f"suspense/{record['account_number']}",
                REVIEW,
                f"Suspense account {record['account_number']} {record['account_name']}",
                f"It closes with {shown}; an account of this name is to be empty when a month is closed.",
                "Find out what each amount is, and move it to the account it belongs on.",
                f"closes with {shown}",
                lines_anchor(record["account_number"]),
            )
