"""The tables of the Halo API: its operations, its fields, how it signs in, and the file of facts behind them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.apis.halo import HALO, facts
from finago_assets.apis.halo.connection import HaloConnection
from finago_assets.apis.halo.endpoints import LARGEST_PAGE, PATHS, PROVIDERS
from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.core.connections.model import made_from
from finago_assets.core.errors import RequestRefused, SettingInvalid, TlsRefused
from finago_assets.core.http.secret import Secret
from finago_assets.core.request.request import from_template
from scripts.halo_facts import written
from tests.reference import REFERENCE

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import Method

FIVE = {
    "KashflowDetails": 25,
    "FortnoxDetails": 22,
    "ExactDetails": 32,
    "BusinessCentralDetails": 55,
    "AvalaraDetails": 29,
}


def connection(**changes: str) -> HaloConnection:
    given = {"api_url": "https://north.example.test/api", "client_id": "an-id", "tenant": "north"} | changes
    return HaloConnection(client_secret=Secret("a-secret"), **given)


@pytest.mark.parametrize(("shape", "fields"), FIVE.items())
def test_every_field_of_the_five_providers_has_a_type_and_a_class(shape: str, fields: int) -> None:
    assert len(SHAPES[shape]) == fields
    assert [name for name, one in SHAPES[shape].items() if one.kind is Class.UNTOLD] == []


@pytest.mark.parametrize("shape", PROVIDERS)
@pytest.mark.parametrize(("method", "below"), [("GET", ""), ("POST", ""), ("GET", "/7"), ("DELETE", "/7")])
def test_every_operation_of_a_provider_has_a_template(shape: str, method: Method, below: str) -> None:
    assert HALO.find(method, PATHS[shape] + below) is not None


def test_the_names_of_the_lists_are_the_vendors_in_lower_case() -> None:
    assert {shape.lower() for shape in PROVIDERS} <= set(HALO.endpoints)
    assert {"integrationerror", "integrationrequest", "externallink", "features", "tax"} <= set(HALO.endpoints)


def test_no_page_is_asked_for_larger_than_one_is_given() -> None:
    assert {one.page_size for one in HALO.endpoints.values()} == {None, LARGEST_PAGE}


@pytest.mark.parametrize("shape", PROVIDERS)
def test_a_body_is_an_array_of_values_without_action_flags(shape: str) -> None:
    body = HALO.operations[f"{shape.lower()}.save"].body
    assert body is not None
    assert body.schema is not None
    Draft202012Validator.check_schema(body.schema)
    Draft202012Validator(body.schema).validate(body.example)
    offered = body.schema["items"]["properties"]  # type: ignore[index]
    assert {name for name, one in SHAPES[shape].items() if one.kind is Class.ACTION} & set(offered) == set()
    assert {name for name, one in SHAPES[shape].items() if one.kind is Class.SECRET} <= set(offered)


def test_a_body_that_is_one_object_is_refused_before_it_is_sent() -> None:
    body = json.dumps({"id": 1, "name": "North"}).encode()
    with pytest.raises(RequestRefused, match=r"the body does not fit: it must be a list, \[\.\.\.\]"):
        from_template(HALO, "fortnoxdetails.save", body=body)
    assert from_template(HALO, "fortnoxdetails.save", body=b"[" + body + b"]").path == "/FortnoxDetails"


def test_the_tenant_stands_in_the_query_of_the_token_request_and_a_server_of_ones_own_has_none() -> None:
    asking = connection().sign_in().ask()
    assert asking.url == "https://north.example.test/auth/token?tenant=north"
    assert parse_qs(asking.body.reveal()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["an-id"],
        "client_secret": ["a-secret"],
        "scope": ["all"],
    }
    own = connection(tenant="", auth_url="https://login.north.example.test/auth/")
    assert own.sign_in().ask().url == "https://login.north.example.test/auth/token"
    assert (connection().organization_id, own.organization_id) == ("north", "north-example-test")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"api_url": "http://north.example.test/api"}, TlsRefused),
        ({"auth_url": "http://north.example.test/auth"}, TlsRefused),
        ({"api_url": "https://north.example.test/api?tenant=x"}, SettingInvalid),
        ({"tenant": "../north"}, SettingInvalid),
        ({"client_id": ""}, SettingInvalid),
    ],
)
def test_a_connection_that_could_leak_or_lead_astray_is_refused(
    changes: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        connection(**changes)
    assert "a-secret" not in repr(connection())


def test_a_row_of_the_registry_may_be_a_tenant_of_halo() -> None:
    row = {
        "kind": "halo",
        "name": "north",
        "organization_id": "north",
        "url": "env:NORTH_URL",
        "auth_url": "env:NORTH_AUTH_URL",
        "client_id": "env:NORTH_ID",
        "client_secret": "env:NORTH_SECRET",
    }
    environ = {
        "NORTH_URL": "https://north.example.test/api",
        "NORTH_AUTH_URL": "https://login.example.test/auth",
        "NORTH_ID": "an-id",
        "NORTH_SECRET": "a-secret",
    }
    opened = made_from(row, CONNECTION_KINDS).open(None, environ)
    assert (opened.source.name, opened.organization_id) == ("halo", "north")
    assert urlsplit(opened.sign_in().ask().url).query == "tenant=north"


if REFERENCE.is_dir():

    def test_the_file_of_facts_is_the_one_that_is_made_from_the_description() -> None:
        read = [json.loads((REFERENCE / f"halo-{name}.json").read_text()) for name in ("openapi", "field-classes")]
        assert written(*read) == Path(facts.__file__).with_name("facts.json").read_text("utf-8")
