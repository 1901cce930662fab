"""What scenarios are told against: days counted from the start of the books, amounts in kroner, the parties.

Owns the parties and their ids. In books from 1 January, month 1 is January.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.calendar import month_end
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.parties import Party

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import BooksPlan

FIRST_PARTY: Final = 90_001
PARTIES: Final = (
    ("old_customer", "Gamle Kunder AS", False, "NOK"),
    ("part_payer", "Delbetaler AS", False, "NOK"),
    ("over_payer", "Rundhånd AS", False, "NOK"),
    ("early_payer", "Forskudd og Sønn AS", False, "NOK"),
    ("kid_payer", "Bare Kid AS", False, "NOK"),
    ("bankrupt", "Konkurs AS", False, "NOK"),
    ("euro_customer", "Valuta GmbH", False, "EUR"),
    ("euro_supplier", "Dienste GmbH", True, "EUR"),
    ("insurer", "Trygg Forsikring ASA", True, "NOK"),
    ("returned_to", "Retur Engros AS", True, "NOK"),
    ("latecomer", "Sen Faktura AS", True, "NOK"),
    ("consultant", "Consulting Ltd", True, "NOK"),
    ("importer", "Overseas Goods Ltd", True, "NOK"),
    ("exported_to", "Utland AB", False, "NOK"),
    ("half_private", "Blandet Bruk AS", True, "NOK"),
    ("bank_payer", "Betalt i Banken AS", False, "NOK"),
    ("new_year", "Nyttår AS", False, "NOK"),
    ("both_ways", "Kunde og Leverandør AS", True, "NOK"),
    ("namesake_one", "Samme Nummer AS", True, "NOK"),
    ("namesake_two", "Likt Nummer AS", True, "NOK"),
    ("given_time", "Utsatt Frist AS", False, "NOK"),
    ("by_hand", "Uten Ordre AS", False, "NOK"),
    ("card_payer", "Kortkunde AS", False, "NOK"),
    ("in_advance", "A Konto AS", False, "NOK"),
    ("numberless", "Uten Nummer AS", False, "NOK"),
)


def kr(amount: int | str) -> int:
    """Return kroner, or euros, as øre or cents."""
    return int(Decimal(amount) * ORE)


@dataclass(frozen=True, slots=True)
class ScenarioBooks:
    """A plan's calendar, and its cast by role."""

    plan: BooksPlan

    def on(self, month: int, day: int) -> date:
        """Return a day of the `month`th month of the books; day 31 is the last of any month."""
        first = self.month(month)
        return min(first.replace(day=1) + timedelta(days=day - 1), month_end(first))

    def month(self, month: int) -> date:
        """Return the first day of the `month`th month of the books."""
        months = self.plan.start.year * 12 + self.plan.start.month - 1 + month - 1
        return date(months // 12, months % 12 + 1, 1)

    def party(self, role: str) -> Party:
        """Return a member of the parties."""
        place = [name for name, *_ in PARTIES].index(role)
        _, name, supplier, currency = PARTIES[place]
        foreign = currency != "NOK"
        return Party(
            id=FIRST_PARTY + place,
            name=name,
            is_company=True,
            is_supplier=supplier,
            organization_number=None,
            place=("10115", "Berlin", "Berlin") if foreign else ("0150", "Oslo", "Oslo"),
            street=f"Scenegata {place + 1}",
            country="DE" if foreign else "NO",
            currency=currency,
            terms=14,
            person=None,
            created=self.plan.start - timedelta(days=30),
            modified=self.plan.start - timedelta(days=30),
        )

    def parties(self) -> list[Party]:
        """Return everybody."""
        return [self.party(role) for role, *_ in PARTIES]
