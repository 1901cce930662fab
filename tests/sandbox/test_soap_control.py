"""The control surface of the SOAP services over HTTP: switches, drafts, sessions, quarantine and locked years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.sandbox.soap.sessions import BLOCKED_CLIENT
from tests.sandbox.soap_bundles import DRAFT, entry, post
from tests.sandbox.soap_caller import SoapCaller, logged_in
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

PAIR = (entry(6800, "10", TaxNo=0), entry(1920, "-10"))


@pytest.fixture
def soap(sandbox: Running) -> SoapCaller:
    return logged_in(sandbox)


def command(sandbox: Running, method: str, path: str, body: object = None) -> Any:
    sent = None if body is None else json.dumps(body).encode()
    reply = Caller(sandbox).send(method, f"/_sandbox{path}", body=sent)
    return reply.json if reply.status == 200 else reply.status


def test_switches_are_shown_and_turned(sandbox: Running) -> None:
    assert command(sandbox, "GET", "/soap")["reads_tax_as"] == "number"
    assert command(sandbox, "PUT", "/soap", {"reads_tax_as": "id", "strict": False})["reads_tax_as"] == "id"
    assert (sandbox.control.soap.switches.reads_tax_as, sandbox.control.soap.switches.strict) == ("id", False)
    assert command(sandbox, "PUT", "/soap", {"reads_tax_as": "name"}) == 400


def test_drafts_are_listed_booked_and_deleted(sandbox: Running, soap: SoapCaller) -> None:
    assert [post(soap, *PAIR, option=DRAFT) for _ in range(2)] == ["Ok", "Ok"]
    first, second = (draft["id"] for draft in command(sandbox, "GET", "/drafts"))
    assert len(command(sandbox, "POST", f"/drafts/{first}/book")["booked"]) == 1
    assert command(sandbox, "DELETE", f"/drafts/{second}") == {"deleted": 1}
    assert command(sandbox, "GET", "/drafts") == []
    assert command(sandbox, "POST", f"/drafts/{first}/book") == 404


def test_a_draft_that_the_books_do_not_take_is_refused(sandbox: Running, soap: SoapCaller) -> None:
    assert post(soap, *PAIR, option=DRAFT) == "Ok"
    assert command(sandbox, "PUT", "/years/2024/locked") == {"locked": [2024]}
    assert command(sandbox, "POST", "/drafts/1/book") == 400
    assert command(sandbox, "DELETE", "/years/2024/locked") == {"locked": []}
    assert command(sandbox, "POST", "/drafts/1/book") != 400


def test_sessions_are_ended_and_led_elsewhere(sandbox: Running, soap: SoapCaller) -> None:
    assert command(sandbox, "POST", "/sessions/organization", {"organization": BLOCKED_CLIENT}) == {"changed": 1}
    assert "blocked" in soap.call("ClientService", "GetCurrencyList").fault
    assert command(sandbox, "POST", "/sessions/organization", {"organization": "nobody"}) == 404
    assert command(sandbox, "POST", "/sessions/expire") == {"expired": 1}
    assert soap.call("Authenticate", "HasSession").result == "false"


def test_a_quarantine_is_begun_and_ended(sandbox: Running, soap: SoapCaller) -> None:
    assert command(sandbox, "POST", "/soap/quarantine", {"seconds": 60}) == {"seconds": 60}
    assert "Quarantine" in soap.call("Authenticate", "HasSession").fault
    command(sandbox, "POST", "/soap/quarantine", {"seconds": 0})
    assert soap.call("Authenticate", "HasSession").status == 200
