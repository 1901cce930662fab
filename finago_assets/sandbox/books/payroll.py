"""What the calendar asks for: wages on the 20th, the authorities every second month, depreciation and interest.

Owns those vouchers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.calendar import month_end
from finago_assets.sandbox.books.dimensions import DEPARTMENT, DEPARTMENTS, EMPLOYEE
from finago_assets.sandbox.books.money import share
from finago_assets.sandbox.books.vouchers import Posting, VoucherType

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.journal import BooksJournal


@dataclass(frozen=True, slots=True)
class Payroll:
    """Wages on the 20th, tax and employer's contribution every second month, interest and depreciation."""

    journal: BooksJournal

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
        if not staff:
            return
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
