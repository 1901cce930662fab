"""Customers, who may be suppliers, and their bank accounts, as they are created, changed and deleted.

Owns what a body makes of a party. Orders keep the copy that they were made with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done, Refused
from finago_assets.sandbox.books.kept import merged, read, write
from finago_assets.sandbox.books.parties import Party, party_json
from finago_assets.sandbox.books.written_records import Series, spaced_stamp
from finago_assets.sandbox.endpoints.ask import missing
from finago_assets.sandbox.endpoints.crm import index_party_accounts, party_of
from finago_assets.sandbox.endpoints.writing.checks import invalid

if TYPE_CHECKING:
    from datetime import date, datetime

    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.endpoints.ask import Ask, Writer

TERMS: Final = 14


def create_customer(ask: Ask) -> Done:
    """A company by its name, or a person, whose name is made of both parts and who has no organization number."""
    at, sent = ask.books.written.now(), dict(ask.sent.json)
    key = _own_id(ask, sent.pop("id", None))
    left_out = ("person",) if sent["isCompany"] else ("name", "organizationNumber")
    body = {"id": key, "isSupplier": False} | {k: v for k, v in sent.items() if k not in left_out}
    body |= {"createdAt": spaced_stamp(at), "modifiedAt": spaced_stamp(at)}
    party = _party(body, at, None)
    ask.books.parties.append(party)
    return Done(200, party_json(party))


def _own_id(ask: Ask, asked: object) -> int:
    if asked is None:
        return ask.books.written.new(Series.CUSTOMER)
    if not isinstance(asked, int) or asked < 1:
        raise invalid("id", "type")
    if ask.books.party(asked) is not None:
        raise invalid("id", "unique")
    return asked


def change_customer(ask: Ask) -> Done:
    """What is sent replaces what was there; objects are merged."""
    before = party_of(ask)
    at = ask.books.written.now()
    fixed = ("id", "isCompany", "createdAt")
    changes = {key: value for key, value in ask.sent.json.items() if key not in fixed}
    body = merged(read(party_json(before)), changes) | {"modifiedAt": spaced_stamp(at)}
    after = _party(body, at, before)
    ask.books.parties[ask.books.parties.index(before)] = after
    return Done(200, party_json(after))


def delete_customer(ask: Ask) -> Done:
    """The party is gone; its orders and lines stay."""
    ask.books.parties.remove(party_of(ask))
    return Done(204)


def _party(body: Json, at: datetime, before: Party | None) -> Party:
    person = body.get("person") or {}
    named = (str(person.get("firstName") or ""), str(person.get("lastName") or ""))
    if body["isCompany"]:
        body.pop("person", None)
    else:
        body["name"] = " ".join(named).strip()
    return replace(
        before or _make_blank_party(body["id"], at.date()),
        name=body.get("name") or "",
        is_company=body["isCompany"],
        is_supplier=body["isSupplier"],
        organization_number=body.get("organizationNumber"),
        person=None if body["isCompany"] else named,
        modified=at.date(),
        written=write(body),
    )


def _make_blank_party(key: int, day: date) -> Party:
    return Party(
        id=key,
        name="",
        is_company=True,
        is_supplier=False,
        organization_number=None,
        place=("", "", ""),
        street="",
        country="NO",
        currency="NOK",
        terms=TERMS,
        person=None,
        created=day,
        modified=day,
    )


def add_account(ask: Ask) -> Done:
    """A bank account, by its number. Raises Refused 409 when the customer has one of that number."""
    party, body = party_of(ask), ask.sent.json
    if body["number"] in index_party_accounts(ask, party):
        raise Refused(409, "The customer has a bank account of that number.")
    ask.books.written.customer_accounts[party.id].written[body["number"]] = write(body)
    return Done(201, write(body))


def change_account(ask: Ask) -> Done:
    """A bank account under its old number or a new one."""
    party, old = party_of(ask), ask.path["accountNumber"]
    held = index_party_accounts(ask, party)
    if old not in held:
        raise missing()
    body = merged(read(held[old]), ask.sent.json)
    if body["number"] != old and body["number"] in held:
        raise Refused(409, "The customer has a bank account of that number.")
    ask.books.written.customer_accounts[party.id].written |= {old: None, body["number"]: write(body)}
    return Done(200, write(body))


WRITERS: Final[dict[str, Writer]] = {
    "POST /customers": create_customer,
    "PATCH /customers/{customerId}": change_customer,
    "DELETE /customers/{customerId}": delete_customer,
    "POST /customers/{customerId}/bankaccounts": add_account,
    "PATCH /customers/{customerId}/bankaccounts/{accountNumber}": change_account,
}
