"""Products, categories, units, price lists and prices.

Owns their filters.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.dimensions import DEPARTMENT, ELEMENTS, PROJECT, TYPES
from finago_assets.sandbox.books.products import CATEGORIES, PRICELISTS, UNITS, category_json, prices, product_json
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.query import Query, refuse

if TYPE_CHECKING:
    from finago_assets.sandbox.books.products import Product


def products(ask: Ask) -> Result:
    """Products; `productSearch` knows % as a wildcard."""
    found = [product for product in ask.books.products if _wanted(product, ask.query)]
    return Listing(len(found), lambda offset, limit: [product_json(p) for p in found[offset : offset + limit]])


def _wanted(product: Product, query: Query) -> bool:
    search = query.text("productSearch")
    return (
        (search is None or fnmatchcase(product.name.lower(), search.lower().replace("%", "*")))
        and query.text("productNumber") in (None, product.number)
        and _among(query, "categoryIds", product.category)
        and _among(query, "supplierIds", product.supplier.id)
        and query.text("ean") in (None, f"{7_090_000_000_000 + product.id}" if product.id // 2 % 5 else "")
    )


def _among(query: Query, name: str, key: int) -> bool:
    wanted = query.text(name)
    return wanted is None or str(key) in wanted.split(",")


def _product(ask: Ask) -> Product:
    key = ask.integer("id")
    found = [product for product in ask.books.products if product.id == key]
    if not found:
        raise missing()
    return found[0]


def product(ask: Ask) -> Result:
    """One product."""
    return One(product_json(_product(ask)))


def product_dimensions(ask: Ask) -> Result:
    """The dimensions of a product; most have none."""
    found = _product(ask)
    held = ((DEPARTMENT, "20"), (PROJECT, "P101"))[: found.id // 2 % 3]
    return Listing.of(
        [
            json.encode(
                {
                    "dimensionType": kind,
                    "dimensionTypeName": TYPES[kind],
                    "value": value,
                    "name": ELEMENTS[kind, value].name,
                }
            )
            for kind, value in held
        ]
    )


def overrides(ask: Ask) -> Result:
    """Sales type overrides of a product."""
    found = _product(ask)
    body = {"productId": found.id, "salesTypeId": 12, "accountNumber": 3120}
    return Listing.of([json.encode(body)] if found.id // 2 % 4 == 0 else [])


def categories(ask: Ask) -> Result:
    """The category tree; paged though nothing says so."""
    return Listing.of([category_json(place, ask.books.plan.start) for place in range(len(CATEGORIES))])


def category(ask: Ask) -> Result:
    """One category."""
    key = ask.integer("id")
    for place, (found, _, _) in enumerate(CATEGORIES):
        if found == key:
            return One(category_json(place, ask.books.plan.start))
    raise missing()


def units(_: Ask) -> Result:
    """Units of measurement."""
    return Listing.of([json.encode({"id": key, "name": name, "symbol": symbol}) for key, name, symbol in UNITS])


def _pricelist(listed: tuple[int, str, str, bool]) -> bytes:
    key, name, currency, gross = listed
    body: dict[str, object] = {"id": key, "name": name, "currencyCode": currency, "isInclusiveTax": gross}
    return json.encode(body | {"description": None} if key == 2 else body)


def pricelists(_: Ask) -> Result:
    """Price lists; most are in LOCAL currency."""
    return Listing.of([_pricelist(listed) for listed in PRICELISTS])


def pricelist(ask: Ask) -> Result:
    """One price list."""
    return One(_pricelist(PRICELISTS[_listed(ask)]))


def _listed(ask: Ask) -> int:
    key = ask.integer("listId")
    for place, listed in enumerate(PRICELISTS):
        if listed[0] == key:
            return place
    raise missing()


def pricelist_prices(ask: Ask) -> Result:
    """Prices of a list; `productIds` reads like 1..10,20."""
    wanted = ask.query.text("productIds")
    held = prices(PRICELISTS[_listed(ask)][0], ask.books.products)
    ranges = None if wanted is None else [_range(part) for part in wanted.split(",")]
    return Listing.of([body for key, body in held if ranges is None or any(key in span for span in ranges)])


def _range(text: str) -> range:
    first, _, last = text.partition("..")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        raise refuse("productIds", "pattern") from None


HANDLERS: Final[dict[str, Handler]] = {
    "/products": products,
    "/products/{id}": product,
    "/products/{id}/dimensions": product_dimensions,
    "/products/{id}/salestypeOverrides": overrides,
    "/productcategories": categories,
    "/productcategories/{id}": category,
    "/productunits": units,
    "/pricelists": pricelists,
    "/pricelists/{listId}": pricelist,
    "/pricelists/{listId}/prices": pricelist_prices,
}
