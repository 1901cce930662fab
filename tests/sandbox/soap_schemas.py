"""The schemas of the vendor's own contract files, as validators; there is nothing here where those files are not."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from tests.reference import REFERENCE

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


@cache
def validator(service: str, folder: Path) -> Any:
    """Return what validates the element in a body of a service; its schemas are laid into a folder."""
    root = etree.parse(CONTRACTS / FILES[service]).getroot()
    schemas = [etree.fromstring(etree.tostring(one)) for one in root.iter(f"{XSD}schema")]
    for place, schema in enumerate(schemas):
        for wanted in schema.findall(f"{XSD}import"):
            spaces = [one.get("targetNamespace") for one in schemas]
            wanted.set("schemaLocation", f"{service}{spaces.index(wanted.get('namespace'))}.xsd")
        (folder / f"{service}{place}.xsd").write_bytes(etree.tostring(schema))
    return etree.XMLSchema(etree.parse(folder / f"{service}0.xsd"))
