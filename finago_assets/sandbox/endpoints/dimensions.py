"""Dimension types and their elements; those of products and customers are the registers themselves.

Owns both lists and the rule that closed elements are not listed.
"""

from __future__ import annotations

from typing import Final

from msgspec import json

from finago_assets.sandbox.answers import Listing, One, Result
from finago_assets.sandbox.books.dimensions import CUSTOMER, DIMENSION_TYPES, ELEMENTS, PRODUCT
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing


def dimensions(_: Ask) -> Result:
    """Every dimension type."""
    return Listing.of([json.encode({"id": key, "name": name}) for key, name in DIMENSION_TYPES.items()])


def elements(ask: Ask) -> Result:
    """The active elements of a type; those of products and customers are the registers themselves."""
    kind = ask.integer("dimensionType")
    if kind not in DIMENSION_TYPES:
        raise missing()
    return Listing.of([_render_dimension(kind, value, name) for value, name, active in _elements(ask, kind) if active])


def element(ask: Ask) -> Result:
    """One element, closed ones included."""
    kind, wanted = ask.integer("dimensionType"), ask.path["value"]
    found = [_render_dimension(kind, value, name) for value, name, _ in _elements(ask, kind) if value == wanted]
    if not found:
        raise missing()
    return One(found[0])


def _elements(ask: Ask, kind: int) -> list[tuple[str, str, bool]]:
    if kind == PRODUCT:
        return [(p.number, p.name, p.active) for p in ask.books.products]
    if kind == CUSTOMER:
        return [(str(p.id), p.name, True) for p in ask.books.parties if not p.is_supplier]
    return [(e.value, e.name, e.active) for e in ELEMENTS.values() if e.kind == kind]


def _render_dimension(kind: int, value: str, name: str) -> bytes:
    return json.encode({"dimensionType": kind, "value": value, "name": name})


HANDLERS: Final[dict[str, Handler]] = {
    "/dimensions": dimensions,
    "/dimensions/{dimensionType}/elements": elements,
    "/dimensions/{dimensionType}/elements/{value}": element,
}
