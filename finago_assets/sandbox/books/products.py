"""Products, categories, units, price lists and prices.

Owns the assortment and its JSON. The account and tax of a sale follow from the product's group.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.kept import read
from finago_assets.sandbox.books.money import share, write_amount
from finago_assets.sandbox.books.parties import spaced

if TYPE_CHECKING:
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.books.plan import BooksPlan

FIRST_PRODUCT_ID: Final = 101
UNITS: Final = ((1, "Stykk", "stk"), (2, "Kilogram", "kg"), (3, "Time", "t"), (None, "Pakke", None))
PRICELISTS: Final = ((1, "Standard", "LOCAL", False), (2, "Forhandler", "LOCAL", False), (7, "Eksport", "EUR", False))
CATEGORIES: Final = tuple(
    (10 + place, name, parent)
    for place, (name, parent) in enumerate(
        (
            ("Varer", 0),
            ("Tjenester", 0),
            ("Klær", 10),
            ("Sko", 10),
            ("Mat og drikke", 10),
            ("Bøker", 10),
            ("Konsulent", 11),
            ("Frakt", 11),
            ("Jakker", 12),
            ("Støvler", 13),
            ("Kaffe", 14),
            ("Barnebøker", 15),
        )
    )
)
GROUPS: Final = ((3000, 3), (3000, 3), (3010, 31), (3000, 3), (3100, 5), (3050, 33))  # revenue account, tax number

_WHAT: Final = ("Jakke", "Støvel", "Kaffe", "Lykt", "Bok", "Billett", "Sekk", "Kniv", "Kopp", 'Ull"genser"')
_HOW: Final = ("rød", "blå", "lett", "tung", "økologisk", "nr. 5", "XL", "barn")


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold: `price` in øre without VAT; `account` and `tax` are numbers.

    `written` is the whole record where somebody wrote it through the API.
    """

    id: int
    number: str
    name: str
    price: int
    cost: int
    account: int
    tax: int
    category: int
    unit: int
    active: bool
    supplier: Party | None
    created: date
    stock: int
    written: bytes | None = None

    @property
    def ean(self) -> str | None:
        """The number on its packaging."""
        if self.written is not None:
            found = read(self.written).get("ean")
            return None if found is None else str(found)
        return f"{7_090_000_000_000 + self.id}" if self.id // 2 % 5 else None


def make_products(plan: BooksPlan, suppliers: list[Party]) -> list[Product]:
    """Return the assortment; a few products are no longer sold."""
    dice = plan.dice("products")
    found = []
    for place in range(plan.volume.products):
        account, tax = GROUPS[place % len(GROUPS)]
        price = dice.randrange(49_00, 4_990_00, 10) + place % 3 * 5
        found.append(
            Product(
                id=FIRST_PRODUCT_ID + place * 2,
                number=f"V-{1000 + place}",
                name=f"{dice.choice(_WHAT)} {dice.choice(_HOW)} {place}",
                price=price,
                cost=share(price, dice.randrange(40, 75)),
                account=account,
                tax=tax,
                category=12 + place % 10,
                unit=place % 3,
                active=place % 11 != 10,
                supplier=suppliers[place % len(suppliers)],
                created=plan.start - timedelta(days=dice.randrange(10, 900)),
                stock=dice.randrange(-3, 400),
            )
        )
    return found


def product_json(product: Product) -> bytes:
    """Return a product as `/products` shows it."""
    if product.written is not None:
        return product.written
    serial = product.id // 2
    unit = UNITS[product.unit]
    body: dict[str, object] = {"id": product.id, "name": product.name, "number": product.number, "type": "default"}
    body["status"] = "active" if product.active else "inactive"
    if serial % 3:
        body["description"] = None if serial % 2 else f"{product.name}, leveres i eske."
    body["costPrice"] = write_amount(product.cost, serial)
    body["salesPrice"] = write_amount(product.price, serial + 1)
    if serial % 4 == 0:
        body["indirectCost"] = None
    body["webshopEnabled"] = serial % 2 == 0
    body["stock"] = {"isManaged": True, "quantity": product.stock, "location": None if serial % 2 else f"A-{serial}"}
    body["ean"] = product.ean
    if serial % 2:
        body["supplierProduct"] = {"itemCode": None, "number": f"S{serial}", "price": write_amount(product.cost, 1)}
    body["units"] = {"id": unit[0], "name": unit[1], "symbol": unit[2]}
    body["category"] = {"id": product.category, "name": _category_name(product.category)}
    if product.supplier is not None:
        body["supplier"] = {"id": product.supplier.id, "name": product.supplier.name}
    if serial % 29 == 0:
        body["sustainability"] = {"label": "svane"}
    body["createdAt"] = spaced(product.created, serial)
    body["modifiedAt"] = spaced(product.created + timedelta(days=serial % 300), serial)
    return json.encode(body)


def _category_name(category: int) -> str:
    return next(name for key, name, _ in CATEGORIES if key == category)


def category_json(place: int, day: date) -> bytes:
    """Return the `place`th category as `/productcategories` shows it."""
    key, name, parent = CATEGORIES[place]
    body: dict[str, object] = {"id": key, "name": name}
    if place % 2:
        body["alternativeReference"] = f"kat-{key}"
    return json.encode(body | {"parentId": parent, "modifiedAt": spaced(day, key)})


def prices(listed: int, assortment: list[Product]) -> list[tuple[int, bytes]]:
    """Return (product id, JSON) for each product on a price list; lists beyond the first hold only some products."""
    held = assortment if listed == 1 else assortment[:: 2 if listed == 2 else 5]
    percent = {1: 100, 2: 85, 7: 9}[listed]
    return [
        (p.id, json.encode({"productId": p.id, "price": write_amount(share(p.price, percent), p.id // 2)}))
        for p in held
    ]
