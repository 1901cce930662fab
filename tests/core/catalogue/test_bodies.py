"""Bodies: schemas that are schemas, examples that satisfy them, and amounts that keep their digits."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.example import as_read, as_sent
from finago_assets.core.catalogue.notation import (
    closed,
    day,
    depending_on,
    money,
    number,
    record,
    text,
    together,
    whole,
)
from finago_assets.core.catalogue.operation import Operation, RequestBody
from tests.core.catalogue.bodies import SENDING, example, whole_instances

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKER = Draft202012Validator.FORMAT_CHECKER


@pytest.mark.parametrize("operation", SENDING, ids=lambda one: one.name)
def test_an_example_satisfies_its_schema_as_does_a_body_with_everything(operation: Operation) -> None:
    assert operation.body is not None
    assert operation.body.schema is not None
    Draft202012Validator.check_schema(operation.body.schema)
    validator = Draft202012Validator(operation.body.schema, format_checker=CHECKER)
    for instance in [example(operation), *whole_instances(operation.body.schema)]:
        validator.validate(instance)


@pytest.mark.parametrize("operation", SENDING, ids=lambda one: one.name)
def test_nothing_in_a_body_is_a_float(operation: Operation) -> None:
    assert operation.body is not None
    assert not [value for value in _leaves([operation.body.schema, operation.body.example]) if isinstance(value, float)]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value


def test_an_amount_goes_out_digit_by_digit() -> None:
    body = RequestBody(
        None, {"amount": Decimal("18750.40"), "rate": Decimal("0.1000000000000000055"), "name": "Blåbær"}
    )
    assert as_sent(body) == '{"amount":18750.40,"rate":0.1000000000000000055,"name":"Blåbær"}'.encode()
    assert as_read(body) == '{\n  "amount": 18750.40,\n  "rate": 0.1000000000000000055,\n  "name": "Blåbær"\n}'


def test_a_file_is_sent_as_it_is_and_has_nothing_to_read() -> None:
    body = FINAGO.operations["salesorder_attachments.create"].body
    assert body is not None
    assert as_sent(body).startswith(b"%PDF-")
    assert as_read(body) == ""


def test_the_lines_of_the_voucher_in_the_example_sum_to_zero() -> None:
    assert sum(line["amount"] for line in example(FINAGO.operations["transactions.create"])["lines"]) == 0


def _problems(schema: dict[str, object], instance: object) -> list[str]:
    return [error.message for error in Draft202012Validator(schema, format_checker=CHECKER).iter_errors(instance)]


def test_a_record_cannot_require_what_it_does_not_describe() -> None:
    with pytest.raises(ValueError, match="amuont"):
        record("amuont", amount=money())


def test_a_record_lets_further_keys_through_and_a_closed_one_does_not() -> None:
    shape = record("name", name=text())
    assert _problems(shape, {"name": "x", "more": 1}) == []
    assert _problems(shape, {}) != []
    assert _problems(closed(shape), {"name": "x", "more": 1}) != []


@pytest.mark.parametrize(
    ("instance", "fits"),
    [({}, True), ({"from": "2026-01-01", "length": 12}, True), ({"from": "2026-01-01"}, False), ({"length": 1}, False)],
)
def test_what_belongs_together_comes_together_or_not_at_all(instance: object, *, fits: bool) -> None:
    assert (_problems(together(**{"from": day(), "length": whole(1)}), instance) == []) is fits


@pytest.mark.parametrize(
    ("instance", "complaint"),
    [
        ({"person": True, "first": "Ingrid"}, None),
        ({"person": False, "name": "Fjordlys AS"}, None),
        ({"person": False}, "'name' is a required property"),
        ({"person": True}, "'first' is a required property"),
        ({"person": 1, "first": "Ingrid"}, "1 is not of type 'boolean'"),
        ({"first": "Ingrid"}, "'person' is a required property"),
    ],
)
def test_a_shape_that_depends_on_a_property_complains_of_the_shape_meant(
    instance: object, complaint: str | None
) -> None:
    shapes: dict[str | bool, dict[str, object]] = {
        True: record("first", first=text()),
        False: record("name", name=text()),
    }
    found = _problems(depending_on("person", shapes, note=text()), instance)
    assert (found == []) if complaint is None else (complaint in found)


@pytest.mark.parametrize(("value", "fits"), [("0.0001", True), ("12.34", True), ("0.00001", False), ("-1", False)])
def test_a_step_is_kept_without_rounding(value: str, *, fits: bool) -> None:
    read = json.loads(value, parse_float=Decimal)
    assert (_problems(number(0, step=Decimal("0.0001")), read) == []) is fits
