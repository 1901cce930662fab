"""Sales orders, their lines and attachments, payment methods and sales types.

Owns their filters and the date rules of `/salesorders`.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.core.windows import ONE_DAY
from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.line_json import make_moment
from finago_assets.sandbox.books.order_book import PAYMENT_METHODS
from finago_assets.sandbox.books.order_json import order_json, order_line_json
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing

if TYPE_CHECKING:
    from finago_assets.sandbox.books.orders import Order
    from finago_assets.sandbox.query import Query

SALES_TYPES: Final = (
    (-100, "Varesalg", 3000),
    (-101, "Tjenestesalg", 3000),
    (12, "Eksport", 3120),
    (13, "Uten konto", None),
)


def sales_orders(ask: Ask) -> Result:
    """Orders by order date, oldest first; `dateTo` is inclusive or not, as the options say."""
    orders = ask.books.orders.days
    first, end = _read_days(ask)
    days = [orders[day] for day in sorted(orders) if first <= day < end]
    days = [kept for day in days if (kept := [o for o in day if _matches_order(o, ask.query)])]
    return ask.by_day(days, partial(order_json, modes=ask.books.plan.modes))


def _read_days(ask: Ask) -> tuple[int, int]:
    one, first, last = ask.query.day("date"), ask.query.day("dateFrom"), ask.query.day("dateTo")
    if one is not None:
        return one.toordinal(), one.toordinal() + 1
    if last is not None and ask.options.salesorders_include_end:
        last += ONE_DAY
    return (first or date.min).toordinal(), (last or date.max).toordinal()


def _matches_order(order: Order, query: Query) -> bool:
    status, customer = query.text("status"), query.text("customerId")
    invoice, reference = query.text("invoiceNumber"), query.text("referenceNumber")
    return (
        (status is None or order.status.value == status)
        and (customer is None or str(order.customer.id) == customer)
        and (invoice is None or (order.invoice is not None and str(order.invoice.number) == invoice))
        and (reference is None or _find_reference(order) == reference)
        and _lies_within(order.created_at, query, "created")
        and _lies_within(order.modified_at, query, "modified")
    )


def _find_reference(order: Order) -> str | None:
    if order.written is not None:
        return order.written.get("referenceNumber")
    return f"PO-{order.id}" if order.id % 4 == 0 else None


def _lies_within(at: str, query: Query, what: str) -> bool:
    first, last = query.moment(f"{what}From"), query.moment(f"{what}To")
    return (first is None or at >= first) and (last is None or at.rstrip("Z") <= last)


def order_of(ask: Ask) -> Order:
    """Return the order that the path names. Raises Refused 404 when there is none."""
    order = ask.books.orders.orders.get(ask.integer("id"))
    if order is None:
        raise missing()
    return order


def sales_order(ask: Ask) -> Result:
    """One order, with its dimensions."""
    return One(order_json(order_of(ask), ask.books.plan.modes, single=True))


def lines(ask: Ask) -> Result:
    """The lines of an order, never paged."""
    order = order_of(ask)
    return Listing.of([] if order.hides_lines else [order_line_json(line) for line in order.lines])


def line(ask: Ask) -> Result:
    """One line of an order."""
    key = ask.integer("lineId")
    found = [order_line_json(line) for line in order_of(ask).lines if line.id == key]
    if not found:
        raise missing()
    return One(found[0])


def attachments(ask: Ask) -> Result:
    """Names of what is attached to an order."""
    order = order_of(ask)
    return Listing.of([*(_attachment(order, place) for place in range(order.attachments)), *order.files])


def _attachment(order: Order, place: int) -> bytes:
    body: dict[str, object] = {"fileId": make_guid(Thing.FILE, order.id * 10 + place), "orderId": order.id}
    body |= {"fileName": f"pakkseddel {place + 1}.pdf", "mediaType": "application/pdf", "size": 20_480 + place}
    return json.encode(body | {"timestamp": make_moment(order.day, order.id), "tags": [] if place else ["pakkseddel"]})


def payment_methods(_: Ask) -> Result:
    """Payment methods with their account."""
    return Listing.of(
        [
            json.encode({"id": key, "name": name, "account": {"id": ACCOUNTS[account].id}})
            for key, name, account in PAYMENT_METHODS
        ]
    )


def _render_sales_type(key: int, name: str, account: int | None) -> bytes:
    body: dict[str, object] = {"id": key, "name": name}
    return json.encode(body if account is None else body | {"account": {"id": ACCOUNTS[account].id}})


def sales_types(_: Ask) -> Result:
    """Sales types; negative ids are the system's."""
    return Listing.of([_render_sales_type(*kind) for kind in SALES_TYPES])


HANDLERS: Final[dict[str, Handler]] = {
    "/salesorders": sales_orders,
    "/salesorders/{id}": sales_order,
    "/salesorders/{id}/lines": lines,
    "/salesorders/{id}/lines/{lineId}": line,
    "/salesorders/{id}/attachments": attachments,
    "/paymentmethods": payment_methods,
    "/salestypes": sales_types,
}
