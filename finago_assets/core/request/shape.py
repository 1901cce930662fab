"""An array of records as bytes -> the values of each column in Arrow, a number not yet of its final type.

Owns the two ways to decode: into structs made for the columns, fast and refusing whatever does not fit, and into dicts,
which takes everything. Which columns there are, and of which types, is columns.py's.
"""

from __future__ import annotations

from array import array
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from finago_assets.core.errors import Malformed
from finago_assets.core.request.fields import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from finago_assets.core.request.columns import Column

    Path = tuple[str, ...]

_NULL_TEXT: Final = b"null"
_BETWEEN: Final = b"\0"  # no JSON has one, not even in a text
_RAW_NULL: Final = msgspec.Raw(_NULL_TEXT)
_RECORDS: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_INNER: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw] | None])
# what a value is decoded to; of any other kind it stays the text of its JSON
_DECODED: Final[dict[ColumnKind, Any]] = {
    ColumnKind.NOTHING: None,
    ColumnKind.FLAG: bool | None,
    ColumnKind.INTEGER: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None,
    ColumnKind.TEXT: str | None,
}


def _list_of(type_: Any) -> Any:  # noqa: ANN401  a type made at run time
    return list[type_]


_DECODERS: Final[dict[ColumnKind, msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(type=_list_of(type_)) for kind, type_ in _DECODED.items()
}
_ARROW: Final = {
    ColumnKind.NOTHING: pa.string(),
    ColumnKind.FLAG: pa.bool_(),
    ColumnKind.INTEGER: pa.int64(),
    ColumnKind.TEXT: pa.string(),
}


class Rows:
    """Some records, from which each column is taken when it is asked for; how is up to the two kinds below."""

    def __init__(self, records: Sequence[Any]) -> None:
        self.count = len(records)
        self._objects: dict[Path, Sequence[Any]] = {(): records}
        self._arrays: dict[Column, pa.Array] = {}

    def array(self, column: Column) -> pa.Array:
        """Return flags, integers and texts as such, and values of other kinds each as the text of its JSON."""
        if column not in self._arrays:
            self._arrays[column] = self._array(column)
        return self._arrays[column]

    def _array(self, column: Column) -> pa.Array:
        if column.kind is ColumnKind.NOTHING:
            return pa.nulls(self.count, pa.string())
        if column.kind in _ARROW:
            return pa.array(self._decoded(column), _ARROW[column.kind])
        return _join_texts(self._values(column.path))

    def _objects_at(self, path: Path) -> Sequence[Any]:
        if path not in self._objects:
            self._objects[path] = self._inner(path)
        return self._objects[path]

    def _inner(self, path: Path) -> Sequence[Any]:
        raise NotImplementedError

    def _values(self, path: Path) -> Sequence[Any]:
        raise NotImplementedError

    def _decoded(self, column: Column) -> Sequence[Any]:
        raise NotImplementedError


class DictRows(Rows):
    """Any objects, each value as it was sent; for columns that hold every value of theirs."""

    def _inner(self, path: Path) -> Sequence[Any]:
        return _INNER.decode(_array_of(self._values(path)))

    def _values(self, path: Path) -> Sequence[Any]:
        *outer, key = path
        return [
            _NULL_TEXT if one is None else bytes(one.get(key, _NULL_TEXT)) for one in self._objects_at(tuple(outer))
        ]

    def _decoded(self, column: Column) -> Sequence[Any]:
        values: list[Any] = _DECODERS[column.kind].decode(_array_of(self._values(column.path)))
        return values


class StructRows(Rows):
    """Objects of one shape, already decoded."""

    def __init__(self, records: Sequence[Any], shape: Shape) -> None:
        super().__init__(records)
        self._shape = shape

    def _inner(self, path: Path) -> Sequence[Any]:
        blank = self._shape.blanks[path]
        return [one or blank for one in self._values(path)]

    def _values(self, path: Path) -> Sequence[Any]:
        return list(map(self._shape.attributes[path], self._objects_at(path[:-1])))

    def _decoded(self, column: Column) -> Sequence[Any]:
        return self._values(column.path)


class Shape:
    """Decodes records that have these columns and no others; any of them may be missing."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.attributes: dict[Path, Callable[[Any], Any]] = {}
        self.blanks: dict[Path, msgspec.Struct] = {}
        self._decoder: msgspec.json.Decoder[list[msgspec.Struct]] | None = None
        # a field's name may have a quote, a backslash or a control character in it, which no struct's may have
        with suppress(ValueError):
            self._decoder = msgspec.json.Decoder(_list_of(self._struct(columns, ())))

    def rows(self, text: bytes) -> Rows | None:
        """Decode an array; None where one of its records has another field or a value of another kind."""
        if self._decoder is None:
            return None
        try:
            records = self._decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return StructRows(records, self)

    def _struct(self, columns: Sequence[Column], path: Path) -> type[msgspec.Struct]:
        within: dict[str, list[Column]] = {}
        for column in columns:
            within.setdefault(column.path[len(path)], []).append(column)
        fields: list[tuple[str, Any, Any]] = []
        for number, (key, inner) in enumerate(within.items()):
            name, place = f"f{number}", (*path, key)
            self.attributes[place] = attrgetter(name)
            if inner[0].path != place:
                struct = self._struct(inner, place)
                self.blanks[place] = struct()
                fields.append((name, struct | None, self.blanks[place]))
            elif inner[0].kind in _DECODED:
                fields.append((name, _DECODED[inner[0].kind], None))
            else:
                fields.append((name, msgspec.Raw, _RAW_NULL))
        names = {name: key for (name, _, _), key in zip(fields, within, strict=True)}
        return msgspec.defstruct("Record", fields, rename=names, forbid_unknown_fields=True, frozen=True, gc=False)


def objects_in(text: bytes) -> list[dict[str, msgspec.Raw]]:
    """Decode an array of any objects. Raises Malformed for items that are none."""
    try:
        return _RECORDS.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        raise Malformed(
            "The answer has items that are no objects, so it has no columns; keep it as JSON or NDJSON."
        ) from None


def _join_texts(values: Sequence[bytes | msgspec.Raw]) -> pa.Array:
    """Return JSON values as their texts: put together in one piece and cut by Arrow, which makes no object of each."""
    if not values:
        return pa.array([], pa.string())
    joined = _BETWEEN.join(values)
    ends = array("i", (0, len(joined)))
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, pa.py_buffer(ends), pa.py_buffer(joined)]).cast(pa.string())
    texts = pc.split_pattern(whole, _BETWEEN.decode()).values
    is_null = pc.equal(texts, _NULL_TEXT.decode())
    return pc.if_else(is_null, None, texts) if pc.any(is_null).as_py() else texts


def _array_of(values: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(values)
