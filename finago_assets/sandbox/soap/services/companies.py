"""The CompanyService: customers and suppliers by id, and the list of who changed since.

Owns how both read. A property that was not asked for is not there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from msgspec import json

from finago_assets.sandbox.books.kept import read
from finago_assets.sandbox.books.parties import party_json, seed_bank_accounts
from finago_assets.sandbox.soap.envelope import SoapFaulted
from finago_assets.sandbox.soap.lexical import NO_MOMENT
from finago_assets.sandbox.soap.local_days import utc_of

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord

SYNC_PAGE: Final = 1_000


def get_companies(call: AsmxCall) -> list[AsmxRecord]:
    """Companies of a search, with the properties that were named, and of others nothing."""
    search, wanted = call.arguments["searchParams"] or {}, set(call.arguments["returnProperties"] or ())
    if not wanted:
        raise SoapFaulted("returnProperties must name at least one property.")
    found = [one for one in call.books.parties if _is_sought(one, search)]
    rendered = (_render_company(call, one) for one in found)
    return [{name: value for name, value in one.items() if name in wanted} for one in rendered]


def _is_sought(party: Party, search: AsmxRecord) -> bool:
    ids = set(search.get("CompanyIds") or ())
    if (one := search.get("CompanyId", -(2**31))) != -(2**31):
        ids.add(one)
    name, changed = search.get("CompanyName") or "", search.get("ChangedAfter", NO_MOMENT)
    return (
        (not ids or party.id in ids)
        and name.lower() in party.name.lower()
        and search.get("OrganizationNumber", "") in ("", party.organization_number)
        and search.get("ExternalId") in (None, "", party.reference)
        and (changed == NO_MOMENT or _moment(party.modified_at) > utc_of(changed))
    )


def _render_company(call: AsmxCall, party: Party) -> AsmxRecord:
    body = read(party_json(party))
    account = next((one for one in accounts_on_file(call.books, party) if one.get("isDefault")), {})
    kind = "Supplier" if body.get("isSupplier") else "Business" if body.get("isCompany") else "Consumer"
    mail = (body.get("email") or {}).get("contact")
    return {
        "Id": party.id,
        "ExternalId": party.reference,
        "OrganizationNumber": body.get("organizationNumber"),
        "Name": body.get("name") or party.name,
        "EmailAddresses": None if mail is None else {"Primary": {"Value": mail}},
        "Country": party.country,
        "Type": kind,
        "DateCreated": call.desk.spell_moment(party.created_at),
        "BankAccountNo": account.get("number"),
        "DateChanged": call.desk.spell_moment(party.modified_at),
        "CurrencyId": "LOCAL" if party.currency == "NOK" else party.currency,
        "PaymentTime": party.terms,
    }


def accounts_on_file(books: Books, party: Party) -> list[dict[str, Any]]:
    """Return the bank accounts of a party, as REST shows them too."""
    seeded = {str(one["number"]): json.encode(one) for one in seed_bank_accounts(party)}
    return [read(body) for body in books.written.customer_accounts[party.id].shown(seeded).values()]


def list_changed_companies(call: AsmxCall) -> AsmxRecord:
    """A page of who was changed or registered since; pages count from 1."""
    search = call.arguments["syncSearchParameters"] or {}
    page = max(1, search.get("Page", 1))
    changed, registered = (search.get(name, NO_MOMENT) for name in ("ChangedAfter", "RegisteredAfter"))
    found = [
        one
        for one in sorted(call.books.parties, key=lambda party: party.id)
        if (changed == NO_MOMENT or _moment(one.modified_at) > utc_of(changed))
        and (registered == NO_MOMENT or _moment(one.created_at) > utc_of(registered))
        and search.get("Active") in (None, True)
    ]
    return {
        "CurrentPage": page,
        "TotalPages": -(-len(found) // SYNC_PAGE),
        "TotalItems": len(found),
        "ItemsPerPage": SYNC_PAGE,
        "Items": [_render_synced(call, one) for one in found[(page - 1) * SYNC_PAGE : page * SYNC_PAGE]],
    }


def _render_synced(call: AsmxCall, party: Party) -> AsmxRecord:
    return {
        "CompanyId": party.id,
        "ExternalId": party.reference,
        "DateChanged": call.desk.spell_moment(party.modified_at),
        "DateRegistered": call.desk.spell_moment(party.created_at),
        "Active": True,
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace(" ", "T")).astimezone(UTC)


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "GetCompanies": get_companies,
    "GetCompanySyncList": list_changed_companies,
}
