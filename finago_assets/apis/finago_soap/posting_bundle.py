"""A bundle as the argument of `SaveBundleList`.

Owns the spelling of fields. What a bundle may hold is the check's; what cannot be spelled here is refused unsent.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago_soap import datatypes as wire
from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.content import comment_with
from finago_assets.core.posting.facts import PostingFacts, TaxIdentifier
from finago_assets.core.posting.journal import SaveAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finago_assets.core.posting.journal import Entry, Voucher
    from finago_assets.core.posting.route import NumberedBundle

SAVE_OPTIONS: Final = {SaveAs.LEDGER: 0, SaveAs.DRAFT: 1}
NO_TAX: Final = "0"
_LINKS: Final = uuid.UUID("4f1d0b0e-6a53-5f0e-9a58-0a7c1f6f2d11")


def _ignored_words(ignored: Iterable[str]) -> tuple[wire.IgnoreWarnings, ...]:
    try:
        return tuple(wire.IgnoreWarnings(one) for one in ignored)
    except ValueError:
        known = ", ".join(wire.IgnoreWarnings)
        raise RequestRefused(f"Only these warnings can be ignored: {known}. Nothing was sent.") from None


@dataclass(frozen=True, slots=True)
class BundleSpelling:
    """How one organization's bundles are spelled. `tax_ids` are those of its tax codes, by number.

    They count where the server is known to take ids.
    """

    save_as: SaveAs
    facts: PostingFacts
    tax_ids: Mapping[str, str]
    base_currency: str

    def bundle_list(self, numbered: NumberedBundle, ignored: Iterable[str]) -> wire.BundleList:
        """Return the argument: one bundle, every option said. Raises RequestRefused for what has no word there."""
        pairs = zip(numbered.bundle.vouchers, numbered.numbers, strict=True)
        bundle = wire.Bundle(
            year_id=numbered.fiscal_year.year,
            vouchers=tuple(self._voucher(numbered, voucher, number) for voucher, number in pairs),
            name=numbered.marker if self.save_as is SaveAs.DRAFT else None,
        )
        return wire.BundleList((bundle,), SAVE_OPTIONS[self.save_as], ignore_warnings=_ignored_words(ignored))

    def _voucher(self, numbered: NumberedBundle, voucher: Voucher, number: int) -> wire.Voucher:
        entries = tuple(self._entry(numbered, entry, place) for place, entry in enumerate(voucher.entries, 1))
        return wire.Voucher(number, voucher.transaction_type_number, entries)

    def _entry(self, numbered: NumberedBundle, entry: Entry, place: int) -> wire.Entry:
        link = _link_of(numbered, entry)
        return wire.Entry(
            date=entry.date,
            account_no=entry.account_number,
            amount=entry.amount,
            sequence_id=Decimal(place) if self.save_as is SaveAs.DRAFT else None,
            customer_id=entry.customer_id,
            due_date=entry.due_date,
            currency_id=entry.currency_code or self.base_currency or None,
            currency_rate=entry.currency_rate,
            currency_unit=entry.rate_per,
            department_id=_whole_number("department", entry.department),
            project_id=_whole_number("project", entry.project),
            user_defined_dimensions=tuple(wire.UserDefinedDimension(kind, value) for kind, value in entry.dimensions),
            invoice_reference_no=entry.invoice_number,
            invoice_ocr=entry.payment_reference,
            tax_no=self._tax(entry),
            period_date=entry.period_date,
            comment=comment_with(entry.comment, numbered.marker),
            stamp_no=entry.document_id,
            bank_account_no=entry.bank_account,
            link_id=link,
            links=tuple(wire.LinkModel(line, link) for line in entry.links_to) if link else (),
        )

    def _tax(self, entry: Entry) -> str:
        # said also where there is none: what a server makes of a missing one nobody has written down
        number = entry.tax_number or NO_TAX
        if self.facts.tax is TaxIdentifier.NUMBER:
            return number
        if number not in self.tax_ids:
            raise RequestRefused(f"The tax code {number} has no id in this organization's list. Nothing was sent.")
        return self.tax_ids[number]


def _link_of(numbered: NumberedBundle, entry: Entry) -> str | None:
    """Return the guid that entries of one link share: the same each time that the bundle is spelled."""
    if entry.link is None and not entry.links_to:
        return None
    name = f"link {entry.link}" if entry.link is not None else f"lines {' '.join(sorted(entry.links_to))}"
    return f"{uuid.uuid5(_LINKS, f'{numbered.key} {name}')}"


def _whole_number(column: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise RequestRefused(f"Over SOAP a {column} is a number, and {text!r:.40} is none. Nothing was sent.")
    return int(text)
