"""The organization itself and its people.

Owns both answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.ids import Thing, make_guid

if TYPE_CHECKING:
    from finago_assets.sandbox.endpoints.ask import Ask, Handler

PEOPLE: Final = (
    (1, "Kari", "Nordmann", "Organization", True),
    (2, "Ola", "Hansen", "Organization", True),
    (3, "Åse", "Lie", "Basic", False),
    (4, "Rune", "Revisor", "External", True),
    (5, None, "Integrasjon", "Client", False),
)


def information(ask: Ask) -> Result:
    """The tenant: its base currency is what LOCAL stands for."""
    identity = ask.books.plan.organization_id
    address = {"street": "Havnegata 1", "postalCode": "0150", "postalArea": "Oslo", "city": None, "countryCode": "NO"}
    return One(
        json.encode(
            {
                "id": int(identity) if identity.isdecimal() else 0,
                "name": "Sandkassen Handel AS",
                "email": "post@sandbox.example",
                "invoiceEmail": None,
                "address": address,
                "status": "Active",
                "settings": {"currencyCode": "NOK"},
                "contact": {"name": "Kari Nordmann", "language": "nb"},
            }
        )
    )


def _person(key: int, first: str | None, family: str, kind: str, licensed: bool) -> bytes:  # noqa: FBT001  a row
    body: dict[str, object] = {"id": key, "identityId": make_guid(Thing.PERSON, key) if licensed else None}
    return json.encode(body | {"firstName": first, "lastName": family, "personType": kind, "hasLicense": licensed})


def people(ask: Ask) -> Result:
    """People, or those of one `personType`."""
    kind = ask.query.text("personType")
    return Listing.of([_person(*person) for person in PEOPLE if kind in (None, person[3])])


HANDLERS: Final[dict[str, Handler]] = {
    "/organization/information": information,
    "/organization/people": people,
}
