"""The Halo of the sandbox, asked without any client of ours: what its answers are known for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest

from finago_assets.sandbox.halo.estate import PLANTED
from finago_assets.sandbox.halo.tenant import HALO_CLIENT, HALO_SECRET, PAGE_CAP, Tenant, TenantAnswer, too_many

FORM = {"grant_type": "client_credentials", "client_id": HALO_CLIENT, "client_secret": HALO_SECRET, "scope": "all"}


@dataclass
class Caller:
    """Asks a tenant with a token of its own."""

    tenant: Tenant = field(default_factory=Tenant)

    def __post_init__(self) -> None:
        self.token = json.loads(self.tenant.token("north", urlencode(FORM).encode()).body)["access_token"]

    def ask(self, method: str, path: str, sent: Any = None, **query: str) -> TenantAnswer:
        body = b"" if sent is None else json.dumps(sent).encode()
        return self.tenant.answer(method, path, query, body, f"Bearer {self.token}")

    def read(self, path: str, **query: str) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status == 200
        return json.loads(answer.body)


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_a_page_holds_a_hundred_records_whatever_is_asked_for(caller: Caller) -> None:
    page = caller.read("/IntegrationError", pageinate="true", page_size="1000", page_no="3")
    assert (page["record_count"], len(page["errors"]), page["page_size"]) == (250, 50, PAGE_CAP)
    assert len(caller.read("/IntegrationError", count="1000")["errors"]) == PAGE_CAP


def test_some_lists_come_in_an_object_and_others_do_not(caller: Caller) -> None:
    assert isinstance(caller.read("/FortnoxDetails"), list)
    assert set(caller.read("/XeroDetails")) == {"page_no", "page_size", "record_count", "connections"}
    # large and small letters are one
    assert caller.read("/fortnoxdetails") == caller.read("/FortnoxDetails")


def test_secrets_come_back_and_times_have_no_zone(caller: Caller) -> None:
    (first, _) = caller.read("/FortnoxDetails")
    assert first["new_access_token"].startswith(PLANTED)
    assert first["token_expiry"] == "2024-12-30T04:15:00"


def test_mappings_come_with_the_details_of_one_record(caller: Caller) -> None:
    assert caller.read("/ExactDetails/1")["client_mappings"] is None
    assert len(caller.read("/ExactDetails/1", includedetails="true")["client_mappings"]) == 1


@pytest.mark.parametrize(
    ("tenant", "changes", "status", "media_type"),
    [
        ("south", {}, 400, "text/html"),
        (None, {}, 400, "text/html"),
        ("north", {"client_secret": "another"}, 401, "application/json"),
        ("north", {"scope": "everything"}, 400, "application/json"),
        ("north", {"grant_type": "password"}, 400, "application/json"),
    ],
)
def test_a_token_is_for_the_right_tenant_secret_and_scope(
    tenant: str | None, changes: dict[str, str], status: int, media_type: str
) -> None:
    answer = Tenant().token(tenant, urlencode(FORM | changes).encode())
    assert (answer.status, answer.media_type) == (status, media_type)


def test_errors_come_in_json_of_several_kinds_in_text_and_in_html(caller: Caller) -> None:
    assert json.loads(caller.ask("GET", "/ExactDetails/99").body) == {
        "resultCode": 404,
        "errorMessage": "It does not exist",
    }
    assert "Message" in json.loads(caller.ask("GET", "/ExactDetails", connectedonly="maybe").body)
    assert set(json.loads(caller.ask("POST", "/ExactDetails", {"id": 1}).body)) == {"ClassName", "Message"}
    assert caller.ask("DELETE", "/ExactDetails/99").media_type == "text/plain"
    assert caller.ask("GET", "/Nothing").media_type == "text/html"
    assert (too_many().headers, too_many(7).headers) == ({}, {"Retry-After": "7"})


def test_an_error_repeats_what_was_sent(caller: Caller) -> None:
    assert b"hunter2" in caller.ask("POST", "/KashflowDetails", {"new_password": "hunter2"}).body


def test_a_part_of_a_record_changes_that_part_and_a_record_without_an_id_is_new(caller: Caller) -> None:
    assert caller.ask("POST", "/KashflowDetails", [{"id": 1, "enabled": False}]).status == 201
    changed = caller.read("/KashflowDetails/1")
    assert (changed["name"], changed["enabled"]) == ("Thames Office", False)
    made = json.loads(caller.ask("POST", "/KashflowDetails", [{"name": "Tyne Office"}]).body)
    assert made["id"] == 2
    assert caller.ask("DELETE", "/KashflowDetails/2").status == 204
    assert [one["id"] for one in caller.read("/KashflowDetails")] == [1]


def test_an_action_flag_is_carried_out_and_not_kept(caller: Caller) -> None:
    caller.ask("POST", "/ExactDetails", [{"id": 1, "_disconnect": True}])
    record = caller.read("/ExactDetails/1")
    assert (record["isauthorized"], record["_disconnect"]) == (False, None)


def test_an_agent_without_rights_sees_empty_lists_and_is_refused_the_rest(caller: Caller) -> None:
    caller.tenant.rights = False
    assert caller.read("/FortnoxDetails") == []
    assert caller.read("/IntegrationError")["record_count"] == 0
    assert caller.ask("GET", "/FortnoxDetails/1").status == 403
    assert caller.ask("DELETE", "/FortnoxDetails/1").status == 403


def test_a_token_that_died_is_refused(caller: Caller) -> None:
    caller.tenant.expire()
    assert caller.ask("GET", "/Tax").status == 401


def test_no_description_has_the_fields_that_are_unseen() -> None:
    (first, _) = Caller(Tenant(unseen=True)).read("/FortnoxDetails")
    assert {"region", "new_signing_secret", "session", "handle"} <= set(first)


def test_the_estate_of_a_day_happened_before_that_day_and_is_the_same_otherwise() -> None:
    usual, later = Tenant(), Tenant(today=date(2025, 1, 9))
    moment = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
    ours, theirs = json.dumps(usual.records), json.dumps(later.records)
    assert moment.sub("", ours) == moment.sub("", theirs)
    assert later.records["/FortnoxDetails"][0]["token_expiry"] == "2025-01-09T04:15:00"
    assert max(one["datelogged"] for one in later.records["/IntegrationRequest"]) == "2025-01-09T04:15:00"
