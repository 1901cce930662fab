"""Shops: many small vouchers a day, which is where the volume of large books comes from.

Owns the tills and the card company's money a banking day later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.calendar import SUNDAY, banking_day
from finago_assets.sandbox.books.dimensions import DEPARTMENT, DEPARTMENTS
from finago_assets.sandbox.books.money import share
from finago_assets.sandbox.books.vouchers import Posting, VoucherType

if TYPE_CHECKING:
    from random import Random

    from finago_assets.sandbox.books.journal import BooksJournal


@dataclass(slots=True)
class Tills:
    """Shops: many small vouchers a day, the card money a banking day later."""

    journal: BooksJournal
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
        postings = [
            Posting(1900 if place % 8 == 7 else 1575, net + vat + food + food_vat),
            Posting(3000, -net, 3, dimensions=where),
            Posting(2700, -vat, vat=3),
        ]
        if food:
            postings.append(Posting(3010, -food, 31, dimensions=where))
            postings.append(Posting(2701, -food_vat, vat=31))
        self.journal.post(VoucherType.TILL, day, *postings)

    def _settle(self, day: date) -> None:
        due = self.journal.ledger.balance(1575, day)
        if due <= 0:
            return
        fee = share(due, Decimal("1.2"))
        self.journal.statement.move(day, due - fee, ("text", f"Kortoppgjør {day:%d%m}"))
        postings = (Posting(1920, due - fee), Posting(7770, fee), Posting(1575, -due))
        self.journal.post(VoucherType.RECEIPT, day, *postings)
