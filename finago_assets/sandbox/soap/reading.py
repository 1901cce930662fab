"""A request held against its contract: version, action, the element of the operation and everything within it.

Owns what is refused before any service sees it. The order of elements is not looked at, because published clients send
them in any; unknown ones are refused, unless the services are told to be as careless as the vendor's platform is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from finago_assets.sandbox.soap.envelope import SOAP_11, SOAP_12, XML_NIL, SoapFaulted, SoapVersion, misread
from finago_assets.sandbox.soap.lexical import NO_GUID, NO_MOMENT, read_lexical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.soap.contract import AsmxField, AsmxFields, AsmxService
    from finago_assets.sandbox.soap.envelope import XmlNode

Arguments = dict[str, Any]

# what the platform makes of a required value that was not sent
UNSENT: Final = {"boolean": False, "dateTime": NO_MOMENT, "guid": NO_GUID}


@dataclass(frozen=True, slots=True)
class AsmxRequest:
    """An operation that was asked for, in which version, with its arguments: what was left out has its default."""

    operation: str
    version: SoapVersion
    arguments: Arguments = field(repr=False)


def version_of(content_type: str) -> SoapVersion | None:
    """Return the version that a media type stands for."""
    kind = content_type.partition(";")[0].strip().lower()
    return next((one for one in (SOAP_11, SOAP_12) if one.media_type == kind), None)


def named_action(headers: Mapping[str, str]) -> str:
    """Return the action of a request: a header in 1.1, a parameter of the media type in 1.2."""
    content_type = headers.get("content-type", "")
    if version_of(content_type) is SOAP_11:
        return headers.get("soapaction", "").strip().strip('"')
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "action":
            return value.strip('"')
    return ""


def read_request(
    service: AsmxService, version: SoapVersion, action: str, raw: bytes, *, strict: bool = True
) -> AsmxRequest:
    """Return what is asked for. Raises SoapFaulted for what the contract does not allow."""
    sent = _sent_element(version, raw)
    operation = service.operation_of(action)
    if operation is None and version is SOAP_12 and not action and sent is not None:
        operation = etree.QName(sent).localname
    if operation is None or operation not in service.actions:
        raise SoapFaulted(f"Server did not recognize the value of HTTP Header SOAPAction: {action}.", ours=False)
    reader = _Reader(service, strict)
    if sent is None or sent.tag != f"{{{service.namespace}}}{operation}":
        if strict:
            raise misread(f"{operation} of {service.namespace} was not in the body.")
        return AsmxRequest(operation, version, reader.nothing(service.elements[operation]))
    return AsmxRequest(operation, version, reader.fields(sent, service.elements[operation]))


def _sent_element(version: SoapVersion, raw: bytes) -> XmlNode | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        envelope = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise misread(f"There is an error in XML document ({error.lineno}, {error.offset}).") from None
    if envelope.getroottree().docinfo.doctype:
        raise misread("For security reasons DTD is prohibited in this XML document.")
    if envelope.tag != f"{{{version.namespace}}}Envelope":
        raise SoapFaulted(f"Possible SOAP version mismatch: {envelope.tag} was unexpected.", ours=False)
    body = envelope.find(f"{{{version.namespace}}}Body")
    return None if body is None else next(_elements_in(body), None)


def _elements_in(node: XmlNode) -> Any:  # noqa: ANN401  an iterator of lxml
    return node.iterchildren(tag=etree.Element)


@dataclass(frozen=True, slots=True)
class _Reader:
    service: AsmxService
    strict: bool

    def fields(self, node: XmlNode, fields: AsmxFields) -> Arguments:
        by_name = {f"{{{self.service.namespace}}}{field.name}": field for field in fields}
        found: Arguments = {}
        for child in _elements_in(node):
            field = by_name.get(child.tag)
            if field is None or field.name in found:
                self._odd(f"{child.tag} was not expected in {node.tag}.")
                continue
            found[field.name] = self._value(child, field)
        return {field.name: found[field.name] if field.name in found else self._unsent(field) for field in fields}

    def nothing(self, fields: AsmxFields) -> Arguments:
        return {field.name: self._unsent(field) for field in fields}

    def _odd(self, words: str) -> None:
        if self.strict:
            raise misread(f"There is an error in the XML document: {words}")

    def _value(self, node: XmlNode, field: AsmxField) -> object:
        if node.get(XML_NIL, "").strip() in ("true", "1"):
            if not field.nil:
                self._odd(f"{node.tag} may not be nil.")
            return None
        item = self.service.item_of(field.type)
        if item is not None:
            return self._items(node, item)
        if field.type in self.service.types:
            return self.fields(node, self.service.types[field.type])
        return self._simple(node, field)

    def _items(self, node: XmlNode, item: AsmxField) -> list[object]:
        found = []
        for child in _elements_in(node):
            if child.tag == f"{{{self.service.namespace}}}{item.name}":
                found.append(self._value(child, item))
            else:
                self._odd(f"{child.tag} was not expected in {node.tag}.")
        return found

    def _simple(self, node: XmlNode, field: AsmxField) -> object:
        text = "".join(node.itertext())
        words = self.service.words.get(field.type)
        if words is not None and text not in words:
            raise misread(f"Instance validation error: the value of {node.tag} is not valid for {field.type}.")
        try:
            return read_lexical(field.type, text)
        except (ValueError, OverflowError):
            raise misread(f"The value of {node.tag} was not in a correct format ({field.type}).") from None

    def _unsent(self, field: AsmxField) -> object:
        if field.least > 0 and not (field.nil and not self.strict):
            self._odd(f"{field.name} is missing.")
            return UNSENT.get(field.type, 0)
        return None if field.default is None else read_lexical(field.type, field.default)
