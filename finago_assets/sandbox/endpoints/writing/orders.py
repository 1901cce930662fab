"""Sales orders as they are created, changed, invoiced and deleted.

Owns what a body makes of an order. An invoiced order stays as it is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done, Refused
from finago_assets.sandbox.books.accounts import RECEIVABLE
from finago_assets.sandbox.books.kept import merged, read
from finago_assets.sandbox.books.order_book import PAYMENT_METHODS
from finago_assets.sandbox.books.order_json import order_json
from finago_assets.sandbox.books.orders import Order, Status
from finago_assets.sandbox.books.written_records import Series, stamp
from finago_assets.sandbox.endpoints.invoicing import SALES_TYPES, order_of
from finago_assets.sandbox.endpoints.writing.checks import bounded, dimensions_in, invalid, open_day, read_day

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.endpoints.ask import Ask, Writer

INVOICED: Final = frozenset({Status.INVOICE, Status.ADVANCE_INVOICE})
OURS: Final = ("id", "createdAt", "modifiedAt", "netAmount", "taxAmount", "grossAmount", "dimensions")
REPLACED_IN_ORDERS: Final = (
    "accrual",
    "paymentTerms",
)  # replaced, never merged: an empty accrual takes the old one away
ACCOUNT_OF_METHOD: Final = {key: account for key, _, account in PAYMENT_METHODS}


def create_order(ask: Ask) -> Done:
    """An order without lines, which therefore cannot be an invoice yet; a draft of today unless it says otherwise."""
    sent = {"status": "Draft", **ask.sent.json}
    if Status(sent["status"]) in INVOICED:
        raise _no_lines()
    today = ask.books.plan.last
    order = Order(
        id=ask.books.written.new(Series.ORDER),
        status=Status.DRAFT,
        day=today,
        customer=_find_customer(ask, sent.get("customer", {})),
        currency="NOK",
        rate=Decimal(1),
        lines=[],
        terms=("NumberOfDays", 14),
        modified=today,
        written={"currency": {"code": "NOK", "rate": 1}},
    )
    _written(ask, order, sent)
    order.entered = order.touched
    ask.books.orders.add(order)
    return Done(200, order_json(order, ask.books.plan.modes, single=True))


def change_order(ask: Ask) -> Done:
    """What is sent replaces what was there. The status of an invoice makes one, with its number and its voucher."""
    order, wanted = changeable(order_of(ask)), Status(ask.sent.json.get("status", "Draft"))
    if wanted in INVOICED and not order.lines:
        raise _no_lines()
    _written(ask, order, ask.sent.json)
    if wanted in INVOICED:
        _issue_invoice(ask, order, wanted)
    return Done(200, order_json(order, ask.books.plan.modes, single=True))


def delete_order(ask: Ask) -> Done:
    """The order is gone. Raises Refused 409 for an invoice."""
    ask.books.orders.remove(deletable(order_of(ask)).id)
    return Done(204)


def changeable(order: Order) -> Order:
    """Return an order that may still change. Raises Refused 400 for an invoice."""
    if order.invoice is not None:
        raise Refused(400, "The sales order has been invoiced.", name="BadRequestError")
    return order


def deletable(order: Order) -> Order:
    """Return an order that may be deleted, or lines of which may. Raises Refused 409 for an invoice."""
    if order.invoice is not None:
        raise Refused(409, "The sales order has been invoiced.")
    return order


def touch(ask: Ask, order: Order) -> None:
    """Note that an order was changed now."""
    at = ask.books.written.now()
    order.entered, order.touched, order.modified = order.created_at, stamp(at), at.date()


def _no_lines() -> Refused:
    words = "The sales order has no lines."
    return Refused(400, words, name="BadRequestError", errors=(("NoLines", words),))


def _find_customer(ask: Ask, body: Json) -> Party:
    if "id" not in body:
        raise invalid("customer.id", "required")
    party = ask.books.party(body["id"])
    if party is None:
        raise invalid("customer.id", "reference")
    return party


def _written(ask: Ask, order: Order, sent: Json) -> None:
    """Make the order what it is after a write. Everything that can be refused is looked at before it changes."""
    customer = _find_customer(ask, sent["customer"]) if "id" in sent.get("customer", {}) else order.customer
    after = merged(_before(ask, order, customer), _without_ours(sent), REPLACED_IN_ORDERS)
    terms = after.get("invoice", {}).get("paymentTerms", {"type": order.terms[0], "value": order.terms[1]})
    currency = _read_currency(ask, after["currency"])
    method = _read_payment_method(after.get("paymentMethod", {}))
    dimensions = dimensions_in(ask.books, sent["dimensions"], "dimensions") if "dimensions" in sent else None
    when = read_day(sent["date"], "date") if "date" in sent else order.day
    _known_sales_type(after)
    if Status(sent.get("status", Status.DRAFT)) in INVOICED:
        _invoice_days(ask, after.get("invoice", {}))
    order.entered = order.created_at
    _move(ask, order, when)
    order.written = {key: value for key, value in after.items() if key not in OURS}
    order.terms, order.payment_method, order.customer = (terms["type"], terms["value"]), method, customer
    order.currency, order.rate = currency
    order.dimensions = order.dimensions if dimensions is None else dimensions
    if (status := Status(sent.get("status", order.status))) not in INVOICED:
        order.status = status
    touch(ask, order)


def _before(ask: Ask, order: Order, customer: Party) -> Json:
    """Return the record that a write changes; another customer brings nothing of the old one along."""
    before: Json = order.written or read(order_json(order, ask.books.plan.modes, single=True))
    if customer.id == before.get("customer", {}).get("id", customer.id):
        return before
    return before | {"customer": {"id": customer.id, "name": customer.name}}


def _without_ours(sent: Json) -> Json:
    """Return what may be written of what was sent: numbers of invoices and vouchers are given, not taken."""
    kept = {key: value for key, value in sent.items() if key not in OURS}
    if "invoice" in kept:
        kept["invoice"] = {k: v for k, v in kept["invoice"].items() if k not in ("number", "transaction")}
    return kept


def _move(ask: Ask, order: Order, when: date) -> None:
    if order.id in ask.books.orders.orders:
        ask.books.orders.move(order, when)
    order.day = when


def _read_currency(ask: Ask, body: Json) -> tuple[str, Decimal]:
    """Return code and rate for one, which some currencies quote for a hundred."""
    code, rate = body.get("code", "NOK"), bounded(body.get("rate", 1), "currency.rate")
    return code, rate / 100 if code in ask.books.plan.modes.per_hundred else rate


def _read_payment_method(body: Json) -> int | None:
    key: int | None = body.get("id")
    if key is not None and key not in ACCOUNT_OF_METHOD:
        raise invalid("paymentMethod.id", "reference")
    return key


def _known_sales_type(body: Json) -> None:
    kind = body.get("salesType", {}).get("id")
    if kind is not None and kind not in {key for key, *_ in SALES_TYPES}:
        raise invalid("salesType.id", "reference")


def _invoice_days(ask: Ask, asked: Json) -> tuple[date, date | None]:
    """Return the day of an invoice, today unless it is said, and its due date, if that is said."""
    when = open_day(ask.books, asked.get("date", ask.books.plan.last.isoformat()), "invoice.date")
    return when, read_day(asked["dueDate"], "invoice.dueDate") if "dueDate" in asked else None


def _issue_invoice(ask: Ask, order: Order, status: Status) -> None:
    """Invoice an order on the day it asks for, or today; a payment method counts as paid at once."""
    asked = (order.written or {}).get("invoice", {})
    when, due = _invoice_days(ask, asked)
    invoice = ask.books.sales.invoice(order, status, when, due=due, reference=asked.get("remittanceReference"))
    account = ACCOUNT_OF_METHOD.get(order.payment_method or 0, RECEIVABLE)
    if account != RECEIVABLE:
        ask.books.sales.settle(order, invoice, account)


WRITERS: Final[dict[str, Writer]] = {
    "POST /salesorders": create_order,
    "PATCH /salesorders/{id}": change_order,
    "DELETE /salesorders/{id}": delete_order,
}
