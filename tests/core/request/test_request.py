"""What is refused before it is sent, in words that help and repeat no value; and what a good request becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.operation import Method
from finago_assets.core.errors import Permanent, RequestRefused
from finago_assets.core.request.look import where_to_look
from finago_assets.core.request.request import LONGEST_ADDRESS, Request, by_hand, from_template

if TYPE_CHECKING:
    from collections.abc import Callable

SECRETIVE = "value-nobody-should-read"
WINDOW = {"dateFrom": "2024-01-01", "dateTo": "2024-02-01"}
EXAMPLES = msgspec.json.Encoder(decimal_format="number")


def refused(make: Callable[[], Request]) -> str:
    with pytest.raises(RequestRefused) as caught:
        make()
    assert isinstance(caught.value, Permanent)
    assert caught.value.__cause__ is None
    assert SECRETIVE not in str(caught.value)
    assert len(str(caught.value)) < 700
    return str(caught.value)


TEMPLATES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an unknown template": ({"name": "customer.list"}, ["customers.list", "did you mean"]),
    "a template nothing is like": ({"name": "zzzzzz"}, ["finago-assets templates"]),
    "a template's name of another type": ({"name": 7}, ["no text"]),
    "a missing variable": ({"name": "accounts.get"}, ["GET /accounts/{id}", "lacks a value for id"]),
    "an extra variable": ({"name": "accounts.list", "variables": {"id": "1"}}, ["no variable 'id'"]),
    "a variable of the wrong type": (
        {"name": "accounts.get", "variables": {"id": SECRETIVE}},
        ["id takes a whole number"],
    ),
    "an empty variable": ({"name": "taxes.get", "variables": {"id": ""}}, ["id must be 1 to"]),
    "a number where text belongs": ({"name": "accounts.get", "variables": {"id": 1}}, ["id is no text"]),
    "a variable that climbs": (
        {"name": "banktransactions.get", "variables": {"bankTransactionReference": ".."}},
        ["no plain path"],
    ),
    "a variable with a slash": (
        {"name": "banktransactions.get", "variables": {"bankTransactionReference": "a/../../b"}},
        ["no plain path"],
    ),
    "a parameter the endpoint does not have": (
        {"name": "accounts.list", "query": {"quary": SECRETIVE}},
        ["no parameter 'quary'", "did you mean query?"],
    ),
    "a parameter of an endpoint that has none": (
        {"name": "taxes.list", "query": {"limit": "1"}},
        ["no parameter 'limit'", "it takes none"],
    ),
    "a parameter that is missing": ({"name": "transactionlines.list"}, ["needs the parameter dateFrom, dateTo"]),
    "a day that is none": (
        {"name": "transactionlines.list", "query": {**WINDOW, "dateTo": "2024-02-30"}},
        ["dateTo takes a day as YYYY-MM-DD"],
    ),
    "a day in other words": (
        {"name": "transactionlines.list", "query": {**WINDOW, "dateTo": "20240201"}},
        ["dateTo takes a day"],
    ),
    "a moment without a time": (
        {"name": "customers.list", "query": {"modifiedFrom": "2024-01-01"}},
        ["modifiedFrom takes a moment"],
    ),
    "a flag that is none": ({"name": "customers.list", "query": {"isCompany": "yes"}}, ["true or false"]),
    "a choice that is none": ({"name": "customers.list", "query": {"sortBy": "size:asc"}}, ["id:asc"]),
    "a list with a hole": ({"name": "products.list", "query": {"categoryIds": "1,,2"}}, ["parted by commas"]),
    "a value with a line break": ({"name": "accounts.list", "query": {"query": "a\r\nHost: b"}}, ["cannot be seen"]),
    "a value that is no text in UTF-8": ({"name": "accounts.list", "query": {"query": "\ud800"}}, ["cannot be seen"]),
    "a value without end": ({"name": "accounts.list", "query": {"query": "x" * 3000}}, ["1 to 2,000 characters"]),
    "a body that is not JSON": ({"name": "customers.create", "body": b"{'name': 1}"}, ["not JSON", "POST /customers"]),
    "a body that is not UTF-8": ({"name": "customers.create", "body": b'{"name":"\xff"}'}, ["not JSON"]),
    "a body with NaN": ({"name": "customers.create", "body": b'{"name":NaN}'}, ["not JSON"]),
    "a body without end": ({"name": "customers.create", "body": b"[" * 100_000}, ["not JSON"]),
    "a body too large": ({"name": "customers.create", "body": b" " * (32 * 1024 * 1024 + 1)}, ["larger than"]),
    "a write without its body": ({"name": "customers.create"}, ["needs a body"]),
    "a read with a body": ({"name": "accounts.list", "body": b"{}"}, ["takes no body"]),
    "a write that takes no body": (
        {"name": "customers.delete", "variables": {"customerId": "1"}, "body": b"{}"},
        ["takes no body"],
    ),
    "a body of the wrong shape": (
        {"name": "customers.create", "body": b'["value-nobody-should-read"]'},
        ["the body does not fit: it must be an object, {...}.", "templates --example"],
    ),
    "a field that is missing": (
        {"name": "transactions.create", "body": b"{}"},
        ["the body does not fit: it must have "],
    ),
    "a file of another kind": (
        {"name": "salesorder_attachments.create", "variables": {"id": "1"}, "body": b"GIF89a"},
        ["application/pdf, image/png."],
    ),
    "all pages of a write": (
        {"name": "customers.create", "body": b"{}", "all_pages": True},
        ["a write has no pages"],
    ),
    "all pages of one object": (
        {"name": "accounts.get", "variables": {"id": "1"}, "all_pages": True},
        ["one object, which has no pages"],
    ),
}


@pytest.mark.parametrize(("given", "said"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_refused_before_it_is_sent_for(given: dict[str, Any], said: list[str]) -> None:
    message = refused(lambda: from_template(FINAGO, **given))
    assert [part for part in said if part not in message] == []


HAND: dict[str, tuple[tuple[Any, Any], dict[str, Any], list[str]]] = {
    "a method HTTP has and the API has not": (("TRACE", "/accounts"), {}, ["GET, POST, PUT, PATCH, DELETE"]),
    "a method of another type": ((None, "/accounts"), {}, ["must be one of"]),
    "a method the path does not allow": (("DELETE", "/accounts/7"), {}, ["the path takes GET"]),
    "a write where only reads are": (("POST", "/accounts"), {"body": b"{}"}, ["the path takes GET"]),
    "another host": (("GET", "https://elsewhere.test/v1/accounts"), {}, ["an address is not taken"]),
    "another host without its scheme": (("GET", "//elsewhere.test/accounts"), {}, ["an address is not taken"]),
    "a scheme of another kind": (("GET", "file:///etc/passwd"), {}, ["an address is not taken"]),
    "a path that climbs": (("GET", "/../admin"), {}, ["no plain path"]),
    "a path that climbs in disguise": (("GET", "/a/%2e%2e/admin"), {}, ["no plain path"]),
    "a path that climbs in two disguises": (("GET", "/a/%252e%252e/admin"), {}, ["no plain path"]),
    "a path that climbs with a parameter": (("GET", "/a/..;x/admin"), {}, ["no plain path"]),
    "a path with a backslash": (("GET", "/a\\..\\b"), {}, ["no plain path"]),
    "a path with a line break": (("GET", "/a\r\nHost: b"), {}, ["cannot be seen"]),
    "a path with a query": (("GET", "/accounts?query=value-nobody-should-read"), {}, ["before the question mark"]),
    "a path with a fragment": (("GET", "/accounts#x"), {}, ["before the question mark"]),
    "an empty path": (("GET", ""), {}, ["must be 1 to"]),
    "nothing but a slash": (("GET", "/"), {}, ["no plain path"]),
    "a path with a space": (("GET", "/acc ounts"), {}, ["no plain path"]),
    "a variable left open": (("GET", "/salesorders/{id}/lines"), {}, ["lacks a value for id"]),
    "a variable too many": (("GET", "/accounts"), {"variables": {"id": "1"}}, ["no variable 'id'"]),
    "a variable named twice": (("GET", "/a/{id}/{id}"), {"variables": {"id": "1"}}, ["each variable once"]),
    "a brace too many": (("GET", "/a/{id}}"), {"variables": {"id": "1"}}, ["each variable once"]),
    "a variable without a name": (("GET", "/a/{}"), {}, ["each variable once"]),
    "an id of the wrong type": (
        ("GET", "/salesorders/value-nobody-should-read/lines"),
        {},
        ["id takes a whole number"],
    ),
    "the same through a variable": (
        ("GET", "/salesorders/{order}"),
        {"variables": {"order": SECRETIVE}},
        ["id takes a whole number"],
    ),
    "a parameter of a known path": (("GET", "/accounts"), {"query": {"page": "1"}}, ["no parameter 'page'"]),
    "a known path without its window": (("GET", "/transactionlines"), {}, ["needs the parameter"]),
    "a body that is not JSON": (("POST", "/anything"), {"body": b"name=1"}, ["not JSON"]),
    "a read with a body": (("GET", "/anything"), {"body": b"{}"}, ["a read sends no body"]),
    "a known write without its body": (("POST", "/customers"), {}, ["needs a body"]),
    "all pages of an unknown write": (("POST", "/x"), {"body": b"{}", "all_pages": True}, ["a write has no pages"]),
    "a query without end": (
        ("GET", "/anything"),
        {"query": {f"p{number}": "x" * 1900 for number in range(5)}},
        [f"longer than {LONGEST_ADDRESS:,}"],
    ),
}


@pytest.mark.parametrize(("asked", "given", "said"), HAND.values(), ids=HAND)
def test_a_request_by_hand_is_refused_before_it_is_sent_for(
    asked: tuple[Any, Any], given: dict[str, Any], said: list[str]
) -> None:
    message = refused(lambda: by_hand(FINAGO, *asked, **given))
    assert [part for part in said if part not in message] == []


def test_every_template_takes_its_own_examples() -> None:
    for name, operation in FINAGO.operations.items():
        body = operation.body
        sent = None if body is None else b"%PDF-1.7" if body.schema is None else EXAMPLES.encode(body.example)
        request = from_template(
            FINAGO,
            name,
            variables={one.name: one.example for one in operation.variables},
            query={one.name: one.example for one in operation.query},
            body=sent,
        )
        assert "{" not in request.path
        assert set(request.query) == operation.allowed
        assert request.operation is operation


def test_a_template_sends_what_its_row_fixes_unless_told_otherwise() -> None:
    assert from_template(FINAGO, "transactionlines.list", query=WINDOW).query["includeDimensions"] == "true"
    told = from_template(FINAGO, "transactionlines.list", query={**WINDOW, "includeDimensions": "false"})
    assert told.query["includeDimensions"] == "false"
    assert by_hand(FINAGO, "GET", "/transactionlines", query=WINDOW).query == WINDOW


def test_all_pages_come_in_pages_of_the_catalogues_size_unless_told_otherwise() -> None:
    assert from_template(FINAGO, "transactionlines.list", query=WINDOW, all_pages=True).query["limit"] == "1000"
    assert (
        from_template(FINAGO, "transactionlines.list", query={**WINDOW, "limit": "7"}, all_pages=True).query["limit"]
        == "7"
    )
    assert "limit" not in from_template(FINAGO, "transactionlines.list", query=WINDOW).query


def test_values_of_variables_are_escaped_for_the_path() -> None:
    given = {"bankTransactionReference": "2024 å#1?x=&"}
    request = from_template(FINAGO, "banktransactions.get", variables=given)
    assert request.path == "/banktransactions/2024%20%C3%A5%231%3Fx%3D%26"


@pytest.mark.parametrize("path", ["/salesorders/12/lines", "salesorders/12/lines", "/salesorders/{which}/lines"])
def test_by_hand_a_known_path_is_known_however_it_is_spelled(path: str) -> None:
    request = by_hand(FINAGO, "get", path, variables={"which": "12"} if "{" in path else {})
    assert request.operation is FINAGO.operations["salesorder_lines.list"]
    assert request.path == "/salesorders/12/lines"


def test_by_hand_a_path_that_the_description_does_not_have_is_sent_as_written() -> None:
    request = by_hand(
        FINAGO, "PUT", "/new/{id}/things", variables={"id": "a b"}, query={"Odd": "1"}, body=b'{"x": 1.50}'
    )
    assert (request.path, request.query, request.body) == ("/new/a%20b/things", {"Odd": "1"}, b'{"x": 1.50}')
    assert (request.operation.path, request.operation.method) == ("/new/{id}/things", Method.PUT)
    assert request.media_type == "application/json"


def test_by_hand_a_body_need_only_be_json() -> None:
    assert by_hand(FINAGO, "POST", "/customers", body=b"[]").body == b"[]"


def test_a_file_is_sent_as_the_type_it_begins_as() -> None:
    made = from_template(FINAGO, "salesorder_attachments.create", variables={"id": "1"}, body=b"\x89PNG\r\n\x1a\n")
    assert (made.media_type, made.file_name) == ("image/png", "attachment.png")
    named = from_template(
        FINAGO,
        "salesorder_attachments.create",
        variables={"id": "1"},
        body=b"%PDF-1.7",
        file_name='../Å"\r\n ordre.pdf',
    )
    assert (named.media_type, named.file_name) == ("application/pdf", "_____ ordre.pdf")
    assert by_hand(FINAGO, "POST", "/customers", body=b"{}", file_name="n.json").file_name is None


def test_neither_body_nor_values_are_in_a_requests_own_words() -> None:
    made = by_hand(FINAGO, "POST", "/customers", body=b'{"name":"value-nobody-should-read"}')
    assert SECRETIVE not in repr(made)
    assert SECRETIVE not in repr(by_hand(FINAGO, "GET", "/accounts", query={"query": SECRETIVE}))
    assert made.what == "POST /customers"


def test_every_write_knows_where_to_look_and_every_place_to_look_is_a_template() -> None:
    for operation in FINAGO.operations.values():
        named = [word for word in where_to_look(FINAGO, operation).split() if word in FINAGO.operations]
        assert bool(named) == operation.method.writes
    looked = {
        name: where_to_look(FINAGO, FINAGO.operations[name]) for name in ("customers.create", "salesorders.update")
    }
    assert "customers.list" in looked["customers.create"]
    assert "salesorders.get" in looked["salesorders.update"]
    assert "transactionlines.list" in where_to_look(FINAGO, FINAGO.operations["transactions.create"])
    assert "support" in where_to_look(FINAGO, by_hand(FINAGO, "DELETE", "/unheard/of").operation)


BASE = "https://rest.example.test/v1"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts",
        "accounts",
        "/v1/accounts",
        "v1/accounts",
        "https://rest.example.test/v1/accounts",
        "HTTPS://REST.example.test/v1/accounts",
    ],
)
def test_a_path_with_the_apis_own_beginning_is_the_same_path(path: str) -> None:
    assert by_hand(FINAGO, "GET", path, base=BASE).path == "/accounts"
    assert by_hand(FINAGO, "GET", path, base=BASE).operation.name == "accounts.list"


@pytest.mark.parametrize(
    "path",
    [
        "https://rest.example.test/v2/accounts",
        "https://rest.example.test/accounts",
        "https://rest.example.test/v1",
        "https://rest.example.test.evil.test/v1/accounts",
        "https://rest.example.test:444/v1/accounts",
        "https://kari@rest.example.test/v1/accounts",
        "http://rest.example.test/v1/accounts",
        "//rest.example.test/v1/accounts",
    ],
)
def test_an_address_that_is_not_below_the_api_is_refused_as_before(path: str) -> None:
    assert "an address is not taken" in refused(lambda: by_hand(FINAGO, "GET", path, base=BASE))


@pytest.mark.parametrize("path", ["/v1/../admin", "/v1//evil.test/x", "https://rest.example.test/v1/../x", "/v1/"])
def test_no_path_climbs_out_after_the_apis_own_beginning(path: str) -> None:
    assert "no plain path below the API" in refused(lambda: by_hand(FINAGO, "GET", path, base=BASE))


def test_a_base_without_a_path_has_no_beginning_to_take_off() -> None:
    assert by_hand(FINAGO, "GET", "/v1/things", base="http://127.0.0.1:8000").path == "/v1/things"


REVERSED: dict[str, tuple[str, dict[str, str], str]] = {
    "days": ("transactionlines.list", {"dateFrom": "2024-02-01", "dateTo": "2024-01-01"}, "later than dateTo"),
    "days of balances": (
        "accountbalances.list",
        {"dateFrom": "2024-02-01", "dateTo": "2024-01-01"},
        "later than dateTo",
    ),
    "one day where the last is left out": ("transactionlines.list", dict.fromkeys(WINDOW, "2024-01-01"), "next one"),
    "moments": (
        "salesorders.list",
        {"modifiedFrom": "2024-02-01T00:00:00Z", "modifiedTo": "2024-01-01T00:00:00Z"},
        "later than modifiedTo",
    ),
    "moments in two zones": (
        "salesorders.list",
        {"createdFrom": "2024-01-01T01:00:00+00:00", "createdTo": "2024-01-01T01:30:00+01:00"},
        "later than createdTo",
    ),
    "moments of which one has a zone": (
        "salesorders.list",
        {"createdFrom": "2024-02-01T00:00:00Z", "createdTo": "2024-01-01T00:00:00"},
        "later than createdTo",
    ),
}


@pytest.mark.parametrize("case", REVERSED)
def test_a_window_in_which_nothing_can_lie_is_refused(case: str) -> None:
    name, query, said = REVERSED[case]
    assert said in refused(lambda: from_template(FINAGO, name, query=query))
    assert said in refused(lambda: by_hand(FINAGO, "GET", FINAGO.operations[name].path, query=query))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("banktransactions.list", dict.fromkeys(WINDOW, "2024-01-01")),
        ("salesorders.list", dict.fromkeys(WINDOW, "2024-01-01")),
        ("salesorders.list", {"modifiedFrom": "2024-02-01T00:00:00Z"}),
        ("salesorders.list", {"createdFrom": "2024-01-01T01:00:00Z", "createdTo": "2024-01-01T00:30:00"}),
        ("salesorders.list", {"createdFrom": "2024-01-01T00:00:00Z", "createdTo": "2024-01-01T00:00:00Z"}),
    ],
)
def test_a_window_in_which_something_may_lie_is_sent(name: str, query: dict[str, str]) -> None:
    sent = from_template(FINAGO, name, query={**dict(FINAGO.operations[name].params), **query}).query
    assert {key: sent[key] for key in query} == query


def test_every_pair_of_the_catalogue_is_held_against_each_other() -> None:
    days, moments = ("2024-02-01", "2024-01-01"), ("2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z")
    pairs = 0
    for operation in FINAGO.operations.values():
        known = {one.name: one for one in operation.query}
        for first in [name for name in known if name.endswith("From") and f"{name[:-4]}To" in known]:
            given = {one.name: one.example for one in known.values() if one.required}
            given |= dict(zip((first, f"{first[:-4]}To"), days if known[first].type == "day" else moments, strict=True))
            places = {one.name: one.example for one in operation.variables}
            pairs += 1
            said = refused(lambda: from_template(FINAGO, operation.name, variables=places, query=given))  # noqa: B023  run at once
            assert f"{first} is later" in said
    assert pairs >= 7
