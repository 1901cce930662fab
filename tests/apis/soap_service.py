"""The SOAP services as a function for a mock transport: sessions, a little ledger, and answers by the shipped contract.

Owns the server's side alone: what is sent is read back by lxml and never by the client's own code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from finago_assets.apis.finago_soap.connection import SoapConnection
from finago_assets.apis.finago_soap.contract import SERVICE_PATHS, Service, source_of
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import MockTransport, Request, Response
from tests.core.http.office import Clock, reply

ORGANIZATION: Final = "100000000000001"
PASSWORD: Final = "soap-password-canary-7d2e"
SESSION: Final = "soapsessioncanary"
APPLICATION: Final = "0f3a9a53-4b6e-4a55-8d9f-6b1f7c42aaaa"
IDENTITY: Final = "1f3a9a53-4b6e-4a55-8d9f-6b1f7c42bbbb"
A: Final = "http://24sevenOffice.com/webservices"
B: Final = "http://24sevenoffice.com/webservices/economy/accounting/"
SOAP: Final = "{http://schemas.xmlsoap.org/soap/envelope/}"
NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"

Answer = Callable[[str, Any], "Response | str | None"]


def enveloped(inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
        'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soap:Body>{inside}</soap:Body></soap:Envelope>"
    ).encode()


def fault(text: str, code: str = "soap:Server", status: int = 500) -> Response:
    inside = f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring><detail/></soap:Fault>"
    return reply(enveloped(inside), status, {"content-type": "text/xml; charset=utf-8"})


def answered(operation: str, result: str, namespace: str) -> Response:
    shown = f"<{operation}Result>{result}</{operation}Result>" if result else ""
    return reply(enveloped(f'<{operation}Response xmlns="{namespace}">{shown}</{operation}Response>'))


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: the operation, its argument as an element, and the session that it came with."""

    operation: str
    element: Any
    host: str
    cookie: str
    action: str
    body: bytes

    def text(self, path: str) -> str | None:
        found = self.element.find("/".join(f"{{*}}{part}" for part in path.split("/")))
        return None if found is None or found.get(NIL) == "true" else found.text or ""


def _line(number: int, day: str, amount: str, more: str = "") -> str:
    guid = f"cc623af8-7833-4011-854e-{number:012d}"
    return (
        f"<Transaction><Date>{day}</Date><AccountNo>1920</AccountNo><Currency>NOK</Currency><Amount>{amount}</Amount>"
        f"<TransactionTypeId>5002</TransactionTypeId><TransactionNo>{number}</TransactionNo><Id>{guid}</Id>{more}"
        "<Hidden>false</Hidden><Open>true</Open><HasVatDividend>false</HasVatDividend></Transaction>"
    )


