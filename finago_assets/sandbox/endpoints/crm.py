"""Customers, who may be suppliers, and their bank accounts.

Owns the filters and the sort order, the only one that the API documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.parties import party_json, seed_bank_accounts
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.query import Query

SORTS: Final[dict[str, Callable[[Party], str | int]]] = {
    "name": lambda party: party.name,
    "createdAt": lambda party: party.created_at,
    "modifiedAt": lambda party: party.modified_at,
    "organizationNumber": lambda party: party.organization_number or "",
    "id": lambda party: party.id,
}


def customers(ask: Ask) -> Result:
    """Customers and suppliers; `modifiedFrom` and `createdFrom` include their own moment."""
    found = _sorted([p for p in ask.books.parties if _matches_party(p, ask.query)], ask.query.text("sortBy"))
    return Listing(len(found), lambda offset, limit: [party_json(p) for p in found[offset : offset + limit]])


def _sorted(found: list[Party], how: str | None) -> list[Party]:
    if how is None:
        return found[1::2] + found[::2]  # no order is documented without sortBy, so it is not by id
    name, _, direction = how.partition(":")
    return sorted(found, key=SORTS[name], reverse=direction == "desc")


def _matches_party(party: Party, query: Query) -> bool:
    company, supplier = query.flag("isCompany"), query.flag("isSupplier")
    mail, reference = query.text("email"), query.text("externalReference")
    return (
        query.text("organizationNumber") in (None, party.organization_number)
        and company in (None, party.is_company)
        and supplier in (None, party.is_supplier)
        and (mail is None or mail == party.mail)
        and (reference is None or reference == party.reference)
        and _since(query.moment("modifiedFrom"), party.modified_at)
        and _since(query.moment("createdFrom"), party.created_at)
    )


def _since(first: str | None, at: str) -> bool:
    return first is None or at.replace(" ", "T")[:19] >= first


def party_of(ask: Ask) -> Party:
    """Return the party that the path names. Raises Refused 404 when there is none."""
    found = ask.books.party(ask.integer("customerId"))
    if found is None:
        raise missing()
    return found


def index_party_accounts(ask: Ask, party: Party) -> dict[str, bytes]:
    """Return the bank accounts of a party by number, as they are now."""
    seeded = {str(account["number"]): json.encode(account) for account in seed_bank_accounts(party)}
    return ask.books.written.customer_accounts[party.id].shown(seeded)


def customer(ask: Ask) -> Result:
    """One customer."""
    return One(party_json(party_of(ask)))


def customer_bank_accounts(ask: Ask) -> Result:
    """The bank accounts of a customer."""
    return Listing.of(list(index_party_accounts(ask, party_of(ask)).values()))


HANDLERS: Final[dict[str, Handler]] = {
    "/customers": customers,
    "/customers/{customerId}": customer,
    "/customers/{customerId}/bankaccounts": customer_bank_accounts,
}
