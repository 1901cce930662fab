"""What is said about a product beside it: its dimensions, and the accounts its sales are posted to.

Owns both; each is set whole and taken away whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done, join_array
from finago_assets.sandbox.books.dimensions import DIMENSION_TYPES
from finago_assets.sandbox.endpoints.ask import missing
from finago_assets.sandbox.endpoints.invoicing import SALES_TYPES
from finago_assets.sandbox.endpoints.product import dimension_of, dimensions_of, override_json, product_of
from finago_assets.sandbox.endpoints.writing.checks import account_of, element_name, invalid

if TYPE_CHECKING:
    from finago_assets.sandbox.endpoints.ask import Ask, Writer


def set_dimension(ask: Ask) -> Done:
    """One value of a type, in place of the one before; the answer is all that the product has."""
    product, kind, value = product_of(ask), ask.integer("dimensionId"), ask.sent.json["value"]
    if kind not in DIMENSION_TYPES:
        raise missing()
    name = element_name(ask.books, kind, value)
    if name is None:
        raise invalid("value", "reference")
    ask.books.written.product_dimensions[product.id].written[kind] = dimension_of(kind, value, name)
    return Done(200, join_array(list(dimensions_of(ask, product).values())))


def drop_dimension(ask: Ask) -> Done:
    """The product has no value of this type any more. Raises Refused 404 when it had none."""
    product, kind = product_of(ask), ask.integer("dimensionId")
    if kind not in dimensions_of(ask, product):
        raise missing()
    ask.books.written.product_dimensions[product.id].written[kind] = None
    return Done(204)


def set_override(ask: Ask) -> Done:
    """Another account for a sales type; null takes the override away."""
    product, kind, number = product_of(ask), _read_sales_type(ask), ask.sent.json["accountNumber"]
    if number is None:
        return drop_override(ask)
    account_of(number, "accountNumber")
    kept = override_json(product.id, kind, number)
    ask.books.written.overrides[product.id].written[kind] = kept
    return Done(200, kept)


def drop_override(ask: Ask) -> Done:
    """No override, whether or not there was one."""
    ask.books.written.overrides[product_of(ask).id].written[_read_sales_type(ask)] = None
    return Done(204)


def _read_sales_type(ask: Ask) -> int:
    key = ask.integer("salesTypeId")
    if key not in {kind for kind, *_ in SALES_TYPES}:
        raise missing()
    return key


WRITERS: Final[dict[str, Writer]] = {
    "PUT /products/{id}/dimensions/{dimensionId}": set_dimension,
    "DELETE /products/{id}/dimensions/{dimensionId}": drop_dimension,
    "PUT /products/{id}/salestypeOverrides/{salesTypeId}": set_override,
    "DELETE /products/{id}/salestypeOverrides/{salesTypeId}": drop_override,
}
