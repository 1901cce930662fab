"""The SOAP services against the vendor's own contract files: the facts are made of them, and every answer is valid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.request import urlopen

import pytest
import zeep
from lxml import etree

from finago_assets.sandbox.soap.contract import ASMX_FACTS
from finago_assets.sandbox.soap.routes import path_of_service
from finago_assets.sandbox.soap.served import ASMX_HANDLERS
from scripts.asmx_facts import main
from tests.sandbox.soap_caller import ALL, NIL, SERVICES, YEARS, SoapCaller, envelope, logged_in
from tests.sandbox.soap_schemas import CONTRACTS, FILES, published, shown, validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox

CREDENTIAL: Final = "<credential><ApplicationId>00000000-0000-0000-0000-000000000000</ApplicationId></credential>"
LINE: Final = "850d3ff4-5bd6-4011-8b82-f00000000032"
DAY: Final = "2024-05-09T00:00:00"
ARGUMENTS: Final = {
    "GetEntryId": f"<argEntryId><Date>{DAY}</Date><SortNo>370</SortNo><EntryNo>0</EntryNo></argEntryId>",
    "CheckAccountNo": "<accountList><AccountData><AccountNo>1</AccountNo></AccountData></accountList>",
    "AddLinkEntries": f"<linkEntryItem><LineIds><guid>{LINE}</guid></LineIds><LinkId>1</LinkId></linkEntryItem>",
    "ReplaceLinkEntries": f"<linkEntryItem><LineIds><guid>{LINE}</guid></LineIds><LinkId>1</LinkId></linkEntryItem>",
    "UpdateEntryDueDate": "<entryItems><EntryItem>"
    f"<LineId>{LINE}</LineId><DueDate>{DAY}</DueDate></EntryItem></entryItems>",
    "GetTransactions": f"<searchParams>{YEARS}{ALL}</searchParams>",
    "GetUserDefinedDimensionValues": "<DimensionType>101</DimensionType>",
    "GetAggregated": f"<startDate>{DAY}</startDate><periodType>Month</periodType><returnIB>true</returnIB>",
    "Login": CREDENTIAL,
    "GetIdentitiesWithCredential": CREDENTIAL,
    "GetIdentitiesWithCredentialByService": f"{CREDENTIAL}<serviceId>1</serviceId>",
    "SaveBundleList": "<BundleList><Bundles><Bundle><YearId>2024</YearId><Vouchers><Voucher>"
    f"<TransactionNo>900</TransactionNo><Entries><Entry><AccountNo>1920</AccountNo><Date>{DAY}</Date></Entry></Entries>"
    "<Sort>9</Sort></Voucher></Vouchers></Bundle></Bundles><SaveOption>0</SaveOption></BundleList>",
    "SetIdentityById": f"<identityId>{LINE}</identityId>",
    "GetCompanySyncList": f"<syncSearchParameters><Active {NIL}/></syncSearchParameters>",
    "GetCompanies": "<searchParams/><returnProperties>"
    + "".join(f"<string>{field.name}</string>" for field in SERVICES["CompanyService"].types["Company"])
    + "</returnProperties>",
    "GetProjectList": "<Ps/>",
}
OPERATIONS: Final = [(name, operation) for name, held in ASMX_HANDLERS.items() for operation in held]

there = pytest.mark.skipif(not CONTRACTS.exists(), reason="the contract files are not beside this checkout")


def _arguments(operation: str) -> str:
    return ARGUMENTS.get(operation, "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for schemas."""
    return tmp_path_factory.mktemp("schemas")


@there
def test_the_facts_are_made_of_the_published_contracts(tmp_path: Path) -> None:
    main(str(CONTRACTS), str(tmp_path / "soap.json"))
    assert (tmp_path / "soap.json").read_bytes() == ASMX_FACTS.read_bytes()
    assert b"community users" not in ASMX_FACTS.read_bytes()


