"""Purchases, payroll, tills, loan and depreciation: everything that is not a sale on account.

Owns those vouchers and the payments that follow from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import TAXES
from finago_assets.sandbox.books.calendar import SUNDAY, banking_day, days, euro, month_end
from finago_assets.sandbox.books.dimensions import DEPARTMENT, EMPLOYEE
from finago_assets.sandbox.books.ids import luhn
from finago_assets.sandbox.books.money import converted, share
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType

if TYPE_CHECKING:
    from random import Random

    from finago_assets.sandbox.books.journal import Journal
    from finago_assets.sandbox.books.parties import Party

PAYABLE: Final = 2400
EXPENSES: Final = (4300, 4300, 6300, 6340, 4300, 6800, 6900, 7320, 7140, 6700, 7500)
DEPARTMENTS: Final = ("10", "20", "30", "40")
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

    journal: Journal
    suppliers: list[Party]
    dice: Random = field(init=False)
    arrivals: dict[date, int] = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        plan = self.journal.plan
        self.dice = plan.dice("purchases")
        open_days = [day for day in days(plan) if day == banking_day(day)]
        self.arrivals = {}
        for _ in range(plan.spread(plan.volume.purchases) if open_days else 0):
            day = self.dice.choice(open_days)
            self.arrivals[day] = self.arrivals.get(day, 0) + 1

    def day(self, day: date) -> None:
        """Enter the supplier invoices of a day."""
        for _ in range(self.arrivals.get(day, 0)):
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
            mode = code if self.journal.plan.modes.tax_on_vat_lines else None
            postings.append(Posting(vat_account, vat, mode, supplier.id, ref))
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
            Posting(6800, net, ABROAD, supplier.id, ref, "EUR", rate, comment="Tjeneste fra utlandet"),
            Posting(2710, vat, None, supplier.id, ref),
            Posting(2700, -vat, None, supplier.id, ref),
            Posting(PAYABLE, -net, None, supplier.id, ref, "EUR", rate),
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
        debit = Posting(PAYABLE, debt.owed, None, supplier.id, ref, "EUR", debt.rate)
        postings = [debit, Posting(1930, -paid, currency="EUR", rate=paid_rate)]
        if paid != debt.owed:
            postings.append(Posting(8160 if paid > debt.owed else 8060, paid - debt.owed, comment="Agio"))
        self.journal.post(VoucherType.PAYMENT, day, *postings)


@dataclass(frozen=True, slots=True)
class Payroll:
    """Wages on the 20th, tax and employer's contribution every second month, interest and depreciation."""

    journal: Journal

    def day(self, day: date) -> None:
        """Run what the calendar asks for."""
        if day.day == 15 and day.month % 2:
            self._authorities(day)
        if day.day == 20:
            self._wages(day)
        if day == month_end(day):
            self.journal.post(VoucherType.MANUAL, day, Posting(6010, 4_166_67), Posting(1250, -4_166_67))
        if day == month_end(day) and day.month % 3 == 0:
            interest = 12_500_00 + day.month * 17
            self.journal.statement.move(day, -interest, ("text", "Renter lån"))
            self.journal.post(VoucherType.MANUAL, day, Posting(8150, interest), Posting(1920, -interest))

    def _wages(self, day: date) -> None:
        staff = self.journal.plan.volume.staff
        gross = [41_250_50 + (person % 7) * 1_111_35 for person in range(staff)]
        withheld, total = share(sum(gross), 33), sum(gross)
        duty, holiday = share(total, Decimal("14.1")), share(total, 12)
        duty_on_holiday = share(holiday, Decimal("14.1"))
        wages = [
            Posting(5000, pay, dimensions=((DEPARTMENT, DEPARTMENTS[n % 4]), (EMPLOYEE, str(1 + n % 3))))
            for n, pay in enumerate(gross)
        ]
        self.journal.statement.move(day, withheld - total, ("text", f"Lønn {day:%m.%Y}"))
        self.journal.post(
            VoucherType.PAYROLL,
            day,
            *wages,
            Posting(2600, -withheld),
            Posting(1920, withheld - total, comment="Netto lønn"),
            Posting(5400, duty),
            Posting(2770, -duty),
            Posting(5180, holiday),
            Posting(2940, -holiday),
            Posting(5405, duty_on_holiday),
            Posting(2780, -duty_on_holiday),
        )

    def _authorities(self, day: date) -> None:
        owed = {account: -self.journal.ledger.balance(account, day) for account in (2600, 2770)}
        total = sum(owed.values())
        if total:
            self.journal.statement.move(day, -total, ("text", "Skattetrekk og arbeidsgiveravgift"))
            debits = [Posting(account, amount) for account, amount in owed.items()]
            self.journal.post(VoucherType.PAYMENT, day, *debits, Posting(1920, -total))


@dataclass(slots=True)
class Tills:
    """Shops: many small vouchers a day, the card money a banking day later."""

    journal: Journal
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = self.journal.plan.dice("tills")

    def day(self, day: date) -> None:
        """Post the tills of a day, then ask the card company for its money."""
        if day.weekday() == SUNDAY:
            return
        for place in range(self.journal.plan.volume.tills):
            self._till(day, place)
        self.journal.later(banking_day(day + timedelta(days=1)), self._settle)

    def _till(self, day: date, place: int) -> None:
        net, food = self.dice.randrange(50_00, 9_000_00), self.dice.randrange(10_00, 900_00) if place % 3 == 0 else 0
        vat, food_vat = share(net, 25), share(food, 15)
        where = ((DEPARTMENT, DEPARTMENTS[place % 4]),)
        mode = self.journal.plan.modes.tax_on_vat_lines
        postings = [
            Posting(1900 if place % 8 == 7 else 1575, net + vat + food + food_vat),
            Posting(3000, -net, 3, dimensions=where),
            Posting(2700, -vat, 3 if mode else None),
        ]
        if food:
            postings.append(Posting(3010, -food, 31, dimensions=where))
            postings.append(Posting(2701, -food_vat, 31 if mode else None))
        self.journal.post(VoucherType.TILL, day, *postings)

    def _settle(self, day: date) -> None:
        due = self.journal.ledger.balance(1575, day)
        if due <= 0:
            return
        fee = share(due, Decimal("1.2"))
        self.journal.statement.move(day, due - fee, ("text", f"Kortoppgjør {day:%d%m}"))
        postings = (Posting(1920, due - fee), Posting(7770, fee), Posting(1575, -due))
        self.journal.post(VoucherType.RECEIPT, day, *postings)
