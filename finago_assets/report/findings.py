"""What the checks of the build found: each check with rows at fault, what it vouches for, the rows, and what to do.

Owns the words for those checks whose rows say none themselves. It reads the schema `audit` of the build behind the
published file; without that build there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from finago_assets.core.sql import sql_name
from finago_assets.core.warehouse.sql_comment import read_leading_comment
from finago_assets.project import DBT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.report.source import Publication

MOST_ROWS_OF_A_FINDING: Final = 1_000
# each is looked at by an exception of its own, over the month alone
LOOKED_AT_OTHERWISE: Final = frozenset(
    {"accounts_have_a_class", "no_line_is_rejected", "vouchers_balance", "vat_has_a_code"}
)
_WHAT_TO_DO: Final = {
    "accounts_have_a_class": "Add a row for the account's first digits to the seed account_classes.",
    "fiscal_years_follow_each_other": "Correct the fiscal years in Finago Office; none overlaps, and there is no gap.",
    "invoice_amounts_fit": "Look the order up in Finago Office: an amount of it has more than two decimals.",
    "invoice_header_is_the_sum_of_its_lines": "Look the invoice up: a line was changed since.",
    "invoice_net_and_tax_are_gross": "Look the invoice up: its net and its VAT do not come to its gross.",
    "invoice_number_used_once": "Look both orders up: one of them has to be credited or renumbered.",
    "invoice_voucher_is_gross_at_the_rate": "Hold the invoice against its voucher: one was changed without the other.",
    "invoices_have_lines": "Land the days of these orders again; if they stay without lines, look them up.",
    "lines_have_a_fiscal_year": "Open the fiscal year in Finago Office that these days lie in, and land again.",
    "no_line_is_rejected": "Look at marts.ledger_rejects: each record there is missing from the ledger.",
    "orders_lie_on_one_day": "Land the days again that are named in land_again.",
    "trial_balance_is_zero": "Find the voucher that does not balance, or the account whose opening is not known.",
    "vat_follows_from_its_base": "Look the voucher up: its VAT is not its base at the rate of its code.",
    "vat_has_a_code": "Give the line the tax code that its VAT belongs to.",
    "vouchers_balance": "Look the voucher up and correct it: its lines do not sum to zero.",
}
_USUAL_ADVICE: Final = "Look at the rows, correct them in Finago Office, and land their days again."
_AUDIT_TABLES: Final = (
    "select table_name from information_schema.tables where table_schema = 'audit' order by table_name"
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A check with rows at fault. `count`: how many rows; `columns` and `rows` are those rows, or the first of many."""

    check: str
    vouches: str
    to_do: str
    count: int
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


def read_findings(source: Publication, organization: str) -> list[CheckFinding] | None:
    """Return what was found of an organization, by check; None where the build is not at hand."""
    if source.details is None:
        return None
    try:
        names = [name for (name,) in source.details.execute(_AUDIT_TABLES).fetchall()]
        judged = _read_judged(source.details)
        # the table of a check that is no more stays where it was
        names = [name for name in names if judged is None or name in judged]
        found = (_read_finding(source.details, name, organization) for name in names)
        return [one for one in found if one is not None]
    except duckdb.Error:
        return None


def _read_judged(details: duckdb.DuckDBPyConnection) -> set[str] | None:
    """Return the checks that the build has a verdict of; None for a build that keeps none."""
    try:
        found = details.execute("select test from build.verdicts").fetchall()
    except duckdb.Error:
        return None
    # test.<project>.<name>, and behind a name that is given in YAML a digest
    return {test.split(".")[2] for (test,) in found if test.count(".") >= 2}


def _read_finding(details: duckdb.DuckDBPyConnection, check: str, organization: str) -> CheckFinding | None:
    table = f"audit.{sql_name(check)}"
    held = [name for name, *_ in details.execute(f"describe {table}").fetchall()]
    # what is found in a list for all organizations concerns each of them
    of_it = "organization_id is null or organization_id = $1" if "organization_id" in held else "$1 is not null"
    found = f"from {table} where ({of_it})"
    ((count,),) = details.execute(f"select count(*) {found}", [organization]).fetchall()
    if not count:
        return None
    shown = [name for name in held if name not in {"organization_id", "what_to_do", "blocks"}]
    sql = f"select {', '.join(map(sql_name, shown))} {found} limit {MOST_ROWS_OF_A_FINDING}"
    rows = details.execute(sql, [organization]).fetchall()
    advice = _WHAT_TO_DO.get(check, _USUAL_ADVICE)
    if "what_to_do" in held:
        sql = f"select distinct what_to_do {found} and what_to_do <> '' order by 1 limit 3"
        said = details.execute(sql, [organization]).fetchall()
        advice = " ".join(_as_sentence(text) for (text,) in said) or advice
    return CheckFinding(check, _describe_check(check), advice, count, shown, rows)


def _as_sentence(text: str) -> str:
    text = text.strip()
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _describe_check(check: str) -> str:
    """Return what a check vouches for: the first comment of its file, or its name in words."""
    file = next(iter(sorted((DBT_PROJECT / "tests" / "singular").rglob(f"{check}.sql"))), None)
    said = None if file is None else read_leading_comment(file.read_text(encoding="utf-8"))
    return said or f"{check.replace('_', ' ').capitalize()}."
