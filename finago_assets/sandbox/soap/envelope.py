"""Envelopes of SOAP 1.1 and 1.2, and the faults in them, as the vendor's platform words them.

Owns the outermost elements. What is in a body is `reading`'s and `writing`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

XmlNode = Any  # lxml has no types


@dataclass(frozen=True, slots=True)
class SoapVersion:
    """One of the two: its namespace, media type, and what it calls the two sides that may be at fault."""

    namespace: str
    media_type: str
    client: str
    server: str


SOAP_11: Final = SoapVersion("http://schemas.xmlsoap.org/soap/envelope/", "text/xml", "Client", "Server")
SOAP_12: Final = SoapVersion("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml", "Sender", "Receiver")
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML_NIL: Final = f"{{{XSI}}}nil"


class SoapFaulted(Exception):
    """A request that is answered with a fault; `ours` says that the server is to blame, and not what was sent."""

    def __init__(self, text: str, *, ours: bool = True, status: int = 500) -> None:
        super().__init__(text)
        self.text = text
        self.ours = ours
        self.status = status


def misread(text: str) -> SoapFaulted:
    """Return the fault of a request that cannot be read."""
    return SoapFaulted(f"Server was unable to read request. ---> {text}", ours=False)


def open_envelope(version: SoapVersion) -> tuple[XmlNode, XmlNode]:
    """Return a new envelope and its body."""
    names = {"soap": version.namespace, "xsi": XSI, "xsd": "http://www.w3.org/2001/XMLSchema"}
    envelope = etree.Element(f"{{{version.namespace}}}Envelope", nsmap=names)
    return envelope, etree.SubElement(envelope, f"{{{version.namespace}}}Body")


def dump_envelope(envelope: XmlNode) -> bytes:
    """Return the bytes of an envelope."""
    dumped: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return dumped


def faulted_envelope(version: SoapVersion, fault: SoapFaulted) -> bytes:
    """Return the bytes of an envelope with a fault in it."""
    envelope, body = open_envelope(version)
    code = version.server if fault.ours else version.client
    text = fault.text if not fault.ours else f"Server was unable to process request. ---> {fault.text}"
    node = etree.SubElement(body, f"{{{version.namespace}}}Fault")
    if version is SOAP_11:
        etree.SubElement(node, "faultcode").text = f"soap:{code}"
        etree.SubElement(node, "faultstring").text = text
        etree.SubElement(node, "detail")
        return dump_envelope(envelope)
    inside = etree.SubElement(node, f"{{{version.namespace}}}Code")
    etree.SubElement(inside, f"{{{version.namespace}}}Value").text = f"soap:{code}"
    reason = etree.SubElement(node, f"{{{version.namespace}}}Reason")
    said = etree.SubElement(reason, f"{{{version.namespace}}}Text")
    said.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    said.text = text
    etree.SubElement(node, f"{{{version.namespace}}}Detail")
    return dump_envelope(envelope)
