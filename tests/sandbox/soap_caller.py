"""Calls the SOAP services of a sandbox with envelopes written by hand: no client of anybody's in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lxml import etree

from finago_assets.sandbox.soap.contract import AsmxService, read_asmx_services
from finago_assets.sandbox.soap.routes import path_of_service
from finago_assets.sandbox.soap.sessions import SANDBOX_APPLICATION_ID, SANDBOX_PASSWORD, SANDBOX_USERNAME

if TYPE_CHECKING:
    from email.message import Message

    from finago_assets.sandbox.server import Running

SERVICES: Final = {service.name: service for service in read_asmx_services()}
ENVELOPE_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
ENVELOPE_12: Final = "http://www.w3.org/2003/05/soap-envelope"
NIL: Final = 'xsi:nil="true"'
YEARS: Final = "<DateStart>2024-01-01T00:00:00</DateStart><DateEnd>2025-12-31T23:59:59</DateEnd>"
# what a search must say nothing of
ALL: Final = f"<SystemType {NIL}/><HasInvoiceId {NIL}/>"
SECONDS: Final = 10


def envelope(service: AsmxService, operation: str, arguments: str = "", *, soap: str = ENVELOPE_11) -> str:
    """Return an envelope with an operation in it."""
    inner = f'<{operation} xmlns="{service.namespace}">{arguments}</{operation}>'
    names = f'xmlns:soap="{soap}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f'<?xml version="1.0"?><soap:Envelope {names}><soap:Body>{inner}</soap:Body></soap:Envelope>'


@dataclass(frozen=True, slots=True)
class SoapReply:
    """An answer as it came."""

    status: int
    headers: Message
    body: bytes

    @property
    def fault(self) -> str:
        """The words of the fault, empty when there is none."""
        root = etree.fromstring(self.body)
        found = root.findtext(".//faultstring") or root.findtext(f".//{{{ENVELOPE_12}}}Text")
        return found or ""

    @property
    def element(self) -> Any:
        """What is in the body."""
        return etree.fromstring(self.body)[0][0]

    @property
    def result(self) -> Any:
        """The result as it reads: text, an object, or a list; None when there is none."""
        return read_element(self.element[0]) if len(self.element) else None


def read_element(node: Any) -> Any:
    """Return what an element says: text, an object, or what a list of several holds. Nil is None."""
    if node.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
        return None
    children = [(etree.QName(child).localname, read_element(child)) for child in node]
    if not children:
        return node.text or ""
    if len({name for name, _ in children}) < len(children):
        return [value for _, value in children]
    return dict(children)


@dataclass(slots=True)
class SoapCaller:
    """Calls with a session of its own, once it has logged in."""

    sandbox: Running
    session: str = field(default="", repr=False)

    def log_in(self, identity: str = "", **changes: str) -> SoapReply:
        """Log in and keep the session, if there is one."""
        said = {
            "ApplicationId": SANDBOX_APPLICATION_ID,
            "Password": SANDBOX_PASSWORD,
            "Username": SANDBOX_USERNAME,
        } | changes
        if identity:
            said["IdentityId"] = identity
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
        reply = self.call("Authenticate", "Login", f"<credential>{inner}</credential>")
        if reply.status == 200 and isinstance(reply.result, str) and reply.result:
            self.session = reply.result
        return reply

    def call(self, service: str, operation: str, arguments: str = "", **headers: str) -> SoapReply:
        """Call an operation with its arguments as XML."""
        found = SERVICES[service]
        action = {"SOAPAction": f'"{found.actions[operation]}"', "Content-Type": "text/xml; charset=utf-8"}
        return self.send(found, envelope(found, operation, arguments), {**action, **headers})

    def records(self, service: str, operation: str, arguments: str = "") -> list[dict[str, str]]:
        """Return the records of a list."""
        reply = self.call(service, operation, arguments)
        assert reply.status == 200, reply.body
        return [read_element(one) for one in reply.element[0]]

    def transactions(self, more: str = "", window: str = YEARS) -> list[dict[str, Any]]:
        """Return the ledger lines of a search."""
        return self.records(
            "TransactionService", "GetTransactions", f"<searchParams>{window}{more}{ALL}</searchParams>"
        )

    def send(self, service: AsmxService, body: str | bytes, headers: dict[str, str]) -> SoapReply:
        """Send a body as it is."""
        cookie = {"Cookie": f"ASP.NET_SessionId={self.session}"} if self.session else {}
        connection = HTTPConnection(urlsplit(self.sandbox.origin).netloc, timeout=SECONDS)
        try:
            raw = body.encode() if isinstance(body, str) else body
            connection.request("POST", path_of_service(service), raw, cookie | headers)
            with connection.getresponse() as response:
                return SoapReply(response.status, response.headers, response.read())
        finally:
            connection.close()


def logged_in(sandbox: Running) -> SoapCaller:
    """Return a caller with a session."""
    caller = SoapCaller(sandbox)
    caller.log_in()
    assert caller.session
    return caller
