"""Bodies of customers, who may be suppliers, and of their bank accounts."""

from __future__ import annotations

from typing import Final

from finago_assets.core.catalogue.notation import choice, depending_on, flag, number, record, text
from finago_assets.core.catalogue.operation import RequestBody

_STREET_AND_PLACE: Final = {
    "street": text(null=True),
    "postalCode": text(null=True),
    "postalArea": text(null=True),
    "countrySubdivision": text(null=True),
}
_COUNTRY: Final = {"countryCode": text(most=2, null=True)}
_ADDRESSEE: Final = record(name=text(null=True), **_COUNTRY, **_STREET_AND_PLACE)

_PERSON: Final = record(firstName=text(null=True), lastName=text(null=True))

_SHARED: Final = {
    "externalReference": text(most=100, null=True),
    "isSupplier": flag(),
    "address": record(
        visit=record(**_COUNTRY, **_STREET_AND_PLACE),
        postal=record(**_STREET_AND_PLACE),
        billing=_ADDRESSEE,
        delivery=_ADDRESSEE,
    ),
    "email": record(contact=text(null=True), billing=text(null=True)),
    "phone": text(null=True),
    "mobilePhone": text(most=25, null=True),
    "note": text(most=10000, null=True),
}

NEW_CUSTOMER: Final = RequestBody(
    depending_on(
        "isCompany",
        {
            True: record("name", name=text(), organizationNumber=text(null=True)),
            False: record("person", person=_PERSON),
        },
        id=number(null=True),
        **_SHARED,
    ),
    {
        "isCompany": True,
        "name": "Nordlys Kaffe AS",
        "organizationNumber": "310000078",
        "isSupplier": False,
        "address": {
            "visit": {"street": "Storgata 8", "postalCode": "9008", "postalArea": "Tromsø", "countryCode": "NO"},
        },
        "email": {"contact": "post@nordlyskaffe.example", "billing": "faktura@nordlyskaffe.example"},
    },
)

CUSTOMER_CHANGES: Final = RequestBody(
    record(person=_PERSON, name=text(null=True), organizationNumber=text(null=True), **_SHARED),
    {"email": {"billing": "regnskap@nordlyskaffe.example"}, "phone": "+47 77 60 00 00"},
)

_BANKACCOUNT: Final = record(
    "number type isDefault",
    number=text(most=50, pattern="^[A-Z0-9-]+$"),
    type=choice("bban", "iban", "bankgiro", "plusgiro"),
    isDefault=flag(),
    name=text(most=50),
    countryCode=text(most=2),
    address=text(most=490),
    bsc=text(most=50, pattern="^[A-Z]{5}[A-Z0-9]{1,12}$|^$"),
    bic=text(most=20, pattern="^[A-Z]{6}[A-Z0-9]{2,5}$|^$"),
)

NEW_BANKACCOUNT: Final = RequestBody(
    _BANKACCOUNT,
    {"number": "90000000077", "type": "bban", "isDefault": True, "name": "Payouts", "countryCode": "NO"},
)

BANKACCOUNT_CHANGES: Final = RequestBody(
    _BANKACCOUNT,
    {"number": "90000010001", "type": "bban", "isDefault": True, "name": "Wages"},
)
