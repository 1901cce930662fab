"""Every answer of the sandbox against the published description; where it strays on purpose, the table says so."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from finago_assets.core.catalogue.finago import ENDPOINTS, LEFT_OUT
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.reference import openapi
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.catalogue.model import Endpoint

# (endpoint, pattern of "place: message") -> why the sandbox strays from the description
DEVIATIONS = {
    ("salesorders", r"customer/street: \['.*'\] is not of type 'string'"): "published clients had to accept an array",
    ("salesorders", r"deliveryCustomer/street: \['.*'\] is not of type 'string'"): "the same for the other copy",
    ("bankaccounts", r"id: '456-789-012' is not a 'uuid'"): "the description's own sample is no uuid",
    ("salesorder_lines", r": Additional properties are not allowed \('id' was unexpected\)"): (
        "the description adds an id to a shape that forbids further keys"
    ),
    ("transactionlines", r": \[\] should be non-empty"): "an empty window must be possible though minItems is 1",
}

WINDOW = {"dateFrom": "2023-12-01", "dateTo": "2026-01-01"}
BANK_WINDOW = {"dateFrom": "2023-12-31", "dateTo": "2025-12-31"}
EMPTY = {"dateFrom": "2019-01-01", "dateTo": "2019-01-02"}


@pytest.fixture(scope="module")
def office() -> Iterator[Caller]:
    with running(size=Size.TINY, scenarios=True) as sandbox:
        yield Caller(sandbox)


def _plain(schema: Any) -> Any:
    """Turn an OpenAPI 3.0 schema into JSON Schema: nullable becomes a type, and the vendor's damaged examples go."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items() if key not in ("example", "examples", "nullable")}
    if plain.get("exclusiveMinimum") is True:
        plain["exclusiveMinimum"] = plain.pop("minimum")
    if "multipleOf" in plain:
        plain["multipleOf"] = Decimal(str(plain["multipleOf"]))
    if schema.get("nullable") is True:
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
        if isinstance(plain.get("type"), str):
            plain["type"] = [plain["type"], "null"]
    return plain


@cache
def _components() -> dict[str, Any]:
    components: dict[str, Any] = _plain(copy.deepcopy(openapi()["components"]["schemas"]))
    return components


def _validator(path: str) -> Draft202012Validator:
    response = openapi()["paths"][path]["get"]["responses"]["200"]
    schema = _plain(response["content"]["application/json"]["schema"])
    return Draft202012Validator(
        {**schema, "components": {"schemas": _components()}},
        format_checker=FormatChecker(["date", "date-time", "uuid"]),
    )


def _problems(path: str, body: Any) -> Iterator[str]:
    for error in _validator(path).iter_errors(body):
        for leaf in _leaves(error):
            place = "/".join(str(step) for step in leaf.absolute_path if not isinstance(step, int))
            yield f"{place}: {leaf.message}"


def _leaves(error: Any) -> Iterator[Any]:
    if not error.context:
        yield error
    for inner in error.context:
        yield from _leaves(inner)


def _requests(office: Caller, endpoint: Endpoint) -> Iterator[tuple[str, Any]]:
    """Yield (path template, body) for the list of an endpoint and one item of each kind of read."""
    for parent in _parents(office, endpoint):
        path = endpoint.path.format(**parent)
        for reply in office.follow(path, **dict(endpoint.params), **_window(endpoint)):
            assert reply.status == 200, (path, reply.status)
            yield endpoint.path, reply.json
        yield from _items(office, endpoint, path, parent)
    if endpoint.window is not None:
        yield endpoint.path, office.get(endpoint.path, **EMPTY).json


def _parents(office: Caller, endpoint: Endpoint) -> list[dict[str, str]]:
    if endpoint.parent is None:
        return [{}]
    parent = ENDPOINTS[endpoint.parent.endpoint]
    found = office.records(parent.path, **_window(parent))
    return [{endpoint.parent.placeholder: str(record[endpoint.parent.key_field])} for record in found]


def _window(endpoint: Endpoint) -> dict[str, str]:
    if endpoint.name == "banktransactions":
        return BANK_WINDOW
    return WINDOW if endpoint.window is not None or endpoint.by_fiscal_year else {}


def _items(office: Caller, endpoint: Endpoint, path: str, parent: dict[str, str]) -> Iterator[tuple[str, Any]]:
    records = office.get(path, **_window(endpoint)).json
    for item in endpoint.items:
        placeholder = re.findall(r"\{(\w+)\}", item)[-1]
        for record in records[:20]:
            key = record
            for step in endpoint.key[0].split("."):
                key = key[step]
            window = _window(endpoint) if endpoint.by_fiscal_year else {}
            reply = office.get(item.format(**{**parent, placeholder: quote(str(key), safe="")}), **window)
            assert reply.status == 200, (item, key, reply.status)
            yield item, reply.json


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_every_answer_reads_as_described_but_for_the_deviations_named(office: Caller, endpoint: Endpoint) -> None:
    expected = {pattern for name, pattern in DEVIATIONS if name == endpoint.name}
    seen, read = set(), set()
    for path, body in _requests(office, endpoint):
        read.add(path)
        for problem in _problems(path, body):
            matching = {pattern for pattern in expected if re.fullmatch(pattern, problem)}
            assert matching, f"{path}: {problem}"
            seen |= matching
    assert seen == expected, f"deviations that no longer occur: {expected - seen}"
    assert read == set(endpoint.operations)


@pytest.mark.parametrize("path", LEFT_OUT)
def test_an_operation_that_is_left_out_answers_as_the_real_one_would(office: Caller, path: str) -> None:
    assert office.get(re.sub(r"\{\w+\}", "7", path)).status in (403, 404)


def test_the_deviations_are_named_after_endpoints_of_the_catalogue() -> None:
    assert {name for name, _ in DEVIATIONS} <= set(ENDPOINTS)
    assert all(DEVIATIONS.values())
