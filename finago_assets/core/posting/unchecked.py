"""What a check could not check, and why: a list that the way of posting does not offer is no proof of anything.

Owns which rules need which list. Says nothing of rules that the journal gives no cause for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.core.posting.amounts import may_be_partial, tax_bases
from finago_assets.core.posting.check_entries import year_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.posting.journal import Journal, Lists
    from finago_assets.core.posting.options import PostingOptions


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that could not be checked."""

    rule: str
    why: str


def not_checked(journal: Journal, lists: Lists, options: PostingOptions) -> tuple[NotChecked, ...]:
    """Return the rules that a journal gives cause for and that nothing was there to check with."""
    return (*_for_lack_of_lists(journal, lists, options), *_for_lack_of_facts(journal, lists, options))


def _for_lack_of_lists(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[NotChecked]:
    entries = journal.entries
    wanted = (
        ("customers", any(entry.customer_id for entry in entries), lists.customers, ("customer-unknown",)),
        ("departments", any(entry.department for entry in entries), lists.departments, ("department-unknown",)),
        ("projects", any(entry.project for entry in entries), lists.projects, ("project-unknown",)),
        (
            "dimensions",
            any(entry.dimensions for entry in entries),
            lists.dimensions,
            ("dimension-type-unknown", "dimension-value-unknown"),
        ),
        (
            "currencies",
            any(entry.currency_code not in (None, lists.base_currency) for entry in entries),
            lists.currencies,
            ("currency-unknown", "rate-per-missing", "currency-rate-far", "currency-rate-off"),
        ),
    )
    for name, used, known, rules in wanted:
        if used and known is None:
            for rule in rules:
                yield NotChecked(rule, f"{options.route} offers no list of {name}.")


def _for_lack_of_facts(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[NotChecked]:
    entries = journal.entries
    years = [year_of(day, lists) for entry in entries for day in (entry.date, entry.period_date) if day]
    if any(year is not None and year.locked is None for year in years):
        yield NotChecked("year-closed", f"{options.route} does not tell which fiscal years are closed.")
    if entries:
        yield NotChecked("month-locked", "No way of posting tells which months and VAT terms are locked.")
    if any(entry.bank_account for entry in entries):
        yield NotChecked("bank-account-of-customer", "There is no list of the customers' bank accounts.")
    lines = (lists.lines.get(line_id) for entry in entries for line_id in entry.links_to)
    if any(line is not None and line.is_open is None for line in lines):
        yield NotChecked("links-to-closed", f"{options.route} does not tell which lines are open.")
    if not options.computes_vat:
        yield from _for_lack_of_tax_facts(journal, lists, options)


def _for_lack_of_tax_facts(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[NotChecked]:
    codes = [lists.tax_codes[number] for number in sorted(tax_bases(journal.entries, lists))]
    if without := [code.number for code in codes if not code.account_number]:
        why = f"{options.route} names no VAT account of tax code {', '.join(without)}."
        yield from (NotChecked(rule, why) for rule in ("vat-not-in-balance", "vat-without-base"))
    for code in filter(may_be_partial, codes):
        why = f"The {code.rate.normalize():f} % of tax code {code.number} may be a share of another rate."
        yield NotChecked("vat-not-in-balance", why)
