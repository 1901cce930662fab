"""One service's contract: requests are made by it, and answers read by it. zeep does the first, and knows the types.

Owns that nothing is ever loaded but the file that was given, and what stands for NULL. Sends nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from finago_assets.core.errors import RequestRefused
from finago_assets.core.soap.xml import ENVELOPE, is_nil, local_name, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEDIA_TYPE: Final = "text/xml; charset=utf-8"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
# the least value of a type is what .NET has for "none"
SENTINELS: Final[Mapping[str, frozenset[object]]] = {
    "int": frozenset({-(2**31)}),
    "short": frozenset({-(2**15)}),
    "long": frozenset({-(2**63)}),
    "decimal": frozenset({Decimal(-79228162514264337593543950335)}),
    "dateTime": frozenset({dt.datetime(1, 1, 1)}),  # noqa: DTZ001  as it is sent
    "date": frozenset({dt.date(1, 1, 1)}),
    "guid": frozenset({"00000000-0000-0000-0000-000000000000"}),
}


class _NoRoad:
    """What zeep would load other documents with."""

    def load(self, _url: str) -> bytes:
        raise RequestRefused("a contract refers to another document, which is never fetched")


@dataclass(frozen=True, slots=True, repr=False)
class SoapMessage:
    """One request as it is sent: the body, and the headers that belong to it."""

    operation: str
    body: bytes
    headers: Mapping[str, str]


class Contract:
    """The operations of one service, by their names. `source` is its WSDL; what it imports is refused."""

    def __init__(self, source: bytes) -> None:
        # it takes a third of a second to load, which nobody should pay who asks no SOAP service
        import zeep  # noqa: PLC0415

        locked = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self._refusals = (zeep.exceptions.Error, ValueError, TypeError, InvalidOperation)
        self._schema = _schema_of(parse_xml(source))
        self._client = zeep.Client(BytesIO(source), transport=_NoRoad(), settings=locked)
        self._service = self._client.create_service(*self._port())
        self._binding = self._service._binding  # noqa: SLF001  zeep shows it nowhere else

    def _port(self) -> tuple[str, str]:
        port = next(port for one in self._client.wsdl.services.values() for port in one.ports.values())
        return str(port.binding.name), str(port.binding_options["address"])

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation of the service."""
        return tuple(self._binding.all())

    def message(self, operation: str, values: Mapping[str, object]) -> SoapMessage:
        """Make the request of an operation. Raises RequestRefused for values that its contract does not take."""
        try:
            envelope = self._client.create_message(self._service, operation, **values)
        except self._refusals:
            # their words repeat values
            envelope = None
        # zeep writes whatever it is given as text; the schema knows what a number or an id looks like
        if envelope is None or not self._schema.validate(envelope[0][0]):
            raise RequestRefused(f"{operation} was not sent: what was given does not fit its contract.")
        action = self._binding.get(operation).soapaction
        body = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        return SoapMessage(operation, bytes(body), {"SOAPAction": f'"{action}"'})

    def argument_type(self, operation: str, name: str) -> Any:  # noqa: ANN401  zeep has no types
        """Return the type of one of an operation's arguments. Raises KeyError for one that it does not have."""
        return dict(_members_of(self._binding.get(operation).input.body.type))[name].type

    def result_type(self, operation: str) -> Any:  # noqa: ANN401  zeep has no types
        """Return the type of what an operation answers, None where it answers nothing."""
        answered = self._binding.get(operation).output.body.type.elements
        return answered[0][1].type if answered else None

    def array_names(self, operation: str) -> frozenset[str]:
        """Return what the elements are called, within what an operation lists, that are arrays themselves."""
        found, waiting, seen = set[str](), [self.result_type(operation)], list[Any]()
        while waiting:
            type_ = waiting.pop()
            if type_ in seen:
                continue
            seen.append(type_)
            for name, member in _members_of(type_):
                waiting.append(member.type)
                if repeated_in(member.type) is not None:
                    found.add(name)
        return frozenset(found)

    def read(self, operation: str, envelope: Any) -> Any:  # noqa: ANN401  as the contract says
        """Return what an answer holds: dicts by the contract's names, lists for arrays, None for what is not there.

        Raises ValueError for what is not this operation's answer, or holds a value that its type does not take.
        """
        body = envelope.find(f"{{{ENVELOPE}}}Body")
        wrapped = None if body is None or not len(body) else body[0]
        if wrapped is None or local_name(wrapped) != f"{operation}Response":
            raise ValueError(f"no answer of {operation}")
        result = next((one for one in wrapped if local_name(one) == f"{operation}Result"), None)
        type_ = self.result_type(operation)
        if result is None:
            return [] if repeated_in(type_) is not None else None
        return read_element(result, type_)


