"""Customers, products and bank records that were written: read back as they were sent, and seen by filters."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_server import Caller

COMPANY = {
    "isCompany": True,
    "name": "Nordlys Kaffe AS",
    "organizationNumber": "310000078",
    "externalReference": "CRM-9",
    "email": {"contact": "post@nordlys.example"},
    "note": 'Says "ja".\n',
}


def test_a_customer_is_read_back_as_it_was_sent_under_an_id_that_nobody_had(caller: Caller) -> None:
    known = {customer["id"] for customer in caller.records("/customers")}
    made = caller.write("POST", "/customers", COMPANY)
    assert made.status == 200
    assert made.json["id"] not in known
    assert {**made.json, **COMPANY} == made.json
    assert caller.get(f"/customers/{made.json['id']}").json == made.json
    assert made.json in caller.records("/customers", sortBy="id:asc")
    for filters in ({"email": "post@nordlys.example"}, {"externalReference": "CRM-9", "isSupplier": "false"}):
        assert [one["id"] for one in caller.get("/customers", **filters).json] == [made.json["id"]]


def test_sending_the_same_twice_makes_two(caller: Caller) -> None:
    first, second = (caller.write("POST", "/customers", COMPANY).json["id"] for _ in range(2))
    assert first != second
    assert caller.write("DELETE", f"/customers/{second}").status == 204
    assert caller.write("POST", "/customers", COMPANY).json["id"] not in (first, second)


def test_a_person_has_the_name_of_its_parts_and_no_organization_number(caller: Caller) -> None:
    person = {"isCompany": False, "person": {"firstName": "Åse", "lastName": "Lie"}, "organizationNumber": "310000078"}
    made = caller.write("POST", "/customers", person).json
    assert made["name"] == "Åse Lie"
    assert "organizationNumber" not in made
    changed = caller.write("PATCH", f"/customers/{made['id']}", {"person": {"firstName": "Liv"}}).json
    assert (changed["name"], changed["person"]) == ("Liv Lie", {"firstName": "Liv", "lastName": "Lie"})


def test_an_id_of_ones_own_is_taken_unless_it_is_taken(caller: Caller) -> None:
    assert caller.write("POST", "/customers", {**COMPANY, "id": 77}).json["id"] == 77
    refused = caller.write("POST", "/customers", {**COMPANY, "id": 77})
    assert (refused.status, refused.json["error"]["payload"]) == (
        400,
        {"validationErrors": [{"path": "id", "keyword": "unique"}]},
    )


def test_a_change_is_merged_and_found_by_the_moment_of_it(caller: Caller) -> None:
    before = caller.records("/customers", sortBy="id:asc")[0]
    other = caller.write("POST", "/customers", COMPANY).json
    changed = caller.write("PATCH", f"/customers/{before['id']}", {"email": {"billing": "ny@kunde.example"}}).json
    assert changed == {
        **before,
        "email": {**before["email"], "billing": "ny@kunde.example"},
        "modifiedAt": changed["modifiedAt"],
    }
    assert changed["modifiedAt"] > other["modifiedAt"]
    since = changed["modifiedAt"].replace(" ", "T")
    assert [one["id"] for one in caller.get("/customers", modifiedFrom=since).json] == [before["id"]]


def test_a_deleted_customer_is_gone_and_its_orders_stay(caller: Caller) -> None:
    order = caller.records("/salesorders")[0]
    path = f"/customers/{order['customer']['id']}"
    assert caller.write("DELETE", path).status == 204
    assert caller.get(path).status == 404
    assert caller.write("DELETE", path).status == 404
    assert caller.get(f"/salesorders/{order['id']}").json["customer"] == order["customer"]


def test_bank_accounts_of_a_customer_are_kept_by_number(caller: Caller) -> None:
    customer = caller.write("POST", "/customers", COMPANY).json["id"]
    path, account = f"/customers/{customer}/bankaccounts", {"number": "NO93-1", "type": "iban", "isDefault": True}
    assert caller.write("POST", path, account).json == account
    assert caller.write("POST", path, account).status == 409
    renamed = {**account, "number": "NO93-2", "bic": "SANDNO22"}
    assert caller.write("PATCH", f"{path}/NO93-1", renamed).json == renamed
    assert caller.get(f"{path}/NO93-1").status == 404
    assert caller.get(path).json == [renamed]
    assert caller.write("PATCH", f"{path}/NO93-1", renamed).status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "problems"),
    [
        ("POST", "/customers", {"name": "X"}, {("isCompany", "required")}),
        ("POST", "/customers", {"isCompany": True}, {("name", "required")}),
        ("POST", "/customers", {**COMPANY, "note": "x" * 10_001}, {("note", "maxLength")}),
        ("POST", "/customers", {**COMPANY, "email": "me"}, {("email", "type")}),
        ("POST", "/products", {"name": "X", "category": {"id": 9999}}, {("category.id", "reference")}),
        ("POST", "/products", {"name": "X", "category": {}}, {("category.id", "required")}),
        ("PATCH", "/products/101", {"supplier": {"id": 10001}}, {("supplier.id", "reference")}),
        ("PATCH", "/products/101", {"units": {"id": 99}}, {("units.id", "reference")}),
        ("PATCH", "/products/101", {"salesPrice": 1e15}, {("salesPrice", "maximum")}),
        ("PUT", "/products/101/dimensions/2", {"value": "99"}, {("value", "reference")}),
        ("PUT", "/products/101/salestypeOverrides/12", {"accountNumber": 1}, {("accountNumber", "reference")}),
        ("POST", "/productcategories", {"name": "X", "parentId": 9999}, {("parentId", "reference")}),
        ("PATCH", "/productcategories/10", {"parentId": 10}, {("parentId", "reference")}),
    ],
)
def test_what_cannot_be_is_refused_by_place_and_rule(
    caller: Caller, method: str, path: str, body: object, problems: set[tuple[str, str]]
) -> None:
    before = [caller.get(kind).body for kind in ("/customers", "/products", "/productcategories")]
    refused = caller.write(method, path, body)
    assert refused.status == 400
    assert refused.json["error"]["name"] == "ValidationError"
    named = refused.json["error"]["payload"]["validationErrors"]
    assert problems <= {(problem["path"], problem["keyword"]) for problem in named}
    assert [caller.get(kind).body for kind in ("/customers", "/products", "/productcategories")] == before


def test_a_product_is_created_changed_found_and_deleted(caller: Caller) -> None:
    supplier = caller.get("/customers", isSupplier="true").json[0]
    # numbers as they are spelled, which a float would lose
    body = b'{"name":"Kvern","number":"BR-204","ean":"7090000000001","salesPrice":549.90,"costPrice":0.1234,'
    body += b'"category":{"id":14},"supplier":{"id":%d},"units":{"id":1}}' % supplier["id"]
    made = caller.write("POST", "/products", body)
    assert made.status == 201
    key = made.json["id"]
    assert b'"salesPrice":549.90,' in made.body
    assert made.json["costPrice"] == Decimal("0.1234")
    assert made.json["category"] == {"id": 14, "name": "Mat og drikke"}
    assert made.json["supplier"] == {"id": supplier["id"], "name": supplier["name"]}
    assert made.json["units"] == {"id": 1, "name": "Stykk", "symbol": "stk"}
    for filters in ({"ean": "7090000000001"}, {"productNumber": "BR-204"}, {"productSearch": "kver%"}):
        assert [one["id"] for one in caller.get("/products", **filters).json] == [key]
    changed = caller.write("PATCH", f"/products/{key}", {"status": "inactive", "category": {"id": 12}}).json
    assert (changed["status"], changed["category"]["name"]) == ("inactive", "Klær")
    assert {**made.json, **{k: changed[k] for k in ("status", "category", "modifiedAt")}} == changed
    assert "BR-204" not in {element["value"] for element in caller.records("/dimensions/4/elements")}
    assert caller.write("DELETE", f"/products/{key}").status == 204
    assert caller.get(f"/products/{key}").status == 404


def test_categories_grow_change_and_go(caller: Caller) -> None:
    made = caller.write("POST", "/productcategories", {"name": "Utstyr", "parentId": 10}).json
    assert caller.get(f"/productcategories/{made['id']}").json == made
    assert made in caller.records("/productcategories")
    changed = caller.write("PATCH", "/productcategories/10", {"name": "Alle varer"}).json
    assert caller.get("/productcategories/10").json == changed
    assert (changed["name"], changed["parentId"]) == ("Alle varer", 0)
    assert caller.write("DELETE", "/productcategories/10").status == 204
    assert 10 not in {category["id"] for category in caller.records("/productcategories")}
    assert caller.write("PATCH", "/productcategories/10", {"name": "Igjen"}).status == 404


def test_dimensions_and_overrides_of_a_product_are_set_whole_and_taken_away(caller: Caller) -> None:
    path = "/products/101"
    caller.write("PUT", f"{path}/dimensions/1", {"value": "P101"})
    both = caller.write("PUT", f"{path}/dimensions/2", {"value": "30"}).json
    assert {one["dimensionType"]: one["name"] for one in both} == {1: "Nettbutikk", 2: "Administrasjon"}
    assert caller.get(f"{path}/dimensions").json == both
    assert caller.write("DELETE", f"{path}/dimensions/1").status == 204
    assert caller.write("DELETE", f"{path}/dimensions/1").status == 404
    override = {"productId": 101, "salesTypeId": -100, "accountNumber": 3010}
    assert caller.write("PUT", f"{path}/salestypeOverrides/-100", {"accountNumber": 3010}).json == override
    assert override in caller.get(f"{path}/salestypeOverrides").json
    assert caller.write("PUT", f"{path}/salestypeOverrides/-100", {"accountNumber": None}).status == 204
    assert override not in caller.get(f"{path}/salestypeOverrides").json
    assert caller.write("DELETE", f"{path}/salestypeOverrides/-100").status == 204


LONG = {"type": "text", "value": "x" * 1001}


def _account(caller: Caller, **more: object) -> dict[str, Any]:
    contact = {"name": "Kari", "email": "kari@sandbox.example"}
    owner = {"name": "Sandkassen", "organizationNumber": "310000000", "contact": contact}
    body = {"name": "Sparing", "number": "9000", "bic": "SANDNO22", "type": "bban", "owner": owner, **more}
    found: dict[str, Any] = caller.write("POST", "/bankaccounts", body).json
    return found


def test_a_bank_account_shows_the_latest_balance_that_was_recorded_for_it(caller: Caller) -> None:
    made = _account(caller)
    assert "balance" not in made
    for amount, day in ((b"90", b"2025-03-01"), (b"100.10", b"2025-03-02"), (b"80", b"2025-02-28")):
        balance = b'{"amount":%b,"timestamp":"%bT12:00:00Z","currency":{"code":"NOK"}}' % (amount, day)
        assert caller.write("POST", f"/bankaccounts/{made['id']}/balances", balance).status == 201
    shown = caller.get(f"/bankaccounts/{made['id']}").json
    assert shown["balance"]["amount"] == Decimal("100.10")
    assert {k: v for k, v in shown.items() if k != "balance"} == made
    earlier = caller.get("/bankaccounts", before="2025-03-02").json
    assert {one["id"]: one.get("balance", {}).get("amount") for one in earlier}[made["id"]] == 90


def test_a_bank_account_may_come_with_a_balance(caller: Caller) -> None:
    balance = {"amount": 5, "timestamp": "2025-03-01T12:00:00Z", "currency": {"code": "NOK"}}
    made = _account(caller, balance=balance)
    assert made["balance"] == balance
    assert caller.get(f"/bankaccounts/{made['id']}").json == made
    refused = _account(caller, balance={"amount": 5})
    assert {problem["path"] for problem in refused["error"]["payload"]["validationErrors"]} == {"balance"}


def test_a_bank_transaction_gets_its_own_side_from_the_account_and_is_recorded_once(caller: Caller) -> None:
    made = _account(caller)
    body: dict[str, Any] = {
        "type": "outbound",
        "bankTransactionReference": "REF/2024 05-09",
        "bankAccount": {"id": made["id"]},
        "paymentReference": {"type": "text", "value": "Leie"},
        "amount": {"value": 12.5, "currency": {"code": "NOK"}},
        "date": "2024-05-09",
        "fromBankAccount": {"number": "ignored", "type": "iban"},
    }
    shown = caller.write("POST", "/banktransactions", body)
    assert shown.status == 201
    assert shown.json["fromBankAccount"] == {"number": "9000", "type": "bban"}
    window = {"dateFrom": "2024-05-09", "dateTo": "2024-05-09", "bankAccountId": made["id"]}
    assert caller.get("/banktransactions", **window).json == [shown.json]
    again = caller.write("POST", "/banktransactions", body)
    assert again.status == 409
    assert len(caller.get("/banktransactions", **window).json) == 1
    other = {**body, "bankTransactionReference": "another-reference"}
    nothing = {**body["amount"], "value": 0}
    in_words = ({"amount": nothing}, {"bankTransactionReference": "short"}, {"paymentReference": LONG})
    for change in ({"bankAccount": {"id": "nobody's"}}, {"date": "someday"}, *in_words):
        assert caller.write("POST", "/banktransactions", {**other, **change}).status == 400
