"""The check of a journal before anything is sent: every rule, every fault at once, and what could not be checked.

Owns the order, and the result that a preview and sending begin with. The rules themselves are the modules' beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.check_bundles import check_bundle, check_invoices, check_links, check_twice
from finago_assets.core.posting.check_entries import check_entry, year_of
from finago_assets.core.posting.check_vouchers import check_type, check_voucher
from finago_assets.core.posting.findings import find
from finago_assets.core.posting.keys import digest_journal, key_of
from finago_assets.core.posting.rules import WARNINGS_TO_IGNORE
from finago_assets.core.posting.unchecked import NotChecked, not_checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from finago_assets.core.posting.findings import PostingFinding
    from finago_assets.core.posting.journal import Bundle, FiscalYear, Journal, Lists, Voucher
    from finago_assets.core.posting.options import PostingOptions
    from finago_assets.core.posting.read import ReadJournal

_FAULTS_SHOWN: Final = 3
# their lists have only what the journal names, which these rows are no part of
_OF_NAMED_ALONE: Final = ("customer-unknown", "dimension-type-unknown", "dimension-value-unknown")


@dataclass(frozen=True)
class CheckedJournal:
    """A journal held against a tenant's lists. Nothing is sent of one that is not `ok`."""

    journal: Journal
    lists: Lists
    options: PostingOptions
    findings: tuple[PostingFinding, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def faults(self) -> tuple[PostingFinding, ...]:
        """What has to be mended."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def warnings(self) -> tuple[PostingFinding, ...]:
        """What a person should have seen."""
        return tuple(finding for finding in self.findings if not finding.blocks)

    @property
    def ok(self) -> bool:
        """True where it may be sent."""
        return not self.faults

    @cached_property
    def digest(self) -> str:
        """What tells whether a table that is read again is still this journal."""
        return digest_journal(self.journal, self.lists.organization_id)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each bundle, by its name."""
        return {bundle.name: key_of(bundle, self.lists.organization_id) for bundle in self.journal.bundles}

    def fiscal_year(self, bundle: Bundle) -> FiscalYear:
        """Return the one fiscal year of a bundle. Raises RequestRefused where there is none."""
        year = year_of(bundle.entries[0].date, self.lists)
        if year is None:
            raise RequestRefused(f"Bundle {bundle.name:.40}: no fiscal year has its date. Nothing was sent.")
        return year

    def require(self) -> Journal:
        """Return the journal. Raises RequestRefused for one that is not ok, with the first faults."""
        if self.ok:
            return self.journal
        shown = "; ".join(f"{_place(fault)}: {fault.message} ({fault.rule})" for fault in self.faults[:_FAULTS_SHOWN])
        raise RequestRefused(f"{self.journal.source} has {len(self.faults):,} faults. {shown} Nothing was sent.")


def check_journal(read: ReadJournal, lists: Lists, options: PostingOptions) -> CheckedJournal:
    """Hold a journal against every rule. Of a table with faults, the vouchers that could be read are checked too."""
    journal = read.journal
    # the ledger has what was posted, and so speaks against posting it
    due = replace(journal, bundles=tuple(one for one in journal.bundles if one.name not in options.posted))
    of_parts = _check_parts(read.parts, lists, options)
    found = [*read.findings, *_check_call(options), *_check_all(due, lists, options), *of_parts]
    unchecked = not_checked(due, lists, options)
    return CheckedJournal(journal, lists, options, tuple(_with_names(found, journal)), unchecked)


def _check_call(options: PostingOptions) -> Iterator[PostingFinding]:
    if options.save_as not in options.saves:
        detail = f"Posting over {options.route} cannot save as {options.save_as}."
        yield find("save-as-not-offered", detail, value=options.save_as)
    for warning in dict.fromkeys(options.ignore_warnings):
        if warning not in WARNINGS_TO_IGNORE:
            detail = f"{warning!r:.60} is none of {', '.join(WARNINGS_TO_IGNORE)}."
            yield find("ignored-warning-unknown", detail, value=warning)
        elif warning not in options.allowed_warnings:
            yield find("ignored-warning-not-allowed", f"{warning} may not be ignored here.", value=warning)
        if options.ignore_warnings.count(warning) > 1:
            yield find("ignored-warning-twice", f"{warning!r:.60} is there twice.", value=warning)


def _check_all(journal: Journal, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    for bundle in journal.bundles:
        for voucher in bundle.vouchers:
            for entry in voucher.entries:
                yield from check_entry(entry, lists, options)
            yield from check_voucher(voucher, lists, options)
        yield from check_bundle(bundle, lists)
    yield from check_twice(journal)
    yield from check_invoices(journal, lists, options)
    yield from check_links(journal, lists, options)


def _check_parts(parts: Iterable[Voucher], lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Check the rows that were read of vouchers that were not read whole, by the rules that need no other row."""
    for voucher in parts:
        yield from check_type(voucher, lists, options)
        for entry in voucher.entries:
            for finding in check_entry(entry, lists, options):
                if finding.rule not in _OF_NAMED_ALONE:
                    yield finding


def _with_names(findings: Iterable[PostingFinding], journal: Journal) -> list[PostingFinding]:
    """Say of each finding at a row whose row that is, and put them in the order of the table."""
    names = {
        entry.row: (voucher.name, bundle.name)
        for bundle in journal.bundles
        for voucher in bundle.vouchers
        for entry in voucher.entries
    }
    named = (
        replace(finding, voucher=names[finding.row][0], bundle=names[finding.row][1])
        if finding.row in names
        else finding
        for finding in findings
    )
    return sorted(named, key=lambda finding: finding.row or 0)


def _place(finding: PostingFinding) -> str:
    parts = [f"row {finding.row}" if finding.row else "the table", finding.column or ""]
    return ", ".join(filter(None, parts))
