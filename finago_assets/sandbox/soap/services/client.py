"""The ClientService: the organization, its departments, currencies, VAT types and users.

Owns how each reads.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.calendar import euro
from finago_assets.sandbox.books.dimensions import DEPARTMENT, ELEMENTS
from finago_assets.sandbox.books.ids import Thing, make_guid, organization_number
from finago_assets.sandbox.books.line_json import quoted
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.endpoints.organization import PEOPLE

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord


def get_client_information(call: AsmxCall) -> AsmxRecord:
    """The organization; `UserId` is its id."""
    identity = call.authenticated.identity
    place = {"Street": "Havnegata 1", "PostalCode": "0150", "PostalArea": "Oslo", "Country": "NO"}
    return {
        "AddressList": {"Post": place, "Visit": place},
        "Country": "NO",
        "EmailAddressList": {"Primary": {"Value": "post@sandbox.example"}},
        "IsUsingFactoring": False,
        "Name": identity.company,
        "ReminderDays": 14,
        "ReminderDays2": 28,
        "ReminderDays3": 42,
        "UserId": int(identity.organization) if identity.organization.isdecimal() else 0,
        "OrganizationNumber": organization_number(0),
        "DefaultCurrency": "NOK",
    }


def list_departments(call: AsmxCall) -> list[AsmxRecord]:
    """The departments, by the number that an entry has."""
    _ = call.authenticated
    held = (one for one in ELEMENTS.values() if one.kind == DEPARTMENT and one.active)
    return [{"Id": int(one.value), "Name": one.name} for one in held]


def rates_of(books: Books) -> dict[str, Decimal]:
    """Return what each currency of the organization costs on the last day of the books."""
    return {"NOK": Decimal(1), "EUR": euro(books.plan.last), "SEK": Decimal("0.9875"), "USD": Decimal("10.5")}


def list_currencies(call: AsmxCall) -> list[AsmxRecord]:
    """The currencies: what `Unit` of one costs."""
    modes, rates = call.books.plan.modes, rates_of(call.books)
    return [
        {
            "Symbol": code,
            "Id": place,
            "Rate": quoted(code, rate, modes),
            "Unit": 100 if code in modes.per_hundred else 1,
        }
        for place, (code, rate) in enumerate(rates.items(), start=1)
    ]


def list_vat_types(call: AsmxCall) -> list[AsmxRecord]:
    """The tax codes by number."""
    _ = call.authenticated
    return [{"No": tax.number, "Name": tax.name, "Rate": tax.rate} for tax in TAXES.values()]


def list_users(call: AsmxCall) -> list[AsmxRecord]:
    """The people who have a license."""
    _ = call.authenticated
    return [
        {"Id": make_guid(Thing.PERSON, key), "Name": f"{first} {family}", "EmployeeId": key}
        for key, first, family, _kind, licensed in PEOPLE
        if licensed
    ]


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "GetClientInformation": get_client_information,
    "GetDepartmentList": list_departments,
    "GetCurrencyList": list_currencies,
    "GetVatTypeList": list_vat_types,
    "GetUsers": list_users,
}
