"""What a schema cannot tell about a body: whether ids lead somewhere, and whether an amount is money.

Owns the refusals that writers share, each in the shape of the API's ValidationError.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Refused
from finago_assets.sandbox.books.accounts import ACCOUNTS, BookAccount
from finago_assets.sandbox.books.dimensions import CUSTOMER, DIMENSION_TYPES, ELEMENTS, PRODUCT
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.taxes import TAXES, Tax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.books.kept import Json

MOST_KRONER: Final = Decimal(10) ** 12
Dimensions = tuple[tuple[int, str], ...]


def invalid(path: str, keyword: str) -> Refused:
    """Return the 400 for one place of a body."""
    return Refused(400, f"{path or 'The body'} is invalid.", ((path, keyword),))


def bounded(value: object, path: str) -> Decimal:
    """Return a number of a size that books can hold. Raises Refused 400 for another."""
    try:
        amount = Decimal(str(value or 0))
    except InvalidOperation:
        raise invalid(path, "type") from None
    if abs(amount) >= MOST_KRONER:
        raise invalid(path, "maximum")
    return amount


def ore(value: object, path: str) -> int:
    """Return an amount in øre. Raises Refused 400 for parts of an øre: an amount is kept as given or not at all."""
    amount = bounded(value, path) * ORE
    if amount != amount.to_integral_value():
        raise invalid(path, "multipleOf")
    return int(amount)


def read_day(text: object, path: str) -> date:
    """Return a calendar day. Raises Refused 400 for anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise invalid(path, "format") from None


def open_day(books: Books, text: object, path: str) -> date:
    """Return a day that may be posted on. Raises Refused 400 for one in no fiscal year."""
    found = read_day(text, path)
    if not any(period.first <= found <= period.last for period in books.periods):
        raise invalid(path, "fiscalPeriod")
    return found


def account_of(number: object, path: str) -> BookAccount:
    """Return an account by number. Raises Refused 400 when the chart does not have it."""
    found = next((account for account in ACCOUNTS.values() if account.number == number), None)
    if found is None:
        raise invalid(path, "reference")
    return found


def tax_of(body: Json, path: str) -> Tax:
    """Return a tax code by its number or, without one, its id. Raises Refused 400 for an unknown one."""
    key = "number" if "number" in body else "id"
    found = next((tax for tax in TAXES.values() if getattr(tax, key) == body.get(key)), None)
    if found is None:
        raise invalid(f"{path}.{key}", "reference")
    return found


def element_name(books: Books, kind: object, value: str) -> str | None:
    """Return the name of a dimension's value, None when there is no such value."""
    if kind == PRODUCT:
        return next((p.name for p in books.products if p.number == value), None)
    if kind == CUSTOMER:
        return next((p.name for p in books.parties if str(p.id) == value), None)
    found = next((e for e in ELEMENTS.values() if (e.kind, e.value) == (kind, value)), None)
    return None if found is None else found.name


def dimensions_in(books: Books, bodies: Iterable[Json], path: str) -> Dimensions:
    """Return dimensions as (type, value). Raises Refused 400 for a type or a value that the tenant does not have."""
    found = []
    for place, body in enumerate(bodies):
        kind, value = body["dimensionType"], body["value"]
        if kind not in DIMENSION_TYPES:
            raise invalid(f"{path}.{place}.dimensionType", "reference")
        if element_name(books, kind, value) is None:
            raise invalid(f"{path}.{place}.value", "reference")
        found.append((kind, value))
    return tuple(found)