def _schema_of(wsdl: Any) -> Any:  # noqa: ANN401  lxml has no types
    """Return the schema that a contract's types are. Those of several namespaces name each other without a place."""
    schemas = {f"contract:{place}": schema for place, schema in enumerate(wsdl.iter(f"{{{XSD}}}schema"))}
    places = {schema.get("targetNamespace"): place for place, schema in schemas.items()}
    for schema in schemas.values():
        for one in schema.iter(f"{{{XSD}}}import"):
            one.set("schemaLocation", places[one.get("namespace")])
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(_Among({place: etree.tostring(schema) for place, schema in schemas.items()}))
    first = next(iter(schemas.values()))
    return etree.XMLSchema(etree.fromstring(etree.tostring(first), parser, base_url="contract:"))


class _Among(etree.Resolver):  # type: ignore[misc]
    """Finds a schema among those of one contract."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        super().__init__()
        self._texts = texts

    def resolve(self, url: str, _public_id: str, context: object) -> object:
        return self.resolve_string(self._texts[url], context)


def repeated_in(type_: Any) -> Any:  # noqa: ANN401  zeep has no types
    """Return the element that an array repeats, None for what is no array: a type of one element without a limit."""
    members = _members_of(type_)
    return members[0][1] if len(members) == 1 and members[0][1].accepts_multiple else None


def _members_of(type_: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    return list(getattr(type_, "elements", ()))


def read_element(element: Any, type_: Any) -> Any:  # noqa: ANN401
    """Read an element by its type: an absent one is its default, and a sentinel is None wherever it stands."""
    if is_nil(element):
        return None
    repeated = repeated_in(type_)
    if repeated is not None:
        return [read_element(one, repeated.type) for one in element if local_name(one) == repeated.name]
    if hasattr(type_, "elements"):
        return dict(_members(element, type_))
    return _read_text(element.text or "", type_)


def _members(element: Any, type_: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    children: dict[str, Any] = {}
    for child in element:
        children.setdefault(local_name(child), child)
    for name, member in _members_of(type_):
        child = children.get(name)
        if child is not None:
            yield name, read_element(child, member.type)
        elif repeated_in(member.type) is not None:
            yield name, []
        else:
            yield name, None if member.default is None else _read_text(member.default, member.type)


def _read_text(text: str, type_: Any) -> Any:  # noqa: ANN401
    name = type_.qname.localname if type_.qname is not None else ""
    value = _READERS[name](text.strip()) if name in _READERS else text
    return None if value in SENTINELS.get(name, ()) else value


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false", "1", "0"}:
        raise ValueError("no boolean")
    return text in {"true", "1"}


def _exact(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("no decimal") from None
    if not value.is_finite() or "e" in text.lower():
        raise ValueError("no decimal")
    return value


_READERS: Final[Mapping[str, Any]] = {
    "int": int,
    "short": int,
    "long": int,
    "unsignedByte": int,
    "boolean": _read_boolean,
    "decimal": _exact,
    "dateTime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "guid": str.lower,
}
