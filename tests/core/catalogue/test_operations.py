"""Operations: derived from the catalogue where they read, and found by name, path and words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS, LEFT_OUT
from finago_assets.core.catalogue.operation import Answers, Method

if TYPE_CHECKING:
    from finago_assets.core.catalogue.model import Endpoint

ACTIONS = {
    "list": Method.GET,
    "get": Method.GET,
    "create": Method.POST,
    "update": Method.PATCH,
    "set": Method.PUT,
    "delete": Method.DELETE,
}


def test_a_name_says_the_resource_and_the_method() -> None:
    assert len({one.name for one in FINAGO.operations.values()}) == len(FINAGO.operations) == 78
    for one in FINAGO.operations.values():
        resource, _, action = one.name.partition(".")
        assert resource.isidentifier()
        assert ACTIONS[action] is one.method
        assert (action == "list") <= (one.answers is Answers.LIST)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda one: one.name)
def test_a_landed_list_is_a_template_with_all_that_its_row_knows(endpoint: Endpoint) -> None:
    operation = FINAGO.find(Method.GET, endpoint.path)
    assert operation is not None
    assert operation.endpoint is endpoint
    assert operation.allowed == endpoint.allowed
    assert operation.params == endpoint.params
    assert operation.scopes == endpoint.scopes
    assert (operation.paging, operation.page_size) == (endpoint.paging, endpoint.page_size)


def test_what_is_sent_unless_told_otherwise_is_a_parameter_it_has() -> None:
    for one in FINAGO.operations.values():
        assert {name for name, _ in one.params} <= one.allowed


def test_reads_that_are_not_landed_are_templates_and_say_why() -> None:
    for path, row in LEFT_OUT.items():
        assert row.reason
        assert FINAGO.operations[row.name].path == path
        assert row.reason in FINAGO.operations[row.name].note


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        (Method.GET, "/salesorders/12/lines", "salesorder_lines.list"),
        (Method.GET, "/salesorders/{id}/lines", "salesorder_lines.list"),
        (Method.GET, "/salesorders/{order}/lines", "salesorder_lines.list"),
        (Method.GET, "/dimensions/1/elements/A%2FB%20C", "dimension_elements.get"),
        (Method.POST, "/salesorders/12/lines", "salesorder_lines.create"),
        (Method.DELETE, "/salesorders/12", "salesorders.delete"),
        (Method.GET, "/me", "me.get"),
        (Method.GET, "/organization/people/7", "organization_people.get"),
    ],
)
def test_an_operation_is_found_by_a_path_filled_in_or_not(method: Method, path: str, name: str) -> None:
    assert FINAGO.find(method, path) is FINAGO.operations[name]


@pytest.mark.parametrize(
    "path",
    ["", "/", "accounts", "/accounts/", "/accounts//", "/Accounts", "/accounts/1/2", "/salesorders//lines", "/{any}"],
)
def test_a_path_that_the_api_does_not_have_is_no_operation(path: str) -> None:
    assert FINAGO.find(Method.GET, path) is None
    assert FINAGO.methods_of(path) == ()


def test_no_path_fits_two_operations_of_one_method() -> None:
    for one, other in combinations(FINAGO.operations.values(), 2):
        if one.method is other.method:
            assert FINAGO.find(one.method, other.path) is not one, (one.name, other.name)


def test_the_methods_of_a_path_are_those_that_have_an_operation_there() -> None:
    assert FINAGO.methods_of("/customers/4") == (Method.GET, Method.PATCH, Method.DELETE)
    assert FINAGO.methods_of("/products/3/dimensions/2") == (Method.PUT, Method.DELETE)
    assert FINAGO.methods_of("/transactions") == (Method.POST,)


def test_a_search_wants_every_word_somewhere_and_puts_names_first() -> None:
    assert [one.name for one in FINAGO.search(["Sales", "DELETE"])] == [
        "salesorders.delete",
        "salesorder_lines.delete",
        "product_salestype_overrides.delete",
    ]
    assert "transactionlines.list" in [one.name for one in FINAGO.search(["includedimensions"])]
    assert FINAGO.search(["customers"])[0].name.startswith("customers.")
    assert FINAGO.search(["accounts", "nowhere"]) == []


def test_a_search_for_nothing_in_particular_finds_everything() -> None:
    assert FINAGO.search([]) == list(FINAGO.operations.values())


def test_a_misspelt_name_is_answered_with_names_like_it() -> None:
    assert FINAGO.nearest("acounts.list")[0] == "accounts.list"
    assert FINAGO.nearest("zzzzzzzz") == []
