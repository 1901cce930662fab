"""Faults that are ordered for the SOAP services, by the operation that they strike."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule, read_rules
from finago_assets.sandbox.soap.routes import path_of_service
from finago_assets.sandbox.soap.sessions import BLOCKED_CLIENT, NO_SESSION
from tests.sandbox.soap_bundles import bundle, entry, next_number, post, save, voucher
from tests.sandbox.soap_caller import SERVICES, SoapCaller, envelope, logged_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

ACCOUNTS = "/Economy/*"
PAIR = (entry(6800, "10", TaxNo=0), entry(1920, "-10"))


def order(sandbox: Running, fault: AnswerFault, operation: str = "*", **more: object) -> None:
    rule = Rule(fault=fault, path="*", operation=operation, times=1, **more)  # type: ignore[arg-type]
    sandbox.control.set_faults(rule)


@pytest.fixture
def soap(sandbox: Running) -> SoapCaller:
    return logged_in(sandbox)


def test_a_fault_strikes_the_operation_that_it_was_ordered_for(sandbox: Running, soap: SoapCaller) -> None:
    order(sandbox, AnswerFault.STATUS, "Get*Link*")
    assert soap.call("AccountService", "GetTypeList").status == 200
    order(sandbox, AnswerFault.STATUS, "CreateL*", status=500, body=ErrorBody.SOAP, text="Out of paper")
    assert soap.call("AccountService", "GetTypeList").status == 200
    assert soap.call("AccountService", "CreateLink").fault.endswith("---> Out of paper")
    assert soap.call("AccountService", "CreateLink").status == 200


def test_a_page_may_come_in_place_of_an_envelope(sandbox: Running, soap: SoapCaller) -> None:
    order(sandbox, AnswerFault.HTML)
    reply = soap.call("AccountService", "GetTypeList")
    assert (reply.status, reply.headers.get_content_type()) == (200, "text/html")


def hang_up(sandbox: Running, soap: SoapCaller, sent: str) -> None:
    """Send a bundle and hang up once it has been sent."""
    service = SERVICES["AccountService"]
    head = {"Content-Type": "text/xml", "SOAPAction": service.actions["SaveBundleList"]}
    connection = HTTPConnection(urlsplit(sandbox.origin).netloc, timeout=10)
    body = envelope(
        service, "SaveBundleList", f"<BundleList><Bundles>{sent}</Bundles><SaveOption>0</SaveOption></BundleList>"
    )
    cookie = {"Cookie": f"ASP.NET_SessionId={soap.session}"}
    connection.request("POST", path_of_service(service), body.encode(), head | cookie)
    wait_until(soap, lambda: sandbox.control.faults_fired() == [1])
    connection.close()


def wait_until(soap: SoapCaller, happened: Callable[[], bool]) -> None:
    """Ask the sandbox something until it has done what it is about, for ten seconds at the most."""
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        soap.call("Authenticate", "HasSession")


@pytest.mark.parametrize(("fault", "seconds"), [(AnswerFault.LATE, 60.0), (AnswerFault.SLOW, 0.3)])
def test_a_bundle_is_saved_although_its_sender_has_gone(
    sandbox: Running, soap: SoapCaller, fault: AnswerFault, seconds: float
) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    order(sandbox, fault, "SaveBundleList", seconds=seconds)
    hang_up(sandbox, soap, bundle(voucher(number, *PAIR)))
    wait_until(soap, lambda: sandbox.books.ledger.count == count + 2)
    assert next_number(soap) == number + 1


def test_a_session_can_become_that_of_another_organization(start_sandbox: StartSandbox) -> None:
    two = start_sandbox(organizations=("1", "2"))
    soap = logged_in(two)
    order(two, AnswerFault.OTHER_ORGANIZATION, "GetTypeList")
    assert soap.call("AccountService", "GetTypeList").status == 200
    assert soap.call("ClientService", "GetClientInformation").result["UserId"] == "2"


def test_a_session_of_the_only_organization_is_led_to_one_that_is_not_served(
    sandbox: Running, soap: SoapCaller
) -> None:
    order(sandbox, AnswerFault.OTHER_ORGANIZATION, "GetFiscalYears")
    assert "blocked" in soap.call("TransactionService", "GetFiscalYears").fault
    assert soap.call("Authenticate", "GetIdentity").result["Client"]["Id"] == BLOCKED_CLIENT


def test_a_quarantine_begins_with_a_request(sandbox: Running, soap: SoapCaller) -> None:
    order(sandbox, AnswerFault.QUARANTINE, "GetTypeList", seconds=60.0)
    assert soap.call("AccountService", "GetAccountList").status == 200
    assert "Quarantine ends at" in soap.call("AccountService", "GetTypeList").fault
    assert "Quarantine ends at" in soap.call("AccountService", "GetAccountList").fault
    sandbox.control.skip_time(61)
    assert soap.call("AccountService", "GetAccountList").status == 200


def test_a_session_dies_before_a_request_is_looked_at(sandbox: Running, soap: SoapCaller) -> None:
    order(sandbox, AnswerFault.EXPIRY, "CreateLink")
    assert NO_SESSION in soap.call("AccountService", "CreateLink").fault


def test_a_list_is_cut_to_one(sandbox: Running, soap: SoapCaller) -> None:
    order(sandbox, AnswerFault.ONE_ELEMENT, "GetTypeList")
    assert len(soap.records("AccountService", "GetAccountList")) > 1
    assert len(soap.records("AccountService", "GetTypeList")) == 1
    assert len(soap.records("AccountService", "GetTypeList")) > 1


def test_rules_for_operations_can_be_written_as_json(sandbox: Running, soap: SoapCaller) -> None:
    rules = [{"fault": "one element", "path": ACCOUNTS, "operation": "GetTypeList"}]
    with_rules = json.dumps(rules).encode()
    sandbox.control.set_faults(*read_rules(with_rules))
    assert len(soap.records("AccountService", "GetTypeList")) == 1


def test_a_bundle_is_answered_as_ordered_and_saved_or_not(sandbox: Running, soap: SoapCaller) -> None:
    count = sandbox.books.ledger.count
    order(sandbox, AnswerFault.RESULT, "SaveBundleList", text="SystemError")
    assert post(soap, *PAIR).startswith("SystemError")
    assert sandbox.books.ledger.count == count
    order(sandbox, AnswerFault.RESULT, "SaveBundleList", text="DublicateData", work=True)
    assert post(soap, *PAIR).startswith("DublicateData")
    assert sandbox.books.ledger.count == count + 2
    assert post(soap, *PAIR) == "Ok"


@pytest.mark.parametrize("fault", [AnswerFault.RESET, AnswerFault.RESET_MIDWAY, AnswerFault.SHORT])
def test_a_bundle_is_saved_and_its_answer_lost(sandbox: Running, soap: SoapCaller, fault: AnswerFault) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    order(sandbox, fault, "SaveBundleList")
    sent = bundle(voucher(number, *PAIR))
    with pytest.raises((OSError, HTTPException)):
        save(soap, sent)
    assert sandbox.books.ledger.count == count + 2
    assert save(soap, sent)["Type"] == "DataAlreadySaved"


@pytest.mark.parametrize("body", list(ErrorBody))
def test_a_bundle_is_saved_and_answered_with_an_error(sandbox: Running, soap: SoapCaller, body: ErrorBody) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    order(sandbox, AnswerFault.STATUS, "SaveBundleList", status=500, work=True, body=body)
    sent = f"<BundleList><Bundles>{bundle(voucher(number, *PAIR))}</Bundles><SaveOption>0</SaveOption></BundleList>"
    assert soap.call("AccountService", "SaveBundleList", sent).status == 500
    assert sandbox.books.ledger.count == count + 2


def test_a_connection_is_cut_before_anything_is_done(sandbox: Running, soap: SoapCaller) -> None:
    number, count = next_number(soap), sandbox.books.ledger.count
    order(sandbox, AnswerFault.RESET, "SaveBundleList", work=False)
    with pytest.raises(OSError, match=r"."):
        save(soap, bundle(voucher(number, *PAIR)))
    assert sandbox.books.ledger.count == count
