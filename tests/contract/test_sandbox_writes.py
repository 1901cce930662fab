"""Every operation of the API, writes too, run against the sandbox: the status and the body are the description's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.operation import Answers
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.endpoints import HANDLERS
from finago_assets.sandbox.endpoints.writing import WRITERS
from finago_assets.sandbox.server import Running, running
from tests.contract.described import problems, statuses
from tests.reference import facts
from tests.sandbox_ids import living_body, living_query, living_variables
from tests.sandbox_server import Caller, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.catalogue.operation import Operation

WRITES = [operation for operation in FINAGO.operations.values() if operation.method.writes]
PERSONAL = [name for name in FINAGO.operations if name.startswith("me")]

# pattern of "place: message" -> why the sandbox strays from the description
DEVIATIONS = {
    r"(customer|deliveryCustomer)/street: \['.*'\] is not of type 'string'": "published clients had to accept an array",
    r"id: '456-789-012' is not a 'uuid'": "the description's own sample is no uuid",
    r": Additional properties are not allowed \('id' was unexpected\)": (
        "the description adds an id to a shape that forbids further keys"
    ),
}


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY) as sandbox:
        yield sandbox


def run(office: Running, operation: Operation) -> Reply:
    """Run the example of an operation with living ids."""
    variables = {name: quote(value, safe="") for name, value in living_variables(office, operation).items()}
    query = urlencode(dict(operation.params) | living_query(office, operation))
    path = operation.path.format(**variables) + (f"?{query}" if query else "")
    media_type = operation.body.media_types[0] if operation.body else ""
    return Caller(office).write(operation.method.value, path, living_body(office, operation), media_type)


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda operation: operation.name)
def test_every_operation_is_answered_as_described(office: Running, operation: Operation) -> None:
    reply = run(office, operation)
    if operation.name in PERSONAL:
        assert reply.status == 403  # the token is no person's
        return
    described = statuses(operation.method, operation.path)
    assert 200 <= reply.status < 300, reply.body
    assert reply.status in described
    assert bool(reply.body) is described[reply.status] is (operation.answers is not Answers.NOTHING)
    if reply.body:
        assert isinstance(reply.json, list) is (operation.answers is Answers.LIST)
        for problem in problems(operation.method, operation.path, reply.status, reply.json):
            assert any(re.fullmatch(known, problem) for known in DEVIATIONS), problem


def test_there_is_a_writer_for_every_write_and_no_handler_for_what_is_not_described() -> None:
    assert set(WRITERS) == {f"{operation.method} {operation.path}" for operation in WRITES}
    assert {f"GET {path}" for path in HANDLERS} <= set(facts()["operations"])


@pytest.mark.parametrize("operation", [o for o in WRITES if o.body], ids=lambda operation: operation.name)
def test_a_body_that_is_not_json_or_of_another_media_type_is_refused(office: Running, operation: Operation) -> None:
    path = operation.path.format(**living_variables(office, operation))
    other = Caller(office).write(operation.method, path, b"<a/>", "application/xml")
    assert other.status == 415
    assert operation.body is not None
    if operation.body.schema is None:
        return
    for text in (b"{", b"[]", b'{"a": NaN}', b'"\\ud800"', b"[" * 100_000, b""):
        refused = Caller(office).write(operation.method, path, text)
        if text or operation.body.required:
            assert refused.status in (400, 415), text[:10]
            assert set(refused.json) == {"error", "trackingId"}


@pytest.mark.parametrize("path", ["/salesorders", "/salesorders/{id}", "/salesorders/{id}/lines"])
def test_a_refusal_has_the_shape_that_is_described_for_sales_orders(office: Running, path: str) -> None:
    method = "PATCH" if path.endswith("{id}") else "POST"
    operation = next(o for o in WRITES if (o.method, o.path) == (method, path))
    concrete = path.format(**living_variables(office, operation))
    for body in ({"currency": {"code": "kroner"}, "discountRate": 101}, b"{"):
        reply = Caller(office).write(method, concrete, body)
        assert reply.status == 400
        assert list(problems(method, path, 400, reply.json)) == []


@pytest.mark.parametrize("operation", [o for o in WRITES if o.variables], ids=lambda operation: operation.name)
def test_an_unknown_id_is_404(office: Running, operation: Operation) -> None:
    unknown = {one.name: "987654321" for one in operation.variables}
    media_type = operation.body.media_types[0] if operation.body else ""
    body = living_body(office, operation)
    assert Caller(office).write(operation.method, operation.path.format(**unknown), body, media_type).status == 404


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_a_write_needs_its_scope(office: Running, operation: Operation) -> None:
    office.control.withhold(*operation.scopes)
    try:
        caller = Caller(office)
        assert not set(operation.scopes) & set(caller.authenticate().json["scope"].split())
        path = operation.path.format(**{one.name: "1" for one in operation.variables})
        assert caller.write(operation.method, path, json.dumps({}).encode()).status == 403
    finally:
        office.control.grant()
    assert set(operation.scopes) <= set(Caller(office).authenticate().json["scope"].split())
