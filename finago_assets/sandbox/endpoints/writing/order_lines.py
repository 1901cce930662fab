"""Lines of sales orders as they are added, changed and deleted, and files that are attached to an order.

Owns what a body makes of a line. Totals of the order follow from its lines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done
from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.dimensions import name_of
from finago_assets.sandbox.books.kept import merged, read, write
from finago_assets.sandbox.books.money import ORE, exact
from finago_assets.sandbox.books.order_json import order_line_json
from finago_assets.sandbox.books.orders import OrderLine
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.written_records import Series
from finago_assets.sandbox.endpoints.ask import missing
from finago_assets.sandbox.endpoints.invoicing import order_of
from finago_assets.sandbox.endpoints.writing.checks import account_of, bounded, dimensions_in, invalid, tax_of
from finago_assets.sandbox.endpoints.writing.orders import changeable, deletable, touch

if TYPE_CHECKING:
    from finago_assets.sandbox.books.accounts import BookAccount
    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.books.orders import Order
    from finago_assets.sandbox.books.products import Product
    from finago_assets.sandbox.books.taxes import Tax
    from finago_assets.sandbox.endpoints.ask import Ask, Writer

OF_THE_PRODUCT: Final = ("type", "product", "description", "price", "costPrice", "tax", "account")
REPLACED_IN_LINES: Final = ("accrual", "tax", "account")
ACCOUNT, TAX = 3000, 3
MOST_ORE: Final = 10**16


def add(ask: Ask) -> Done:
    """A line at the end of the order. What a product line leaves out comes from the product."""
    order = changeable(order_of(ask))
    line = _build_line(ask, ask.books.written.new(Series.ORDER_LINE), ask.sent.json)
    order.lines.append(line)
    touch(ask, order)
    return Done(200, order_line_json(line))


def change_line(ask: Ask) -> Done:
    """What is sent replaces what was there."""
    order = changeable(order_of(ask))
    place = _find_line(ask, order)
    before = read(order_line_json(order.lines[place]))
    sent = {key: value for key, value in ask.sent.json.items() if key != "id"}
    if sent.get("product", {}).get("id", before.get("product", {}).get("id")) != before.get("product", {}).get("id"):
        before = {key: value for key, value in before.items() if key not in OF_THE_PRODUCT}
    order.lines[place] = _build_line(ask, before["id"], merged(before, sent, REPLACED_IN_LINES))
    touch(ask, order)
    return Done(200, order_line_json(order.lines[place]))


def delete_line(ask: Ask) -> Done:
    """The line is gone. Raises Refused 409 for a line of an invoice."""
    order = order_of(ask)
    place = _find_line(ask, order)
    del deletable(order).lines[place]
    touch(ask, order)
    return Done(204)


def _find_line(ask: Ask, order: Order) -> int:
    key = ask.integer("lineId")
    for place, line in enumerate(order.lines):
        if line.id == key:
            return place
    raise missing()


def _build_line(ask: Ask, key: int, body: Json) -> OrderLine:
    product = _find_product(ask, body)
    filled = _filled(body, product)
    tax, account = _tax(body, product), _choose_account(body, product)
    dimensions = dimensions_in(ask.books, body.get("dimensions", []), "dimensions")
    price = bounded(filled["price"], "price")
    shown = {"id": key, **filled, "tax": {"id": tax.id, "number": tax.number, "rate": exact(tax.rate)}}
    shown["account"] = {"id": account.id, "number": account.number, "name": account.name}
    if "dimensions" in body:
        shown["dimensions"] = [{"dimensionType": k, "value": v, "name": name_of(k, v)} for k, v in dimensions]
    line = OrderLine(
        id=key,
        description=filled["description"],
        quantity=bounded(filled["quantity"], "quantity"),
        price=price * ORE,
        discount=Decimal(str(filled["discountRate"])),
        tax=tax.number,
        account=account.number,
        product=product,
        dimensions=dimensions,
        written=write(shown),
    )
    if abs(line.net) >= MOST_ORE:
        raise invalid("quantity", "maximum")
    return line


def _find_product(ask: Ask, body: Json) -> Product | None:
    if body.get("type", "product" if "product" in body else "text") == "text":
        return None
    key = body.get("product", {}).get("id")
    if key is None:
        raise invalid("product.id", "required")
    found = ask.books.product(key)
    if found is None:
        raise invalid("product.id", "reference")
    return found


def _filled(body: Json, product: Product | None) -> Json:
    """Return a line with what it left out. Raises Refused 400 for a text line without a text."""
    if product is None:
        if not body.get("description"):
            raise invalid("description", "required")
        return {"type": "text", "quantity": 0, "price": 0, "discountRate": 0, **body}
    known = {"description": product.name[:300], "price": Decimal(product.price) / ORE}
    line = {"type": "product", "quantity": 1, "discountRate": 0, **known, **body}
    return {**line, "product": {"id": product.id, "number": product.number}}


def _tax(body: Json, product: Product | None) -> Tax:
    if body.get("tax"):
        return tax_of(body["tax"], "tax")
    return TAXES[TAX if product is None else product.tax]


def _choose_account(body: Json, product: Product | None) -> BookAccount:
    asked = body.get("account") or {}
    if "number" in asked:
        return account_of(asked["number"], "account.number")
    if "id" in asked:
        found = next((account for account in ACCOUNTS.values() if account.id == asked["id"]), None)
        if found is None:
            raise invalid("account.id", "reference")
        return found
    return ACCOUNTS[ACCOUNT if product is None else product.account]


WRITERS: Final[dict[str, Writer]] = {
    "POST /salesorders/{id}/lines": add,
    "PATCH /salesorders/{id}/lines/{lineId}": change_line,
    "DELETE /salesorders/{id}/lines/{lineId}": delete_line,
}
