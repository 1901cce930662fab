"""Every answer of the sandbox against the published description; where it strays on purpose, the table says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS, LEFT_OUT
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.contract.described import problems
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
    return WINDOW if endpoint.window is not None or endpoint.pieces else {}


def _items(office: Caller, endpoint: Endpoint, path: str, parent: dict[str, str]) -> Iterator[tuple[str, Any]]:
    records = office.get(path, **_window(endpoint)).json
    for item in endpoint.items:
        placeholder = re.findall(r"\{(\w+)\}", item)[-1]
        for record in records[:20]:
            key = record
            for step in endpoint.key[0].split("."):
                key = key[step]
            window = _window(endpoint) if endpoint.pieces else {}
            reply = office.get(item.format(**{**parent, placeholder: quote(str(key), safe="")}), **window)
            assert reply.status == 200, (item, key, reply.status)
            yield item, reply.json


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_every_answer_reads_as_described_but_for_the_deviations_named(office: Caller, endpoint: Endpoint) -> None:
    expected = {pattern for name, pattern in DEVIATIONS if name == endpoint.name}
    seen, read = set(), set()
    for path, body in _requests(office, endpoint):
        read.add(path)
        for problem in problems("GET", path, 200, body):
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
