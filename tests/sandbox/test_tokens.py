"""Tokens and scopes: what the login accepts, how long it lasts, and what is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.sandbox.options import CLIENT_SECRET
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox


def test_a_token_says_how_long_it_lives_and_what_it_may_do(start_sandbox: StartSandbox) -> None:
    reply = Caller(start_sandbox(token_lifetime=90)).authenticate()
    assert reply.status == 200
    assert reply.json["token_type"] == "Bearer"
    assert reply.json["expires_in"] == 90
    reads = {scope for e in ENDPOINTS.values() for scope in e.scopes}
    writes = {scope for o in FINAGO.operations.values() if o.method.writes for scope in o.scopes}
    assert set(reply.json["scope"].split()) == reads | writes


@pytest.mark.parametrize(
    ("field", "status", "error"),
    [
        ("client_id", 401, "access_denied"),
        ("client_secret", 401, "access_denied"),
        ("audience", 403, "access_denied"),
        ("login_organization", 403, "unauthorized_client"),
        ("grant_type", 403, "unsupported_grant_type"),
    ],
)
def test_each_wrong_field_is_refused_in_the_manner_of_auth0(
    caller: Caller, field: str, status: int, error: str
) -> None:
    reply = caller.authenticate(**{field: "wrong"})
    assert reply.status == status
    assert reply.json["error"] == error
    assert reply.json["error_description"]
    assert "wrong" not in reply.body.decode()


def test_json_bodies_and_query_strings_are_not_read(caller: Caller) -> None:
    form = {"grant_type": "client_credentials", "client_id": "sandbox-client-id"}
    assert caller.send("POST", "/oauth/token", body=b"{}", headers={"Content-Type": "application/json"}).status == 400
    assert caller.send("POST", f"/oauth/token?{urlencode(form)}", body=b"").status == 400
    assert caller.send("GET", "/oauth/token").status == 405


def test_a_call_without_a_living_token_is_401(sandbox: Running) -> None:
    caller = Caller(sandbox)
    assert caller.send("GET", "/v1/accounts").status == 401
    assert caller.send("GET", "/v1/accounts", headers={"Authorization": "Bearer made-up"}).status == 401
    assert caller.get("/accounts").status == 200
    basic = {"Authorization": f"Basic {caller.token}"}
    caller.token = ""
    refused = caller.send("GET", "/v1/accounts", headers=basic)
    assert refused.status == 401
    assert refused.json["error"]["name"] == "UnauthorizedError"


def test_a_token_dies_after_its_lifetime_and_a_new_one_leaves_the_old_alive(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(token_lifetime=60)
    old, new = Caller(sandbox), Caller(sandbox)
    old.authenticate()
    sandbox.control.skip_time(40)
    new.authenticate()
    assert old.get("/taxes").status == new.get("/taxes").status == 200
    sandbox.control.skip_time(40)
    assert (old.get("/taxes").status, new.get("/taxes").status) == (401, 200)
    assert sandbox.control.expire_tokens() >= 1
    assert new.get("/taxes").status == 401


def test_an_endpoint_can_be_withheld_from_the_start_and_granted_later(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(withhold=("taxes",))
    caller = Caller(sandbox)
    assert "api.accounting.tax:read" not in caller.authenticate().json["scope"].split()
    assert caller.get("/taxes").status == 403
    assert caller.get("/taxes/8").status == 403
    assert caller.get("/accounts").status == 200
    sandbox.control.grant("taxes")
    assert caller.get("/taxes").status == 200


def test_a_withheld_scope_closes_every_endpoint_that_needs_it(sandbox: Running, caller: Caller) -> None:
    sandbox.control.withhold("api.accounting.account:read")
    window = {"dateFrom": "2024-01-01", "dateTo": "2024-01-31"}
    assert caller.get("/accounts").status == 403
    assert caller.get("/accountbalances", **window).status == 403
    assert caller.get("/transactionlines", **window).status == 200
    sandbox.control.grant()
    assert caller.get("/accounts").status == 200


def test_a_single_write_can_be_withheld_by_method_and_path(sandbox: Running, caller: Caller) -> None:
    sandbox.control.withhold("PATCH /productcategories/{id}")
    assert caller.write("PATCH", "/productcategories/10", {"name": "X"}).status == 403
    assert caller.write("POST", "/productcategories", {"name": "X"}).status == 201
    sandbox.control.grant("PATCH /productcategories/{id}")
    assert caller.write("PATCH", "/productcategories/10", {"name": "X"}).status == 200


def test_refusals_come_as_json_as_text_and_empty(sandbox: Running, caller: Caller) -> None:
    sandbox.control.withhold("taxes")
    kinds = {(reply.body[:1], bool(reply.headers["X-Trace-Id"])) for reply in (caller.get("/taxes") for _ in range(3))}
    assert kinds == {(b"{", True), (b"T", True), (b"", True)}


def test_the_log_names_every_call_and_holds_no_token(sandbox: Running, caller: Caller) -> None:
    caller.get("/customers", limit=3)
    log = sandbox.requests
    assert [(entry.method, entry.path, entry.status) for entry in log] == [
        ("POST", "/oauth/token", 200),
        ("GET", "/v1/customers", 200),
    ]
    assert log[1].query == "limit=3"
    assert caller.token not in repr(log)
    assert CLIENT_SECRET not in repr(log)
    assert caller.token not in repr(sandbox)


def test_the_environment_leads_back_to_the_sandbox(sandbox: Running) -> None:
    variables = sandbox.environment()
    assert all(name.startswith("FINAGO_") for name in variables)
    assert variables["FINAGO_API_URL"] == sandbox.api_url
    assert variables["FINAGO_START_DATE"] == "2024-01-01"
    assert variables["FINAGO_REQUESTS_PER_SECOND"] == "0"
