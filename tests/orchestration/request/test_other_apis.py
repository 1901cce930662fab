"""The action asks another API than Finago's: by a template of it, or by hand where it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.core.landing.store import open_store
from finago_assets.sandbox.halo.estate import PLANTED
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.orchestration.request.stage import Desk


@pytest.fixture
def beside(desk: Desk) -> Iterator[RunningTenant]:
    with running_tenant() as found:
        desk.set(**found.environment())
        yield found


def test_a_template_says_which_api_is_asked(desk: Desk, beside: RunningTenant) -> None:
    config = {
        "request": {"template": {"name": "integrationerror.list", "all_pages": True}},
        "into": {"raw": {}},
    }
    sent = desk.send(config)
    assert sent.fired == {"success", "continue_"}
    assert sent.metadata()["records"] == 250
    assert {one.path for one in beside.tenant.log} == {"/IntegrationError"}
    settings = read_settings()
    store = open_store(settings.data_dir, settings.landing, "halo")
    assert store.newest("integrationerror", "north") is not None
    assert PLANTED not in sent.stored()


def test_a_request_by_hand_names_its_api(desk: Desk, beside: RunningTenant) -> None:
    sent = desk.send({"request": {"by_hand": {"api": "HALO", "path": "/FortnoxDetails"}}})
    assert sent.fired == {"success", "continue_"}
    assert [one.path for one in beside.tenant.log] == ["/FortnoxDetails"]
    (answer,) = (desk.data / "requests").rglob("answer-*.json")
    assert PLANTED not in answer.read_text()


def test_a_connection_to_another_api_is_refused_before_anything_is_sent(desk: Desk, beside: RunningTenant) -> None:
    given = {
        "organization_id": "1",
        "client_id": {"env": "FINAGO_CLIENT_ID"},
        "client_secret": {"env": "FINAGO_CLIENT_SECRET"},
    }
    sent = desk.send({"request": {"template": {"name": "tax.list"}}, "connection": {"given": given}})
    assert sent.fired == {"error", "continue_"}
    assert "is a request to Halo API, and the connection is one to Finago Office REST API" in str(sent.outcome.problem)
    assert beside.tenant.log == []


def test_an_api_that_is_not_set_up_is_an_error_that_says_so(desk: Desk) -> None:
    sent = desk.send({"request": {"template": {"name": "tax.list"}}})
    assert sent.fired == {"error", "continue_"}
    assert "Nothing says how Halo API is reached" in str(sent.outcome.problem)
