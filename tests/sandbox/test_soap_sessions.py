"""Sessions of the SOAP services: who gets one, whose books it is about, when it ends, and how much it may ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.sandbox.soap.sessions import BLOCKED_CLIENT, NO_SESSION, SANDBOX_PASSWORD
from finago_assets.sandbox.soap.switches import SoapOptions
from tests.sandbox.soap_caller import SoapCaller, logged_in

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

TWO = ("300000000000001", "300000000000002")


def organization(caller: SoapCaller) -> str:
    current: Any = caller.call("Authenticate", "GetIdentity").result
    return str(current["Client"]["Id"])


def identities(caller: SoapCaller) -> dict[str, str]:
    found: list[Any] = caller.records("Authenticate", "GetIdentities")
    return {one["Client"]["Id"]: one["Id"] for one in found}


def test_a_login_gives_a_session_in_its_result_and_as_a_cookie(sandbox: Running) -> None:
    reply = SoapCaller(sandbox).log_in()
    assert reply.headers["Set-Cookie"].startswith(f"ASP.NET_SessionId={reply.result};")
    caller = logged_in(sandbox)
    assert caller.call("Authenticate", "HasSession").result == "true"
    assert organization(caller) == sandbox.organization_id


@pytest.mark.parametrize(
    "change", [{"Password": "wrong"}, {"Username": "x"}, {"ApplicationId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}]
)
def test_a_wrong_credential_is_answered_with_an_empty_result_and_no_cookie(
    sandbox: Running, change: dict[str, str]
) -> None:
    caller = SoapCaller(sandbox)
    reply = caller.log_in(**change)
    assert (reply.status, reply.result, reply.headers["Set-Cookie"]) == (200, "", None)
    assert caller.call("Authenticate", "HasSession").result == "false"


def test_without_a_session_everything_else_is_a_fault(sandbox: Running) -> None:
    reply = SoapCaller(sandbox).call("AccountService", "GetAccountList")
    assert (reply.status, NO_SESSION in reply.fault) == (500, True)
    assert NO_SESSION in SoapCaller(sandbox, "made up").call("Authenticate", "GetIdentity").fault


def test_a_session_is_about_one_organization_at_a_time(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(organizations=TWO)
    caller = logged_in(sandbox)
    there = identities(caller)
    assert set(there) == {*TWO, BLOCKED_CLIENT}
    first = {line["Id"] for line in caller.transactions()}
    assert caller.call("Authenticate", "SetIdentityById", f"<identityId>{there[TWO[1]]}</identityId>").result == "true"
    assert organization(caller) == TWO[1]
    amounts = {(line["Id"], line["Amount"]) for line in caller.transactions()}
    assert amounts != {(line["Id"], line["Amount"]) for line in logged_in(sandbox).transactions()}
    assert first
    other = SoapCaller(sandbox)
    other.log_in(there[TWO[1]])
    assert (organization(other), other.call("ClientService", "GetClientInformation").result["UserId"]) == (
        TWO[1],
        TWO[1],
    )


def test_a_blocked_identity_is_told_and_cannot_be_taken(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    blocked = next(one for one in caller.records("Authenticate", "GetIdentities") if one.get("IsDisabled") == "true")
    assert "IdentityId is blocked" in SoapCaller(sandbox).log_in(blocked["Id"]).fault
    set_it = f"<identityId>{blocked['Id']}</identityId>"
    assert caller.call("Authenticate", "SetIdentityById", set_it).result == "false"
    assert organization(caller) == sandbox.organization_id


def test_a_session_ends_when_it_was_not_used_for_its_lifetime_or_is_ended(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    sandbox.control.skip_time(3_500)
    assert caller.call("Authenticate", "HasSession").result == "true"
    sandbox.control.skip_time(3_500)
    assert caller.call("Authenticate", "HasSession").result == "true"
    sandbox.control.skip_time(3_601)
    assert NO_SESSION in caller.call("AccountService", "GetTypeList").fault
    caller = logged_in(sandbox)
    assert sandbox.control.soap.expire_sessions() > 0
    assert NO_SESSION in caller.call("AccountService", "GetTypeList").fault


def test_logins_that_come_too_fast_are_throttled(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(soap=SoapOptions(logins_per_minute=2))
    replies = [SoapCaller(sandbox).log_in() for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 500]
    sandbox.control.skip_time(61)
    assert SoapCaller(sandbox).log_in().status == 200


def test_every_answer_says_how_many_requests_are_left_and_the_next_is_quarantined(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(soap=SoapOptions(hourly_limit=3))
    caller = logged_in(sandbox)
    replies = [caller.call("Authenticate", "HasSession") for _ in range(4)]
    assert [reply.headers["APILimitRemaining"] for reply in replies] == ["1", "0", "0", "0"]
    assert [reply.status for reply in replies] == [200, 200, 500, 500]
    ends = replies[0].headers["APILimitReset"]
    assert replies[2].fault.endswith(f"Limit exceeded by 1. Request is blocked. Quarantine ends at {ends}")
    assert "Limit exceeded by 2." in replies[3].fault
    moment = datetime.fromisoformat(ends)
    assert (moment.minute, moment.second, moment.tzinfo) == (0, 0, UTC)
    sandbox.control.skip_time(3_600)
    assert caller.call("Authenticate", "HasSession").status == 200


def test_a_refusal_beyond_the_limit_may_be_no_envelope_at_all(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(soap=SoapOptions(hourly_limit=1, blocked_status=429))
    caller = logged_in(sandbox)
    reply = caller.call("Authenticate", "HasSession")
    assert (reply.status, reply.headers.get_content_type()) == (429, "text/plain")
    assert reply.body.startswith(b"Limit exceeded by 1. Request is blocked.")


def test_quarantine_and_another_organization_can_be_ordered(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(organizations=TWO)
    caller = logged_in(sandbox)
    assert sandbox.control.soap.change_organization(TWO[1]) == 1
    assert organization(caller) == TWO[1]
    sandbox.control.soap.quarantine(60)
    assert "Quarantine ends at" in caller.call("Authenticate", "HasSession").fault
    sandbox.control.skip_time(61)
    assert caller.call("Authenticate", "HasSession").status == 200
    with pytest.raises(KeyError):
        sandbox.control.soap.change_organization("nobody")


def test_no_credential_and_no_session_is_written_down(sandbox: Running) -> None:
    caller = logged_in(sandbox)
    caller.call("Authenticate", "GetIdentity")
    found = f"{sandbox!r}{sandbox.requests!r}"
    assert caller.session not in found
    assert SANDBOX_PASSWORD not in found


def test_the_variables_lead_to_both_hosts(sandbox: Running) -> None:
    found = sandbox.soap_environment()
    assert found["FINAGO_SOAP_URL"] == sandbox.origin
    assert found["FINAGO_SOAP_WEBSERVICES_URL"] == f"{sandbox.origin}/webservices"
    assert [one["Id"] for one in logged_in(sandbox).records("ProjectService", "GetProjectNameList")] == [
        "100",
        "101",
        "103",
        "104",
    ]
