"""The contract of a service as a WSDL, as `?WSDL` answers it: made of the facts, and leading to this sandbox.

Owns laying the facts out again. Both versions of SOAP have a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from finago_assets.sandbox.soap.lexical import SIMPLE

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.contract import AsmxField, AsmxFields, AsmxService
    from finago_assets.sandbox.soap.envelope import XmlNode

WSDL_NAMESPACE: Final = "http://schemas.xmlsoap.org/wsdl/"
XSD_NAMESPACE: Final = "http://www.w3.org/2001/XMLSchema"
GUID_NAMESPACE: Final = "http://microsoft.com/wsdl/types/"
TRANSPORT: Final = "http://schemas.xmlsoap.org/soap/http"
BINDINGS: Final = {"Soap": "http://schemas.xmlsoap.org/wsdl/soap/", "Soap12": "http://schemas.xmlsoap.org/wsdl/soap12/"}
GUID_PATTERN: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def _wsdl(name: str) -> str:
    return f"{{{WSDL_NAMESPACE}}}{name}"


def _xsd(name: str) -> str:
    return f"{{{XSD_NAMESPACE}}}{name}"


def write_wsdl(service: AsmxService, location: str) -> bytes:
    """Return the contract of a service that is reached at a location."""
    names = {"wsdl": WSDL_NAMESPACE, "s": XSD_NAMESPACE, "s1": GUID_NAMESPACE, "tns": service.namespace}
    names |= {kind.lower(): namespace for kind, namespace in BINDINGS.items()}
    root = etree.Element(_wsdl("definitions"), nsmap=names, targetNamespace=service.namespace)
    _write_schemas(etree.SubElement(root, _wsdl("types")), service)
    for operation in service.actions:
        for suffix, element in (("In", operation), ("Out", f"{operation}Response")):
            message = etree.SubElement(root, _wsdl("message"), name=f"{operation}Soap{suffix}")
            etree.SubElement(message, _wsdl("part"), name="parameters", element=f"tns:{element}")
    _write_port_type(root, service)
    for kind, namespace in BINDINGS.items():
        _write_binding(root, service, kind, namespace)
    ports = etree.SubElement(root, _wsdl("service"), name=service.name)
    for kind, namespace in BINDINGS.items():
        name = f"{service.name}{kind}"
        port = etree.SubElement(ports, _wsdl("port"), name=name, binding=f"tns:{name}")
        etree.SubElement(port, f"{{{namespace}}}address", location=location)
    dumped: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return dumped


def _write_port_type(root: XmlNode, service: AsmxService) -> None:
    port_type = etree.SubElement(root, _wsdl("portType"), name=f"{service.name}Soap")
    for operation in service.actions:
        node = etree.SubElement(port_type, _wsdl("operation"), name=operation)
        etree.SubElement(node, _wsdl("input"), message=f"tns:{operation}SoapIn")
        etree.SubElement(node, _wsdl("output"), message=f"tns:{operation}SoapOut")


def _write_binding(root: XmlNode, service: AsmxService, kind: str, namespace: str) -> None:
    binding = etree.SubElement(root, _wsdl("binding"), name=f"{service.name}{kind}", type=f"tns:{service.name}Soap")
    etree.SubElement(binding, f"{{{namespace}}}binding", transport=TRANSPORT)
    for operation, action in service.actions.items():
        node = etree.SubElement(binding, _wsdl("operation"), name=operation)
        etree.SubElement(node, f"{{{namespace}}}operation", soapAction=action, style="document")
        for side in ("input", "output"):
            etree.SubElement(etree.SubElement(node, _wsdl(side)), f"{{{namespace}}}body", use="literal")


def _write_schemas(types: XmlNode, service: AsmxService) -> None:
    own = etree.SubElement(types, _xsd("schema"), elementFormDefault="qualified", targetNamespace=service.namespace)
    etree.SubElement(own, _xsd("import"), namespace=GUID_NAMESPACE)
    for name, fields in service.elements.items():
        _write_fields(etree.SubElement(etree.SubElement(own, _xsd("element"), name=name), _xsd("complexType")), fields)
    for name, fields in service.types.items():
        _write_fields(etree.SubElement(own, _xsd("complexType"), name=name), fields)
    for name, words in service.words.items():
        restriction = _restrict_text(etree.SubElement(own, _xsd("simpleType"), name=name))
        for word in words:
            etree.SubElement(restriction, _xsd("enumeration"), value=word)
    guids = etree.SubElement(types, _xsd("schema"), elementFormDefault="qualified", targetNamespace=GUID_NAMESPACE)
    guid = _restrict_text(etree.SubElement(guids, _xsd("simpleType"), name="guid"))
    etree.SubElement(guid, _xsd("pattern"), value=GUID_PATTERN)


def _restrict_text(node: XmlNode) -> XmlNode:
    return etree.SubElement(node, _xsd("restriction"), base="s:string")


def _write_fields(node: XmlNode, fields: AsmxFields) -> None:
    if not fields:
        return
    sequence = etree.SubElement(node, _xsd("sequence"))
    for field in fields:
        etree.SubElement(sequence, _xsd("element"), _field_attributes(field))


def _field_attributes(field: AsmxField) -> dict[str, str]:
    prefix = "s1" if field.type == "guid" else "s" if field.type in SIMPLE else "tns"
    said = {"minOccurs": f"{field.least}", "maxOccurs": "unbounded" if field.most is None else f"{field.most}"}
    said |= {"name": field.name, "type": f"{prefix}:{field.type}"}
    if field.default is not None:
        said["default"] = field.default
    return said | ({"nillable": "true"} if field.nil else {})