CUSTOMER: Final = (
    "<Dimensions><Dimension><Type>Customer</Type><Name>Kari &amp; Co æ</Name><Value>10001</Value></Dimension>"
    "</Dimensions>"
)
LINES: Final = {
    "2024-01-01": _line(1, "2024-01-01T00:00:00", "125.00", CUSTOMER),
    "2024-01-02": _line(2, "2024-01-02T00:00:00", "-125.50"),
    "2024-01-31": _line(3, "2024-01-31T00:00:00", "0.50", "<SystemType>InvoiceLoss</SystemType>"),
}
LISTS: Final = {
    "GetAccountList": "<AccountData><AccountId>1</AccountId><AccountNo>1920</AccountNo>"
    "<AccountName>Bank</AccountName></AccountData>",
    "GetTaxCodeList": "<TaxCodeElement><TaxId>8</TaxId><TaxNo>5</TaxNo><TaxName>Fri</TaxName><TaxRate>0</TaxRate>"
    '<AccountNo xsi:nil="true"/></TaxCodeElement>',
    "GetTypeList": "<TypeData><TypeId>5002</TypeId><Title>Bilag</Title><EntrySeriesId>7</EntrySeriesId>"
    "<TypeNo>2</TypeNo></TypeData>",
    "GetTransactionTypes": "<TransactionType><Turnover>false</Turnover><Title>Bilag</Title><No>2</No><Id>5002</Id>"
    "</TransactionType>",
    "GetFiscalYears": "<FiscalYear><Id>2f3a9a53-4b6e-4a55-8d9f-6b1f7c42cccc</Id>"
    "<StartingDate>2023-12-31T23:00:00Z</StartingDate><EndingDate>2025-01-01T00:00:00</EndingDate>"
    "<IsLocked>false</IsLocked></FiscalYear>",
    "GetCurrencyList": "<Currency><Symbol>SEK</Symbol><Id>3</Id><Rate>101.5</Rate><Unit>100</Unit></Currency>",
    "GetDepartmentList": "<Department><Id>4</Id><Name>Nord</Name></Department>",
    "GetProjectNameList": "<ProjectShort><Id>9</Id><Name>Bru</Name></ProjectShort>",
    "GetUserDefinedDimensions": "<Dimension><Type>UserDefined</Type><Name>Bil</Name><TypeId>101</TypeId></Dimension>",
    "GetUserDefinedDimensionValues": "<Dimension><Type>UserDefined</Type><Value>EK1</Value><TypeId>101</TypeId>"
    "</Dimension>",
    "GetClientInformation": "<IsUsingFactoring>false</IsUsingFactoring><Name>Sandkassen</Name>"
    "<ReminderDays>1</ReminderDays><ReminderDays2>2</ReminderDays2><ReminderDays3>3</ReminderDays3>"
    f"<UserId>{ORGANIZATION}</UserId><DefaultCurrency>NOK</DefaultCurrency>",
}


def identity(organization: str = ORGANIZATION, guid: str = IDENTITY, more: str = "") -> str:
    return (
        f"<Id>{guid}</Id><Client><Id>{organization}</Id><Name>Sandkassen</Name></Client><IsCurrent>true</IsCurrent>"
        f"<IsDefault>false</IsDefault><IsProtected>false</IsProtected>{more}"
    )


@dataclass(slots=True)
class SoapOffice:
    """The services. `first` may answer in their place: a response, the inside of a result, or None for the usual."""

    first: Answer = lambda _operation, _sent: None
    organization: str = ORGANIZATION
    sent: list[Sent] = field(default_factory=list)
    sessions: int = 0
    expired: set[str] = field(default_factory=set)

    def handle(self, request: Request) -> Response:
        body = request.read()
        inside = etree.fromstring(body).find(f"{SOAP}Body")[0]
        operation = str(inside.tag).rpartition("}")[2]
        service = next(one for one, path in SERVICE_PATHS.items() if path == request.url.path)
        assert valid(service, inside), operation
        one = Sent(
            operation,
            inside,
            request.url.host,
            request.headers.get("cookie", ""),
            request.headers.get("soapaction", ""),
            body,
        )
        self.sent.append(one)
        own = self.first(operation, one)
        if isinstance(own, Response):
            return own
        return self._refused(one) or answered(operation, self._result(one) if own is None else own, _space(service))

    def _refused(self, one: Sent) -> Response | None:
        if one.operation in {"Login", "GetIdentitiesWithCredential"}:
            return None
        session = one.cookie.removeprefix("ASP.NET_SessionId=")
        if not session.startswith(SESSION) or session in self.expired:
            return fault("Client is not authenticated on this identity")
        return None

    def _result(self, one: Sent) -> str:
        usual = USUAL.get(one.operation)
        return LISTS[one.operation] if usual is None else usual(self, one)

    @property
    def asked(self) -> list[str]:
        return [one.operation for one in self.sent]


def _login(office: SoapOffice, sent: Sent) -> str:
    if sent.text("credential/Password") != PASSWORD:
        return ""
    office.sessions += 1
    return f"{SESSION}{office.sessions}"


def _identities(office: SoapOffice, sent: Sent) -> str:
    if sent.text("credential/Password") != PASSWORD:
        return ""
    other = identity("100000000000002", IDENTITY.replace("1f3a", "9f3a"))
    return f"<Identity>{other}</Identity><Identity>{identity(office.organization)}</Identity>"


