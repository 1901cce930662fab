"""An answer laid out as its contract has it: fields in order, defaults left out, nothing said as nil or as a sentinel.

Owns the spelling of answers. Values come from the services as Python has them, under the names of the contract; a name
that a service does not mention is left out whatever its default is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from finago_assets.sandbox.soap.envelope import XML_NIL, dump_envelope, open_envelope
from finago_assets.sandbox.soap.lexical import XML_SENTINELS, read_lexical, spell_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.soap.contract import AsmxField, AsmxFields, AsmxService
    from finago_assets.sandbox.soap.envelope import SoapVersion, XmlNode

LITERAL_EVERY: Final = 7


class DefaultsWritten(StrEnum):
    """Whether a value that is the contract's default is left out."""

    MIXED = "mixed"  # left out, but for the sentinels of a few records
    OMITTED = "omitted"
    WRITTEN = "written"


def write_answer(
    service: AsmxService, version: SoapVersion, operation: str, result: object, defaults: DefaultsWritten
) -> bytes:
    """Return the envelope of a result; None is no result at all, and an empty list an empty element."""
    envelope, body = open_envelope(version)
    element = etree.SubElement(body, f"{{{service.namespace}}}{operation}Response", nsmap={None: service.namespace})
    fields = service.elements[f"{operation}Response"]
    _Writer(service, defaults).fields(element, fields, {fields[0].name: result} if fields else {})
    return dump_envelope(envelope)


_read_default = cache(read_lexical)


@dataclass(frozen=True, slots=True)
class _Writer:
    service: AsmxService
    defaults: DefaultsWritten
    _serials: Iterator[int] = field(default_factory=count)

    def fields(self, node: XmlNode, fields: AsmxFields, values: Mapping[str, Any]) -> None:
        unknown = values.keys() - {field.name for field in fields}
        if unknown:
            raise KeyError(f"{node.tag} has no {sorted(unknown)}")
        serial = next(self._serials)
        for one in fields:
            self._field(node, one, values.get(one.name), serial, said=one.name in values)

    def _field(self, node: XmlNode, field: AsmxField, value: object, serial: int, *, said: bool) -> None:
        if value is None:
            self._nothing(node, field, serial, said=said)
        elif field.default is None or self._is_written(field.default, field.type, value, serial):
            self._write(etree.SubElement(node, self._tag(field)), field, value)

    def _nothing(self, node: XmlNode, field: AsmxField, serial: int, *, said: bool) -> None:
        if field.nil and said:
            etree.SubElement(node, self._tag(field)).set(XML_NIL, "true")
        elif field.default is not None and said and self._spells_out(field.default, serial):
            etree.SubElement(node, self._tag(field)).text = field.default
        elif field.least > 0:
            raise KeyError(f"{field.name} is required in {node.tag}")

    def _is_written(self, default: str, type_: str, value: object, serial: int) -> bool:
        return value != _read_default(type_, default) or self._spells_out(default, serial)

    def _spells_out(self, default: str, serial: int) -> bool:
        match self.defaults:
            case DefaultsWritten.MIXED:
                return default in XML_SENTINELS and serial % LITERAL_EVERY == LITERAL_EVERY - 1
            case mode:
                return mode is DefaultsWritten.WRITTEN

    def _write(self, node: XmlNode, field: AsmxField, value: object) -> None:
        item = self.service.item_of(field.type)
        if item is not None and isinstance(value, list):
            for one in value:
                self._item(node, item, one)
        elif isinstance(value, Mapping):
            self.fields(node, self.service.types[field.type], value)
        else:
            node.text = spell_value(value)

    def _item(self, node: XmlNode, item: AsmxField, value: object) -> None:
        child = etree.SubElement(node, self._tag(item))
        if value is None:
            child.set(XML_NIL, "true")
        else:
            self._write(child, item, value)

    def _tag(self, field: AsmxField) -> str:
        return f"{{{self.service.namespace}}}{field.name}"
