"""Customers and suppliers: one register, told apart by a flag, as in the real system.

Owns names, addresses and their JSON with its nulls and gaps. All addresses are invented and all mail ends in .example.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.ids import organization_number
from finago_assets.sandbox.books.kept import read
from finago_assets.sandbox.books.written_records import Series

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import BooksPlan

FIRST_PARTY_ID: Final = 10_001
ID_STEP: Final = 3
PERSON_EVERY: Final = 5
FOREIGN_EVERY: Final = 9
BANK_ACCOUNT_EVERY: Final = 3

_FIRST: Final = ("Fjord", "Nord", "Sol", "Vinter", "Fjell", "Hav", "Skog", "Elv", "Blå", "Grønn", "Øst", "Ås")
_SECOND: Final = ("bygg", "mat", "sport", "design", "elektro", "lager", "transport", "kontor", "bok", "hage", "verk")
_COMPANY_FORMS: Final = ("AS", "ASA", "ANS", "DA")
_GIVEN: Final = ("Kari", "Ola", "Åse", "Per", "Ingrid", "Bjørn", "Sunniva", "Leif", "Marit", "Øystein")
_FAMILY: Final = ("Nordmann", "Hansen", "Ødegård", "Lie", "Bakken", "Sørensen", "Åsheim", "Moe")
_PLACES: Final = (("0150", "Oslo", "Oslo"), ("5003", "Bergen", "Vestland"), ("7010", "Trondheim", "Trøndelag"))
_STREETS: Final = ("Storgata", "Kirkeveien", "Skolegata", "Havnegata", "Ringveien")


@dataclass(frozen=True, slots=True)
class Party:
    """A customer, a supplier, or both. `terms` is days to pay; `currency` what they are invoiced in.

    `written` is the whole record where somebody wrote it through the API.
    """

    id: int
    name: str
    is_company: bool
    is_supplier: bool
    organization_number: str | None
    place: tuple[str, str, str]
    street: str
    country: str
    currency: str
    terms: int
    person: tuple[str, str] | None
    created: date
    modified: date
    written: bytes | None = None

    @property
    def serial(self) -> int:
        """The place in the register, which decides what is missing from the record."""
        return (self.id - FIRST_PARTY_ID) // ID_STEP

    @property
    def slug(self) -> str:
        """The mail name."""
        return f"post{self.id}@kunde.example"

    @property
    def mail(self) -> str | None:
        """The address for contact."""
        return self.slug if self.written is None else read(self.written).get("email", {}).get("contact")

    @property
    def reference(self) -> str | None:
        """What another system calls it."""
        if self.written is not None:
            found = read(self.written).get("externalReference")
            return None if found is None else str(found)
        return f"CRM-{self.id}" if self.serial % 8 == 4 else None

    @property
    def created_at(self) -> str:
        """When it was created, as served."""
        return spaced(self.created, self.id) if self.written is None else str(read(self.written)["createdAt"])

    @property
    def modified_at(self) -> str:
        """When it was last changed, as served."""
        return spaced(self.modified, self.id) if self.written is None else str(read(self.written)["modifiedAt"])


def parties(plan: BooksPlan) -> tuple[list[Party], list[Party]]:
    """Return customers and suppliers; ids run through both."""
    dice, volume = plan.dice("parties"), plan.volume
    everybody = []
    for place in range(volume.customers + volume.suppliers):
        supplier = place >= volume.customers
        foreign = place % FOREIGN_EVERY == FOREIGN_EVERY - 1
        person = not supplier and not foreign and place % PERSON_EVERY == PERSON_EVERY - 1
        given, family = dice.choice(_GIVEN), dice.choice(_FAMILY)
        company = (
            f"{dice.choice(_FIRST)}{dice.choice(_SECOND)} {place} {'GmbH' if foreign else dice.choice(_COMPANY_FORMS)}"
        )
        created = plan.start - timedelta(days=dice.randrange(30, 2000))
        everybody.append(
            Party(
                id=FIRST_PARTY_ID + place * ID_STEP,
                name=f"{given} {family}" if person else company,
                is_company=not person,
                is_supplier=supplier,
                organization_number=None if person or foreign else organization_number(place),
                place=("10115", "Berlin", "Berlin") if foreign else dice.choice(_PLACES),
                street=f"{dice.choice(_STREETS)} {dice.randrange(1, 120)}",
                country="DE" if foreign else "NO",
                currency="EUR" if foreign else "NOK",
                terms=dice.choice((10, 14, 14, 30, 45)),
                person=(given, family) if person else None,
                created=created,
                modified=created + timedelta(days=dice.randrange(0, 700)),
            )
        )
    return everybody[: volume.customers], everybody[volume.customers :]


def spaced(day: date, serial: int) -> str:
    """Return a timestamp as customers, products and categories spell it: with a space and no T."""
    return f"{day.isoformat()} {6 + serial % 12:02d}:{serial * 11 % 60:02d}:00.000Z"


def party_json(party: Party) -> bytes:
    """Return a party as `/customers` shows it: some keys left out, some null, a few that nobody documented."""
    if party.written is not None:
        return party.written
    body: dict[str, object] = {"id": party.id, "name": party.name}
    if party.serial % 4 == 0:
        body["externalReference"] = party.reference
    if party.serial % 2 == 0:
        body["pricelistId"] = 1
    if party.person is not None:
        body["person"] = {"firstName": party.person[0], "lastName": party.person[1]}
    body |= {"isCompany": party.is_company, "isSupplier": party.is_supplier}
    if party.organization_number is not None or party.serial % 3 == 0:
        body["organizationNumber"] = party.organization_number
    body["address"] = _addresses(party)
    body["email"] = {"contact": party.slug, "billing": None if party.serial % 5 == 0 else f"faktura.{party.slug}"}
    if party.serial % 7:
        body["phone"] = f"+47-000{party.id:05d}"
    if party.serial % 6 == 0:
        body["note"] = 'Ringer alltid før levering.\nSnakker "nynorsk".'
    if party.serial % 23 == 0:
        body["loyalty"] = {"tier": "gold", "points": party.id}
    body["createdAt"] = party.created_at
    body["modifiedAt"] = party.modified_at
    return json.encode(body)


def _addresses(party: Party) -> dict[str, object]:
    code, area, county = party.place
    basic: dict[str, object] = {"street": party.street, "postalCode": code, "postalArea": area}
    visit = {**basic, "countrySubdivision": county, "countryCode": party.country}
    postal: dict[str, object] = {**basic, "countrySubdivision": None}
    body: dict[str, object] = {"visit": visit, "postal": postal}
    if party.is_company:
        body["billing"] = {"name": party.name, **visit}
    if party.serial % 2:
        body["delivery"] = {"name": None, **basic, "countryCode": party.country}
    return body


def seed_bank_accounts(party: Party) -> list[dict[str, object]]:
    """Return the bank accounts of a party: most have none on file."""
    if party.serial % BANK_ACCOUNT_EVERY or party.id >= Series.CUSTOMER.value:
        return []
    first: dict[str, object] = {"number": f"9000{party.id:07d}", "type": "bban", "isDefault": True}
    if not party.is_supplier:
        return [first]
    iban = {"number": f"NO93{party.id:011d}", "type": "iban", "isDefault": False, "name": "Valuta", "bic": "SANDNO22"}
    return [first | {"name": "Drift", "countryCode": party.country}, iban]