def _transactions(_office: SoapOffice, sent: Sent) -> str:
    first, last = sent.text("searchParams/DateStart") or "", sent.text("searchParams/DateEnd") or ""
    return "".join(line for day, line in LINES.items() if first <= f"{day}T00:00:00" <= last)


def _companies(_office: SoapOffice, sent: Sent) -> str:
    asked = [each.text for each in sent.element.iter("{*}int")]
    return "".join(f"<Company><Id>{each}</Id></Company>" for each in asked if each != "404")


def _entry_id(_office: SoapOffice, sent: Sent) -> str:
    day, series = sent.text("argEntryId/Date"), sent.text("argEntryId/SortNo")
    number = "41" if series == "7" else "-1"
    return f"<Date>{day}</Date><SortNo>{series}</SortNo><EntryNo>{number}</EntryNo>"


def _due_dates(_office: SoapOffice, sent: Sent) -> str:
    lines = [each.text for each in sent.element.iter("{*}LineId")]
    due = "2024-03-01T00:00:00"
    return "".join(f"<EntryItem><LineId>{each}</LineId><DueDate>{due}</DueDate></EntryItem>" for each in lines)


USUAL: Final[dict[str, Callable[[SoapOffice, Sent], str]]] = {
    "Login": _login,
    "GetIdentitiesWithCredential": _identities,
    "GetIdentity": lambda office, _: identity(office.organization),
    "GetTransactions": _transactions,
    "GetCompanies": _companies,
    "GetEntryId": _entry_id,
    "CheckAccountNo": lambda *_: (
        "<AccountDataErrors><AccountNo>1</AccountNo><Error>AccountDontExist</Error></AccountDataErrors>"
    ),
    "SaveBundleList": lambda *_: "<Type>Ok</Type>",
    "CreateLink": lambda *_: "77",
    "AddLinkEntries": lambda *_: "true",
    "ReplaceLinkEntries": lambda *_: "true",
    "UpdateEntryDueDate": _due_dates,
}


def _space(service: Service) -> str:
    return B if service is Service.TRANSACTION else A


def valid(service: Service, inside: Any) -> bool:
    """Tell whether an element is what the contract says, by libxml2 and a schema made here."""
    return bool(schema_of(source_of(service)).validate(etree.fromstring(etree.tostring(inside))))


def schema_of(wsdl: bytes) -> Any:
    own = list(etree.fromstring(wsdl).iter("{http://www.w3.org/2001/XMLSchema}schema"))
    texts = {str(place): etree.tostring(one) for place, one in enumerate(own)}

    class Among(etree.Resolver):  # type: ignore[misc]
        def resolve(self, url: str, _public_id: str, context: object) -> object:
            return self.resolve_string(texts[url], context)

    parser = etree.XMLParser()
    parser.resolvers.add(Among())
    places = "".join(
        f'<s:import namespace="{one.get("targetNamespace")}" schemaLocation="{place}"/>'
        for place, one in reversed(list(enumerate(own)))
    )
    whole = f'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema">{places}</s:schema>'
    return etree.XMLSchema(etree.fromstring(whole, parser))


def connection(**changed: Any) -> SoapConnection:
    usual = {"organization_id": ORGANIZATION, "application_id": APPLICATION, "username": "kari@sandbox.example"}
    values = {**usual, "password": Secret(PASSWORD), "identity_id": IDENTITY, **changed}
    return SoapConnection(api_url="https://api.example.test", webservices_url="https://web.example.test", **values)


def client_of(office: SoapOffice, clock: Clock | None = None, **changed: Any) -> ApiClient:
    time = clock or Clock()
    return ApiClient(
        changed.pop("connection", None) or connection(),
        policy=changed.pop("policy", None) or RetryPolicy(),
        transport=MockTransport(office.handle),
        clock=time,
        sleep=time.sleep,
        random=lambda: 0.5,
        now=time.now,
        **changed,
    )
