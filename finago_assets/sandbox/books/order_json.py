"""How orders and their lines read, in all their awkwardness: streets as arrays, due dates as days or dates, nulls.

Owns the JSON. What an order is and what it totals is `orders`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.dimensions import ELEMENTS
from finago_assets.sandbox.books.line_json import moment, quoted
from finago_assets.sandbox.books.money import exact, number
from finago_assets.sandbox.books.taxes import TAXES

if TYPE_CHECKING:
    from finago_assets.sandbox.books.orders import Order, OrderLine
    from finago_assets.sandbox.books.plan import Modes

STREET_ARRAY_EVERY: Final = 5
EXTRA_KEY_EVERY: Final = 31


def order_json(order: Order, modes: Modes, *, single: bool = False) -> bytes:
    """Return an order as `/salesorders` shows it, or with its dimensions as only the single read does."""
    body: dict[str, object] = {"id": order.id, "status": order.status.value, "date": order.day.isoformat()}
    body["customer"] = _customer(order)
    if order.id % 3 == 0:
        body["deliveryCustomer"] = {k: v for k, v in _customer(order).items() if k not in _CUSTOMER_ONLY}
        body["deliveryDate"] = (order.day + timedelta(days=3)).isoformat()
    body["currency"] = {"code": order.currency, "rate": exact(quoted(order.currency, order.rate, modes))}
    body["netAmount"] = number(order.net, order.id)
    body["taxAmount"] = number(sum(order.taxes.values()), order.id + 1)
    body["grossAmount"] = number(order.gross, order.id)
    body["invoice"] = _invoice(order)
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
    if order.id % EXTRA_KEY_EVERY == 0:
        body["webhookStatus"] = "sent"
    body["createdAt"] = moment(order.day, order.id)
    body["modifiedAt"] = moment(order.modified, order.id)
    if single:
        body["dimensions"] = _dimensions(order.dimensions)
    return json.encode(body)


_CUSTOMER_ONLY: Final = frozenset({"organizationNumber", "invoiceEmailAddresses", "gln"})


def _customer(order: Order) -> dict[str, object]:
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


def _invoice(order: Order) -> dict[str, object]:
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
    return [{"dimensionType": kind, "value": value, "name": ELEMENTS[kind, value].name} for kind, value in dimensions]


def order_line_json(line: OrderLine) -> bytes:
    """Return an order line: no total and no order id, as in the real answer."""
    body: dict[str, object] = {"id": line.id, "type": "text" if line.product is None else "product"}
    if line.product is not None:
        body["product"] = {"id": line.product.id, "number": line.product.number}
    body["description"] = line.description
    body["quantity"] = exact(line.quantity)
    body["price"] = number(line.price, line.id)
    if line.product is not None and line.id % 3:
        body["costPrice"] = None if line.id % 2 else number(line.product.cost)
    body["discountRate"] = exact(line.discount)
    tax, account = TAXES[line.tax], ACCOUNTS[line.account]
    body["tax"] = {"id": tax.id, "number": tax.number, "rate": exact(tax.rate)}
    body["account"] = {"id": account.id, "number": account.number, "name": account.name}
    if line.dimensions or line.id % 2:
        body["dimensions"] = _dimensions(line.dimensions)
    if line.id % 4 == 0:
        body["accrual"] = {}
    return json.encode(body)
