"""The schemas of contracts, as validators: of the vendor's own where they are, and of those that the sandbox shows."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from finago_assets.sandbox.soap.wsdl import write_wsdl
from tests.reference import REFERENCE
from tests.sandbox.soap_caller import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS: Final = REFERENCE / "soap"
FILES: Final = {
    "Authenticate": "authService.wsdl",
    "AccountService": "accountService.wsdl",
    "TransactionService": "transactionService.wsdl",
    "ClientService": "clientService.wsdl",
    "CompanyService": "companyService.wsdl",
    "ProjectService": "projectService.wsdl",
}
XSD: Final = "{http://www.w3.org/2001/XMLSchema}"


def published(service: str) -> bytes:
    """Return the vendor's contract of a service."""
    return (CONTRACTS / FILES[service]).read_bytes()


def shown(service: str) -> bytes:
    """Return the contract of a service as the sandbox shows it."""
    return write_wsdl(SERVICES[service], "http://127.0.0.1/")


@cache
def validator(contract: bytes, folder: Path) -> Any:
    """Return what validates the element in a body of a service; its schemas are laid into a folder."""
    root, service = etree.fromstring(contract), sha256(contract).hexdigest()
    schemas = [etree.fromstring(etree.tostring(one)) for one in root.iter(f"{XSD}schema")]
    for place, schema in enumerate(schemas):
        for wanted in schema.findall(f"{XSD}import"):
            spaces = [one.get("targetNamespace") for one in schemas]
            wanted.set("schemaLocation", f"{service}{spaces.index(wanted.get('namespace'))}.xsd")
        (folder / f"{service}{place}.xsd").write_bytes(etree.tostring(schema))
    return etree.XMLSchema(etree.parse(folder / f"{service}0.xsd"))
