"""The catalogue against the facts of the description: nothing readable is missing, nothing is misspelt."""

from __future__ import annotations

from typing import Any

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS, FINAGO_REST, LEFT_OUT
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Paging, Parent, Upper, WindowRule
from tests.reference import answer, facts, operation, resolved

# sent although the description lacks them, because published clients needed them
UNDOCUMENTED = {
    "customers": {"page"},
    "productcategories": {"page"},
}


def _query_parameters(path: str) -> set[str]:
    return set(operation("GET", path).get("query", {}).get("properties", ()))


def test_the_catalogue_names_the_version_it_was_written_from() -> None:
    assert facts()["version"] == FINAGO_REST.version


def test_every_get_operation_is_a_row_or_left_out_for_a_reason() -> None:
    described = {one.removeprefix("GET ") for one in facts()["operations"] if one.startswith("GET ")}
    rows = [path for endpoint in ENDPOINTS.values() for path in endpoint.operations]
    assert len(rows) == len(set(rows))
    assert set(rows) | set(LEFT_OUT) == described
    assert not set(rows) & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_scopes_are_those_of_the_description(endpoint: Endpoint) -> None:
    assert tuple(operation("GET", endpoint.path)["scopes"]) == endpoint.scopes


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_no_parameter_is_sent_that_the_endpoint_would_silently_ignore(endpoint: Endpoint) -> None:
    unknown = endpoint.allowed - _query_parameters(endpoint.path) - UNDOCUMENTED.get(endpoint.name, set())
    assert not unknown


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_a_key_is_a_field_of_the_record(endpoint: Endpoint) -> None:
    schema = answer("GET", endpoint.path)
    record = schema if endpoint.single else resolved(schema)["items"]
    for path in endpoint.key:
        node = record
        for name in path.split("."):
            node = _properties(node)[name]


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    schema = resolved(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []) + schema.get("oneOf", []) + schema.get("anyOf", []):
        found |= _properties(part)
    return found


def _row(**changes: Any) -> Endpoint:
    usual: dict[str, Any] = {
        "source": FINAGO_REST,
        "name": "things",
        "path": "/things",
        "title": "Things",
        "group": "ledger",
        "kind": EndpointKind.REFERENCE,
        "key": ("id",),
        "scopes": (),
    }
    return Endpoint(**{**usual, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Things"},
        {"path": "things"},
        {"kind": EndpointKind.WINDOWED},
        {"window": WindowRule(Upper.INCLUSIVE)},
        {"parent": Parent("parents", "id", "id", "parent_id")},
        {"paging": Paging.TOKEN, "page_cap": 10},
    ],
)
def test_an_impossible_row_is_refused_when_it_is_written(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"things|Things"):
        _row(**changes)


def test_parents_stand_before_their_children() -> None:
    seen: set[str] = set()
    for endpoint in ENDPOINTS.values():
        assert endpoint.parent is None or endpoint.parent.endpoint in seen
        seen.add(endpoint.name)
