"""Products, categories, units, price lists and prices.

Owns their filters.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.dimensions import DEPARTMENT, DIMENSION_TYPES, PROJECT, name_of
from finago_assets.sandbox.books.products import CATEGORIES, PRICELISTS, UNITS, category_json, prices, product_json
from finago_assets.sandbox.books.written_records import Series
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.query import Query, refuse

if TYPE_CHECKING:
    from finago_assets.sandbox.books.products import Product


def list_products(ask: Ask) -> Result:
    """Products; `productSearch` knows % as a wildcard."""
    found = [product for product in ask.books.products if _matches_product(product, ask.query)]
    return Listing(len(found), lambda offset, limit: [product_json(p) for p in found[offset : offset + limit]])


def _matches_product(product: Product, query: Query) -> bool:
    search = query.text("productSearch")
    return (
        (search is None or fnmatchcase(product.name.lower(), search.lower().replace("%", "*")))
        and query.text("productNumber") in (None, product.number)
        and _among(query, "categoryIds", product.category)
        and _among(query, "supplierIds", None if product.supplier is None else product.supplier.id)
        and query.text("ean") in (None, product.ean)
    )


def _among(query: Query, name: str, key: int | None) -> bool:
    wanted = query.text(name)
    return wanted is None or str(key) in wanted.split(",")


def product_of(ask: Ask) -> Product:
    """Return the product that the path names. Raises Refused 404 when there is none."""
    found = ask.books.product(ask.integer("id"))
    if found is None:
        raise missing()
    return found


def product(ask: Ask) -> Result:
    """One product."""
    return One(product_json(product_of(ask)))


def product_dimensions(ask: Ask) -> Result:
    """The dimensions of a product; most have none."""
    return Listing.of(list(dimensions_of(ask, product_of(ask)).values()))


def dimensions_of(ask: Ask, product: Product) -> dict[int, bytes]:
    """Return the dimensions of a product by type, as they are now."""
    held: tuple[tuple[int, str], ...] = ()
    if product.id < Series.PRODUCT.value:
        held = ((DEPARTMENT, "20"), (PROJECT, "P101"))[: product.id // 2 % 3]
    return ask.books.written.product_dimensions[product.id].shown(
        {k: dimension_of(k, v, name_of(k, v)) for k, v in held}
    )


def dimension_of(kind: int, value: str, name: str) -> bytes:
    """Return a dimension of a product as it is shown."""
    return json.encode(
        {"dimensionType": kind, "dimensionTypeName": DIMENSION_TYPES[kind], "value": value, "name": name}
    )


def overrides(ask: Ask) -> Result:
    """Sales type overrides of a product."""
    found = product_of(ask)
    seeded = found.id // 2 % 4 == 0 and found.id < Series.PRODUCT.value
    first = {12: override_json(found.id, 12, 3120)} if seeded else {}
    return Listing.of(list(ask.books.written.overrides[found.id].shown(first).values()))


def override_json(product: int, sales_type: int, account: int) -> bytes:
    """Return an override as it is shown."""
    return json.encode({"productId": product, "salesTypeId": sales_type, "accountNumber": account})


def categories(ask: Ask) -> Result:
    """The category tree; paged though nothing says so."""
    return Listing.of(list(categories_of(ask).values()))


def categories_of(ask: Ask) -> dict[int, bytes]:
    """Return every category by id, as it is now."""
    seeded = {key: category_json(place, ask.books.plan.start) for place, (key, _, _) in enumerate(CATEGORIES)}
    return ask.books.written.categories.shown(seeded)


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


def _find_pricelist(ask: Ask) -> int:
    key = ask.integer("listId")
    for place, listed in enumerate(PRICELISTS):
        if listed[0] == key:
            return place
    raise missing()


def pricelist_prices(ask: Ask) -> Result:
    """Prices of a list; `productIds` reads like 1..10,20."""
    wanted = ask.query.text("productIds")
    held = prices(PRICELISTS[_find_pricelist(ask)][0], ask.books.products)
    ranges = None if wanted is None else [_range(part) for part in wanted.split(",")]
    return Listing.of([body for key, body in held if ranges is None or any(key in span for span in ranges)])


def _range(text: str) -> range:
    first, _, last = text.partition("..")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        raise refuse("productIds", "pattern") from None


HANDLERS: Final[dict[str, Handler]] = {
    "/products": list_products,
    "/products/{id}": product,
    "/products/{id}/dimensions": product_dimensions,
    "/products/{id}/salestypeOverrides": overrides,
    "/productcategories": categories,
    "/productunits": units,
    "/pricelists": pricelists,
    "/pricelists/{listId}/prices": pricelist_prices,
}
