"""Products and their categories, as they are created, changed and deleted.

Owns what a body makes of a product. Names of category, supplier and unit are filled in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done
from finago_assets.sandbox.books.kept import merged, read, write
from finago_assets.sandbox.books.money import ORE, rounded
from finago_assets.sandbox.books.products import GROUPS, UNITS, Product, product_json
from finago_assets.sandbox.books.written_records import Series, spaced_stamp
from finago_assets.sandbox.endpoints.ask import missing
from finago_assets.sandbox.endpoints.product import categories_of, product_of
from finago_assets.sandbox.endpoints.writing.checks import bounded, invalid

if TYPE_CHECKING:
    from datetime import date, datetime

    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.endpoints.ask import Ask, Writer

DEFAULTS: Final[Json] = {"type": "default", "status": "active", "costPrice": 0, "salesPrice": 0, "indirectCost": 0}
FIXED: Final = ("id", "createdAt", "modifiedAt")


def create_product(ask: Ask) -> Done:
    """A product of a category that exists."""
    at = ask.books.written.now()
    sent = {key: value for key, value in ask.sent.json.items() if key not in FIXED}
    body = {"id": ask.books.written.new(Series.PRODUCT), **DEFAULTS, **sent, "createdAt": spaced_stamp(at)}
    product = _build_product(ask, body, at, None)
    ask.books.products.append(product)
    return Done(201, product_json(product))


def change_product(ask: Ask) -> Done:
    """What is sent replaces what was there; objects are merged."""
    before = product_of(ask)
    changes = {key: value for key, value in ask.sent.json.items() if key not in FIXED}
    after = _build_product(ask, merged(read(product_json(before)), changes), ask.books.written.now(), before)
    ask.books.products[ask.books.products.index(before)] = after
    return Done(200, product_json(after))


def delete_product(ask: Ask) -> Done:
    """The product is gone; order lines keep it."""
    ask.books.products.remove(product_of(ask))
    return Done(204)


def _build_product(ask: Ask, body: Json, at: datetime, before: Product | None) -> Product:
    body = {**body, **_resolved(ask, body), "modifiedAt": spaced_stamp(at)}
    return replace(
        before or _make_blank_product(body["id"], at.date()),
        number=body.get("number") or str(body["id"]),
        name=body["name"],
        price=rounded(bounded(body.get("salesPrice"), "salesPrice") * ORE),
        cost=rounded(bounded(body.get("costPrice"), "costPrice") * ORE),
        category=body["category"]["id"],
        active=body["status"] == "active",
        supplier=ask.books.party((body.get("supplier") or {}).get("id")),
        written=write(body),
    )


def _make_blank_product(key: int, day: date) -> Product:
    """Return a product that is sold like most: the first group's account and tax number."""
    account, tax = GROUPS[0]
    return Product(
        id=key,
        number="",
        name="",
        price=0,
        cost=0,
        account=account,
        tax=tax,
        category=0,
        unit=0,
        active=True,
        supplier=None,
        created=day,
        stock=0,
    )


def _resolved(ask: Ask, body: Json) -> Json:
    """Return category, supplier and units with their names. Raises Refused 400 for one that does not exist."""
    category = categories_of(ask).get(body["category"]["id"])
    if category is None:
        raise invalid("category.id", "reference")
    found: Json = {"category": {"id": body["category"]["id"], "name": read(category)["name"]}}
    if "supplier" in body:
        found["supplier"] = _supplier(ask, body["supplier"].get("id"))
    if "units" in body:
        found["units"] = _unit(body["units"].get("id"))
    return found


def _supplier(ask: Ask, key: object) -> Json:
    if key is None:
        return {"id": None, "name": None}
    party = ask.books.party(key)
    if party is None or not party.is_supplier:
        raise invalid("supplier.id", "reference")
    return {"id": party.id, "name": party.name}


def _unit(key: object) -> Json:
    known = next((unit for unit in UNITS if unit[0] == key), None)
    if known is None:
        raise invalid("units.id", "reference")
    return dict(zip(("id", "name", "symbol"), known, strict=True))


def create_category(ask: Ask) -> Done:
    """A category under one that exists, or at the top."""
    key = ask.books.written.new(Series.CATEGORY)
    sent = {name: value for name, value in ask.sent.json.items() if name not in FIXED}
    return Done(201, _keep_category(ask, key, {"id": key, "parentId": 0, **sent}))


def change_category(ask: Ask) -> Done:
    """What is sent replaces what was there."""
    key = ask.integer("id")
    before = categories_of(ask).get(key)
    if before is None:
        raise missing()
    sent = {name: value for name, value in ask.sent.json.items() if name not in FIXED}
    return Done(200, _keep_category(ask, key, read(before) | sent))


def _keep_category(ask: Ask, key: int, body: Json) -> bytes:
    if body["parentId"] == key or body["parentId"] not in {0, *categories_of(ask)}:
        raise invalid("parentId", "reference")
    kept = write(body | {"modifiedAt": spaced_stamp(ask.books.written.now())})
    ask.books.written.categories.written[key] = kept
    return kept


def delete_category(ask: Ask) -> Done:
    """The category is gone; products keep its name."""
    key = ask.integer("id")
    if key not in categories_of(ask):
        raise missing()
    ask.books.written.categories.written[key] = None
    return Done(204)


WRITERS: Final[dict[str, Writer]] = {
    "POST /products": create_product,
    "PATCH /products/{id}": change_product,
    "DELETE /products/{id}": delete_product,
    "POST /productcategories": create_category,
    "PATCH /productcategories/{id}": change_category,
    "DELETE /productcategories/{id}": delete_category,
}
