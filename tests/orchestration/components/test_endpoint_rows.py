"""What the YAML of an endpoint comes to, and what is refused: each refusal names the field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Paging, Parent, Upper, WindowRule
from finago_assets.core.errors import SettingInvalid
from finago_assets.orchestration.components.row import EndpointFields

FULL: dict[str, Any] = {
    "name": "suppliers",
    "path": "/customers",
    "kind": "reference",
    "key": ["id"],
    "scopes": ["api.crm.customer:read"],
}
WINDOWED: dict[str, Any] = {
    **FULL,
    "name": "movements",
    "path": "/movements",
    "kind": "windowed",
    "window": {"upper": "unknown", "from_param": "since", "to_param": "until", "day_field": "day", "max_days": 7},
}


def row(attributes: dict[str, Any], *others: dict[str, Any]) -> Endpoint:
    known = [EndpointFields.model_validate(other) for other in others]
    return EndpointFields.model_validate(attributes).row({one.name: one for one in known})


def test_a_list_described_in_full_becomes_a_row_with_defaults_for_the_rest() -> None:
    made = row({**FULL, "paging": "page", "page_size": 50, "params": {"isSupplier": True, "sortBy": "id:asc"}})
    assert made == Endpoint(
        FINAGO.source,
        name="suppliers",
        path="/customers",
        title="Suppliers",
        group="own",
        kind=EndpointKind.REFERENCE,
        key=("id",),
        scopes=("api.crm.customer:read",),
        paging=Paging.PAGE,
        page_size=50,
        params=(("isSupplier", "true"), ("sortBy", "id:asc")),
    )


def test_like_takes_everything_from_the_built_in_endpoint_but_what_is_said() -> None:
    made = row({"name": "bank_lines", "like": "transactionlines", "params": {"accountNumber": 1920}, "title": "Bank"})
    whole = ENDPOINTS["transactionlines"]
    assert (made.name, made.title) == ("bank_lines", "Bank")
    assert dict(made.params) == {**dict(whole.params), "accountNumber": "1920"}
    assert (made.path, made.kind, made.window, made.key, made.scopes, made.paging, made.page_size, made.personal) == (
        (whole.path, whole.kind, whole.window, whole.key, whole.scopes, whole.paging, whole.page_size, whole.personal)
    )


def test_a_window_is_spelled_as_the_endpoint_wants_it() -> None:
    assert row(WINDOWED).window == WindowRule(Upper.UNKNOWN, "since", "until", "day", 7)


def test_a_child_is_filled_by_its_parent_built_in_or_one_of_the_users_own() -> None:
    child = {**FULL, "name": "banks", "path": "/customers/{customerId}/bankaccounts", "key": ["number"]}
    assert row({**child, "parent": "customers"}).parent == Parent("customers", "id", "customerId", "parent_id")
    made = row({**child, "parent": "suppliers", "parent_column": "customer_id"}, FULL)
    assert made.parent == Parent("suppliers", "id", "customerId", "customer_id")
    orders = {"name": "my_orders", "like": "salesorders"}
    lines = {**FULL, "name": "my_lines", "path": "/salesorders/{id}/lines", "kind": "windowed", "parent": "my_orders"}
    assert row(lines, orders).kind is EndpointKind.WINDOWED


@pytest.mark.parametrize(
    ("attributes", "field", "said"),
    [
        ({**FULL, "name": "customers"}, "name", "built-in"),
        ({"name": "mine", "like": "customer"}, "like", "no built-in endpoint"),
        ({"name": "mine", "kind": "reference"}, "path", "needed"),
        ({**FULL, "path": "customers"}, "path", "slash"),
        ({**FULL, "path": "/customers/../me"}, "path", "no path below the API"),
        ({**FULL, "path": "/customers?isSupplier=true"}, "path", "no path below the API"),
        ({**FULL, "path": "//elsewhere.example/customers"}, "path", "no path below the API"),
        ({**FULL, "path": "/customers/{customerId}/bankaccounts"}, "path", "no `parent`"),
        ({**FULL, "parent": "customers"}, "parent", "one {variable}"),
        ({**FULL, "path": "/customers/{id}/x", "parent": "vendors"}, "parent", "neither"),
        ({**FULL, "path": "/customers/{id}/x", "parent": "suppliers"}, "parent", "another one of yours"),
        ({**FULL, "path": "/customers/{id}/x", "parent": "salesorders"}, "kind", "salesorders"),
        ({**FULL, "path": "/customers/{id}/x", "parent": "customers", "parent_column": "page"}, "parent_column", "raw"),
        ({**WINDOWED, "window": None}, "window", "needed"),
        ({**FULL, "window": {"upper": "inclusive"}}, "window", "windowed"),
        ({**FULL, "page_cap": 10}, "page_cap", "paging: page"),
        ({**FULL, "params": {"isSuplier": True}}, "params", "did you mean isSupplier"),
        ({**WINDOWED, "path": "/transactionlines"}, "window", "since"),
        ({**FULL, "key": []}, "key", "field names"),
        ({**FULL, "key": ["not a name"]}, "key", "field names"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(
    attributes: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(SettingInvalid) as refused:
        row(attributes, FULL)
    assert f"`{field}`" in str(refused.value)
    assert said in str(refused.value)


def test_a_parameter_newer_than_the_description_is_believed_when_it_is_said_to_be_known() -> None:
    made = row({**FULL, "params": {"isPublic": True}, "filters": ["isPublic"]})
    assert dict(made.params) == {"isPublic": "true"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "My List"), ("kind", "weekly"), ("paging", "cursor"), ("page_size", 0), ("params", {"x": 1.5}), ("x", 1)],
)
def test_a_value_that_can_never_fit_is_refused_by_the_schema(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        EndpointFields.model_validate({**FULL, field: value})
    assert {error["loc"][0] for error in refused.value.errors()} == {field}
