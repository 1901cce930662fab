"""Request templates against the facts of the description: every operation, parameter and body, and where we differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.operation import Answers, Type
from tests import reference
from tests.contract.shape import differences
from tests.core.catalogue.bodies import SENDING, example, spoiled, whole_instances
from tests.reference import facts, inlined, resolved

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import Operation

CHECKER: Final = Draft202012Validator.FORMAT_CHECKER

_CUSTOMER_ID: Final = "text in the description, while a customer's id is a whole number wherever it is answered"
_LIST: Final = "text in the description, whose sample is a list"
_REPLACED: Final = "deprecated in the description in favour of createdFrom and modifiedFrom"
_PAGE: Final = "missing from the description, sent because published clients needed it"

PARAMETER_DEVIATIONS: Final = {
    ("/accountbalances", "periods", "type"): "text in the description, whose pattern is a list of days",
    ("/accountbalances/{id}", "periods", "type"): "text in the description, whose pattern is a list of days",
    ("/customers", "createdFrom", "type"): "text in the description, whose use is a moment",
    ("/customers", "modifiedFrom", "type"): "text in the description, whose use is a moment",
    ("/customers", "page", "extra"): _PAGE,
    ("/customers", "sortBy", "choices"): "the words that the pattern of the description lets through",
    ("/customers/{customerId}/bankaccounts", "customerId", "type"): _CUSTOMER_ID,
    ("/customers/{customerId}/bankaccounts/{accountNumber}", "customerId", "type"): _CUSTOMER_ID,
    ("/pricelists/{listId}/prices", "productIds", "type"): _LIST,
    ("/productcategories", "page", "extra"): _PAGE,
    ("/products", "categoryIds", "type"): _LIST,
    ("/products", "supplierIds", "type"): _LIST,
    ("/salesorders", "customerId", "type"): _CUSTOMER_ID,
    ("/transactionlines", "createdAfter", "missing"): _REPLACED,
    ("/transactionlines", "modifiedAfter", "missing"): _REPLACED,
}
"""(path, parameter, in what) -> why a template strays from the description."""

_IN_WORDS: Final = "said in the words of the description, not in its schema"

BODY_DEVIATIONS: Final = {
    ("banktransactions.create", "amount.value", "exclusiveMinimum"): _IN_WORDS,
    ("banktransactions.create", "bankTransactionReference", "maxLength"): _IN_WORDS,
    ("banktransactions.create", "bankTransactionReference", "minLength"): _IN_WORDS,
    ("banktransactions.create", "paymentReference.value", "maxLength"): _IN_WORDS,
    ("salesorder_lines.update", "id", "missing"): "stands in the path, and the shape it is added to forbids it",
    ("salesorders.create", "invoice.paymentTerms.value", "pattern"): "the format of a day says the same",
    ("salesorders.update", "invoice.paymentTerms.value", "pattern"): "the format of a day says the same",
    ("transactions.create", "lines[].tax.baseRate", "multipleOf"): "a step of 0.01, which every whole number is",
}
"""(template, place in the body, in what) -> why a body strays from the description."""

_NOT_EMPTY: Final = "a body without the flag that says it is required, and without which nothing would be written"

REQUIRED_ANYWAY: Final = {
    "product_dimensions.set": _NOT_EMPTY,
    "productcategories.update": _NOT_EMPTY,
    "products.update": _NOT_EMPTY,
    "salesorder_attachments.create": _NOT_EMPTY,
    "salesorder_lines.create": _NOT_EMPTY,
    "salesorder_lines.update": _NOT_EMPTY,
    "salesorders.create": _NOT_EMPTY,
    "salesorders.update": _NOT_EMPTY,
}

TYPES: Final = {
    ("boolean", None): Type.FLAG,
    ("integer", None): Type.INTEGER,
    ("integer", "int"): Type.INTEGER,
    ("integer", "int32"): Type.INTEGER,
    ("integer", "int64"): Type.INTEGER,
    ("number", "int32"): Type.INTEGER,
    ("string", None): Type.TEXT,
    ("string", "date"): Type.DAY,
    ("string", "date-time"): Type.MOMENT,
    ("string", "uuid"): Type.TEXT,
}


class _Parameter(NamedTuple):
    place: str
    schema: dict[str, Any]
    required: bool


def _described(operation: Operation) -> dict[str, Any]:
    return reference.operation(operation.method.value, operation.path)


def _parameters(operation: Operation) -> dict[str, _Parameter]:
    places = {place: _described(operation).get(place, {"properties": {}}) for place in ("path", "query")}
    return {
        name: _Parameter(place, schema, name in said["required"])
        for place, said in places.items()
        for name, schema in said["properties"].items()
    }


def _schema(operation: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = inlined(_described(operation)["body"]["schema"])
    return schema


def test_every_operation_of_the_description_is_a_template_and_no_other() -> None:
    assert sorted(f"{one.method.value} {one.path}" for one in FINAGO.operations.values()) == sorted(
        facts()["operations"]
    )


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_a_template_needs_the_scopes_of_the_description(operation: Operation) -> None:
    assert operation.scopes == tuple(_described(operation)["scopes"])


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_a_template_answers_what_the_description_answers(operation: Operation) -> None:
    answers = _described(operation)["answers"]
    successes = [answers[status] for status in sorted(answers) if status.startswith("2")]
    schemas = [resolved(one["schema"]) for one in successes if "schema" in one]
    if not schemas:
        assert operation.answers is Answers.NOTHING
    else:
        assert operation.answers is (Answers.LIST if schemas[0].get("type") == "array" else Answers.OBJECT)


def _parameter_differences(operation: Operation) -> set[tuple[str, str, str]]:
    described, ours = _parameters(operation), {one.name: one for one in (*operation.variables, *operation.query)}
    found = {(name, "missing") for name in set(described) - set(ours)}
    found |= {(name, "extra") for name in set(ours) - set(described)}
    for name in set(described) & set(ours):
        said, one = described[name], ours[name]
        if TYPES[said.schema["type"], said.schema.get("format")] is not one.type:
            found.add((name, "type"))
        if tuple(said.schema.get("enum", ())) != one.choices:
            found.add((name, "choices"))
        if said.required != one.required:
            found.add((name, "required"))
        if (said.place == "path") != (one in operation.variables):
            found.add((name, "place"))
    return {(operation.path, *difference) for difference in found}


def test_parameters_are_those_of_the_description_but_for_the_deviations_named() -> None:
    found: set[tuple[str, str, str]] = set()
    for operation in FINAGO.operations.values():
        found |= _parameter_differences(operation)
    assert found == set(PARAMETER_DEVIATIONS)


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_every_example_and_choice_is_one_that_the_description_allows(operation: Operation) -> None:
    described = _parameters(operation)
    for one in (*operation.variables, *operation.query):
        if one.name not in described:
            continue
        schema = described[one.name].schema
        validator = Draft202012Validator(schema, format_checker=CHECKER)
        for text in (one.example, *one.choices):
            validator.validate(_value(text, schema["type"]))


def _value(text: str, kind: str) -> object:
    match kind:
        case "boolean":
            return {"true": True, "false": False}[text]
        case "string":
            return text
    return int(text)


@pytest.mark.parametrize("operation", SENDING, ids=lambda one: one.name)
def test_a_body_is_that_of_the_description_but_for_the_deviations_named(operation: Operation) -> None:
    assert operation.body is not None
    expected = {(place, what) for name, place, what in BODY_DEVIATIONS if name == operation.name}
    assert differences(operation.body.schema, _schema(operation)) == expected


@pytest.mark.parametrize("operation", SENDING, ids=lambda one: one.name)
def test_the_example_of_a_body_is_one_that_the_description_allows(operation: Operation) -> None:
    Draft202012Validator(_schema(operation), format_checker=CHECKER).validate(example(operation))


@pytest.mark.parametrize("operation", SENDING, ids=lambda one: one.name)
def test_a_spoiled_body_is_refused_by_both_or_neither_but_where_ours_is_stricter_on_purpose(
    operation: Operation,
) -> None:
    assert operation.body is not None
    ours = Draft202012Validator(operation.body.schema, format_checker=CHECKER)
    theirs = Draft202012Validator(_schema(operation), format_checker=CHECKER)
    stricter = {place for name, place, _ in BODY_DEVIATIONS if name == operation.name}
    instances = whole_instances(operation.body.schema)
    assert all(map(theirs.is_valid, instances))
    for place, change, body in spoiled(instances):
        if ours.is_valid(body) != theirs.is_valid(body):
            assert place in stricter, (place, change)
            assert theirs.is_valid(body), (place, change)


def test_a_body_is_required_where_the_description_says_so_and_where_nothing_else_makes_sense() -> None:
    sending = {one.name: one for one in FINAGO.operations.values() if one.body is not None}
    unmarked = {name for name, one in sending.items() if not _described(one)["body"]["required"]}
    assert {one.name for one in FINAGO.operations.values() if "body" in _described(one)} == set(sending)
    assert unmarked == set(REQUIRED_ANYWAY)
    assert all(one.body is not None and one.body.required for one in sending.values())


def test_a_body_is_sent_as_one_of_the_media_types_described() -> None:
    for operation in FINAGO.operations.values():
        if operation.body is not None:
            assert operation.body.media_types == tuple(_described(operation)["body"]["types"])
