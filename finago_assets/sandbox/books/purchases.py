"""Supplier invoices: entered when they come, paid when they are due, at home and abroad.

Owns those vouchers and the payments that follow. Suppliers are parties like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import PAYABLE
from finago_assets.sandbox.books.calendar import banking_day, draw_days, euro
from finago_assets.sandbox.books.dimensions import DEPARTMENT, DEPARTMENTS
from finago_assets.sandbox.books.ids import luhn
from finago_assets.sandbox.books.money import converted, share
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType, abroad

if TYPE_CHECKING:
    from collections import Counter
    from decimal import Decimal
    from random import Random

    from finago_assets.sandbox.books.journal import BooksJournal
    from finago_assets.sandbox.books.parties import Party

EXPENSES: Final = (4300, 4300, 6300, 6340, 4300, 6800, 6900, 7320, 7140, 6700, 7500)
ABROAD: Final = 86


@dataclass(frozen=True, slots=True)
class _Debt:
    """What a supplier abroad is owed: cents of euro, the same in øre when it was entered, and the rate then."""

    euros: int
    owed: int
    rate: Decimal


@dataclass(slots=True)
class Purchases:
    """Supplier invoices, paid when due. Services from abroad carry their VAT both ways."""

    journal: BooksJournal
    suppliers: list[Party]
    dice: Random = field(init=False)
    arrivals: Counter[date] = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        plan = self.journal.plan
        self.dice = plan.dice("purchases")
        self.arrivals = draw_days(
            plan, "purchases", plan.volume.purchases, lambda day: day == banking_day(day), self.dice
        )

    def day(self, day: date) -> None:
        """Enter the supplier invoices of a day."""
        for _ in range(self.arrivals[day]):
            self.count += 1
            supplier = self.suppliers[self.count % len(self.suppliers)]
            self._enter(supplier, day, self.dice.randrange(400_00, 30_000_00))

    def _enter(self, supplier: Party, day: date, net: int) -> None:
        due = day + timedelta(days=supplier.terms)
        digits = f"{supplier.id}{self.count:06d}"
        ref = InvoiceRef(f"{supplier.id % 100}-{4000 + self.count}", due, digits + luhn(digits))
        if supplier.currency == "NOK":
            owed = self._domestic(supplier, day, net, ref)
            paid = partial(self._pay, supplier, ref, owed)
        else:
            paid = partial(self._pay_abroad, supplier, ref, self._abroad(supplier, day, net // 10, ref))
        if self.count % 17:
            self.journal.later(banking_day(due), paid)

    def _domestic(self, supplier: Party, day: date, net: int, ref: InvoiceRef) -> int:
        account = EXPENSES[self.count % len(EXPENSES)]
        code = {7500: 0, 7140: 13}.get(account, 1)
        vat = share(net, TAXES[code].rate)
        where = ((DEPARTMENT, DEPARTMENTS[self.count % 4]),)
        postings = [Posting(account, net, code, supplier.id, ref, dimensions=where)]
        vat_account = TAXES[code].account
        if vat_account is not None:
            postings.append(Posting(vat_account, vat, None, supplier.id, ref, vat=code))
        owed = net + (vat if vat_account is not None else 0)
        postings.append(Posting(PAYABLE, -owed, None, supplier.id, ref, comment=f"Inngående faktura {ref.number}"))
        self.journal.post(VoucherType.PURCHASE, day, *postings, entered=self.count % 4)
        return owed

    def _abroad(self, supplier: Party, day: date, euros: int, ref: InvoiceRef) -> _Debt:
        rate = euro(day)
        net = converted(euros, rate)
        vat = share(net, TAXES[ABROAD].rate)
        self.journal.post(
            VoucherType.PURCHASE,
            day,
            abroad(6800, euros, "EUR", rate, tax=ABROAD, customer=supplier.id, invoice=ref, comment="Tjeneste"),
            Posting(2713, vat, None, supplier.id, ref, vat=ABROAD),
            Posting(2703, -vat, None, supplier.id, ref, vat=ABROAD),
            abroad(PAYABLE, -euros, "EUR", rate, customer=supplier.id, invoice=ref),
            entered=self.count % 4,
        )
        return _Debt(euros, net, rate)

    def _pay(self, supplier: Party, ref: InvoiceRef, owed: int, day: date) -> None:
        self.journal.statement.move(day, -owed, ("ocr", ref.kid or ""), other=f"9720{supplier.id:07d}")
        debit = Posting(PAYABLE, owed, None, supplier.id, ref)
        self.journal.post(VoucherType.PAYMENT, day, debit, Posting(1920, -owed))

    def _pay_abroad(self, supplier: Party, ref: InvoiceRef, debt: _Debt, day: date) -> None:
        paid_rate = euro(day)
        paid = converted(debt.euros, paid_rate)
        self.journal.statement.move(day, -debt.euros, ("text", f"Invoice {ref.number}"), account=1930)
        debit = abroad(PAYABLE, debt.euros, "EUR", debt.rate, customer=supplier.id, invoice=ref)
        postings = [debit, abroad(1930, -debt.euros, "EUR", paid_rate)]
        if paid != debt.owed:
            postings.append(Posting(8160 if paid > debt.owed else 8060, paid - debt.owed, comment="Agio"))
        self.journal.post(VoucherType.PAYMENT, day, *postings)
