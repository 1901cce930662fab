"""How orders and their lines read, in all their awkwardness: streets as arrays, due dates as days or dates, nulls.

Owns the JSON. What an order is and what it totals is `orders`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.dimensions import name_of
from finago_assets.sandbox.books.kept import write
from finago_assets.sandbox.books.line_json import quoted
from finago_assets.sandbox.books.money import exact, write_amount
from finago_assets.sandbox.books.taxes import TAXES

if TYPE_CHECKING:
    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.books.orders import Order, OrderLine
    from finago_assets.sandbox.books.plan import Modes

STREET_ARRAY_EVERY: Final = 5
EXTRA_ORDER_KEY_EVERY: Final = 31


def order_json(order: Order, modes: Modes, *, single: bool = False) -> bytes:
    """Return an order as `/salesorders` shows it, or with its dimensions as only the single read does."""
    if order.written is not None:
        return _render_written(order, order.written, single=single)
    body: dict[str, object] = {"id": order.id, "status": order.status.value, "date": order.day.isoformat()}
    body["customer"] = _render_customer(order)
    if order.id % 3 == 0:
        body["deliveryCustomer"] = {k: v for k, v in _render_customer(order).items() if k not in _CUSTOMER_ONLY}
        body["deliveryDate"] = (order.day + timedelta(days=3)).isoformat()
    body["currency"] = {"code": order.currency, "rate": exact(quoted(order.currency, order.rate, modes))}
    body["netAmount"] = write_amount(order.net, order.id)
    body["taxAmount"] = write_amount(sum(order.taxes.values()), order.id + 1)
    body["grossAmount"] = write_amount(order.gross, order.id)
    body["invoice"] = _render_invoice(order)
    body["accrual"] = {"startDate": order.day.isoformat(), "length": 3} if order.id % 19 == 0 else {}
    if order.memo is not None:
        body["memo"] = order.memo
    if order.id % 7 == 0:
        body["internalMemo"] = "Ring før levering \\ spør etter Åse"
    if order.id % 2:
        body["yourReference"] = {"id": order.customer.id, "name": "Innkjøp"}
    body["ourReference"] = {"id": 1 + order.id % 3}
    if order.payment_method is not None or order.id % 5 == 0:
        body["paymentMethod"] = {"id": order.payment_method}
    if order.id % 4 == 0:
        body["referenceNumber"] = f"PO-{order.id}"
    body["salesType"] = {"id": order.sales_type}
    if order.id % EXTRA_ORDER_KEY_EVERY == 0:
        body["webhookStatus"] = "sent"
    body["createdAt"] = order.created_at
    body["modifiedAt"] = order.modified_at
    if single:
        body["dimensions"] = _dimensions(order.dimensions)
    return json.encode(body)


def _render_written(order: Order, written: Json, *, single: bool) -> bytes:
    """Return an order as it was written, with what the books make of it."""
    body = {**written, "id": order.id, "status": order.status.value, "date": order.day.isoformat()}
    body["netAmount"] = write_amount(order.net, order.id)
    body["taxAmount"] = write_amount(sum(order.taxes.values()), order.id)
    body["grossAmount"] = write_amount(order.gross, order.id)
    body["invoice"] = {**written.get("invoice", {}), **_render_invoice_numbers(order)}
    body["createdAt"], body["modifiedAt"] = order.created_at, order.modified_at
    if single:
        body["dimensions"] = _dimensions(order.dimensions)
    return write(body)


def _render_invoice_numbers(order: Order) -> dict[str, object]:
    invoice = order.invoice
    if invoice is None:
        return {}
    days = {"date": invoice.day.isoformat(), "dueDate": invoice.due.isoformat()}
    ids: dict[str, object] = {"number": invoice.number, "remittanceReference": invoice.kid}
    return {**ids, **days, "transaction": {"id": invoice.voucher_id}}


_CUSTOMER_ONLY: Final = frozenset({"organizationNumber", "invoiceEmailAddresses", "gln"})


def _render_customer(order: Order) -> dict[str, object]:
    party = order.customer
    code, area, county = party.place
    body: dict[str, object] = {"id": party.id, "name": party.name}
    if party.organization_number is not None:
        body["organizationNumber"] = party.organization_number
    if order.id % 2 == 0:
        body["invoiceEmailAddresses"] = [f"faktura.{party.slug}"]
    body["street"] = [party.street, "Inngang B"] if order.id % STREET_ARRAY_EVERY == 0 else party.street
    return body | {
        "postalCode": code,
        "postalArea": area,
        "city": area,
        "countrySubdivision": county,
        "countryCode": party.country,
    }


def _render_invoice(order: Order) -> dict[str, object]:
    kind, value = order.terms
    terms = {"paymentTerms": {"type": kind, "value": value}, "distributionMethod": ""}
    if order.invoice is None:
        return dict(terms)
    invoice = order.invoice
    return {
        "number": invoice.number,
        "date": invoice.day.isoformat(),
        "dueDate": invoice.due.isoformat(),
        "distributionMethod": "ehfdistribution" if order.id % 2 else "emaildistribution",
        "paymentTerms": terms["paymentTerms"],
        "remittanceReference": invoice.kid,
        "transaction": {"id": invoice.voucher_id},
    }


def _dimensions(dimensions: tuple[tuple[int, str], ...]) -> list[dict[str, object]]:
    return [{"dimensionType": kind, "value": value, "name": name_of(kind, value)} for kind, value in dimensions]


def order_line_json(line: OrderLine) -> bytes:
    """Return an order line: no total and no order id, as in the real answer."""
    if line.written is not None:
        return line.written
    body: dict[str, object] = {"id": line.id, "type": "text" if line.product is None else "product"}
    if line.product is not None:
        body["product"] = {"id": line.product.id, "number": line.product.number}
    body["description"] = line.description
    body["quantity"] = exact(line.quantity)
    body["price"] = write_amount(int(line.price), line.id)
    if line.product is not None and line.id % 3:
        body["costPrice"] = None if line.id % 2 else write_amount(line.product.cost)
    body["discountRate"] = exact(line.discount)
    tax, account = TAXES[line.tax], ACCOUNTS[line.account]
    body["tax"] = {"id": tax.id, "number": tax.number, "rate": exact(tax.rate)}
    body["account"] = {"id": account.id, "number": account.number, "name": account.name}
    if line.dimensions or line.id % 2:
        body["dimensions"] = _dimensions(line.dimensions)
    if line.id % 4 == 0:
        body["accrual"] = {}
    return json.encode(body)
