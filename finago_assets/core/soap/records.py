"""Raw records made of an answer: each element of a list as JSON, and the very bytes that it was.

Owns that making, in one pass that holds one record at a time. Values stay the texts that were sent: what is absent
stays absent, nil is null, an array is a list however many it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import msgspec

from finago_assets.core.records import MadeRecord
from finago_assets.core.soap.xml import ENVELOPE, INSTANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.soap.contract import Contract

_DEEPEST: Final = 64
# what the parser would read in spite of being told otherwise
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NIL: Final = f"{INSTANCE} nil"
# the envelope, its body, the answer and the result stand around the records
_AROUND: Final = 4


def records_of(contract: Contract, operation: str, body: bytes) -> list[bytes]:
    """Return the records of an answer. Raises ValueError for what is no answer of the operation, or no XML of ours."""
    return _Making(operation, contract.array_names(operation)).records(body)


class _Element:
    """An element that has begun and not ended."""

    __slots__ = ("children", "is_array", "is_nil", "name", "text")

    def __init__(self, name: str, *, is_array: bool, is_nil: bool) -> None:
        self.name = name
        self.is_array = is_array
        self.is_nil = is_nil
        self.text: list[str] = []
        self.children: list[tuple[str, Any]] = []

    @property
    def value(self) -> Any:  # noqa: ANN401  what JSON can be
        if self.is_nil:
            return None
        if self.is_array:
            return [value for _, value in self.children]
        return _as_object(self.children) if self.children else "".join(self.text)


def _as_object(children: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(children)
    if len(found) < len(children):
        for name in found:
            values = [value for one, value in children if one == name]
            if len(values) > 1:
                found[name] = values
    return found


class _Making:
    """One body on its way through."""

    def __init__(self, operation: str, arrays: frozenset[str]) -> None:
        self._path = ("Envelope", "Body", f"{operation}Response", f"{operation}Result")
        self._arrays = arrays
        self._open: list[str] = []
        self._inside: list[_Element] = []
        self._made: list[bytes] = []
        self._is_answer = False
        self._start = 0
        self._body = b""
        self._parser: Any = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._take
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def records(self, body: bytes) -> list[bytes]:
        self._body = body
        if body.startswith(_UTF_16):
            raise ValueError("no answer in UTF-8")
        try:
            self._parser.Parse(body, True)  # noqa: FBT003  its only spelling
        except expat.ExpatError:
            self._is_answer = False
        if not self._is_answer:
            raise ValueError("no answer of that operation")
        return self._made

    def _begin(self, full_name: str, attributes: Mapping[str, str]) -> None:
        space, _, name = full_name.rpartition(" ")
        depth = len(self._open)
        if depth >= _DEEPEST:
            raise ValueError("the body is nested too deeply")
        if depth < _AROUND and (name != self._path[depth] or (depth < 2 and space != ENVELOPE)):
            raise ValueError("no answer of that operation")
        self._is_answer = self._is_answer or depth == 2
        self._open.append(name)
        if depth == _AROUND:
            self._start = self._parser.CurrentByteIndex
        if depth >= _AROUND:
            is_nil = attributes.get(_NIL, "").strip() in {"true", "1"}
            self._inside.append(_Element(name, is_array=name in self._arrays, is_nil=is_nil))

    def _take(self, text: str) -> None:
        if self._inside:
            self._inside[-1].text.append(text)

    def _end(self, _full_name: str) -> None:
        self._open.pop()
        if not self._inside:
            return
        ended = self._inside.pop()
        if self._inside:
            self._inside[-1].children.append((ended.name, ended.value))
        elif not ended.is_nil:
            end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
            record = {} if not ended.children else ended.value
            self._made.append(MadeRecord(msgspec.json.encode(record), self._body[self._start : end]))


def _refuse_doctype(*_: object) -> None:
    raise ValueError("the body has a document type")
