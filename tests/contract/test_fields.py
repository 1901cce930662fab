"""The table of known fields against the facts of the description, the sandbox's records, and what staging types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.apis.finago.fields import FIELDS
from finago_assets.core.catalogue.fields import JsonShape, Scalar, fields_of
from tests.dbt.staged_columns import STAGING, Column, staged_columns
from tests.reference import answer, resolved

if TYPE_CHECKING:
    from finago_assets.core.catalogue.model import Endpoint

Described = dict[str, tuple[set[str], bool]]

# endpoint, field -> why our table says something else than the description
STRAYS = {
    ("transactionlines", "id"): "promised: it is what names a line",
    ("fiscalperiods", "id"): "promised: the key",
    ("accountbalances", "account"): "promised: it holds the key",
    ("accountbalances", "account.id"): "promised: the key",
    ("accounts", "id"): "promised: the key",
    ("taxes", "id"): "promised: the key",
    ("transactiontypes", "id"): "promised: the key",
    ("currencies", "code"): "promised: the key",
    ("salesorders", "id"): "promised: the key",
    ("salesorders", "customer.street"): "published clients had to accept several lines",
    ("salesorders", "deliveryCustomer.street"): "the same",
    ("salesorder_lines", "id"): "promised: the key",
    ("salesorder_attachments", "fileId"): "promised: the key",
    ("salestypes", "id"): "promised: the key",
    ("customers", "id"): "promised: the key",
    **{("customers", f"address.{kind}.street"): "several lines" for kind in ("visit", "postal", "billing", "delivery")},
    ("products", "id"): "promised: the key",
    ("productcategories", "id"): "promised: the key",
    ("organization_information", "id"): "promised: the key",
    ("organization_information", "address.street"): "several lines",
    ("organization_people", "id"): "promised: the key",
}

# known and left in the raw records: free text, personal data that no model needs, what another column says already
UNTYPED = {
    "bankaccounts": {"owner.contact.email", "owner.contact.name"},
    "customers": {"note"},
    "salesorders": {
        "customer.invoiceEmailAddresses",
        "deliveryCustomer.city",
        "deliveryCustomer.countrySubdivision",
        "deliveryCustomer.name",
        "deliveryCustomer.postalArea",
        "internalMemo",
        "memo",
        "yourReference.id",
        "yourReference.name",
    },
    "salesorder_lines": {"account.name"},
    "salesorder_attachments": {"orderId"},
    "product_salestype_overrides": {"productId"},
    "organization_information": {"contact.email", "contact.language", "contact.name", "contact.phone"},
    "organization_people": {"identityId"},
}


def _described(schema: dict[str, Any], path: str = "", required: frozenset[str] = frozenset()) -> Described:
    """Return every field of a schema. `required` are names that a schema around this one requires of it."""
    schema = resolved(schema)
    required |= set(schema.get("required", []))
    found: Described = {}
    for part in schema.get("allOf", []):
        found |= _described(part, path, required)
    variants = [_described(part, path, required) for key in ("oneOf", "anyOf") for part in schema.get(key, [])]
    for variant in variants:
        for place, (words, promised) in variant.items():
            earlier, certain = found.get(place, (set(), True))
            # what one of the variants lacks is not promised
            found[place] = (earlier | words, certain and promised and all(place in other for other in variants))
    if "items" in schema:
        found |= _described(schema["items"], f"{path}[]")
    for name, part in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        found |= _described(part, place)
        found[place] = (_words(part), name in required and "null" not in _kinds(resolved(part)))
    return found


def _words(schema: dict[str, Any]) -> set[str]:
    schema = resolved(schema)
    variants = [part for key in ("oneOf", "anyOf", "allOf") for part in schema.get(key, [])]
    if "type" not in schema:
        return set().union(*(_words(part) for part in variants))
    words = {"integer": "number", "string": "text", "array": "list", "boolean": "true or false"}
    return {words.get(kind, kind) for kind in _kinds(schema) - {"null"}}


def _kinds(schema: dict[str, Any]) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _record(endpoint: Endpoint) -> Described:
    body = answer("GET", endpoint.path)
    return _described(body if endpoint.single else resolved(body)["items"])


def _word(shape: object) -> str:
    match shape:
        case Scalar.INTEGER | Scalar.NUMBER:
            return "number"
        case Scalar():
            return "true or false" if shape is Scalar.FLAG else "text"
        case list():
            return "list"
        case _:
            return "object"


def test_every_endpoint_has_its_fields() -> None:
    assert FIELDS.keys() == ENDPOINTS.keys()


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_a_record_has_the_fields_of_the_description_but_for_the_differences_named(endpoint: Endpoint) -> None:
    ours = {
        field.path: ({_word(one) for one in field.shapes}, field.promised) for field in fields_of(FIELDS[endpoint.name])
    }
    described = _record(endpoint)
    assert ours.keys() == described.keys()
    strays = {path for path in ours if ours[path] != described[path]}
    assert strays == {path for name, path in STRAYS if name == endpoint.name}


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_a_key_and_a_day_are_promised_unless_the_description_lets_them_be_null(endpoint: Endpoint) -> None:
    promised = {field.path for field in fields_of(FIELDS[endpoint.name]) if field.promised}
    day = set() if endpoint.window is None or endpoint.name == "salesorders" else {endpoint.window.day_field}
    assert ({*endpoint.key} | day) - promised == ({"id"} if endpoint.name == "productunits" else set())


@pytest.mark.parametrize("model", sorted(STAGING), ids=lambda model: model)
def test_what_staging_types_is_a_known_field_of_a_fitting_kind_and_nothing_is_forgotten(model: str) -> None:
    endpoint, columns = staged_columns(model)
    known = {field.path: _staged_as(field.shapes) for field in fields_of(FIELDS[endpoint])}
    strays = [one for one in columns if one.kind != known[one.path] and not _is_an_id(one)]
    assert strays == []
    leaves = {path for path, kind in known.items() if "[]" not in path and kind != "object"}
    assert leaves - {column.path for column in columns} == UNTYPED.get(endpoint, set())


def _staged_as(shapes: tuple[JsonShape, ...]) -> str:
    """Return how staging types a field; what has several kinds is text."""
    if len(shapes) > 1:
        return "lines" if any(isinstance(one, list) for one in shapes) else "text"
    words = {Scalar.INTEGER: "integer", Scalar.NUMBER: "decimal", Scalar.FLAG: "boolean"}
    words |= {Scalar.TEXT: "text", Scalar.DAY: "date", Scalar.MOMENT: "timestamp"}
    (shape,) = shapes
    if isinstance(shape, list):
        return "list"
    return words[shape] if isinstance(shape, Scalar) else "object"


def _is_an_id(column: Column) -> bool:
    return column.kind == "text" and column.path.lower().endswith(("id", "invoice.number"))
