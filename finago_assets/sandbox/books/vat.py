"""What a VAT return would say, counted as vouchers are posted: the API never tells, so that tests may compare.

Owns terms and the figures by term, code and direction. Settlements are not part of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.calendar import TERM_MONTHS
from finago_assets.sandbox.books.taxes import OUTPUT_VAT, TAXES, VAT_ACCOUNTS

if TYPE_CHECKING:
    from finago_assets.sandbox.books.vouchers import BooksVoucher


@dataclass(frozen=True, slots=True, order=True)
class VatKey:
    """First day of the term, tax number, and `output` or `deductible`."""

    term: date
    tax: int
    direction: str


@dataclass(slots=True)
class VatFigures:
    """Base without VAT and VAT, in øre, debit positive as in the ledger: sales are negative on both counts."""

    base: int = 0
    tax: int = 0


@dataclass(slots=True)
class VatBook:
    """Figures by term, code and direction, as posted; what is deleted afterwards still counts here."""

    figures: dict[VatKey, VatFigures] = field(default_factory=lambda: defaultdict(VatFigures))

    def count(self, voucher: BooksVoucher) -> None:
        """Count a voucher before any mode has changed how it shows."""
        term = term_of(voucher.period or voucher.day)
        for posting in voucher.postings:
            if posting.vat is not None:
                direction = "output" if posting.account in OUTPUT_VAT else "deductible"
                self.figures[VatKey(term, posting.vat, direction)].tax += posting.amount
            elif posting.tax is not None and posting.account not in VAT_ACCOUNTS:
                for direction in TAXES[posting.tax].directions:
                    self.figures[VatKey(term, posting.tax, direction)].base += posting.amount


def term_of(day: date) -> date:
    """Return the first day of the VAT term that a day lies in."""
    return date(day.year, (day.month - 1) // TERM_MONTHS * TERM_MONTHS + 1, 1)