def test_the_contract_that_is_shown_says_what_the_facts_say(sandbox: Running, tmp_path: Path) -> None:
    for service in SERVICES.values():
        with urlopen(f"{sandbox.origin}{path_of_service(service)}?WSDL", timeout=10) as answer:  # noqa: S310  loopback
            (tmp_path / FILES[service.name]).write_bytes(answer.read())
    main(str(tmp_path), str(tmp_path / "soap.json"))
    made, kept = (json.loads(file.read_text("utf-8"))["services"] for file in (tmp_path / "soap.json", ASMX_FACTS))
    for name, said in kept.items():
        assert made[name] == {**said, "path": path_of_service(SERVICES[name]), "host": "127"}


CONTRACTS_BY: Final = [pytest.param(shown, id="shown"), pytest.param(published, id="published", marks=there)]


@pytest.mark.parametrize("contract", CONTRACTS_BY)
@pytest.mark.parametrize("defaults", ["mixed", "omitted", "written"])
def test_every_request_and_every_answer_is_valid(
    start_sandbox: StartSandbox, folder: Path, defaults: str, contract: Callable[[str], bytes]
) -> None:
    sandbox = start_sandbox(scenarios=True)
    sandbox.control.soap.set(defaults=defaults)
    for service, operation in OPERATIONS:
        caller = logged_in(sandbox)
        reply = caller.call(service, operation, _arguments(operation))
        assert reply.status == 200, (operation, reply.fault)
        schema = validator(contract(service), folder)
        schema.assertValid(
            etree.fromstring(envelope(SERVICES[service], operation, _arguments(operation)).encode())[0][0]
        )
        schema.assertValid(reply.element)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Asks with a client of others, which knows the services by their contracts alone."""

    caller: SoapCaller
    contract: Callable[[str], bytes]
    folder: Path

    def ask(self, service: str, operation: str, **arguments: object) -> Any:
        file = self.folder / f"{service}.wsdl"
        file.write_bytes(self.contract(service))
        client: Any = zeep.Client(str(file))
        client.transport.session.cookies.set("ASP.NET_SessionId", self.caller.session)
        port = next(iter(next(iter(client.wsdl.services.values())).ports.values()))
        proxy = client.create_service(port.binding.name, self.caller.sandbox.origin + SERVICES[service].path)
        answer = getattr(proxy, operation)(**arguments)
        client.transport.session.close()
        return answer


@pytest.fixture(params=CONTRACTS_BY)
def proxy(sandbox: Running, request: pytest.FixtureRequest, tmp_path: Path) -> Proxy:
    return Proxy(logged_in(sandbox), request.param, tmp_path)


def test_a_client_made_of_the_contracts_alone_can_read(proxy: Proxy) -> None:
    found = proxy.ask("AccountService", "GetAccountList")
    assert [one.AccountNo for one in found][:2] == [1200, 1250]
    nil = zeep.xsd.Nil
    search = {"DateStart": DAY, "DateEnd": "2024-12-31T23:59:59", "SystemType": nil, "HasInvoiceId": nil}
    lines = proxy.ask("TransactionService", "GetTransactions", searchParams=search)
    window = f"<DateStart>{DAY}</DateStart><DateEnd>2024-12-31T23:59:59</DateEnd>"
    assert [line.Id for line in lines] == [line["Id"] for line in proxy.caller.transactions(window=window)]


def test_a_client_made_of_the_contracts_alone_can_post(proxy: Proxy) -> None:
    asked = {"Date": DAY, "SortNo": 370, "EntryNo": 0}
    number = proxy.ask("AccountService", "GetEntryId", argEntryId=asked).EntryNo
    sides = ((6860, Decimal("1E+3")), (1920, Decimal("-1000.00")))
    entries = [{"AccountNo": account, "Date": DAY, "Amount": amount, "TaxNo": "0"} for account, amount in sides]
    vouchers = {"Voucher": [{"TransactionNo": number, "Sort": 9, "Entries": {"Entry": entries}}]}
    bundles = {"Bundle": [{"YearId": 2024, "Name": "fa", "Vouchers": vouchers}]}
    sent = {"Bundles": bundles, "SaveOption": 0, "IgnoreWarnings": {"string": ["vatisnotinbalance"]}}
    assert proxy.ask("AccountService", "SaveBundleList", BundleList=sent).Type == "Ok"
    assert proxy.ask("AccountService", "SaveBundleList", BundleList=sent).Type == "DataAlreadySaved"
    assert proxy.ask("AccountService", "GetEntryId", argEntryId=asked).EntryNo == number + 1
