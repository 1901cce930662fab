"""The journal where the actors of the company meet: it posts their vouchers and remembers what falls due later.

Owns the agenda and the number series of invoices. What is bought, sold or paid is decided by the actors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.bank import Statement
from finago_assets.sandbox.books.ledger import Ledger
from finago_assets.sandbox.books.modes import as_shown
from finago_assets.sandbox.books.vat import VatBook
from finago_assets.sandbox.books.vouchers import BooksVoucher, Posting, VoucherType

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import BooksPlan

Work = Callable[[date], None]
FIRST_DOCUMENT: Final = 70_000


@dataclass(slots=True)
class BooksJournal:
    """Ledger, bank statement and agenda of one company."""

    plan: BooksPlan
    ledger: Ledger = field(init=False)
    vat: VatBook = field(default_factory=VatBook)
    statement: Statement = field(default_factory=Statement)
    agenda: dict[date, list[Work]] = field(default_factory=lambda: defaultdict(list))
    vouchers: int = 0

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.plan.modes)

    def later(self, day: date, work: Work) -> None:
        """Remember some work; what falls after the last day of the books never happens."""
        if day <= self.plan.last:
            self.agenda[day].append(work)

    def carry_out(self, day: date) -> None:
        """Do the work of a day."""
        for work in self.agenda.pop(day, []):
            work(day)

    def post(
        self, kind: VoucherType, day: date, *postings: Posting, entered: int = 0, period: date | None = None
    ) -> str:
        """Post a voucher and return its id. Every third voucher has a scanned document."""
        self.vouchers += 1
        document = FIRST_DOCUMENT + self.vouchers if scanned(self.vouchers) else None
        typed = min(entered, (self.plan.last - day).days)
        return self.enter(BooksVoucher(kind, day, postings, period, document, typed))

    def enter(self, voucher: BooksVoucher) -> str:
        """Enter a voucher as it is and return its id."""
        self.vat.count(voucher)
        return self.ledger.post(replace(voucher, postings=as_shown(voucher.postings, self.plan.modes)))


def scanned(serial: int) -> bool:
    """Tell whether the `serial`th voucher has a scanned document."""
    return serial % 3 == 0
