"""Orders that were written: lines make the totals, a status makes the invoice, and an invoice stays as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_server import Caller

LINE = {"type": "product", "product": {"id": 101}, "quantity": 3, "price": 33.335, "discountRate": 10}
PDF = b"%PDF-1.4 nothing"


@pytest.fixture
def order(caller: Caller) -> dict[str, Any]:
    customer = caller.get("/customers").json[0]
    body = {
        "customer": {"id": customer["id"], "name": "Kopien", "street": "Havnegata 1"},
        "date": "2025-06-01",
        "invoice": {"paymentTerms": {"type": "NumberOfDays", "value": 20}, "number": 5},
        "accrual": {"startDate": "2025-06-01", "length": 3},
        "dimensions": [{"dimensionType": 2, "value": "20", "name": "whatever"}],
        "referenceNumber": "PO-77",
    }
    reply = caller.write("POST", "/salesorders", body)
    assert reply.status == 200
    found: dict[str, Any] = reply.json
    return found


def add(caller: Caller, order: dict[str, Any], **changes: object) -> Any:
    reply = caller.write("POST", f"/salesorders/{order['id']}/lines", {**LINE, **changes})
    assert reply.status == 200, reply.body
    return reply.json


def read(caller: Caller, order: dict[str, Any]) -> Any:
    return caller.get(f"/salesorders/{order['id']}").json


def test_an_order_is_kept_as_it_was_sent_and_found_by_its_fields(caller: Caller, order: dict[str, Any]) -> None:
    assert order["status"] == "Draft"
    assert order["customer"]["name"] == "Kopien"
    assert order["dimensions"] == [{"dimensionType": 2, "value": "20", "name": "Lager"}]
    assert order["invoice"] == {"paymentTerms": {"type": "NumberOfDays", "value": 20}}
    assert read(caller, order) == order
    listed = {key: value for key, value in order.items() if key != "dimensions"}
    for filters in ({"date": "2025-06-01"}, {"referenceNumber": "PO-77"}, {"modifiedFrom": order["modifiedAt"]}):
        assert listed in caller.records("/salesorders", **filters)


def test_totals_follow_from_the_lines(caller: Caller, order: dict[str, Any]) -> None:
    line = add(caller, order)
    assert line["tax"] == {"id": 6, "number": 3, "rate": 25}
    assert line["price"] == Decimal("33.335")
    # 3 * 33.335 less a tenth is 90.0045, and a quarter of 90.00 is 22.50
    assert _totals(read(caller, order)) == (Decimal(90), Decimal("22.5"), Decimal("112.5"))
    changed = caller.write("PATCH", f"/salesorders/{order['id']}/lines/{line['id']}", {"quantity": 1}).json
    assert changed == {**line, "quantity": 1}
    assert _totals(read(caller, order)) == (Decimal(30), Decimal("7.5"), Decimal("37.5"))
    text = add(caller, order, type="text", description="Takk", price=0)
    assert caller.get(f"/salesorders/{order['id']}/lines").json == [changed, text]
    for found in (line, text):
        assert caller.write("DELETE", f"/salesorders/{order['id']}/lines/{found['id']}").status == 204
    assert _totals(read(caller, order)) == (0, 0, 0)
    assert read(caller, order)["modifiedAt"] > order["modifiedAt"]


def _totals(order: Any) -> tuple[Any, ...]:
    return tuple(order[name] for name in ("netAmount", "taxAmount", "grossAmount"))


def test_an_order_is_changed_field_by_field(caller: Caller, order: dict[str, Any]) -> None:
    changes = {"memo": "Ring først", "accrual": {}, "date": "2025-07-01", "paymentMethod": {"id": 2}}
    changed = caller.write("PATCH", f"/salesorders/{order['id']}", changes).json
    assert {**order, **changes, "modifiedAt": changed["modifiedAt"]} == changed
    assert [one["id"] for one in caller.records("/salesorders", date="2025-07-01") if one["id"] == order["id"]]
    assert order["id"] not in [one["id"] for one in caller.records("/salesorders", date="2025-06-01")]
    seeded = next(
        one for one in caller.records("/salesorders") if one["status"] == "Draft" and one["id"] != order["id"]
    )
    moved = {"status": "Confirmed", "date": "2025-08-01"}
    after = caller.write("PATCH", f"/salesorders/{seeded['id']}", moved).json
    del after["dimensions"]
    assert after == {**seeded, **moved, "modifiedAt": after["modifiedAt"]}


def test_a_status_makes_an_invoice_with_its_voucher(caller: Caller, order: dict[str, Any]) -> None:
    path = f"/salesorders/{order['id']}"
    refused = caller.write("PATCH", path, {"status": "Invoice"})
    assert refused.status == 400
    assert refused.json["error"]["name"] == "BadRequestError"
    assert refused.json["error"]["payload"]["errors"][0]["type"] == "NoLines"
    add(caller, order)
    invoiced = caller.write("PATCH", path, {"status": "Invoice", "invoice": {"date": "2025-06-10"}}).json
    invoice = invoiced["invoice"]
    assert (invoiced["status"], invoice["date"], invoice["dueDate"]) == ("Invoice", "2025-06-10", "2025-06-30")
    found = caller.get("/salesorders", invoiceNumber=invoice["number"]).json
    assert [one["id"] for one in found] == [order["id"]]
    window = {"dateFrom": "2025-06-10", "dateTo": "2025-06-11", "transactionId": invoice["transaction"]["id"]}
    lines = caller.get("/transactionlines", **window).json
    assert sum(line["amount"] for line in lines) == 0
    receivable = [line for line in lines if line["account"]["number"] == 1500]
    assert [(line["amount"], line["invoice"]["remittanceReference"]) for line in receivable] == [
        (Decimal("112.50"), invoice["remittanceReference"])
    ]


def test_an_invoice_can_neither_be_changed_nor_deleted(caller: Caller, order: dict[str, Any]) -> None:
    path, line = f"/salesorders/{order['id']}", add(caller, order)
    caller.write("PATCH", path, {"status": "Invoice"})
    before = read(caller, order)
    assert caller.write("DELETE", path).status == 409
    assert caller.write("DELETE", f"{path}/lines/{line['id']}").status == 409
    assert caller.write("PATCH", path, {"memo": "x"}).status == 400
    assert caller.write("PATCH", f"{path}/lines/{line['id']}", {"quantity": 9}).status == 400
    assert caller.write("POST", f"{path}/lines", LINE).status == 400
    assert caller.write("POST", f"{path}/attachments", PDF, "application/pdf").status == 403
    assert read(caller, order) == before


def test_somebody_else_may_go_on_with_a_written_order(caller: Caller, order: dict[str, Any]) -> None:
    add(caller, order)
    before = read(caller, order)
    caller.sandbox.control.advance_order(order["id"])
    after = read(caller, order)
    assert (after["status"], after["modifiedAt"] > before["modifiedAt"]) == ("Invoice", True)


def test_a_payment_method_counts_as_paid_at_once(caller: Caller, order: dict[str, Any]) -> None:
    add(caller, order)
    changes = {"status": "Invoice", "paymentMethod": {"id": 2}, "invoice": {"date": "2025-06-10"}}
    number = caller.write("PATCH", f"/salesorders/{order['id']}", changes).json["invoice"]["number"]
    window = {"dateFrom": "2025-06-10", "dateTo": "2025-06-11", "invoiceNumber": number}
    receivable = [x for x in caller.get("/transactionlines", **window).json if x["account"]["number"] == 1500]
    assert [line["amount"] for line in receivable] == [Decimal("112.50"), Decimal("-112.50")]


def test_a_draft_can_be_deleted(caller: Caller, order: dict[str, Any]) -> None:
    assert caller.write("DELETE", f"/salesorders/{order['id']}").status == 204
    assert caller.get(f"/salesorders/{order['id']}").status == 404
    assert order["id"] not in [one["id"] for one in caller.records("/salesorders")]


def test_files_are_listed_under_the_names_they_came_with(caller: Caller, order: dict[str, Any]) -> None:
    path = f"/salesorders/{order['id']}/attachments"
    part = b'Content-Disposition: form-data; name="f"; filename="a b.png"\r\nContent-Type: image/png\r\n\r\n\x89P'
    form = b"--x\r\n" + part + b"\r\n--x--\r\n"
    named = {"Content-Type": "application/pdf", "Content-Disposition": 'filename="ordre.pdf"'}
    caller.send("POST", f"/v1{path}", body=PDF, headers=named)
    caller.write("POST", path, form, 'multipart/form-data; boundary="x"')
    caller.write("POST", path, PDF, "application/pdf")
    found = [(one["fileName"], one["mediaType"], one["size"], one["orderId"]) for one in caller.get(path).json]
    assert found == [
        ("ordre.pdf", "application/pdf", len(PDF), order["id"]),
        ("a b.png", "image/png", 2, order["id"]),
        ("attachment.pdf", "application/pdf", len(PDF), order["id"]),
    ]
    assert caller.write("POST", path, b"x" * 4 * 1024 * 1024, "application/pdf").status == 400
    assert len(caller.get(path).json) == 3


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("customer.id", "required")),
        ({"customer": {"id": 1}}, ("customer.name", "required")),
        ({"customer": {"id": 1, "name": "X"}}, ("customer.id", "reference")),
        ({"customer": {"id": 10001, "name": "X"}, "paymentMethod": {"id": 99}}, ("paymentMethod.id", "reference")),
        ({"customer": {"id": 10001, "name": "X"}, "salesType": {"id": 99}}, ("salesType.id", "reference")),
        ({"customer": {"id": 10001, "name": "X"}, "date": "1. juni"}, ("date", "format")),
    ],
)
def test_orders_that_cannot_be_are_refused(caller: Caller, body: object, problem: tuple[str, str]) -> None:
    refused = caller.write("POST", "/salesorders", body)
    assert refused.status == 400
    named = refused.json["error"]["payload"]["validationErrors"]
    assert [(one["path"], one["keyword"]) for one in named] == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"product": {"id": 1}}, ("product.id", "reference")),
        ({"product": {}}, ("product.id", "required")),
        ({"type": "text", "price": 1}, ("description", "required")),
        ({**LINE, "discountRate": 101}, ("discountRate", "maximum")),
        ({**LINE, "tax": {"number": 2}}, ("tax.number", "reference")),
        ({**LINE, "account": {"number": 2}}, ("account.number", "reference")),
        ({**LINE, "account": {"id": 2}}, ("account.id", "reference")),
        ({**LINE, "quantity": 1e11, "price": 1e11}, ("quantity", "maximum")),
        (
            {**LINE, "dimensions": [{"dimensionType": 9, "value": "1", "name": "x"}]},
            ("dimensions.0.dimensionType", "reference"),
        ),
        ({**LINE, "surprise": 1}, ("", "additionalProperties")),
    ],
)
def test_lines_that_cannot_be_are_refused(
    caller: Caller, order: dict[str, Any], line: object, problem: tuple[str, str]
) -> None:
    refused = caller.write("POST", f"/salesorders/{order['id']}/lines", line)
    assert refused.status == 400
    named = refused.json["error"]["payload"]["validationErrors"]
    assert [(one["path"], one["keyword"]) for one in named] == [problem]
    assert caller.get(f"/salesorders/{order['id']}/lines").json == []
