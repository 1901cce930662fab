"""Make the file of facts that the sandbox's SOAP services go by from the contracts that the vendor publishes of them.

    python -m scripts.asmx_facts ../shared/reference/soap finago_assets/sandbox/description/soap.json

Owns what counts as a fact: of each service its path, namespace and actions; of each element and type the fields in
their order, with type, how often they come, default and whether they may be nil; and the words of each enumeration. No
sentence is taken along. What the client goes by is made elsewhere and knows nothing of this.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from lxml import etree

Node = Any  # lxml has no types

WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
FILES: Final = (
    "authService.wsdl",
    "accountService.wsdl",
    "transactionService.wsdl",
    "clientService.wsdl",
    "companyService.wsdl",
    "projectService.wsdl",
)


def written(folder: Path) -> str:
    """Return the facts as JSON, one line for each element and each type."""
    services = []
    for file in FILES:
        name, facts = _service(etree.parse(folder / file).getroot())
        services.append(f'"{name}": {_lines(facts)}')
    return '{"services": {\n' + ",\n".join(services) + "\n}}\n"


def _lines(facts: dict[str, Any]) -> str:
    told = {key: value for key, value in facts.items() if not isinstance(value, dict)}
    parts = [f"  {_dump(key)}: {_dump(value)}" for key, value in told.items()]
    for key, named in facts.items():
        if isinstance(named, dict):
            inner = ",\n".join(f"    {_dump(name)}: {_dump(value)}" for name, value in named.items())
            parts.append(f"  {_dump(key)}: {{\n{inner}\n  }}")
    return "{\n" + ",\n".join(parts) + "\n}"


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _service(root: Node) -> tuple[str, dict[str, Any]]:
    service = root.find(f"{WSDL}service")
    _, _, rest = service.find(f"{WSDL}port/{SOAP}address").get("location").partition("://")
    host, _, path = rest.partition("/")
    actions = root.findall(f"{WSDL}binding/{WSDL}operation/{SOAP}operation")
    namespace = root.get("targetNamespace")
    schema = next(one for one in root.iter(f"{XSD}schema") if one.get("targetNamespace") == namespace)
    types = {one.get("name"): one for one in schema if one.tag in (f"{XSD}complexType", f"{XSD}simpleType")}
    elements = {one.get("name"): one.find(f"{XSD}complexType") for one in schema if one.tag == f"{XSD}element"}
    return service.get("name"), {
        "host": host.partition(".")[0],
        "path": f"/{path}",
        "namespace": namespace,
        "actions": {one.getparent().get("name"): one.get("soapAction") for one in actions},
        "elements": {name: _fields(one, types) for name, one in elements.items() if one is not None},
        "types": {name: _type(one, types) for name, one in types.items()},
    }


def _type(node: Node, types: dict[str, Node]) -> dict[str, Any]:
    if node.tag == f"{XSD}simpleType":
        return {"words": [one.get("value") for one in node.iter(f"{XSD}enumeration")]}
    return {"fields": _fields(node, types)}


def _fields(node: Node, types: dict[str, Node]) -> list[list[Any]]:
    """Return the fields of a type in order, those of what it extends first: name, type, least, most, default, nil."""
    extension = node.find(f"{XSD}complexContent/{XSD}extension")
    held = node if extension is None else extension
    above = [] if extension is None else _fields(types[extension.get("base").rpartition(":")[2]], types)
    return above + [_field(one) for one in held.findall(f"{XSD}sequence/{XSD}element")]


def _field(node: Node) -> list[Any]:
    most = node.get("maxOccurs", "1")
    return [
        node.get("name"),
        (node.get("type") or "s:anyType").rpartition(":")[2],
        int(node.get("minOccurs", "1")),
        None if most == "unbounded" else int(most),
        node.get("default"),
        node.get("nillable") == "true",
    ]


def main(folder: str, target: str) -> None:
    """Write the facts of a folder of contracts."""
    Path(target).write_text(written(Path(folder)), "utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
