"""The XML of answers, read so that nothing in it can reach out, unfold or nest without end.

Owns the parser. The size of a body is bounded before it comes here, by the client.
"""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
NIL: Final = f"{{{INSTANCE}}}nil"


def parse_xml(body: bytes | bytearray) -> Any:  # noqa: ANN401  lxml has no types
    """Return the root element. Raises ValueError for what is no XML, or has a document type."""
    # libxml2 bounds depth, the size of a text and how far entities unfold by itself as long as `huge_tree` is off
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(bytes(body), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.getroottree().docinfo.doctype:
        raise ValueError("the body is no XML, or has a document type")
    return root


def local_name(element: Any) -> str:  # noqa: ANN401
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def is_nil(element: Any) -> bool:  # noqa: ANN401
    """Tell whether an element says that it has no value."""
    return element.get(NIL, "").strip() in {"true", "1"}
