"""What the SOAP services make of an envelope: versions, actions, and how strictly they hold it to its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.soap.lexical import read_lexical
from tests.sandbox.soap_caller import ALL, ENVELOPE_12, SERVICES, YEARS, SoapCaller, envelope, logged_in

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

ACCOUNTS = SERVICES["AccountService"]
SEARCH = f"<searchParams>{YEARS}{{}}{ALL}</searchParams>"
ENTRY_ID = "<argEntryId>{}</argEntryId>"
WHOLE = "<Date>2024-05-09T00:00:00</Date><SortNo>370</SortNo><EntryNo>0</EntryNo>"


@pytest.fixture
def soap(sandbox: Running) -> SoapCaller:
    return logged_in(sandbox)


def test_the_newer_version_is_spoken_too(soap: SoapCaller) -> None:
    action = ACCOUNTS.actions["GetTypeList"]
    headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
    reply = soap.send(ACCOUNTS, envelope(ACCOUNTS, "GetTypeList", soap=ENVELOPE_12), headers)
    assert (reply.status, reply.headers.get_content_type()) == (200, "application/soap+xml")
    assert ENVELOPE_12.encode() in reply.body
    soap.session = ""
    refused = soap.send(ACCOUNTS, envelope(ACCOUNTS, "GetTypeList", soap=ENVELOPE_12), headers)
    assert "not authenticated" in refused.fault


@pytest.mark.parametrize("action", ["", '""', "http://24sevenoffice.com/webservices/GetTypeList", "GetTypeList"])
def test_an_action_that_the_contract_does_not_have_is_a_fault(soap: SoapCaller, action: str) -> None:
    reply = soap.call("AccountService", "GetTypeList", SOAPAction=action)
    assert (reply.status, "SOAPAction" in reply.fault) == (500, True)


def test_another_media_type_is_no_soap(soap: SoapCaller) -> None:
    headers = {"Content-Type": "application/json", "SOAPAction": ACCOUNTS.actions["GetTypeList"]}
    assert soap.send(ACCOUNTS, "{}", headers).status == 415


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<Envelope/>",
        "{}",
        envelope(ACCOUNTS, "GetTypeList").replace("<soap:Body>", "<soap:Body>\x01"),
        envelope(ACCOUNTS, "GetTypeList").replace("</soap:Body>", ""),
        envelope(ACCOUNTS, "GetTypeList").replace("<soap:Env", '<!DOCTYPE x [<!ENTITY a "b">]><soap:Env', 1),
        envelope(ACCOUNTS, "GetTypeList", soap=ENVELOPE_12),
        envelope(ACCOUNTS, "GetTypeList").replace("24sevenOffice", "24sevenoffice"),
        envelope(ACCOUNTS, "GetAccountList"),
        envelope(ACCOUNTS, "GetTypeList", "<Surprise>1</Surprise>"),
    ],
)
def test_what_is_no_envelope_of_the_contract_is_a_fault_of_the_sender(soap: SoapCaller, body: str) -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": ACCOUNTS.actions["GetTypeList"]}
    reply = soap.send(ACCOUNTS, body, headers)
    assert reply.status == 500
    assert reply.element.findtext("faultcode") == "soap:Client"


@pytest.mark.parametrize(
    "sent",
    [
        WHOLE.replace("370", "1e+02"),
        WHOLE.replace("370", "3000000000"),
        WHOLE.replace("370", ""),
        WHOLE.replace("2024-05-09T00:00:00", "2024-05-09"),
        WHOLE.replace("2024-05-09T00:00:00", "2024-13-09T00:00:00"),
        WHOLE.replace("<EntryNo>0</EntryNo>", ""),
        WHOLE.replace("EntryNo", "entryNo"),
        WHOLE + "<EntryNo>0</EntryNo>",
    ],
)
def test_a_value_that_is_missing_misspelled_or_unknown_is_a_fault(soap: SoapCaller, sent: str) -> None:
    reply = soap.call("AccountService", "GetEntryId", ENTRY_ID.format(sent))
    assert "unable to read request" in reply.fault


def test_a_request_of_more_than_four_megabytes_is_refused(soap: SoapCaller) -> None:
    padded = ENTRY_ID.format(WHOLE) + " " * 4 * 1024 * 1024
    assert "Maximum request length" in soap.call("AccountService", "GetEntryId", padded).fault


def test_the_order_of_elements_does_not_matter(soap: SoapCaller) -> None:
    turned = "<EntryNo>0</EntryNo><SortNo>370</SortNo><Date>2024-05-09T00:00:00</Date>"
    there = [soap.call("AccountService", "GetEntryId", ENTRY_ID.format(one)).result for one in (WHOLE, turned)]
    assert there[0] == there[1]
    assert int(there[0]["EntryNo"]) > 0


def test_what_must_be_said_as_nil_must_be_said(soap: SoapCaller) -> None:
    reply = soap.call("TransactionService", "GetTransactions", f"<searchParams>{YEARS}</searchParams>")
    assert "SystemType is missing" in reply.fault


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("decimal", "1e+06"), ("decimal", "1,5"), ("decimal", "."), ("decimal", "NaN"),
        ("boolean", "True"), ("boolean", "yes"), ("short", "40000"), ("unsignedByte", "-1"), ("int", "1.0"),
        ("dateTime", "2024-05-09 00:00:00"), ("guid", "7"), ("guid", "{0}"),
    ],
)  # fmt: skip
def test_a_text_that_spells_no_value_of_its_type_is_refused(type_: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_lexical(type_, text)


def test_told_to_be_careless_unknown_elements_and_wrong_namespaces_are_ignored(
    sandbox: Running, soap: SoapCaller
) -> None:
    sandbox.control.soap.set(strict=False)
    spelled = WHOLE + "<Surprise/>"
    found = soap.call("AccountService", "GetEntryId", ENTRY_ID.format(spelled))
    assert int(found.result["EntryNo"]) > 0
    foreign = ENTRY_ID.format(WHOLE).replace("<argEntryId>", '<argEntryId xmlns="http://another">')
    assert soap.call("AccountService", "GetEntryId", foreign).result["EntryNo"] == "-1"
    assert soap.call("AccountService", "GetEntryId", ENTRY_ID.format("<SortNo>370</SortNo>")).result["EntryNo"] == "-1"


def test_an_operation_of_the_contract_that_is_not_served_is_a_fault(soap: SoapCaller) -> None:
    assert "is not served" in soap.call("CompanyService", "GetCategories").fault
