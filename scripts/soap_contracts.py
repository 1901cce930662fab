"""Make the contract files of the SOAP services that ship with the package, from the vendor's own.

    python -m scripts.soap_contracts ../shared/reference/soap finago_assets/apis/finago_soap/contract

Owns which operations of which service are used. Of each file it takes those, what they reach, and nothing else: names,
types, namespaces and soapActions of the SOAP 1.1 port, no sentence.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
PREFIXES: Final = ("wsdl", "soap", "s", "s1", "tns")

USED: Final = {
    "authService": (
        "Login",
        "GetIdentity",
        "GetIdentitiesWithCredential",
    ),
    "accountService": (
        "SaveBundleList",
        "GetEntryId",
        "GetAccountList",
        "GetTypeList",
        "GetTaxCodeList",
        "CheckAccountNo",
        "CreateLink",
        "AddLinkEntries",
        "ReplaceLinkEntries",
        "UpdateEntryDueDate",
    ),
    "transactionService": (
        "GetTransactions",
        "GetTransactionTypes",
        "GetFiscalYears",
        "GetUserDefinedDimensions",
        "GetUserDefinedDimensionValues",
    ),
    "clientService": ("GetClientInformation", "GetDepartmentList", "GetCurrencyList"),
    "companyService": ("GetCompanies",),
    "projectService": ("GetProjectNameList",),
}
"""The operations that are used, by the name of the vendor's file."""


def cut(source: bytes, operations: Iterable[str]) -> bytes:
    """Return a contract that holds these operations alone."""
    whole = etree.fromstring(source, etree.XMLParser(remove_comments=True, remove_blank_text=True, no_network=True))
    names = {prefix: whole.nsmap[prefix] for prefix in PREFIXES if prefix in whole.nsmap}
    made = etree.Element(whole.tag, nsmap=names, targetNamespace=whole.get("targetNamespace"))
    made.append(_types(whole, operations))
    for part in _parts(whole, set(operations)):
        made.append(part)
    for sentence in list(made.iter(f"{WSDL}documentation", f"{XSD}annotation")):
        sentence.getparent().remove(sentence)
    etree.cleanup_namespaces(made, keep_ns_prefixes=names)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _types(whole: Any, operations: Iterable[str]) -> Any:  # noqa: ANN401  lxml has no types
    types = deepcopy(whole.find(f"{WSDL}types"))
    own, *others = types
    named = {child.get("name"): child for child in own if child.get("name")}
    kept, waiting = set[str](), [name for one in operations for name in (one, f"{one}Response")]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += [found for found in _references(named[name]) if found in named]
    for name, child in named.items():
        if name not in kept:
            own.remove(child)
    if not any(value.startswith("s1:") for child in own.iter() for value in child.attrib.values()):
        for stray in [*own.iter(f"{XSD}import"), *others]:
            stray.getparent().remove(stray)
    return types


def _references(element: Any) -> Iterator[str]:  # noqa: ANN401
    for one in element.iter():
        for attribute in ("type", "base", "ref"):
            prefix, _, name = one.get(attribute, "").partition(":")
            if prefix == "tns":
                yield name


def _parts(whole: Any, operations: set[str]) -> Iterator[Any]:  # noqa: ANN401
    """Yield the messages, the port type, the binding and the service of the SOAP 1.1 port."""
    port = next(one for one in whole.iter(f"{WSDL}port") if one.find(f"{SOAP}address") is not None)
    names = {f"{operation}{way}" for operation in operations for way in ("SoapIn", "SoapOut")}
    bound = port.get("binding").partition(":")[2]
    for part in whole:
        one = deepcopy(part)
        if part.tag == f"{WSDL}message" and part.get("name") in names:
            yield one
        elif part.tag in {f"{WSDL}portType", f"{WSDL}binding"} and part.get("name") == bound:
            for operation in one.findall(f"{WSDL}operation"):
                if operation.get("name") not in operations:
                    one.remove(operation)
            yield one
        elif part.tag == f"{WSDL}service":
            for other in one.findall(f"{WSDL}port"):
                if other.get("name") != port.get("name"):
                    one.remove(other)
            yield one


def main(source: str, target: str) -> None:
    """Write the contract of every service that is used."""
    for name, operations in USED.items():
        made = cut((Path(source) / f"{name}.wsdl").read_bytes(), operations)
        (Path(target) / f"{name}.wsdl").write_bytes(made)


if __name__ == "__main__":
    main(*sys.argv[1:])
