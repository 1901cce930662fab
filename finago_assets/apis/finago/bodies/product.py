"""Bodies of products and their categories, and of what a product adds to both: dimensions and sales type overrides."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from finago_assets.core.catalogue.notation import choice, closed, flag, money, number, record, text, whole
from finago_assets.core.catalogue.operation import RequestBody

_CATEGORY: Final = {"name": text(), "alternativeReference": text(), "parentId": number()}

NEW_CATEGORY: Final = RequestBody(record("name", **_CATEGORY), {"name": "Brewing equipment", "parentId": 0})

CATEGORY_CHANGES: Final = RequestBody(record(**_CATEGORY), {"alternativeReference": "brew-01"})

_PRODUCT: Final = {
    "name": text(most=150),
    "number": text(most=100, null=True),
    "type": choice("default", "structure"),
    "status": choice("active", "inactive"),
    "description": text(most=500, null=True),
    "costPrice": money(null=True),
    "salesPrice": money(null=True),
    "indirectCost": money(null=True),
    "webshopEnabled": flag(),
    "stock": record(isManaged=flag(), quantity=number(), location=text(null=True)),
    "ean": text(most=14, null=True),
    "eanAlternative": text(most=25, null=True),
    "supplierProduct": record(
        itemCode=text(most=50, null=True),
        number=text(most=50, null=True),
        name=text(most=250, null=True),
        price=money(null=True),
    ),
    "units": record(id=number(null=True)),
    "supplier": record(id=number(null=True)),
}

NEW_PRODUCT: Final = RequestBody(
    record("name category", **_PRODUCT, category=record("id", id=whole())),
    {
        "name": "Hand grinder",
        "number": "BR-204",
        "costPrice": Decimal("312.50"),
        "salesPrice": Decimal("549.90"),
        "stock": {"isManaged": True, "quantity": 25, "location": "B-07"},
        "category": {"id": 10},
    },
)

PRODUCT_CHANGES: Final = RequestBody(
    record(**_PRODUCT, category=record(id=whole())),
    {"salesPrice": Decimal("529.90"), "status": "active"},
)

PRODUCT_DIMENSION: Final = RequestBody(closed(record("value", value=text())), {"value": "10"})

SALESTYPE_OVERRIDE: Final = RequestBody(
    closed(record("accountNumber", accountNumber=whole(null=True))),
    {"accountNumber": 3010},
)
