"""Customers, who may be suppliers, and their bank accounts.

Owns the filters and the sort order, the only one that the API documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.parties import bank_accounts, party_json, spaced
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.query import Query, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.sandbox.books.parties import Party

SORTS: Final[dict[str, Callable[[Party], str | int]]] = {
    "name": lambda party: party.name,
    "createdAt": lambda party: spaced(party.created, party.id),
    "modifiedAt": lambda party: spaced(party.modified, party.id),
    "organizationNumber": lambda party: party.organization_number or "",
    "id": lambda party: party.id,
}


def customers(ask: Ask) -> Result:
    """Customers and suppliers; `modifiedFrom` and `createdFrom` include their own moment."""
    found = _sorted([p for p in ask.books.parties if _wanted(p, ask.query)], ask.query.text("sortBy"))
    return Listing(len(found), lambda offset, limit: [party_json(p) for p in found[offset : offset + limit]])


def _sorted(found: list[Party], how: str | None) -> list[Party]:
    if how is None:
        return found[1::2] + found[::2]  # no order is documented without sortBy, so it is not by id
    name, _, direction = how.partition(":")
    if name not in SORTS or direction not in ("asc", "desc"):
        raise refuse("sortBy", "pattern")
    return sorted(found, key=SORTS[name], reverse=direction == "desc")


def _wanted(party: Party, query: Query) -> bool:
    company, supplier = query.flag("isCompany"), query.flag("isSupplier")
    mail, reference = query.text("email"), query.text("externalReference")
    return (
        query.text("organizationNumber") in (None, party.organization_number)
        and company in (None, party.is_company)
        and supplier in (None, party.is_supplier)
        and (mail is None or mail == party.slug)
        and (reference is None or (party.serial % 8 == 4 and reference == f"CRM-{party.id}"))
        and _since(query.moment("modifiedFrom"), spaced(party.modified, party.id))
        and _since(query.moment("createdFrom"), spaced(party.created, party.id))
    )


def _since(first: str | None, at: str) -> bool:
    return first is None or at.replace(" ", "T")[:19] >= first


def _party(ask: Ask) -> Party:
    key = ask.integer("customerId")
    found = [party for party in ask.books.parties if party.id == key]
    if not found:
        raise missing()
    return found[0]


def customer(ask: Ask) -> Result:
    """One customer."""
    return One(party_json(_party(ask)))


def customer_bank_accounts(ask: Ask) -> Result:
    """The bank accounts of a customer."""
    return Listing.of([json.encode(account) for account in bank_accounts(_party(ask))])


def customer_bank_account(ask: Ask) -> Result:
    """One bank account of a customer, by number."""
    wanted = ask.path["accountNumber"]
    found = [json.encode(account) for account in bank_accounts(_party(ask)) if account["number"] == wanted]
    if not found:
        raise missing()
    return One(found[0])


HANDLERS: Final[dict[str, Handler]] = {
    "/customers": customers,
    "/customers/{customerId}": customer,
    "/customers/{customerId}/bankaccounts": customer_bank_accounts,
    "/customers/{customerId}/bankaccounts/{accountNumber}": customer_bank_account,
}
