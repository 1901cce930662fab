"""A preview as tables of text, for a terminal or a page: whoever shows it chooses how a table looks.

Owns the order, the headings and how a figure is written; what is unknown is said so, never left looking like nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.findings import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.findings import PostingFinding
    from finago_assets.core.posting.preview import EntryPreview, JournalPreview, VoucherPreview

NOT_KNOWN: Final = "unknown"
_ENTRY_COLUMNS: Final = ("row", "date", "account", "debit", "credit", "currency", "tax", "party", "invoice", "comment")


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """A table of text. `figures` are the columns that are set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[str] = frozenset()


def tabulate_preview(preview: JournalPreview) -> Iterator[PreviewTable]:
    """Yield the tables of a preview: each voucher, the accounts, VAT, and what is sent."""
    yield from map(_tabulate_voucher, preview.vouchers)
    yield PreviewTable(
        "Effect on accounts",
        ("account", "before", "entries", "VAT", "after"),
        tuple(
            (
                f"{effect.account_number} {effect.name}".strip(),
                *map(show_amount, (effect.before, effect.change, effect.vat, effect.after)),
            )
            for effect in preview.accounts
        ),
        frozenset({"before", "entries", "VAT", "after"}),
    )
    if preview.taxes:
        yield PreviewTable(
            "VAT",
            ("tax code", "rate", "of", "VAT", "account", "by"),
            tuple(
                (
                    f"{tax.tax_number} {tax.name}".strip(),
                    f"{tax.rate.normalize():f} %",
                    show_amount(tax.base),
                    show_amount(tax.vat),
                    NOT_KNOWN if tax.account_number is None else f"{tax.account_number}",
                    "the vendor" if tax.computed else "the journal",
                )
                for tax in preview.taxes
            ),
            frozenset({"rate", "of", "VAT"}),
        )
    yield PreviewTable("What is sent", ("", " "), tuple(_describe_sending(preview)))


def tabulate_findings(title: str, findings: Iterable[PostingFinding]) -> PreviewTable:
    """Return findings as a table: where, what stands there, the rule, and what to do."""
    rows = ((f"{found.row or ''}", found.column or "", found.value, found.rule, found.message) for found in findings)
    return PreviewTable(title, ("row", "column", "value", "rule", "what to do"), tuple(rows), frozenset({"row"}))


def tabulate_not_checked(checked: CheckedJournal) -> PreviewTable:
    """Return what could not be checked as a table."""
    return PreviewTable("Not checked", ("rule", "why"), tuple((each.rule, each.why) for each in checked.not_checked))


def show_amount(amount: Decimal | None) -> str:
    """Write an amount with two decimals and its thousands apart; an unknown one is called so."""
    return NOT_KNOWN if amount is None else f"{amount:,.2f}".replace(",", " ")


def _tabulate_voucher(voucher: VoucherPreview) -> PreviewTable:
    kind = f"{voucher.transaction_type_number} {voucher.type_title}".strip()
    bundle = "" if voucher.bundle == voucher.name else f", bundle {shorten(voucher.bundle)}"
    rows = [_tabulate_entry(entry) for entry in voucher.entries]
    shown = [name for at, name in enumerate(_ENTRY_COLUMNS) if name == "row" or any(row[at] for row in rows)]
    places = [_ENTRY_COLUMNS.index(name) for name in shown]
    return PreviewTable(
        f"Voucher {shorten(voucher.name)}{bundle}: {kind}, {show_amount(voucher.debit)}",
        tuple(shown),
        tuple(tuple(row[at] for at in places) for row in rows),
        frozenset({"row", "debit", "credit", "currency"}),
    )


def _tabulate_entry(shown: EntryPreview) -> tuple[str, ...]:
    entry, amount = shown.entry, shown.amount
    foreign = entry.amount != amount or entry.currency_rate is not None
    return (
        f"{entry.row}",
        f"{entry.date}",
        f"{entry.account_number} {shown.account_name}".strip(),
        show_amount(amount) if amount is None or amount >= 0 else "",
        show_amount(-amount) if amount is not None and amount < 0 else "",
        f"{entry.currency_code} {show_amount(entry.amount)}" if foreign else "",
        entry.tax_number or "",
        f"{entry.customer_id or ''}",
        shorten(entry.invoice_number),
        shorten(entry.comment),
    )


def _describe_sending(preview: JournalPreview) -> Iterator[tuple[str, str]]:
    sending = preview.sending
    yield "organization", sending.organization_id
    yield "way", sending.route
    yield "saved as", "a draft, which a person books" if sending.save_as == "draft" else "entries of the LEDGER"
    yield "bundles, vouchers, rows", f"{sending.bundles:,}, {sending.vouchers:,}, {sending.entries:,}"
    yield "debit", f"{show_amount(sending.debit)} {sending.currency}"
    yield "credit", f"{show_amount(sending.credit)} {sending.currency}"
    for series, start, count in sending.series:
        name = "the server's own numbers" if series is None else f"numbers of series {series}"
        yield f"fiscal year from {start}", f"{count:,} {name}"
    yield "largest request", f"about {sending.largest_request / 1_000:,.0f} kB"
    yield "content", preview.digest[:16]
